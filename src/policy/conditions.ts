// Whether a policy's `when` fits a caller. No expressions, patterns or negation: what can't be decided is no match.
//
// Types are never converted: 1 is not "1", and `includes` looks for a whole element of a list, so that a text
// "administrator" neither includes "admin" nor is a list of letters.

import type { Claims, Principal } from "../identity/principal.ts";
import { claimAt } from "./claims.ts";

export type Scalar = string | number | boolean;

export type ClaimTest =
  | { claim: string; equals: Scalar }
  | { claim: string; includes: string }
  | { claim: string; in: readonly Scalar[] };

/** What a caller who has said who they are may have to fulfil. `all` and `any` have at least one part. */
export type Condition = "authenticated" | ClaimTest | { all: readonly Condition[] } | { any: readonly Condition[] };

/** "anyone": also those of whom nothing is known; only there where nobody says who they are. */
export type When = "anyone" | Condition;

/** Why a claim does not pass its test. */
export type ClaimFault = "claim.missing" | "claim.wrongType" | "claim.different";

/** Whether a caller fulfils it. Never throws, whatever the claims are. */
export function fits(when: When, { mode, claims }: Principal): boolean {
  return when === "anyone" || (mode !== "public" && holds(when, claims));
}

function holds(condition: Condition, claims: Claims): boolean {
  if (condition === "authenticated") return true;
  if ("all" in condition) return condition.all.every((part) => holds(part, claims));
  if ("any" in condition) return condition.any.some((part) => holds(part, claims));
  return claimFault(condition, claims) === undefined;
}

/** Undefined where the claim passes. */
export function claimFault(test: ClaimTest, claims: Claims): ClaimFault | undefined {
  const value = claimAt(claims, test.claim);
  if (value === undefined) return "claim.missing";
  if ("includes" in test) {
    if (!Array.isArray(value)) return "claim.wrongType";
    return value.includes(test.includes) ? undefined : "claim.different";
  }
  const accepted = "in" in test ? test.in : [test.equals];
  if (accepted.some((scalar) => scalar === value)) return undefined;
  return accepted.some((scalar) => typeof scalar === typeof value) ? "claim.different" : "claim.wrongType";
}
