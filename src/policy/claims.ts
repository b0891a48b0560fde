// How a policy's path finds a claim: by own properties of plain objects only, so that nothing inherited (`constructor`,
// `toString`), no list's `length` and no key `__proto__` is ever a claim.
//
// A path is a claim's name, or the names of nested claims joined by dots. Names that have dots themselves
// (`https://example.com/roles`) are found because a top-level claim with the whole path as its name wins, whatever its
// value is.

import type { Claims } from "../identity/principal.ts";
import { field, isRecord } from "../ground/plain-data.ts";

const PATH_LENGTH_MAX = 256;
const STEPS_MAX = 10;
export const CLAIM_PATH_RULE = `1 to ${PATH_LENGTH_MAX} characters, at most ${STEPS_MAX} names joined by dots, none of them __proto__`;

/** Whether a text can be a path at all. */
export function isClaimPath(text: string): boolean {
  if (text === "" || text.length > PATH_LENGTH_MAX) return false;
  const steps = text.split(".");
  return steps.length <= STEPS_MAX && !steps.includes("__proto__");
}

/** The claim at a path, undefined where there is none. Never throws, whatever parsed JSON the claims are. */
export function claimAt(claims: Claims, path: string): unknown {
  if (!isRecord(claims) || !isClaimPath(path)) return undefined;
  if (Object.hasOwn(claims, path)) return claims[path];
  let value: unknown = claims;
  for (const step of path.split(".")) {
    if (!isRecord(value)) return undefined;
    value = field(value, step);
  }
  return value;
}
