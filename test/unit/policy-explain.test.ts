// The explanation tells the same story as the decision, by places and reasons.

import { scopesOf } from "../support/session-list.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createAccess } from "../../src/policy/access.ts";
import { explain, explainGrants } from "../../src/policy/explain.ts";
import { parsePolicies } from "../../src/policy/policies.ts";
import {
  allowedBy,
  appIds,
  caller,
  grantedBy,
  rawClaims,
  type RawDocument,
  rawDocument,
  settings,
} from "../support/policy-worlds.ts";

function policiesOf(document: RawDocument) {
  const parsed = parsePolicies(JSON.stringify(document), settings);
  if (!parsed.ok) throw new Error(parsed.failure.join("\n"));
  return parsed.value.policies;
}
const rest = { meetings: "*", resources: "*", fields: "*" } as const;

describe("an explanation", () => {
  const policies = policiesOf({
    policies: [
      { name: "admin", when: { claim: "roles", includes: "admin" }, apps: ["school"], ...rest },
      {
        name: "staff",
        when: {
          all: [
            "authenticated",
            {
              any: [
                { claim: "level", equals: 2 },
                { claim: "org.id", in: ["a", "b"] },
              ],
            },
          ],
        },
        apps: ["support"],
        ...rest,
      },
      { name: "own", when: "authenticated", apps: "*", ...rest, meetings: { fromClaim: "meetings" } },
    ],
  });

  test("names the deciding policy, its place and the scope", () => {
    expect(explain(policies, caller({ roles: ["admin"] }), ["app-1"], ["sessions"])).toEqual([
      {
        appId: "app-1",
        resource: "sessions",
        decision: {
          outcome: "allowed",
          policy: "admin",
          place: "policies[0]",
          scope: { policy: "admin", meetings: "*", fields: "*" },
        },
        passedOver: [],
      },
    ]);
  });

  test("names of each earlier policy what failed, down to the test", () => {
    const [explained] = explain(
      policies,
      caller({ roles: "admin", level: 1, meetings: ["a"] }),
      ["app-2"],
      ["sessions"],
    );
    expect(explained).toMatchObject({ decision: { outcome: "allowed", policy: "own", place: "policies[2]" } });
    expect(explained?.passedOver).toEqual([
      {
        policy: "admin",
        mismatches: [
          { place: "policies[0].apps", reason: "app.notListed" },
          { place: "policies[0].when", reason: "claim.wrongType" },
        ],
      },
      {
        policy: "staff",
        mismatches: [
          { place: "policies[1].when.all[1].any[0]", reason: "claim.different" },
          { place: "policies[1].when.all[1].any[1]", reason: "claim.missing" },
        ],
      },
    ]);
  });

  test("says where the deciding policy's claim of meetings can't be used", () => {
    const reasons = [{}, { meetings: "a" }, { meetings: [] }, { meetings: ["a b"] }].map(
      (claims) => explain(policies, caller(claims), ["app-3"], ["sessions"])[0]?.decision,
    );
    const refused = (reason: string) => ({ outcome: "refused", policy: "own", place: "policies[2].meetings", reason });
    expect(reasons).toEqual(
      ["meetings.missing", "meetings.wrongType", "meetings.empty", "meetings.invalid"].map(refused),
    );
  });

  test("says that a caller without identity is known to no policy", () => {
    const [explained] = explain(policies, caller({}, "public"), ["app-3"], ["sessions"]);
    expect(explained?.decision).toEqual({ outcome: "undecided" });
    expect(explained?.passedOver.at(-1)).toEqual({
      policy: "own",
      mismatches: [{ place: "policies[2].when", reason: "caller.unknown" }],
    });
  });
});

describe("for random policies and callers", () => {
  test("it decides as the access does, and gives a reason for every policy before the deciding one", () => {
    fc.assert(
      fc.property(rawDocument, rawClaims, (document, claims) => {
        const policies = policiesOf(document);
        const principal = caller(claims);
        const scopes = scopesOf(createAccess(policies).accessOf(principal));
        for (const { appId, decision, passedOver } of explain(policies, principal, appIds, ["sessions"])) {
          expect(decision.outcome === "allowed" ? decision.scope : undefined).toEqual(scopes.get(appId));
          const model = allowedBy(document, claims, appId);
          expect(decision.outcome).toBe(
            model === undefined ? "undecided" : model === "refused" ? "refused" : "allowed",
          );
          const decidedAt = decision.outcome === "undecided" ? policies.length : passedOver.length;
          expect(passedOver.map(({ policy }) => policy)).toEqual(policies.slice(0, decidedAt).map(({ name }) => name));
          for (const { mismatches } of passedOver) expect(mismatches.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("it tells the grants that the access has, and the policy that gives or withholds them", () => {
    fc.assert(
      fc.property(rawDocument, rawClaims, (document, claims) => {
        const policies = policiesOf(document);
        const principal = caller(claims);
        const access = createAccess(policies).accessOf(principal);
        for (const appId of appIds) {
          const { grants, by } = explainGrants(policies, principal, appId);
          expect(grants).toEqual(access.grants.get(appId) ?? []);
          expect(grants).toEqual(grantedBy(document, claims, appId));
          const place = policies.findIndex(({ name }) => name === by?.policy);
          expect(by?.place).toBe(by && `policies[${place}]`);
          if (by === undefined) expect(allowedBy(document, claims, appId)).toBeUndefined();
        }
      }),
      { numRuns: 500 },
    );
  });

  test("it tells that nothing is granted where the claim of apps can't be used", () => {
    const own = { name: "own", when: "authenticated", apps: { fromClaim: "apps" }, ...rest, grants: ["purge"] };
    const parsed = parsePolicies(JSON.stringify({ policies: [own, { ...own, name: "all", apps: "*" }] }), settings);
    const policies = parsed.ok ? parsed.value.policies : [];
    const by = { policy: "own", place: "policies[0]" };
    expect(explainGrants(policies, caller({ apps: ["school"] }), "app-1")).toEqual({ grants: ["purge"], by });
    expect(explainGrants(policies, caller({ apps: [] }), "app-1")).toEqual({ grants: [], by });
    expect(explainGrants(policies, caller({ apps: ["school"] }), "app-2")).toMatchObject({
      grants: ["purge"],
      by: { policy: "all" },
    });
  });

  test("it repeats no value of a claim", () => {
    const secret = "claim-value-that-nobody-may-see";
    fc.assert(
      fc.property(rawDocument, (document) => {
        const claims = { roles: [secret], level: secret, org: { id: secret }, meetings: [`${secret}!`] };
        expect(JSON.stringify(explain(policiesOf(document), caller(claims), appIds, ["sessions"]))).not.toContain(
          secret,
        );
      }),
      { numRuns: 200 },
    );
  });
});
