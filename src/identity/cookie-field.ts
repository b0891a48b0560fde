// Finds one cookie in the field `Cookie`. Runs for every request, so it does no more than cut (RFC 6265 section 5.4: pairs separated by
// semicolons). It does not take the first of several: of two cookies with our name one was planted, and nobody can say which.
import { fail, ok, type Result } from "../ground/errors.ts";

export type CookieFault = "no_cookie" | "repeated_cookie" | "too_long";

/** A browser takes as much for one cookie; what we set is at most three quarters of it. */
const valueLengthMax = 4_096;

/** Reads the value of the cookie of this name. */
export function createCookieReader(name: string): (field: string | undefined) => Result<string, CookieFault> {
  const start = `${name}=`;
  return (field) => {
    if (field === undefined) return fail("no_cookie");
    let found: string | undefined;
    for (let at = field.indexOf(start); at >= 0; at = field.indexOf(start, at + start.length)) {
      if (!beginsPair(field, at)) continue;
      if (found !== undefined) return fail("repeated_cookie");
      const end = field.indexOf(";", at);
      found = field.slice(at + start.length, end < 0 ? undefined : end).trimEnd();
    }
    if (found === undefined || found === "") return fail("no_cookie");
    return found.length > valueLengthMax ? fail("too_long") : ok(found);
  };
}

/** Whether a pair begins there: at the beginning of the field or after a semicolon, with white space between or without. */
function beginsPair(field: string, at: number): boolean {
  let before = at - 1;
  while (field[before] === " " || field[before] === "\t") before -= 1;
  return before < 0 || field[before] === ";";
}
