// How often one client may ask: a token bucket in this process, and on Workers a ceiling for all isolates of a location.
//
// This protects the process, cheaply. What protects the account and other clients is the client's share of the budget, which is counted
// where calls are granted: docs/decisions/limits-for-clients.md.
import type { RateLimited } from "../ground/errors.ts";
import type { Clock, Report } from "../ground/runtime.ts";
import { createBuckets } from "./buckets.ts";

/** `remaining` as far as this process knows. `resetSeconds`: until the whole limit is there again, 1 at least. */
export type Allowance = { code: "allowed"; remaining: number; resetSeconds: number };

export type ClientLimiter = {
  readonly policy: RateLimited["policy"];
  readonly perMinute: number;
  /** Counts one in this process, at once: all that a hit asks. */
  take(client: string): Allowance | RateLimited;
  /** Takes back what was counted last for this client: it turned out to cost nothing. */
  giveBack(client: string): void;
  /** Counts one and asks the ceiling too, where there is one: for what goes further than memory. Never rejects. */
  takeBelowCeiling(client: string): Promise<Allowance | RateLimited>;
};

/** A coarse limit above the one here, shared by many processes. Never rejects, and answers within a tenth of a second. */
export type Ceiling = { ask(client: string): Promise<"granted" | "refused" | "failed"> };

export type ClientLimiterDeps = {
  clock: Pick<Clock, "now">;
  /** Names what is counted. */
  policy: "requests" | "checks";
  /** In a burst, refilled evenly. */
  perMinute: number;
  ceiling?: Ceiling | undefined;
  /** While the ceiling fails, `closed` refuses what would have asked it; `open` goes on with the bucket here. */
  whenFailed?: "closed" | "open";
  report: Report;
};

const windowSeconds = 60;
/** A ceiling that failed is left alone for so long: nobody else waits to find it out. */
const pauseMs = 1_000;
/** The ceiling does not say when a client may come again. */
const ceilingWaitMs = 59_000;

export function createClientLimiter(deps: ClientLimiterDeps): ClientLimiter {
  const { clock, policy, perMinute, ceiling, whenFailed = "open", report } = deps;
  const buckets = createBuckets(perMinute);
  /** While the ceiling fails: when it is asked again. */
  let askAgainAt: number | undefined;

  const refusal = (waitMs: number): RateLimited => ({
    code: "rate_limited",
    policy,
    quota: perMinute,
    windowSeconds,
    retryAfterSeconds: secondsOf(waitMs),
  });

  function take(client: string): Allowance | RateLimited {
    const now = clock.now();
    const bucket = buckets.of(client, now);
    const waitMs = buckets.take(bucket, now);
    if (waitMs > 0) return refusal(waitMs);
    return { code: "allowed", remaining: buckets.left(bucket, now), resetSeconds: secondsOf(bucket.fullAt - now) };
  }

  const giveBack = (client: string) => buckets.giveBack(buckets.of(client, clock.now()));

  /** How the ceiling is, is known of all clients together: a state that lasts is reported once. */
  async function askCeiling(asked: Ceiling, client: string): Promise<"granted" | "refused" | "failed"> {
    const now = clock.now();
    const hasFailed = askAgainAt !== undefined;
    if (askAgainAt !== undefined && askAgainAt > now && askAgainAt - now <= pauseMs) return "failed";
    if (hasFailed) askAgainAt = now + pauseMs;
    const answer = await asked.ask(client);
    const isNew = answer === "failed" && askAgainAt === undefined;
    askAgainAt = answer === "failed" ? clock.now() + pauseMs : undefined;
    if (isNew) report({ type: "limiter.failed", policy });
    return answer;
  }

  return {
    policy,
    perMinute,
    take,
    giveBack,
    async takeBelowCeiling(client) {
      const own = take(client);
      if (own.code === "rate_limited" || !ceiling) return own;
      const answer = await askCeiling(ceiling, client);
      if (answer === "granted" || (answer === "failed" && whenFailed === "open")) return own;
      giveBack(client);
      return refusal(answer === "refused" ? ceilingWaitMs : pauseMs);
    },
  };
}

const secondsOf = (ms: number) => Math.max(1, Math.ceil(ms / 1000));
