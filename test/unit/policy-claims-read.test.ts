// What a login keeps of its claims is all that a policy can see: for any policies and claims, the decision is the same with the rest cut.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Claims } from "../../src/identity/principal.ts";
import { decide } from "../../src/policy/access.ts";
import { claimAt } from "../../src/policy/claims.ts";
import { claimPathsRead, onlyClaims } from "../../src/policy/claims-read.ts";
import { parsePolicies } from "../../src/policy/policies.ts";
import { configFor } from "../support/app.ts";
import { loginDeployment } from "../support/login-settings.ts";

const word = fc.constantFrom("a", "b", "c", "roles", "a.b", "a.b.c", "https://x.example/r", "constructor");
const path = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join("."));
const leaf = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.string(), { maxLength: 3 }),
);
const { claims } = fc.letrec<{ claims: Claims; value: unknown }>((tie) => ({
  claims: fc.dictionary(word, tie("value"), { maxKeys: 5 }),
  value: fc.oneof({ depthSize: "small" }, leaf, tie("claims")),
}));

describe("what is kept of the claims", () => {
  it("has at every path that is read what was there, and nothing at any other", () => {
    fc.assert(
      fc.property(claims, fc.array(path, { maxLength: 5 }), (all, paths) => {
        const kept = onlyClaims(all, [...paths].sort());
        for (const one of paths) expect(claimAt(kept, one)).toEqual(claimAt(all, one));
        const size = (value: unknown) => JSON.stringify(value).length;
        expect(size(kept)).toBeLessThanOrEqual(size(all));
        if (paths.length === 0) expect(kept).toEqual({});
      }),
      { numRuns: 2_000 },
    );
  });

  it("leaves the claims themselves as they were", () => {
    fc.assert(
      fc.property(claims, fc.array(path, { maxLength: 5 }), (all, paths) => {
        const before = JSON.stringify(all);
        onlyClaims(all, paths);
        expect(JSON.stringify(all)).toBe(before);
      }),
    );
  });

  it("decides as the whole of them does", () => {
    const apps = configFor(loginDeployment).apps;
    const [alias = ""] = apps.keys();
    const condition = fc.oneof(
      fc.record({ claim: path, includes: fc.constantFrom("x", "y") }),
      fc.record({ claim: path, equals: fc.constantFrom("x", 1, true) }),
    );
    const policy = fc.record({
      when: fc.oneof(condition, fc.record({ any: fc.array(condition, { minLength: 1, maxLength: 3 }) })),
      meetings: fc.oneof(
        fc.constant("*"),
        path.map((fromClaim) => ({ fromClaim })),
      ),
    });
    fc.assert(
      fc.property(claims, fc.array(policy, { minLength: 1, maxLength: 4 }), (all, listed) => {
        const policies = listed.map((one, place) => ({
          name: `p${place}`,
          apps: [alias],
          resources: ["sessions"],
          fields: "*",
          ...one,
        }));
        const parsed = parsePolicies(JSON.stringify({ policies }), { mode: "session", apps, exposeMeta: false });
        if (!parsed.ok) throw new Error(parsed.failure.join("\n"));
        const read = parsed.value.policies;
        const principal = { mode: "session", issuer: "i", subject: "s", expiresAt: Number.POSITIVE_INFINITY } as const;
        const whole = decide(read, { ...principal, claims: all });
        const cut = decide(read, { ...principal, claims: onlyClaims(all, claimPathsRead(read)) });
        expect(cut).toEqual(whole);
      }),
      { numRuns: 1_000 },
    );
  });
});
