// Redis fails, pages don't: with a real server that is frozen, killed, cut off, locked, filled and restarted under the adapters.
//
// In each state the same walk is made as a request makes it (look, lease, budget): it must get through, hardly ever wait on Redis,
// and each state is reported once. That one command waits no longer than a quarter of a second is tested in unit/redis-link.test.ts.
import { describe, expect, it } from "vitest";
import { createRedisCoalescer } from "../../src/cache/coalescer-redis.ts";
import { createRedisStore } from "../../src/cache/store-redis.ts";
import { systemClock } from "../../src/ground/runtime.ts";
import type { Event } from "../../src/ground/runtime.ts";
import { createRedisBudget } from "../../src/upstream/budget-redis.ts";
import { openCheck } from "../support/entry-check.ts";
import { newPrefix, useServers, openTestLink } from "../support/redis-rig.ts";
import { eventually, pause, startRedisCluster, startRedisSentinel } from "../support/redis-server.ts";
import type { RedisServer } from "../support/redis-server.ts";
import { middleOf } from "../support/waits.ts";

/** Less than any walk would wait if it had to find out for itself that Redis is gone. */
const usualMsMax = 250;
let nextKey = 0;
const newKey = () => (nextKey++).toString(16).padStart(64, "0");

const { serve, stops } = useServers();

/** A process with its adapters, and the walk of a request through them. */
async function startProcess(url: string, prefix = newPrefix()) {
  const link = await openTestLink(url, prefix);
  const clock = systemClock;
  const report = (event: Event) => void link.events.push(event);
  const store = createRedisStore(link, { prefix, clock, check: openCheck });
  const nothing = async () => undefined;
  const sharing = { fromPage: nothing, toText: () => undefined, fromText: () => undefined };
  const coalescer = createRedisCoalescer<string>(link, { prefix, clock, sharing });
  const limits = { requests: 1_000, windowMs: 2_000 };
  const budget = createRedisBudget(link, { prefix, clock, report, limits, maxReplicas: 2 });
  const walk = async (key = newKey()) => {
    const startedAt = performance.now();
    const found = await store.get(key);
    const { value } = await coalescer.run(key, async () => ((await budget.take("old")).granted ? "sent" : "refused"));
    return { found: found.state, value, waitedMs: performance.now() - startedAt };
  };
  /** Many at once, spread over a time, so that some are under way when the state changes. Gives their usual wait. */
  const walks = async (count: number, spreadMs: number) => {
    const made = Array.from({ length: count }, async (_, index) => {
      await pause((index * spreadMs) / count);
      return walk();
    });
    const done = await Promise.all(made);
    expect(done.map(({ value }) => value)).not.toContain("refused");
    return middleOf(done.map(({ waitedMs }) => waitedMs));
  };
  const changes = () => link.events.filter(({ type }) => type.startsWith("redis."));
  const isBack = () => eventually("Redis is back", () => link.isUp());
  return { link, prefix, store, budget, walk, walks, changes, isBack };
}

describe("Redis in trouble", () => {
  it("is not waited for while it is frozen, and comes back by itself", async () => {
    const server = await serve();
    const one = await startProcess(server.url);
    await one.walk();
    const during = one.walks(60, 1_500);
    await pause(300);
    server.freeze();
    expect(await during).toBeLessThan(usualMsMax);
    expect(await one.walks(10, 0)).toBeLessThan(usualMsMax);
    expect(one.changes()).toEqual([{ type: "redis.lost", reason: "late" }]);
    await pause(1_500);
    server.thaw();
    await one.isBack();
    expect((await one.walk()).value).toBe("sent");
    expect(one.changes().map(({ type }) => type)).toEqual(["redis.lost", "redis.recovered"]);
  });

  it("is back after kill -9 and a restart without data", async () => {
    const server = await serve();
    const one = await startProcess(server.url);
    const during = one.walks(60, 1_500);
    await pause(300);
    await server.kill();
    expect(await during).toBeLessThan(usualMsMax);
    expect(one.changes()).toMatchObject([{ type: "redis.lost" }]);
    await server.restart();
    await one.isBack();
    expect((await one.walk()).value).toBe("sent");
    expect(one.changes().map(({ type }) => type)).toEqual(["redis.lost", "redis.recovered"]);
  });

  it("wakes followers again after its connections were killed", async () => {
    const server = await serve();
    const one = await startProcess(server.url);
    await one.walk();
    const heard: string[] = [];
    one.link.listen(`${one.prefix}test`, (message) => void heard.push(message));
    await server.cli("client", "kill", "type", "pubsub");
    await server.cli("client", "kill", "type", "normal");
    expect(await one.walks(20, 500)).toBeLessThan(usualMsMax);
    await one.isBack();
    await eventually(
      "both channels are heard",
      async () =>
        (await server.cli("pubsub", "numsub", `${one.prefix}test`, `${one.prefix}done`))
          .split("\n")
          .filter((line) => line === "1").length === 2,
    );
    await server.cli("publish", `${one.prefix}test`, "hello");
    await eventually("the message is heard", () => heard.includes("hello"));
  });

  it("may be absent at the start", async () => {
    const server = await serve();
    await server.kill();
    const one = await startProcess(server.url);
    expect(await one.walks(20, 100)).toBeLessThan(usualMsMax);
    await eventually("it is reported", () => one.changes().length > 0);
    expect(one.changes()).toEqual([{ type: "redis.lost", reason: "econnrefused" }]);
    await server.restart();
    await one.isBack();
    expect((await one.walk()).value).toBe("sent");
  });

  it("is gone with a wrong password, which is shown nowhere, and back when it is right", async () => {
    const server = await serve([], { password: "right" });
    const one = await startProcess(server.url.replace("right", "wrong-secret"));
    expect(await one.walks(20, 100)).toBeLessThan(usualMsMax);
    await eventually("it is reported", () => one.changes().length > 0);
    expect(one.changes()).toEqual([{ type: "redis.lost", reason: "wrongpass" }]);
    expect(JSON.stringify(one.link.events)).not.toContain("secret");
    await server.cli("config", "set", "requirepass", "wrong-secret");
    await one.isBack();
  });

  it.each([
    [
      "a read-only replica",
      ["replicaof", "127.0.0.1", "1"],
      ["replicaof", "no", "one"],
      /readonly|masterdown|late|closed/,
    ],
    ["out of memory", ["config", "set", "maxmemory", "1"], ["config", "set", "maxmemory", "0"], /oom/],
  ])("is gone as long as it is %s", async (_, breakIt, mendIt, reason) => {
    const server = await serve();
    const one = await startProcess(server.url);
    await one.walk();
    await server.cli(...breakIt);
    expect(await one.walks(30, 1_000)).toBeLessThan(usualMsMax);
    expect(one.changes()).toEqual([{ type: "redis.lost", reason: expect.stringMatching(reason) }]);
    await server.cli(...mendIt);
    await one.isBack();
    expect(one.changes()).toHaveLength(2);
    expect((await one.walk()).value).toBe("sent");
  });

  it("is not missed for a moment when it forgets its scripts", async () => {
    const server = await serve();
    const one = await startProcess(server.url);
    for (let round = 0; round < 5; round += 1) {
      await one.walk();
      await server.cli("script", "flush");
    }
    expect((await one.walk()).value).toBe("sent");
    expect(one.changes()).toEqual([]);
  });

  it("may evict what it likes: pages are misses, and the budget is not exceeded", async () => {
    const server = await serve(["--maxmemory", "4mb", "--maxmemory-policy", "allkeys-random"]);
    const one = await startProcess(server.url);
    const body = new Uint8Array(200_000).fill(65);
    const now = Date.now();
    const times = { position: 0, fetchedAt: now, freshUntil: now + 1e6, staleUntil: now + 1e6, errorUntil: now + 1e6 };
    const entry = { ...times, sequence: now, body, etag: "" };
    for (let page = 0; page < 60; page += 1) await one.store.put(newKey(), entry);
    await one.walks(20, 100);
    expect(one.changes()).toEqual([]);
  });

  it("counts a cluster without one of its nodes as gone, until the node is back", async () => {
    const cluster = await startRedisCluster(["--cluster-require-full-coverage", "no"]);
    stops.push(cluster.stop);
    const one = await startProcess(cluster.url);
    await one.walks(20, 100);
    const lost = cluster.nodes[1];
    lost?.freeze();
    expect(await one.walks(90, 3_000)).toBeLessThan(usualMsMax);
    expect(one.changes().map(({ type }) => type)).toEqual(["redis.lost"]);
    lost?.thaw();
    await one.isBack();
    await one.walks(30, 300);
    expect(one.changes().map(({ type }) => type)).toEqual(["redis.lost", "redis.recovered"]);
  });

  it("follows a Sentinel to the next primary", async () => {
    const sentinel = await startRedisSentinel();
    stops.push(sentinel.stop);
    const one = await startProcess(sentinel.url);
    await eventually("it is there", () => one.link.isUp());
    await sentinel.primary.kill();
    expect(await one.walks(30, 1_000)).toBeLessThan(usualMsMax);
    await eventually("the next primary serves", () => one.link.isUp());
    expect((await one.walk()).value).toBe("sent");
  });

  it("never lets a fleet exceed its budget by real time, frozen, killed, flushed and restarted", async () => {
    const server = await serve();
    const limits = { requests: 60, windowMs: 2_000 };
    const prefix = newPrefix();
    const fleet = await Promise.all(
      [1, 2, 3].map(async () => {
        const link = await openTestLink(server.url, prefix);
        const report = (event: Event) => void link.events.push(event);
        return createRedisBudget(link, { prefix, clock: systemClock, report, limits, maxReplicas: 3 });
      }),
    );
    /** From when a call was asked for until it was granted: it was counted at some time between. */
    const grants: { from: number; to: number }[] = [];
    const over = new AbortController();
    const spenders = fleet.flatMap((budget) =>
      [1, 2, 3, 4].map(async () => {
        while (!over.signal.aborted) {
          const from = performance.now();
          if ((await budget.take("old")).granted) grants.push({ from, to: performance.now() });
          else await pause(5);
        }
      }),
    );
    const trouble: ((on: RedisServer) => void | Promise<unknown>)[] = [
      () => pause(2_500),
      (on) => on.cli("flushall"),
      (on) => on.freeze(),
      () => pause(700),
      (on) => on.thaw(),
      (on) => on.cli("script", "flush"),
      () => pause(2_200),
      (on) => on.kill(),
      () => pause(500),
      (on) => on.restart(),
      () => pause(2_600),
      (on) => on.cli("client", "kill", "type", "normal"),
    ];
    for (const step of trouble) {
      await step(server);
      await pause(200);
    }
    over.abort();
    await Promise.all(spenders);
    // Those that were counted within one window for certain: Redis and the process count whole milliseconds.
    const windowMs = limits.windowMs - 2;
    const counts = grants.map(
      ({ from: start }) => grants.filter(({ from, to }) => from >= start && to < start + windowMs).length,
    );
    expect(Math.max(...counts)).toBeLessThanOrEqual(limits.requests);
    expect(grants.length).toBeGreaterThan(100);
  });
});
