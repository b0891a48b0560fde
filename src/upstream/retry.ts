// May a failed call be repeated, and when? Pure: the loader holds the back-off value and obeys.
//
// One repetition at most, and only for what a repetition can cure (connection errors, 502, 503, 504: the client marks
// them). Whoever retries takes the budget's `retry` lane as well: that lane is the atomic, fleet-wide half of the rule, and
// `left` here only saves a wait that would end in a refusal. A 429 is never retried.
import type { Random } from "../ground/runtime.ts";
import { laneFloorPercent } from "./budget.ts";

/** How many repetitions remain and the upper bound of the next wait. Immutable: `next` makes another. */
export type Backoff = { readonly triesLeft: number; readonly ceilingMs: number };

/** One repetition, after 0 to 200 ms. */
export const firstBackoff: Backoff = { triesLeft: 1, ceilingMs: 200 };

/** No wait is longer than this, however often the ceiling doubles. */
export const backoffMsMax = 1_000;

/** A call needs at least so long before its deadline to be worth sending. */
export const attemptMsMin = 500;

/** The back-off after one more try: the ceiling doubles up to `backoffMsMax`. */
export function next(backoff: Backoff): Backoff {
  return {
    triesLeft: Math.max(0, backoff.triesLeft - 1),
    ceilingMs: Math.min(backoffMsMax, backoff.ceilingMs * 2),
  };
}

export type RetrySituation = {
  /** As the client judged the failure. */
  retriable: boolean;
  backoff: Backoff;
  /** Calls left in the budget, from the last grant, out of `requests`. */
  left: number;
  requests: number;
  /** Epoch milliseconds. */
  now: number;
  deadlineAt: number;
};

export type RetryDecision =
  | { retry: true; delayMs: number; backoff: Backoff }
  | { retry: false; because: "not_retriable" | "tries_spent" | "budget_low" | "deadline_near" };

/** Full jitter: the wait is anywhere from 0 to the ceiling, so that callers who failed together do not return together. */
export function decideRetry(situation: RetrySituation, random: Random): RetryDecision {
  const { retriable, backoff, left, requests, now, deadlineAt } = situation;
  if (!retriable) return { retry: false, because: "not_retriable" };
  if (backoff.triesLeft <= 0) return { retry: false, because: "tries_spent" };
  if (left * 100 <= requests * laneFloorPercent.retry) return { retry: false, because: "budget_low" };
  const delayMs = Math.floor(random() * Math.min(backoffMsMax, backoff.ceilingMs));
  if (now + delayMs + attemptMsMin > deadlineAt) return { retry: false, because: "deadline_near" };
  return { retry: true, delayMs, backoff: next(backoff) };
}
