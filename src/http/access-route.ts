// `GET /v1/access`: what the caller may ask of this deployment, for pages that show no more than that.
import type { Hono } from "hono";
import { etagOf } from "../cache/store.ts";
import type { ClientLimiter } from "../limits/limiter.ts";
import type { AnswerAccess } from "../service/caller-access.ts";
import { credentialsOf } from "./data-routes.ts";
import { etagMatches } from "./etag.ts";
import { deferOf, type AppEnv } from "./exchange.ts";
import type { AnswerHeaders } from "./headers.ts";
import { noQuery } from "./no-query.ts";
import { allowanceHeaders, policyHeaders } from "./rate-limit.ts";

export const accessPath = "/v1/access";

export type AccessRouteParts = {
  callerAccess: AnswerAccess;
  requests: ClientLimiter;
  /** The address a request came from, as the platform knows it; never a header that a client can set. */
  addressOf: (request: Request) => string | undefined;
  /** Path and query as they came in. */
  targetOf: (request: Request) => string;
};

export function addAccessRoute(app: Hono<AppEnv>, parts: AccessRouteParts): void {
  const { callerAccess, requests, addressOf, targetOf } = parts;

  app.get(accessPath, async (c) => {
    const exchange = c.get("exchange");
    const caller = { credentials: credentialsOf(c), address: addressOf(c.req.raw) };
    const answered = await callerAccess(caller, { report: exchange.trace.report, defer: deferOf(c) });
    if (!answered.ok) return exchange.refuse(answered.failure);
    const refused = noQuery(targetOf(c.req.raw));
    if (refused) return exchange.refuse(refused);
    const { access, allowance } = answered.value;
    const body = JSON.stringify(access);
    const etag = await etagOf(new TextEncoder().encode(body));
    const headers: AnswerHeaders = {
      "cache-control": "private, no-cache",
      etag,
      ...policyHeaders(requests),
      ...allowanceHeaders(requests, allowance),
    };
    return etagMatches(c.req.header("if-none-match"), etag)
      ? exchange.answer(304, null, headers)
      : exchange.answer(200, body, { ...headers, "content-type": "application/json" });
  });
}
