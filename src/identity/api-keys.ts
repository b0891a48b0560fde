// API keys for servers: `rtkb_<id>_<secret>`. The deployment knows only the SHA-256 of each whole key, which is enough for a secret
// of 256 bits and lets nobody who reads the settings in.
//
// Whether an id exists does not show: an unknown one is compared too, and every comparison takes the same time.
import { hash, timingSafeEqual } from "node:crypto";
import { fail, ok } from "../ground/errors.ts";
import type { Principal } from "./principal.ts";
import { refused } from "./verifier.ts";
import type { Verified, Verifier } from "./verifier.ts";

/** The id has no underscore, so the first one after it ends it. 43 characters of base64url hold 256 bits. */
const keyPattern = /^rtkb_([a-z0-9-]{1,32})_[A-Za-z0-9_-]{43,}$/;

/** What an unknown id is compared with. */
const nobody = new Uint8Array(32);

/** `keys`: id to the SHA-256 of the whole key, 32 bytes each. */
export function createKeyVerifier(keys: ReadonlyMap<string, Uint8Array>): Verifier {
  const holders = new Map<string, Verified>();
  for (const id of keys.keys()) holders.set(id, { principal: principalOf(id), key: undefined });

  return {
    read(token) {
      const id = keyPattern.exec(token)?.[1];
      if (id === undefined) return fail("malformed");
      return ok(async () => {
        const isSame = timingSafeEqual(hash("sha256", token, "buffer"), keys.get(id) ?? nobody);
        const verified = holders.get(id);
        return isSame && verified ? { state: "verified", verified } : refused("key");
      });
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
