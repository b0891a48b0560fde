// Which part of a header field is the token. Runs for every request, so it does no more than cut: what a token is made of is the pattern
// of its form (`jwt.ts`, `api-keys.ts`), which is matched once, before it is verified.
import type { Result } from "../ground/errors.ts";
import { fail, ok } from "../ground/errors.ts";

export type TokenFault = "no_token" | "not_bearer" | "too_long";

/** 8 KiB, since nothing beyond ASCII gets past the pattern of a form. */
const charactersMax = 8 * 1024;
const scheme = "bearer";

/** The token of `Authorization: Bearer <token>` (RFC 6750 section 2.1): the scheme in any case, then one space or more. */
export function bearerToken(authorization: string | undefined): Result<string, TokenFault> {
  if (authorization === undefined || authorization === "") return fail("no_token");
  if (authorization.slice(0, scheme.length).toLowerCase() !== scheme) return fail("not_bearer");
  let start = scheme.length;
  while (authorization[start] === " ") start += 1;
  return start === scheme.length ? fail("not_bearer") : bareToken(authorization.slice(start));
}

/** A field that is nothing but a token. Two fields of one name arrive as one, with a comma that no form of token has. */
export function bareToken(text: string | undefined): Result<string, TokenFault> {
  if (text === undefined || text === "") return fail("no_token");
  return text.length > charactersMax ? fail("too_long") : ok(text);
}
