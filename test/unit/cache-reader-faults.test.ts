// A reader among broken parts: stores and loaders that throw, hang and answer junk, clocks that step back.
import { describe, expect, it } from "vitest";
import type { LoadResult } from "../../src/cache/page-loader.ts";
import { ask, createReaderRig, makeEntry, never, textOf, useInstantDigest } from "../support/cache-rig.ts";
import { createTestClock } from "../support/clock.ts";
import { createScriptedStore } from "../support/store-rig.ts";

useInstantDigest();

class Broken extends Error {
  override readonly name = "Broken";
}
const throws = (): never => {
  throw new Broken("secret words");
};

describe("a reader with a broken store", () => {
  it.each([
    ["rejects", async () => throws(), "Broken"],
    ["throws before it returns a promise", throws, "Broken"],
    ["hangs", never, "late"],
  ] as const)(
    "counts a store that %s as a miss, reports it, and is served by the loader",
    async (_how, get, reason) => {
      const store = createScriptedStore();
      store.onGet(get);
      const rig = createReaderRig({ store });
      rig.onLoad(async () => ({ ok: true, entry: await makeEntry("v1", rig.clock.now()), via: "fetched" }));
      const reading = rig.get();
      await rig.clock.advance(250);
      expect(reading.result).toMatchObject({ ok: true });
      expect(reading.events).toEqual([
        { type: "store.failed", operation: "get", reason },
        { type: "cache.missed" },
        { type: "load.served", via: "fetched", durationMs: 0 },
      ]);
    },
  );

  it("counts what the store refused as a miss and tells why", async () => {
    const store = createScriptedStore();
    store.onGet(async () => ({ state: "rejected", reason: "key" }));
    const rig = createReaderRig({ store });
    const reading = await rig.read();
    expect(reading.events).toEqual([{ type: "cache.rejected", reason: "key" }, { type: "cache.missed" }]);
  });

  it("does not use a store's answer that comes after the time-out, nor trip over a late rejection", async () => {
    const store = createScriptedStore();
    const rig = createReaderRig({ store });
    store.onGet(async () => {
      await new Promise<void>((resolve) => rig.clock.timer(400, resolve));
      return throws();
    });
    const reading = rig.get();
    await rig.clock.advance(11_000);
    expect(reading.waitedMs).toBe(10_000);
    expect(reading.events.filter(({ type }) => type === "store.failed")).toHaveLength(1);
  });

  it.each([
    ["leaves the time to a store that keeps it itself", { answerMsMax: 250, soft: 1_000, timers: 0 }],
    ["keeps its own deadline where it has less time than the store takes", { answerMsMax: 250, soft: 200, timers: 1 }],
    ["keeps the time of a store that promises nothing", { answerMsMax: undefined, soft: 1_000, timers: 1 }],
  ])("%s", async (_what, { answerMsMax, soft, timers }) => {
    const scripted = createScriptedStore();
    scripted.onGet(never);
    const store = answerMsMax === undefined ? scripted : { ...scripted, answerMsMax };
    const rig = createReaderRig({ store, soft });
    rig.memory.put(ask.key, await makeEntry("v1", rig.clock.now() - 100_000));
    await rig.read();
    expect(rig.clock.pendingTimers()).toBe(timers);
  });

  it("shows an old page that a slow store brings late, when the load has failed or is not there yet", async () => {
    for (const [loadMs, waitedMs] of [
      [0, 400],
      [5_000, 1_000],
    ] as const) {
      const store = createScriptedStore();
      const rig = createReaderRig({ store });
      const entry = await makeEntry("v1", rig.clock.now() - 100_000);
      store.onGet(async () => {
        await new Promise<void>((resolve) => rig.clock.timer(400, resolve));
        return { state: "entry", entry };
      });
      rig.onLoad(async () => {
        if (loadMs > 0) await new Promise<void>((resolve) => rig.clock.timer(loadMs, resolve));
        return { ok: false, failure: { code: "upstream_failed", reason: "status_500" } };
      });
      const reading = rig.get();
      await rig.clock.advance(11_000);
      expect(reading.result).toMatchObject({ ok: true, value: { etag: entry.etag } });
      expect(reading.waitedMs).toBe(waitedMs);
    }
  });

  it("waits for store and load together no longer than the soft deadline when it has an old copy", async () => {
    const store = createScriptedStore();
    store.onGet(never);
    const rig = createReaderRig({ store });
    rig.memory.put(ask.key, await makeEntry("v1", rig.clock.now() - 100_000));
    const reading = rig.get();
    await rig.clock.advance(2_000);
    expect(reading.waitedMs).toBe(1_000);
  });

  it.each([
    [100, 100, 100],
    [0, 100, 0],
    [50, 5_000, 50],
  ])(
    "keeps a soft deadline of %i ms (hard: %i ms) that is shorter than the store's time-out",
    async (soft, hard, ms) => {
      const store = createScriptedStore();
      store.onGet(never);
      const rig = createReaderRig({ store, soft, hard });
      rig.memory.put(ask.key, await makeEntry("v1", rig.clock.now() - 100_000));
      const [old, cold] = [rig.get(), rig.get("other")];
      await rig.clock.advance(10_000);
      expect([old.waitedMs, cold.waitedMs]).toEqual([ms, hard]);
    },
  );

  it("sees a load that ended while the store was asked", async () => {
    const store = createScriptedStore();
    const rig = createReaderRig({ store });
    store.onGet(async () => {
      await new Promise<void>((resolve) => rig.clock.timer(100, resolve));
      return { state: "absent" };
    });
    const reading = rig.get();
    await rig.clock.advance(50);
    rig.memory.put(ask.key, await makeEntry("v1", rig.clock.now()));
    await rig.clock.advance(50);
    expect(reading.result).toMatchObject({ ok: true });
    expect(rig.lanes).toEqual([]);
  });
});

describe("a reader with a broken loader", () => {
  it.each([
    ["rejects", async () => throws()],
    ["throws before it returns a promise", throws],
  ] as const)(
    "answers 'internal' when the loader %s, reports its name alone, and rejects nothing",
    async (_how, load) => {
      const rig = createReaderRig();
      rig.onLoad(load);
      const reading = await rig.read();
      expect(reading.result).toEqual({ ok: false, failure: { code: "internal" } });
      expect(reading.events).toEqual([{ type: "cache.missed" }, { type: "request.failed", reason: "Broken" }]);
      await expect(Promise.all(rig.deferred)).resolves.toHaveLength(1);
      expect(JSON.stringify(reading.events)).not.toContain("secret");
    },
  );

  it("shows the stale and the old copy all the same", async () => {
    const rig = createReaderRig();
    rig.onLoad(throws);
    rig.memory.put(ask.key, await makeEntry("v1", rig.clock.now() - 30_000));
    rig.memory.put("other", await makeEntry("v1", rig.clock.now() - 90_000));
    expect((await rig.read()).result).toMatchObject({ ok: true });
    expect((await rig.read("other")).result).toMatchObject({ ok: true });
    await expect(Promise.all(rig.deferred)).resolves.toHaveLength(2);
  });

  it("answers without anybody ever taking its deferred work", async () => {
    const rig = createReaderRig({ hasDefer: false });
    rig.onLoad(async () => ({ ok: true, entry: await makeEntry("v1", rig.clock.now()), via: "fetched" }));
    expect((await rig.read()).result).toMatchObject({ ok: true });
    await rig.clock.advance(20_000);
    await rig.read();
    expect((await rig.read()).events).toMatchObject([{ type: "cache.hit" }]);
  });

  it("drops an older page that the loader answers with after a newer one", async () => {
    const rig = createReaderRig();
    const finish: ((result: LoadResult) => void)[] = [];
    rig.onLoad(() => new Promise((resolve) => void finish.push(resolve)));
    rig.get();
    rig.get();
    await rig.clock.settle();
    const [older, newer] = [await makeEntry("v1", rig.clock.now() - 1), await makeEntry("v2", rig.clock.now())];
    finish[1]?.({ ok: true, entry: newer, via: "fetched" });
    await rig.clock.settle();
    finish[0]?.({ ok: true, entry: older, via: "fetched" });
    await rig.clock.settle();
    expect(textOf(rig.memory.get(ask.key))).toBe("v2");
  });
});

describe("a reader whose clock was set back", () => {
  const stepping = () => {
    const inner = createTestClock();
    let offsetMs = 0;
    const clock = { ...inner, now: () => inner.now() + offsetMs };
    return { clock, stepBack: (ms: number) => void (offsetMs -= ms) };
  };

  it("does not show a page for as long as the step was", async () => {
    const { clock, stepBack } = stepping();
    const rig = createReaderRig({ clock });
    rig.memory.put(ask.key, await makeEntry("v1", clock.now()));
    stepBack(3_600_000);
    await rig.read();
    expect(rig.lanes).toEqual(["cold"]);
  });

  it("neither remembers a failure nor holds back a refresh for as long as the step was", async () => {
    const { clock, stepBack } = stepping();
    const rig = createReaderRig({ clock });
    rig.onLoad(async () => ({ ok: false, failure: { code: "upstream_timeout" } }));
    await rig.read("other");
    rig.onLoad(never);
    rig.memory.put(ask.key, await makeEntry("v1", clock.now() - 10_000));
    await rig.read();
    stepBack(200_000);
    rig.memory.put(ask.key, await makeEntry("v1", clock.now() - 10_000, { sequence: clock.now() + 1e9 }));
    await rig.read();
    await rig.read("other");
    expect(rig.lanes).toEqual(["cold", "refresh", "refresh", "cold"]);
  });
});
