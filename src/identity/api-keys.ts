// API keys for servers: `rtkb_<id>_<secret>`. The deployment knows only the SHA-256 of each whole key, which is enough for a secret
// of 256 bits and lets nobody who reads the settings in.
//
// Whether an id exists does not show: an unknown one is compared too, and every comparison looks at all 32 bytes.
import type { Principal } from "./principal.ts";
import { refused } from "./verifier.ts";
import type { Verified, Verifier } from "./verifier.ts";

/** The id has no underscore, so the first one after it ends it. 43 characters of base64url hold 256 bits. */
const keyPattern = /^rtkb_([a-z0-9-]{1,32})_[A-Za-z0-9_-]{43,}$/;

const digestBytes = 32;
/** What an unknown id is compared with. */
const nobody = new Uint8Array(digestBytes);

/** `keys`: id to the SHA-256 of the whole key, 32 bytes each. */
export function createKeyVerifier(keys: ReadonlyMap<string, Uint8Array>): Verifier {
  const holders = new Map<string, Verified>();
  for (const id of keys.keys()) holders.set(id, { principal: principalOf(id), key: undefined });

  return {
    faultOf: (token) => (keyPattern.test(token) ? undefined : "malformed"),
    async verify(token) {
      const id = keyPattern.exec(token)?.[1];
      if (id === undefined) return refused("malformed");
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token)));
      const isSame = equalDigests(digest, keys.get(id) ?? nobody);
      const verified = holders.get(id);
      return isSame && verified ? { state: "verified", verified } : refused("key");
    },
    upholds: () => true,
    refresh: async () => {},
  };
}

/** Its `sub` is a claim as well, so that a policy can tell one key from another. */
const principalOf = (id: string): Principal => ({
  mode: "key",
  issuer: "key",
  subject: id,
  claims: { sub: id },
  expiresAt: Number.POSITIVE_INFINITY,
});

/** Takes the same time whatever the bytes are. The one way in which a key is compared: found again by its digest, or by this. */
export function equalDigests(one: Uint8Array, other: Uint8Array): boolean {
  let difference = (one.length ^ digestBytes) | (other.length ^ digestBytes);
  for (let index = 0; index < digestBytes; index += 1) difference |= (one[index] ?? 0) ^ (other[index] ?? 0);
  return difference === 0;
}
