// What of a header field is a token. Nothing is decoded here: a form of token has a pattern of its own, and is matched once
// it is to be verified.
//
// Runs for every request, so it does no more than cut: 8 KiB is what a token may have, and printable ASCII all it is made of.
import type { Result } from "../errors.ts";
import { fail, ok } from "../errors.ts";

export type TokenFault = "no_token" | "not_bearer" | "too_long" | "malformed";

const charactersMax = 8 * 1024;
const scheme = "bearer";
const unprintable = /[^\x21-\x7e]/;

/** The token of `Authorization: Bearer <token>` (RFC 6750 section 2.1): the scheme in any case, then one space or more. */
export function bearerToken(authorization: string | undefined): Result<string, TokenFault> {
  if (authorization === undefined || authorization === "") return fail("no_token");
  if (authorization.slice(0, scheme.length).toLowerCase() !== scheme) return fail("not_bearer");
  let start = scheme.length;
  while (authorization[start] === " ") start += 1;
  if (start === scheme.length) return fail("not_bearer");
  return bareToken(authorization.slice(start));
}

/** A field that is nothing but a token. Two fields of one name arrive as one with a comma and a space in it, and are refused. */
export function bareToken(text: string | undefined): Result<string, TokenFault> {
  if (text === undefined || text === "") return fail("no_token");
  if (text.length > charactersMax) return fail("too_long");
  return unprintable.test(text) ? fail("malformed") : ok(text);
}
