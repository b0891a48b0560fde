// What a reader does, row by row, told by its events.
import { describe, expect, it } from "vitest";
import type { LoadResult } from "../../src/cache/page-loader.ts";
import type { Entry } from "../../src/cache/store.ts";
import { ask, createReaderRig, makeEntry, never, textOf, useInstantDigest } from "../support/cache-rig.ts";
import type { ReaderRig, Reading } from "../support/cache-rig.ts";
import { createScriptedStore } from "../support/store-rig.ts";

useInstantDigest();

const loadedAs = (entry: Entry): LoadResult => ({ ok: true, entry, via: "fetched" });
const pageOf = (reading: Reading) => (reading.result?.ok ? textOf(reading.result.value) : undefined);

/** A rig whose memory holds a copy of the given age. */
async function rigWith(ageMs: number, options: Parameters<typeof createReaderRig>[0] = {}): Promise<ReaderRig> {
  const rig = createReaderRig(options);
  rig.memory.put(ask.key, await makeEntry("v1", rig.clock.now() - ageMs));
  return rig;
}

describe("a reader with a fresh copy", () => {
  it("is served from memory at once, without store, loader or deferred work", async () => {
    const store = createScriptedStore();
    const rig = await rigWith(2_000, { store });
    const reading = await rig.read();
    expect(pageOf(reading)).toBe("v1");
    expect(reading.events).toEqual([{ type: "cache.hit", from: "memory", ageMs: 2_000, ttlMs: 3_000 }]);
    expect([store.gets, rig.lanes, rig.deferred]).toEqual([[], [], []]);
  });

  it("is served from the store where memory has none, and from memory the next time", async () => {
    const store = createScriptedStore();
    const rig = createReaderRig({ store });
    const entry = await makeEntry("v1", rig.clock.now() - 1_000);
    store.onGet(async () => ({ state: "entry", entry }));
    expect((await rig.read()).events).toEqual([{ type: "cache.hit", from: "store", ageMs: 1_000, ttlMs: 4_000 }]);
    expect((await rig.read()).events).toMatchObject([{ type: "cache.hit", from: "memory" }]);
    expect([store.gets.length, rig.lanes]).toEqual([1, []]);
  });
});

describe("a reader with a stale copy", () => {
  it("is served at once with its true age, while one refresh runs behind it for all readers", async () => {
    const rig = await rigWith(20_000);
    const readings = await Promise.all([rig.read(), rig.read(), rig.read()]);
    for (const reading of readings) {
      expect(reading.waitedMs).toBe(0);
      expect(reading.events).toEqual([
        { type: "cache.servedStale", ageMs: 20_000, ttlMs: -15_000, because: "revalidating" },
      ]);
    }
    expect([rig.lanes, rig.deferred.length]).toEqual([["refresh"], 1]);
  });

  it("does not look into the store, which cannot have anything newer than the loader", async () => {
    const store = createScriptedStore();
    const rig = await rigWith(20_000, { store });
    await rig.read();
    expect(store.gets).toEqual([]);
  });

  it("gives the next reader the refreshed page", async () => {
    const rig = await rigWith(20_000);
    const next = await makeEntry("v2", rig.clock.now());
    rig.onLoad(async () => loadedAs(next));
    const first = await rig.read();
    expect(first.events.map(({ type }) => type)).toEqual(["cache.servedStale", "load.served"]);
    const second = await rig.read();
    expect([pageOf(first), pageOf(second)]).toEqual(["v1", "v2"]);
    expect(second.events).toMatchObject([{ type: "cache.hit", from: "memory" }]);
  });

  it("starts another refresh once the last is over its deadline, even if nobody ever ran the deferred work to its end", async () => {
    const rig = await rigWith(10_000, { hasDefer: false });
    await rig.read();
    await rig.clock.advance(9_999);
    await rig.read();
    expect(rig.lanes).toEqual(["refresh"]);
    await rig.clock.advance(1);
    await rig.read();
    expect(rig.lanes).toEqual(["refresh", "refresh"]);
  });

  it("does not ask again within a second of a failed refresh", async () => {
    const rig = await rigWith(10_000);
    rig.onLoad(async () => ({ ok: false, failure: { code: "upstream_failed", reason: "status" } }));
    await rig.read();
    await rig.clock.advance(999);
    await rig.read();
    expect(rig.lanes).toHaveLength(1);
    await rig.clock.advance(1);
    await rig.read();
    expect(rig.lanes).toHaveLength(2);
  });
});

describe("a reader with an old copy", () => {
  it("gets the newer page when it comes before the soft deadline", async () => {
    const rig = await rigWith(100_000);
    const entry = await makeEntry("v2", rig.clock.now());
    rig.onLoad(async () => loadedAs(entry));
    const reading = await rig.read();
    expect(pageOf(reading)).toBe("v2");
    expect(reading.events).toEqual([{ type: "load.served", via: "fetched", durationMs: 0 }]);
    expect(rig.lanes).toEqual(["old"]);
  });

  it("gets the old one at the soft deadline, and the load goes on for the next reader", async () => {
    const rig = await rigWith(100_000);
    let finish: (result: LoadResult) => void = () => undefined;
    rig.onLoad(() => new Promise((resolve) => void (finish = resolve)));
    const reading = rig.get();
    await rig.clock.advance(999);
    expect(reading.result).toBeUndefined();
    await rig.clock.advance(1);
    expect(pageOf(reading)).toBe("v1");
    expect(reading.events).toEqual([
      { type: "cache.servedStale", ageMs: 101_000, ttlMs: -96_000, because: "deadline" },
    ]);
    finish(loadedAs(await makeEntry("v2", rig.clock.now())));
    await rig.clock.settle();
    expect(pageOf(await rig.read())).toBe("v2");
  });

  it("gets the old one at once when the load fails, and so does everybody in the second after, without asking", async () => {
    const rig = await rigWith(100_000);
    rig.onLoad(async () => ({ ok: false, failure: { code: "upstream_limited", retryAfterSeconds: 60 } }));
    const [first, second] = [await rig.read(), await rig.read()];
    expect([pageOf(first), first.waitedMs]).toEqual(["v1", 0]);
    expect(first.events).toMatchObject([{ type: "cache.servedStale", because: "failed" }]);
    expect(second.events).toMatchObject([{ type: "cache.servedStale", because: "failed" }]);
    expect(rig.lanes).toHaveLength(1);
  });

  it("gets the loader's own copy when the load fails and that copy is newer", async () => {
    const rig = await rigWith(100_000);
    const fallback = await makeEntry("v2", rig.clock.now() - 80_000);
    rig.onLoad(async () => ({ ok: false, failure: { code: "upstream_timeout" }, fallback }));
    const reading = await rig.read();
    expect(pageOf(reading)).toBe("v2");
    expect(reading.events).toMatchObject([{ type: "cache.servedStale", ageMs: 80_000, because: "failed" }]);
  });

  it("takes the newer of memory and store", async () => {
    const store = createScriptedStore();
    const rig = await rigWith(200_000, { store });
    const stored = await makeEntry("v2", rig.clock.now() - 10_000);
    store.onGet(async () => ({ state: "entry", entry: stored }));
    const reading = await rig.read();
    expect(pageOf(reading)).toBe("v2");
    expect(reading.events).toMatchObject([{ type: "cache.servedStale", because: "revalidating" }]);
    expect(rig.lanes).toEqual(["refresh"]);
  });

  it("is not told 'too late' at the soft deadline when its copy has expired by then: it waits on for a page", async () => {
    const rig = await rigWith(3_604_500);
    let finish: (result: LoadResult) => void = () => undefined;
    rig.onLoad(() => new Promise((resolve) => void (finish = resolve)));
    const reading = rig.get();
    await rig.clock.advance(2_000);
    expect(reading.result).toBeUndefined();
    finish(loadedAs(await makeEntry("v2", rig.clock.now())));
    await rig.clock.settle();
    expect([pageOf(reading), reading.waitedMs]).toEqual(["v2", 2_000]);
  });

  it("is never shown a copy that expired while it waited", async () => {
    const rig = await rigWith(3_604_500);
    rig.onLoad(async () => {
      await new Promise<void>((resolve) => rig.clock.timer(700, resolve));
      return { ok: false, failure: { code: "upstream_failed", reason: "status" } };
    });
    const reading = rig.get();
    await rig.clock.advance(1_000);
    expect(reading.result).toEqual({ ok: false, failure: { code: "upstream_failed", reason: "status" } });
  });
});

describe("a reader with nothing", () => {
  it("waits for the load and keeps the page for the next reader", async () => {
    const rig = createReaderRig();
    const entry = await makeEntry("v1", rig.clock.now());
    rig.onLoad(async () => loadedAs(entry));
    const reading = await rig.read();
    expect(pageOf(reading)).toBe("v1");
    expect(reading.events).toEqual([{ type: "cache.missed" }, { type: "load.served", via: "fetched", durationMs: 0 }]);
    expect((await rig.read()).events).toMatchObject([{ type: "cache.hit", from: "memory" }]);
    expect(rig.lanes).toEqual(["cold"]);
  });

  it("waits until the hard deadline, not a millisecond longer, when the loader hangs", async () => {
    const rig = createReaderRig();
    const reading = rig.get();
    await rig.clock.advance(9_999);
    expect(reading.result).toBeUndefined();
    await rig.clock.advance(1);
    expect(reading.result).toEqual({ ok: false, failure: { code: "upstream_timeout" } });
    expect(reading.events).toEqual([{ type: "cache.missed" }]);
    expect(rig.clock.pendingTimers()).toBe(0);
  });

  it("is served an older page of the loader rather than none, and told so", async () => {
    const rig = createReaderRig();
    const entry = await makeEntry("v1", rig.clock.now() - 30_000);
    rig.onLoad(async () => ({ ok: true, entry, via: "recent" }));
    const reading = await rig.read();
    expect(pageOf(reading)).toBe("v1");
    expect(reading.events).toMatchObject([
      { type: "cache.missed" },
      { type: "load.served", via: "recent" },
      { type: "cache.servedStale", ageMs: 30_000, because: "revalidating" },
    ]);
  });

  it("treats an expired copy as none", async () => {
    const rig = await rigWith(3_605_000);
    rig.onLoad(never);
    const reading = await rig.read();
    expect([reading.result, reading.events, rig.lanes]).toEqual([undefined, [{ type: "cache.missed" }], ["cold"]]);
  });

  it("is told of a failure at once for one second after it, and then asks again", async () => {
    const rig = createReaderRig();
    rig.onLoad(async () => ({ ok: false, failure: { code: "not_found" } }));
    for (let reader = 0; reader < 3; reader += 1) {
      expect((await rig.read()).result).toEqual({ ok: false, failure: { code: "not_found" } });
    }
    expect(rig.lanes).toEqual(["cold"]);
    await rig.clock.advance(1_000);
    await rig.read();
    expect(rig.lanes).toEqual(["cold", "cold"]);
  });

  it("asks for a page past its bound although a refresh was just refused for want of budget: it may reach deeper", async () => {
    const rig = createReaderRig();
    rig.memory.put(ask.key, await makeEntry("v1", rig.clock.now() - 64_500));
    rig.onLoad(async () => ({ ok: false, failure: { code: "budget_spent", retryAfterSeconds: 9 } }));
    await rig.read();
    await rig.clock.advance(600);
    await rig.read();
    expect(rig.lanes).toEqual(["refresh", "old"]);
    await rig.read();
    expect(rig.lanes).toHaveLength(2);
  });
});
