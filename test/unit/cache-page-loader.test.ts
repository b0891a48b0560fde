// One load for many askers: who joins, who is told what, what is kept and what is dropped.
import { describe, expect, it } from "vitest";
import type { Failure } from "../../src/ground/errors.ts";
import { ask, createLoaderRig, makeEntry, textOf, typesOf, useInstantDigest } from "../support/cache-rig.ts";
import type { Loading } from "../support/cache-rig.ts";
import { createScriptedStore } from "../support/store-rig.ts";

useInstantDigest();

const fault: Failure = { code: "upstream_failed", reason: "status" };
const pageOf = ({ result }: Loading) => (result?.ok ? textOf(result.entry) : undefined);

describe("a load", () => {
  it("fetches, stamps from the moments of leaving and answering, keeps, writes and tells", async () => {
    const store = createScriptedStore();
    const { clock, load, fetches, lastFetch, copies, events } = createLoaderRig({ store });
    const leftAt = clock.now();
    const loading = load();
    await clock.advance(300);
    lastFetch().answer("v1", "recent");
    await clock.settle();
    const entry = copies.get(ask.key);
    expect(entry).toMatchObject({
      sequence: leftAt,
      fetchedAt: leftAt,
      freshUntil: leftAt + 300 + 30_000,
      staleUntil: leftAt + 300 + 90_000,
      errorUntil: leftAt + 300 + 30_000 + 86_400_000,
    });
    expect(loading.result).toEqual({ ok: true, entry, via: "fetched" });
    expect(store.puts).toEqual([{ key: ask.key, entry }]);
    expect(events).toEqual([{ type: "load.completed", via: "fetched", durationMs: 300 }]);
    expect(fetches.map(({ lane, deadlineAt }) => ({ lane, deadlineAt }))).toEqual([
      { lane: "cold", deadlineAt: leftAt + 10_000 },
    ]);
  });

  it("is joined by everybody who asks while it runs", async () => {
    const { clock, load, fetches, lastFetch, events } = createLoaderRig();
    const loadings = [load("refresh"), load("cold"), load("old")];
    await clock.settle();
    expect(fetches).toHaveLength(1);
    lastFetch().answer("v1");
    await clock.settle();
    expect(loadings.map(pageOf)).toEqual(["v1", "v1", "v1"]);
    expect(events.map((event) => ("via" in event ? event.via : event.type))).toEqual(["fetched", "joined", "joined"]);
  });

  it("looks again after winning: what was loaded a moment ago is the answer, until it is stale", async () => {
    const { clock, loaded, fetches, events } = createLoaderRig();
    await loaded((fetch) => fetch.answer("v1"));
    await clock.advance(4_999);
    const again = await loaded((fetch) => fetch.answer("v2"), "refresh");
    expect([pageOf(again), fetches.length]).toEqual(["v1", 1]);
    expect(events.at(-1)).toEqual({ type: "load.completed", via: "recent", durationMs: 0 });
    await clock.advance(1);
    expect(pageOf(await loaded((fetch) => fetch.answer("v2"), "refresh"))).toBe("v2");
  });

  it("goes on when all its askers have left, and its page is kept and written", async () => {
    const store = createScriptedStore();
    const { clock, loader, lastFetch, copies } = createLoaderRig({ store });
    void loader.load(ask, "cold");
    await clock.settle();
    lastFetch().answer("v1");
    await clock.settle();
    expect(textOf(copies.get(ask.key))).toBe("v1");
    expect(store.puts).toHaveLength(1);
  });

  it("does not hold one page up for another", async () => {
    const { clock, load, fetches } = createLoaderRig();
    load("cold", undefined, "a");
    const other = load("cold", undefined, "b");
    await clock.settle();
    fetches[1]?.answer("v1");
    await clock.settle();
    expect(pageOf(other)).toBe("v1");
  });

  it("numbers loads upwards also within one millisecond and when the clock steps back", async () => {
    let stepMs = 0;
    const rig = createLoaderRig({ now: () => 1_800_000_000_000 - stepMs });
    const sequences: (number | undefined)[] = [];
    for (const key of ["a", "b", "c"]) {
      const loading = rig.load("cold", undefined, key);
      await rig.clock.settle();
      rig.lastFetch().answer("v1");
      await rig.clock.settle();
      sequences.push(loading.result?.ok ? loading.result.entry.sequence : undefined);
      stepMs = 60_000;
    }
    expect(sequences).toEqual([1_800_000_000_000, 1_800_000_000_001, 1_800_000_000_002]);
  });
});

describe("a load that fails", () => {
  it("fails for all who joined it, with one call", async () => {
    const { clock, load, fetches, lastFetch, events } = createLoaderRig();
    const loadings = [load(), load(), load()];
    await clock.settle();
    lastFetch().refuse(fault);
    await clock.settle();
    for (const { result } of loadings) expect(result).toEqual({ ok: false, failure: fault });
    expect(fetches).toHaveLength(1);
    expect(typesOf(events)).toEqual(["load.failed", "load.failed", "load.failed"]);
  });

  it.each([
    fault,
    { code: "upstream_malformed", reason: "json" },
    { code: "upstream_timeout" },
    { code: "upstream_unauthorized" },
  ] as const)(
    "is remembered for 1, 2, 4, 8, 16, 30 and 30 seconds when it fails again and again: $code",
    async (failure) => {
      const { clock, loaded, fetches, events } = createLoaderRig();
      let calls = 0;
      for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
        await loaded((fetch) => fetch.refuse(failure));
        calls += 1;
        await clock.advance(seconds * 1_000 - 1);
        expect(await loaded((fetch) => fetch.answer("v1"))).toMatchObject({
          result: { ok: false, failure },
          waitedMs: 0,
        });
        expect(events.slice(-2)).toMatchObject([
          { type: "load.remembered", code: failure.code },
          { type: "load.failed" },
        ]);
        expect(fetches).toHaveLength(calls);
        await clock.advance(1);
      }
      await loaded((fetch) => fetch.answer("v1"));
      await clock.advance(6_000);
      await loaded((fetch) => fetch.refuse(failure));
      await clock.advance(1_000);
      expect(pageOf(await loaded((fetch) => fetch.answer("v2")))).toBe("v2");
    },
  );

  it("is not remembered when it was only refused: another moment or lane decides anew", async () => {
    const refusals: Failure[] = [
      { code: "budget_spent", retryAfterSeconds: 9 },
      { code: "upstream_limited", retryAfterSeconds: 9 },
      { code: "circuit_open", retryAfterSeconds: 9 },
    ];
    const { loaded, fetches } = createLoaderRig();
    for (const failure of refusals) await loaded((fetch) => fetch.refuse(failure));
    expect(fetches).toHaveLength(3);
  });

  it("shares and remembers a fault of our own as 'internal', and reports its name alone", async () => {
    const { clock, load, loaded, fetches, lastFetch, events } = createLoaderRig();
    const loadings = [load(), load()];
    await clock.settle();
    lastFetch().throw(new TypeError("secret words"));
    await clock.settle();
    await loaded((fetch) => fetch.answer("v1"));
    for (const { result } of loadings) expect(result).toEqual({ ok: false, failure: { code: "internal" } });
    expect(events[0]).toEqual({ type: "request.failed", reason: "TypeError" });
    expect(fetches).toHaveLength(1);
    expect(JSON.stringify(events)).not.toContain("secret");
  });

  it("remembers a 404 for five seconds flat, in memory alone, and counts it as no fault", async () => {
    const store = createScriptedStore();
    const { clock, loaded, fetches } = createLoaderRig({ store });
    await loaded((fetch) => fetch.refuse({ code: "not_found" }));
    await clock.advance(4_999);
    await loaded((fetch) => fetch.answer("v1"));
    await clock.advance(1);
    await loaded((fetch) => fetch.refuse({ code: "not_found" }));
    await clock.advance(5_000);
    await loaded((fetch) => fetch.refuse(fault));
    await clock.advance(1_000);
    await loaded((fetch) => fetch.answer("v1"));
    expect(fetches).toHaveLength(4);
    expect(store.puts).toHaveLength(1);
  });

  it.each([
    fault,
    { code: "not_found" },
    { code: "upstream_unauthorized" },
    { code: "upstream_limited", retryAfterSeconds: 9 },
  ] as const)("leaves the good page where it is and hands it out with the failure: $code", async (failure) => {
    const store = createScriptedStore();
    const { clock, loaded, copies } = createLoaderRig({ store });
    await loaded((fetch) => fetch.answer("v1"));
    const entry = copies.get(ask.key);
    await clock.advance(70_000);
    expect((await loaded((fetch) => fetch.refuse(failure), "old")).result).toEqual({
      ok: false,
      failure,
      fallback: entry,
    });
    expect(copies.get(ask.key)).toBe(entry);
    expect(store.puts).toHaveLength(1);
  });

  it("hands out no page past its error window", async () => {
    const { clock, loaded } = createLoaderRig();
    await loaded((fetch) => fetch.answer("v1"));
    await clock.advance(86_405_000);
    expect((await loaded((fetch) => fetch.refuse(fault))).result).toEqual({ ok: false, failure: fault });
  });

  it("asks the store once for all who joined it, when it has no copy of its own", async () => {
    const store = createScriptedStore();
    const { clock, load, lastFetch } = createLoaderRig({ store });
    const entry = await makeEntry("v1", clock.now() - 100_000);
    store.onGet(async () => ({ state: "entry", entry }));
    const loadings = Array.from({ length: 50 }, () => load());
    await clock.settle();
    lastFetch().refuse(fault);
    await clock.settle();
    for (const { result } of loadings) expect(result).toEqual({ ok: false, failure: fault, fallback: entry });
    expect(store.gets).toHaveLength(1);
  });
});

describe("a follower of a leader whose share was spent", () => {
  const shareSpent: Failure = {
    code: "rate_limited",
    policy: "budget",
    quota: 1,
    windowSeconds: 300,
    retryAfterSeconds: 9,
  };

  it("tries for itself, unless it is the same client", async () => {
    const { clock, load, fetches, lastFetch } = createLoaderRig();
    const greedy = { client: "greedy", percent: 20 };
    const modest = { client: "modest", percent: 20 };
    const [leader, same, other] = [load("cold", greedy), load("cold", greedy), load("cold", modest)];
    await clock.settle();
    fetches[0]?.refuse(shareSpent);
    await clock.settle();
    expect(fetches).toHaveLength(2);
    lastFetch().answer("v1");
    await clock.settle();
    expect([leader?.result, same?.result]).toEqual([
      { ok: false, failure: shareSpent },
      { ok: false, failure: shareSpent },
    ]);
    expect(pageOf(other)).toBe("v1");
  });

  it("ends with each client asked once, however many were refused", async () => {
    const { clock, load, fetches } = createLoaderRig();
    const loadings = Array.from({ length: 200 }, (_, place) => load("cold", { client: `c${place % 20}`, percent: 20 }));
    for (let round = 0; round < 30; round += 1) {
      await clock.settle();
      fetches.at(-1)?.refuse(shareSpent);
    }
    await clock.settle();
    expect(fetches).toHaveLength(20);
    for (const { result } of loadings) expect(result).toEqual({ ok: false, failure: shareSpent });
  });
});

describe("a follower in a stronger lane than its refused leader", () => {
  const spent: Failure = { code: "budget_spent", retryAfterSeconds: 9 };

  it("tries for itself, with all of its kind in one flight", async () => {
    const { clock, load, fetches, lastFetch } = createLoaderRig();
    const [leader, weak, ...strong] = [load("cold"), load("cold"), load("refresh"), load("refresh"), load("old")];
    await clock.settle();
    fetches[0]?.refuse(spent);
    await clock.settle();
    expect(fetches.map(({ lane }) => lane)).toEqual(["cold", "refresh"]);
    lastFetch().answer("v1");
    await clock.settle();
    expect([leader?.result, weak?.result]).toMatchObject([{ ok: false }, { ok: false }]);
    expect(strong.map(pageOf)).toEqual(["v1", "v1", "v1"]);
  });

  it("gives up after its own lane was refused", async () => {
    const { clock, load, fetches } = createLoaderRig();
    const loadings = [load("cold"), load("refresh"), load("old")];
    for (let round = 0; round < 3; round += 1) {
      await clock.settle();
      fetches.at(-1)?.refuse(spent);
    }
    await clock.settle();
    expect(fetches.map(({ lane }) => lane)).toEqual(["cold", "refresh", "old"]);
    for (const { result } of loadings) expect(result).toEqual({ ok: false, failure: spent });
  });

  it("shares every other failure of its leader", async () => {
    const { clock, load, fetches } = createLoaderRig();
    const follower = [load("cold"), load("refresh")][1];
    await clock.settle();
    fetches[0]?.refuse({ code: "circuit_open", retryAfterSeconds: 9 });
    await clock.settle();
    expect(follower?.result).toMatchObject({ ok: false, failure: { code: "circuit_open" } });
    expect(fetches).toHaveLength(1);
  });
});

describe("a page of an export", () => {
  it("is the copy where that is fresh, and costs no call then", async () => {
    const { clock, load, loaded, fetches } = createLoaderRig();
    await loaded((fetch) => fetch.answer("v1"));
    const exported = load("warm");
    await clock.settle();
    expect(pageOf(exported)).toBe("v1");
    expect(fetches).toHaveLength(1);
  });

  it("is kept in no memory and no store, and leaves what is there as it was", async () => {
    const store = createScriptedStore();
    const { clock, loaded, copies } = createLoaderRig({ store });
    await loaded((fetch) => fetch.answer("v1"));
    await clock.advance(6_000);
    expect(pageOf(await loaded((fetch) => fetch.answer("v2"), "warm"))).toBe("v2");
    expect(textOf(copies.get(ask.key))).toBe("v1");
    expect(store.puts).toHaveLength(1);
  });

  it("is loaded for its asker alone: no reader waits for it, and none is told its failure", async () => {
    const { clock, load, fetches } = createLoaderRig();
    const [exported, reader] = [load("warm"), load("cold")];
    await clock.settle();
    expect(fetches.map(({ lane }) => lane)).toEqual(["warm", "cold"]);
    fetches[0]?.refuse({ code: "budget_spent", retryAfterSeconds: 9 });
    fetches[1]?.answer("v1");
    await clock.settle();
    expect(exported?.result).toMatchObject({ ok: false, failure: { code: "budget_spent" } });
    expect(reader && pageOf(reader)).toBe("v1");
  });

  it("is never an older page in place of a failure", async () => {
    const { clock, loaded } = createLoaderRig();
    await loaded((fetch) => fetch.answer("v1"));
    await clock.advance(6_000);
    const exported = await loaded((fetch) => fetch.refuse(fault), "warm");
    expect(exported.result).toEqual({ ok: false, failure: fault });
  });
});
