// The service as one table of contents: what happens to every request, then every route.
//
// The OpenAPI document is generated at build time and served as a static file: nothing of the generator is imported
// here, see docs/decisions/openapi-from-assets.md. A test holds routes and document together.
import { Hono } from "hono";
import { routePath } from "hono/route";
import { LinearRouter } from "hono/router/linear-router";
import type { ChangeLog } from "./cache/change-log.ts";
import type { PageCache } from "./cache/page-cache.ts";
import { createMemoryStore } from "./cache/store.ts";
import type { Config } from "./config/config.ts";
import type { Invalidate } from "./resources/change.ts";
import type { Failure } from "./ground/errors.ts";
import { addAccessRoute } from "./http/access-route.ts";
import { createCors } from "./http/cors.ts";
import type { Cors } from "./http/cors.ts";
import { addDataRoutes, appsByName, createResponder } from "./http/data-routes.ts";
import type { Respond } from "./http/data-routes.ts";
import { addDashboardRoutes } from "./http/dashboard-routes.ts";
import { deploymentOf } from "./http/deployment-document.ts";
import { addDocsRoutes } from "./http/docs.ts";
import { asIs } from "./http/encodings.ts";
import type { Encoder } from "./http/encodings.ts";
import { failureOf, logExchange, openExchange } from "./http/exchange.ts";
import type { AppEnv, Exchange, Requested } from "./http/exchange.ts";
import { buildResponse, responses } from "./http/headers.ts";
import { createExportAnswers } from "./http/export-answer.ts";
import type { AnswerForm } from "./http/headers.ts";
import type { OpenSink } from "./http/event-stream.ts";
import { createLive } from "./http/live-routes.ts";
import { addHealthRoutes, addProblemRoutes } from "./http/operations.ts";
import type { Readiness } from "./http/operations.ts";
import { addLoginRoutes } from "./http/login-routes.ts";
import { createPageAnswers } from "./http/page-answer.ts";
import { addPurgeRoute } from "./http/purge-route.ts";
import { createBodyReader } from "./http/request-body.ts";
import type { ReadBody } from "./http/request-body.ts";
import { addWebhookRoute } from "./http/webhook-route.ts";
import type { ReadAsset } from "./http/static-file.ts";
import type { Question } from "./resources/question.ts";
import { createAnswers } from "./service/answer.ts";
import { createCallerAccess } from "./service/caller-access.ts";
import { createExports } from "./service/exports.ts";
import { createPurge } from "./service/purge.ts";
import { createQuestions } from "./service/questions.ts";
import { createViews } from "./service/views.ts";
import { createVisitors } from "./service/visitors.ts";
import type { Visitors } from "./service/visitors.ts";
import { createWatches } from "./service/watches.ts";
import type { Login } from "./login/login.ts";
import type { Identity } from "./identity/identity.ts";
import { createExportPlaces } from "./limits/exports.ts";
import { createClientLimiter } from "./limits/limiter.ts";
import type { Ceiling, ClientLimiter } from "./limits/limiter.ts";
import { createStreamPlaces } from "./limits/streams.ts";
import { reportTo } from "./ground/log.ts";
import type { Log } from "./ground/log.ts";
import { createAccess } from "./policy/access.ts";
import { isEverGranted } from "./policy/policies.ts";
import type { Clock, Random } from "./ground/runtime.ts";
import { createDeliveries } from "./webhooks/deliveries.ts";
import type { WebhookKeys } from "./webhooks/key-document.ts";

/** Built once per process or isolate; none of it belongs to a request. */
export type Services = {
  config: Config;
  pages: PageCache<Question>;
  readiness: () => Promise<Readiness>;
  readAsset: ReadAsset;
  /** The client's address as the platform knows it. */
  addressOf: (request: Request) => string | undefined;
  /** The request's target (path and query) as it came in, before anybody normalised it. */
  targetOf: (request: Request) => string;
  /** Tells a client that waits for it to send the body of this request, where the platform does not do so by itself. */
  inviteBody?: (request: Request) => void;
  /** What events are verified with; there exactly where events are taken. */
  webhookKeys?: WebhookKeys | undefined;
  /** Writes a change into the log of all readers. Where it is missing, no change can be recorded. */
  invalidate?: Invalidate | undefined;
  clock: Clock;
  log: Log;
  identity: Identity;
  /** There exactly where people log in here. */
  login?: Login | undefined;
  /** Above the requests of one client, where the platform has one. */
  ceiling?: Ceiling | undefined;
  /** SHA-256 of a text as text, synchronous. */
  digest: (text: string) => string;
  random: Random;
  changes: ChangeLog;
  /** How the platform streams, and whether requests may be woken by each other's work. */
  streaming: { openSink: OpenSink; isShared: boolean };
  /** Where the platform does not compress by itself. */
  encoder?: Encoder;
};

/** What an entry asks: first what answers by itself what is known already, then every route; and for what never becomes a request. */
export type Service<Answer> = {
  app: Hono<AppEnv>;
  respond: Respond<Answer>;
  refuse(requested: Requested & { method: string }, failure: Failure): Answer;
  /** Ends what would go on for long: streams and exports. */
  endStreams(): void;
};

/** `form` is how the platform makes an answer without a router. */
export function createService<Answer extends { status: number }>(
  services: Services,
  form: AnswerForm<Answer>,
): Service<Answer> {
  const { config, clock, pages, identity, digest, log, encoder = asIs } = services;
  const { accountId, apps, clientBudgetPercent: budgetPercent } = config;
  const cors = createCors(config.allowedOrigins, config.authMode, reportTo(log, "cors"), config.login?.origins);
  const { requests, checks } = createLimiters(services);
  const { accessOf } = createAccess(config.policies);
  const visitors = createVisitors({ identity, accessOf, checks, log });
  const questions = createQuestions(config, clock);
  const answers = createAnswers({
    visitors,
    questions,
    views: createViews(createMemoryStore()),
    pages,
    requests,
    budgetPercent,
    digest,
    clock,
  });
  const { random, changes, streaming } = services;
  const live = createLive({
    answers,
    watches: createWatches({ answers, changes, clock, isShared: streaming.isShared }),
    places: createStreamPlaces(clock),
    openSink: streaming.openSink,
    clock,
    random,
    log,
  });
  const exportAnswers = createExportAnswers({ openSink: streaming.openSink, requests, clock, log });
  const rendering = { encoder, requests, clock };
  const app = createBoundary({ ...services, cors });
  addHealthRoutes(app, services);
  addProblemRoutes(app);
  addDashboardRoutes(app, { readAsset: services.readAsset, isOn: config.dashboard });
  addDocsRoutes(app, { readAsset: services.readAsset, encoder, deployment: deploymentOf(config) });
  addDataRoutes(app, {
    ...services,
    accountId,
    apps,
    answers,
    live,
    exports: createExports({ ...config, answers, questions, places: createExportPlaces(clock), clock, digest }),
    exportAnswers,
    visitors: config.login?.store ? visitors : undefined,
    cors,
    pageAnswers: createPageAnswers(rendering, responses),
  });
  addAccessRoute(app, { ...services, requests, callerAccess: createCallerAccess(config, { visitors, requests }) });
  const readBody = createBodyReader({ clock, invite: services.inviteBody ?? (() => {}) });
  addWebhooks(app, services, readBody);
  addPurge(app, services, { visitors, requests, cors, readBody });
  if (services.login && config.login) {
    const { login } = services;
    addLoginRoutes(app, { ...services, login, settings: config.login, visitors, requests, checks, readBody });
  }
  closeBoundary(app);
  return {
    app,
    endStreams() {
      live.endAll();
      exportAnswers.endAll();
    },
    respond: createResponder({ answers, cors, clock, log }, form, createPageAnswers(rendering, form)),
    refuse(requested, failure) {
      const exchange = openExchange(requested, { cors, clock, build: form.build });
      const answer = exchange.refuse(failure);
      logExchange(log, exchange, { method: requested.method, route: "", status: answer.status });
      return answer;
    },
  };
}

/** Without a log of changes. */
const unrecorded: Invalidate = async () => undefined;

/** The route for purges, where some policy grants them. */
function addPurge(
  app: Hono<AppEnv>,
  services: Services,
  parts: { visitors: Visitors; requests: ClientLimiter; cors: Cors; readBody: ReadBody },
): void {
  const { config, invalidate = unrecorded } = services;
  if (!isEverGranted(config.policies, "purge")) return;
  addPurgeRoute(app, { ...services, ...parts, apps: config.apps, purge: createPurge({ ...parts, invalidate }) });
}

/** The route for events, where they are taken. */
function addWebhooks(app: Hono<AppEnv>, services: Services, readBody: ReadBody): void {
  const { config, webhookKeys: keys, invalidate = unrecorded } = services;
  if (!keys) return;
  const apps = appsByName(config.apps);
  addWebhookRoute(app, {
    take: createDeliveries({ keys, invalidate, apps: new Set(config.apps.values()) }),
    readBody,
    aliasOf: (appId) => apps.get(appId)?.alias,
  });
}

/** What one client may do in a minute: ask, and show credentials that have to be checked. */
function createLimiters({ config, clock, ceiling, log }: Services) {
  const { clientRequestsPerMinute, clientChecksPerMinute } = config;
  const whenFailed = config.authMode === "public" ? "closed" : "open";
  const shared = { clock, report: reportTo(log, "limiter"), whenFailed } as const;
  return {
    requests: createClientLimiter({ ...shared, policy: "requests", perMinute: clientRequestsPerMinute, ceiling }),
    checks: createClientLimiter({ ...shared, policy: "checks", perMinute: clientChecksPerMinute }),
  };
}

/** The service as its routes alone. */
export function createApp(services: Services): Hono<AppEnv> {
  return createService(services, responses).app;
}

/** What answers while the configuration can't be read: alive, not ready, and the same problem everywhere else. */
export function createMisconfiguredApp(services: Pick<Services, "clock" | "log" | "targetOf">): Hono<AppEnv> {
  const app = createBoundary({ ...services, cors: createCors([], "public", () => {}) });
  addHealthRoutes(app, { ...services, readiness: async () => ({ ready: false, checks: { configuration: "failed" } }) });
  app.all("*", (c) => c.get("exchange").refuse({ code: "misconfigured" }));
  return app;
}

/** Around every route: an exchange, exact paths, preflights, one kind of error, one line in the log. */
function createBoundary({ cors, clock, log, targetOf }: Pick<Services, "clock" | "log" | "targetOf"> & { cors: Cors }) {
  // hono's default routers don't fit: one refuses a literal segment beside an id, and the one it falls back to breaks on the method
  // `__proto__`. Repeated questions are answered without a router, so this one need not be fast.
  const app = new Hono<AppEnv>({ router: new LinearRouter() });
  const open = (requested: Requested) =>
    openExchange<Response, BodyInit | null>(requested, { cors, clock, build: buildResponse });

  app.use(async function boundary(c, next) {
    const target = targetOf(c.req.raw);
    const exchange = open({ target, origin: c.req.header("origin") });
    c.set("exchange", exchange);
    if (!isPlainTarget(target)) {
      c.res = exchange.refuse({ code: "not_found" });
    } else if (isPreflight(c.req.raw)) {
      c.res = exchange.answer(204, null, cors.preflight(c.req.header("origin")));
    } else {
      await next();
    }
    logExchange(log, exchange, { method: c.req.method, route: routePath(c), status: c.res.status });
  });

  app.onError((error, c) => {
    // A fault of the platform may come before anything else.
    const opened: Exchange<Response, BodyInit | null> | undefined = c.get("exchange");
    const exchange = opened ?? open({ target: "/", origin: undefined });
    return exchange.refuse(failureOf(error, exchange.trace.report));
  });
  return app;
}

/** What `Allow` says of a route that takes this method. A GET route answers HEAD as well. */
const methodsOf = { GET: ["GET", "HEAD"], POST: ["POST"] } as const;
const methodsTaken = ["GET", "POST"] as const;

/** After the last route: what has a route but not this method is a 405, the rest a 404. */
function closeBoundary(app: Hono<AppEnv>): Hono<AppEnv> {
  for (const path of new Set(app.routes.map((route) => route.path))) {
    const taken = methodsTaken.filter((method) =>
      app.routes.some((route) => route.path === path && route.method === method),
    );
    if (taken.length === 0) continue;
    const allow = [...taken.flatMap((method) => methodsOf[method]), "OPTIONS"].join(", ");
    app.on("OPTIONS", path, (c) => c.get("exchange").answer(204, null, { allow }));
    app.all(path, (c) => c.get("exchange").refuse({ code: "method_not_allowed", allow }));
  }
  app.notFound((c) => c.get("exchange").refuse({ code: "not_found" }));
  return app;
}

const isPreflight = (request: Request) =>
  request.method === "OPTIONS" && request.headers.has("origin") && request.headers.has("access-control-request-method");

/**
 * No path of ours needs an escape, a parameter or a dot segment; whatever has one is a way around something. So is a target that
 * is not a path at all (the absolute form of RFC 9112 section 3.2.2). A Worker never sees dot segments or the absolute form: the platform
 * resolves both into the path that is meant, which is matched as any other.
 */
function isPlainTarget(target: string): boolean {
  const mark = target.indexOf("?");
  const path = mark < 0 ? target : target.slice(0, mark);
  return /^\/(?:[\w.~-]+(?:\/[\w.~-]+)*)?$/.test(path) && !/\/\.{1,2}(?:\/|$)/.test(path);
}

/** The target as it stands in an address: everything after scheme and host. For platforms that keep it as it came. */
export function targetInUrl({ url }: Request): string {
  return url.slice(url.indexOf("/", url.indexOf("://") + 3));
}
