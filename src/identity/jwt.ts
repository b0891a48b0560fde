// Verifies a JWT: what its header may say, under which keys its signature must stand, and what its claims must be. jose does the
// signature.
//
// The header is the caller's word until then, so it chooses nothing: it names an algorithm and a key, and both must be ones that the
// deployment has. A header that brings a key along, points to one, or asks for an extension is refused (RFC 8725 sections
// 3.1, 3.9 and 3.10). Whatever fails ends in a short code; no text of the token or of a library leaves this file.
import { base64url, compactVerify } from "jose";
import type { Result } from "../errors.ts";
import { fail, ok } from "../errors.ts";
import type { Clock } from "../runtime.ts";
import { checkClaims } from "./claims.ts";
import type { ClaimRules } from "./claims.ts";
import { parseObject } from "./json.ts";
import type { KeySource } from "./key-source.ts";
import type { Principal } from "./principal.ts";
import { keyIdPattern } from "./signing-key.ts";
import type { Algorithm, SigningKey } from "./signing-key.ts";
import { refused } from "./verifier.ts";
import type { Verifier } from "./verifier.ts";

export type JwtRules = ClaimRules & {
  mode: Principal["mode"];
  /** Fixed by the kind of the deployment's keys. */
  algorithms: readonly Algorithm[];
};

export type JwtParts = { rules: JwtRules; keys: KeySource; clock: Pick<Clock, "now"> };

export function createJwtVerifier({ rules, keys, clock }: JwtParts): Verifier {
  return {
    faultOf(token) {
      const header = readHeader(token, rules.algorithms);
      return header.ok ? undefined : header.failure;
    },
    async verify(token, context) {
      const header = readHeader(token, rules.algorithms);
      if (!header.ok) return refused(header.failure);
      const found = await keys.find(header.value, context);
      if (found.state !== "found") return found;
      for (const key of found.keys) {
        const payload = await verifiedPayload(token, key, header.value.algorithm);
        if (!payload) continue;
        const checked = checkClaims(payload, rules, clock.now());
        if (!checked.ok) return refused(checked.failure);
        const principal = { mode: rules.mode, issuer: rules.issuer, ...checked.value };
        return { state: "verified", verified: { principal, key } };
      }
      return refused("signature");
    },
    upholds: ({ key }) => key !== undefined && keys.holds(key),
    refresh: (context) => keys.refresh(context),
  };
}

/** RFC 7515 section 3.1: three parts in base64url without padding, and none of them empty. */
const compactPattern = /^([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
const typePattern = /^(?:application\/)?(?:at\+)?jwt$/i;
const forbiddenNames = ["jku", "x5u", "jwk", "x5c", "crit", "b64", "zip"];

type Header = { algorithm: Algorithm; kid: string | undefined };
type HeaderFault = "malformed" | "header" | "algorithm" | "type" | "key_id";

function readHeader(token: string, algorithms: readonly Algorithm[]): Result<Header, HeaderFault> {
  const encoded = compactPattern.exec(token)?.[1];
  if (encoded === undefined) return fail("malformed");
  const members = membersOf(encoded);
  if (!members || forbiddenNames.some((name) => members.has(name))) return fail("header");
  const algorithm = algorithms.find((name) => name === members.get("alg"));
  if (!algorithm) return fail("algorithm");
  const type = members.get("typ");
  if (members.has("typ") && !(typeof type === "string" && typePattern.test(type))) return fail("type");
  if (!members.has("kid")) return ok({ algorithm, kid: undefined });
  const kid = members.get("kid");
  return typeof kid === "string" && keyIdPattern.test(kid) ? ok({ algorithm, kid }) : fail("key_id");
}

/** As a Map, in which `__proto__` is a name like any other. */
function membersOf(encoded: string): ReadonlyMap<string, unknown> | undefined {
  try {
    const header = parseObject(base64url.decode(encoded));
    return header && new Map(Object.entries(header));
  } catch {
    return undefined;
  }
}

/** The signed bytes; undefined where the signature does not stand, whatever the reason. */
async function verifiedPayload(token: string, key: SigningKey, algorithm: Algorithm): Promise<Uint8Array | undefined> {
  try {
    return (await compactVerify(token, key.material, { algorithms: [algorithm] })).payload;
  } catch {
    return undefined;
  }
}
