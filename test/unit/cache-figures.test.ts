// The figures that the fleet is built for, under the test clock: an hour of polling, and a storm of cold questions.
import { describe, expect, it } from "vitest";
import { etagOf } from "../../src/cache/store.ts";
import type { Result } from "../../src/ground/errors.ts";
import type { Entry } from "../../src/cache/store.ts";
import type { Event } from "../../src/ground/runtime.ts";
import { textOf, useInstantDigest } from "../support/cache-rig.ts";
import { createFleet } from "../support/fleet.ts";
import type { Fleet } from "../support/fleet.ts";

useInstantDigest();

const limits = { requests: 1_080, windowMs: 300_000 };
const pages = Array.from({ length: 20 }, (_, page) => `page ${page}`);

const fleetWith = (freshSeconds: number) =>
  createFleet({
    seed: 20_261_122,
    freshness: {
      freshSeconds: { live: freshSeconds, recent: freshSeconds, settled: freshSeconds },
      staleSeconds: 60,
      staleIfErrorSeconds: 86_400,
    },
    limits,
    isolates: 4,
    deadlines: { softDeadlineMs: 1_000, hardDeadlineMs: 10_000 },
    memoryBytesMax: 16 * 1024 * 1024,
  });

/** The most calls that left in any one window. */
function busiestWindow(calls: readonly number[]): number {
  let busiest = 0;
  let first = 0;
  calls.forEach((at, index) => {
    while ((calls[first] ?? at) <= at - limits.windowMs) first += 1;
    busiest = Math.max(busiest, index - first + 1);
  });
  return busiest;
}

type Outcome = { key: string; at: number; result: Result<Entry> };

/** One request, as the boundary makes it: the hit path without a promise, else `get`. */
function request({ clock, isolates }: Fleet, location: number, key: string, outcomes: Outcome[]): void {
  const isolate = isolates[location % isolates.length];
  if (!isolate) throw new Error("no such isolate");
  const report = (_event: Event) => undefined;
  const hit = isolate.pages.peek({ key }, report);
  if (hit) {
    outcomes.push({ key, at: clock.now(), result: { ok: true, value: hit } });
    return;
  }
  const answered = (result: Result<Entry>) => void outcomes.push({ key, at: clock.now(), result });
  void isolate.pages.get({ key }, { defer: () => undefined, report }).then(answered);
}

describe("200 clients that poll 20 pages", () => {
  it.each([
    [600, 5, 1_000],
    [3_600, 5, 5_000],
    [3_600, 30, 5_000],
    [3_600, 3_600, 5_000],
  ])(
    "cost at most pages × (seconds / fresh + 1) upstream calls and never more than the budget, for %i s, with pages fresh for %i s, asked for every %i ms",
    async (seconds, freshSeconds, everyMs) => {
      const fleet = fleetWith(freshSeconds);
      const { clock, upstream } = fleet;
      const outcomes: Outcome[] = [];
      const startAt = clock.now();
      const stepMs = everyMs / 20;
      for (let at = 0; at < seconds * 1_000; at += stepMs) {
        await clock.runUntil(startAt + at);
        const slot = (at / stepMs) % 20;
        for (let client = slot * 10; client < slot * 10 + 10; client += 1) {
          request(fleet, Math.floor(client / 20), pages[client % 20] ?? "", outcomes);
        }
      }
      await clock.runUntil(startAt + seconds * 1_000 + 10_000);
      expect(outcomes).toHaveLength(((seconds * 1_000) / everyMs) * 200);
      expect(outcomes.every(({ result }) => result.ok)).toBe(true);
      expect(new Set(outcomes.map(({ key }) => key)).size).toBe(20);
      expect(upstream.doubled).toEqual([]);
      expect(upstream.calls.length).toBeLessThanOrEqual(pages.length * (seconds / freshSeconds + 1));
      expect(upstream.calls.length).toBeGreaterThanOrEqual(pages.length);
      expect(busiestWindow(upstream.calls)).toBeLessThanOrEqual(limits.requests);
    },
  );
});

describe("10,000 different cold questions in ten seconds", () => {
  it("never exceed the budget, and a page in use stays served throughout and until long after", async () => {
    const fleet = fleetWith(5);
    const { clock, upstream } = fleet;
    const startAt = clock.now();
    const inUse: Outcome[] = [];
    const cold: Outcome[] = [];
    request(fleet, 0, "in use", inUse);
    await clock.runUntil(startAt + 1_000);
    for (let at = 0; at < 900; at += 1) {
      // The storm: a thousand a second for ten seconds; then a quarter of an hour in which the page is still polled.
      const isStorm = at < 100;
      await clock.runUntil(startAt + 1_000 + (isStorm ? at * 100 : 10_000 + (at - 100) * 1_000));
      request(fleet, at, "in use", inUse);
      if (isStorm) for (let one = 0; one < 100; one += 1) request(fleet, one, `cold ${at} ${one}`, cold);
    }
    await clock.runUntil(clock.now() + 10_000);

    expect(busiestWindow(upstream.calls)).toBeLessThanOrEqual(limits.requests);
    expect(cold).toHaveLength(10_000);
    const refusals = cold.flatMap(({ result }) => (result.ok ? [] : [result.failure.code]));
    expect(new Set(refusals)).toEqual(new Set(["budget_spent"]));
    expect(cold.length - refusals.length).toBeGreaterThan(700);
    expect(inUse).toHaveLength(901);
    for (const { result } of inUse) {
      expect(result.ok && textOf(result.value)).toBe(upstream.truth("in use"));
      if (result.ok) expect(result.value.etag).toBe(await etagOf(result.value.body));
    }
    // It is refreshed again as soon as the window lets go.
    const last = inUse.at(-1);
    expect(last?.result.ok && last.at - last.result.value.fetchedAt).toBeLessThanOrEqual(10_000);
  });

  it("keep nobody waiting: each is answered or refused within a second and a half", async () => {
    const fleet = fleetWith(5);
    const { clock } = fleet;
    const cold: Outcome[] = [];
    const askedAt: number[] = [];
    for (let one = 0; one < 3_000; one += 1) {
      if (one % 300 === 0) await clock.runUntil(clock.now() + 300);
      askedAt.push(clock.now());
      request(fleet, one, `cold ${one}`, cold);
    }
    await clock.runUntil(clock.now() + 10_000);
    expect(cold).toHaveLength(3_000);
    for (const { key, at } of cold) expect(at - (askedAt[Number(key.slice(5))] ?? 0)).toBeLessThanOrEqual(1_500);
  });
});
