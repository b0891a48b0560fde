// The services that the oracle compares, over an upstream of its own: the product as it is, and the same parts put together with some of
// them changed, to see whether the oracle would notice.
import { Hono } from "hono";
import { createService, targetInUrl } from "../../src/app.ts";
import type { Service, Services } from "../../src/app.ts";
import { noChanges } from "../../src/cache/change-log.ts";
import { createCoalescer } from "../../src/cache/coalescer.ts";
import { createPageCache } from "../../src/cache/page-cache.ts";
import { createMemoryStore } from "../../src/cache/store.ts";
import type { MemoryStore, Store } from "../../src/cache/store.ts";
import type { Config } from "../../src/config/config.ts";
import { fail } from "../../src/ground/errors.ts";
import { createCors } from "../../src/http/cors.ts";
import type { Cors } from "../../src/http/cors.ts";
import { asIs } from "../../src/http/encodings.ts";
import { openExchange } from "../../src/http/exchange.ts";
import type { AppEnv } from "../../src/http/exchange.ts";
import { buildResponse, rawAnswers, responses } from "../../src/http/headers.ts";
import type { RawAnswer } from "../../src/http/headers.ts";
import { createQuestions } from "../../src/service/questions.ts";
import type { Questions } from "../../src/service/questions.ts";
import { createAnswers } from "../../src/service/answer.ts";
import { after } from "../../src/service/eventually.ts";
import { addDataRoutes, createResponder } from "../../src/http/data-routes.ts";
import { createPageAnswers } from "../../src/http/page-answer.ts";
import { createViews } from "../../src/service/views.ts";
import type { Views } from "../../src/service/views.ts";
import { createVisitors } from "../../src/service/visitors.ts";
import { digest } from "../../src/entries/digest.ts";
import { createIdentity } from "../../src/identity/identity.ts";
import type { Identity } from "../../src/identity/identity.ts";
import type { Principal } from "../../src/identity/principal.ts";
import { createClientLimiter } from "../../src/limits/limiter.ts";
import { budgetLimitsOf, createLoader, readerDeadlinesOf } from "../../src/entries/loader.ts";
import { createAccess } from "../../src/policy/access.ts";
import type { Access } from "../../src/policy/access.ts";
import type { Clock, Defer } from "../../src/ground/runtime.ts";
import { createMemoryBudget } from "../../src/upstream/budget.ts";
import type { Fetch } from "../../src/upstream/client.ts";
import { plainStreaming } from "./app.ts";

export type Surroundings = {
  clock: Clock;
  fetch: Fetch;
  /** Answers for whoever publishes the keys of tokens. */
  keys?: Fetch;
  store: Store | undefined;
  defer: Defer;
};

/** Everything a service has, new. */
export function partsOf(config: Config, { clock, fetch, keys = noKeys, store, defer }: Surroundings): Services {
  const loader = createLoader(config, {
    budget: createMemoryBudget({ clock, limits: budgetLimitsOf(config) }),
    copies: createMemoryStore(),
    store,
    coalescer: createCoalescer(),
    changes: noChanges,
    fetch,
    clock,
    random: () => 0.5,
    report: () => {},
    defer,
  });
  return {
    config,
    pages: createPageCache({ memory: createMemoryStore(), store, loader, clock }, readerDeadlinesOf(config)),
    readiness: async () => ({ ready: true, checks: {} }),
    readAsset: async () => undefined,
    addressOf: () => "192.0.2.1",
    targetOf: targetInUrl,
    clock,
    log: () => {},
    identity: createIdentity(config.identity, {
      fetch: keys,
      clock,
      digest,
    }),
    digest,
    ...plainStreaming,
  };
}

/** Pages alone are compared. */
const noStreams = { open: () => new Response(null, { status: 501 }) };
const noExports = { open: async () => fail({ code: "internal" } as const) };
const noExportAnswers = { answer: () => new Response(null, { status: 501 }) };

const noKeys: Fetch = async () => new Response(null, { status: 503 });

/** A service as an entry asks it. */
export type Ways = Pick<Service<Response>, "app" | "respond">;

/** As a Worker has it. */
export const build = (services: Services): Ways => createService(services, responses);

/** As a Node process has it: what needs no router is answered with plain data. */
export function buildRaw(services: Services): Ways {
  const { app, respond } = createService(services, rawAnswers);
  return {
    app,
    respond(asked, defer) {
      const answer = respond(asked, defer);
      return answer && after(answer, responseOf);
    },
  };
}

/** Without the length, which the standard's `Response` does not tell. */
function responseOf({ status, headers, body }: RawAnswer): Response {
  const pairs = Array.from({ length: headers.length / 2 }, (_, place): [string, string] => [
    headers[2 * place] ?? "",
    headers[2 * place + 1] ?? "",
  ]);
  const told = pairs.filter(([name]) => name !== "content-length");
  return new Response(typeof body === "string" || body === null ? body : new Uint8Array(body), {
    status,
    headers: told,
  });
}

type AccessOf = (principal: Principal) => Access;
/** Each gets the real part and gives back what is put in its place. */
export type Change = {
  identity?: (real: Identity) => Identity;
  accessOf?: (real: AccessOf) => AccessOf;
  questions?: (real: Questions, config: Config) => Questions;
  viewMemory?: (real: MemoryStore) => MemoryStore;
  views?: (real: Views) => Views;
  cors?: (real: Cors) => Cors;
};

/** The routes of data, with and without the router, over the same parts as the product's, but for the change. */
export function buildChanged(services: Services, change: Change): Ways {
  const { config, clock, pages, targetOf } = services;
  const changed = <Part>(how: ((real: Part) => Part) | undefined, real: Part): Part => (how ? how(real) : real);
  const cors = changed(
    change.cors,
    createCors(config.allowedOrigins, config.authMode, () => {}),
  );
  const identity = changed(change.identity, services.identity);
  const accessOf = changed(change.accessOf, createAccess(config.policies).accessOf);
  const questions = changed<Questions>(
    (real) => change.questions?.(real, config) ?? real,
    createQuestions(config, clock),
  );
  const views = changed(change.views, createViews(changed(change.viewMemory, createMemoryStore())));
  const requests = createClientLimiter({ clock, perMinute: 1_000_000, policy: "requests", report: () => {} });
  const visitors = createVisitors({ identity, accessOf, checks: requests, log: services.log });

  const app = new Hono<AppEnv>();
  app.use(async (c, next) => {
    const requested = { target: targetOf(c.req.raw), origin: c.req.header("origin") };
    c.set("exchange", openExchange(requested, { cors, clock, build: buildResponse }));
    await next();
  });
  const { accountId, apps } = config;
  const answers = createAnswers({ visitors, questions, pages, views, requests, budgetPercent: 100, digest, clock });
  const pageAnswers = createPageAnswers({ encoder: asIs, requests, clock }, responses);
  addDataRoutes(app, {
    ...services,
    accountId,
    apps,
    answers,
    live: noStreams,
    exports: noExports,
    exportAnswers: noExportAnswers,
    cors,
    pageAnswers,
  });
  return { app, respond: createResponder({ answers, cors, clock, log: services.log }, responses, pageAnswers) };
}
