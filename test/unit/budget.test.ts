// The in-memory budget under the contract, and what only the pure centre can show: states kept, clocks set back, cost.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BudgetLane, BudgetState } from "../../src/upstream/budget.ts";
import {
  admit,
  createMemoryBudget,
  defaultBudgetLimits,
  frozen,
  hinted,
  laneFloorPercent,
  unspentBudget,
} from "../../src/upstream/budget.ts";
import { budgetContract } from "../contract/budget-contract.ts";

budgetContract("createMemoryBudget", async ({ limits }) => {
  let now = 1_000_000;
  return {
    budget: createMemoryBudget({ clock: { now: () => now }, limits }),
    time: {
      advance: async (ms) => {
        now += ms;
      },
    },
  };
});

const limits = { requests: 10, windowMs: 1_000 };

const callsAt = (instants: readonly number[]) => instants.map((at) => ({ at }));

describe("the pure budget", () => {
  it("starts at 1,080 calls in 300 seconds", () => {
    expect(admit(unspentBudget, "old", 5, defaultBudgetLimits).verdict).toEqual({ granted: true, left: 1_079 });
  });

  it("returns the very same state with a refusal, so that nothing needs writing", () => {
    const state = frozen(unspentBudget, 10, 0);
    expect(admit(state, "old", 0, limits).state).toBe(state);
    const spent: BudgetState = { ...unspentBudget, calls: callsAt(Array.from({ length: 10 }, () => 0)) };
    expect(admit(spent, "old", 999, limits).state).toBe(spent);
  });

  it("survives a trip through JSON", () => {
    const granted = admit(
      hinted(frozen(unspentBudget, 1, 0), { remaining: 5, resetSeconds: 9 }, 0),
      "old",
      1_000,
      limits,
    );
    expect(JSON.parse(JSON.stringify(granted.state))).toEqual(granted.state);
  });

  it("forgets with a grant what has left the window", () => {
    let state = unspentBudget;
    for (let now = 0; now < 100_000; now += 100) state = admit(state, "old", now, limits).state;
    expect(state.calls.length).toBeLessThanOrEqual(10);
  });

  it("refuses until enough has left the window after its limit was lowered", () => {
    const spent: BudgetState = { ...unspentBudget, calls: callsAt([0, 100, 200, 300, 400]) };
    expect(admit(spent, "old", 500, { requests: 2, windowMs: 10_000 }).verdict).toEqual({
      granted: false,
      code: "budget_spent",
      left: 0,
      retryAfterSeconds: 10,
    });
    expect(admit(spent, "old", 10_299, { requests: 2, windowMs: 10_000 }).verdict.granted).toBe(false);
    expect(admit(spent, "old", 10_300, { requests: 2, windowMs: 10_000 }).verdict.granted).toBe(true);
  });

  it("binds for no longer than a window or a block when the clock is set back", () => {
    const year = 31_536_000_000;
    const spent: BudgetState = { ...unspentBudget, calls: callsAt(Array.from({ length: 10 }, () => year)) };
    expect(admit(spent, "old", 0, limits).verdict).toMatchObject({ granted: false, retryAfterSeconds: 1 });
    const later = admit(spent, "old", 0, limits).state;
    expect(admit(later, "old", 1_000, limits).verdict.granted).toBe(true);
    const blocked = frozen(unspentBudget, 300, year);
    expect(admit(blocked, "old", 0, limits).verdict).toMatchObject({ retryAfterSeconds: 300 });
    const hintOfThen = hinted(unspentBudget, { remaining: 0, resetSeconds: 300 }, year);
    expect(admit(hintOfThen, "old", 0, limits).verdict).toMatchObject({ retryAfterSeconds: 300 });
  });

  it("lets the newest header replace an older one", () => {
    const slow = hinted(unspentBudget, { remaining: 0, resetSeconds: 100 }, 0);
    expect(admit(slow, "old", 0, limits).verdict.granted).toBe(false);
    expect(admit(hinted(slow, { remaining: 9, resetSeconds: 1 }, 0), "old", 0, limits).verdict.granted).toBe(true);
  });

  it("admits a lane exactly at the time its refusal names, whatever the state", () => {
    const lane = fc.constantFrom<BudgetLane>("old", "refresh", "retry", "cold", "warm");
    const payer = fc.option(
      fc.record({ client: fc.constantFrom("a", "b"), percent: fc.integer({ min: 1, max: 100 }) }),
      {
        nil: undefined,
      },
    );
    const state = fc.record({
      calls: fc
        .array(fc.record({ at: fc.integer({ min: 0, max: 20_000 }), client: fc.constantFrom("a", "b", undefined) }), {
          maxLength: 30,
        })
        .map((calls) => calls.toSorted((one, other) => one.at - other.at)),
      frozenUntil: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100_000 })),
      hint: fc.option(
        fc.record({
          remaining: fc.integer({ min: 0, max: 12 }),
          quota: fc.option(fc.integer({ min: 1, max: 50 })),
          until: fc.integer({ min: 0, max: 100_000 }),
        }),
      ),
    });
    fc.assert(
      fc.property(state, lane, fc.integer({ min: 1, max: 30 }), payer, (before, which, requests, paidBy) => {
        const setting = { requests, windowMs: 10_000 };
        const { verdict, state: after } = admit(before, which, 20_000, setting, paidBy);
        if (verdict.granted) return;
        const at = 20_000 + verdict.retryAfterSeconds * 1000;
        expect(admit(after, which, at, setting, paidBy).verdict.granted).toBe(true);
        if (verdict.retryAfterSeconds > 1) {
          expect(admit(after, which, at - 1_000, setting, paidBy).verdict.granted).toBe(false);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("orders the lanes from strong to weak", () => {
    expect(laneFloorPercent).toEqual({ old: 0, refresh: 10, retry: 20, cold: 25, warm: 50 });
  });

  it("decides a storm of 100,000 calls without the cost growing with it", () => {
    let state = unspentBudget;
    let granted = 0;
    for (let call = 0; call < 100_000; call += 1) {
      const admission = admit(state, "old", call, defaultBudgetLimits);
      state = admission.state;
      if (admission.verdict.granted) granted += 1;
    }
    expect(granted).toBe(1_080);
    expect(state.calls).toHaveLength(1_080);
  });
});
