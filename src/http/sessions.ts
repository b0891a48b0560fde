// The session list at its two addresses: our own, and the upstream's path for the official SDKs. Same handler, same bytes.
import type { Context, Hono } from "hono";
import type { PageCache } from "../cache/page-cache.ts";
import type { Clock } from "../runtime.ts";
import { deferOf } from "./exchange.ts";
import type { AppEnv } from "./exchange.ts";
import { clientOf } from "./limiter.ts";
import type { ClientLimiter } from "./limiter.ts";
import { pageAnswer } from "./page-answer.ts";
import type { Questions, SessionQuestion } from "./questions.ts";

export type SessionRouteParts = {
  accountId: string;
  /** Alias to app id. */
  apps: ReadonlyMap<string, string>;
  questions: Questions;
  pages: PageCache<SessionQuestion>;
  /** All requests of a client, and of these the ones that nobody has a page for. */
  limiters: { requests: ClientLimiter; misses: ClientLimiter };
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
  const { accountId, pages, questions, limiters, addressOf, targetOf, clock } = parts;
  const appIds = new Map([...parts.apps, ...[...parts.apps.values()].map((id): [string, string] => [id, id])]);

  app.get(sessionListPaths.own, (c) => list(c, appIds.get(c.req.param("app"))));
  app.get(sessionListPaths.sdk, (c) => {
    const account = c.req.param("account_id");
    const isOurs = account === "_" || account === accountId;
    return list(c, isOurs ? appIds.get(c.req.param("app_id")) : undefined);
  });

  async function list(c: Context<AppEnv>, appId: string | undefined): Promise<Response> {
    const exchange = c.get("exchange");
    if (appId === undefined) return exchange.refuse({ code: "not_found" });
    const client = clientOf(addressOf(c.req.raw));
    const limited = limiters.requests.take(client);
    if (limited) return exchange.refuse(limited);

    const target = targetOf(c.req.raw);
    let question = questions.known(target);
    if (!question) {
      const asked = await questions.ask(appId, searchOf(target));
      if (!asked.ok) return exchange.refuse(asked.failure);
      question = asked.value;
      questions.remember(target, question);
    }
    const { report } = exchange.trace;
    const ifNoneMatch = c.req.header("if-none-match");
    const found = await pages.get(question, { defer: deferOf(c), report, mayMiss: () => limiters.misses.take(client) });
    return found.ok ? pageAnswer(exchange, found.value, ifNoneMatch, clock.now()) : exchange.refuse(found.failure);
  }
}

/** From the first question mark on, as it came: a repeated or ill-encoded parameter must still be visible. */
function searchOf(target: string): string {
  const mark = target.indexOf("?");
  if (mark < 0) return "";
  const hash = target.indexOf("#", mark);
  return hash < 0 ? target.slice(mark) : target.slice(mark, hash);
}
