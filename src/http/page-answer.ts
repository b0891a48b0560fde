// From an entry to an answer: status and headers of a page, and the same ones again for the next hit.
//
// Many hits in a row differ in nothing but the request id: same page, same age in seconds, same origin. Their headers are made
// once and kept with the entry, for as long as nothing in them changes.
import type { Entry } from "../cache/store.ts";
import { ageMs } from "../cache/freshness.ts";
import { etagMatches } from "./etag.ts";
import type { Exchange } from "./exchange.ts";
import { prepareHeaders } from "./headers.ts";
import type { AnswerHeaders, PrepareAnswer, PreparedAnswer } from "./headers.ts";
import { cacheStatusOf, hitStatusOf, serverTimingOf } from "./trace.ts";

export type PageAnswers = {
  /** The answer to a reader whose page was fresh in memory. */
  hit(exchange: Exchange, entry: Entry, ifNoneMatch: string | undefined, now: number): Response;
  /** The answer to any other reader; where the page came from is read off the exchange's events. */
  page(exchange: Exchange, entry: Entry, ifNoneMatch: string | undefined, now: number): Response;
};

type Prepared = { ageSeconds: number; ttlSeconds: number; byOrigin: Map<string, PreparedAnswer> };

/** Few origins are allowed, and all others share the answer of a page without one. `prepareAnswer` is the platform's way. */
export function createPageAnswers(prepareAnswer: PrepareAnswer = prepareHeaders): PageAnswers {
  const preparedOf = new WeakMap<Entry, Prepared>();

  function prepared(exchange: Exchange, entry: Entry, now: number): PreparedAnswer {
    const ageSeconds = Math.floor(ageMs(entry, now) / 1000);
    const ttlSeconds = Math.max(0, Math.floor((entry.freshUntil - now) / 1000));
    let known = preparedOf.get(entry);
    if (!known || known.ageSeconds !== ageSeconds || known.ttlSeconds !== ttlSeconds) {
      known = { ageSeconds, ttlSeconds, byOrigin: new Map() };
      preparedOf.set(entry, known);
    }
    const origin = exchange.cors["access-control-allow-origin"] ?? "";
    let answerWith = known.byOrigin.get(origin);
    if (!answerWith) {
      answerWith = prepareAnswer(exchange.cors, pageHeaders(entry, ageSeconds), {
        "cache-status": hitStatusOf(ttlSeconds),
        "content-type": "application/json",
        "server-timing": serverTimingOf(exchange.trace.events, 0),
      });
      known.byOrigin.set(origin, answerWith);
    }
    return answerWith;
  }

  function page(exchange: Exchange, entry: Entry, ifNoneMatch: string | undefined, now: number): Response {
    const { events } = exchange.trace;
    const headers: AnswerHeaders = {
      ...pageHeaders(entry, Math.floor(ageMs(entry, now) / 1000)),
      "cache-status": cacheStatusOf(events),
      "server-timing": serverTimingOf(events, exchange.elapsedMs()),
    };
    if (etagMatches(ifNoneMatch, entry.etag)) return exchange.answer(304, null, headers);
    return exchange.answer(200, entry.body, { ...headers, "content-type": "application/json" });
  }

  return {
    page,
    hit(exchange, entry, ifNoneMatch, now) {
      if (ifNoneMatch !== undefined) return page(exchange, entry, ifNoneMatch, now);
      return prepared(exchange, entry, now)(200, entry.body, exchange.requestId);
    },
  };
}

function pageHeaders(entry: Entry, ageSeconds: number): AnswerHeaders {
  return {
    // A browser may keep the page but asks each time; the ETag makes that a 304.
    "cache-control": "private, no-cache",
    etag: entry.etag,
    age: String(ageSeconds),
  };
}
