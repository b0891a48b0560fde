// One load side for the fleet: what it answers to whom, how it is reached, and stampedes through both sides.
import { describe, expect, it } from "vitest";
import { createCoalescer } from "../../src/cache/coalescer.ts";
import { createPageCache } from "../../src/cache/page-cache.ts";
import { createPageLoader } from "../../src/cache/page-loader.ts";
import type { LoadResult, PageLoader } from "../../src/cache/page-loader.ts";
import { createShield, createShieldClient } from "../../src/cache/shield.ts";
import { createMemoryStore } from "../../src/cache/store.ts";
import type { Event, Lane } from "../../src/ground/runtime.ts";
import {
  ask,
  bytesOf,
  createLoaderRig,
  freshness,
  makeEntry,
  never,
  textOf,
  useInstantDigest,
} from "../support/cache-rig.ts";
import type { Ask } from "../support/cache-rig.ts";
import { createTestClock } from "../support/clock.ts";

useInstantDigest();

const ignore = () => undefined;

function setUpShield() {
  const rig = createLoaderRig();
  const events: Event[] = [];
  const pages = createPageCache<Ask>(
    { memory: rig.copies, loader: rig.loader, clock: rig.clock },
    { softDeadlineMs: 1_000, hardDeadlineMs: 10_000 },
  );
  const shield = createShield({ pages, loader: rig.loader, defer: ignore, report: (event) => void events.push(event) });
  const askShield = (lane: Lane): { result?: LoadResult; waitedMs?: number } => {
    const startedAt = rig.clock.now();
    const asked: { result?: LoadResult; waitedMs?: number } = {};
    void shield.load(ask, lane).then((result) => {
      asked.result = structuredClone(result);
      asked.waitedMs = rig.clock.now() - startedAt;
    });
    return asked;
  };
  return { ...rig, shieldEvents: events, askShield };
}

describe("the shield", () => {
  it("gives a reader with nothing its stale copy at once and refreshes behind it", async () => {
    const set = setUpShield();
    set.copies.put(ask.key, await makeEntry("v1", set.clock.now() - 20_000));
    const asked = set.askShield("cold");
    await set.clock.settle();
    expect(asked.result).toMatchObject({ ok: true, via: "recent" });
    expect(set.fetches.map(({ lane }) => lane)).toEqual(["refresh"]);
    expect(set.shieldEvents).toMatchObject([{ type: "cache.servedStale", because: "revalidating" }]);
  });

  it("gives a reader with nothing its old copy after the soft deadline, having asked in the lane of old pages", async () => {
    const set = setUpShield();
    set.copies.put(ask.key, await makeEntry("v1", set.clock.now() - 100_000));
    const asked = set.askShield("cold");
    await set.clock.advance(1_500);
    expect(asked).toMatchObject({ result: { ok: true, via: "recent" }, waitedMs: 1_000 });
    expect(set.fetches.map(({ lane }) => lane)).toEqual(["old"]);
  });

  it.each(["old", "refresh", "warm"] as const)(
    "gives a reader with a copy of its own (%s) a newer page or a failure, never that copy",
    async (lane) => {
      const set = setUpShield();
      set.copies.put(ask.key, await makeEntry("v1", set.clock.now() - 20_000));
      const asked = set.askShield(lane);
      await set.clock.advance(3_000);
      expect(asked.result).toBeUndefined();
      set.lastFetch().answer("v2");
      await set.clock.settle();
      expect(asked.result?.ok && textOf(asked.result.entry)).toBe("v2");
    },
  );

  it("tells a reader with nothing that its page was fetched", async () => {
    const set = setUpShield();
    const asked = set.askShield("cold");
    await set.clock.settle();
    set.lastFetch().answer("v1");
    await set.clock.settle();
    expect(asked.result).toMatchObject({ ok: true, via: "fetched" });
  });

  it("passes a failure on as plain data", async () => {
    const set = setUpShield();
    const asked = set.askShield("cold");
    await set.clock.settle();
    set.lastFetch().refuse({ code: "budget_spent", retryAfterSeconds: 12 });
    await set.clock.settle();
    expect(asked.result).toEqual({ ok: false, failure: { code: "budget_spent", retryAfterSeconds: 12 } });
  });
});

describe("the way to the shield", () => {
  const reach = (calls: (() => Promise<LoadResult>)[]) => {
    const clock = createTestClock();
    const events: Event[] = [];
    let connected = 0;
    const connect = () => {
      const call = calls[connected++];
      return { load: () => (call ? call() : never<LoadResult>()) };
    };
    const client = createShieldClient<Ask>(connect, {
      clock,
      deadlineMs: 10_000,
      report: (event) => void events.push(event),
    });
    return { clock, events, client, connections: () => connected };
  };
  const broken = async (): Promise<LoadResult> => {
    throw new Error("Durable Object reset because its code was updated.");
  };
  const failed = { type: "shield.failed", reason: "Error" };
  const unreachable = { ok: false, failure: { code: "upstream_failed", reason: "shield_unreachable" } };
  const answer: LoadResult = { ok: false, failure: { code: "not_found" } };

  it("tries once more over a fresh stub when the shield was restarted", async () => {
    const { client, events, connections } = reach([broken, async () => answer]);
    expect(await client.load(ask, "cold")).toBe(answer);
    expect([events, connections()]).toEqual([[failed], 2]);
  });

  it("gives up after the second time, with a failure and no rejection", async () => {
    const { client, events, connections } = reach([broken, broken]);
    expect(await client.load(ask, "cold")).toEqual(unreachable);
    expect([events, connections()]).toEqual([[failed, failed], 2]);
  });

  it("does not try again when the shield has too much to do", async () => {
    const overloaded = async () => Promise.reject(Object.assign(new Error("overloaded"), { overloaded: true }));
    const { client, connections } = reach([overloaded]);
    expect(await client.load(ask, "cold")).toEqual(unreachable);
    expect(connections()).toBe(1);
  });

  it("does not try again when the deadline has passed", async () => {
    const set = reach([
      async () => {
        await new Promise<void>((resolve) => set.clock.timer(10_000, resolve));
        return broken();
      },
    ]);
    const loading = set.client.load(ask, "cold");
    await set.clock.advance(10_000);
    expect(await loading).toEqual(unreachable);
    expect(set.connections()).toBe(1);
  });

  it("gives up alike when connecting itself throws", async () => {
    const connect = (): PageLoader<Ask> => {
      throw new Error("no such binding");
    };
    const client = createShieldClient<Ask>(connect, { clock: createTestClock(), deadlineMs: 10_000, report: ignore });
    expect(await client.load(ask, "cold")).toEqual(unreachable);
  });
});

describe("a stampede", () => {
  it.each([10, 100, 1_000, 10_000])(
    "of %i cold callers makes one upstream call, and all get the same bytes",
    async (callers) => {
      const clock = createTestClock();
      let calls = 0;
      const parts = { clock, random: () => 0.5, report: ignore, defer: ignore };
      const loader = createPageLoader<Ask>(
        {
          ...parts,
          copies: createMemoryStore(),
          coalescer: createCoalescer(),
          fetchPage: async () => {
            calls += 1;
            await new Promise<void>((resolve) => clock.timer(300, resolve));
            return { ok: true, value: { body: bytesOf(`call ${calls}`), volatility: "live" } };
          },
        },
        { freshness, deadlineMs: 10_000 },
      );
      const readers = [1, 2, 3].map(() =>
        createPageCache<Ask>(
          { memory: createMemoryStore(), loader, clock },
          { softDeadlineMs: 1_000, hardDeadlineMs: 10_000 },
        ),
      );
      const readings = Array.from({ length: callers }, async (_, caller) => {
        await new Promise<void>((resolve) => clock.timer(caller % 30, resolve));
        return readers[caller % 3]?.get(ask, parts);
      });
      await clock.advance(30);
      await clock.advance(300);
      const results = await Promise.all(readings);
      expect(calls).toBe(1);
      expect(new Set(results.map((result) => result?.ok && textOf(result.value)))).toEqual(new Set(["call 1"]));
    },
  );

  it("of 10,000 callers on a page that fails makes one call, and all are told", async () => {
    const rig = createLoaderRig();
    const readings = Array.from({ length: 10_000 }, () => rig.loader.load(ask, "cold"));
    await rig.clock.settle();
    rig.lastFetch().refuse({ code: "upstream_timeout" });
    const results = await Promise.all(readings);
    expect(rig.fetches).toHaveLength(1);
    expect(results.every((result) => !result.ok && result.failure.code === "upstream_timeout")).toBe(true);
  });
});
