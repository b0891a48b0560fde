// The short way for the commonest request: a page that is fresh in memory, asked for in a spelling that was answered before, by a
// caller who was identified before.
//
// It repeats no decision. A target is known here only after the long way has matched its route, its app and its query for a caller
// of the same access; what is left is what differs from request to request: the credentials, looked up and not checked again, the
// client's limit, its origin, its copy of the page. Everything else, refusals too, goes the long way. Many hits in a row differ in
// nothing but request id and allowance, so the other headers are made once and kept with the entry while nothing in them changes.
import type { PageCache } from "../cache/page-cache.ts";
import { ageMs } from "../cache/freshness.ts";
import type { Entry } from "../cache/store.ts";
import type { Credentials } from "../identity/principal.ts";
import type { Clock, Defer } from "../runtime.ts";
import type { Cors } from "./cors.ts";
import { etagMatches } from "./etag.ts";
import type { AnswerHeaders, PrepareAnswer, PreparedAnswer } from "./headers.ts";
import { clientOf, rateLimitHeaders } from "./limiter.ts";
import type { Allowance, ClientLimiter } from "./limiter.ts";
import { hitHeaders } from "./page-answer.ts";
import type { Questions, SessionQuestion } from "./questions.ts";
import type { Views } from "./views.ts";
import type { Visitors } from "./visitors.ts";

/** All of a request that a hit depends on. `target` is path and query as they came in. */
export type Asked = {
  method: string;
  target: string;
  origin: string | undefined;
  ifNoneMatch: string | undefined;
  credentials: Credentials;
  /** As the platform knows it. */
  address: string | undefined;
};

export type Hits<Answer> = {
  /** The answer, or undefined where the request must go the long way. */
  answer(asked: Asked, defer: Defer): Answer | undefined;
};

export type HitParts = {
  visitors: Visitors;
  questions: Questions;
  pages: PageCache<SessionQuestion>;
  views: Views;
  limiters: { requests: ClientLimiter };
  cors: Cors;
  clock: Pick<Clock, "now">;
};

type Answers<Answer> = { page: PreparedAnswer<Answer>; notModified: PreparedAnswer<Answer> };
/** Few origins are allowed, and all others share the answers of a page without one. */
type Prepared<Answer> = { ageSeconds: number; ttlSeconds: number; byOrigin: Map<AnswerHeaders, Answers<Answer>> };

const silent = () => {};
const noneLeft: Allowance = { code: "allowed", remaining: 0, resetSeconds: 1 };

/** `prepare` is the platform's way to an answer. */
export function createHits<Answer>(parts: HitParts, prepare: PrepareAnswer<Answer>): Hits<Answer> {
  const { visitors, questions, pages, views, limiters, cors, clock } = parts;
  const { "ratelimit-policy": policyText } = rateLimitHeaders(limiters.requests, noneLeft);
  const policy: AnswerHeaders = { "ratelimit-policy": policyText };
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
      const headers = { ...hitHeaders(entry, ageSeconds, ttlSeconds), ...policy };
      answers = {
        page: prepare(corsHeaders, headers, { "content-type": "application/json" }),
        notModified: prepare(corsHeaders, headers),
      };
      prepared.byOrigin.set(corsHeaders, answers);
    }
    return answers;
  }

  return {
    answer({ method, target, origin, ifNoneMatch, credentials, address }, defer) {
      if (method !== "GET") return undefined;
      const visitor = visitors.recall(credentials);
      const ask = visitor && questions.known(visitor.access, target);
      const page = ask && pages.peek(ask.question, silent);
      const entry = page && views.recall(page, ask);
      if (!visitor || !entry) return undefined;
      const counted = limiters.requests.take(visitor.client ?? clientOf(address), defer);
      if (counted.code === "rate_limited") return undefined;
      const answers = answersTo(entry, origin);
      const { ratelimit } = rateLimitHeaders(limiters.requests, counted);
      const own = { "x-request-id": crypto.randomUUID(), ratelimit };
      return etagMatches(ifNoneMatch, entry.etag)
        ? answers.notModified(304, null, own)
        : answers.page(200, entry.body, own);
    },
  };
}
