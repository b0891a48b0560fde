// How long a page may be shown: the pure part, by properties.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ageMs, judge, mayBeShown, skewMsMax, stampTimes } from "../../src/cache/freshness.ts";
import type { Times } from "../../src/cache/freshness.ts";
import type { Volatility } from "../../src/ground/volatility.ts";
import { freshness } from "../support/cache-rig.ts";

const times: Times = { position: 0, fetchedAt: 1_000, freshUntil: 6_000, staleUntil: 66_000, errorUntil: 3_606_000 };
const volatility = fc.constantFrom<Volatility>("live", "recent", "settled");
const limits = fc.record({
  freshSeconds: fc.record({
    live: fc.integer({ min: 1, max: 3_600 }),
    recent: fc.integer({ min: 1, max: 86_400 }),
    settled: fc.integer({ min: 1, max: 604_800 }),
  }),
  staleSeconds: fc.integer({ min: 0, max: 86_400 }),
  staleIfErrorSeconds: fc.integer({ min: 0, max: 2_592_000 }),
});
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const instant = fc.integer({ min: 1_600_000_000_000, max: 2_000_000_000_000 });

describe("stamping a page", () => {
  it("orders its times and keeps freshness within ten percent of its kind's, whatever the limits and the chance", () => {
    fc.assert(
      fc.property(instant, fc.nat(60_000), volatility, limits, chance, (fetchedAt, tookMs, kind, set, random) => {
        const answeredAt = fetchedAt + tookMs;
        const stamped = stampTimes({ position: 0, fetchedAt, answeredAt }, { volatility: kind }, set, () => random);
        const freshMs = stamped.freshUntil - answeredAt;
        const wholeMs = set.freshSeconds[kind] * 1_000;
        expect(freshMs).toBeGreaterThanOrEqual(Math.floor(wholeMs * 0.9));
        expect(freshMs).toBeLessThanOrEqual(Math.ceil(wholeMs * 1.1));
        expect(stamped.fetchedAt).toBe(fetchedAt);
        expect(stamped.staleUntil - stamped.freshUntil).toBe(set.staleSeconds * 1_000);
        expect(stamped.errorUntil - stamped.freshUntil).toBe(
          Math.max(set.staleSeconds, set.staleIfErrorSeconds) * 1_000,
        );
        expect(Object.values(stamped).every(Number.isSafeInteger)).toBe(true);
      }),
    );
  });

  it("spreads pages that were loaded together over a fifth of their freshness", () => {
    const at = { position: 0, fetchedAt: 0, answeredAt: 0 };
    const ends = [0, 0.5, 0.999_999].map(
      (random) => stampTimes(at, { volatility: "settled" }, freshness, () => random).freshUntil,
    );
    expect(ends).toEqual([3_240_000, 3_600_000, 3_959_999]);
  });
});

describe("the verdict over a copy", () => {
  it.each([
    [1_000, "fresh", "none"],
    [5_999, "fresh", "none"],
    [6_000, "stale", "background"],
    [65_999, "stale", "background"],
    [66_000, "old", "soft"],
    [3_605_999, "old", "soft"],
    [3_606_000, "nothing", "hard"],
  ] as const)("changes at exactly the instants of the entry: at %i it is %s and the load is %s", (now, serve, load) => {
    expect(judge(times, now)).toMatchObject({ serve, load });
  });

  it("is nothing when there is no copy", () => {
    expect(judge(undefined, 0)).toEqual({ serve: "nothing", load: "hard" });
  });

  it("is nothing for a copy from the future, and tolerates five minutes of skew with an age of zero", () => {
    const ahead = { ...times, fetchedAt: skewMsMax };
    expect(judge({ ...ahead, freshUntil: 1e12, staleUntil: 1e12, errorUntil: 1e12 }, -1).serve).toBe("nothing");
    const tolerated = { position: 0, fetchedAt: skewMsMax, freshUntil: 1e12, staleUntil: 1e12, errorUntil: 1e12 };
    expect(judge(tolerated, 0).serve).toBe("fresh");
    expect(ageMs(tolerated, 0)).toBe(0);
  });

  it("never shows a copy past its error window and never sends for a fresh one", () => {
    fc.assert(
      fc.property(
        instant,
        volatility,
        limits,
        chance,
        fc.integer({ min: -400_000, max: 4e9 }),
        (at, kind, set, random, laterMs) => {
          const stamped = stampTimes(
            { position: 0, fetchedAt: at, answeredAt: at },
            { volatility: kind },
            set,
            () => random,
          );
          const now = at + laterMs;
          const { serve, load } = judge(stamped, now);
          expect(mayBeShown(stamped, now)).toBe(serve !== "nothing");
          expect(serve !== "nothing").toBe(now < stamped.errorUntil && laterMs >= -skewMsMax);
          expect(load === "none").toBe(serve === "fresh");
        },
      ),
    );
  });
});
