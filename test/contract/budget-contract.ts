// What every budget must hold, in memory or shared. The adapter under test says how time passes; nothing here assumes that it
// answers synchronously or that its clock is the test's own.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Budget, BudgetLane, BudgetLimits } from "../../src/upstream/budget.ts";

/** Moves the time that the budget under test goes by. */
export type BudgetTime = { advance(ms: number): Promise<void> };

/** Makes an unspent budget that shares nothing with an earlier one. Called once per test and per property run. */
export type MakeBudget = (setting: {
  limits: BudgetLimits;
}) => Promise<{ budget: Budget; time: BudgetTime; dispose?: () => Promise<void> }>;

const lanes: readonly BudgetLane[] = ["old", "refresh", "retry", "cold", "warm"];
const floors: Record<BudgetLane, number> = { old: 0, refresh: 0.1, retry: 0.2, cold: 0.25, warm: 0.5 };
const limits: BudgetLimits = { requests: 20, windowMs: 300_000 };

/** `propertyRuns` may be lowered for an adapter that talks over a socket. */
export function budgetContract(name: string, makeBudget: MakeBudget, options: { propertyRuns?: number } = {}) {
  const withBudget = async (
    use: (budget: Budget, time: BudgetTime) => Promise<void>,
    setting: BudgetLimits = limits,
  ) => {
    const { budget, time, dispose } = await makeBudget({ limits: setting });
    try {
      await use(budget, time);
    } finally {
      await dispose?.();
    }
  };
  const spend = async (budget: Budget, calls: number) => {
    for (let call = 0; call < calls; call += 1) expect(await budget.take("old")).toMatchObject({ granted: true });
  };

  describe(`${name} as a budget`, () => {
    it("counts down with every grant and refuses the call after the last", () =>
      withBudget(async (budget) => {
        for (let left = 19; left >= 0; left -= 1) expect(await budget.take("old")).toEqual({ granted: true, left });
        expect(await budget.take("old")).toEqual({
          granted: false,
          code: "budget_spent",
          left: 0,
          retryAfterSeconds: 300,
        });
      }));

    it("gives a call back exactly one window after it was made, not earlier", () =>
      withBudget(async (budget, time) => {
        await spend(budget, 1);
        await time.advance(1_000);
        await spend(budget, 19);
        await time.advance(298_999);
        expect(await budget.take("old")).toMatchObject({ granted: false, retryAfterSeconds: 1 });
        await time.advance(1);
        expect(await budget.take("old")).toEqual({ granted: true, left: 0 });
        expect(await budget.take("old")).toMatchObject({ granted: false, retryAfterSeconds: 1 });
      }));

    it.each([
      ["old", 20],
      ["refresh", 18],
      ["retry", 16],
      ["cold", 15],
      ["warm", 10],
    ] as const)("lets the %s lane spend %i of 20 and no more", (lane, spendable) =>
      withBudget(async (budget) => {
        for (let call = 0; call < spendable; call += 1) {
          expect(await budget.take(lane)).toMatchObject({ granted: true });
        }
        expect(await budget.take(lane)).toMatchObject({ granted: false, code: "budget_spent", left: 20 - spendable });
      }),
    );

    it("keeps the strong lanes open when the weak ones have spent theirs", () =>
      withBudget(async (budget) => {
        for (const lane of [...lanes].reverse()) {
          while ((await budget.take(lane)).granted);
          const stronger = lanes[lanes.indexOf(lane) - 1];
          if (stronger !== undefined) expect((await budget.take(stronger)).granted).toBe(true);
        }
      }));

    it("names a retry time at which the lane is admitted, and not a second earlier", () =>
      withBudget(async (budget, time) => {
        for (let call = 0; call < 12; call += 1) {
          await spend(budget, 1);
          await time.advance(10_000);
        }
        const refusal = await budget.take("warm");
        // Ten must be left over of twenty: the calls at 0, 10 and 20 s have to leave the window, the third at 320 s.
        expect(refusal).toEqual({ granted: false, code: "budget_spent", left: 8, retryAfterSeconds: 200 });
        await time.advance(199_000);
        expect(await budget.take("warm")).toMatchObject({ granted: false, retryAfterSeconds: 1 });
        await time.advance(1_000);
        expect(await budget.take("warm")).toMatchObject({ granted: true });
      }));

    it("refuses every lane until a freeze ends, as the upstream's doing", () =>
      withBudget(async (budget, time) => {
        await budget.freeze(60);
        await time.advance(59_999);
        for (const lane of lanes) {
          expect(await budget.take(lane)).toMatchObject({
            granted: false,
            code: "upstream_limited",
            retryAfterSeconds: 1,
          });
        }
        await time.advance(1);
        expect(await budget.take("warm")).toEqual({ granted: true, left: 19 });
      }));

    it("never shortens a freeze", () =>
      withBudget(async (budget, time) => {
        await budget.freeze(100);
        await budget.freeze(5);
        await time.advance(99_000);
        expect(await budget.take("old")).toMatchObject({ code: "upstream_limited", retryAfterSeconds: 1 });
      }));

    it.each([
      ["none at all", Number.NaN, 300],
      ["negative", -5, 1],
      ["zero", 0, 1],
      ["far too long", 1e99, 300],
      ["infinite", Number.POSITIVE_INFINITY, 300],
    ])("clamps a freeze of %s seconds", (_, seconds, expected) =>
      withBudget(async (budget) => {
        await budget.freeze(seconds);
        expect(await budget.take("old")).toMatchObject({ granted: false, retryAfterSeconds: expected });
      }),
    );

    it("names the later of the freeze's end and the lane's own time", () =>
      withBudget(async (budget, time) => {
        await spend(budget, 20);
        await time.advance(100_000);
        await budget.freeze(30);
        expect(await budget.take("old")).toEqual({
          granted: false,
          code: "upstream_limited",
          left: 0,
          retryAfterSeconds: 200,
        });
      }));

    it("slows down by a header until its reset, counting its own calls off it", () =>
      withBudget(async (budget, time) => {
        await budget.hint({ remaining: 2, resetSeconds: 30 });
        expect(await budget.take("old")).toEqual({ granted: true, left: 1 });
        expect(await budget.take("refresh")).toMatchObject({ granted: false, left: 1, retryAfterSeconds: 30 });
        expect(await budget.take("old")).toEqual({ granted: true, left: 0 });
        expect(await budget.take("old")).toEqual({
          granted: false,
          code: "budget_spent",
          left: 0,
          retryAfterSeconds: 30,
        });
        await time.advance(30_000);
        expect(await budget.take("old")).toEqual({ granted: true, left: 17 });
      }));

    it("measures a lane against the header's own quota where it is known", () =>
      withBudget(
        async (budget) => {
          await budget.hint({ remaining: 51, resetSeconds: 30, quota: 100 });
          expect(await budget.take("warm")).toEqual({ granted: true, left: 50 });
          expect(await budget.take("warm")).toMatchObject({ granted: false, left: 50 });
          expect(await budget.take("cold")).toEqual({ granted: true, left: 49 });
        },
        { requests: 1_000, windowMs: 300_000 },
      ));

    it("is never raised by a header that says more is left than it knows", () =>
      withBudget(async (budget) => {
        await spend(budget, 20);
        await budget.hint({ remaining: 1_199, resetSeconds: 1 });
        expect(await budget.take("old")).toMatchObject({ granted: false, left: 0, retryAfterSeconds: 300 });
      }));

    it("ignores a header without numbers, and clamps the rest", () =>
      withBudget(async (budget) => {
        await budget.hint({ remaining: Number.NaN, resetSeconds: 10 });
        await budget.hint({ remaining: 0, resetSeconds: Number.NaN });
        expect(await budget.take("old")).toEqual({ granted: true, left: 19 });
        await budget.hint({ remaining: -7, resetSeconds: 86_400 });
        expect(await budget.take("old")).toMatchObject({ granted: false, left: 0, retryAfterSeconds: 300 });
      }));

    it("grants no more than its limit to callers who come all at once", () =>
      withBudget(async (budget) => {
        const verdicts = await Promise.all(Array.from({ length: 200 }, () => budget.take("old")));
        expect(verdicts.filter((verdict) => verdict.granted)).toHaveLength(20);
      }));

    it("agrees with a ten-line model, whatever the times and lanes, and never exceeds any window", async () => {
      const step = fc.record({ waitMs: fc.integer({ min: 0, max: 4_000 }), lane: fc.constantFrom(...lanes) });
      const setting = fc.record({
        requests: fc.integer({ min: 1, max: 12 }),
        windowMs: fc.constantFrom(1_000, 10_000, 30_000),
      });
      await fc.assert(
        fc.asyncProperty(setting, fc.array(step, { maxLength: 60 }), (chosen, steps) =>
          withBudget(async (budget, time) => {
            let now = 0;
            const grants: number[] = [];
            for (const { waitMs, lane } of steps) {
              await time.advance(waitMs);
              now += waitMs;
              const left = chosen.requests - grants.filter((at) => at > now - chosen.windowMs).length;
              const verdict = await budget.take(lane);
              expect(verdict.granted).toBe(left > 0 && left > chosen.requests * floors[lane]);
              if (verdict.granted) grants.push(now);
            }
            for (const start of grants) {
              const inWindow = grants.filter((at) => at >= start && at < start + chosen.windowMs).length;
              expect(inWindow).toBeLessThanOrEqual(chosen.requests);
            }
          }, chosen),
        ),
        { numRuns: options.propertyRuns ?? 200 },
      );
    });

    describe("shares", () => {
      const of = (client: string, percent = 20) => ({ client, percent });

      it("refuses a client that caused a fifth of the budget, whatever lanes it asked in, and nobody else", () =>
        withBudget(async (budget, time) => {
          for (const lane of ["refresh", "old", "cold", "retry"] as const) {
            expect(await budget.take(lane, of("greedy"))).toMatchObject({ granted: true });
            await time.advance(1_000);
          }
          for (const lane of lanes) {
            expect(await budget.take(lane, of("greedy"))).toMatchObject({
              granted: false,
              code: "share_spent",
              quota: 4,
              left: 16,
            });
          }
          expect(await budget.take("warm", of("modest"))).toMatchObject({ granted: true });
          expect(await budget.take("warm")).toMatchObject({ granted: true });
        }));

      it("lets the client in again when its oldest call leaves the window, and names that time", () =>
        withBudget(async (budget, time) => {
          for (let call = 0; call < 4; call += 1) {
            await budget.take("cold", of("greedy"));
            await time.advance(10_000);
          }
          const refusal = await budget.take("old", of("greedy"));
          expect(refusal).toMatchObject({ code: "share_spent", retryAfterSeconds: 260 });
          await time.advance(259_000);
          expect(await budget.take("old", of("greedy"))).toMatchObject({ granted: false });
          await time.advance(1_000);
          expect(await budget.take("old", of("greedy"))).toMatchObject({ granted: true });
          expect(await budget.take("old", of("greedy"))).toMatchObject({ code: "share_spent", retryAfterSeconds: 10 });
        }));

      it.each([
        [1, 1],
        [50, 10],
        [100, 20],
      ])("of %i percent lets a client cause %i calls of 20", (percent, quota) =>
        withBudget(async (budget) => {
          for (let call = 0; call < quota; call += 1) {
            expect(await budget.take("old", of("one", percent))).toMatchObject({ granted: true });
          }
          expect(await budget.take("old", of("one", percent))).toMatchObject({ granted: false });
        }),
      );

      it("are kept in part for pages past their bound: a quarter, and five calls at least", () =>
        withBudget(
          async (budget) => {
            for (const [percent, kept, old] of [
              [20, 15, 5],
              [10, 5, 5],
              [40, 30, 10],
            ] as const) {
              const payer = of(`client of ${percent}`, percent);
              let [refreshes, olds] = [0, 0];
              while ((await budget.take("refresh", payer)).granted) refreshes += 1;
              expect(await budget.take("warm", payer)).toMatchObject({ granted: false });
              while ((await budget.take("old", payer)).granted) olds += 1;
              expect([refreshes, olds]).toEqual([kept, old]);
            }
          },
          { requests: 100, windowMs: 300_000 },
        ));

      it("give exports a half, and pages the rest", () =>
        withBudget(
          async (budget) => {
            const payer = of("exporter", 40);
            let [exported, refreshes] = [0, 0];
            while ((await budget.take("warm", payer)).granted) exported += 1;
            while ((await budget.take("refresh", payer)).granted) refreshes += 1;
            expect([exported, refreshes]).toEqual([20, 10]);
          },
          { requests: 100, windowMs: 300_000 },
        ));

      it("says that the upstream is limited, and not whose share is spent, while everybody is stopped", () =>
        withBudget(async (budget) => {
          for (let call = 0; call < 4; call += 1) await budget.take("old", of("greedy"));
          await budget.freeze(60);
          expect(await budget.take("old", of("greedy"))).toMatchObject({ code: "upstream_limited" });
        }));

      it("hold for every client in every window, however many ask and in whatever lane", () =>
        fc.assert(
          fc.asyncProperty(
            fc.array(
              fc.record({
                client: fc.constantFrom("a", "b", "c"),
                lane: fc.constantFrom(...lanes),
                waitMs: fc.constantFrom(0, 0, 1_000, 60_000, 150_000),
              }),
              { maxLength: 60 },
            ),
            (steps) =>
              withBudget(async (budget, time) => {
                const granted: { client: string; at: number }[] = [];
                let now = 0;
                for (const { client, lane, waitMs } of steps) {
                  await time.advance(waitMs);
                  now += waitMs;
                  const verdict = await budget.take(lane, of(client, 30));
                  if (verdict.granted) granted.push({ client, at: now });
                  const inWindow = granted.filter((call) => call.client === client && call.at > now - 300_000);
                  expect(inWindow.length).toBeLessThanOrEqual(6);
                  const isKept = lane === "refresh" || lane === "warm";
                  if (!verdict.granted && verdict.code === "share_spent") {
                    expect(inWindow.length).toBeGreaterThanOrEqual(isKept ? 1 : 6);
                  } else if (isKept && verdict.granted) {
                    expect(inWindow).toHaveLength(1);
                  }
                }
              }),
          ),
          { numRuns: options.propertyRuns ?? 100 },
        ));
    });
  });
}
