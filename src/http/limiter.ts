// How often one client may ask: a token bucket here, and one count for all processes where there is something to count in.
//
// The bucket here answers at once and is the first to refuse. The count is told in slices of what was answered already, so that no
// hit waits for it; who has to wait for something anyway asks it before (`takeShared`). What it answers is put into the bucket here,
// which so never has more left than the fleet had a slice ago. docs/decisions/limits-for-clients.md has the sums.
//
// When the count fails: `open` goes on with the bucket here, `closed` with this process's share of the limit.
import { attempt, settleWithin } from "../cache/deadline.ts";
import type { Failure } from "../errors.ts";
import type { Clock, Defer, Report } from "../runtime.ts";
import { createBuckets, minuteMs } from "./limiter-buckets.ts";
import type { Bucket } from "./limiter-buckets.ts";

export type RateLimited = Extract<Failure, { code: "rate_limited" }>;

/** `remaining` as far as this process knows. `resetSeconds`: until the whole limit is there again, 1 at least. */
export type Allowance = { code: "allowed"; remaining: number; resetSeconds: number };

export type ClientLimiter = {
  readonly policy: RateLimited["policy"];
  readonly perMinute: number;
  /**
   * Counts one in this process, at once; tells the fleet's count in the background where there is one. The hit path asks this.
   * `keep`: the part of the limit, below 1, that is not for this; all of it is unless given.
   */
  take(client: string, defer: Defer, keep?: number): Allowance | RateLimited;
  /**
   * Counts one for the whole fleet, waiting for the answer (at most 250 ms) where there is something to ask. Never rejects. What is kept
   * is looked at in this process alone.
   */
  takeShared(client: string, keep?: number): Promise<Allowance | RateLimited>;
};

/** `fullInMs`: until the client's allowance is whole again, where the count can tell. */
export type Spent =
  | { state: "granted"; fullInMs?: number }
  | { state: "refused"; retryAfterSeconds: number }
  | { state: "failed" };

/** A count that all processes share. */
export type FleetCount = {
  /**
   * Spends `count`, of which `served` were answered already: these count in any case, the others only if they are granted.
   * "refused": nothing is left for one more. A rejection counts as "failed".
   */
  spend(client: string, count: number, served: number): Promise<Spent>;
  /**
   * A coarse limit above the one here: asked only by `takeShared`, one request at a time. When it fails, `closed` refuses what would
   * have asked it: there is no share to fall back on.
   */
  readonly isCeiling?: boolean;
};

export type ClientLimiterDeps = {
  clock: Clock;
  /** Names what is counted. */
  policy: RateLimited["policy"];
  /** In a burst, refilled evenly. */
  perMinute: number;
  fleet?: FleetCount | undefined;
  whenFailed: "closed" | "open";
  /** Among how many processes the limit is divided when the count fails and `closed` applies. Each keeps one a minute at least. */
  share: number;
  report: Report;
};

const answerMsMax = 250;
/** A count that failed is left alone for so long: nobody else waits to find it out. */
const pauseMs = 1_000;

export function createClientLimiter(deps: ClientLimiterDeps): ClientLimiter {
  const { clock, policy, perMinute, fleet, whenFailed, share, report } = deps;
  const buckets = createBuckets(perMinute);
  const sliceCount = sliceOf(perMinute, share);
  /** While the count fails: when it is asked again. */
  let askAgainAt: number | undefined;

  const isPaused = (now: number) => askAgainAt !== undefined && askAgainAt > now && askAgainAt - now <= pauseMs;
  const weightNow = () => (askAgainAt !== undefined && whenFailed === "closed" && !fleet?.isCeiling ? share : 1);

  function refusal(waitMs: number): RateLimited {
    return { code: "rate_limited", policy, perMinute, retryAfterSeconds: secondsOf(waitMs) };
  }

  function allowance(bucket: Bucket, now: number, weight: number): Allowance {
    const remaining = buckets.left(bucket, now, weight);
    return { code: "allowed", remaining, resetSeconds: secondsOf(bucket.fullAt - now) };
  }

  function takeHere(bucket: Bucket, now: number, keep = 0): Allowance | RateLimited {
    const weight = weightNow();
    if (keep > 0 && buckets.left(bucket, now, weight) <= (keep * perMinute) / weight) return refusal(pauseMs);
    const waitMs = buckets.take(bucket, now, weight);
    return waitMs > 0 ? refusal(waitMs) : allowance(bucket, now, weight);
  }

  /** How the count is, is known of all clients together: a state that lasts is reported once. */
  async function ask(count: FleetCount, client: string, spent: number, served: number): Promise<Spent> {
    if (askAgainAt !== undefined) askAgainAt = clock.now() + pauseMs;
    const work = attempt(() => count.spend(client, spent, served));
    const settled = await settleWithin(work, answerMsMax, clock);
    const answer: Spent = settled.state === "value" ? settled.value : { state: "failed" };
    const hadFailed = askAgainAt !== undefined;
    askAgainAt = answer.state === "failed" ? clock.now() + pauseMs : undefined;
    if (answer.state === "failed" && !hadFailed) report({ type: "limiter.failed", policy });
    return answer;
  }

  /** What the count has against the client, the bucket here has from now on: its level, never its answer's advantage. */
  function learn(bucket: Bucket, answer: Spent): void {
    const now = clock.now();
    if (answer.state === "refused") buckets.emptyUntil(bucket, now + answer.retryAfterSeconds * 1000);
    if (answer.state === "granted") bucket.fullAt = Math.max(bucket.fullAt, now + (answer.fullInMs ?? 0));
  }

  /** One more was answered. True when there is a slice to tell; what took more than a minute to come together is not worth it. */
  function isSliceFull(bucket: Bucket, now: number): boolean {
    if (bucket.untold === 0 || Math.abs(now - bucket.untoldSince) >= minuteMs) {
      bucket.untold = 0;
      bucket.untoldSince = now;
    }
    bucket.untold += 1;
    return bucket.untold >= sliceCount;
  }

  function takeUntold(bucket: Bucket): number {
    const { untold } = bucket;
    bucket.untold = 0;
    return untold;
  }

  async function tell(count: FleetCount, client: string, bucket: Bucket): Promise<void> {
    const served = takeUntold(bucket);
    learn(bucket, await ask(count, client, served, served));
  }

  async function takeAtCeiling(count: FleetCount, client: string, bucket: Bucket, own: Allowance) {
    const answer: Spent = isPaused(clock.now()) ? { state: "failed" } : await ask(count, client, 1, 0);
    if (answer.state === "granted" || (answer.state === "failed" && whenFailed === "open")) return own;
    buckets.giveBack(bucket, 1);
    return refusal(answer.state === "refused" ? answer.retryAfterSeconds * 1000 : pauseMs);
  }

  async function takeInCount(count: FleetCount, client: string, bucket: Bucket, own: Allowance) {
    if (isPaused(clock.now())) return own;
    const weight = weightNow();
    const served = takeUntold(bucket);
    const answer = await ask(count, client, served + 1, served);
    // What is granted is in the bucket already; what is not must leave it, or be weighed anew.
    if (answer.state !== "granted") buckets.giveBack(bucket, weight);
    learn(bucket, answer);
    const now = clock.now();
    switch (answer.state) {
      case "granted":
        return allowance(bucket, now, weight);
      case "refused":
        return refusal(answer.retryAfterSeconds * 1000);
      case "failed":
        return takeHere(bucket, now);
    }
  }

  return {
    policy,
    perMinute,
    take(client, defer, keep) {
      const now = clock.now();
      const bucket = buckets.of(client, now);
      const verdict = takeHere(bucket, now, keep);
      if (verdict.code === "rate_limited" || !fleet || fleet.isCeiling) return verdict;
      const isDue = isSliceFull(bucket, now) || askAgainAt !== undefined;
      if (isDue && !isPaused(now)) defer(tell(fleet, client, bucket));
      return verdict;
    },
    async takeShared(client, keep) {
      const now = clock.now();
      const bucket = buckets.of(client, now);
      const own = takeHere(bucket, now, keep);
      if (own.code === "rate_limited" || !fleet) return own;
      return fleet.isCeiling ? takeAtCeiling(fleet, client, bucket, own) : takeInCount(fleet, client, bucket, own);
    },
  };
}

/** A tenth of the limit, 50 at most; and all processes' slices together are no more than the limit. */
function sliceOf(perMinute: number, share: number): number {
  return Math.max(1, Math.min(50, Math.floor(perMinute / Math.max(10, share))));
}

const secondsOf = (ms: number) => Math.max(1, Math.ceil(ms / 1000));

/** The two header values of draft-ietf-httpapi-ratelimit-headers-10. */
export function rateLimitHeaders(
  { policy, perMinute }: Pick<ClientLimiter, "policy" | "perMinute">,
  { remaining, resetSeconds }: Allowance,
): { ratelimit: string; "ratelimit-policy": string } {
  return {
    ratelimit: `"${policy}";r=${remaining};t=${resetSeconds}`,
    "ratelimit-policy": `"${policy}";q=${perMinute};w=60`,
  };
}

const addressLengthMax = 64;

/** The client that an address stands for: IPv4 as it is, IPv6 by its first four groups; "unknown" where there is none. */
export function clientOf(address: string | undefined): string {
  if (!address || address.length > addressLengthMax) return "unknown";
  if (!address.includes(":")) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  const [head = "", tail] = address.split("%", 1)[0]?.split("::") ?? [];
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    const tailGroups = tail === "" ? [] : tail.split(":");
    while (groups.length + tailGroups.length < 8) groups.push("0");
    groups.push(...tailGroups);
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, "").toLowerCase())
    .join(":")}::/64`;
}
