// What every Worker is made of, wherever it keeps its pages: the Durable Object that loads, and the handler that reads.
//
// Requests share nothing here but plain data: services are built from bindings, which may be used by any request. What must be
// shared as a promise or a socket (a load in flight, a connection to Redis) lives in the Durable Object. The entries say
// where pages are kept, and nothing else differs between them.
import { DurableObject } from "cloudflare:workers";
import { createMisconfiguredApp, createService, targetInUrl } from "../app.ts";
import type { Services } from "../app.ts";
import { createFollowedLog } from "../cache/change-log-followed.ts";
import { createDurableChangeLog } from "../cache/change-log-durable.ts";
import { noChanges, type ChangeJournal } from "../cache/change-log.ts";
import type { Changes, Touch } from "../cache/change-marks.ts";
import { createCoalescer } from "../cache/coalescer.ts";
import { settleWithin } from "../ground/deadline.ts";
import { createPageCache } from "../cache/page-cache.ts";
import type { LoadResult } from "../cache/page-loader.ts";
import { createShield, createShieldClient } from "../cache/shield.ts";
import type { Shield as ShieldPart } from "../cache/shield.ts";
import { createMemoryStore } from "../cache/store.ts";
import type { Store } from "../cache/store.ts";
import { parseConfig, secretsOf } from "../config/config.ts";
import type { Platform } from "../config/rules.ts";
import type { Config } from "../config/config.ts";
import { responses } from "../http/headers.ts";
import { openWebSink } from "../http/web-sink.ts";
import type { Question } from "../resources/question.ts";
import type { Asked } from "../service/answer.ts";
import { budgetLimitsOf, createLoader, keepsChanges, readerDeadlinesOf, reportOfLoad } from "./loader.ts";
import { digest } from "./digest.ts";
import { loginOf } from "./login.ts";
import { createDurableLogins, createLoginsClient } from "../login/logins-durable.ts";
import type { LoginRecord, Logins } from "../login/logins.ts";
import { createIdentity } from "../identity/identity.ts";
import { createBindingCeiling } from "../limits/ceiling-binding.ts";
import type { RateLimitBinding } from "../limits/ceiling-binding.ts";
import { createLog, reportTo } from "../ground/log.ts";
import { createInvalidation } from "../service/invalidation.ts";
import { systemClock } from "../ground/runtime.ts";
import type { Defer, Lane, Payer, Report } from "../ground/runtime.ts";
import { createDurableBudget } from "../upstream/budget-durable.ts";
import { createWebhookKeys } from "../webhooks/key-document.ts";

/** What every `wrangler*.toml` binds; the settings come as text beside these. */
export type WorkerEnv = {
  SHIELD: DurableObjectNamespace<ShieldObject>;
  ASSETS: Fetcher;
  /** Not there in a deployment whose configuration file is older: requests are then counted per isolate only. */
  CLIENT_LIMIT?: RateLimitBinding;
};

/** How a part of the service is, as `/readyz` tells it. */
export type Checks = Readonly<Record<string, "ok" | "degraded">>;

/** The shield's end of the pages: where it reads and writes them, and how that is at the moment. */
export type ShieldPages = {
  store: Store | undefined;
  /** Looks pages up there before it asks the upstream. False where every reader has done so itself. */
  looksUp: boolean;
  checks(): Checks;
};

/** The reader's end. Without a store it has its memory and the shield; `probe` rejects while the store can't be read. */
export type ReaderPages = { store: Store; probe(): Promise<unknown> } | undefined;

/** Where a build of the Worker keeps its pages. */
export type KeptPages<Env> = {
  platform: Platform;
  /** Called once for every isolate, with a configuration that was read. */
  forReader(env: Env, config: Config): ReaderPages;
  /** Called once for every start of the shield; requests to it wait for the answer. */
  forShield(env: Env, config: Config, report: Report): ShieldPages | Promise<ShieldPages>;
};

type Handler = { fetch(request: Request, env: WorkerEnv, context: ExecutionContext): Response | Promise<Response> };

const clock = systemClock;

/** Without a timer: none of a Worker's outlives its request. */
const openLog = (config?: Config) =>
  createLog((line) => console.log(line), {
    clock: { now: () => clock.now() },
    ...(config && { level: config.logLevel, secrets: secretsOf(config) }),
  });
const readinessTimeoutMs = 1_000;

type Opened = {
  shield: ShieldPart<Question>;
  journal: ChangeJournal | undefined;
  logins: Logins | undefined;
  checks(): Checks;
};

/** The one loader of an account: see `cache/shield.ts`. Reached only through its binding. */
export class ShieldObject<Env extends WorkerEnv = WorkerEnv> extends DurableObject<Env> {
  #opened: Opened | undefined;

  constructor(context: DurableObjectState, env: Env, pages: KeptPages<Env>) {
    super(context, env);
    const config = parseConfig({ ...env }, pages.platform);
    if (!config.ok) return;
    void context.blockConcurrencyWhile(async () => {
      this.#opened = await openShield(context, env, config.value, pages);
    });
  }

  async load(question: Question, lane: Lane, payer?: Payer, floor?: number): Promise<LoadResult> {
    return this.#opened?.shield.load(question, lane, payer, floor) ?? { ok: false, failure: { code: "misconfigured" } };
  }

  /** The journal of changes, for isolates. */
  async append(touch: Touch): Promise<number> {
    return this.#journal().append(touch);
  }

  async changes(after: number): Promise<Changes> {
    return this.#journal().changes(after);
  }

  /** The record of logins, for isolates. */
  async isLoginLive(id: string): Promise<boolean | undefined> {
    return this.#logins().isLive(id);
  }

  async recordLogin(login: LoginRecord): Promise<boolean> {
    return this.#logins().record(login);
  }

  async endLogin(id: string): Promise<boolean> {
    return this.#logins().end(id);
  }

  async endLoginsOf(owner: string): Promise<boolean> {
    return this.#logins().endAllOf(owner);
  }

  #logins(): Logins {
    if (!this.#opened?.logins) throw new Error("misconfigured");
    return this.#opened.logins;
  }

  #journal(): ChangeJournal {
    if (!this.#opened?.journal) throw new Error("misconfigured");
    return this.#opened.journal;
  }

  /** How this object's parts are; undefined when it can't read its configuration. Costs no upstream call. */
  async checks(): Promise<Checks | undefined> {
    return this.#opened?.checks();
  }
}

async function openShield<Env extends WorkerEnv>(
  context: DurableObjectState,
  env: Env,
  config: Config,
  pages: KeptPages<Env>,
): Promise<Opened> {
  const report = reportTo(openLog(config), "shield");
  const defer = (work: Promise<unknown>) => context.waitUntil(work);
  const copies = createMemoryStore();
  const journal = keepsChanges(config) ? createDurableChangeLog(context.storage, { clock }) : undefined;
  const changes = journal ?? noChanges;
  const { store, looksUp, checks } = await pages.forShield(env, config, report);
  const loader = createLoader(config, {
    budget: createDurableBudget(context.storage, { clock, limits: budgetLimitsOf(config) }),
    copies,
    store,
    coalescer: createCoalescer(),
    changes,
    fetch: (url, init) => fetch(url, init),
    clock,
    random: Math.random,
    report,
    defer,
  });
  const cache = createPageCache<Question>(
    { memory: copies, store: looksUp ? store : undefined, loader, changes, clock },
    readerDeadlinesOf(config),
  );
  const shield = createShield({ pages: cache, loader, defer, report: reportOfLoad(report) });
  const logins = config.login?.store ? createDurableLogins(context.storage, { clock }) : undefined;
  return { shield, journal, logins, checks };
}

function buildHandler<Env extends WorkerEnv>(env: Env, pages: KeptPages<Env>): Handler {
  const config = parseConfig({ ...env }, pages.platform);
  if (!config.ok) {
    const log = openLog();
    reportTo(log, "worker")({ type: "config.rejected", problems: config.failure.problems });
    return createMisconfiguredApp({ clock, log, targetOf: targetInUrl });
  }
  const { accountId, upstreamDeadlineMs, webhooks } = config.value;
  const log = openLog(config.value);
  const report = reportTo(log, "worker");
  const { warnings } = config.value;
  if (warnings.length > 0) report({ type: "config.warned", warnings });
  const shield = () => env.SHIELD.getByName(accountId);
  const own = pages.forReader(env, config.value);
  const isLogged = keepsChanges(config.value);
  const changes = isLogged
    ? createFollowedLog(
        { changes: (after) => shield().changes(after) },
        { clock, whenFailed: (reason) => report({ type: "changes.failed", operation: "read", reason }) },
      )
    : noChanges;
  /** This isolate knows of the touch before it answers. */
  const append = async (touch: Touch) => {
    const position = await shield().append(touch);
    await changes.sync();
    return position;
  };
  const logins = config.value.login?.store ? createLoginsClient(shield, reportTo(log, "login")) : undefined;
  const fetchFrom = (url: string, init: RequestInit) => fetch(url, init);
  const addressOf = (request: Request) => request.headers.get("cf-connecting-ip") ?? undefined;
  const services: Services = {
    config: config.value,
    pages: createPageCache<Question>(
      {
        memory: createMemoryStore(),
        store: own?.store,
        loader: createShieldClient(shield, {
          clock,
          deadlineMs: upstreamDeadlineMs,
          report,
        }),
        changes,
        clock,
      },
      readerDeadlinesOf(config.value),
    ),
    readiness: async () => {
      const [store, told] = await Promise.all([
        own && settleWithin(own.probe(), readinessTimeoutMs, clock),
        settleWithin(shield().checks(), readinessTimeoutMs, clock),
      ]);
      const isStoreRead = store === undefined || store.state === "value";
      const shieldChecks = told.state === "value" ? told.value : undefined;
      return {
        ready: isStoreRead && shieldChecks !== undefined,
        checks: {
          ...(store && { store: isStoreRead ? "ok" : "failed" }),
          shield: shieldChecks === undefined ? "failed" : "ok",
          ...shieldChecks,
        },
      };
    },
    readAsset: async (path) => {
      const response = await env.ASSETS.fetch(`https://assets.invalid${path}`);
      return response.ok && response.body ? { body: response.body } : undefined;
    },
    addressOf,
    targetOf: targetInUrl,
    clock,
    log,
    ceiling: env.CLIENT_LIMIT && createBindingCeiling(env.CLIENT_LIMIT, { clock, digest }),
    digest,
    random: Math.random,
    changes,
    streaming: { openSink: openWebSink, isShared: false },
    identity: createIdentity(config.value.identity, { fetch: fetchFrom, clock, digest, logins }),
    login: loginOf(config.value, { fetch: fetchFrom, clock, digest, logins }),
    invalidate: isLogged ? createInvalidation({ append }, report) : undefined,
    webhookKeys: webhooks && createWebhookKeys(webhooks, { fetch: fetchFrom, clock }),
  };
  const { app, respond } = createService(services, responses);
  const header = ({ headers }: Request, name: string) => headers.get(name) ?? undefined;
  const { authMode } = config.value;
  const hasLogin = authMode === "session";
  const hasTokens = authMode === "jwt" || authMode === "key";
  return {
    fetch(request, bindings, context) {
      // Each look at a header costs a call out of JavaScript: what no identity needs here is not looked at.
      const origin = header(request, "origin");
      const fetchSite = header(request, "sec-fetch-site");
      const asked: Asked = {
        method: request.method,
        target: targetInUrl(request),
        origin,
        ifNoneMatch: header(request, "if-none-match"),
        fetchSite,
        credentials: {
          authorization: hasTokens ? header(request, "authorization") : undefined,
          accessAssertion: authMode === "access" ? header(request, "cf-access-jwt-assertion") : undefined,
          cookie: hasLogin ? header(request, "cookie") : undefined,
          fetchSite,
          origin,
          ownHeader: hasLogin && fetchSite === undefined ? header(request, "x-bff") : undefined,
        },
        address: addressOf(request),
      };
      const defer: Defer = (work) => context.waitUntil(work.catch(() => {}));
      return respond(asked, defer) ?? app.fetch(request, bindings, context);
    },
  };
}

/** The default export of an entry: configuration once per isolate. */
export function createWorker<Env extends WorkerEnv>(pages: KeptPages<Env>) {
  let handler: Handler | undefined;
  return {
    fetch(request, env, context) {
      handler ??= buildHandler(env, pages);
      return handler.fetch(request, env, context);
    },
  } satisfies ExportedHandler<Env>;
}
