// One load for a fleet: several processes, each with connections of its own, under a stampede, a death, a pause and a lost message.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createRedisCoalescer } from "../../src/cache/coalescer-redis.ts";
import { createFlightSharing } from "../../src/cache/flight-sharing.ts";
import { createPageLoader } from "../../src/cache/page-loader.ts";
import type { FetchPage, Flight } from "../../src/cache/page-loader.ts";
import { createRedisStore } from "../../src/cache/store-redis.ts";
import { claimScript } from "../../src/cache/redis-keys.ts";
import { createMemoryStore } from "../../src/cache/store.ts";
import { systemClock } from "../../src/ground/runtime.ts";
import type { Clock, Event, Redis, RedisAnswer } from "../../src/ground/runtime.ts";
import { openCheck } from "../support/entry-check.ts";
import { closeTestLinks, newPrefix, openTestLink } from "../support/redis-rig.ts";
import { eventually, pause, startRedis, startRedisCluster } from "../support/redis-server.ts";

const leaseMs = 1_000;
let nextKey = 0;

describe.each([
  ["one server", () => startRedis()],
  ["a cluster of three", () => startRedisCluster()],
])("loads of a fleet on %s", (_, start) => {
  let url = "";
  let stop = async () => {};
  let prefix = "";
  let key = "";

  beforeAll(async () => ({ url, stop } = await start()));
  beforeEach(() => {
    prefix = newPrefix();
    key = (nextKey++).toString(16).padStart(64, "0");
  });
  afterEach(closeTestLinks);
  afterAll(() => stop());

  const open = async () => {
    const link = await openTestLink(url, prefix);
    await eventually("Redis is there", () => link.isUp());
    return link;
  };

  /** A process: everything of its own but Redis. */
  const startProcess = async (
    fetchPage: FetchPage<{ key: string }>,
    change: (redis: Redis) => Redis = (redis) => redis,
  ) => {
    const link = await open();
    const redis = change(link);
    const events: Event[] = [];
    const clock: Clock = systemClock;
    const store = createRedisStore(redis, { prefix, clock, check: openCheck });
    const sharing = createFlightSharing({ clock, check: openCheck });
    const coalescer = createRedisCoalescer<Flight>(redis, { prefix, clock, sharing, leaseMs });
    const loader = createPageLoader<{ key: string }>(
      {
        fetchPage,
        copies: createMemoryStore(),
        store,
        coalescer,
        clock,
        random: () => 0.5,
        report: (event) => void events.push(event),
        defer: () => {},
      },
      {
        deadlineMs: 5_000,
        freshness: {
          freshSeconds: { live: 5, recent: 30, settled: 3_600 },
          staleSeconds: 60,
          staleIfErrorSeconds: 600,
        },
      },
    );
    return { loader, events, link };
  };
  /** A process whose line to Redis can be cut. */
  const cutBy =
    (line: { isUp: boolean }) =>
    (redis: Redis): Redis => ({
      ...redis,
      run: async (script, keys, args) => (line.isUp ? redis.run(script, keys, args) : { state: "gone" }),
    });
  const page = (text: string) => ({
    ok: true as const,
    value: { body: new TextEncoder().encode(text), volatility: "live" as const },
  });

  it("makes one upstream call for four processes of 250 callers each, and all get its bytes", async () => {
    let calls = 0;
    const fetchPage = async () => {
      calls += 1;
      await pause(1_000);
      return page("the page");
    };
    const fleet = await Promise.all([1, 2, 3, 4].map(() => startProcess(fetchPage)));
    const results = await Promise.all(
      fleet.flatMap(({ loader }) => Array.from({ length: 250 }, () => loader.load({ key }, "cold"))),
    );
    expect(calls).toBe(1);
    expect(results).toHaveLength(1_000);
    for (const result of results) {
      expect(result.ok && new TextDecoder().decode(result.entry.body)).toBe("the page");
    }
    expect(results.filter((result) => result.ok && result.via === "fetched")).toHaveLength(1);
  });

  it("gives a page that another process has just loaded, without a call", async () => {
    let calls = 0;
    const fetchPage = async () => {
      calls += 1;
      return page("the page");
    };
    const [one, two] = await Promise.all([startProcess(fetchPage), startProcess(fetchPage)]);
    await one.loader.load({ key }, "cold");
    expect(await two.loader.load({ key }, "cold")).toMatchObject({ ok: true, via: "recent" });
    expect(calls).toBe(1);
  });

  it("wakes followers by the message, not by the next look", async () => {
    const fetchPage = async () => {
      await pause(1_000);
      return page("the page");
    };
    const [one, two] = await Promise.all([startProcess(fetchPage), startProcess(fetchPage)]);
    const claims: number[] = [];
    const slow = await open();
    const watched: Redis = {
      ...slow,
      run: (script, keys, args) => {
        claims.push(Date.now());
        return slow.run(script, keys, args);
      },
    };
    const clock = systemClock;
    const sharing = createFlightSharing({ clock, check: openCheck });
    const three = createRedisCoalescer<Flight>(watched, { prefix, clock, sharing, pollMs: 60_000 });
    await pause(100);
    const led = one.loader.load({ key }, "cold");
    await pause(20);
    const followed = three.run(key, () => Promise.reject(new Error("must not lead")));
    expect(await led).toMatchObject({ ok: true, via: "fetched" });
    expect(await followed).toMatchObject({ role: "follower", value: { ok: true } });
    expect(claims).toHaveLength(2);
    expect(await two.loader.load({ key }, "cold")).toMatchObject({ ok: true, via: "recent" });
  });

  it("needs no message: a follower that hears none looks for itself", async () => {
    let calls = 0;
    const fetchPage = async () => {
      calls += 1;
      await pause(200);
      return page("the page");
    };
    const deaf = (redis: Redis): Redis => ({ ...redis, listen: () => undefined });
    const [one, two] = await Promise.all([startProcess(fetchPage, deaf), startProcess(fetchPage, deaf)]);
    const results = await Promise.all([one, two].map(({ loader }) => loader.load({ key }, "cold")));
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(calls).toBe(1);
  });

  it("replaces a leader that died within one lease", async () => {
    const never = () => new Promise<never>(() => undefined);
    const [dying, living] = await Promise.all([startProcess(never), startProcess(async () => page("the page"))]);
    void dying.loader.load({ key }, "cold");
    await pause(leaseMs);
    const startedAt = Date.now();
    const followed = living.loader.load({ key }, "cold");
    await pause(50);
    await dying.link.close();
    expect(await followed).toMatchObject({ ok: true, via: "fetched" });
    // The deadline of its own load is five seconds.
    expect(Date.now() - startedAt).toBeLessThan(leaseMs + 3_500);
  });

  it("lets a leader keep its lease for as long as it works", async () => {
    let calls = 0;
    const fetchPage = async () => {
      calls += 1;
      await pause(leaseMs * 3);
      return page("the page");
    };
    const [one, two] = await Promise.all([startProcess(fetchPage), startProcess(fetchPage)]);
    await Promise.all([one, two].map(({ loader }) => loader.load({ key }, "cold")));
    expect(calls).toBe(1);
  });

  it("drops the late answer of a leader that was paused", async () => {
    const line = { isUp: true };
    let successorCalls = 0;
    const successor = async () => {
      successorCalls += 1;
      await pause(leaseMs * 3);
      return page("successor");
    };
    const late = async () => {
      await pause(leaseMs * 3);
      return page("late");
    };
    const [one, two] = await Promise.all([startProcess(late, cutBy(line)), startProcess(successor)]);
    const paused = one.loader.load({ key }, "cold");
    await pause(50);
    line.isUp = false;
    const followed = two.loader.load({ key }, "cold");
    await eventually("the successor leads", () => successorCalls === 1);
    await followed;
    line.isUp = true;
    await paused;
    const store = createRedisStore(await open(), { prefix, clock: systemClock, check: openCheck });
    const found = await store.get(key);
    expect(found.state === "entry" && new TextDecoder().decode(found.entry.body)).toBe("successor");
  });

  it("does not let a leader that was paused end the lease of its successor", async () => {
    const line = { isUp: true };
    const clock = systemClock;
    const sharing = createFlightSharing({ clock, check: openCheck });
    const flight: Flight = {
      ok: false,
      failure: { code: "internal" },
      lane: "cold",
      client: undefined,
      fallback: undefined,
    };
    const coalescerOf = async (change: (redis: Redis) => Redis = (redis) => redis) =>
      createRedisCoalescer<Flight>(change(await open()), { prefix, clock, sharing, leaseMs });
    const [one, two, three] = await Promise.all([coalescerOf(cutBy(line)), coalescerOf(), coalescerOf()]);
    const [first, second] = [Promise.withResolvers<Flight>(), Promise.withResolvers<Flight>()];
    const begun: number[] = [];
    const paused = one.run(key, () => {
      begun.push(1);
      return first.promise;
    });
    await eventually("the first leads", () => begun.includes(1));
    line.isUp = false;
    const succeeded = two.run(key, () => {
      begun.push(2);
      return second.promise;
    });
    await eventually("the second leads", () => begun.includes(2));
    line.isUp = true;
    first.resolve(flight);
    await paused;
    const waiting = three.run(key, async () => {
      begun.push(3);
      return flight;
    });
    await pause(leaseMs);
    expect(begun).toEqual([1, 2]);
    second.resolve(flight);
    await Promise.all([succeeded, waiting]);
  });

  it("tells a failure to all followers, and for a second to those who come later", async () => {
    let calls = 0;
    const failing: FetchPage<{ key: string }> = async () => {
      calls += 1;
      await pause(100);
      return { ok: false, failure: { code: "upstream_failed", reason: "status_500" } };
    };
    const fleet = await Promise.all([1, 2, 3].map(() => startProcess(failing)));
    const late = await startProcess(failing);
    const results = await Promise.all(fleet.map(({ loader }) => loader.load({ key }, "cold")));
    expect(results.map((result) => !result.ok && result.failure)).toEqual(
      results.map(() => ({ code: "upstream_failed", reason: "status_500" })),
    );
    await late.loader.load({ key }, "cold");
    expect(calls).toBe(1);
    await pause(1_100);
    await late.loader.load({ key }, "cold");
    expect(calls).toBe(2);
  });

  it("lets a stronger lane of another process ask where a weaker one was refused", async () => {
    const refusing: FetchPage<{ key: string }> = async (__, { lane }) => {
      await pause(1_000);
      return lane === "refresh"
        ? page("the page")
        : { ok: false, failure: { code: "budget_spent", retryAfterSeconds: 9 } };
    };
    const [one, two] = await Promise.all([startProcess(refusing), startProcess(refusing)]);
    const weak = one.loader.load({ key }, "cold");
    await pause(30);
    const strong = two.loader.load({ key }, "refresh");
    expect(await weak).toMatchObject({ ok: false, failure: { code: "budget_spent" } });
    expect(await strong).toMatchObject({ ok: true });
  });

  it("takes junk under a lease for what it is, and gives up waiting for it", async () => {
    const link = await open();
    const clock = systemClock;
    const sharing = createFlightSharing({ clock, check: openCheck });
    const flight: Flight = {
      ok: false,
      failure: { code: "internal" },
      lane: "cold",
      client: undefined,
      fallback: undefined,
    };
    const coalescer = createRedisCoalescer<Flight>(link, { prefix, clock, sharing, leaseMs: 200, holdMsMax: 300 });
    const plant = (command: string) => link.run(command, [`${prefix}{${key}}:lease`], []);
    for (const junk of ["foreign", "!not json", '!{"lane":"cold","failure":{"code":"internal"}}', "!"]) {
      await plant(`redis.call("SET", KEYS[1], '${junk}', "EX", 3600)`);
      expect(await coalescer.run(key, async () => flight)).toEqual({ value: flight, role: "leader" });
    }
    await plant(`redis.call("DEL", KEYS[1]) redis.call("RPUSH", KEYS[1], "x")`);
    expect(await coalescer.run(key, async () => flight)).toEqual({ value: flight, role: "leader" });
  });

  it("waits for nothing that lies under a lease for good: what is of ours expires", async () => {
    const link = await open();
    const clock = systemClock;
    const flight: Flight = {
      ok: false,
      failure: { code: "internal" },
      lane: "cold",
      client: undefined,
      fallback: undefined,
    };
    let claims = 0;
    const counted: Redis = {
      ...link,
      run: (script, keys, args) => {
        if (script === claimScript) claims += 1;
        return link.run(script, keys, args);
      },
    };
    const coalescer = createRedisCoalescer<Flight>(counted, {
      prefix,
      clock,
      sharing: createFlightSharing({ clock, check: openCheck }),
    });
    const lease = `${prefix}{${key}}:lease`;
    for (const junk of ["foreign", "!not json"]) {
      await link.run(`redis.call("SET", KEYS[1], '${junk}')`, [lease], []);
      const led = await coalescer.run(key, async () => {
        // The lease is taken, and not left as it was.
        const { value } = await link
          .run(`return redis.call("PTTL", KEYS[1]) > 0 and 1 or 0`, [lease], [])
          .then(answered);
        expect(value).toBe(1);
        return flight;
      });
      expect(led).toEqual({ value: flight, role: "leader" });
      await eventually("the lease is free", async () => (await link.get(lease).then(answered)).value === null);
    }
    expect(claims).toBe(2);
  });
});

function answered<Value>(answer: RedisAnswer<Value>): { value: Value } {
  if (answer.state !== "answered") throw new Error(answer.state);
  return answer;
}
