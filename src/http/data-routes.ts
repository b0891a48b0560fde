// Every resource at its two addresses: our own, and the upstream's path for the official SDKs. Same steps, same bytes.
//
// A platform asks `respond` first: a target that was matched before for a caller of the same access needs no router. Everything else
// is matched by hono, which comes back to the same function.
import type { Context, Hono } from "hono";
import type { Result } from "../ground/errors.ts";
import type { Clock, Defer } from "../ground/runtime.ts";
import type { Log } from "../ground/log.ts";
import type { Credentials } from "../identity/principal.ts";
import { exportedLists, exportFormats } from "../resources/export.ts";
import { isId } from "../resources/parameters.ts";
import { idNamesOf } from "../resources/read-query.ts";
import { resources } from "../resources/registry.ts";
import type { Resource } from "../resources/resource.ts";
import type { Answers, Asked, Known, Matched, Shown } from "../service/answer.ts";
import { after, type Eventually } from "../service/eventually.ts";
import type { Exports } from "../service/exports.ts";
import type { Visitors } from "../service/visitors.ts";
import type { Cors } from "./cors.ts";
import { deferOf, failureOf, logExchange, openExchange, type AppEnv, type Exchange } from "./exchange.ts";
import type { ExportAnswers } from "./export-answer.ts";
import type { AnswerForm } from "./headers.ts";
import type { Live, WhyEnded } from "./live-routes.ts";
import type { PageAnswers } from "./page-answer.ts";

const ownPrefix = "/v1/apps/:app";
const livePrefix = "/v1/live/apps/:app";
const sdkPrefix = "/client/v4/accounts/:account_id/realtime/kit/:app_id";

/** What a stream is of: the target of the page. */
const pageTargetOf = (target: string) => target.replace(/^\/v1\/live\//, "/v1/");

/** Where a resource is, as hono writes it: `live` as a stream. */
export const mountsOf = ({ path }: Pick<Resource, "path">) => ({
  own: `${ownPrefix}${path}`,
  sdk: `${sdkPrefix}${path}`,
  live: `${livePrefix}${path}`,
});

/** Where the exports of a list are. */
export const exportMountsOf = ({ path }: Pick<Resource, "path">) =>
  exportFormats.map((format) => ({ format, path: `${ownPrefix}${path}.${format}` }));

/** Every address of a resource. */
export const addressesOf = (resource: Resource): string[] => [
  ...Object.values(mountsOf(resource)),
  ...(resource.shape === "list" ? exportMountsOf(resource).map(({ path }) => path) : []),
];

const mounts = new Map(resources.map((resource) => [resource, mountsOf(resource)] as const));

/** The pattern of a target that was matched before, for the log. */
const routeOf = ({ ask }: Known, target: string): string =>
  mounts.get(ask.resource)?.[target.startsWith("/v1/") ? "own" : "sdk"] ?? "";

export type ResponderParts = { answers: Answers; cors: Cors; clock: Clock; log: Log };

/** The answer to a target that is known, or undefined; at once where its page is in memory. */
export type Respond<Answer> = (asked: Asked, defer: Defer) => Eventually<Answer> | undefined;

/** Answers what is known, in the platform's form. */
export function createResponder<Answer extends { status: number }>(
  { answers, cors, clock, log }: ResponderParts,
  form: AnswerForm<Answer>,
  pageAnswers: PageAnswers<Answer>,
): Respond<Answer> {
  return (asked, defer) => {
    const known = asked.method === "GET" ? answers.recall(asked) : undefined;
    if (!known) return undefined;
    const exchange = openExchange<Answer, Uint8Array | null>(asked, { cors, clock, build: form.build });
    exchange.app = known.ask.question.app;
    const told = (answer: Answer) => {
      logExchange(log, exchange, { method: asked.method, route: routeOf(known, asked.target), status: answer.status });
      return answer;
    };
    const failed = (error: unknown) => told(exchange.refuse(failureOf(error, exchange.trace.report)));
    try {
      const answer = answerTo(asked, known, { exchange, defer, answers, cors, pageAnswers });
      return answer instanceof Promise ? tell(answer, told, failed) : told(answer);
    } catch (error) {
      return failed(error);
    }
  };
}

async function tell<Answer>(
  pending: Promise<Answer>,
  told: (answer: Answer) => Answer,
  failed: (error: unknown) => Answer,
): Promise<Answer> {
  try {
    return told(await pending);
  } catch (error) {
    return failed(error);
  }
}

type Reply<Answer> = {
  exchange: Exchange<Answer>;
  defer: Defer;
  answers: Answers;
  cors: Cors;
  pageAnswers: PageAnswers<Answer>;
};

function readFor<Answer>(
  asked: Asked,
  what: Known | Matched,
  { exchange, defer, answers, cors }: Omit<Reply<Answer>, "pageAnswers">,
): Eventually<Result<Shown>> {
  const { report } = exchange.trace;
  const loadRefusal = isForeignPage(asked, cors) ? ({ code: "forbidden" } as const) : undefined;
  return answers.answer(asked, what, { report, defer, requestId: exchange.requestId, loadRefusal });
}

function answerTo<Answer>(asked: Asked, what: Known | Matched, reply: Reply<Answer>): Eventually<Answer> {
  const { exchange, pageAnswers } = reply;
  return after(readFor(asked, what, reply), (shown) =>
    shown.ok ? pageAnswers(exchange, asked, shown.value) : exchange.refuse(shown.failure),
  );
}

/**
 * Whether a browser says that a page of another site made it ask, which that page may not read: an image, a frame, a link. Such a
 * request may be shown what is there, but what it asks anew is not worth a call upstream. Nobody else sends this header.
 */
const isForeignPage = ({ fetchSite, origin }: Asked, cors: Cors) =>
  fetchSite === "cross-site" && !cors.isAllowed(origin);

export type NamedApp = { alias: string; id: string };

/** The configured apps by alias and by id. `apps`: alias to id. */
export const appsByName = (apps: ReadonlyMap<string, string>): ReadonlyMap<string, NamedApp> =>
  new Map([...apps].flatMap(([alias, id]) => [alias, id].map((name) => [name, { alias, id }] as const)));

/** What of a request identity looks at. */
export const credentialsOf = ({ req }: Context<AppEnv>): Credentials => ({
  authorization: req.header("authorization"),
  accessAssertion: req.header("cf-access-jwt-assertion"),
  cookie: req.header("cookie"),
  fetchSite: req.header("sec-fetch-site"),
  origin: req.header("origin"),
  ownHeader: req.header("x-bff"),
});

export type DataRouteParts = {
  accountId: string;
  /** Alias to app id. */
  apps: ReadonlyMap<string, string>;
  answers: Answers;
  cors: Cors;
  pageAnswers: PageAnswers<Response>;
  live: Pick<Live, "open">;
  exports: Exports;
  exportAnswers: Pick<ExportAnswers, "answer">;
  /** Where a credential may be taken back before its end. */
  visitors?: Pick<Visitors, "identify"> | undefined;
  /** The address a request came from, as the platform knows it; never a header that a client can set. */
  addressOf: (request: Request) => string | undefined;
  /** Path and query as they came in. */
  targetOf: (request: Request) => string;
};

/** Adds both mounts of each resource. Anything but a configured app, by alias or id, is a 404; `_` stands for the configured account. */
export function addDataRoutes(app: Hono<AppEnv>, parts: DataRouteParts): void {
  const { accountId, addressOf, targetOf } = parts;
  const apps = appsByName(parts.apps);

  const replyTo = (c: Context<AppEnv>) => ({ ...parts, exchange: c.get("exchange"), defer: deferOf(c) });
  const matchedIn = (c: Context<AppEnv>, resource: Resource, named: NamedApp | undefined): Matched => {
    c.get("exchange").app = named?.alias;
    const ids = Object.fromEntries(idNamesOf(resource).map((name) => [name, c.req.param(name) ?? ""]));
    return { resource, appId: named?.id, ids: Object.values(ids).every(isId) ? ids : undefined };
  };

  for (const [list, exported] of exportedLists) {
    for (const { format, path } of exportMountsOf(list)) {
      app.get(path, async (c) => {
        const { exchange, defer } = replyTo(c);
        const asked = askedOf(c);
        // It could read nothing of it.
        if (isForeignPage(asked, parts.cors)) return exchange.refuse({ code: "forbidden" });
        const matched = matchedIn(c, exported, apps.get(c.req.param("app") ?? ""));
        const { requestId, trace } = exchange;
        const context = { report: trace.report, defer, requestId, loadRefusal: undefined };
        const opened = await parts.exports.open(asked, matched, list, context);
        return opened.ok ? parts.exportAnswers.answer(c, opened.value, list, format) : exchange.refuse(opened.failure);
      });
    }
  }

  for (const [resource, { own, sdk, live }] of mounts) {
    const answer = (c: Context<AppEnv>, named: NamedApp | undefined) =>
      answerTo(askedOf(c), matchedIn(c, resource, named), replyTo(c));
    app.get(own, (c) => answer(c, apps.get(c.req.param("app") ?? "")));
    app.get(live, (c) => {
      const asked = { ...askedOf(c), target: pageTargetOf(targetOf(c.req.raw)) };
      const reply = replyTo(c);
      // It could read nothing of it, and would have pages loaded for as long as it stays.
      if (isForeignPage(asked, parts.cors)) return reply.exchange.refuse({ code: "forbidden" });
      const matched = matchedIn(c, resource, apps.get(c.req.param("app") ?? ""));
      return after(readFor(asked, matched, reply), (shown) =>
        shown.ok ? parts.live.open(c, shown.value, whyEnded(c, asked)) : reply.exchange.refuse(shown.failure),
      );
    });
    app.get(sdk, (c) => {
      const account = c.req.param("account_id");
      const isOurs = account === "_" || account === accountId;
      return answer(c, isOurs ? apps.get(c.req.param("app_id") ?? "") : undefined);
    });
  }

  /** Asks who is there as the request itself did. */
  function whyEnded(c: Context<AppEnv>, { credentials, address }: Asked): WhyEnded | undefined {
    const { visitors } = parts;
    if (!visitors) return undefined;
    const context = { address, report: () => {}, defer: deferOf(c) };
    return async () => {
      const identified = await visitors.identify(credentials, context);
      return !identified.ok && identified.failure.code === "unauthorized" ? identified.failure : undefined;
    };
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
      credentials: credentialsOf(c),
      address: addressOf(req.raw),
    };
  }
}
