// What a change does to a page that was loaded before it, to a load under way, and to the loads that follow.
import { describe, expect, it } from "vitest";
import { createChangeLog, type ChangeJournal, type ChangeLog } from "../../src/cache/change-log.ts";
import { createPace } from "../../src/cache/pace.ts";
import { createPageCache } from "../../src/cache/page-cache.ts";
import { withReloads } from "../../src/cache/reloads.ts";
import { asStore, createMemoryStore, type Store } from "../../src/cache/store.ts";
import type { Event } from "../../src/ground/runtime.ts";
import type { Ask, Loading } from "../support/cache-rig.ts";
import { createLoaderRig, textOf, typesOf, useInstantDigest } from "../support/cache-rig.ts";
import { createTestClock } from "../support/clock.ts";

useInstantDigest();

const tags = ["lists"];
const query: Ask = { key: "page", tags };
const other = { tags: ["others"], kind: "changed" } as const;
const changed = { tags, kind: "changed" } as const;
const purged = { tags, kind: "purged" } as const;
const hidden = { tags, kind: "hidden" } as const;

type Options = { isBudgetLow?: boolean; webhooks?: boolean; changes?: Partial<ChangeLog>; store?: Store };

/** A read side and a load side over one log. */
function createRig({ isBudgetLow = false, webhooks = false, ...options }: Options = {}) {
  const clock = createTestClock();
  const log: ChangeLog & ChangeJournal = { ...createChangeLog(clock), ...options.changes };
  const silent: Ask[] = [];
  const pace = createPace<Ask>({
    changes: log,
    clock,
    freshLiveSeconds: 5,
    ...(webhooks && {
      webhooks: {
        freshLiveSeconds: 60,
        heardBy: () => ({ tags: ["heard"] }),
        whenSilent: (one) => void silent.push(one),
      },
    }),
    isBudgetLow: () => isBudgetLow,
  });
  const rig = createLoaderRig({ clock, changes: log, pace });
  const loader = withReloads(rig.loader, {
    changes: log,
    copies: rig.copies,
    clock,
    defer: () => {},
    inUseMs: 120_000,
  });
  const pages = createPageCache<Ask>(
    { memory: createMemoryStore(), store: options.store, loader, changes: log, clock },
    { softDeadlineMs: 1_000, hardDeadlineMs: 10_000 },
  );
  const read = async () => {
    const events: Event[] = [];
    const pending = pages.get(query, { defer: () => {}, report: (event) => void events.push(event) });
    let text: string | undefined;
    void pending.then((result) => (text = result.ok ? textOf(result.value) : result.failure.code));
    await clock.settle();
    return { text: () => text, events };
  };
  const load = (lane: "cold" | "refresh" = "refresh"): Loading => {
    const loading: Loading = {};
    void loader.load(query, lane).then((result) => (loading.result = result));
    return loading;
  };
  /** The first page, of this text. */
  const begin = async (text: string, volatility: "live" | "recent" | "settled" = "settled") => {
    const reading = await read();
    rig.lastFetch().answer(text, volatility);
    await clock.settle();
    expect(reading.text()).toBe(text);
  };
  return { ...rig, log, silent, loader, pages, read, load, begin };
}

describe("a page that was touched", () => {
  it.each([["changed"], ["purged"]] as const)(
    "is not called fresh, but shown while it is loaded anew (%s)",
    async (kind) => {
      const { begin, log, read, fetches, clock } = createRig();
      await begin("v1");
      await log.append({ tags, kind });
      const reading = await read();
      expect([reading.text(), typesOf(reading.events)]).toEqual(["v1", ["cache.servedStale"]]);
      await clock.advance(1_000);
      expect(fetches).toHaveLength(2);
    },
  );

  it("stays fresh when something else was touched", async () => {
    const { begin, log, read } = createRig();
    await begin("v1");
    await log.append(other);
    expect(typesOf((await read()).events)).toEqual(["cache.hit"]);
  });

  it("is taken from memory once the log was asked and has nothing about it: the store is not asked as well", async () => {
    let isCurrent = true;
    let looks = 0;
    const kept = asStore(createMemoryStore());
    const store: Store = {
      ...kept,
      get(key) {
        looks += 1;
        return kept.get(key);
      },
    };
    const changes = { isCurrent: () => isCurrent, sync: async () => void (isCurrent = true) };
    const { begin, read } = createRig({ changes, store });
    await begin("v1");
    expect(looks).toBe(1);
    isCurrent = false;
    const { text, events } = await read();
    expect([text(), typesOf(events), looks]).toEqual(["v1", ["cache.hit"], 1]);
  });

  it("is shown to nobody after a hard purge, not even when the upstream fails", async () => {
    const { begin, log, read, lastFetch, clock } = createRig();
    await begin("v1");
    await log.append(hidden);
    const reading = await read();
    expect(reading.text()).toBeUndefined();
    lastFetch().refuse({ code: "upstream_failed", reason: "status" });
    await clock.settle();
    expect(reading.text()).toBe("upstream_failed");
  });

  it("is loaded without being asked for again where somebody asked within two minutes, and not later", async () => {
    const { begin, log, fetches, clock } = createRig();
    await begin("v1");
    await clock.advance(100_000);
    await log.append(changed);
    await clock.advance(1_000);
    expect(fetches).toHaveLength(2);
    fetches[1]?.answer("v2");
    await clock.advance(120_000);
    await log.append(changed);
    await clock.advance(5_000);
    expect(fetches).toHaveLength(2);
  });
});

describe("a load that began before a change", () => {
  it("brings a page that is not fresh, and is followed by another", async () => {
    const { read, log, lastFetch, fetches, clock } = createRig();
    const reading = await read();
    await log.append(changed);
    lastFetch().answer("v1", "settled");
    await clock.settle();
    expect(reading.text()).toBe("v1");
    expect(typesOf((await read()).events)).toEqual(["cache.servedStale"]);
    await clock.advance(1_000);
    expect(fetches).toHaveLength(2);
  });

  it("is no answer after a hard purge: it is made again", async () => {
    const { read, log, fetches, clock } = createRig();
    const reading = await read();
    await log.append(hidden);
    fetches[0]?.answer("v1", "settled");
    await clock.settle();
    expect([reading.text(), fetches.length]).toEqual([undefined, 2]);
    fetches[1]?.answer("v2", "settled");
    await clock.settle();
    expect(reading.text()).toBe("v2");
  });
});

describe("a burst of changes", () => {
  it("costs one load, once it has been quiet for a quarter of a second", async () => {
    const { begin, log, load, fetches, clock } = createRig();
    await begin("v1");
    await clock.advance(5_000);
    for (let count = 0; count < 7; count += 1) {
      await log.append(changed);
      load();
      await clock.advance(100);
    }
    expect(fetches).toHaveLength(1);
    await clock.advance(150);
    expect(fetches).toHaveLength(2);
  });

  it("that does not end is read once a second", async () => {
    const { begin, log, fetches, clock } = createRig();
    await begin("v1");
    await clock.advance(5_000);
    for (let count = 0; count < 100; count += 1) {
      await log.append(changed);
      await clock.advance(100);
      fetches.at(-1)?.answer(`v${count}`);
      await clock.settle();
    }
    expect(fetches.length - 1).toBeGreaterThanOrEqual(7);
    expect(fetches.length - 1).toBeLessThanOrEqual(10);
  });

  it("is read once in five seconds while half of the budget is spent", async () => {
    const { begin, log, fetches, clock } = createRig({ isBudgetLow: true });
    await begin("v1");
    for (let count = 0; count < 100; count += 1) {
      await log.append(changed);
      await clock.advance(100);
      fetches.at(-1)?.answer(`v${count}`);
      await clock.settle();
    }
    expect(fetches).toHaveLength(3);
  });
});

describe("how long a page is fresh that was loaded", () => {
  const lasts = ({ copies, clock }: ReturnType<typeof createRig>) =>
    ((copies.get("page")?.freshUntil ?? Number.NaN) - clock.now()) / 1_000;

  it("within half a minute after a change: as long as a live page, because the upstream's lists lag", async () => {
    const rig = createRig();
    await rig.begin("v1", "recent");
    expect(lasts(rig)).toBe(30);
    await rig.log.append(changed);
    await rig.clock.advance(1_000);
    rig.lastFetch().answer("v2", "recent");
    await rig.clock.settle();
    expect(lasts(rig)).toBe(5);
  });

  it("after an end: until one minute, and until five minutes after it, because numbers settle", async () => {
    const rig = createRig();
    await rig.begin("v1");
    await rig.clock.advance(1_000);
    await rig.log.append({ ...changed, hasEnded: true });
    const endedAt = rig.clock.now();
    const loadAt = async (afterMs: number) => {
      await rig.clock.advance(endedAt + afterMs - rig.clock.now());
      rig.load();
      await rig.clock.settle();
      rig.lastFetch().answer(`v${afterMs}`, "settled");
      await rig.clock.settle();
      return ((rig.copies.get("page")?.freshUntil ?? Number.NaN) - endedAt) / 1_000;
    };
    expect([await loadAt(40_000), await loadAt(60_000), await loadAt(300_000)]).toEqual([60, 300, 3_900]);
  });

  it("with webhooks: a minute for a live page while they are heard, and as without them after ten silent minutes", async () => {
    const rig = createRig({ webhooks: true });
    await rig.begin("v1", "live");
    expect([lasts(rig), rig.silent.length]).toEqual([5, 1]);
    await rig.log.append({ tags: ["heard"], kind: "changed" });
    const loadAfter = async (ms: number) => {
      await rig.clock.advance(ms);
      rig.load();
      await rig.clock.settle();
      rig.lastFetch().answer(`after ${ms}`, "live");
      await rig.clock.settle();
      return lasts(rig);
    };
    expect([await loadAfter(10_000), rig.silent.length]).toEqual([60, 1]);
    expect([await loadAfter(600_000), rig.silent.length]).toEqual([5, 2]);
    expect([await loadAfter(10_000), rig.silent.length]).toEqual([5, 2]);
  });
});

describe("while the log can't be had", () => {
  const lost = {
    isCurrent: () => false,
    boundsOf: () => ({ freshFrom: Number.POSITIVE_INFINITY, shownFrom: 0 }),
  };

  it("no page is fresh, and each is read no more often than a live one", async () => {
    const { read, load, lastFetch, fetches, clock } = createRig({ changes: lost });
    await read();
    lastFetch().answer("v1", "settled");
    await clock.settle();
    for (let second = 0; second < 20; second += 1) {
      const reading = await read();
      expect(typesOf(reading.events)[0]).toBe("cache.servedStale");
      load();
      await clock.settle();
      lastFetch().answer("v2", "settled");
      await clock.advance(1_000);
    }
    expect(fetches).toHaveLength(1 + 3);
  });
});

it("a purge touches what closed long ago, and a change does not", async () => {
  const { log, loader, copies, lastFetch, clock } = createRig();
  const closed: Ask = { key: "closed", tags, closesAt: clock.now() - 1 };
  void loader.load(closed, "cold");
  await clock.settle();
  lastFetch().answer("v1", "settled");
  await clock.settle();
  const isTouched = () => (copies.get("closed")?.position ?? 0) < log.boundsOf(closed).freshFrom;
  await log.append(changed);
  expect(isTouched()).toBe(false);
  await log.append(purged);
  expect(isTouched()).toBe(true);
});
