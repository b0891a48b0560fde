// The short way for the commonest request: a page that is fresh in memory, asked for in a spelling that was answered before.
//
// It repeats no decision. A target is known here only after the long way has matched its route, its app and its query; what is
// left is what differs from request to request: the client's limit, its origin, its copy of the page. Everything else, refusals
// too, goes the long way. Many hits in a row differ in nothing but the request id, so their headers are made once and kept
// with the entry for as long as nothing in them changes. Only for a mode in which nobody has to say who they are.
import type { PageCache } from "../cache/page-cache.ts";
import { ageMs } from "../cache/freshness.ts";
import type { Entry } from "../cache/store.ts";
import type { Clock } from "../runtime.ts";
import type { Cors } from "./cors.ts";
import { etagMatches } from "./etag.ts";
import type { AnswerHeaders, PrepareAnswer, PreparedAnswer } from "./headers.ts";
import { clientOf } from "./limiter.ts";
import type { ClientLimiter } from "./limiter.ts";
import { hitHeaders } from "./page-answer.ts";
import type { Questions, SessionQuestion } from "./questions.ts";

/** All of a request that a hit depends on. `target` is path and query as they came in. */
export type Asked = {
  method: string;
  target: string;
  origin: string | undefined;
  ifNoneMatch: string | undefined;
  /** As the platform knows it. */
  address: string | undefined;
};

export type Hits<Answer> = {
  /** The answer, or undefined where the request must go the long way. */
  answer(asked: Asked): Answer | undefined;
};

export type HitParts = {
  questions: Questions;
  pages: PageCache<SessionQuestion>;
  limiters: { requests: ClientLimiter };
  cors: Cors;
  clock: Pick<Clock, "now">;
};

type Answers<Answer> = { page: PreparedAnswer<Answer>; notModified: PreparedAnswer<Answer> };
/** Few origins are allowed, and all others share the answers of a page without one. */
type Prepared<Answer> = { ageSeconds: number; ttlSeconds: number; byOrigin: Map<AnswerHeaders, Answers<Answer>> };

const silent = () => {};

/** `prepare` is the platform's way to an answer. */
export function createHits<Answer>(parts: HitParts, prepare: PrepareAnswer<Answer>): Hits<Answer> {
  const { questions, pages, limiters, cors, clock } = parts;
  const preparedOf = new WeakMap<Entry, Prepared<Answer>>();

  function answersTo(entry: Entry, origin: string | undefined): Answers<Answer> {
    const now = clock.now();
    const ageSeconds = Math.floor(ageMs(entry, now) / 1000);
    const ttlSeconds = Math.max(0, Math.floor((entry.freshUntil - now) / 1000));
    let prepared = preparedOf.get(entry);
    if (!prepared || prepared.ageSeconds !== ageSeconds || prepared.ttlSeconds !== ttlSeconds) {
      prepared = { ageSeconds, ttlSeconds, byOrigin: new Map() };
      preparedOf.set(entry, prepared);
    }
    const corsHeaders = cors.headers(origin);
    let answers = prepared.byOrigin.get(corsHeaders);
    if (!answers) {
      const headers = hitHeaders(entry, ageSeconds, ttlSeconds);
      answers = {
        page: prepare(corsHeaders, headers, { "content-type": "application/json" }),
        notModified: prepare(corsHeaders, headers),
      };
      prepared.byOrigin.set(corsHeaders, answers);
    }
    return answers;
  }

  return {
    answer({ method, target, origin, ifNoneMatch, address }) {
      if (method !== "GET") return undefined;
      const question = questions.known(target);
      const entry = question && pages.peek(question, silent);
      if (!entry || limiters.requests.take(clientOf(address))) return undefined;
      const { page, notModified } = answersTo(entry, origin);
      const requestId = crypto.randomUUID();
      return etagMatches(ifNoneMatch, entry.etag)
        ? notModified(304, null, requestId)
        : page(200, entry.body, requestId);
    },
  };
}
