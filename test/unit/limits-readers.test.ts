// Readers and who pays for them: a refusal of one client's share is nobody else's, and does not stand in anybody's way.
import { describe, expect, it } from "vitest";
import { createPageCache } from "../../src/cache/page-cache.ts";
import type { LoadResult } from "../../src/cache/page-loader.ts";
import { createMemoryStore } from "../../src/cache/store.ts";
import type { Failure, Result } from "../../src/ground/errors.ts";
import { createLoaderRig, makeEntry, useInstantDigest } from "../support/cache-rig.ts";
import type { Ask } from "../support/cache-rig.ts";
import { createTestClock } from "../support/clock.ts";

useInstantDigest();

const ignore = () => undefined;
const share = { policy: "budget", quota: 1, windowSeconds: 300 } as const;
const refused: Failure = { code: "rate_limited", ...share, retryAfterSeconds: 30 };
const codeOf = (result: Result<unknown> | LoadResult | undefined) => (result?.ok ? "ok" : result?.failure.code);

/** A reader whose loads are answered by the test; with a page of this age in memory, stale after 5 s and old after 65. */
async function setUp(ageMs: number | undefined) {
  const clock = createTestClock();
  const memory = createMemoryStore();
  const loads: { client: string | undefined; answer: (result: LoadResult) => void }[] = [];
  const pages = createPageCache<Ask>(
    {
      memory,
      loader: {
        load: (_query, _lane, payer) => new Promise((answer) => void loads.push({ client: payer?.client, answer })),
      },
      clock,
    },
    { softDeadlineMs: 1_000, hardDeadlineMs: 10_000 },
  );
  if (ageMs !== undefined) memory.put("page", await makeEntry("v1", clock.now() - ageMs));
  const get = (client: string) => {
    const reading: { result?: Result<unknown> } = {};
    const context = { defer: ignore, report: ignore, payer: () => ({ client, percent: 20 }) };
    void pages.get({ key: "page" }, context).then((result) => {
      reading.result = result;
    });
    return reading;
  };
  return { clock, loads, get, clients: () => loads.map(({ client }) => client) };
}

describe("a refusal of one client's share", () => {
  it.each([undefined, 20_000, 100_000])(
    "is not remembered for the page, of %s ms: the next client is asked for at once",
    async (ageMs) => {
      const { clock, loads, get, clients } = await setUp(ageMs);
      const one = get("one");
      await clock.settle();
      loads[0]?.answer({ ok: false, failure: refused });
      await clock.settle();
      expect(codeOf(one.result)).toBe(ageMs === undefined ? "rate_limited" : "ok");
      get("two");
      await clock.settle();
      expect(clients()).toEqual(["one", "two"]);
    },
  );

  it("keeps the client's refreshes back for a second, so that they stand in nobody's way", async () => {
    const { clock, loads, get, clients } = await setUp(20_000);
    get("one");
    await clock.settle();
    loads[0]?.answer({ ok: false, failure: refused });
    await clock.settle();
    for (let request = 0; request < 10; request += 1) get("one");
    get("two");
    await clock.settle();
    expect(clients()).toEqual(["one", "two"]);
    loads[1]?.answer({ ok: false, failure: refused });
    await clock.advance(1_000);
    get("one");
    await clock.settle();
    expect(clients()).toEqual(["one", "two", "one"]);
  });

  it("says nothing about another lane of the same client: part of a share is kept for old pages", async () => {
    const { clock, load, fetches, lastFetch } = createLoaderRig();
    const payer = { client: "one", percent: 20 };
    const loadings = [load("refresh", payer), load("refresh", payer), load("old", payer)];
    await clock.settle();
    fetches[0]?.refuse(refused);
    await clock.settle();
    lastFetch().answer("v1");
    await clock.settle();
    expect(fetches.map(({ lane }) => lane)).toEqual(["refresh", "old"]);
    expect(loadings.map(({ result }) => codeOf(result))).toEqual(["rate_limited", "rate_limited", "ok"]);
  });
});
