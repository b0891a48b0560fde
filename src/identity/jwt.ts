// Verifies a JWT: what its header may say, under which keys its signature must stand, and what its claims must be. jose does the
// signature.
//
// The header is the caller's word until then, so it chooses nothing: it names an algorithm and a key, and both must be ones that the
// deployment has. A header that brings a key along, points to one, or asks for an extension is refused (RFC 8725 sections
// 3.1, 3.9 and 3.10). Whatever fails ends in a short code; no text of the token or of a library leaves this file.
import { base64url, compactVerify } from "jose";
import type { Result } from "../ground/errors.ts";
import { fail, ok } from "../ground/errors.ts";
import type { Clock } from "../ground/runtime.ts";
import { checkClaims } from "./claims.ts";
import type { ClaimRules } from "./claims.ts";
import { parseObject } from "../ground/parse-object.ts";
import type { KeyQuestion, KeySource } from "./key-source.ts";
import type { Principal } from "./principal.ts";
import { keyIdPattern } from "./signing-key.ts";
import type { Algorithm, SigningKey } from "./signing-key.ts";
import { refused } from "./verifier.ts";
import type { Context, Verdict, Verifier } from "./verifier.ts";

export type JwtRules = ClaimRules & {
  mode: Principal["mode"];
  /** Fixed by the kind of the deployment's keys. */
  algorithms: readonly Algorithm[];
  /** Of its header, where it has one; unless given, that of any JWT and of an access token. */
  type?: RegExp;
};

export type JwtParts = { rules: JwtRules; keys: KeySource; clock: Pick<Clock, "now"> };

export function createJwtVerifier({ rules, keys, clock }: JwtParts): Verifier {
  async function check(token: string, question: KeyQuestion, context: Context): Promise<Verdict> {
    const found = await keys.find(question, context);
    if (found.state !== "found") return found;
    for (const key of found.keys) {
      const payload = await verifiedPayload(token, key, question.algorithm);
      if (!payload) continue;
      const checked = checkClaims(payload, rules, clock.now());
      if (!checked.ok) return refused(checked.failure);
      const principal = { mode: rules.mode, issuer: rules.issuer, ...checked.value };
      return { state: "verified", verified: { principal, key } };
    }
    return refused("signature");
  }

  return {
    read(token) {
      const [, header, payload] = compactPattern.exec(token) ?? [];
      if (header === undefined || payload === undefined) return fail("malformed");
      const question = readHeader(bytesOf(header), rules);
      if (!question.ok) return question;
      // Claims are believed once their signature stands, and are looked at again then. What does not even claim to be for us, or to be in
      // time, is refused without.
      const claimed = checkClaims(bytesOf(payload), rules, clock.now());
      return claimed.ok ? ok((context) => check(token, question.value, context)) : claimed;
    },
    upholds: ({ key }) => key !== undefined && keys.holds(key),
    refresh: (context) => keys.refresh(context),
  };
}

/** RFC 7515 section 3.1: three parts in base64url without padding, and none of them empty. */
const compactPattern = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+$/;
const typePattern = /^(?:application\/)?(?:at\+)?jwt$/i;
const forbiddenNames = ["jku", "x5u", "jwk", "x5c", "crit", "b64", "zip"];

type HeaderFault = "header" | "algorithm" | "type" | "key_id";

function readHeader(
  header: Uint8Array,
  { algorithms, type: allowed = typePattern }: Pick<JwtRules, "algorithms" | "type">,
): Result<KeyQuestion, HeaderFault> {
  const object = parseObject(header);
  // As a Map, in which `__proto__` is a name like any other.
  const members = object && new Map(Object.entries(object));
  if (!members || forbiddenNames.some((name) => members.has(name))) return fail("header");
  const algorithm = algorithms.find((name) => name === members.get("alg"));
  if (!algorithm) return fail("algorithm");
  const type = members.get("typ");
  if (members.has("typ") && !(typeof type === "string" && allowed.test(type))) return fail("type");
  if (!members.has("kid")) return ok({ algorithm, kid: undefined });
  const kid = members.get("kid");
  return typeof kid === "string" && keyIdPattern.test(kid) ? ok({ algorithm, kid }) : fail("key_id");
}

/** None where the text is not base64url. */
function bytesOf(text: string): Uint8Array {
  try {
    return base64url.decode(text);
  } catch {
    return new Uint8Array();
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
