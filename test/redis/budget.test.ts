// The budget in Redis beside the pure core, and the bound that it must hold for a fleet whatever Redis remembers.
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/ground/runtime.ts";
import type { Event, Redis, RedisAnswer } from "../../src/ground/runtime.ts";
import { createRedisBudget } from "../../src/upstream/budget-redis.ts";
import { createMemoryBudget } from "../../src/upstream/budget.ts";
import type { Budget, BudgetLane, BudgetLimits } from "../../src/upstream/budget.ts";
import { openWindowCommand } from "../support/budget-window.ts";
import { closeTestLinks, newPrefix, useServers, openTestLink, testSeed, withServerTime } from "../support/redis-rig.ts";
import { eventually, pause, startRedis } from "../support/redis-server.ts";
import type { RedisServer } from "../support/redis-server.ts";

const lanes: readonly BudgetLane[] = ["old", "refresh", "retry", "cold", "warm"];
const limits: BudgetLimits = { requests: 100, windowMs: 10_000 };

const copyScript = `redis.call("COPY", KEYS[1], KEYS[2], "REPLACE")`;

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
  const spendAll = async (budget: Budget, lane: BudgetLane = "old") => {
    let granted = 0;
    while ((await budget.take(lane)).granted) granted += 1;
    return granted;
  };
  /** Begins the window and lets the time pass in which it is closed. */
  const openWindow = async (budget: Budget) => {
    await budget.take("old");
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
        await inRedis.take("old");
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
    const verdicts = await Promise.all(fleet.flatMap((one) => Array.from({ length: 50 }, () => one.take("old"))));
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

  it("gives a client one share of what Redis grants to all processes together, and the same percentage of a process's own part", async () => {
    const fleet = [replica(2), replica(2)];
    const [first] = fleet;
    if (!first) return;
    await openWindow(first);
    const payer = { client: "digest", percent: 25 };
    const spendShares = async () => {
      let granted = 0;
      for (const one of fleet) while ((await one.take("old", payer)).granted) granted += 1;
      return granted;
    };
    expect(await spendShares()).toBe(20);
    expect(await first.take("old", payer)).toMatchObject({ granted: false, code: "share_spent", quota: 20 });
    for (const { line } of fleet) line.isUp = false;
    expect(await spendShares()).toBe(2 + 2);
    for (const { line } of fleet) line.isUp = true;
    now += limits.windowMs;
    expect(await spendShares()).toBe(20);
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
    for (let call = 0; call < 3; call += 1) await one.take("old");
    const past = newPrefix();
    await server.cli("copy", `${prefix}{budget}:window`, `${past}{budget}:window`);
    expect(await spendAll(one)).toBe(77);
    await server.cli("copy", `${past}{budget}:window`, `${prefix}{budget}:window`, "replace");
    expect(await spendAll(one)).toBe(20);
  });

  it("keeps its window while the same server goes on: over lost connections, forgotten scripts and a pause", async () => {
    const one = replica(1);
    await openWindow(one);
    expect(await one.take("old")).toMatchObject({ granted: true });
    const troubles = [
      () => server.cli("client", "kill", "type", "normal"),
      () => server.cli("script", "flush"),
      async () => {
        server.freeze();
        await redis.get("x");
        server.thaw();
      },
    ];
    for (const trouble of troubles) {
      await trouble();
      await expect.poll(async () => (await redis.get("x")).state, { timeout: 10_000 }).toBe("answered");
      expect(await one.take("old")).toMatchObject({ granted: true });
    }
    expect(events.filter(({ type }) => type === "budget.closed")).toHaveLength(1);
    expect(await spendAll(one)).toBe(76);
  });

  it("does not trust a window that says of no server it was written on, as older versions left it", async () => {
    const one = replica(1);
    await openWindow(one);
    expect(await spendAll(one)).toBe(80);
    const [newcomer, key] = [replica(1), `${prefix}{budget}:window`];
    await server.cli("zremrangebyscore", key, "-0.5", "-0.5");
    expect(await spendAll(newcomer)).toBe(20);
    expect(events.at(-1)).toEqual({ type: "budget.closed", forSeconds: 10 });
    now += limits.windowMs;
    expect(await spendAll(newcomer)).toBe(80);
  });

  it("is open at once where it has served the account for a day", async () => {
    const accountId = newPrefix();
    await server.cli(...openWindowCommand(accountId));
    const report = (event: Event) => void events.push(event);
    const parts = { prefix: `rtk-bff:${accountId}:`, clock: systemClock, report, limits, maxReplicas: 1 };
    expect(await spendAll(createRedisBudget(redis, parts))).toBe(80);
    expect(events).toEqual([]);
  });

  it("keeps a freeze that Redis never heard of, or forgot", async () => {
    const [one, two] = [replica(2), replica(2)];
    await openWindow(one);
    one.line.isUp = false;
    await one.freeze(8);
    one.line.isUp = true;
    expect(await one.take("old")).toMatchObject({ granted: false, code: "upstream_limited", retryAfterSeconds: 8 });
    expect(await two.take("old")).toMatchObject({ granted: false, code: "upstream_limited", retryAfterSeconds: 8 });
    await server.cli("flushall");
    expect(await two.take("old")).toMatchObject({ granted: false, code: "upstream_limited", retryAfterSeconds: 8 });
    two.line.isUp = false;
    expect(await two.take("old")).toMatchObject({ granted: false, code: "upstream_limited", retryAfterSeconds: 8 });
  });

  it("gives back a header's call that Redis then refused", async () => {
    const one = replica(1, 0);
    await openWindow(one);
    await one.hint({ remaining: 60, resetSeconds: 9 });
    await one.freeze(1);
    for (let call = 0; call < 5; call += 1) expect((await one.take("old")).granted).toBe(false);
    now += 1_000;
    expect(await one.take("old")).toEqual({ granted: true, left: 59 });
  });

  it("lies in one key, and a value of another kind that lies there gives way to a window that is closed", async () => {
    const one = replica(1);
    await openWindow(one);
    expect(await spendAll(one)).toBe(80);
    const key = `${prefix}{budget}:window`;
    expect((await server.cli("keys", `${prefix}*`)).split("\n")).toEqual([key]);
    await server.cli("set", key, "junk");
    expect(await spendAll(one)).toBe(20);
    expect(events.at(-1)).toEqual({ type: "budget.closed", forSeconds: 10 });
    now += limits.windowMs;
    expect(await spendAll(one)).toBe(80);
    expect(events.at(-1)).toEqual({ type: "budget.opened" });
  });

  it("keeps a freeze although a value of another kind lies in its place", async () => {
    const [one, two] = [replica(2), replica(2)];
    await openWindow(one);
    await server.cli("set", `${prefix}{budget}:window`, "junk");
    await one.freeze(8);
    expect(await two.take("old")).toMatchObject({ granted: false, code: "upstream_limited", retryAfterSeconds: 8 });
  });

  it("says once that its window can't be used, and lives on its share, while Redis refuses or answers nonsense", async () => {
    const line: { answer: RedisAnswer<unknown> | undefined } = { answer: undefined };
    const timed = withServerTime(redis, () => now);
    const odd: Redis = {
      ...timed,
      run: async (script, keys, args) => line.answer ?? timed.run(script, keys, args),
    };
    const report = (event: Event) => void events.push(event);
    const one = createRedisBudget(odd, { prefix, clock: { now: () => now }, report, limits, maxReplicas: 1 });
    await openWindow(one);
    await one.take("old");
    events = [];
    const nonsense = [null, 7, "granted", [], ["granted"], [new Uint8Array([120]), 1, 1, 1, 1, 1], { granted: 1 }];
    for (const value of nonsense) {
      line.answer = { state: "answered", value };
      expect((await one.take("old")).granted).toBe(true);
    }
    line.answer = { state: "refused", code: "err" };
    expect(await spendAll(one)).toBe(20 - nonsense.length);
    expect(events).toEqual([{ type: "budget.closed", forSeconds: 10 }]);
    line.answer = undefined;
    expect(await spendAll(one)).toBe(79);
    expect(events).toEqual([{ type: "budget.closed", forSeconds: 10 }, { type: "budget.opened" }]);
  });

  it("never exceeds the limit in any window, whatever is cut off, flushed, restored, restarted or forgotten", async () => {
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
      {
        weight: 3,
        arbitrary: fc.record({
          do: fc.constantFrom("flush" as const, "scripts" as const, "save" as const, "restore" as const),
        }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.array(step, { minLength: 10, maxLength: 60 }), async (isOpen, steps) => {
        prefix = newPrefix();
        const key = `${prefix}{budget}:window`;
        const saved = `${prefix}{budget}:saved`;
        // Six are alive within a window when all are replaced.
        const newFleet = () => [replica(6), replica(6), replica(6)];
        let fleet = newFleet();
        let isRestored = false;
        const grantedAt: number[] = [];
        if (isOpen) await openWindow(replica(6));
        await redis.run(copyScript, [key, saved], []);
        for (const taken of steps) {
          if (taken.do === "wait") now += taken.ms;
          else if (taken.do === "flush") await redis.run(`redis.call("DEL", KEYS[1])`, [key], []);
          else if (taken.do === "scripts") await server.cli("script", "flush");
          else if (taken.do === "save") await redis.run(copyScript, [key, saved], []);
          else if (taken.do === "restore" && !isRestored) {
            // Another server, with what was there a while ago, and nobody left who knows better.
            await redis.run(copyScript, [saved, key], []);
            await redis.run(`redis.call("ZREMRANGEBYSCORE", KEYS[1], "-0.5", "-0.5")`, [key], []);
            fleet = newFleet();
            isRestored = true;
          } else if (taken.do === "cut") Object.assign(fleet[taken.who]?.line ?? {}, { isUp: taken.isUp });
          else if (taken.do === "burst") {
            const one = fleet[taken.who];
            if (!one) throw new Error("no such process");
            const verdicts = await Promise.all(Array.from({ length: taken.calls }, () => one.take("old")));
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

// Real servers with a disk or a replica, in real time: a second process knows nothing of what the first was granted.
describe("the budget in Redis that remembers less than it granted", () => {
  const windowMs = 1_500;
  const requests = 100;
  const { serve } = useServers();

  const startProcess = async (url: string, prefix: string) => {
    const link = await openTestLink(url, prefix);
    const report = (event: Event) => void link.events.push(event);
    const parts = { prefix, clock: systemClock, report, limits: { requests, windowMs }, maxReplicas: 4 };
    const budget = createRedisBudget(link, parts);
    const spendAll = async () => {
      let granted = 0;
      while ((await budget.take("old")).granted) granted += 1;
      return granted;
    };
    const openWindow = async () => {
      await budget.take("old");
      await pause(windowMs + 50);
    };
    const said = () => link.events.map(({ type }) => type);
    return { budget, link, spendAll, openWindow, said };
  };

  it("closes one window after Redis came back with an older snapshot, together with all who knew better", async () => {
    const [prefix, server] = [newPrefix(), await serve(["--save", "3600 1"])];
    const first = await startProcess(server.url, prefix);
    await first.openWindow();
    await server.cli("save");
    expect(await first.spendAll()).toBe(80);
    await first.link.close();
    await server.restart();
    const second = await startProcess(server.url, prefix);
    expect(await second.spendAll()).toBe(5);
    expect(second.said()).toEqual(["budget.closed"]);
    await pause(windowMs + 50);
    expect(await second.spendAll()).toBe(80);
    expect(second.said()).toEqual(["budget.closed", "budget.opened"]);
  });

  it("closes one window after a restart that lost nothing: nobody can tell that nothing was lost", async () => {
    const [prefix, server] = [newPrefix(), await serve(["--appendonly", "yes", "--appendfsync", "always"])];
    const one = await startProcess(server.url, prefix);
    await one.openWindow();
    await one.budget.take("old");
    await server.restart();
    await eventually("Redis is back", () => one.link.isUp());
    expect(await one.spendAll()).toBe(5);
    await pause(windowMs + 50);
    expect(await one.spendAll()).toBe(80);
    expect(one.said().filter((type) => type === "budget.closed")).toHaveLength(2);
  });

  it("closes one window after a replica took over that lagged behind, and nobody is left who knew better", async () => {
    const prefix = newPrefix();
    const primary = await serve();
    const replica = await serve(["--replicaof", `127.0.0.1 ${primary.port}`]);
    const isLinked = async () => (await replica.cli("info", "replication")).includes("master_link_status:up");
    await eventually("the replica follows", isLinked);
    const first = await startProcess(primary.url, prefix);
    await first.openWindow();
    await first.budget.take("old");
    const inStep = async () => (await replica.cli("zscore", `${prefix}{budget}:window`, "count")) === "-1";
    await eventually("the replica has the call", inStep);
    await replica.cli("replicaof", "no", "one");
    expect(await first.spendAll()).toBe(79);
    await first.link.close();
    await primary.kill();
    const second = await startProcess(replica.url, prefix);
    expect(await second.spendAll()).toBe(5);
    expect(second.said()).toEqual(["budget.closed"]);
    await pause(windowMs + 50);
    expect(await second.spendAll()).toBe(80);
  });

  it("spends as before, without noticing a restart, where the login may not ask which server it is", async () => {
    const [prefix, server] = [newPrefix(), await serve(["--save", "3600 1"])];
    await server.cli("acl", "setuser", "mute", "on", ">secret", "~*", "&*", "+@all", "-info");
    const url = server.url.replace("redis://", "redis://mute:secret@");
    const first = await startProcess(url, prefix);
    await first.openWindow();
    expect(await first.spendAll()).toBe(80);
    expect(first.said()).toEqual(["budget.closed", "budget.opened"]);
  });
});
