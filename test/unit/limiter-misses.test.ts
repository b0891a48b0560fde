// Loads and who pays for them, misses and refreshes: at a reader, where the answer may take a while, and at the shield, which counts for
// all readers.
import { describe, expect, it } from "vitest";
import { createPageCache } from "../../src/cache/page-cache.ts";
import type { ReadContext } from "../../src/cache/page-cache.ts";
import type { LoadResult } from "../../src/cache/page-loader.ts";
import { createShield, createShieldClient } from "../../src/cache/shield.ts";
import { asStore, createMemoryStore } from "../../src/cache/store.ts";
import type { Failure, Result } from "../../src/errors.ts";
import { limitOf } from "../../src/http/limiter-lanes.ts";
import { createClientLimiter } from "../../src/http/limiter.ts";
import type { Lane } from "../../src/runtime.ts";
import { createLoaderRig, makeEntry, textOf, useInstantDigest } from "../support/cache-rig.ts";
import type { Ask } from "../support/cache-rig.ts";
import { createTestClock } from "../support/clock.ts";

useInstantDigest();

const ignore = () => undefined;
const limited: Failure = { code: "rate_limited", policy: "misses", perMinute: 1, retryAfterSeconds: 30 };
const deadlines = { softDeadlineMs: 1_000, hardDeadlineMs: 10_000 };
const codeOf = (result: Result<unknown> | undefined) => (result?.ok ? "ok" : result?.failure.code);

/** A reader whose loader hangs until it is told to answer, and whose question for a miss does likewise. */
function setUpReader() {
  const clock = createTestClock();
  const loads: { client: string | undefined; answer: (result: LoadResult) => void }[] = [];
  const questions: ((refused: Failure | undefined) => void)[] = [];
  const memory = createMemoryStore();
  const pages = createPageCache<Ask>(
    {
      memory,
      loader: {
        load: (_query, _lane, client) => new Promise((resolve) => void loads.push({ client, answer: resolve })),
      },
      clock,
    },
    deadlines,
  );
  const ask = () => new Promise<Failure | undefined>((resolve) => void questions.push(resolve));
  const get = (mayLoad: NonNullable<ReadContext["mayLoad"]> = ask, client?: string) => {
    const reading: { result?: Result<unknown> } = {};
    const context = { defer: ignore, report: ignore, mayLoad, ...(client !== undefined && { client }) };
    void pages.get({ key: "page" }, context).then((result) => {
      reading.result = result;
    });
    return reading;
  };
  return {
    clock,
    loads,
    questions,
    get,
    async keep(text: string, ageMs: number) {
      memory.put("page", await makeEntry(text, clock.now() - ageMs));
    },
    async answerLoads() {
      const entry = await makeEntry("v1", clock.now());
      for (const load of loads) load.answer({ ok: true, entry, via: "fetched" });
      await clock.settle();
    },
  };
}

describe("a miss that must be asked for", () => {
  it("is asked for once, for all who come before the answer and while the page is loaded", async () => {
    const { clock, loads, questions, get, answerLoads } = setUpReader();
    const before = Array.from({ length: 50 }, () => get());
    await clock.settle();
    expect([questions.length, loads.length]).toEqual([1, 0]);
    questions[0]?.(undefined);
    await clock.settle();
    const during = get();
    await clock.settle();
    await answerLoads();
    expect(questions).toHaveLength(1);
    expect([...before, during].map(({ result }) => codeOf(result))).toEqual(Array.from({ length: 51 }, () => "ok"));
  });

  it("that is refused takes nobody along: each who came with it asks for himself", async () => {
    const { clock, loads, questions, get, answerLoads } = setUpReader();
    const first = get();
    const others = [get(), get()];
    await clock.settle();
    questions[0]?.(limited);
    await clock.settle();
    expect(codeOf(first.result)).toBe("rate_limited");
    expect([questions.length, loads.length]).toEqual([2, 0]);
    questions[1]?.(limited);
    await clock.settle();
    expect([questions.length, loads.length]).toEqual([3, 0]);
    questions[2]?.(undefined);
    await clock.settle();
    await answerLoads();
    expect(others.map(({ result }) => codeOf(result))).toEqual(["rate_limited", "ok"]);
    expect(loads).toHaveLength(1);
  });

  it("is asked for once by all who came with one that was refused", async () => {
    const { clock, loads, questions, get, answerLoads } = setUpReader();
    get();
    const others = Array.from({ length: 20 }, () => get());
    await clock.settle();
    questions[0]?.(limited);
    await clock.settle();
    questions[1]?.(undefined);
    await clock.settle();
    await answerLoads();
    expect(new Set(others.map(({ result }) => codeOf(result)))).toEqual(new Set(["ok"]));
    expect(questions).toHaveLength(2);
    expect(loads.length).toBeGreaterThan(0);
  });

  it("is never loaded for a client that has none left, however its requests are timed", async () => {
    const { clock, loads, get } = setUpReader();
    const readings = [];
    for (let request = 0; request < 20; request += 1) {
      readings.push(get(async () => limited));
      if (request % 3 === 0) await clock.settle();
      else await Promise.resolve();
    }
    await clock.settle();
    expect(loads).toEqual([]);
    expect(new Set(readings.map(({ result }) => codeOf(result)))).toEqual(new Set(["rate_limited"]));
  });

  it("that is refused says nothing about the page", async () => {
    const { clock, loads, get } = setUpReader();
    get(() => limited);
    get(async () => undefined);
    await clock.settle();
    expect(loads).toHaveLength(1);
  });

  it("names its client to the loader, and a refusal from there is not remembered for the page", async () => {
    const { clock, loads, get } = setUpReader();
    const one = get(() => undefined, "one");
    await clock.settle();
    loads[0]?.answer({ ok: false, failure: limited });
    await clock.settle();
    expect(codeOf(one.result)).toBe("rate_limited");
    get(() => undefined, "two");
    await clock.settle();
    expect(loads.map(({ client }) => client)).toEqual(["one", "two"]);
  });
});

describe("a page that must be renewed", () => {
  /** With a page of this age in memory: stale after 5 s, old after 65 s. */
  async function setUpWith(ageMs: number) {
    const reader = setUpReader();
    await reader.keep("v1", ageMs);
    return reader;
  }

  it("is shown as it is to a client that may not have it loaded, stale or old, and nothing is loaded", async () => {
    for (const ageMs of [20_000, 100_000]) {
      const { clock, loads, get } = await setUpWith(ageMs);
      const reading = get(async () => limited);
      await clock.settle();
      expect(codeOf(reading.result)).toBe("ok");
      expect(loads).toEqual([]);
    }
  });

  it("is loaded for the next client that may, at once", async () => {
    for (const ageMs of [20_000, 100_000]) {
      const { clock, loads, get } = await setUpWith(ageMs);
      get(async () => limited, "one");
      await clock.settle();
      get(async () => undefined, "two");
      await clock.settle();
      expect(loads.map(({ client }) => client)).toEqual(["two"]);
    }
  });

  it("is asked for once while it is loaded, whoever comes", async () => {
    for (const ageMs of [20_000, 100_000]) {
      const { clock, questions, get } = await setUpWith(ageMs);
      for (let reader = 0; reader < 20; reader += 1) get();
      await clock.settle();
      questions[0]?.(undefined);
      await clock.settle();
      for (let reader = 0; reader < 20; reader += 1) get();
      await clock.settle();
      expect(questions).toHaveLength(1);
    }
  });

  it("that is old is shown after the soft deadline, however long the asking takes", async () => {
    const { clock, get } = await setUpWith(100_000);
    const reading = get();
    await clock.advance(999);
    expect(reading.result).toBeUndefined();
    await clock.advance(1);
    expect(codeOf(reading.result)).toBe("ok");
  });
});

describe("a page that others may have renewed", () => {
  async function setUpShared() {
    const clock = createTestClock();
    const [memory, shared] = [createMemoryStore(), createMemoryStore()];
    const loads: string[] = [];
    const asked: string[] = [];
    const pages = createPageCache<Ask>(
      {
        memory,
        store: asStore(shared),
        loader: {
          load: async (_query, lane) => {
            loads.push(lane);
            return { ok: false, failure: { code: "budget_spent", retryAfterSeconds: 1 } };
          },
        },
        clock,
      },
      { ...deadlines, renewsFromStore: true },
    );
    memory.put("page", await makeEntry("v1", clock.now() - 20_000));
    const read = async (refused?: Failure) => {
      const mayLoad = async (lane: string) => {
        asked.push(lane);
        return refused;
      };
      const found = await pages.get({ key: "page" }, { defer: ignore, report: ignore, mayLoad });
      await clock.settle();
      return found.ok ? textOf(found.value) : found.failure.code;
    };
    return { clock, memory, shared, loads, asked, read };
  }

  it("is taken from the store they share, and nobody is asked or counted for it", async () => {
    const { clock, shared, loads, asked, read } = await setUpShared();
    shared.put("page", await makeEntry("v2", clock.now() - 1_000));
    expect(await read(limited)).toBe("v1");
    expect(await read(limited)).toBe("v2");
    expect([asked, loads]).toEqual([[], []]);
  });

  it("is asked for where the store has nothing newer", async () => {
    const { memory, shared, loads, asked, read } = await setUpShared();
    const kept = memory.get("page");
    if (kept) shared.put("page", kept);
    expect(await read()).toBe("v1");
    expect([asked, loads]).toEqual([["refresh"], ["refresh"]]);
  });
});

describe("the shield", () => {
  function setUpShield(perMinute: number) {
    const rig = createLoaderRig();
    const { clock } = rig;
    const pages = createPageCache<Ask>({ memory: rig.copies, loader: rig.loader, clock }, deadlines);
    const limits = { clock, perMinute, whenFailed: "closed", share: 1, report: ignore } as const;
    const misses = createClientLimiter({ ...limits, policy: "misses" });
    const refreshes = createClientLimiter({ ...limits, policy: "refreshes" });
    const shield = createShield({
      pages,
      loader: rig.loader,
      mayLoad(client, lane) {
        const { limiter, keep } = limitOf(lane, { misses, refreshes });
        const counted = limiter.take(client, ignore, keep);
        return counted.code === "rate_limited" ? counted : undefined;
      },
      defer: ignore,
      report: ignore,
    });
    /** Two isolates of the fleet. */
    const readers = [1, 2].map(() =>
      createShieldClient<Ask>(() => shield, { report: ignore, clock, deadlineMs: 10_000 }),
    );
    const load = async (reader: number, key: string, client?: string, lane: "cold" | "old" = "cold") => {
      const loading = readers[reader]?.load({ key }, lane, client);
      await clock.settle();
      if (rig.fetches.length > 0) rig.lastFetch().answer(key);
      await clock.settle();
      const result = await loading;
      return result?.ok ? result.via : result?.failure.code;
    };
    return { ...rig, load, readers };
  }

  it("counts the misses of a client over all isolates, and refuses before anything is asked upstream", async () => {
    const { load, fetches } = setUpShield(2);
    expect(await load(0, "a", "one")).toBe("fetched");
    expect(await load(1, "b", "one")).toBe("fetched");
    expect(await load(0, "c", "one")).toBe("rate_limited");
    expect(await load(1, "c", "one")).toBe("rate_limited");
    expect(fetches).toHaveLength(2);
    expect(await load(1, "c", "two")).toBe("fetched");
  });

  it("counts nothing for a page that it has, or that somebody is waiting for already", async () => {
    const { load, readers, clock, fetches, lastFetch } = setUpShield(1);
    expect(await load(0, "a", "one")).toBe("fetched");
    expect(await load(1, "a", "one")).toBe("recent");
    const waiting = readers[0]?.load({ key: "b" }, "cold", "two");
    await clock.settle();
    const joining = readers[1]?.load({ key: "b" }, "cold", "one");
    await clock.settle();
    lastFetch().answer("b");
    await clock.settle();
    expect([(await waiting)?.ok, (await joining)?.ok]).toEqual([true, true]);
    expect(fetches).toHaveLength(2);
  });

  it("counts what renews a page by itself, and nothing for a reader that names no client", async () => {
    const { load } = setUpShield(1);
    expect(await load(0, "a", "one", "old")).toBe("fetched");
    expect(await load(0, "b", "one")).toBe("fetched");
    expect(await load(0, "c")).toBe("fetched");
    expect(await load(0, "d", "one")).toBe("rate_limited");
    expect(await load(0, "e", "one", "old")).toBe("rate_limited");
    expect(await load(0, "e", undefined, "old")).toBe("fetched");
  });

  it("counts a renewal once, for whichever isolate and client asks first, while it is under way", async () => {
    const { readers, clock, fetches, lastFetch } = setUpShield(1);
    const answers: (boolean | undefined)[] = [];
    const renew = async (number: number) => {
      const result = await readers[number % 2]?.load({ key: "a" }, "old", number < 3 ? "one" : "two");
      answers.push(result?.ok);
    };
    for (let number = 0; number < 6; number += 1) void renew(number);
    await clock.settle();
    lastFetch().answer("a");
    await clock.settle();
    expect(answers).toEqual([true, true, true, true, true, true]);
    expect(fetches).toHaveLength(1);
  });

  it("counts no renewal of a page that is fresh here by now", async () => {
    const { load, fetches } = setUpShield(1);
    expect(await load(0, "a", "one", "old")).toBe("fetched");
    expect(await load(1, "a", "one", "old")).toBe("recent");
    expect(fetches).toHaveLength(1);
  });
});

describe("a client with more pages in use than it may have renewed", () => {
  it.each([5, 10, 40])("is shown none of %i that is older than stale pages may be", async (pageCount) => {
    const clock = createTestClock();
    const limits = { clock, whenFailed: "closed", share: 1, report: ignore } as const;
    const misses = createClientLimiter({ ...limits, perMinute: 60, policy: "misses" });
    const refreshes = createClientLimiter({ ...limits, perMinute: 60, policy: "refreshes" });
    let loads = 0;
    const pages = createPageCache<Ask>(
      {
        memory: createMemoryStore(),
        loader: {
          async load({ key }) {
            loads += 1;
            return { ok: true, entry: await makeEntry(key, clock.now()), via: "fetched" };
          },
        },
        clock,
      },
      deadlines,
    );
    const mayLoad = async (lane: Lane) => {
      const { limiter, keep } = limitOf(lane, { misses, refreshes });
      const counted = await limiter.takeShared("one", keep);
      return counted.code === "rate_limited" ? counted : undefined;
    };
    let oldestMs = 0;
    for (let second = 0; second < 600; second += 1) {
      for (let page = 0; page < pageCount; page += 1) {
        const found = await pages.get({ key: `page ${page}` }, { defer: ignore, report: ignore, mayLoad });
        if (found.ok) oldestMs = Math.max(oldestMs, clock.now() - found.value.fetchedAt);
      }
      await clock.advance(1_000);
    }
    expect(oldestMs).toBeLessThanOrEqual(pageCount === 5 ? 6_000 : 70_000);
    expect(loads).toBeLessThanOrEqual(60 + 60 * 10 + pageCount);
  });
});
