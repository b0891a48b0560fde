// How many streams one client and this process may have open. A stream costs memory for as long as it lasts, so streams are counted while
// they are open.
import { fail, ok, type Result } from "../ground/errors.ts";

export type StreamPlaces = {
  /** A place for a stream of a client; the returned function gives it back, once. */
  take(client: string): Result<() => void>;
};

/** Of one client. */
export const streamsPerClient = 10;
/** In this process. */
export const streamsMax = 10_000;
const retryAfterSeconds = 30;

export function createStreamPlaces(): StreamPlaces {
  const byClient = new Map<string, number>();
  let total = 0;

  return {
    take(client) {
      const own = byClient.get(client) ?? 0;
      if (own >= streamsPerClient) {
        const quota = streamsPerClient;
        return fail({
          code: "rate_limited",
          policy: "streams",
          quota,
          windowSeconds: retryAfterSeconds,
          retryAfterSeconds,
        });
      }
      if (total >= streamsMax) return fail({ code: "streams_exhausted", retryAfterSeconds });
      byClient.set(client, own + 1);
      total += 1;
      let isTaken = true;
      return ok(() => {
        if (!isTaken) return;
        isTaken = false;
        total -= 1;
        const left = (byClient.get(client) ?? 1) - 1;
        if (left > 0) byClient.set(client, left);
        else byClient.delete(client);
      });
    },
  };
}
