// How long a page may be shown, and what a reader should do with the copy it found. Pure: time and chance are arguments.
//
// Freshness is decided by what is on the page (a running meeting changes every second, a closed month never), not by a
// header of the upstream, which sends none. The stores' own expiry is garbage collection only.
import { unbounded, type Bounds } from "./change-marks.ts";
import type { Random } from "../ground/runtime.ts";
import type { Volatility } from "../ground/volatility.ts";

/** All in seconds. `stale` counts from the end of freshness, `staleIfError` too; the larger of both is kept. */
export type FreshnessLimits = {
  freshSeconds: Readonly<Record<Volatility, number>>;
  staleSeconds: number;
  staleIfErrorSeconds: number;
};

/**
 * Epoch milliseconds; `fetchedAt <= freshUntil <= staleUntil <= errorUntil`. `position`: the head of the log of changes, taken before
 * the load began.
 */
export type Times = {
  position: number;
  fetchedAt: number;
  freshUntil: number;
  staleUntil: number;
  errorUntil: number;
};

const jitterShare = 0.1;

/** Largest difference between the clocks of two machines that a copy may show before it is refused. */
export const skewMsMax = 300_000;

/**
 * Stamps a page. `fetchedAt` is the moment the request left, so that `Age` counts the upstream's delay (RFC 9111 section
 * 4.2.3); freshness counts from `answeredAt`, so that a slow upstream does not make pages stale on arrival. Jitter of
 * ±10 % keeps pages that were loaded together from expiring together.
 */
export function stampTimes(
  moments: { position: number; fetchedAt: number; answeredAt: number },
  { volatility, freshSeconds, freshSecondsMax = Infinity, freshBefore = Infinity, expiresAt = Infinity }: Lasting,
  limits: FreshnessLimits,
  random: Random,
): Times {
  const { position, fetchedAt, answeredAt } = moments;
  const factor = 1 + jitterShare * (2 * random() - 1);
  const usualSeconds = limits.freshSeconds[volatility];
  const ownSeconds = freshSeconds === undefined ? usualSeconds : Math.min(freshSeconds, limits.freshSeconds.settled);
  const seconds = Math.min(ownSeconds, freshSecondsMax);
  const endsAt = Math.max(answeredAt, expiresAt - expiryMarginMs);
  const freshEnd = Math.min(answeredAt + Math.round(seconds * 1000 * factor), Math.max(answeredAt, freshBefore));
  const freshUntil = Math.min(freshEnd, endsAt);
  const staleUntil = Math.min(freshUntil + limits.staleSeconds * 1000, endsAt);
  const errorUntil = Math.max(staleUntil, freshUntil + limits.staleIfErrorSeconds * 1000);
  return { position, fetchedAt, freshUntil, staleUntil, errorUntil: Math.min(errorUntil, endsAt) };
}

/**
 * What decides how long a page lasts: its volatility, or seconds of its own, at most those of a settled page. It is fresh for
 * `freshSecondsMax` at most, and not after `freshBefore`. `expiresAt`: when something on it ends; five minutes before that it is not shown
 * any more, whatever happens. Moments are in epoch milliseconds.
 */
export type Lasting = {
  volatility: Volatility;
  freshSeconds?: number | undefined;
  freshSecondsMax?: number | undefined;
  freshBefore?: number | undefined;
  expiresAt?: number | undefined;
};

/** A link must last for whoever was just handed it. */
const expiryMarginMs = 300_000;

/**
 * The longest that any page of these limits is fresh after its answer, and may be shown after that while it is renewed, and while the
 * upstream fails; all in milliseconds.
 */
export function pageLifeMsMax({ freshSeconds, staleSeconds, staleIfErrorSeconds }: FreshnessLimits) {
  const longest = Math.max(freshSeconds.live, freshSeconds.recent, freshSeconds.settled);
  return {
    freshMs: Math.ceil(longest * 1000 * (1 + jitterShare)),
    staleMs: staleSeconds * 1000,
    errorMs: Math.max(staleSeconds, staleIfErrorSeconds) * 1000,
  };
}

/** What a reader serves, and whether and how it waits for a newer page. */
export type Verdict<Copy> =
  | { serve: "fresh"; load: "none"; copy: Copy }
  | { serve: "stale"; load: "background"; copy: Copy }
  | { serve: "old"; load: "soft"; copy: Copy }
  | { serve: "nothing"; load: "hard" };

/**
 * The verdict over a copy (or none) at `now`. A copy past `errorUntil` is as good as none. So is a copy from the future: after a clock
 * was set back, it would stay fresh for as long as the clock was moved. A copy fetched before `floor` is too old for this reader. `bounds`
 * are those of the log of changes: a copy from before a change is stale, one from before a hard purge is none.
 */
export function judge<Copy extends Times>(
  copy: Copy | undefined,
  now: number,
  bounds: Bounds = unbounded,
  floor = 0,
): Verdict<Copy> {
  if (!copy || now >= copy.errorUntil || copy.fetchedAt > now + skewMsMax) return nothing;
  if (copy.fetchedAt < floor || copy.position < bounds.shownFrom) return nothing;
  if (now < copy.freshUntil && copy.position >= bounds.freshFrom) return { serve: "fresh", load: "none", copy };
  if (now < copy.staleUntil) return { serve: "stale", load: "background", copy };
  return { serve: "old", load: "soft", copy };
}

const nothing = { serve: "nothing", load: "hard" } as const;

/** Whether a copy may still be shown at all. */
export function mayBeShown(copy: Times, now: number, bounds: Bounds = unbounded, floor = 0): boolean {
  return judge(copy, now, bounds, floor).serve !== "nothing";
}

/** Age in milliseconds, never negative: clocks of two locations may differ. */
export function ageMs(times: Times, now: number): number {
  return Math.max(0, now - times.fetchedAt);
}
