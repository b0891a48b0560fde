// From a page to an answer: status, headers and bytes.
//
// Answers to the same page in the same second differ in little but request id and allowance: their other headers are made once and kept
// with the page while nothing in them changes.
import { ageMs } from "../cache/freshness.ts";
import type { Entry } from "../cache/store.ts";
import type { Clock } from "../ground/runtime.ts";
import type { ClientLimiter } from "../limits/limiter.ts";
import { showsFreshness } from "../resources/cut.ts";
import { absenceOf } from "../resources/question.ts";
import type { Asked, Shown } from "../service/answer.ts";
import { after, type Eventually } from "../service/eventually.ts";
import { asIs, type Encoder, type Sent } from "./encodings.ts";
import { etagMatches } from "./etag.ts";
import type { Exchange } from "./exchange.ts";
import { encodingHeaders, type AnswerForm, type AnswerHeaders, type PreparedAnswer } from "./headers.ts";
import { allowanceHeaders, policyHeaders } from "./rate-limit.ts";
import { cacheName, cacheStatusOf, serverTimingOf } from "./trace.ts";

/** The answer with a page, or a 304; where the page came from is read off the exchange's events. */
export type PageAnswers<Answer> = (exchange: Exchange<Answer>, asked: Asked, shown: Shown) => Eventually<Answer>;

export type PageAnswerParts = { encoder: Encoder; requests: ClientLimiter; clock: Pick<Clock, "now"> };

/** What headers differ by, beside the page and the origin. No `timing` for whoever may not know how long the page is fresh. */
type Told = { ageSeconds: number; cacheStatus: string; timing: string | undefined };
type Prepared<Answer> = { page: PreparedAnswer<Answer>; notModified: PreparedAnswer<Answer> };
/** Few origins are allowed, and all others share the answers of a page without one. */
type Kept<Answer> = Told & { byOrigin: Map<AnswerHeaders, Prepared<Answer>> };

export function createPageAnswers<Answer>(
  { encoder, requests, clock }: PageAnswerParts,
  { prepare }: AnswerForm<Answer>,
): PageAnswers<Answer> {
  const keptWith = new WeakMap<Sent, Kept<Answer>>();
  const limit = policyHeaders(requests);

  function prepared(sent: Sent, told: Told, isSecret: boolean, corsHeaders: AnswerHeaders): Prepared<Answer> {
    let kept = keptWith.get(sent);
    if (!kept || !isSame(kept, told)) {
      kept = { ...told, byOrigin: new Map() };
      keptWith.set(sent, kept);
    }
    let made = kept.byOrigin.get(corsHeaders);
    if (!made) {
      const headers = { ...toldHeaders(told), ...validatorHeaders(sent, isSecret), ...limit };
      const content = { "content-type": "application/json", ...encodingHeaders(sent.encoding) };
      made = { page: prepare(corsHeaders, headers, content), notModified: prepare(corsHeaders, headers) };
      kept.byOrigin.set(corsHeaders, made);
    }
    return made;
  }

  return (exchange, asked, { entry, ask, allowance }) => {
    const { resource, view } = ask;
    const isSecret = resource.holdsLinks === true;
    const toldOf = (): Told => {
      const tellsFreshness = showsFreshness(resource, view);
      const { events } = exchange.trace;
      return {
        ageSeconds: shownAge(entry, clock.now(), tellsFreshness),
        // Even `hit` would tell: a live page stops being one sooner than others.
        cacheStatus: tellsFreshness ? cacheStatusOf(events) : cacheName,
        timing: tellsFreshness ? serverTimingOf(events, exchange.elapsedMs) : undefined,
      };
    };
    const { ratelimit } = allowanceHeaders(requests, allowance);
    const absence = absenceOf(resource, entry.body);
    if (absence) return exchange.refuse(absence, { ...toldHeaders(toldOf()), ...limit, ratelimit });
    // A secret whose size depends on what an attacker chose could be guessed from it (BREACH).
    const coder = isSecret ? asIs : encoder;
    const known = coder.recall(entry, asked.acceptEncoding);
    return after(known ?? coder.encode(entry, asked.acceptEncoding), (sent) => {
      const { page, notModified } = prepared(sent, toldOf(), isSecret, exchange.corsHeaders);
      const own = { "x-request-id": exchange.requestId, ratelimit };
      return !isSecret && etagMatches(asked.ifNoneMatch, sent.etag)
        ? notModified(304, null, own)
        : page(200, sent.body, own);
    });
  };
}

const isSame = (one: Told, other: Told) =>
  one.ageSeconds === other.ageSeconds && one.cacheStatus === other.cacheStatus && one.timing === other.timing;

const toldHeaders = ({ ageSeconds, cacheStatus, timing }: Told): AnswerHeaders => ({
  age: String(ageSeconds),
  "cache-status": cacheStatus,
  ...(timing !== undefined && { "server-timing": timing }),
});

/** A browser may keep a page but asks each time; the ETag makes that a 304. What holds a secret link is kept nowhere. */
const validatorHeaders = ({ etag }: Sent, isSecret: boolean): AnswerHeaders =>
  isSecret ? { "cache-control": "no-store" } : { "cache-control": "private, no-cache", etag };

/** Seconds; whole minutes for whoever may not know how long the page is fresh. */
export function shownAge(entry: Entry, now: number, tellsFreshness: boolean): number {
  const seconds = Math.floor(ageMs(entry, now) / 1000);
  return tellsFreshness ? seconds : seconds - (seconds % 60);
}
