// One narration of a request: its events in order. `Cache-Status` and `Server-Timing` are rendered from it, the log line is it,
// and tests assert it.
import type { Event, Report } from "../runtime.ts";

export type Trace = { readonly events: readonly Event[]; readonly report: Report };

export function createTrace(): Trace {
  const events: Event[] = [];
  return { events, report: (event) => void events.push(event) };
}

const seconds = (ms: number) => Math.round(ms / 1000);

/** `Cache-Status` of a page that is fresh for `ttlSeconds` more; without them for whoever may not know how soon it changes. */
export function hitStatusOf(ttlSeconds: number | undefined): string {
  return ttlSeconds === undefined ? "rtk-bff; hit" : `rtk-bff; hit; ttl=${ttlSeconds}`;
}

/** RFC 9211, with the cache named `rtk-bff`. `tellsFreshness`: whether the reader may know how soon the page changes. */
export function cacheStatusOf(events: readonly Event[], tellsFreshness: boolean): string {
  let reason = "stale";
  let outcome = "";
  for (const event of events) {
    switch (event.type) {
      case "cache.hit":
        return hitStatusOf(tellsFreshness ? Math.max(0, Math.floor(event.ttlMs / 1000)) : undefined);
      case "cache.servedStale":
        if (!tellsFreshness) return event.because === "revalidating" ? hitStatusOf(undefined) : "rtk-bff; fwd=stale";
        // A page shown at once was never forwarded for; one shown after a wait was, in vain.
        return event.because === "revalidating"
          ? `rtk-bff; hit; ttl=${Math.min(0, seconds(event.ttlMs))}; detail=revalidating`
          : `rtk-bff; fwd=stale; detail=${event.because}`;
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
  return `rtk-bff; fwd=${reason}${outcome}`;
}

/** `Server-Timing` of a hit: nothing worth a number took place. */
export const hitServerTiming = "cache;desc=hit";

/** How long the whole answer took, and of that the wait for the load side. On Workers time moves only at I/O. */
export function serverTimingOf(events: readonly Event[], durationMs: number): string {
  if (events.some((event) => event.type === "cache.hit")) return hitServerTiming;
  let timing = `total;dur=${durationMs}`;
  for (const event of events) {
    if (event.type === "load.served") timing += `, load;dur=${event.durationMs}`;
  }
  return timing;
}
