// The account's limit: an exact sliding window over all routes. The call that would be one too many blocks the account for
// a whole window length, from that moment; calls while blocked are refused, neither count nor extend the block.
//
// Arrivals are also counted apart, refused ones included, for the peak that tests ask about.

/** What an account may spend. */
export type RateBudget = { readonly requests: number; readonly windowSeconds: number };

/** The outcome of one arrival. `retryAfterSeconds` is the rest of the block, rounded up. */
export type Verdict =
  | { readonly admitted: true; readonly left: number; readonly resetSeconds: number }
  | { readonly admitted: false; readonly retryAfterSeconds: number };

export type RateLimit = {
  /** Takes one call at `nowMs` (epoch milliseconds, never going back). */
  arrive(nowMs: number): Verdict;
  /** The most calls that arrived within any one window, admitted or not. */
  peak(): number;
};

/** Arrivals of the last window, folded by millisecond: at most one entry per millisecond of the window. */
function createWindow(windowMs: number) {
  let entries: { atMs: number; calls: number }[] = [];
  let head = 0;
  let total = 0;
  return {
    /** Arrivals in (nowMs - window, nowMs]. */
    count(nowMs: number): number {
      for (let entry = entries[head]; entry && entry.atMs <= nowMs - windowMs; entry = entries[head]) {
        total -= entry.calls;
        head += 1;
      }
      if (head > 1024 && head * 2 > entries.length) {
        entries = entries.slice(head);
        head = 0;
      }
      return total;
    },
    add(nowMs: number): void {
      const last = entries.at(-1);
      if (last && entries.length > head && last.atMs === nowMs) last.calls += 1;
      else entries.push({ atMs: nowMs, calls: 1 });
      total += 1;
    },
    oldestMs: () => entries[head]?.atMs,
  };
}

export function createRateLimit(budget: RateBudget): RateLimit {
  const windowMs = budget.windowSeconds * 1000;
  const admitted = createWindow(windowMs);
  const arrived = createWindow(windowMs);
  let blockedUntilMs = -Infinity;
  let peak = 0;

  return {
    arrive(rawNowMs) {
      const nowMs = Math.floor(rawNowMs);
      arrived.add(nowMs);
      peak = Math.max(peak, arrived.count(nowMs));
      const used = admitted.count(nowMs);
      if (nowMs >= blockedUntilMs && used >= budget.requests) blockedUntilMs = nowMs + windowMs;
      if (nowMs < blockedUntilMs) {
        return { admitted: false, retryAfterSeconds: Math.ceil((blockedUntilMs - nowMs) / 1000) };
      }
      admitted.add(nowMs);
      const oldestMs = admitted.oldestMs() ?? nowMs;
      return {
        admitted: true,
        left: budget.requests - used - 1,
        resetSeconds: Math.max(1, Math.ceil((oldestMs + windowMs - nowMs) / 1000)),
      };
    },
    peak: () => peak,
  };
}
