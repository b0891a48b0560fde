// The buckets of the clients that this process knows: `perMinute` tickets in a burst, refilled evenly.
//
// One number says all about a bucket: when it will be full again. Bounded; whoever has been idle longest is forgotten first.
import { createBoundedMap } from "../ground/bounded-map.ts";

export type Bucket = { fullAt: number; movedAt: number };

export type Buckets = {
  of(client: string, now: number): Bucket;
  /** Takes a ticket and returns 0, or takes none and returns the ms until there will be one. */
  take(bucket: Bucket, now: number): number;
  giveBack(bucket: Bucket): void;
  /** Whole tickets that are left. */
  left(bucket: Bucket, now: number): number;
};

export const minuteMs = 60_000;

const clientsMax = 50_000;
/** Further ahead than any bucket is filled: the clock was set back, and by more than a little. */
const farMs = 2 * minuteMs;
/** The order of idleness is kept to the second: moving a client to the end at each hit would be most of what a hit costs here. */
const moveAfterMs = 1_000;

export function createBuckets(perMinute: number): Buckets {
  const ticketMs = minuteMs / perMinute;
  /** Of adding up fractions of a millisecond. */
  const slackMs = Math.min(1, ticketMs / 2);
  const buckets = createBoundedMap<string, Bucket>({ entriesMax: clientsMax });

  return {
    of(client, now) {
      const known = buckets.get(client);
      if (known && Math.abs(now - known.movedAt) < moveAfterMs) return known;
      const bucket = known ?? { fullAt: now, movedAt: now };
      bucket.movedAt = now;
      buckets.set(client, bucket);
      return bucket;
    },
    take(bucket, now) {
      // A clock that was set back must not keep a client out for longer than a bucket takes to fill.
      if (bucket.fullAt > now + farMs) bucket.fullAt = now + minuteMs;
      const next = Math.max(now, bucket.fullAt) + ticketMs;
      const overMs = next - now - minuteMs;
      if (overMs > slackMs) return overMs;
      bucket.fullAt = next;
      return 0;
    },
    giveBack(bucket) {
      bucket.fullAt -= ticketMs;
    },
    left(bucket, now) {
      return Math.max(0, Math.floor((minuteMs + slackMs - (bucket.fullAt - now)) / ticketMs));
    },
  };
}
