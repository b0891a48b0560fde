// Whether a condition fits a caller, and what can never be a claim.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { claimAt, isClaimPath } from "../../src/policy/claims.ts";
import { claimFault, fits, type When } from "../../src/policy/conditions.ts";
import { caller, rawClaims } from "../support/policy-worlds.ts";

const check = (when: When, claims: Record<string, unknown>) => fits(when, caller(claims));
const parsed = (text: string): Record<string, unknown> => JSON.parse(text);

describe("anyone and authenticated", () => {
  test("without an identity only anyone fits, whatever the claims say", () => {
    const everybody = caller({ roles: ["admin"], level: 1 }, "public");
    expect(fits("anyone", everybody)).toBe(true);
    const conditions: When[] = [
      "authenticated",
      { claim: "roles", includes: "admin" },
      { claim: "level", equals: 1 },
      { all: ["authenticated"] },
      { any: ["authenticated", { claim: "level", in: [1] }] },
    ];
    for (const when of conditions) expect(fits(when, everybody)).toBe(false);
  });

  test.each(["jwt", "access", "key"] as const)("with an identity of mode %s both fit", (mode) => {
    expect(fits("authenticated", caller({}, mode))).toBe(true);
    expect(fits("anyone", caller({}, mode))).toBe(true);
  });
});

describe("equals and in", () => {
  test.each([
    ["the same text", "a", "a", true],
    ["another case", "a", "A", false],
    ["more text", "admin", "administrator", false],
    ["a number as text", 1, "1", false],
    ["a text as number", "1", 1, false],
    ["a boolean as text", true, "true", false],
    ["a boolean as number", true, 1, false],
    ["a list with the text", "a", ["a"], false],
    ["null", "null", null, false],
    ["an object", "[object Object]", {}, false],
    ["the same number", 1, 1, true],
    ["the same boolean", false, false, true],
  ])("%s", (_, expected, value, isFit) => {
    expect(check({ claim: "c", equals: expected }, { c: value })).toBe(isFit);
    expect(check({ claim: "c", in: ["other", expected] }, { c: value })).toBe(isFit);
  });

  test("a claim that is not there fits nothing", () => {
    expect(check({ claim: "c", equals: "undefined" }, {})).toBe(false);
    expect(check({ claim: "c", in: ["", false, 0] }, { d: 1 })).toBe(false);
  });
});

describe("includes", () => {
  test.each([
    ["a whole element", ["x", "admin"], true],
    ["part of an element", ["administrator"], false],
    ["an element in another case", ["Admin"], false],
    ["a text that is it", "admin", false],
    ["a text that contains it", "administrator,admin", false],
    ["a nested list", [["admin"]], false],
    ["an object with it as a key", { admin: true }, false],
    ["an object like a list", { 0: "admin", length: 1 }, false],
    ["an empty list", [], false],
    ["null", null, false],
  ])("%s", (_, value, isFit) => {
    expect(check({ claim: "roles", includes: "admin" }, { roles: value })).toBe(isFit);
  });

  test("a text is an element of a list of texts exactly where the two are equal", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.string({ minLength: 1 }), (list, text) => {
        const isThere = list.filter((entry) => entry === text).length > 0;
        expect(check({ claim: "roles", includes: text }, { roles: list })).toBe(isThere);
        expect(check({ claim: "roles", includes: text }, { roles: list.join(text) + text })).toBe(false);
      }),
    );
  });
});

describe("all and any", () => {
  const yes: When = { claim: "level", equals: 1 };
  const no: When = { claim: "level", equals: 2 };
  test.each<[When, boolean]>([
    [{ all: [yes, yes] }, true],
    [{ all: [yes, no] }, false],
    [{ any: [no, yes] }, true],
    [{ any: [no, no] }, false],
    [{ all: ["authenticated", { any: [no, { all: [yes] }] }] }, true],
    [{ all: ["authenticated", { any: [no, { all: [yes, no] }] }] }, false],
  ])("%j is %s", (when, isFit) => {
    expect(check(when, { level: 1 })).toBe(isFit);
  });
});

describe("the path of a claim", () => {
  test("walks nested claims by their names", () => {
    expect(claimAt({ org: { team: { id: 7 } } }, "org.team.id")).toBe(7);
    expect(claimAt({ org: { team: 7 } }, "org.team.id")).toBeUndefined();
    expect(claimAt({}, "org.team.id")).toBeUndefined();
  });

  test("finds a claim whose name has dots and slashes, and prefers it to a nested one", () => {
    expect(claimAt({ "https://example.com/roles": ["a"] }, "https://example.com/roles")).toEqual(["a"]);
    expect(claimAt({ "org.id": "whole", org: { id: "nested" } }, "org.id")).toBe("whole");
    expect(claimAt({ "org.id": null, org: { id: "nested" } }, "org.id")).toBeNull();
  });

  test("does not walk into lists or texts", () => {
    expect(claimAt({ roles: ["a"] }, "roles.0")).toBeUndefined();
    expect(claimAt({ roles: ["a"] }, "roles.length")).toBeUndefined();
    expect(claimAt({ name: "abc" }, "name.length")).toBeUndefined();
  });

  test.each([
    "constructor",
    "toString",
    "hasOwnProperty",
    "constructor.name",
    "a.constructor.name",
    "valueOf.call.length",
  ])("finds nothing inherited at %s", (path) => {
    expect(claimAt({ a: {} }, path)).toBeUndefined();
  });

  test("never passes through __proto__, even where the token has a claim of that name", () => {
    const claims = parsed('{"__proto__":{"admin":true},"a":{"__proto__":{"admin":true}},"__proto__.admin":true}');
    for (const path of ["__proto__", "__proto__.admin", "a.__proto__", "a.__proto__.admin", "a.admin", "admin"]) {
      expect(claimAt(claims, path)).toBeUndefined();
    }
  });

  test("a claim of the name of something inherited is a claim", () => {
    expect(claimAt(parsed('{"constructor":"x","toString":["a"]}'), "constructor")).toBe("x");
    expect(claimAt(parsed('{"hasOwnProperty":1,"a":2}'), "a")).toBe(2);
  });

  test("is at most 256 characters of at most 10 names", () => {
    expect(isClaimPath("a".repeat(256))).toBe(true);
    expect(isClaimPath("a".repeat(257))).toBe(false);
    expect(isClaimPath("a.b.c.d.e.f.g.h.i.j")).toBe(true);
    expect(isClaimPath("a.b.c.d.e.f.g.h.i.j.k")).toBe(false);
    expect(isClaimPath("")).toBe(false);
    expect(claimAt({ ["a".repeat(257)]: 1 }, "a".repeat(257))).toBeUndefined();
  });
});

describe("whatever the claims are", () => {
  const anyPath = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc
      .array(fc.constantFrom("__proto__", "constructor", "prototype", "toString", "length", "roles", "org", "0", ""))
      .map((steps) => steps.join(".")),
  );
  const anyWhen: fc.Arbitrary<When> = fc.oneof(
    fc.record({ claim: anyPath, equals: fc.oneof(fc.string(), fc.integer(), fc.boolean()) }),
    fc.record({ claim: anyPath, includes: fc.string() }),
    fc.record({ claim: anyPath, in: fc.array(fc.string()) }),
  );
  const anyClaims = fc.oneof(
    rawClaims,
    fc.json({ maxDepth: 5 }).map((text) => JSON.parse(text)),
    fc.dictionary(fc.constantFrom("__proto__", "constructor", "roles", "org", "0", ""), fc.jsonValue(), {
      noNullPrototype: false,
    }),
  );

  test("a condition is decided without an exception, and a fault is told exactly where it does not fit", () => {
    fc.assert(
      fc.property(anyWhen, anyClaims, (when, claims) => {
        const isFit = check(when, claims);
        if (typeof when !== "object" || "all" in when || "any" in when) return;
        expect(claimFault(when, claims) === undefined).toBe(isFit);
      }),
      { numRuns: 3_000 },
    );
  });

  test("what is found is a value that JSON of the claims holds, never something inherited", () => {
    fc.assert(
      fc.property(anyPath, anyClaims, (path, claims) => {
        const value = claimAt(claims, path);
        expect(typeof value).not.toBe("function");
        if (value !== undefined) expect(JSON.stringify(claims)).toContain(JSON.stringify(value));
      }),
      { numRuns: 3_000 },
    );
  });
});

describe("why a claim fails", () => {
  test.each([
    [{ claim: "c", equals: 1 }, {}, "claim.missing"],
    [{ claim: "c", equals: 1 }, { c: "1" }, "claim.wrongType"],
    [{ claim: "c", equals: 1 }, { c: 2 }, "claim.different"],
    [{ claim: "c", in: [1, "a"] }, { c: "b" }, "claim.different"],
    [{ claim: "c", in: [1, 2] }, { c: [1] }, "claim.wrongType"],
    [{ claim: "c", includes: "a" }, { c: "a" }, "claim.wrongType"],
    [{ claim: "c", includes: "a" }, { c: ["b"] }, "claim.different"],
    [{ claim: "c", includes: "a" }, { c: ["a"] }, undefined],
  ])("%j of %j: %s", (condition, claims, fault) => {
    expect(claimFault(condition, claims)).toBe(fault);
  });
});
