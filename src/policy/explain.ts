// Which policy decides for a caller, app by app, and why those before it did not: the story of `access.ts`, told for the
// operator's command line. It names places in the policy document and reasons of ours, never the values of claims.

import type { Principal } from "../identity/principal.ts";
import { type MeetingsFault, type Scope, scopeUnder } from "./access.ts";
import { type ClaimFault, claimFault, type Condition, fits } from "./conditions.ts";
import type { Policies, Policy } from "./grammar.ts";

/** place: as in the problems of a document, for example `policies[1].when.all[0]`. */
export type Mismatch = {
  place: string;
  reason: "app.notListed" | "resource.notListed" | "caller.unknown" | ClaimFault;
};

/** allowed: by this scope. refused: the policy decides, and its claim of meetings can't be used. undecided: no policy fits. */
export type Decision =
  | { outcome: "allowed"; policy: string; place: string; scope: Scope }
  | { outcome: "refused"; policy: string; place: string; reason: MeetingsFault }
  | { outcome: "undecided" };

/** passedOver: the policies before the deciding one, in order, each with at least one reason. */
export type AppExplanation = {
  appId: string;
  decision: Decision;
  passedOver: readonly { policy: string; mismatches: readonly Mismatch[] }[];
};

/** One explanation for each app, in the order given. */
export function explain(policies: Policies, principal: Principal, appIds: Iterable<string>): AppExplanation[] {
  return Array.from(appIds, (appId) => explainApp(policies, principal, appId));
}

function explainApp(policies: Policies, principal: Principal, appId: string): AppExplanation {
  const passedOver: { policy: string; mismatches: readonly Mismatch[] }[] = [];
  for (const [index, policy] of policies.entries()) {
    const place = `policies[${index}]`;
    const mismatches = mismatchesOf(policy, principal, appId, place);
    if (mismatches.length === 0) return { appId, decision: decisionOf(policy, principal, place), passedOver };
    passedOver.push({ policy: policy.name, mismatches });
  }
  return { appId, decision: { outcome: "undecided" }, passedOver };
}

function decisionOf(policy: Policy, principal: Principal, place: string): Decision {
  const scope = scopeUnder(policy, principal);
  return scope.ok
    ? { outcome: "allowed", policy: policy.name, place, scope: scope.value }
    : { outcome: "refused", policy: policy.name, place: `${place}.meetings`, reason: scope.failure };
}

/** Empty where the policy fits. */
function mismatchesOf(policy: Policy, principal: Principal, appId: string, place: string): readonly Mismatch[] {
  const mismatches: Mismatch[] = [];
  if (!policy.apps.includes(appId)) mismatches.push({ place: `${place}.apps`, reason: "app.notListed" });
  if (!policy.resources.includes("sessions")) {
    mismatches.push({ place: `${place}.resources`, reason: "resource.notListed" });
  }
  if (fits(policy.when, principal)) return mismatches;
  const when = `${place}.when`;
  if (policy.when === "anyone" || principal.mode === "public")
    mismatches.push({ place: when, reason: "caller.unknown" });
  else mismatches.push(...failedTests(policy.when, principal, when));
  return mismatches;
}

/** The tests because of which a condition that does not fit does not: of `all` those that failed, of `any` every one. */
function failedTests(condition: Condition, principal: Principal, place: string): Mismatch[] {
  if (fits(condition, principal) || condition === "authenticated") return [];
  if ("all" in condition) {
    return condition.all.flatMap((part, index) => failedTests(part, principal, `${place}.all[${index}]`));
  }
  if ("any" in condition) {
    return condition.any.flatMap((part, index) => failedTests(part, principal, `${place}.any[${index}]`));
  }
  const reason = claimFault(condition, principal.claims);
  return reason === undefined ? [] : [{ place, reason }];
}
