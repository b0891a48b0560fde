// Reads a set of keys (JWKS, RFC 7517 section 5) that is published somewhere.
//
// Keys that can't be used here (encryption, other curves, shared secrets) are left out, as section 5 asks; a set in which none is
// left is a failure, so that it can't replace a good one.
import type { Result } from "../ground/errors.ts";
import { fail, ok } from "../ground/errors.ts";
import { fetchJson } from "../ground/fetch-json.ts";
import type { DocumentFault, FetchDeps } from "../ground/fetch-json.ts";
import { field } from "../ground/plain-data.ts";
import { readJwk } from "./signing-key.ts";
import type { SigningKey } from "./signing-key.ts";

export type KeySetFault = DocumentFault | "not_a_key_set" | "too_many_keys" | "no_usable_key";

const keysMax = 64;

/** Never rejects, and is settled when `fetchJson` is. */
export async function fetchKeySet(url: string, deps: FetchDeps): Promise<Result<readonly SigningKey[], KeySetFault>> {
  const document = await fetchJson(url, deps);
  return document.ok ? readKeySet(document.value) : document;
}

function readKeySet(set: unknown): Result<readonly SigningKey[], KeySetFault> {
  const entries = field(set, "keys");
  if (!Array.isArray(entries)) return fail("not_a_key_set");
  if (entries.length > keysMax) return fail("too_many_keys");
  const keys = entries.map(readJwk).flatMap((key) => (key.ok ? [key.value] : []));
  return keys.length === 0 ? fail("no_usable_key") : ok(keys);
}
