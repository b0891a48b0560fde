// What becomes of a question for sessions once it is known who asks and what: counted, looked up, cut, answered.
//
// Both ways to an answer end here, the one through the routes and the short one for questions that were asked before, so that they
// can't differ. It knows neither hono nor `Request`.
import type { PageCache } from "../cache/page-cache.ts";
import type { RateLimited } from "../ground/errors.ts";
import type { Credentials } from "../identity/principal.ts";
import type { Allowance, ClientLimiter } from "../limits/limiter.ts";
import type { Clock, Defer } from "../ground/runtime.ts";
import { showsFreshness } from "../sessions/view.ts";
import type { Cors } from "./cors.ts";
import type { Encoder } from "./encodings.ts";
import type { Exchange } from "./exchange.ts";
import { pageAnswer } from "./page-answer.ts";
import type { Ask, SessionQuestion } from "./questions.ts";
import { allowanceHeaders } from "./rate-limit.ts";
import type { Views } from "./views.ts";

/** All of a request that an answer depends on. `target` is path and query as they came in. */
export type Asked = {
  method: string;
  target: string;
  origin: string | undefined;
  ifNoneMatch: string | undefined;
  /** `Accept-Encoding`; missing where the platform compresses by itself. */
  acceptEncoding?: string | undefined;
  /** `Sec-Fetch-Site`: what a browser says of the page that made it ask. */
  fetchSite: string | undefined;
  credentials: Credentials;
  /** As the platform knows it; never a header that a client can set. */
  address: string | undefined;
};

export type SessionAnswerParts = {
  pages: PageCache<SessionQuestion>;
  views: Views;
  encoder: Encoder;
  cors: Cors;
  /** Of all requests of a client. */
  requests: ClientLimiter;
  /** The percentage of the budget that one client may cause, where its policy does not say. */
  budgetPercent: number;
  /** Names a client where it is counted with others: of what it is made stays here. */
  digest: (text: string) => string;
  clock: Pick<Clock, "now">;
};

/** Who is counted, and what is left to them. */
export type Counted = { client: string; allowance: Allowance };

export type SessionAnswers = {
  /** Counts a request. `ask` where it is known already: a page that is here is shown without asking anybody else. */
  count(client: string, ask: Ask | undefined): Promise<Allowance | RateLimited>;
  answer<Answer>(exchange: Exchange<Answer>, ask: Ask, asked: Asked, by: Counted, defer: Defer): Promise<Answer>;
};

export function createSessionAnswers(parts: SessionAnswerParts): SessionAnswers {
  const { pages, views, encoder, cors, requests, budgetPercent, digest, clock } = parts;

  return {
    async count(client, ask) {
      return ask && pages.holds(ask.question) ? requests.take(client) : requests.takeBelowCeiling(client);
    },
    async answer(exchange, ask, asked, { client, allowance }, defer) {
      const { report } = exchange.trace;
      const found = await pages.get(ask.question, {
        defer,
        report,
        loadRefusal: isForeignPage(asked, cors) ? { code: "forbidden" } : undefined,
        payer: () => ({
          client: digest(client),
          percent: ask.budgetPercent ?? budgetPercent,
          requestId: exchange.requestId,
        }),
      });
      const shown = found.ok ? await views.show(found.value, ask, report) : found;
      if (!shown.ok) return exchange.refuse(shown.failure);
      const limits = allowanceHeaders(requests, allowance);
      const sent = await encoder.encode(shown.value, asked.acceptEncoding);
      return pageAnswer(exchange, shown.value, {
        sent,
        ifNoneMatch: asked.ifNoneMatch,
        limits,
        now: clock.now(),
        tellsFreshness: showsFreshness(ask.view),
      });
    },
  };
}

/**
 * Whether a browser says that a page of another site made it ask, which that page may not read: an image, a frame, a link. Such a
 * request may be shown what is there, but what it asks anew is not worth a call upstream. Nobody else sends this header.
 */
const isForeignPage = ({ fetchSite, origin }: Asked, cors: Cors) =>
  fetchSite === "cross-site" && !cors.isAllowed(origin);
