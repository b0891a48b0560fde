// A fetch like the page source's, without bytes: nothing leaves without the breaker's and the budget's leave, and a 429 freezes.
import type { FetchedPage, FetchPage } from "../../src/cache/page-loader.ts";
import type { Result } from "../../src/ground/errors.ts";
import type { Payer } from "../../src/ground/runtime.ts";
import type { Breaker } from "../../src/upstream/breaker.ts";
import type { Budget } from "../../src/upstream/budget.ts";
import type { Ask } from "./cache-rig.ts";
import { never } from "./cache-rig.ts";

export type GuardedFetchParts = {
  breaker: Breaker;
  budget: Budget;
  windowMs: number;
  /** A place that was shut down sends nothing and answers nobody. */
  isAlive: () => boolean;
  call(key: string, deadlineAt: number, payer: Payer | undefined): Promise<Result<FetchedPage>>;
};

export function createGuardedFetch({ breaker, budget, windowMs, isAlive, call }: GuardedFetchParts): FetchPage<Ask> {
  return async ({ key }, { lane, payer, deadlineAt }) => {
    if (!isAlive()) return never();
    const passage = breaker.enter();
    if (!passage.pass) {
      return { ok: false, failure: { code: "circuit_open", retryAfterSeconds: passage.retryAfterSeconds } };
    }
    const verdict = await budget.take(lane, payer);
    if (!verdict.granted) {
      passage.settle("unknown");
      const { retryAfterSeconds } = verdict;
      if (verdict.code !== "share_spent") return { ok: false, failure: { code: verdict.code, retryAfterSeconds } };
      const limit = { policy: "budget", quota: verdict.quota, windowSeconds: windowMs / 1000 } as const;
      return { ok: false, failure: { code: "rate_limited", ...limit, retryAfterSeconds } };
    }
    let health: Parameters<typeof passage.settle>[0] = "unknown";
    try {
      const fetched = await call(key, deadlineAt, payer);
      if (!isAlive()) return await never();
      const code = fetched.ok ? undefined : fetched.failure.code;
      health = code === "upstream_failed" || code === "upstream_timeout" ? "unwell" : "well";
      if (!fetched.ok && fetched.failure.code === "upstream_limited") {
        await budget.freeze(fetched.failure.retryAfterSeconds);
      }
      return fetched;
    } finally {
      passage.settle(health);
    }
  };
}
