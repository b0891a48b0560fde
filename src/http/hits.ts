// The short ways, for questions that were asked before by callers who were identified before: past routing, parsing and checking.
//
// They repeat no decision. A target is known here only after the long way has matched its route, its app and its query for a caller
// of the same access; what is left is what differs from request to request: the credentials, looked up and not checked again, the
// client's limit, its origin, its copy of the page. Everything else goes the long way.
//
// A page that is fresh in memory is answered at once: many such hits in a row differ in nothing but request id and allowance, so the
// other headers are made once and kept with the entry while nothing in them changes. Any other page is come by as on the long way.
import type { PageCache } from "../cache/page-cache.ts";
import type { Entry } from "../cache/store.ts";
import { clientOf } from "../limits/client.ts";
import type { Allowance, ClientLimiter } from "../limits/limiter.ts";
import type { Log } from "../ground/log.ts";
import type { Clock, Defer } from "../ground/runtime.ts";
import { showsFreshness } from "../sessions/view.ts";
import type { Cors } from "./cors.ts";
import type { Encoder, Sent } from "./encodings.ts";
import { etagMatches } from "./etag.ts";
import { failureOf, logExchange, openExchange } from "./exchange.ts";
import type { AnswerForm, AnswerHeaders, PreparedAnswer } from "./headers.ts";
import { contentHeaders, hitHeaders, shownAge } from "./page-answer.ts";
import type { Ask, Questions, SessionQuestion } from "./questions.ts";
import { allowanceHeaders } from "./rate-limit.ts";
import type { Asked, SessionAnswers } from "./session-answers.ts";
import { sessionRouteOf } from "./sessions.ts";
import type { Views } from "./views.ts";
import type { Visitors } from "./visitors.ts";

export type Hits<Answer> = {
  /** The answer with a page that is fresh in memory, or undefined. */
  answer(asked: Asked): Answer | undefined;
  /** The answer to a question that is known, wherever its page comes from; undefined where it must go the long way. */
  answerKnown(asked: Asked, defer: Defer): Promise<Answer> | undefined;
};

export type HitParts = {
  visitors: Visitors;
  questions: Questions;
  pages: PageCache<SessionQuestion>;
  views: Views;
  encoder: Encoder;
  answers: SessionAnswers;
  requests: ClientLimiter;
  cors: Cors;
  clock: Clock;
  log: Log;
};

type Answers<Answer> = { page: PreparedAnswer<Answer>; notModified: PreparedAnswer<Answer> };
/** Few origins are allowed, and all others share the answers of a page without one. */
type Prepared<Answer> = {
  ageSeconds: number;
  ttlSeconds: number | undefined;
  byOrigin: Map<AnswerHeaders, Answers<Answer>>;
};

const silent = () => {};
const noneLeft: Allowance = { code: "allowed", remaining: 0, resetSeconds: 1 };

/** Builds both over the platform's form of an answer. */
export function createHits<Answer extends { status: number }>(
  parts: HitParts,
  { build, prepare }: AnswerForm<Answer>,
): Hits<Answer> {
  const { visitors, questions, pages, views, encoder, answers, requests, cors, clock, log } = parts;
  const { "ratelimit-policy": policyText } = allowanceHeaders(requests, noneLeft);
  const policy: AnswerHeaders = { "ratelimit-policy": policyText };
  const preparedOf = new WeakMap<Sent, Prepared<Answer>>();

  /** An entry is one view's: what its readers may know is the same for all. */
  function answersTo(entry: Entry, sent: Sent, { view }: Ask, origin: string | undefined): Answers<Answer> {
    const now = clock.now();
    const tellsFreshness = showsFreshness(view);
    const ageSeconds = shownAge(entry, now, tellsFreshness);
    const ttlSeconds = tellsFreshness ? Math.max(0, Math.floor((entry.freshUntil - now) / 1000)) : undefined;
    let prepared = preparedOf.get(sent);
    if (!prepared || prepared.ageSeconds !== ageSeconds || prepared.ttlSeconds !== ttlSeconds) {
      prepared = { ageSeconds, ttlSeconds, byOrigin: new Map() };
      preparedOf.set(sent, prepared);
    }
    const corsHeaders = cors.headers(origin);
    let alike = prepared.byOrigin.get(corsHeaders);
    if (!alike) {
      const headers = { ...hitHeaders(sent, ageSeconds, ttlSeconds), ...policy };
      alike = {
        page: prepare(corsHeaders, headers, contentHeaders(sent)),
        notModified: prepare(corsHeaders, headers),
      };
      prepared.byOrigin.set(corsHeaders, alike);
    }
    return alike;
  }

  async function answerAsked(asked: Asked, ask: Ask, client: string, defer: Defer): Promise<Answer> {
    const exchange = openExchange<Answer, Uint8Array | null>(asked, { cors, clock, build });
    exchange.app = ask.question.app;
    let answer: Answer;
    try {
      const allowance = await answers.count(client, ask);
      answer =
        allowance.code === "rate_limited"
          ? exchange.refuse(allowance)
          : await answers.answer(exchange, ask, asked, { client, allowance }, defer);
    } catch (error) {
      answer = exchange.refuse(failureOf(error, exchange.trace.report));
    }
    logExchange(log, exchange, { method: asked.method, route: sessionRouteOf(asked.target), status: answer.status });
    return answer;
  }

  return {
    answer({ method, target, origin, ifNoneMatch, acceptEncoding, credentials, address }) {
      if (method !== "GET") return undefined;
      const visitor = visitors.recall(credentials);
      const ask = visitor && questions.known(visitor.access, target);
      const page = ask && pages.peek(ask.question, silent);
      const entry = page && views.recall(page, ask);
      const sent = entry && encoder.recall(entry, acceptEncoding);
      if (!visitor || !sent) return undefined;
      const counted = requests.take(visitor.client ?? clientOf(address));
      if (counted.code === "rate_limited") return undefined;
      const alike = answersTo(entry, sent, ask, origin);
      const { ratelimit } = allowanceHeaders(requests, counted);
      const own = { "x-request-id": crypto.randomUUID(), ratelimit };
      return etagMatches(ifNoneMatch, sent.etag) ? alike.notModified(304, null, own) : alike.page(200, sent.body, own);
    },
    answerKnown(asked, defer) {
      const { method, target, credentials, address } = asked;
      if (method !== "GET") return undefined;
      const visitor = visitors.recall(credentials);
      const ask = visitor && questions.known(visitor.access, target);
      return ask && answerAsked(asked, ask, visitor.client ?? clientOf(address), defer);
    },
  };
}
