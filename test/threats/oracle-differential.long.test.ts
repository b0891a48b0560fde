// The decisive test of the boundary: whatever is remembered and shared, nobody is shown another thing than a service would show
// them that was made for this one request and has never seen anybody else; and never a thing that the policies don't allow.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { oracleCase } from "../support/oracle-cases.ts";
import { findingsIn, prepare } from "../support/oracle.ts";

const casesCount = 200;
const seed = Number(process.env["TEST_SEED"] || Math.floor(Math.random() * 2 ** 31));

describe(`rows 45, 47, 49, 50 and 56: the service with all its memories, seed ${seed}`, { timeout: 300_000 }, () => {
  it("says byte for byte what a service without any says, and nothing beyond the policies", async () => {
    const seen = { short: 0, ok: 0 };
    await fc.assert(
      fc.asyncProperty(oracleCase, async (drawn) => {
        const { differences, breaches, shortCount, okCount } = await findingsIn(await prepare(drawn));
        seen.short += shortCount;
        seen.ok += okCount;
        expect(differences.slice(0, 1)).toEqual([]);
        expect(breaches.slice(0, 1)).toEqual([]);
      }),
      { numRuns: casesCount, endOnFailure: true, seed },
    );
    // It says nothing if everybody is refused, or if nothing is remembered. Usual are five and one of each a case.
    expect(seen.ok).toBeGreaterThan(casesCount);
    expect(seen.short).toBeGreaterThan(0);
  });
});
