// The session list at its two addresses: our own, and the upstream's path for the official SDKs. Same handler, same bytes.
//
// The order is the boundary's: who asks, how often, what they may see, what they ask, the page, and what of it they are shown.
import type { Context, Hono } from "hono";
import type { PageCache } from "../cache/page-cache.ts";
import type { Failure } from "../errors.ts";
import type { Credentials } from "../identity/principal.ts";
import type { Clock } from "../runtime.ts";
import type { Cors } from "./cors.ts";
import { deferOf } from "./exchange.ts";
import type { AppEnv } from "./exchange.ts";
import { clientOf, rateLimitHeaders } from "./limiter.ts";
import type { ClientLimiter } from "./limiter.ts";
import { pageAnswer } from "./page-answer.ts";
import type { Questions, SessionQuestion } from "./questions.ts";
import type { Views } from "./views.ts";
import { refusalOf } from "./visitors.ts";
import type { Visitors } from "./visitors.ts";

export type SessionRouteParts = {
  accountId: string;
  /** Alias to app id. */
  apps: ReadonlyMap<string, string>;
  visitors: Visitors;
  questions: Questions;
  pages: PageCache<SessionQuestion>;
  views: Views;
  cors: Cors;
  /**
   * All requests of a client, and of these the ones that nobody has a page for. `asksFirst`: a shared count of requests is asked
   * before anything else is done, because that costs next to nothing there.
   */
  limiters: { requests: ClientLimiter; misses: ClientLimiter; asksFirst: boolean };
  /** The address a request came from, as the platform knows it; never a header that a client can set. */
  addressOf: (request: Request) => string | undefined;
  /** Path and query as they came in. */
  targetOf: (request: Request) => string;
  clock: Clock;
};

export const sessionListPaths = {
  own: "/v1/apps/:app/sessions",
  sdk: "/client/v4/accounts/:account_id/realtime/kit/:app_id/sessions",
} as const;

/** Adds both mounts. Anything but a configured app, by alias or id, is a 404; `_` stands for the configured account. */
export function addSessionRoutes(app: Hono<AppEnv>, parts: SessionRouteParts): void {
  const { accountId, visitors, pages, questions, views, cors, limiters, addressOf, targetOf, clock } = parts;
  const appIds = new Map([...parts.apps, ...[...parts.apps.values()].map((id): [string, string] => [id, id])]);

  app.get(sessionListPaths.own, (c) => list(c, appIds.get(c.req.param("app"))));
  app.get(sessionListPaths.sdk, (c) => {
    const account = c.req.param("account_id");
    const isOurs = account === "_" || account === accountId;
    return list(c, isOurs ? appIds.get(c.req.param("app_id")) : undefined);
  });

  async function list(c: Context<AppEnv>, appId: string | undefined): Promise<Response> {
    const exchange = c.get("exchange");
    const { report } = exchange.trace;
    const defer = deferOf(c);
    const address = addressOf(c.req.raw);

    const identified = await visitors.identify(credentialsOf(c), { address, report, defer });
    if (!identified.ok) return exchange.refuse(identified.failure);
    const visitor = identified.value;
    const client = visitor.client ?? clientOf(address);
    const { access } = visitor;
    const target = targetOf(c.req.raw);
    let ask = questions.known(access, target);
    // A page that is here is shown without asking anybody, however the shared count is.
    const asksFirst = limiters.asksFirst && !(ask && pages.holds(ask.question));
    const counted = asksFirst ? await limiters.requests.takeShared(client) : limiters.requests.take(client, defer);
    if (counted.code === "rate_limited") return exchange.refuse(counted);

    const scope = appId === undefined ? undefined : access.scopes.get(appId);
    if (appId === undefined || !scope) return exchange.refuse(refusalOf(visitor));
    if (!ask) {
      const asked = await questions.ask(appId, scope, searchOf(target));
      if (!asked.ok) return exchange.refuse(asked.failure);
      ask = asked.value;
      questions.remember(access, target, ask);
    }

    const mayMiss = async (): Promise<Failure | undefined> => {
      if (isForeignPage(c, cors)) return { code: "forbidden" };
      const miss = await limiters.misses.takeShared(client);
      return miss.code === "rate_limited" ? miss : undefined;
    };
    const found = await pages.get(ask.question, { defer, report, mayMiss, client });
    const shown = found.ok ? await views.show(found.value, ask, report) : found;
    if (!shown.ok) return exchange.refuse(shown.failure);
    const ifNoneMatch = c.req.header("if-none-match");
    const limits = rateLimitHeaders(limiters.requests, counted);
    return pageAnswer(exchange, shown.value, { ifNoneMatch, limits, now: clock.now() });
  }
}

function credentialsOf(c: Context<AppEnv>): Credentials {
  return { authorization: c.req.header("authorization"), accessAssertion: c.req.header("cf-access-jwt-assertion") };
}

/**
 * Whether a browser says that a page of another site made it ask, which that page may not read: an image, a frame, a link. Such a
 * request may be shown what is there, but what it asks anew is not worth a call upstream. Nobody else sends this header.
 */
function isForeignPage(c: Context<AppEnv>, cors: Cors): boolean {
  return c.req.header("sec-fetch-site") === "cross-site" && !cors.isAllowed(c.req.header("origin"));
}

/** From the first question mark on, as it came: a repeated or ill-encoded parameter must still be visible. */
function searchOf(target: string): string {
  const mark = target.indexOf("?");
  if (mark < 0) return "";
  const hash = target.indexOf("#", mark);
  return hash < 0 ? target.slice(mark) : target.slice(mark, hash);
}
