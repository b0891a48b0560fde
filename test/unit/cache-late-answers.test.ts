// Loads that outlive their deadline, and writes that fail behind everybody's back.
import { describe, expect, it } from "vitest";
import { ask, createLoaderRig, makeEntry, never, textOf, typesOf, useInstantDigest } from "../support/cache-rig.ts";
import { createScriptedStore } from "../support/store-rig.ts";

useInstantDigest();

describe("a load that hangs", () => {
  it("is given up at its deadline for the leader and all followers, also those who came last", async () => {
    const { clock, load } = createLoaderRig();
    const early = load();
    await clock.advance(9_000);
    const late = load();
    await clock.advance(1_000);
    expect([early.waitedMs, late.waitedMs]).toEqual([10_000, 1_000]);
    for (const { result } of [early, late])
      expect(result).toEqual({ ok: false, failure: { code: "upstream_timeout" } });
    expect(clock.pendingTimers()).toBe(0);
  });

  it("leaves the key free for the next load, after the back-off", async () => {
    const { clock, load, loaded } = createLoaderRig();
    load();
    await clock.advance(11_000);
    expect((await loaded((fetch) => fetch.answer("v2"))).result).toMatchObject({ ok: true, via: "fetched" });
  });

  it("does not make a joiner wait for the store longer than the store's time-out", async () => {
    const store = createScriptedStore();
    store.onGet(never);
    const { clock, load, events } = createLoaderRig({ store });
    const loading = load();
    await clock.advance(20_000);
    expect(loading.waitedMs).toBe(10_250);
    expect(events).toContainEqual({ type: "store.failed", operation: "get", reason: "late" });
  });
});

describe("an answer that comes after its load was given up", () => {
  it("is kept, ends the back-off and serves the next asker", async () => {
    const store = createScriptedStore();
    const { clock, load, lastFetch, fetches } = createLoaderRig({ store });
    load();
    await clock.advance(10_500);
    lastFetch().answer("v1");
    await clock.settle();
    const next = load();
    await clock.settle();
    expect(next.result).toMatchObject({ ok: true, via: "recent" });
    expect([fetches.length, store.puts.length]).toEqual([1, 1]);
  });

  it("is dropped when a later load has answered: neither kept nor written", async () => {
    const store = createScriptedStore();
    const { clock, load, loaded, fetches, copies, events } = createLoaderRig({ store });
    load();
    await clock.advance(11_000);
    await loaded((fetch) => fetch.answer("v2"));
    fetches[0]?.answer("v1");
    await clock.settle();
    expect(textOf(copies.get(ask.key))).toBe("v2");
    expect(store.puts.map(({ entry }) => textOf(entry))).toEqual(["v2"]);
    expect(events.at(-1)).toEqual({ type: "load.droppedLate" });
  });

  it("counts no second time when it is a failure: neither longer back-off nor harm to a page loaded since", async () => {
    const { clock, load, loaded, fetches } = createLoaderRig();
    load();
    await clock.advance(10_000);
    fetches[0]?.refuse({ code: "upstream_failed", reason: "status" });
    await clock.advance(1_000);
    expect((await loaded((fetch) => fetch.answer("v1"))).result).toMatchObject({ ok: true, via: "fetched" });

    const second = createLoaderRig();
    second.load();
    await second.clock.advance(11_000);
    await second.loaded((fetch) => fetch.answer("v2"));
    second.fetches[0]?.refuse({ code: "upstream_failed", reason: "status" });
    await second.clock.advance(5_000);
    expect((await second.loaded((fetch) => fetch.answer("v3"))).result).toMatchObject({ ok: true, via: "fetched" });
  });

  it("may reject: nobody is left to be told, and nothing is left unhandled", async () => {
    const { clock, load, lastFetch, events } = createLoaderRig();
    load();
    await clock.advance(10_000);
    lastFetch().throw(new Error("late"));
    await clock.settle();
    expect(typesOf(events)).toEqual(["load.failed"]);
  });

  it("is the fallback of its own failure when it comes while the store is asked", async () => {
    const store = createScriptedStore();
    store.onGet(never);
    const { clock, load, lastFetch } = createLoaderRig({ store });
    const loading = load();
    await clock.advance(10_100);
    lastFetch().answer("v1");
    await clock.advance(150);
    expect(loading.result).toMatchObject({ ok: false, fallback: { body: expect.any(Uint8Array) } });
  });
});

describe("a load side with a broken store", () => {
  const throwing = (): never => {
    throw new RangeError("secret words");
  };

  it.each([
    ["rejects", async () => throwing(), "RangeError"],
    ["throws before it returns a promise", throwing, "RangeError"],
    ["hangs", never<void>, "late"],
  ] as const)("answers all the same when a write %s, and reports it", async (_how, put, reason) => {
    const store = createScriptedStore();
    store.onPut(put);
    const { clock, loaded, events, deferred } = createLoaderRig({ store });
    expect((await loaded((fetch) => fetch.answer("v1"))).result).toMatchObject({ ok: true, via: "fetched" });
    await clock.advance(10_000);
    await expect(Promise.all(deferred)).resolves.toHaveLength(1);
    expect(events).toContainEqual({ type: "store.failed", operation: "put", reason });
  });

  it.each([
    ["rejects", async () => throwing()],
    ["throws before it returns a promise", throwing],
  ] as const)("tells the load's own failure, not the store's, when a read %s", async (_how, get) => {
    const store = createScriptedStore();
    store.onGet(get);
    const { loaded, events } = createLoaderRig({ store });
    const { result } = await loaded((fetch) => fetch.refuse({ code: "upstream_timeout" }));
    expect(result).toEqual({ ok: false, failure: { code: "upstream_timeout" } });
    expect(events).toContainEqual({ type: "store.failed", operation: "get", reason: "RangeError" });
  });

  it("takes nothing junk or expired from it", async () => {
    const store = createScriptedStore();
    const { clock, loaded, events } = createLoaderRig({ store });
    store.onGet(async () => ({ state: "rejected", reason: "bytes" }));
    const failure = { code: "upstream_limited", retryAfterSeconds: 9 } as const;
    expect((await loaded((fetch) => fetch.refuse(failure))).result).toEqual({ ok: false, failure });
    expect(events).toContainEqual({ type: "cache.rejected", reason: "bytes" });
    const expired = await makeEntry("v0", clock.now() - 1e9);
    store.onGet(async () => ({ state: "entry", entry: expired }));
    expect((await loaded((fetch) => fetch.refuse(failure))).result).toEqual({ ok: false, failure });
  });

  it("does not let a page from a clock that was ahead win over what is loaded from now on", async () => {
    const store = createScriptedStore();
    const { clock, loaded, copies } = createLoaderRig({ store });
    const ahead = await makeEntry("v1", clock.now() - 70_000, { sequence: clock.now() + 200_000 });
    store.onGet(async () => ({ state: "entry", entry: ahead }));
    const failure = { code: "upstream_limited", retryAfterSeconds: 9 } as const;
    await loaded((fetch) => fetch.refuse(failure));
    expect((await loaded((fetch) => fetch.answer("v2"))).result).toMatchObject({ ok: true, via: "fetched" });
    expect(textOf(copies.get(ask.key))).toBe("v2");
  });

  it("still answers, and writes, a page too large for its memory", async () => {
    const store = createScriptedStore();
    const { loaded, copies } = createLoaderRig({ store, bytesMax: 600 });
    const { result } = await loaded((fetch) => fetch.answer("x".repeat(1_000)));
    expect(result).toMatchObject({ ok: true, via: "fetched" });
    expect([copies.get(ask.key), store.puts.length]).toEqual([undefined, 1]);
  });
});
