// Which of a client's limits a load is counted against, and how far it may go into it.
//
// A new question is a miss. What renews a page is a refresh, and half of these are kept for pages that are old: with more pages
// in use than it may have renewed, a client that asks for them in one order would else have the first ones renewed again and again
// and the last ones never.
import type { Lane } from "../runtime.ts";
import type { ClientLimiter } from "./limiter.ts";

export type LoadLimiters = { misses: ClientLimiter; refreshes: ClientLimiter };

const keptForOld = 0.5;

export function limitOf(lane: Lane, { misses, refreshes }: LoadLimiters): { limiter: ClientLimiter; keep: number } {
  switch (lane) {
    case "cold":
      return { limiter: misses, keep: 0 };
    case "old":
      return { limiter: refreshes, keep: 0 };
    case "refresh":
    case "warm":
      return { limiter: refreshes, keep: keptForOld };
  }
}
