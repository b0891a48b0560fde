// The time axis of the dashboard: where bars stand and where marks are, for any sessions and any span.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SessionRow } from "../../web/elements/rows.ts";
import { ticksOf } from "../../web/elements/time-ticks.ts";
import { layoutOf } from "../../web/elements/timeline-layout.ts";

const hour = 3_600_000;
const from = Date.parse("2026-11-22T00:00:00Z");
const day = { from, to: from + 24 * hour };
const now = from + 30 * hour;
const iso = (at: number) => new Date(at).toISOString();

const rowArbitrary = fc
  .record({
    startMs: fc.integer({ min: -10 * hour, max: 34 * hour }),
    lastedMs: fc.integer({ min: 0, max: 12 * hour }),
    peak: fc.integer({ min: 0, max: 500 }),
    isLive: fc.boolean(),
  })
  .map(({ startMs, lastedMs, peak, isLive }): SessionRow => ({
    status: isLive ? "LIVE" : "ENDED",
    started_at: iso(from + startMs),
    ended_at: isLive ? null : iso(from + startMs + lastedMs),
    max_concurrent_participants: peak,
  }));
const rowsArbitrary = fc.array(rowArbitrary, { maxLength: 80 });

describe("the layout of a time axis", () => {
  it("has one bar for each session that was going on within the span, and none for any other", () =>
    fc.assert(
      fc.property(rowsArbitrary, (rows) => {
        const { bars } = layoutOf(rows, day, { now, gapMs: 0, lanesMax: 1_000 });
        const within = rows.filter(({ started_at, ended_at }) => {
          const startedAt = Date.parse(started_at ?? "");
          const endedAt = ended_at ? Date.parse(ended_at) : Math.max(startedAt, now);
          return startedAt < day.to && endedAt >= day.from;
        });
        expect(new Set(bars.map(({ row }) => row))).toEqual(new Set(within));
        expect(bars.length).toBe(within.length);
      }),
    ));

  it("lets no two bars of a lane touch while there are lanes enough, and uses no more lanes than there may be", () =>
    fc.assert(
      fc.property(rowsArbitrary, fc.integer({ min: 1, max: 12 }), (rows, lanesMax) => {
        const gapMs = 60_000;
        const { bars } = layoutOf(rows, day, { now, gapMs, lanesMax: 1_000 });
        for (const [index, bar] of bars.entries()) {
          const before = bars.slice(0, index).filter(({ lane }) => lane === bar.lane);
          expect(before.every(({ to }) => to + gapMs <= bar.from)).toBe(true);
        }
        const few = layoutOf(rows, day, { now, gapMs, lanesMax });
        expect(few.lanesCount).toBeLessThanOrEqual(lanesMax);
        expect(few.bars.every(({ lane, weight }) => lane < lanesMax && weight >= 0 && weight <= 1)).toBe(true);
      }),
    ));

  it("shows a session whose end is withheld as a moment, and gives every bar its full weight where peaks are", () => {
    const rows: SessionRow[] = [{ started_at: iso(from + hour), status: "ENDED" }];
    const { bars } = layoutOf(rows, day, { now, gapMs: 0, lanesMax: 4 });
    expect(bars).toEqual([{ row: rows[0], from: from + hour, to: from + hour, lane: 0, weight: 1 }]);
  });
});

describe("the marks of a time axis", () => {
  it("lie within the span, in order, each once, never none, and not many more than asked for", () =>
    fc.assert(
      fc.property(
        fc.integer({ min: from - 400 * 24 * hour, max: from }),
        fc.integer({ min: 60_000, max: 120 * 24 * hour }),
        fc.integer({ min: 1, max: 30 }),
        (start, lengthMs, countMax) => {
          const ticks = ticksOf({ from: start, to: start + lengthMs }, countMax);
          const moments = ticks.map(({ at }) => at);
          expect(moments.length).toBeGreaterThan(0);
          expect(moments.length).toBeLessThanOrEqual(countMax + 3);
          expect(moments).toEqual([...new Set(moments)].sort((one, other) => one - other));
          expect(moments.every((at) => at >= start && at < start + lengthMs)).toBe(true);
        },
      ),
    ));
});
