// May this call leave? An exact sliding window over the calls that already left, shared by everybody who spends the
// same account's limit. Each call is remembered with the client that caused it, and no client causes more than its share in a window,
// for whatever reason it asks: docs/decisions/limits-for-clients.md.
//
// The centre is pure: `admit`, `frozen` and `hinted` take a plain, serialisable state and return the next one, so that an
// adapter only has to keep the value. A refusal returns the very same state (nothing to write); a grant copies at most
// `requests` numbers, which the budget itself bounds to `requests` copies per window. The upstream's own count is
// only ever a reason to go slower: its header is known to say 1,199 left whatever was spent.
import { quotaOf, quotaWithin } from "../limits/share.ts";
import type { Clock, Lane, Payer } from "../ground/runtime.ts";

/** Why a call wants to leave. `retry` is the one repetition of a failed call; it is an admission of its own. */
export type BudgetLane = Lane | "retry";

/** At most `requests` calls (1 or more) in any `windowMs` milliseconds. The account's own limit is 1,200 in 300 s. */
export type BudgetLimits = { readonly requests: number; readonly windowMs: number };

/** 1,080 in 300 s: nine tenths of the account's limit; the rest is for the dashboard and other tools. */
export const defaultBudgetLimits: BudgetLimits = { requests: 1_080, windowMs: 300_000 };

/**
 * What an answer's `Ratelimit` header said: calls left, seconds until that count starts anew, and the whole quota where
 * `Ratelimit-Policy` names it (without it lanes are measured against our own `requests`).
 */
export type RateLimitHint = { readonly remaining: number; readonly resetSeconds: number; readonly quota?: number };

export type Grant = { granted: true; left: number };
/**
 * `retryAfterSeconds` is the time, 1 or more, after which this lane is admitted if nobody else spends meanwhile. `share_spent`: of the `quota`
 * calls that this client may cause in a window, none is left for this lane; others may have theirs.
 */
export type Refusal = { granted: false; left: number; retryAfterSeconds: number } & (
  | { code: "budget_spent" | "upstream_limited" }
  | { code: "share_spent"; quota: number }
);
export type BudgetVerdict = Grant | Refusal;

export type Budget = {
  /** Spends one call, or refuses without spending. Without a payer nobody's share is counted. */
  take(lane: BudgetLane, payer?: Payer): Promise<BudgetVerdict>;
  /** Refuses every lane for `seconds` (clamped to 1 to 300; anything that is no number is 300). Never shortens a freeze. */
  freeze(seconds: number): Promise<void>;
  /** Remembers the newest header until its reset. It can lower what is left, never raise it. */
  hint(hint: RateLimitHint): Promise<void>;
};

/** A call that left at `at`, epoch milliseconds. */
export type Call = { readonly at: number; readonly client?: string | undefined };

/** `calls` ascends and holds one entry per call, those that left the window included. */
export type BudgetState = {
  readonly calls: readonly Call[];
  /** 0 when never frozen. */
  readonly frozenUntil: number;
  readonly hint: { readonly remaining: number; readonly quota: number | null; readonly until: number } | null;
};

export const unspentBudget: BudgetState = { calls: [], frozenUntil: 0, hint: null };

/** A lane is admitted while more than this percentage of the budget is left: new questions never take the last quarter. */
export const laneFloorPercent: Readonly<Record<BudgetLane, number>> = {
  old: 0,
  refresh: 10,
  retry: 20,
  cold: 25,
  warm: 50,
};

/** The account's block lasts five minutes, so nothing the upstream says can bind us for longer. */
const bindingSecondsMax = 300;

/** Decides one call at `now`. A call made at t leaves the window at t + windowMs exactly. */
export function admit(
  stored: BudgetState,
  lane: BudgetLane,
  now: number,
  limits: BudgetLimits,
  payer?: Payer,
): { verdict: BudgetVerdict; state: BudgetState } {
  const state = withoutFuture(stored, now);
  const { calls } = state;
  const expired = countUntil(calls, now - limits.windowMs);
  const ownLeft = Math.max(0, limits.requests - (calls.length - expired));
  const hint = state.hint !== null && state.hint.until > now ? state.hint : null;
  const left = hint === null ? ownLeft : Math.min(ownLeft, hint.remaining);

  let admittedAt = Math.max(now, state.frozenUntil);
  // The lane needs so many calls left; each call too few means waiting for one more of the oldest to leave the window.
  const tooFew = leftNeeded(lane, limits.requests) - (limits.requests - (calls.length - expired));
  if (tooFew > 0) {
    admittedAt = Math.max(admittedAt, (calls[expired + tooFew - 1]?.at ?? now) + limits.windowMs);
  }
  if (hint !== null && hint.remaining < leftNeeded(lane, hint.quota ?? limits.requests)) {
    admittedAt = Math.max(admittedAt, hint.until);
  }

  const quota = payer ? quotaOf(limits.requests, payer) : 0;
  const shareAt = payer ? shareFreeAt(calls.slice(expired), payer, quotaWithin(quota, lane), limits.windowMs) : 0;
  const at = Math.max(admittedAt, shareAt);
  if (at > now) {
    const retryAfterSeconds = Math.max(1, Math.ceil((at - now) / 1000));
    const refusal = { granted: false, left, retryAfterSeconds } as const;
    if (state.frozenUntil > now) return { verdict: { ...refusal, code: "upstream_limited" }, state };
    // What binds longest is told.
    if (shareAt > admittedAt) return { verdict: { ...refusal, code: "share_spent", quota }, state };
    return { verdict: { ...refusal, code: "budget_spent" }, state };
  }
  return {
    verdict: { granted: true, left: left - 1 },
    state: {
      calls: [...calls.slice(expired), payer ? { at: now, client: payer.client } : { at: now }],
      frozenUntil: state.frozenUntil,
      hint: hint === null ? null : { ...hint, remaining: hint.remaining - 1 },
    },
  };
}

/** The state after a 429 that asks for `seconds` of silence. */
export function frozen(state: BudgetState, seconds: number, now: number): BudgetState {
  const bounded = Number.isNaN(seconds) ? bindingSecondsMax : Math.min(bindingSecondsMax, Math.max(1, seconds));
  // What was spent stays as it is: a clock set back is a matter for the next call, which counts it as made then.
  const { frozenUntil } = withoutFuture(state, now);
  return { ...state, frozenUntil: Math.max(frozenUntil, now + Math.ceil(bounded * 1000)) };
}

/** The state after an answer with a `Ratelimit` header. The newest replaces an older one; junk changes nothing. */
export function hinted(state: BudgetState, hint: RateLimitHint, now: number): BudgetState {
  const { remaining, resetSeconds, quota } = hint;
  if (!Number.isFinite(remaining) || !Number.isFinite(resetSeconds)) return state;
  const seconds = Math.min(bindingSecondsMax, Math.max(0, resetSeconds));
  return {
    ...state,
    hint: {
      remaining: Math.max(0, Math.floor(remaining)),
      quota: quota !== undefined && quota >= 1 && Number.isFinite(quota) ? Math.floor(quota) : null,
      until: now + Math.ceil(seconds * 1000),
    },
  };
}

/** The budget of one process. State dies with it: right for tests and for a single Node process. */
export function createMemoryBudget(deps: { clock: Pick<Clock, "now">; limits?: BudgetLimits }): Budget {
  const { clock, limits = defaultBudgetLimits } = deps;
  let state = unspentBudget;
  return {
    take: async (lane, payer) => {
      const admission = admit(state, lane, clock.now(), limits, payer);
      state = admission.state;
      return admission.verdict;
    },
    freeze: async (seconds) => {
      state = frozen(state, seconds, clock.now());
    },
    hint: async (hint) => {
      state = hinted(state, hint, clock.now());
    },
  };
}

/** When the client may cause a call again: once so many of its calls have left the window that fewer than `allowed` are in it. */
function shareFreeAt(inWindow: readonly Call[], { client }: Payer, allowed: number, windowMs: number): number {
  // Nobody has caused so many calls before so many were made at all.
  if (inWindow.length < allowed) return 0;
  const own = inWindow.filter((call) => call.client === client);
  const last = own[own.length - allowed];
  return last ? last.at + windowMs : 0;
}

/** Whole calls that must be left for a lane to be admitted: more than its floor, and one at the least. */
export function leftNeeded(lane: BudgetLane, whole: number): number {
  return Math.floor((whole * laneFloorPercent[lane]) / 100) + 1;
}

/**
 * A clock set back would make calls of the "future" bind for longer than a window. Each is taken as made now instead: it
 * was made no later than that, so the window stays safe, and nothing binds for more than one window.
 */
function withoutFuture(state: BudgetState, now: number): BudgetState {
  const bindingUntilMax = now + bindingSecondsMax * 1000;
  const isSane =
    (state.calls.at(-1)?.at ?? now) <= now &&
    state.frozenUntil <= bindingUntilMax &&
    (state.hint?.until ?? now) <= bindingUntilMax;
  if (isSane) return state;
  return {
    calls: state.calls.map((call) => (call.at <= now ? call : { ...call, at: now })),
    frozenUntil: Math.min(state.frozenUntil, bindingUntilMax),
    hint: state.hint === null ? null : { ...state.hint, until: Math.min(state.hint.until, bindingUntilMax) },
  };
}

/** How many of the ascending calls left at or before `at`. */
function countUntil(calls: readonly Call[], at: number): number {
  let low = 0;
  let high = calls.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((calls[middle]?.at ?? at) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
