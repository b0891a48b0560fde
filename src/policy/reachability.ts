// Which policies can never decide, because an earlier one fits whenever they do (the usual mistake is a broad rule put
// first), or because no caller of the mode has the claims they ask for.
//
// Sound, not complete: whatever is said to be unreachable is, but two earlier policies that only together cover a third
// are not seen. It compares conditions by their parts, with a bound on its steps beyond which it keeps silent.

import type { ClaimTest, Scalar, When } from "./conditions.ts";
import { appsConcerned } from "./access.ts";
import type { Policies, Policy } from "./grammar.ts";

/** A comparison of all conditions of an ordinary document takes some hundreds. */
const STEPS_MAX = 100_000;

/** A policy, and those that decide in its place. Both as positions from 0. */
type Covered = { index: number; coveredBy: readonly number[] };

/** Each policy that can never decide. */
export const unreachablePolicies = (policies: Policies): Covered[] =>
  coveredPolicies(policies, [...policies.keys()], coversResources);

/** Each other policy whose grants hold for nobody: of each app they are those of the first policy that fits, whatever its resources. */
export function idleGrants(policies: Policies): Covered[] {
  const isIdle = new Set(unreachablePolicies(policies).map(({ index }) => index));
  const granting = [...policies.keys()].filter((index) => policies[index]?.grants && !isIdle.has(index));
  return coveredPolicies(policies, granting, () => true);
}

type Covers = (other: Policy, policy: Policy) => boolean;

function coveredPolicies(policies: Policies, indexes: readonly number[], covers: Covers): Covered[] {
  const left = { steps: STEPS_MAX };
  return indexes.flatMap((index) => {
    const coveredBy = coveringPolicies(policies, index, covers, left);
    return coveredBy === undefined ? [] : [{ index, coveredBy }];
  });
}

/** Undefined where some app is left for the policy to decide. */
function coveringPolicies(
  policies: Policies,
  index: number,
  covers: Covers,
  left: { steps: number },
): readonly number[] | undefined {
  const [policy, earlier] = [policies[index], policies.slice(0, index)];
  if (policy === undefined) return undefined;
  const open = new Set(appsConcerned(policy));
  const coveredBy: number[] = [];
  for (const [position, other] of earlier.entries()) {
    // Which apps a claim names, nobody knows before.
    const taken = "fromClaim" in other.apps ? [] : other.apps.filter((appId) => open.has(appId));
    if (taken.length === 0 || !covers(other, policy) || !implies(policy.when, other.when, left)) continue;
    for (const appId of taken) open.delete(appId);
    coveredBy.push(position);
  }
  return open.size === 0 ? coveredBy : undefined;
}

const coversResources: Covers = (other, policy) =>
  policy.resources.every((resource) => other.resources.includes(resource));

/** Whether every caller who fulfils `when` fulfils `other` as well; false where that was not found out. */
export function implies(when: When, other: When, left: { steps: number }): boolean {
  if (other === "anyone") return true;
  if (when === "anyone" || left.steps <= 0) return false;
  left.steps -= 1;
  if (other === "authenticated") return true;
  if (when !== "authenticated" && "any" in when) return when.any.every((part) => implies(part, other, left));
  if ("all" in other) return other.all.every((part) => implies(when, part, left));
  if ("any" in other && other.any.some((part) => implies(when, part, left))) return true;
  if (when === "authenticated") return false;
  if ("all" in when) return when.all.some((part) => implies(part, other, left));
  return !("any" in other) && testImplies(when, other);
}

/** Whether there can be a caller who fulfils it whose only claim is `sub`, a text: that is all an API key has. */
export function mayFitKey(when: When): boolean {
  if (when === "anyone" || when === "authenticated") return true;
  if ("all" in when) return when.all.every(mayFitKey);
  if ("any" in when) return when.any.some(mayFitKey);
  return when.claim === "sub" && !("includes" in when) && acceptedBy(when).some((scalar) => typeof scalar === "string");
}

function testImplies(test: ClaimTest, other: ClaimTest): boolean {
  if (test.claim !== other.claim) return false;
  if ("includes" in test || "includes" in other) {
    return "includes" in test && "includes" in other && test.includes === other.includes;
  }
  const accepted = acceptedBy(other);
  return acceptedBy(test).every((scalar) => accepted.includes(scalar));
}

const acceptedBy = (test: Exclude<ClaimTest, { includes: string }>): readonly Scalar[] =>
  "in" in test ? test.in : [test.equals];
