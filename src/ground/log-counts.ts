// Keeps a flood of like lines from burying the others: per reason ten lines at once and ten a minute; what is beyond that is counted.
//
// Counts are due a second after the first, and later each time while the flood goes on, up to a minute. Reasons are event types and codes
// of problems, both closed sets, so memory is bounded.
import { rankOf } from "./log-levels.ts";
import type { Level } from "./log-levels.ts";

const linesAtOnce = 10;
const lineEveryMs = 6_000;
const dueAfterMsMin = 1_000;
const dueAfterMsMax = 60_000;

export type Counts = { level: Level; forMs: number; counts: Readonly<Record<string, number>> };

export type LogCounts = {
  /** Whether this line is written. Where it is not, it is counted. */
  admit(reason: string, level: Level, now: number): boolean;
  /** Milliseconds until the counts are to be written, 0 where that is now; undefined while there are none. */
  dueInMs(now: number): number | undefined;
  /** The counts so far, which begin anew. Undefined where there are none. */
  take(now: number): Counts | undefined;
};

export function createLogCounts(): LogCounts {
  /** Per reason, when it could have ten lines at once again. */
  const restedAt = new Map<string, number>();
  let counts = new Map<string, number>();
  let level: Level = "debug";
  let since = 0;
  let dueAfterMs = dueAfterMsMin;
  let takenAt: number | undefined;

  function count(reason: string, ofLevel: Level, now: number): void {
    if (counts.size === 0) {
      since = now;
      const goesOn = takenAt !== undefined && Math.abs(now - takenAt) <= dueAfterMs;
      dueAfterMs = goesOn ? Math.min(dueAfterMsMax, dueAfterMs * 2) : dueAfterMsMin;
      level = ofLevel;
    }
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
    if (rankOf(ofLevel) > rankOf(level)) level = ofLevel;
  }

  return {
    admit(reason, ofLevel, now) {
      const fullMs = linesAtOnce * lineEveryMs;
      // No later than a clock that was set back allows.
      const from = Math.min(Math.max(restedAt.get(reason) ?? now, now), now + fullMs);
      const until = from + lineEveryMs;
      const isAdmitted = until - now <= fullMs;
      restedAt.set(reason, isAdmitted ? until : from);
      if (!isAdmitted) count(reason, ofLevel, now);
      return isAdmitted;
    },
    dueInMs(now) {
      if (counts.size === 0) return undefined;
      return now < since ? 0 : Math.max(0, since + dueAfterMs - now);
    },
    take(now) {
      if (counts.size === 0) return undefined;
      const taken: Counts = { level, forMs: Math.max(0, now - since), counts: Object.fromEntries(counts) };
      counts = new Map();
      takenAt = now;
      return taken;
    },
  };
}
