// From an entry to an answer: status and headers of a page.
import { ageMs } from "../cache/freshness.ts";
import type { Entry } from "../cache/store.ts";
import type { Sent } from "./encodings.ts";
import { etagMatches } from "./etag.ts";
import type { Exchange } from "./exchange.ts";
import { encodingHeaders } from "./headers.ts";
import type { AnswerHeaders } from "./headers.ts";
import { cacheName, cacheStatusOf, hitServerTiming, hitStatusOf, serverTimingOf } from "./trace.ts";

/** What an answer with a page needs of its request. `limits` says what is left of the client's allowance. */
export type PageContext = {
  /** The page's body and ETag as they go out. */
  sent: Sent;
  ifNoneMatch: string | undefined;
  limits: AnswerHeaders;
  now: number;
  /** Whether the reader may know how long the page is fresh: that tells the status of its sessions. */
  tellsFreshness: boolean;
};

/** The answer with a page, or a 304; where the page came from is read off the exchange's events. */
export function pageAnswer<Answer>(
  exchange: Exchange<Answer>,
  entry: Entry,
  { sent, ifNoneMatch, limits, now, tellsFreshness }: PageContext,
): Answer {
  const { events } = exchange.trace;
  const headers: AnswerHeaders = {
    ...limits,
    ...pageHeaders(sent, shownAge(entry, now, tellsFreshness)),
    ...(tellsFreshness
      ? { "cache-status": cacheStatusOf(events), "server-timing": serverTimingOf(events, exchange.elapsedMs()) }
      : untold),
  };
  if (etagMatches(ifNoneMatch, sent.etag)) return exchange.answer(304, null, headers);
  return exchange.answer(200, sent.body, { ...headers, ...contentHeaders(sent) });
}

/** The same headers for a page that was fresh in memory: they change with the second and not with the request. No `ttlSeconds`: untold. */
export function hitHeaders(sent: Sent, ageSeconds: number, ttlSeconds: number | undefined): AnswerHeaders {
  return {
    ...pageHeaders(sent, ageSeconds),
    ...(ttlSeconds === undefined
      ? untold
      : { "cache-status": hitStatusOf(ttlSeconds), "server-timing": hitServerTiming }),
  };
}

/** For whoever may not know how long the page is fresh. Even `hit` would tell: a live page stops being one sooner than others. */
const untold: AnswerHeaders = { "cache-status": cacheName };

/** Seconds; whole minutes for whoever may not know how long the page is fresh. */
export function shownAge(entry: Entry, now: number, tellsFreshness: boolean): number {
  const seconds = Math.floor(ageMs(entry, now) / 1000);
  return tellsFreshness ? seconds : seconds - (seconds % 60);
}

/** What says how to read the body: not on an answer that has none. */
export function contentHeaders({ encoding }: Sent): AnswerHeaders {
  return { "content-type": "application/json", ...encodingHeaders(encoding) };
}

function pageHeaders({ etag }: Sent, ageSeconds: number): AnswerHeaders {
  return {
    // A browser may keep the page but asks each time; the ETag makes that a 304.
    "cache-control": "private, no-cache",
    etag,
    age: String(ageSeconds),
  };
}
