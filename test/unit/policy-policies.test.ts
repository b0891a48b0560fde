// What a policy document may say, and what its author is told when it says something else.

import { fieldsOf, resourceNames } from "../../src/resources/registry.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defaultPolicies, isEverGranted, parsePolicies, type PolicySettings } from "../../src/policy/policies.ts";
import { SESSION_FIELDS } from "../support/session-list.ts";
import { apps, fieldNames, rawDocument, settings } from "../support/policy-worlds.ts";

const everything = { name: "one", when: "authenticated", apps: "*", meetings: "*", resources: "*", fields: "*" };
const inPublic: PolicySettings = { ...settings, mode: "public" };
const shown = {
  name: "one",
  when: "anyone",
  apps: ["school"],
  meetings: "*",
  resources: ["sessions"],
  fields: ["id"],
};

const read = (document: unknown, under: PolicySettings = settings) =>
  parsePolicies(typeof document === "string" ? document : JSON.stringify(document), under);
function accepted(document: unknown, under?: PolicySettings) {
  const parsed = read(document, under);
  if (!parsed.ok) throw new Error(parsed.failure.join("\n"));
  return parsed.value;
}
function problems(document: unknown, under?: PolicySettings): readonly string[] {
  const parsed = read(document, under);
  return parsed.ok ? [] : parsed.failure;
}
/** The problems of one policy with one change. */
const allFields = [...new Set(resourceNames.flatMap(fieldsOf))];
const mistake = (change: Record<string, unknown>, under?: PolicySettings) =>
  problems({ policies: [{ ...(under?.mode === "public" ? shown : everything), ...change }] }, under);
const when = (condition: unknown) => mistake({ when: condition });

describe("a document", () => {
  test("becomes plain data with apps as ids, meetings canonical and sets in place", () => {
    const document = {
      fields: { basic: ["status", "id"] },
      policies: [
        { ...everything, name: "admin", when: { claim: "roles", includes: "admin" } },
        {
          ...everything,
          name: "own",
          apps: ["app-2", "school"],
          meetings: { fromClaim: "org.meetings" },
          fields: "basic",
        },
        { ...everything, name: "few", meetings: ["ROOM-2", "room-1"], resources: ["sessions"], fields: ["type", "id"] },
      ],
    };
    expect(accepted(document).policies).toEqual([
      {
        ...everything,
        name: "admin",
        when: { claim: "roles", includes: "admin" },
        apps: ["app-1", "app-2", "app-3"],
        resources: [...resourceNames],
        fields: Object.fromEntries(resourceNames.map((name) => [name, "*"])),
      },
      {
        ...everything,
        name: "own",
        apps: ["app-2", "app-1"],
        meetings: { fromClaim: "org.meetings" },
        resources: ["sessions"],
        fields: { sessions: ["id", "status"] },
      },
      {
        ...everything,
        name: "few",
        apps: ["app-1", "app-2", "app-3"],
        meetings: ["room-1", "room-2"],
        resources: ["sessions"],
        fields: { sessions: ["id", "type"] },
      },
    ]);
  });

  test("of any right shape is accepted, and its policies keep their names and order", () => {
    fc.assert(
      fc.property(rawDocument, (document) => {
        expect(accepted(document).policies.map(({ name }) => name)).toEqual(document.policies.map(({ name }) => name));
      }),
      { numRuns: 200 },
    );
  });

  test("that lists every field there is shows all of them, as * does", () => {
    const shownOf = (fields: readonly string[], exposeMeta: boolean) =>
      accepted({ policies: [{ ...everything, fields }] }, { ...settings, exposeMeta }).policies[0]?.fields["sessions"];
    expect(SESSION_FIELDS).toEqual(fieldNames);
    expect(shownOf(fieldNames.toReversed(), true)).toBe("*");
    expect(shownOf(fieldNames.slice(0, -1), true)).toEqual(fieldNames.slice(0, -1));
    expect(shownOf(fieldNames.slice(0, -1), false)).toBe("*");
  });

  test("may name a set like something inherited", () => {
    const document = { fields: { constructor: ["id"] }, policies: [{ ...everything, fields: "constructor" }] };
    expect(accepted(document).policies[0]?.fields).toEqual({ sessions: ["id"] });
    expect(mistake({ fields: "constructor" })).toEqual([
      "policies[0].fields: names no set (write the name of one of the document's fields)",
    ]);
  });

  test("may nest all and any five deep", () => {
    const nested = (depth: number): unknown => (depth === 0 ? "authenticated" : { all: [nested(depth - 1)] });
    expect(when(nested(5))).toEqual([]);
    expect(when(nested(6))).toEqual([
      "policies[0].when.all[0].all[0].all[0].all[0].all[0].all: is nested too deep (at most 5 of all and any)",
    ]);
  });
});

describe("a text that is no document", () => {
  test.each(["", "secret-value", "{", '{"policies": [1,]}', "{'policies': []}", "\u0000", "[".repeat(60_000)])(
    "%# is told without being quoted",
    (text) => {
      const [problem, ...others] = problems(text);
      expect(others).toEqual([]);
      expect(problem).toMatch(
        /^document: is not JSON(?: at line \d+, column \d+)? \(correct it; JSON has no comments and no trailing commas\)$/,
      );
    },
  );

  test("is told with its line where the parser knows it", () => {
    expect(problems('{\n  "policies": [1 2]\n}')).toEqual([
      "document: is not JSON at line 2, column 18 (correct it; JSON has no comments and no trailing commas)",
    ]);
  });

  test.each(["[]", "null", "7", '"text"', "true"])("%s is no object", (text) => {
    expect(problems(text)).toEqual(["document: is not usable (write an object with fields, policies)"]);
  });

  test("is at most 64 KiB long, in bytes", () => {
    const padded = (bytes: number, character: string) => {
      const text = JSON.stringify({ policies: [everything] });
      return text + " ".repeat(bytes - text.length - character.length) + character;
    };
    expect(problems(padded(65_536, " "))).toEqual([]);
    expect(problems(padded(65_537, " "))).toEqual(["document: is larger than 64 KiB (shorten it)"]);
    expect(problems("é".repeat(32_769))).toEqual(["document: is larger than 64 KiB (shorten it)"]);
  });
});

describe("a mistake is told with its place and its fix:", () => {
  const noClaimPath =
    "is not usable (write the path of a claim: 1 to 256 characters, at most 10 names joined by dots, none of them __proto__)";
  const noField = `is no field of sessions (write one of ${fieldNames.join(", ")})`;
  const noFieldAtAll = `is no field of a resource (write one of ${allFields.join(", ")})`;
  const noCondition = 'is not usable (write "authenticated", or an object with claim, all or any)';
  const noScalar = "is not usable (write a text, a number, true or false)";

  test.each<[string, readonly string[], readonly string[]]>([
    ["no policies", problems({}), ["policies: is missing (write a list of policies)"]],
    ["an empty list of policies", problems({ policies: [] }), ["policies: is empty (write at least one policy)"]],
    [
      "more than 100 policies",
      problems({ policies: Array.from({ length: 101 }, (_, index) => ({ ...everything, name: `p${index}` })) }),
      ["policies: is too long (write at most 100 policies)"],
    ],
    [
      "a policy with nothing in it",
      problems({ policies: [{}] }),
      [
        "policies[0].name: is missing (write 1 to 32 of a-z, 0-9 and -)",
        'policies[0].when: is missing (write "authenticated", or an object with claim, all or any)',
        'policies[0].apps: is missing (write "*", a list of apps, or an object with fromClaim)',
        'policies[0].meetings: is missing (write "*", a list of meeting ids, or an object with fromClaim)',
        'policies[0].resources: is missing (write "*" or a list of resources)',
        'policies[0].fields: is missing (write "*", the name of a set, or a list of fields)',
      ],
    ],
    [
      "a policy that is none",
      problems({ policies: ["*"] }),
      [
        "policies[0]: is not usable (write an object with name, when, apps, meetings, resources, fields, budgetPercent, grants)",
      ],
    ],
    [
      "unknown keys everywhere",
      problems({
        policy: 1,
        policies: [{ ...everything, "Meeting 7": 1, deny: true, when: { claim: "a", equals: 1, not: 2 } }],
      }),
      [
        "policies[0].when.not: is not known here (known are claim, equals)",
        "policies[0].?: is not known here (known are name, when, apps, meetings, resources, fields, budgetPercent, grants)",
        "policies[0].deny: is not known here (known are name, when, apps, meetings, resources, fields, budgetPercent, grants)",
        "policy: is not known here (known are fields, policies)",
      ],
    ],
    [
      "keys that aim at the prototype",
      problems('{"policies":[{"__proto__":{"apps":"*"},"name":"a"}],"__proto__":{"policies":[]}}'),
      [
        ...problems({ policies: [{ name: "a" }] }),
        "policies[0].__proto__: is not known here (known are name, when, apps, meetings, resources, fields, budgetPercent, grants)",
        "__proto__: is not known here (known are fields, policies)",
      ],
    ],
    [
      "a name with other characters",
      mistake({ name: "Admin role" }),
      ["policies[0].name: is not usable (write 1 to 32 of a-z, 0-9 and -)"],
    ],
    [
      "a name given twice",
      problems({ policies: [everything, { ...everything }] }),
      ["policies[1].name: is another policy's name (give every policy its own)"],
    ],
    ["an unknown word for when", when("everyone"), [`policies[0].when: ${noCondition}`]],
    [
      "anyone where callers have identities",
      when("anyone"),
      ['policies[0].when: is only for AUTH_MODE public (write "authenticated")'],
    ],
    [
      "anyone within a condition",
      when({ any: ["anyone"] }),
      ['policies[0].when.any[0]: is only for AUTH_MODE public (write "authenticated")'],
    ],
    ["an empty all", when({ all: [] }), ["policies[0].when.all: is empty (list at least one)"]],
    ["an any that is no list", when({ any: {} }), ["policies[0].when.any: is not usable (write a list of conditions)"]],
    [
      "all and any at once",
      when({ all: ["authenticated"], any: ["authenticated"] }),
      ["policies[0].when.any: is not known here (known are all)"],
    ],
    [
      "a condition without a test",
      when({ claim: "roles" }),
      ["policies[0].when: tests nothing (write claim with equals, includes or in, or all, or any)"],
    ],
    [
      "a test without a claim",
      when({ includes: "admin" }),
      [`policies[0].when.claim: ${noClaimPath.replace("not usable", "missing")}`],
    ],
    ["a path that is empty", when({ claim: "", equals: 1 }), [`policies[0].when.claim: ${noClaimPath}`]],
    [
      "a path through the prototype",
      when({ claim: "__proto__.admin", equals: 1 }),
      [`policies[0].when.claim: ${noClaimPath}`],
    ],
    [
      "a path with __proto__ further in",
      when({ claim: "a.__proto__.b", equals: 1 }),
      [`policies[0].when.claim: ${noClaimPath}`],
    ],
    [
      "a path that is too long",
      when({ claim: "a".repeat(257), equals: 1 }),
      [`policies[0].when.claim: ${noClaimPath}`],
    ],
    [
      "a path of too many names",
      when({ claim: "a.b.c.d.e.f.g.h.i.j.k", equals: 1 }),
      [`policies[0].when.claim: ${noClaimPath}`],
    ],
    ["null as a value", when({ claim: "a", equals: null }), [`policies[0].when.equals: ${noScalar}`]],
    ["a list as a value", when({ claim: "a", equals: ["x"] }), [`policies[0].when.equals: ${noScalar}`]],
    [
      "an empty text as a value",
      when({ claim: "a", equals: "" }),
      ["policies[0].when.equals: is empty (write a text)"],
    ],
    ["an empty in", when({ claim: "a", in: [] }), ["policies[0].when.in: is empty (list at least one)"]],
    ["a wrong value in in", when({ claim: "a", in: ["x", {}] }), [`policies[0].when.in[1]: ${noScalar}`]],
    [
      "an element that is no text",
      when({ claim: "a", includes: 1 }),
      ["policies[0].when.includes: is not usable (write a text)"],
    ],
    ["an empty element", when({ claim: "a", includes: "" }), ["policies[0].when.includes: is empty (write a text)"]],
    [
      "a mistake deep inside",
      when({
        all: [
          "authenticated",
          {
            any: [
              { claim: "a", equals: 1 },
              { claim: "a", includes: [] },
            ],
          },
        ],
      }),
      ["policies[0].when.all[1].any[1].includes: is not usable (write a text)"],
    ],
    [
      "apps that are not there, or there twice",
      mistake({ apps: ["school", "nowhere", "app-1", 3, "toString"] }),
      [
        "policies[0].apps[1]: is not usable (write an alias or app id that REALTIMEKIT_APPS has)",
        "policies[0].apps[2]: repeats an earlier entry (list each once)",
        "policies[0].apps[3]: is not usable (write an alias or app id that REALTIMEKIT_APPS has)",
        "policies[0].apps[4]: is not usable (write an alias or app id that REALTIMEKIT_APPS has)",
      ],
    ],
    [
      "an empty text for apps",
      mistake({ apps: "" }),
      ['policies[0].apps: is not usable (write "*", a list of apps, or an object with fromClaim)'],
    ],
    ["no apps", mistake({ apps: [] }), ["policies[0].apps: is empty (list at least one)"]],
    [
      "one app without a list",
      mistake({ apps: "school" }),
      ['policies[0].apps: is not usable (write "*", a list of apps, or an object with fromClaim)'],
    ],
    [
      "meetings that are none, or there twice",
      mistake({ meetings: ["room-1", "a_b", "ROOM-1"] }),
      [
        "policies[0].meetings[1]: is not usable (write a meeting's UUID or room name: 1 to 64 letters, digits and hyphens)",
        "policies[0].meetings[2]: repeats an earlier entry (list each once)",
      ],
    ],
    ["no meetings", mistake({ meetings: [] }), ["policies[0].meetings: is empty (list at least one)"]],
    [
      "meetings from something else",
      mistake({ meetings: { from: "meetings" } }),
      [
        `policies[0].meetings.fromClaim: ${noClaimPath.replace("not usable", "missing")}`,
        "policies[0].meetings.from: is not known here (known are fromClaim)",
      ],
    ],
    [
      "an unknown resource",
      mistake({ resources: ["meetings"] }),
      [`policies[0].resources[0]: is not usable (write ${resourceNames.join(", ")})`],
    ],
    [
      "one resource without a list",
      mistake({ resources: "sessions" }),
      ['policies[0].resources: is not usable (write "*" or a list of resources)'],
    ],
    [
      "fields that are none, or there twice",
      mistake({ fields: ["id", "name", "id"] }),
      [`policies[0].fields[1]: ${noField}`, "policies[0].fields[2]: repeats an earlier entry (list each once)"],
    ],
    ["no fields", mistake({ fields: [] }), ["policies[0].fields: is empty (list at least one)"]],
    [
      "a set that is not there",
      mistake({ fields: "basic" }),
      ["policies[0].fields: names no set (write the name of one of the document's fields)"],
    ],
    [
      "sets with mistakes in them",
      problems({ fields: { a: [], b: ["id", 1], "no set": ["id"] }, policies: [{ ...everything, fields: "a" }] }),
      [
        "fields.a: is empty (list at least one)",
        `fields.b[1]: ${noFieldAtAll}`,
        "fields.?: is no name for a set (write 1 to 32 of a-z, 0-9 and -)",
      ],
    ],
    [
      "sets that are a list",
      problems({ fields: [["id"]], policies: [everything] }),
      ["fields: is not usable (write an object)"],
    ],
  ])("%s", (_, told, expected) => {
    expect(told).toEqual(expected);
  });

  test("mistakes of all policies are told together, at most 100", () => {
    const wrong = { ...everything, apps: ["x"], fields: ["y"] };
    expect(problems({ policies: [wrong, everything, { ...wrong, name: "?" }] })).toHaveLength(6);
    expect(problems({ policies: [{ ...everything, meetings: Array.from({ length: 500 }, () => 1) }] })).toHaveLength(
      100,
    );
  });
});

describe("no problem and no warning repeats what was written", () => {
  const canary = "c4nary-value_7";
  const junk: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom<unknown>(canary, "*", "authenticated", "anyone", 7, null, `${canary}.x`),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(
        fc.constantFrom("all", "any", "claim", "equals", "in", "includes", "fromClaim", "__proto__", canary),
        tie("value"),
        { maxKeys: 4, noNullPrototype: true },
      ),
    ),
  })).value;
  const broken = fc.record(
    {
      fields: fc.oneof(junk, fc.dictionary(fc.constantFrom("basic", canary), junk)),
      policies: fc.oneof(
        junk,
        fc.array(
          fc.record(
            { name: junk, when: junk, apps: junk, meetings: junk, resources: junk, fields: junk, [canary]: junk },
            { requiredKeys: [] },
          ),
          { maxLength: 3 },
        ),
      ),
    },
    { requiredKeys: [] },
  );

  test("whatever is wrong, and nothing throws", () => {
    fc.assert(
      fc.property(fc.oneof(broken, junk), fc.constantFrom(settings, inPublic), (document, under) => {
        const parsed = read(document, under);
        const told = parsed.ok ? parsed.value.warnings : parsed.failure;
        for (const problem of told) {
          expect(problem).not.toContain(canary);
          expect(problem).toMatch(/^[\w.[\]?-]+: .+ \(.+\)$/);
        }
      }),
      { numRuns: 1_500 },
    );
  });

  test("nor does a text that is not JSON", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        for (const problem of problems(before + canary + after)) expect(problem).not.toContain(canary);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("with AUTH_MODE public", () => {
  test("apps and fields listed one by one are accepted, by a set as well", () => {
    const document = {
      fields: { status: ["id", "status"] },
      policies: [
        { ...shown, meetings: ["room-1"] },
        { ...shown, name: "two", apps: ["app-2"], fields: "status" },
      ],
    };
    expect(accepted(document, inPublic).policies.map(({ when: condition }) => condition)).toEqual(["anyone", "anyone"]);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["all apps", { apps: "*" }, 'policies[0].apps: may not be "*" with AUTH_MODE public (list the apps one by one)'],
    [
      "all fields",
      { fields: "*" },
      'policies[0].fields: may not be "*" with AUTH_MODE public (list the fields one by one)',
    ],
    [
      "meetings from a claim",
      { meetings: { fromClaim: "a" } },
      "policies[0].meetings: can't come from a claim with AUTH_MODE public (list the meetings)",
    ],
    ...["authenticated", { claim: "a", equals: 1 }, { any: ["anyone"] }, undefined].map(
      (condition): [string, Record<string, unknown>, string] => [
        `when ${JSON.stringify(condition)}`,
        { when: condition },
        'policies[0].when: must be "anyone" with AUTH_MODE public, where nobody says who they are (write "anyone")',
      ],
    ),
  ])("%s: refused", (_, change, problem) => {
    expect(mistake(change, inPublic)).toEqual([problem]);
  });
});

describe("grants", () => {
  const noGrant = "is nothing that can be granted (write one of purge, metrics)";

  test("are an operator's verbs, each once, for whoever sees every meeting", () => {
    const [one, other] = accepted({
      policies: [
        { ...everything, apps: ["school"], grants: ["metrics", "purge"] },
        { ...everything, name: "two", apps: ["lab"] },
      ],
    }).policies;
    expect(one?.grants).toEqual(["metrics", "purge"]);
    expect(other?.grants).toBeUndefined();
    expect(accepted({ policies: [{ ...everything, apps: { fromClaim: "apps" }, grants: ["purge"] }] })).toMatchObject({
      warnings: [],
    });
  });

  test.each<[string, Record<string, unknown>, string[]]>([
    ["an unknown verb", { grants: ["purge", "delete"] }, [`policies[0].grants[1]: ${noGrant}`]],
    [
      "several of them",
      { grants: ["*", 1] },
      [`policies[0].grants[0]: ${noGrant}`, `policies[0].grants[1]: ${noGrant}`],
    ],
    [
      "a verb given twice",
      { grants: ["purge", "purge"] },
      ["policies[0].grants[1]: repeats an earlier entry (list each once)"],
    ],
    ["none", { grants: [] }, ["policies[0].grants: is empty (list at least one)"]],
    ["a text", { grants: "purge" }, ["policies[0].grants: is not usable (write a list of purge and metrics)"]],
    ["a star", { grants: "*" }, ["policies[0].grants: is not usable (write a list of purge and metrics)"]],
    ["null", { grants: null }, ["policies[0].grants: is not usable (write a list of purge and metrics)"]],
    ...[["room-1"], { fromClaim: "meetings" }].map((meetings): [string, Record<string, unknown>, string[]] => [
      `meetings ${JSON.stringify(meetings)}`,
      { grants: ["purge"], meetings },
      ['policies[0].grants: need "meetings": "*", because they hold for whole apps (write it, or leave grants out)'],
    ]),
  ])("%s: refused", (_, change, told) => {
    expect(mistake(change)).toEqual(told);
  });

  test.each([[["purge"]], [["metrics"]], [[]], [["delete"]], ["*"], [null]])(
    "are never for AUTH_MODE public, whatever is written: %j",
    (grants) => {
      expect(mistake({ grants }, inPublic)).toEqual([
        "policies[0].grants: is not for AUTH_MODE public, where nobody says who they are (leave it out)",
      ]);
    },
  );

  test("are given to nobody by default", () => {
    for (const grant of ["purge", "metrics"] as const) {
      expect(isEverGranted(defaultPolicies(settings), grant)).toBe(false);
      const { policies } = accepted({ policies: [everything, { ...everything, name: "two", grants: ["metrics"] }] });
      expect(isEverGranted(policies, grant)).toBe(grant === "metrics");
    }
  });
});

describe("meta where it is not exposed", () => {
  const hidden: PolicySettings = { ...settings, exposeMeta: false };

  test("is left out with a warning at every place that lists it, so that exposing can be turned off without an edit", () => {
    const document = {
      fields: { basic: ["id", "meta"] },
      policies: [
        { ...everything, name: "a", apps: ["school"], fields: "basic" },
        { ...everything, name: "b", apps: ["lab"], fields: ["status", "meta"] },
      ],
    };
    const { policies, warnings } = accepted(document, hidden);
    expect(policies.map(({ fields }) => fields)).toEqual([{ sessions: ["id"] }, { sessions: ["status"] }]);
    expect(warnings).toEqual(
      ["fields.basic", "policies[1].fields"].map(
        (place) => `${place}: lists meta, which is not shown without EXPOSE_META=true (set it, or leave meta out)`,
      ),
    );
    expect(accepted(document, settings).warnings).toEqual([]);
  });

  test("and listed alone leaves no field to show", () => {
    expect(accepted({ policies: [{ ...everything, fields: ["meta"] }] }, hidden).policies[0]?.fields).toEqual({
      sessions: [],
    });
  });
});

test("an app is named by alias or id, and never by anything inherited", () => {
  for (const [alias, id] of apps) {
    expect(accepted({ policies: [{ ...everything, apps: [alias] }] }).policies[0]?.apps).toEqual([id]);
    expect(accepted({ policies: [{ ...everything, apps: [id] }] }).policies[0]?.apps).toEqual([id]);
  }
  expect(mistake({ apps: ["constructor"] })).toHaveLength(1);
});
