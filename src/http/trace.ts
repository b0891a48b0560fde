// One narration of a request: its events in order. `Cache-Status` and `Server-Timing` are rendered from it, the log line is it,
// and tests assert it.
import type { Event, Report } from "../ground/runtime.ts";

export type Trace = { readonly events: readonly Event[]; readonly report: Report };

export function createTrace(): Trace {
  const events: Event[] = [];
  return { events, report: (event) => void events.push(event) };
}

const seconds = (ms: number) => Math.round(ms / 1000);

/** What this cache is called in `Cache-Status`. */
export const cacheName = "rtk-bff";

/** `Cache-Status` of a page that is fresh for `ttlSeconds` more. */
export const hitStatusOf = (ttlSeconds: number): string => `${cacheName}; hit; ttl=${ttlSeconds}`;

/** RFC 9211. */
export function cacheStatusOf(events: readonly Event[]): string {
  let reason = "stale";
  let outcome = "";
  for (const event of events) {
    switch (event.type) {
      case "cache.hit":
        return hitStatusOf(Math.max(0, Math.floor(event.ttlMs / 1000)));
      case "cache.servedStale":
        // A page shown at once was never forwarded for; one shown after a wait was, in vain.
        return event.because === "revalidating"
          ? `${hitStatusOf(Math.min(0, seconds(event.ttlMs)))}; detail=revalidating`
          : `${cacheName}; fwd=stale; detail=${event.because}`;
      case "cache.missed":
        reason = "miss";
        break;
      case "load.served":
        outcome = event.via === "fetched" ? "; stored" : "; collapsed";
        break;
      default:
        break;
    }
  }
  return `${cacheName}; fwd=${reason}${outcome}`;
}

/** `Server-Timing` of a hit: nothing worth a number took place. */
export const hitServerTiming = "cache;desc=hit";

/** How long the whole answer took, and of that the wait for the load side. On Workers time moves only at I/O. */
export function serverTimingOf(events: readonly Event[], elapsedMs: () => number): string {
  if (events.some((event) => event.type === "cache.hit")) return hitServerTiming;
  let timing = `total;dur=${elapsedMs()}`;
  for (const event of events) {
    if (event.type === "load.served") timing += `, load;dur=${event.durationMs}`;
  }
  return timing;
}
