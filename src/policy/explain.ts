// Which policy decides for a caller, app by app and resource by resource, and why those before it did not: the story of `access.ts`, told for the
// operator's command line. It names places in the policy document and reasons of ours, never the values of claims.

import type { Principal } from "../identity/principal.ts";
import { appsConcerned, appsOf, type Scope, type ScopeFault, scopeUnder } from "./access.ts";
import { type ClaimFault, claimFault, type Condition, fits } from "./conditions.ts";
import type { Grant, Policies, Policy } from "./grammar.ts";

/** place: as in the problems of a document, for example `policies[1].when.all[0]`. */
export type Mismatch = {
  place: string;
  reason: "app.notListed" | "resource.notListed" | "caller.unknown" | ClaimFault;
};

/** allowed: by this scope. refused: the policy decides, and its claim of apps or meetings can't be used. undecided: no policy fits. */
export type Decision =
  | { outcome: "allowed"; policy: string; place: string; scope: Scope }
  | { outcome: "refused"; policy: string; place: string; reason: ScopeFault }
  | { outcome: "undecided" };

/** passedOver: the policies before the deciding one, in order, each with at least one reason. */
export type Explanation = {
  appId: string;
  resource: string;
  decision: Decision;
  passedOver: readonly { policy: string; mismatches: readonly Mismatch[] }[];
};

/** One explanation for each app and resource, in the order given. */
export function explain(
  policies: Policies,
  principal: Principal,
  appIds: Iterable<string>,
  resources: readonly string[],
): Explanation[] {
  return [...appIds].flatMap((appId) => resources.map((resource) => explainOne(policies, principal, appId, resource)));
}

/** What a caller is granted of an app, and by which policy, if one fits. */
export type GrantExplanation = { grants: readonly Grant[]; by: { policy: string; place: string } | undefined };

export function explainGrants(policies: Policies, principal: Principal, appId: string): GrantExplanation {
  const index = policies.findIndex(
    (policy) => fits(policy.when, principal) && appsFor(policy, principal).includes(appId),
  );
  const policy = policies[index];
  if (!policy) return { grants: [], by: undefined };
  const { name, grants = [] } = policy;
  return {
    grants: appsOf(policy, principal).ok ? grants : [],
    by: { policy: name, place: `policies[${index}]` },
  };
}

/** The apps that the policy decides about for this caller: all it may concern where its claim can't be used. */
function appsFor(policy: Policy, principal: Principal): readonly string[] {
  const apps = appsOf(policy, principal);
  return apps.ok ? apps.value : appsConcerned(policy);
}

function explainOne(policies: Policies, principal: Principal, appId: string, resource: string): Explanation {
  const passedOver: { policy: string; mismatches: readonly Mismatch[] }[] = [];
  for (const [index, policy] of policies.entries()) {
    const place = `policies[${index}]`;
    const mismatches = mismatchesOf(policy, principal, { appId, resource }, place);
    if (mismatches.length === 0) {
      return { appId, resource, decision: decisionOf(policy, principal, resource, place), passedOver };
    }
    passedOver.push({ policy: policy.name, mismatches });
  }
  return { appId, resource, decision: { outcome: "undecided" }, passedOver };
}

function decisionOf(policy: Policy, principal: Principal, resource: string, place: string): Decision {
  const { name } = policy;
  const apps = appsOf(policy, principal);
  if (!apps.ok) return { outcome: "refused", policy: name, place: `${place}.apps`, reason: apps.failure };
  const scope = scopeUnder(policy, resource, principal);
  return scope.ok
    ? { outcome: "allowed", policy: name, place, scope: scope.value }
    : { outcome: "refused", policy: name, place: `${place}.meetings`, reason: scope.failure };
}

/** Empty where the policy fits. */
function mismatchesOf(
  policy: Policy,
  principal: Principal,
  { appId, resource }: { appId: string; resource: string },
  place: string,
): readonly Mismatch[] {
  const mismatches: Mismatch[] = [];
  if (!appsFor(policy, principal).includes(appId)) {
    mismatches.push({ place: `${place}.apps`, reason: "app.notListed" });
  }
  if (!policy.resources.includes(resource)) {
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
