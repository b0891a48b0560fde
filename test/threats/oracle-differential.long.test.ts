// The decisive test of the boundary: whatever is remembered and shared, nobody is shown another thing than a service would show
// them that was made for this one request and has never seen anybody else; and never a thing that the policies don't allow. It holds for
// every resource of the registry.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { movesWithTime } from "../../src/resources/read-query.ts";
import { resources } from "../../src/resources/registry.ts";
import { casesOf, plainCases } from "../support/oracle-cases.ts";
import { spelled } from "../support/oracle-questions.ts";
import { findingsIn, prepare } from "../support/oracle.ts";

const casesCount = 11;
const seed = Number(process.env["TEST_SEED"] || Math.floor(Math.random() * 2 ** 31));
const named = resources.map((resource) => [resource.path, resource] as const);

describe.each(named)(
  `rows 45, 47, 49, 50 and 56: %s, of services with all their memories, seed ${seed}`,
  (_, resource) => {
    it("is byte for byte what a service without any says, and nothing beyond the policies", async () => {
      await fc.assert(
        fc.asyncProperty(casesOf(resource), async (drawn) => {
          const { differences, breaches } = await findingsIn(await prepare(drawn));
          expect(differences.slice(0, 1)).toEqual([]);
          expect(breaches.slice(0, 1)).toEqual([]);
        }),
        { numRuns: casesCount, endOnFailure: true, seed },
      );
    }, 300_000);

    // Otherwise the test above would say nothing: everybody could be refused, or nothing be remembered.
    it("is there for whoever may see it, and remembered", async () => {
      for (const each of plainCases(resource)) {
        const { differences, breaches, shortCount, okCount } = await findingsIn(await prepare(each));
        expect([differences, breaches]).toEqual([[], []]);
        expect(okCount).toBeGreaterThanOrEqual(2);
        const targets = new Set(each.questions.map((question) => spelled(question, 0)));
        expect(shortCount).toBe(movesWithTime(resource) ? 0 : 2 * each.questions.length - targets.size);
      }
    });
  },
);
