// The session list at its two addresses: our own, and the upstream's path for the official SDKs. Same handler, same bytes.
//
// The order is the boundary's: who asks, how often, what they may see, what they ask, the page, and what of it they are shown.
import type { Context, Hono } from "hono";
import { clientOf } from "../limits/client.ts";
import { deferOf } from "./exchange.ts";
import type { AppEnv } from "./exchange.ts";
import type { Questions } from "./questions.ts";
import type { Asked, SessionAnswers } from "./session-answers.ts";
import { refusalOf } from "./visitors.ts";
import type { Visitors } from "./visitors.ts";

export type SessionRouteParts = {
  accountId: string;
  /** Alias to app id. */
  apps: ReadonlyMap<string, string>;
  visitors: Visitors;
  questions: Questions;
  answers: SessionAnswers;
  /** The address a request came from, as the platform knows it; never a header that a client can set. */
  addressOf: (request: Request) => string | undefined;
  /** Path and query as they came in. */
  targetOf: (request: Request) => string;
};

export const sessionListPaths = {
  own: "/v1/apps/:app/sessions",
  sdk: "/client/v4/accounts/:account_id/realtime/kit/:app_id/sessions",
} as const;

/** The route of a target that was matched before. */
export const sessionRouteOf = (target: string): string =>
  target.startsWith("/v1/") ? sessionListPaths.own : sessionListPaths.sdk;

/** Adds both mounts. Anything but a configured app, by alias or id, is a 404; `_` stands for the configured account. */
export function addSessionRoutes(app: Hono<AppEnv>, parts: SessionRouteParts): void {
  const { accountId, visitors, questions, answers, addressOf, targetOf } = parts;
  /** By alias and by id. */
  const apps = new Map(
    [...parts.apps].flatMap(([alias, id]) => [alias, id].map((name) => [name, { alias, id }] as const)),
  );

  app.get(sessionListPaths.own, (c) => list(c, apps.get(c.req.param("app"))));
  app.get(sessionListPaths.sdk, (c) => {
    const account = c.req.param("account_id");
    const isOurs = account === "_" || account === accountId;
    return list(c, isOurs ? apps.get(c.req.param("app_id")) : undefined);
  });

  async function list(c: Context<AppEnv>, named: { alias: string; id: string } | undefined): Promise<Response> {
    const exchange = c.get("exchange");
    exchange.app = named?.alias;
    const defer = deferOf(c);
    const asked = askedOf(c);
    const { target, credentials, address } = asked;

    const identified = await visitors.identify(credentials, { address, report: exchange.trace.report, defer });
    if (!identified.ok) return exchange.refuse(identified.failure);
    const visitor = identified.value;
    const { access } = visitor;
    const client = visitor.client ?? clientOf(address);
    let ask = questions.known(access, target);
    const allowance = await answers.count(client, ask);
    if (allowance.code === "rate_limited") return exchange.refuse(allowance);

    const scope = named && access.scopes.get(named.id);
    if (!named || !scope) return exchange.refuse(refusalOf(visitor));
    if (!ask) {
      const parsed = await questions.ask(named.id, scope, searchOf(target));
      if (!parsed.ok) return exchange.refuse(parsed.failure);
      ask = parsed.value;
      questions.remember(access, target, ask);
    }
    return answers.answer(exchange, ask, asked, { client, allowance }, defer);
  }

  function askedOf(c: Context<AppEnv>): Asked {
    const { req } = c;
    return {
      method: req.method,
      target: targetOf(req.raw),
      origin: req.header("origin"),
      ifNoneMatch: req.header("if-none-match"),
      acceptEncoding: req.header("accept-encoding"),
      fetchSite: req.header("sec-fetch-site"),
      credentials: {
        authorization: req.header("authorization"),
        accessAssertion: req.header("cf-access-jwt-assertion"),
      },
      address: addressOf(req.raw),
    };
  }
}

/** From the first question mark on, as it came: a repeated or ill-encoded parameter must still be visible. */
function searchOf(target: string): string {
  const mark = target.indexOf("?");
  if (mark < 0) return "";
  const hash = target.indexOf("#", mark);
  return hash < 0 ? target.slice(mark) : target.slice(mark, hash);
}
