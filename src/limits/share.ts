// How much of a budget one client may cause in a window: the invariant of docs/decisions/limits-for-clients.md as a number of calls.
//
// A share is spent by whatever the client causes: new questions, renewals, repetitions. Part of it is kept for pages that are past their
// bound: without that a client with one live page, in a small budget, renews it every few seconds until its share is spent, and is then
// shown an ever older page for the rest of the window. Exports have half of it, so that whoever exports can still look at pages.
import type { Lane, Payer } from "../ground/runtime.ts";

/** A quarter of a share is kept for old pages, and five calls at least: with the default settings, what one page needs in a window. */
const keptPercent = 25;
const keptCallsMin = 5;
const exportPercent = 50;

/** Calls that a client may cause in a window of `requests`: its percentage, and one at the least. */
export const quotaOf = (requests: number, { percent }: Payer): number =>
  Math.max(1, Math.floor((requests * percent) / 100));

/** A call in `lane` may leave while its client caused fewer calls than this in the window; one at the least. */
export function quotaWithin(quota: number, lane: Lane | "retry"): number {
  switch (lane) {
    case "old":
    case "cold":
    case "retry":
      return quota;
    case "refresh":
      return Math.max(1, quota - Math.max(keptCallsMin, Math.ceil((quota * keptPercent) / 100)));
    case "warm":
      return Math.max(1, Math.min(quotaWithin(quota, "refresh"), Math.floor((quota * exportPercent) / 100)));
  }
}
