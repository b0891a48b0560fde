// The budget in a real Durable Object: the contract of every budget, and what it remembers when the object is gone.
import { evictDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { createDurableBudget } from "../../src/upstream/budget-durable.ts";
import type { Budget, BudgetLimits } from "../../src/upstream/budget.ts";
import { budgetContract } from "../contract/budget-contract.ts";
import { createTestClock } from "../support/clock.ts";
import { makeObject } from "./durable-object.ts";
import type { TestObject } from "./durable-object.ts";

/** A budget made inside the object and asked inside it, one request each. */
async function budgetIn({ inside }: TestObject, clock: { now(): number }, limits: BudgetLimits): Promise<Budget> {
  const budget = await inside((storage) => createDurableBudget(storage, { clock, limits }));
  return {
    take: (lane, payer) => inside(() => budget.take(lane, payer)),
    freeze: (seconds) => inside(() => budget.freeze(seconds)),
    hint: (hint) => inside(() => budget.hint(hint)),
  };
}

budgetContract(
  "a Durable Object",
  async ({ limits }) => {
    const clock = createTestClock();
    return { budget: await budgetIn(makeObject(), clock, limits), time: { advance: clock.advance } };
  },
  { propertyRuns: 15 },
);

describe("the budget of a Durable Object that is evicted", () => {
  const limits: BudgetLimits = { requests: 10, windowMs: 300_000 };

  it("remembers who caused which call", async () => {
    const clock = createTestClock();
    const object = makeObject();
    const greedy = { client: "greedy", percent: 20 };
    const before = await budgetIn(object, clock, limits);
    for (let call = 0; call < 2; call += 1) expect((await before.take("old", greedy)).granted).toBe(true);

    await evictDurableObject(object.stub);
    const after = await budgetIn(object, clock, limits);
    expect(await after.take("old", greedy)).toMatchObject({ granted: false, code: "share_spent", quota: 2 });
    expect(await after.take("old", { ...greedy, client: "modest" })).toMatchObject({ granted: true });
  });

  it("takes over what an earlier version wrote, which knew of no clients", async () => {
    const clock = createTestClock();
    const object = makeObject();
    await object.inside((storage) => {
      storage.sql.exec("CREATE TABLE spent (at INTEGER NOT NULL)");
      for (let call = 0; call < 9; call += 1) storage.sql.exec("INSERT INTO spent (at) VALUES (?)", clock.now());
    });
    const after = await budgetIn(object, clock, limits);
    expect(await after.take("old")).toEqual({ granted: true, left: 0 });
    await evictDurableObject(object.stub);
    const later = await budgetIn(object, clock, limits);
    expect(await later.take("old")).toMatchObject({ granted: false, left: 0 });
  });

  it("remembers every call of the window, and forgets those that left it", async () => {
    const clock = createTestClock();
    const object = makeObject();
    const before = await budgetIn(object, clock, limits);
    for (let call = 0; call < 4; call += 1) await before.take("old");
    await clock.advance(100_000);
    for (let call = 0; call < 5; call += 1) await before.take("old");

    await evictDurableObject(object.stub);
    const after = await budgetIn(object, clock, limits);
    expect(await after.take("old")).toEqual({ granted: true, left: 0 });
    expect(await after.take("old")).toMatchObject({ granted: false, retryAfterSeconds: 200 });

    await clock.advance(200_000);
    await evictDurableObject(object.stub);
    const later = await budgetIn(object, clock, limits);
    expect(await later.take("old")).toEqual({ granted: true, left: 3 });
  });

  it("remembers a freeze, to the second", async () => {
    const clock = createTestClock();
    const object = makeObject();
    await (await budgetIn(object, clock, limits)).freeze(120);
    await clock.advance(20_000);

    await evictDurableObject(object.stub);
    const after = await budgetIn(object, clock, limits);
    expect(await after.take("old")).toMatchObject({ code: "upstream_limited", retryAfterSeconds: 100 });
    await clock.advance(100_000);
    expect(await after.take("old")).toMatchObject({ granted: true });
  });

  it("keeps its storage to the calls of one window, however many it has granted", async () => {
    const { inside } = makeObject();
    const rows = await inside(async (storage) => {
      let now = Date.UTC(2026, 10, 22);
      const budget = createDurableBudget(storage, {
        clock: { now: () => now },
        limits: { requests: 100, windowMs: 1_000 },
      });
      for (let call = 0; call < 500; call += 1) {
        expect(await budget.take("old")).toMatchObject({ granted: true });
        now += 20;
      }
      return storage.sql.exec<{ count: number }>("SELECT count(*) AS count FROM spent").one().count;
    });
    // One window is fifty calls here; rows are swept every 64 grants.
    expect(rows).toBeLessThanOrEqual(50 + 64);
  });
});
