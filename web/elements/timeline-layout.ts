// Where the bars of a time axis stand: each session from its start to its end, in the lowest lane that is free then. Pure, so that the
// drawing, what is under a pointer and a step of the keyboard agree.
import { instantOf } from "./rows.ts";
import type { SessionRow } from "./rows.ts";
import type { TimeSpan } from "./time-ticks.ts";

export type Bar = TimeSpan & {
  row: SessionRow;
  /** 0 is the lowest. */
  lane: number;
  /** From 0 to 1: its peak beside the highest there is; 1 where peaks are not shown. */
  weight: number;
};

/** Bars by their start. */
export type Layout = { bars: readonly Bar[]; lanesCount: number };

/** Of a session, cut at nothing. One that runs goes on until now; one whose end is not known is a moment. */
export function spanOf({ started_at, ended_at, status }: SessionRow, now: number): TimeSpan | undefined {
  const from = instantOf(started_at);
  if (from === undefined) return undefined;
  const to = instantOf(ended_at) ?? (status === "LIVE" ? now : from);
  return { from, to: Math.max(from, to) };
}

/**
 * Those that are within the span at some time. `gapMs` stays free between two bars of a lane. Where more than `lanesMax` meet at once, bars
 * lie over each other.
 */
export function layoutOf(
  rows: readonly SessionRow[],
  { from, to }: TimeSpan,
  { now, gapMs, lanesMax }: { now: number; gapMs: number; lanesMax: number },
): Layout {
  const spans: (TimeSpan & { row: SessionRow })[] = [];
  let peakMax = 1;
  for (const row of rows) {
    const span = spanOf(row, now);
    if (!span || span.from >= to || span.to < from) continue;
    spans.push({ ...span, row });
    peakMax = Math.max(peakMax, row.max_concurrent_participants ?? 1);
  }
  spans.sort((one, other) => one.from - other.from);
  /** When each lane is free again. */
  const freeAt: number[] = [];
  const bars = spans.map((span): Bar => {
    const lane = laneAt(freeAt, span.from, lanesMax);
    freeAt[lane] = Math.max(freeAt[lane] ?? 0, span.to + gapMs);
    return { ...span, lane, weight: (span.row.max_concurrent_participants ?? peakMax) / peakMax };
  });
  return { bars, lanesCount: freeAt.length };
}

function laneAt(freeAt: readonly number[], at: number, lanesMax: number): number {
  let soonest = 0;
  for (let lane = 0; lane < freeAt.length; lane += 1) {
    const free = freeAt[lane] ?? 0;
    if (free <= at) return lane;
    if (free < (freeAt[soonest] ?? 0)) soonest = lane;
  }
  return freeAt.length < lanesMax ? freeAt.length : soonest;
}
