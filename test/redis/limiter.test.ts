// The count of clients in Redis: the contract, what only an exact count promises, and limiters of several processes over it. Its time
// is the test's own; the script is the one that runs.
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRedisCount } from "../../src/http/limiter-redis.ts";
import { createClientLimiter } from "../../src/http/limiter.ts";
import type { FleetCount } from "../../src/http/limiter.ts";
import type { Event, Redis, RedisAnswer } from "../../src/runtime.ts";
import { fleetCountContract } from "../contract/fleet-count-contract.ts";
import { createTestClock } from "../support/clock.ts";
import type { TestClock } from "../support/clock.ts";
import { closeTestLinks, newPrefix, openTestLink, testSeed, withServerTime } from "../support/redis-rig.ts";
import { startRedis, startRedisCluster } from "../support/redis-server.ts";
import type { RedisServer } from "../support/redis-server.ts";

let server: RedisServer;
let redis: Redis;
let cluster: { url: string; stop(): Promise<void> };
let clustered: Redis;

beforeAll(async () => {
  [server, cluster] = [await startRedis(), await startRedisCluster()];
  [redis, clustered] = [await openTestLink(server.url), await openTestLink(cluster.url)];
});
afterAll(async () => {
  await closeTestLinks();
  await Promise.all([server.stop(), cluster.stop()]);
});

for (const [name, link] of [
  ["Redis", () => redis],
  ["a cluster of Redis", () => clustered],
] as const) {
  fleetCountContract(name, 30, async (perMinute) => {
    const parts = { prefix: newPrefix(), policy: "misses", perMinute } as const;
    const now = Date.UTC(2026, 10, 22, 10);
    const [one, other] = [withServerTime(link(), () => now), withServerTime(link(), () => now)];
    return { one: createRedisCount(one, parts), other: createRedisCount(other, parts) };
  });
}

/** A count of its own under a clock of its own. */
function setUp(perMinute: number) {
  const prefix = newPrefix();
  let now = Date.UTC(2026, 10, 22, 10);
  const timed = withServerTime(redis, () => now);
  const count = createRedisCount(timed, { prefix, policy: "requests", perMinute });
  return { count, prefix, timed, advance: (ms: number) => void (now += ms) };
}

describe("the count in Redis", () => {
  it("says when the client's allowance is whole again", async () => {
    const { count, advance } = setUp(60);
    expect(await count.spend("a", 1, 0)).toEqual({ state: "granted", fullInMs: 1_000 });
    expect(await count.spend("a", 20, 20)).toEqual({ state: "granted", fullInMs: 21_000 });
    advance(5_500);
    expect(await count.spend("a", 1, 0)).toEqual({ state: "granted", fullInMs: 16_500 });
    advance(20_000);
    expect(await count.spend("a", 1, 0)).toEqual({ state: "granted", fullInMs: 1_000 });
  });

  it("counts nothing for what it refuses", async () => {
    const { count, advance } = setUp(2);
    for (let request = 0; request < 2; request += 1) await count.spend("a", 1, 0);
    for (let request = 0; request < 5; request += 1) {
      expect(await count.spend("a", 1, 0)).toEqual({ state: "refused", retryAfterSeconds: 30 });
    }
    advance(30_000);
    expect(await count.spend("a", 1, 0)).toMatchObject({ state: "granted" });
  });

  it("counts what was answered already even where nothing is left, up to a minute more", async () => {
    const { count, advance } = setUp(60);
    expect(await count.spend("a", 50, 50)).toMatchObject({ state: "granted" });
    expect(await count.spend("a", 20, 20)).toEqual({ state: "refused", retryAfterSeconds: 11 });
    expect(await count.spend("a", 31, 30)).toEqual({ state: "refused", retryAfterSeconds: 41 });
    expect(await count.spend("a", 500, 500)).toEqual({ state: "refused", retryAfterSeconds: 61 });
    advance(60_000);
    expect(await count.spend("a", 1, 0)).toEqual({ state: "refused", retryAfterSeconds: 1 });
    advance(1_000);
    expect(await count.spend("a", 1, 0)).toMatchObject({ state: "granted" });
  });

  it("has keys that name no client, each in one slot, gone when its bucket is full", async () => {
    const { count, prefix } = setUp(60);
    for (const client of ["198.51.100.7", '["https://issuer.example","somebody"]']) await count.spend(client, 3, 0);
    const keys = (await server.cli("keys", `${prefix}*`)).split("\n");
    expect(keys).toHaveLength(2);
    for (const key of keys) {
      expect(key).toMatch(new RegExp(`^${prefix}\\{[0-9a-f]{32}\\}:limit$`));
      expect(Number(await server.cli("pttl", key))).toBeGreaterThan(1_000);
      expect(Number(await server.cli("pttl", key))).toBeLessThanOrEqual(3_000);
    }
  });

  it("keeps nobody out for longer than a minute when the server's clock is set back, or finds junk", async () => {
    const { count, prefix, advance } = setUp(60);
    await count.spend("a", 60, 0);
    advance(-3_600_000);
    expect(await count.spend("a", 1, 0)).toEqual({ state: "refused", retryAfterSeconds: 1 });
    advance(1_000);
    expect(await count.spend("a", 1, 0)).toMatchObject({ state: "granted" });
    const key = await server.cli("keys", `${prefix}*`);
    for (const junk of ["nan", "inf", "1e999", "x", "", "-1"]) {
      await server.cli("set", key, junk);
      await count.spend("a", 1, 0);
      advance(60_000);
      expect(await count.spend("a", 1, 0), junk).toMatchObject({ state: "granted" });
    }
    await server.cli("del", key);
    await server.cli("rpush", key, "of another kind");
    expect(await count.spend("a", 1, 0)).toEqual({ state: "granted", fullInMs: 1_000 });
  });

  it("counts each policy for itself", async () => {
    const { prefix, timed } = setUp(1);
    for (const policy of ["requests", "misses"] as const) {
      const count = createRedisCount(timed, { prefix, policy, perMinute: 1 });
      expect(await count.spend("a", 1, 0)).toMatchObject({ state: "granted" });
    }
  });

  it("has failed when Redis is gone, or refuses the question", async () => {
    const answers: RedisAnswer<unknown>[] = [
      { state: "gone" },
      { state: "refused", code: "crossslot" },
      { state: "answered", value: null },
      { state: "answered", value: ["granted"] },
    ];
    for (const answer of answers) {
      const broken: Redis = { ...redis, run: async () => answer };
      const count = createRedisCount(broken, { prefix: newPrefix(), policy: "misses", perMinute: 1 });
      expect(await count.spend("a", 1, 0)).toEqual({ state: "failed" });
    }
  });
});

describe("processes over one Redis", () => {
  type Process = { line: { isUp: boolean }; events: Event[]; limiter: ReturnType<typeof createClientLimiter> };

  function setUpFleet(
    processes: number,
    { perMinute, whenFailed = "closed" }: { perMinute: number; whenFailed?: "closed" | "open" },
  ) {
    const clock = createTestClock();
    const prefix = newPrefix();
    const working = new Set<Promise<unknown>>();
    const fleet = Array.from({ length: processes }, (): Process => {
      const line = { isUp: true };
      const events: Event[] = [];
      const timed = withServerTime(redis, clock.now);
      const cut: Redis = { ...timed, run: async (...asked) => (line.isUp ? timed.run(...asked) : { state: "gone" }) };
      const inner = createRedisCount(cut, { prefix, policy: "requests", perMinute });
      const count: FleetCount = {
        spend(...asked) {
          const work = inner.spend(...asked);
          working.add(work);
          return work;
        },
      };
      const report = (event: Event) => void events.push(event);
      const limits = { policy: "requests", perMinute, whenFailed, share: processes } as const;
      return { line, events, limiter: createClientLimiter({ ...limits, clock, fleet: count, report }) };
    });
    /** Lets everything asked of Redis be answered and taken in. */
    const settle = async () => {
      while (working.size > 0) {
        const works = [...working];
        await Promise.all(works);
        for (const work of works) working.delete(work);
        await clock.settle();
      }
    };
    const take = ({ limiter }: Process) => limiter.take("a", () => undefined).code === "allowed";
    const takeShared = async ({ limiter }: Process) => (await limiter.takeShared("a")).code === "allowed";
    return { clock, fleet, settle, take, takeShared };
  }

  const at = (fleet: readonly Process[], place: number): Process => {
    const one = fleet[place % fleet.length];
    if (!one) throw new Error("no such process");
    return one;
  };

  it("grant exactly the limit together where each request is asked for", async () => {
    const { fleet, takeShared } = setUpFleet(3, { perMinute: 20 });
    let allowed = 0;
    for (let request = 0; request < 60; request += 1) if (await takeShared(at(fleet, request))) allowed += 1;
    expect(allowed).toBe(20);
  });

  it("hear of each other's hits, a slice late", async () => {
    const { fleet, settle, take } = setUpFleet(3, { perMinute: 100 });
    let allowed = 0;
    for (let request = 0; request < 600; request += 1) {
      if (take(at(fleet, request))) allowed += 1;
      await settle();
    }
    expect(allowed).toBeGreaterThanOrEqual(100);
    expect(allowed).toBeLessThanOrEqual(100 + 3 * 10);
  });

  it("stay within the limit together without Redis where they are closed", async () => {
    const { fleet, take, takeShared } = setUpFleet(4, { perMinute: 100 });
    for (const { line } of fleet) line.isUp = false;
    let allowed = 0;
    for (const one of fleet) if (await takeShared(one)) allowed += 1;
    for (let request = 0; request < 800; request += 1) if (take(at(fleet, request))) allowed += 1;
    expect(allowed).toBe(100);
    for (const { events } of fleet) expect(events).toEqual([{ type: "limiter.failed", policy: "requests" }]);
  });

  it("go on with their own limits without Redis where they are open, and come back to the fleet's", async () => {
    const { clock, fleet, settle, take, takeShared } = setUpFleet(2, { perMinute: 100, whenFailed: "open" });
    for (const { line } of fleet) line.isUp = false;
    let allowed = 0;
    for (const one of fleet) if (await takeShared(one)) allowed += 1;
    for (let request = 0; request < 400; request += 1) if (take(at(fleet, request))) allowed += 1;
    expect(allowed).toBe(200);
    for (const { line } of fleet) line.isUp = true;
    await clock.advance(120_000);
    for (const one of fleet) {
      take(one);
      await settle();
    }
    await clock.advance(60_000);
    allowed = 0;
    for (let request = 0; request < 150; request += 1) if (await takeShared(at(fleet, request))) allowed += 1;
    expect(allowed).toBe(100);
  });

  it("let through no more than burst, refill and a few slices each, in any span of any traffic", async () => {
    const step = fc.record({
      waitMs: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 8_000 })),
      place: fc.nat(3),
      requests: fc.integer({ min: 1, max: 30 }),
      isShared: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(10, 60, 120),
        fc.integer({ min: 1, max: 4 }),
        fc.array(step, { minLength: 20, maxLength: 80 }),
        async (perMinute, processes, steps) => {
          const slice = Math.max(1, Math.floor(perMinute / 10));
          const { clock, fleet, settle, take, takeShared } = setUpFleet(processes, { perMinute });
          const allowedAt: number[] = [];
          for (const { waitMs, place, requests, isShared } of steps) {
            await advance(clock, waitMs);
            for (let request = 0; request < requests; request += 1) {
              const one = at(fleet, place);
              if (isShared ? await takeShared(one) : take(one)) allowedAt.push(clock.now());
              await settle();
            }
          }
          for (const [first, start] of allowedAt.entries()) {
            for (let last = first; last < allowedAt.length; last += 1) {
              const spanMs = (allowedAt[last] ?? 0) - start;
              const law = perMinute + (spanMs * perMinute) / 60_000;
              // One slice each that is told too late, one that is not told yet, and in every minute one that was forgotten.
              const slack = processes * slice * (2 + Math.ceil(spanMs / 60_000));
              if (last - first + 1 > law + slack + 0.01) throw new Error(`${last - first + 1} in ${spanMs} ms`);
            }
          }
        },
      ),
      { seed: testSeed("limiters of a fleet"), numRuns: 60 },
    );
  });
});

/** Nothing of a limiter waits for a timer here, so that time may jump. */
const advance = (clock: TestClock, ms: number) => (ms === 0 ? Promise.resolve() : clock.advance(ms));
