// Policies that can never decide are warned of, and no other is.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { explain, explainGrants } from "../../src/policy/explain.ts";
import { implies, mayFitKey } from "../../src/policy/reachability.ts";
import { parsePolicies } from "../../src/policy/policies.ts";
import type { Condition } from "../../src/policy/conditions.ts";
import { fits } from "../../src/policy/conditions.ts";
import {
  appIds,
  caller,
  rawClaims,
  type RawDocument,
  rawDocument,
  rawWhen,
  type RawWhen,
  settings,
} from "../support/policy-worlds.ts";

function read(document: RawDocument) {
  const parsed = parsePolicies(JSON.stringify(document), settings);
  if (!parsed.ok) throw new Error(parsed.failure.join("\n"));
  return parsed.value;
}
const rest = { meetings: "*", resources: "*", fields: "*" } as const;
const warningsOf = (...rules: [when: RawWhen, apps?: string[]][]) =>
  read({ policies: rules.map(([when, apps], index) => ({ name: `p${index}`, when, apps: apps ?? "*", ...rest })) })
    .warnings;
const unreachable = (index: number, ...earlier: number[]) =>
  `policies[${index}]: never decides, because ${earlier.map((one) => `policies[${one}]`).join(", ")} fits whenever it does (move it up or remove it)`;

const admin: RawWhen = { claim: "roles", includes: "admin" };
const teacher: RawWhen = { claim: "roles", includes: "teacher" };
const level = (...levels: number[]): RawWhen => ({ claim: "level", in: levels });

describe("a policy is warned of", () => {
  test("behind one for all who are authenticated", () => {
    expect(warningsOf(["authenticated"], [admin])).toEqual([unreachable(1, 0)]);
  });

  test("behind the same condition", () => {
    expect(warningsOf([admin], [teacher], [admin])).toEqual([unreachable(2, 0)]);
  });

  test("behind a weaker condition", () => {
    expect(warningsOf([{ any: [admin, teacher] }], [teacher])).toEqual([unreachable(1, 0)]);
    expect(warningsOf([teacher], [{ all: [admin, teacher] }])).toEqual([unreachable(1, 0)]);
    expect(warningsOf([level(1, 2, 3)], [level(3, 1)])).toEqual([unreachable(1, 0)]);
    expect(warningsOf([level(1, 2)], [{ claim: "level", equals: 2 }])).toEqual([unreachable(1, 0)]);
    expect(warningsOf([{ claim: "level", equals: 1 }], [level(1)])).toEqual([unreachable(1, 0)]);
    expect(warningsOf([{ all: [{ any: [teacher, admin] }, level(1, 2)] }], [{ all: [level(1), admin] }])).toEqual([
      unreachable(1, 0),
    ]);
  });

  test("when its apps are taken by several before it", () => {
    expect(warningsOf([admin, ["school"]], ["authenticated", ["support", "app-3"]], [admin])).toEqual([
      unreachable(2, 0, 1),
    ]);
  });
});

describe("grants", () => {
  type Rule = [when: RawWhen, change?: Partial<RawDocument["policies"][number]>];
  const told = (...rules: Rule[]) =>
    read({
      policies: rules.map(([when, change], index) => ({ name: `p${index}`, when, apps: "*", ...rest, ...change })),
    }).warnings;
  const purge = { grants: ["purge"] };
  const sessions = { resources: ["sessions"] };
  const idle = (index: number, ...earlier: number[]) =>
    `policies[${index}].grants: never hold, because ${earlier.map((one) => `policies[${one}]`).join(", ")} fits the same apps first (move it up, or grant there)`;

  test("are warned of where earlier policies fit all their apps first, though these leave resources to theirs", () => {
    expect(told(["authenticated", sessions], [admin, purge])).toEqual([idle(1, 0)]);
    expect(
      told(
        [admin, { ...sessions, apps: ["school"] }],
        ["authenticated", { ...sessions, apps: ["support", "lab"] }],
        [admin, purge],
      ),
    ).toEqual([idle(2, 0, 1)]);
  });

  test("are not warned of where they hold for somebody, and their policy not twice", () => {
    expect(told([admin, purge], ["authenticated", sessions])).toEqual([]);
    expect(told([{ ...teacher }, sessions], [admin, purge])).toEqual([]);
    expect(told(["authenticated", { ...sessions, apps: ["school"] }], [admin, purge])).toEqual([]);
    expect(told(["authenticated"], [admin, purge])).toEqual([unreachable(1, 0)]);
  });
});

describe("a policy is not warned of", () => {
  test.each<[string, [RawWhen, string[]?][]]>([
    ["when the broad one comes last", [[admin], [teacher], ["authenticated"]]],
    [
      "when an app is left to it",
      [
        ["authenticated", ["school"]],
        [admin, ["school", "support"]],
      ],
    ],
    ["when the earlier one asks for more", [[{ all: [admin, teacher] }], [admin]]],
    ["when the earlier one asks for another element", [[admin], [teacher]]],
    ["when the earlier one asks another claim", [[{ claim: "a", equals: 1 }], [{ claim: "b", equals: 1 }]]],
    ["when the values overlap only", [[level(1, 2)], [level(2, 3)]]],
    ["when a value has another type", [[{ claim: "a", equals: 1 }], [{ claim: "a", equals: "1" }]]],
    ["when one is of a list and one of a value", [[{ claim: "a", equals: "x" }], [{ claim: "a", includes: "x" }]]],
  ])("%s", (_, rules) => {
    expect(warningsOf(...rules)).toEqual([]);
  });
});

describe("with AUTH_MODE key, where the id of the key is the only claim", () => {
  const told = (change: Record<string, unknown>) => {
    const document = { policies: [{ name: "p", when: "authenticated", apps: "*", ...rest, ...change }] };
    const parsed = parsePolicies(JSON.stringify(document), { ...settings, mode: "key" });
    return parsed.ok ? parsed.value.warnings : parsed.failure;
  };
  const sub = { claim: "sub", equals: "reports" };
  const noKey = "policies[0].when: fits no API key, which has only the claim sub (test its id)";

  test.each([[sub], [{ claim: "sub", in: [1, "a"] }], [{ any: [admin, sub] }], [{ all: ["authenticated", sub] }]])(
    "%j may fit",
    (when) => expect(told({ when })).toEqual([]),
  );

  test.each([[admin], [{ claim: "sub", equals: 1 }], [{ claim: "sub", includes: "a" }], [{ all: [sub, admin] }]])(
    "%j is warned of",
    (when) => expect(told({ when })).toEqual([noKey]),
  );

  test("meetings from a claim are warned of", () => {
    expect(told({ meetings: { fromClaim: "sub" } })).toEqual([
      "policies[0].meetings: come from a claim that no API key has (list the meetings)",
    ]);
  });

  test("what is warned of fits no key", () => {
    fc.assert(
      fc.property(rawWhen, fc.constantFrom("admin", "a", "reports"), (when, id) => {
        if (!mayFitKey(when)) expect(fits(when, caller({ sub: id }, "key"))).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

describe("the analysis", () => {
  test("is right: a policy it calls unreachable decides for no caller and no app", () => {
    let [found, idleFound] = [0, 0];
    fc.assert(
      fc.property(rawDocument, fc.array(rawClaims, { minLength: 3, maxLength: 10 }), (document, callers) => {
        const { policies, warnings } = read(document);
        const idle = warnings.flatMap((warning) => /^policies\[(\d+)\]\.grants: never/.exec(warning)?.[1] ?? []);
        const dead = warnings.flatMap((warning) => /^policies\[(\d+)\]: never/.exec(warning)?.[1] ?? []);
        found += dead.length;
        idleFound += idle.length;
        for (const claims of callers) {
          for (const appId of appIds) {
            const { by } = explainGrants(policies, caller(claims), appId);
            expect([...dead, ...idle]).not.toContain(/\d+/.exec(by?.place ?? "")?.[0]);
          }
          for (const { decision } of explain(policies, caller(claims), appIds, ["sessions"])) {
            if (decision.outcome === "undecided") continue;
            expect(dead).not.toContain(/\d+/.exec(decision.place)?.[0]);
          }
        }
      }),
      { numRuns: 500 },
    );
    expect(found).toBeGreaterThan(100);
    expect(idleFound).toBeGreaterThan(0);
  });

  test("says that one condition implies another only where no caller fulfils the one alone", () => {
    const steps = () => ({ steps: 1_000 });
    fc.assert(
      fc.property(rawWhen, rawWhen, fc.array(rawClaims, { minLength: 5, maxLength: 20 }), (a, b, callers) => {
        if (!implies(a, b, steps())) return;
        for (const claims of callers) {
          const principal = caller(claims);
          if (fits(a, principal)) expect(fits(b, principal)).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test("sees that a condition implies itself, and each any of its parts", () => {
    fc.assert(
      fc.property(rawWhen, rawWhen, (a, b) => {
        expect(implies(a, a, { steps: 10_000 })).toBe(true);
        expect(implies(a, { any: [b, a] }, { steps: 10_000 })).toBe(true);
        expect(implies({ all: [b, a] }, a, { steps: 10_000 })).toBe(true);
      }),
    );
  });

  test("anyone implies nothing but itself", () => {
    expect(implies("anyone", "authenticated", { steps: 10 })).toBe(false);
    expect(implies("authenticated", "anyone", { steps: 10 })).toBe(true);
  });

  test("keeps silent when there are too many steps to take, and takes no longer than a moment", () => {
    const leaves = (offset: number): Condition[] =>
      Array.from({ length: 6 }, (_, index) => ({ claim: "a", equals: index + offset }));
    const deep = (nesting: number, offset: number): Condition =>
      nesting === 0
        ? { any: leaves(offset) }
        : { all: Array.from({ length: 6 }, () => ({ any: [deep(nesting - 1, offset)] })) };
    const left = { steps: 5_000 };
    expect(implies(deep(3, 0), deep(3, 3), left)).toBe(false);
    expect(left.steps).toBe(0);
  });
});
