// The budget in Redis beside the pure core, and the bound that it must hold for a fleet whatever Redis remembers.
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Event, Redis } from "../../src/runtime.ts";
import { createRedisBudget } from "../../src/upstream/budget-redis.ts";
import { createMemoryBudget } from "../../src/upstream/budget.ts";
import type { Budget, BudgetLane, BudgetLimits } from "../../src/upstream/budget.ts";
import { closeTestLinks, newPrefix, openTestLink, testSeed, withServerTime } from "../support/redis-rig.ts";
import { startRedis } from "../support/redis-server.ts";
import type { RedisServer } from "../support/redis-server.ts";

const lanes: readonly BudgetLane[] = ["cold", "old", "retry", "refresh", "warm"];
const limits: BudgetLimits = { requests: 100, windowMs: 10_000 };

describe("the budget in Redis", () => {
  let server: RedisServer;
  let redis: Redis;
  let now = 0;
  let prefix = "";
  let events: Event[] = [];
  /** A switch per process: off, and Redis is gone for it. */
  const replica = (maxReplicas: number, reservePercent = 20) => {
    const line = { isUp: true };
    const timed = withServerTime(redis, () => now);
    const cut: Redis = {
      ...timed,
      run: async (script, keys, args) => (line.isUp ? timed.run(script, keys, args) : { state: "gone" }),
    };
    const clock = { now: () => now };
    const report = (event: Event) => void events.push(event);
    const budget = createRedisBudget(cut, { prefix, clock, report, limits, maxReplicas, reservePercent });
    return Object.assign(budget, { line });
  };
  const spendAll = async (budget: Budget, lane: BudgetLane = "cold") => {
    let granted = 0;
    while ((await budget.take(lane)).granted) granted += 1;
    return granted;
  };
  /** Begins the window and lets the time pass in which it is closed. */
  const openWindow = async (budget: Budget) => {
    await budget.take("cold");
    now += limits.windowMs;
  };

  beforeAll(async () => {
    server = await startRedis();
    redis = await openTestLink(server.url);
  });
  beforeEach(() => {
    now = Date.UTC(2026, 10, 22, 10);
    prefix = newPrefix();
    events = [];
  });
  afterAll(async () => {
    await closeTestLinks();
    await server.stop();
  });

  it("decides as the pure core does: any lanes, times, freezes, headers and steps of the clock", async () => {
    const step = fc.oneof(
      { weight: 12, arbitrary: fc.record({ do: fc.constant("take" as const), lane: fc.constantFrom(...lanes) }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 9_000 }) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(-3_000, -40_000) }) },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant("freeze" as const), seconds: fc.integer({ min: -1, max: 20 }) }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant("hint" as const),
          remaining: fc.integer({ min: 0, max: 20 }),
          resetSeconds: fc.integer({ min: 0, max: 20 }),
        }),
      },
    );
    const setting = fc.record({
      requests: fc.integer({ min: 1, max: 15 }),
      windowMs: fc.constantFrom(1_000, 10_000, 30_000),
    });
    await fc.assert(
      fc.asyncProperty(setting, fc.array(step, { maxLength: 80 }), async (chosen, steps) => {
        const parts = { clock: { now: () => now }, limits: chosen };
        const more = { prefix: newPrefix(), report: () => undefined, maxReplicas: 1, reservePercent: 0 };
        const inRedis = createRedisBudget(
          withServerTime(redis, () => now),
          { ...parts, ...more },
        );
        await inRedis.take("cold");
        now += chosen.windowMs;
        // Opened without spending: nobody may have asked before the clock is set back.
        await redis.run(`redis.call("ZADD", KEYS[1], 0, "closed")`, [`${more.prefix}{budget}:window`], []);
        const pure = createMemoryBudget(parts);
        for (const taken of steps) {
          if (taken.do === "wait") now += taken.ms;
          else if (taken.do === "freeze") await Promise.all([pure, inRedis].map((one) => one.freeze(taken.seconds)));
          else if (taken.do === "hint") await Promise.all([pure, inRedis].map((one) => one.hint(taken)));
          else expect(await inRedis.take(taken.lane)).toEqual(await pure.take(taken.lane));
        }
      }),
      { seed: testSeed("budget, beside the pure core"), numRuns: 150 },
    );
  });

  it("grants what is not reserved, to all processes together", async () => {
    const fleet = [replica(4), replica(4), replica(4), replica(4)];
    const [first] = fleet;
    if (first) await openWindow(first);
    const verdicts = await Promise.all(fleet.flatMap((one) => Array.from({ length: 50 }, () => one.take("cold"))));
    expect(verdicts.filter(({ granted }) => granted)).toHaveLength(80);
  });

  it("gives a process without Redis its share of the reserve, by the same lanes, and not more after Redis is back", async () => {
    const one = replica(2);
    await openWindow(one);
    one.line.isUp = false;
    expect(await spendAll(one, "warm")).toBe(5);
    expect(await spendAll(one)).toBe(5);
    one.line.isUp = true;
    expect(await spendAll(one)).toBe(80);
    one.line.isUp = false;
    expect(await spendAll(one)).toBe(0);
    now += limits.windowMs;
    expect(await spendAll(one)).toBe(10);
  });

  it("closes the window when it has no memory of it, and opens it one window later; says each once", async () => {
    const one = replica(1);
    expect(await spendAll(one)).toBe(20);
    now += limits.windowMs - 1;
    expect(events).toEqual([{ type: "budget.closed", forSeconds: 10 }]);
    now += 1;
    expect(await spendAll(one)).toBe(80);
    expect(events).toEqual([{ type: "budget.closed", forSeconds: 10 }, { type: "budget.opened" }]);
  });

  it.each([
    ["everything was flushed", () => server.cli("flushall")],
    ["its key was evicted", () => server.cli("del", `${prefix}{budget}:window`)],
    ["the server was restarted without data", () => server.restart()],
  ])("never grants a second window's worth when %s", async (_, lose) => {
    const [one, two] = [replica(2), replica(2)];
    await openWindow(one);
    expect(await spendAll(one)).toBe(80);
    await lose();
    await expect.poll(async () => (await redis.get("x")).state, { timeout: 10_000 }).toBe("answered");
    expect((await spendAll(two)) + (await spendAll(one))).toBe(20);
    now += limits.windowMs;
    expect(await spendAll(two)).toBe(80);
  });

  it("notices a replica that lags behind its lost primary, by what the caller has seen", async () => {
    const one = replica(1);
    await openWindow(one);
    for (let call = 0; call < 3; call += 1) await one.take("cold");
    const past = newPrefix();
    await server.cli("copy", `${prefix}{budget}:window`, `${past}{budget}:window`);
    expect(await spendAll(one)).toBe(77);
    await server.cli("copy", `${past}{budget}:window`, `${prefix}{budget}:window`, "replace");
    expect(await spendAll(one)).toBe(20);
  });

  it("keeps a freeze that Redis never heard of, or forgot", async () => {
    const [one, two] = [replica(2), replica(2)];
    await openWindow(one);
    one.line.isUp = false;
    await one.freeze(8);
    one.line.isUp = true;
    expect(await one.take("cold")).toMatchObject({ granted: false, code: "upstream_limited", retryAfterSeconds: 8 });
    expect(await two.take("cold")).toMatchObject({ granted: false, code: "upstream_limited", retryAfterSeconds: 8 });
    await server.cli("flushall");
    expect(await two.take("cold")).toMatchObject({ granted: false, code: "upstream_limited", retryAfterSeconds: 8 });
    two.line.isUp = false;
    expect(await two.take("cold")).toMatchObject({ granted: false, code: "upstream_limited", retryAfterSeconds: 8 });
  });

  it("gives back a header's call that Redis then refused", async () => {
    const one = replica(1, 0);
    await openWindow(one);
    await one.hint({ remaining: 60, resetSeconds: 9 });
    await one.freeze(1);
    for (let call = 0; call < 5; call += 1) expect((await one.take("cold")).granted).toBe(false);
    now += 1_000;
    expect(await one.take("cold")).toEqual({ granted: true, left: 59 });
  });

  it("lies in one key, which a value of another kind makes unusable and not unbounded", async () => {
    const one = replica(1);
    await openWindow(one);
    expect((await server.cli("keys", `${prefix}*`)).split("\n")).toEqual([`${prefix}{budget}:window`]);
    await server.cli("del", `${prefix}{budget}:window`);
    await server.cli("set", `${prefix}{budget}:window`, "junk");
    expect(await spendAll(one)).toBe(20);
  });

  it("never exceeds the limit in any window, whatever is cut off, flushed, restarted or forgotten", async () => {
    const step = fc.oneof(
      {
        weight: 20,
        arbitrary: fc.record({
          do: fc.constant("burst" as const),
          who: fc.nat(2),
          calls: fc.integer({ min: 1, max: 60 }),
        }),
      },
      { weight: 8, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 6_000 }) }) },
      { weight: 5, arbitrary: fc.record({ do: fc.constant("cut" as const), who: fc.nat(2), isUp: fc.boolean() }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("flush" as const, "scripts" as const) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
        prefix = newPrefix();
        const key = `${prefix}{budget}:window`;
        const fleet = [replica(3), replica(3), replica(3)];
        const grantedAt: number[] = [];
        for (const taken of steps) {
          if (taken.do === "wait") now += taken.ms;
          else if (taken.do === "flush") await redis.run(`redis.call("DEL", KEYS[1])`, [key], []);
          else if (taken.do === "scripts") await server.cli("script", "flush");
          else if (taken.do === "cut") Object.assign(fleet[taken.who]?.line ?? {}, { isUp: taken.isUp });
          else if (taken.do === "burst") {
            const one = fleet[taken.who];
            if (!one) throw new Error("no such process");
            const verdicts = await Promise.all(Array.from({ length: taken.calls }, () => one.take("cold")));
            for (const { granted } of verdicts) if (granted) grantedAt.push(now);
            now += 1;
          }
        }
        for (const start of grantedAt) {
          const inWindow = grantedAt.filter((at) => at >= start && at < start + limits.windowMs).length;
          expect(inWindow).toBeLessThanOrEqual(limits.requests);
        }
      }),
      { seed: testSeed("budget, a fleet in trouble"), numRuns: 60 },
    );
  });
});
