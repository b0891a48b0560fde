// Random histories of a whole fleet against a model of ten lines: the upstream's own record of what was true when. A failure
// prints the seed and the shortest history that shows it.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mayBeShown } from "../../src/cache/freshness.ts";
import type { FreshnessLimits } from "../../src/cache/freshness.ts";
import type { Entry } from "../../src/cache/store.ts";
import { etagOf } from "../../src/cache/store.ts";
import type { Result } from "../../src/ground/errors.ts";
import type { Event } from "../../src/ground/runtime.ts";
import { textOf, useInstantDigest } from "../support/cache-rig.ts";
import { createFleet } from "../support/fleet.ts";
import type { Fleet } from "../support/fleet.ts";
import type { KvFaultKind } from "../support/fleet-kv.ts";
import type { UpstreamFaultKind } from "../support/fleet-upstream.ts";

useInstantDigest();

const soft = 1_000;
const hard = 10_000;
const limits = { requests: 30, windowMs: 60_000 };
const isolates = 3;
const keys = ["a", "b", "c", "d"];
const volatile = { live: 5, recent: 30, settled: 600 };
const settings: readonly FreshnessLimits[] = [
  { freshSeconds: volatile, staleSeconds: 60, staleIfErrorSeconds: 1_800 },
  { freshSeconds: volatile, staleSeconds: 5, staleIfErrorSeconds: 20 },
  { freshSeconds: { live: 1, recent: 2, settled: 90 }, staleSeconds: 0, staleIfErrorSeconds: 0 },
  { freshSeconds: volatile, staleSeconds: 0, staleIfErrorSeconds: 300 },
];

type Step =
  | { do: "read"; isolate: number; key: string; count: number }
  | { do: "pass"; ms: number }
  | { do: "change"; key: string }
  | { do: "flood"; isolate: number; count: number }
  | { do: "evict" }
  | { do: "restart"; isolate: number }
  | { do: "upstream"; kind: UpstreamFaultKind; share: number; isSlow: boolean }
  | { do: "kv"; kind: KvFaultKind; share: number };

const key = fc.constantFrom(...keys);
const isolate = fc.nat(isolates - 1);
const share = fc.constantFrom(0.3, 0.7, 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 16,
    arbitrary: fc.record({ do: fc.constant("read"), isolate, key, count: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 14,
    arbitrary: fc.record({
      do: fc.constant("pass"),
      ms: fc.oneof(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 300, max: 12_000 }),
        fc.integer({ min: 1_000, max: 5_000 }),
        fc.integer({ min: 20_000, max: 90_000 }),
        fc.integer({ min: 300_000, max: 2_400_000 }),
      ),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("change"), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("flood"), isolate, count: fc.integer({ min: 5, max: 25 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("evict") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restart"), isolate }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("upstream"),
      kind: fc.constantFrom("none", "none", "error", "hang", "limited", "malformed", "absent", "throw"),
      share,
      isSlow: fc.constantFrom(false, false, true),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("kv"),
      kind: fc.constantFrom("none", "throw", "hang", "slow", "junk"),
      share,
    }),
  },
);

/** Each isolate is one client's. */
const payerAt = (isolateIndex: number) => () => ({ client: `client ${isolateIndex}`, percent: 50 });

/** Counts what happened, so that the run itself shows that the histories reached every corner. */
const seen = new Map<string, number>();

function startReading(fleet: Fleet, freshness: FreshnessLimits, index: number, pageKey: string): Promise<void> {
  const { clock, upstream, isolates: all } = fleet;
  const reader = all[index];
  if (!reader) throw new Error("no such isolate");
  const startedAt = clock.now();
  const own = reader.memory.get(pageKey);
  const events: Event[] = [];
  const context = { defer: () => undefined, report: (event: Event) => void events.push(event), payer: payerAt(index) };

  const check = async (result: Result<Entry>, now: number, told: readonly Event[]) => {
    const waitedMs = now - startedAt;
    expect(waitedMs).toBeLessThanOrEqual(hard);
    if (own && mayBeShown(own, startedAt)) {
      if (startedAt < own.staleUntil) expect(waitedMs).toBe(0);
      else if (own.errorUntil > startedAt + soft) expect(waitedMs).toBeLessThanOrEqual(soft);
      // Nothing that may still be shown is lost by any fault.
      if (!result.ok) expect(now).toBeGreaterThanOrEqual(own.errorUntil);
    }
    const outcome = told.find(({ type }) => ["cache.hit", "cache.servedStale", "load.served"].includes(type));
    const name = result.ok ? (outcome?.type ?? "nothing told") : result.failure.code;
    seen.set(name, (seen.get(name) ?? 0) + 1);
    if (!result.ok) return;
    const entry = result.value;
    const [body, number] = (textOf(entry) ?? "").split("@");
    const version = upstream.version(pageKey, Number(number));
    if (!version) throw new Error("a version that never was");
    expect([body, outcome === undefined, entry.etag]).toEqual([pageKey, false, await etagOf(entry.body)]);
    // It was the truth at some moment of its load.
    expect(version.from).toBeLessThanOrEqual(entry.freshUntil);
    expect(version.until).toBeGreaterThanOrEqual(entry.fetchedAt);
    // It could be shown when it left the shield; the way here takes less than 20 ms.
    expect(now - entry.errorUntil).toBeLessThan(20);
    const freshMs = freshness.freshSeconds[version.volatility] * 1_100 + hard;
    const shownMs = Math.max(freshness.staleSeconds, freshness.staleIfErrorSeconds) * 1_000;
    const wrongForMs = now - version.until;
    expect(wrongForMs).toBeLessThanOrEqual(freshMs + shownMs + 100);
    if (outcome?.type === "cache.hit") expect(wrongForMs).toBeLessThanOrEqual(freshMs);
  };

  return reader.pages.get({ key: pageKey }, context).then((result) => check(result, clock.now(), [...events]));
}

function expectWithinBudget({ upstream }: Fleet): void {
  const { calls } = upstream;
  calls.forEach((at, index) => {
    const after = calls[index + limits.requests];
    if (after !== undefined) expect(after - at).toBeGreaterThanOrEqual(limits.windowMs);
  });
}

async function runHistory(steps: readonly Step[], freshness: FreshnessLimits, seed: number): Promise<void> {
  const deadlines = { softDeadlineMs: soft, hardDeadlineMs: hard };
  const fleet = createFleet({ seed, freshness, limits, isolates, deadlines, memoryBytesMax: 1_700 });
  const { clock, upstream, kv } = fleet;
  const readings: Promise<void>[] = [];
  const faults: unknown[] = [];
  let open = 0;
  let nextCold = 0;
  const read = (index: number, pageKey: string) => {
    open += 1;
    const reading = startReading(fleet, freshness, index, pageKey)
      .catch((error: unknown) => void faults.push(error))
      .finally(() => (open -= 1));
    readings.push(reading);
  };

  for (const now of steps) {
    switch (now.do) {
      case "read":
        for (let reader = 0; reader < now.count; reader += 1) read(now.isolate, now.key);
        break;
      case "flood":
        for (let reader = 0; reader < now.count; reader += 1) read(now.isolate, `cold ${nextCold++}`);
        break;
      case "pass":
        await clock.runUntil(clock.now() + now.ms);
        break;
      case "change":
        upstream.change(now.key);
        break;
      case "evict":
        fleet.evictShield();
        break;
      case "restart":
        fleet.restart(now.isolate);
        break;
      case "upstream":
        upstream.setFaults(now.kind, now.share, now.isSlow);
        break;
      case "kv":
        kv.setFaults(now.kind, now.share);
    }
  }
  await clock.runUntil(clock.now() + hard);
  await clock.settle();
  expect(open).toBe(0);

  // With everything expired a page through the cache is the page without it.
  upstream.setFaults("none", 0, false);
  kv.setFaults("none", 0);
  await clock.runUntil(clock.now() + 7_200_000);
  for (const pageKey of keys) {
    for (const { pages } of fleet.isolates) {
      const reading = pages.get({ key: pageKey }, { defer: () => undefined, report: () => undefined });
      await clock.runUntil(clock.now() + hard);
      const result = await reading;
      expect(result.ok && textOf(result.value)).toBe(upstream.truth(pageKey));
    }
  }
  await Promise.all(readings);
  if (faults.length > 0) throw faults[0];
  expect(upstream.doubled).toEqual([]);
  expectWithinBudget(fleet);
}

describe("a fleet in random weather", () => {
  it("keeps every promise: one load per key, the budget, the error window, the deadlines, the upstream's own bytes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 20, maxLength: 120, size: "max" }),
        fc.constantFrom(...settings),
        fc.integer(),
        runHistory,
      ),
      { numRuns: 400 },
    );
    const reached = [
      "cache.hit",
      "cache.servedStale",
      "load.served",
      "upstream_failed",
      "upstream_timeout",
      "budget_spent",
      "rate_limited",
    ];
    for (const outcome of [
      ...reached,
      "upstream_limited",
      "upstream_malformed",
      "circuit_open",
      "not_found",
      "internal",
    ]) {
      expect(seen.get(outcome) ?? 0, outcome).toBeGreaterThan(0);
    }
  }, 180_000);
});
