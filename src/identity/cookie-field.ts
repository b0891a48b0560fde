// Finds one cookie in the field `Cookie`. Runs for every request, so it does no more than cut (RFC 6265 section 5.4: pairs separated by
// semicolons). It does not take the first of several: of two cookies with our name one was planted, and nobody can say which.
import { fail, ok, type Result } from "../ground/errors.ts";

export type CookieFault = "no_cookie" | "repeated_cookie" | "too_long";

/** Node takes 16 KiB of header fields, Workers 128: what we set is a quarter of the smaller. */
const valueLengthMax = 4_096;

export function cookieIn(field: string | undefined, name: string): Result<string, CookieFault> {
  if (field === undefined) return fail("no_cookie");
  let found: string | undefined;
  for (const pair of field.split(";")) {
    const text = pair.trimStart();
    if (!text.startsWith(name) || text[name.length] !== "=") continue;
    if (found !== undefined) return fail("repeated_cookie");
    found = text.slice(name.length + 1).trimEnd();
  }
  if (found === undefined || found === "") return fail("no_cookie");
  return found.length > valueLengthMax ? fail("too_long") : ok(found);
}
