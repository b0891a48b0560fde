// `POST /v1/purge`: an operator has pages forgotten. From the request to what the service does, and from its outcome to the answer.
//
// What changes something is not for pages of other sites. A browser adds what identifies its user behind Cloudflare Access to whatever a
// page makes it send, so such a request is refused before anybody asks who sends it, and only JSON is read: no form sends that.
import type { Context, Hono } from "hono";
import { fail, ok, type Result } from "../ground/errors.ts";
import type { ClientLimiter } from "../limits/limiter.ts";
import { readPurgeOrder } from "../resources/purge-order.ts";
import type { Ordered, Purge } from "../service/purge.ts";
import type { Cors } from "./cors.ts";
import { appsByName, credentialsOf } from "./data-routes.ts";
import { deferOf, type AppEnv } from "./exchange.ts";
import { noQuery } from "./no-query.ts";
import { allowanceHeaders, policyHeaders } from "./rate-limit.ts";
import type { ReadBody } from "./request-body.ts";

export const purgePath = "/v1/purge";
const bodyBytesMax = 4_096;

export type PurgeRouteParts = {
  purge: Purge;
  /** Alias to app id. */
  apps: ReadonlyMap<string, string>;
  cors: Cors;
  readBody: ReadBody;
  requests: ClientLimiter;
  /** The address a request came from, as the platform knows it; never a header that a client can set. */
  addressOf: (request: Request) => string | undefined;
  /** Path and query as they came in. */
  targetOf: (request: Request) => string;
};

export function addPurgeRoute(app: Hono<AppEnv>, parts: PurgeRouteParts): void {
  const { purge, cors, readBody, requests, addressOf, targetOf } = parts;
  const apps = appsByName(parts.apps);

  async function readOrder(c: Context<AppEnv>): Promise<Result<Ordered>> {
    const refused = noQuery(targetOf(c.req.raw));
    if (refused) return fail(refused);
    if (!isJson(c.req.header("content-type"))) return fail({ code: "unsupported_type" });
    const bytes = await readBody(c.req.raw, bodyBytesMax);
    const order = bytes.ok ? readPurgeOrder(bytes.value) : bytes;
    if (!order.ok) return order;
    const named = apps.get(order.value.app);
    c.get("exchange").app = named?.alias;
    return ok({ appId: named?.id, order: order.value });
  }

  app.post(purgePath, async (c) => {
    const exchange = c.get("exchange");
    if (isForeign(c, cors)) return exchange.refuse({ code: "forbidden" });
    const caller = { credentials: credentialsOf(c), address: addressOf(c.req.raw) };
    const context = { report: exchange.trace.report, defer: deferOf(c) };
    const purged = await purge(caller, () => readOrder(c), context);
    if (!purged.ok) return exchange.refuse(purged.failure);
    const { sequence, allowance } = purged.value;
    return exchange.answer(200, JSON.stringify({ success: true, data: { sequence } }), {
      "content-type": "application/json",
      ...policyHeaders(requests),
      ...allowanceHeaders(requests, allowance),
    });
  });
}

/** Whether a page that is neither ours nor of an allowed origin made a browser send it. Whoever is no browser says nothing of the kind. */
function isForeign({ req }: Context<AppEnv>, cors: Cors): boolean {
  const origin = req.header("origin");
  const site = req.header("sec-fetch-site");
  if (cors.isAllowed(origin) || site === "same-origin") return false;
  return origin !== undefined || (site !== undefined && site !== "none");
}

const isJson = (type: string | undefined) =>
  type !== undefined && /^application\/json *(?:; *charset="?utf-8"? *)?$/i.test(type);
