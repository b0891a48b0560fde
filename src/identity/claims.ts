// What a token with a good signature must say to be somebody's: for us, in time, and about whom. Pure; the time is handed in.
//
// Stricter than RFC 7519 where that leaves room: `exp` and `sub` are required, and dates are plain numbers within sane bounds,
// since "9999999999", 1e400 or a negative date is no date that an issuer meant.
import type { Result } from "../ground/errors.ts";
import { fail, ok } from "../ground/errors.ts";
import { parseObject } from "../ground/parse-object.ts";
import type { Claims } from "./principal.ts";

export type ClaimRules = {
  /** `iss`, exactly. */
  issuer: string;
  /** `aud` must be or hold one of these. */
  audiences: readonly string[];
  /** Cloudflare Access gives a service token an empty `sub` and its client id as `common_name`. */
  hasServiceTokens: boolean;
  /** The claim that says whom it is about where there is no `sub`. */
  standIn?: string;
};

export type ClaimFault =
  | "claims"
  | "issuer"
  | "audience"
  | "exp"
  | "nbf"
  | "iat"
  | "expired"
  | "not_yet_valid"
  | "issued_later"
  | "subject";

/** How far the issuer's clock and ours may be apart. */
const toleranceMs = 30_000;
/** Seconds: the year 36812. */
const dateMax = 2 ** 40;
const subjectCharactersMax = 256;

export type CheckedClaims = { subject: string; claims: Claims; expiresAt: number };

/** `payload`: the signed bytes. `now` and `expiresAt` are epoch milliseconds; a token holds 30 s beyond `expiresAt`. */
export function checkClaims(payload: Uint8Array, rules: ClaimRules, now: number): Result<CheckedClaims, ClaimFault> {
  const claims = parseObject(payload);
  if (!claims) return fail("claims");
  const own = (name: string) => (Object.hasOwn(claims, name) ? claims[name] : undefined);

  if (own("iss") !== rules.issuer) return fail("issuer");
  if (!isAudience(own("aud"), rules.audiences)) return fail("audience");

  const exp = dateOf(own("exp"));
  if (exp === undefined) return fail("exp");
  const nbf = Object.hasOwn(claims, "nbf") ? dateOf(claims["nbf"]) : 0;
  if (nbf === undefined) return fail("nbf");
  const iat = Object.hasOwn(claims, "iat") ? dateOf(claims["iat"]) : 0;
  if (iat === undefined) return fail("iat");
  if (exp + toleranceMs <= now) return fail("expired");
  if (nbf - toleranceMs > now) return fail("not_yet_valid");
  if (iat - toleranceMs > now) return fail("issued_later");

  const sub = own("sub");
  const other = sub === "" && rules.hasServiceTokens ? "common_name" : sub === undefined ? rules.standIn : undefined;
  const subject = other === undefined ? sub : own(other);
  if (typeof subject !== "string" || subject === "" || subject.length > subjectCharactersMax) return fail("subject");
  return ok({ subject, claims, expiresAt: exp });
}

/** RFC 7519 section 4.1.3: one text, or a list of texts. */
function isAudience(aud: unknown, accepted: readonly string[]): boolean {
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  return named.every((name) => typeof name === "string") && accepted.some((name) => named.includes(name));
}

/** Epoch milliseconds. */
const dateOf = (seconds: unknown): number | undefined =>
  typeof seconds === "number" && seconds >= 0 && seconds <= dateMax ? seconds * 1000 : undefined;
