// Places for what goes on for a while and costs memory for as long: so many for one client, and so many in this process. Counted while they
// are taken, and no longer than such a thing can last: a platform may drop a request without a word.
import type { Clock } from "../ground/runtime.ts";
import { fail, ok, type Failure, type RateLimited, type Result } from "../ground/errors.ts";

export type Places = {
  /** A place for a client; the returned function gives it back, once. */
  take(client: string): Result<() => void>;
};

export type PlaceLimits = {
  /** What is counted. */
  policy: RateLimited["policy"];
  perClient: number;
  inProcess: number;
  /** When there is likely to be one again. */
  retryAfterSeconds: number;
  /** The process has no place for anybody. */
  exhausted: Failure;
  /** A place that was taken so long ago is free. */
  lastsMs: number;
};

export function createPlaces(limits: PlaceLimits, clock: Pick<Clock, "now">): Places {
  const { policy, perClient, inProcess, retryAfterSeconds, exhausted, lastsMs } = limits;
  const byClient = new Map<string, number>();
  /** The oldest first. */
  const taken = new Map<() => void, number>();

  function giveBackOld(now: number): void {
    for (const [giveBack, at] of taken) {
      if (Math.abs(now - at) < lastsMs) return;
      giveBack();
    }
  }

  return {
    take(client) {
      const now = clock.now();
      giveBackOld(now);
      const own = byClient.get(client) ?? 0;
      if (own >= perClient) {
        const windowSeconds = retryAfterSeconds;
        return fail({ code: "rate_limited", policy, quota: perClient, windowSeconds, retryAfterSeconds });
      }
      if (taken.size >= inProcess) return fail(exhausted);
      byClient.set(client, own + 1);
      const giveBack = () => {
        if (!taken.delete(giveBack)) return;
        const left = (byClient.get(client) ?? 1) - 1;
        if (left > 0) byClient.set(client, left);
        else byClient.delete(client);
      };
      taken.set(giveBack, now);
      return ok(giveBack);
    },
  };
}
