// The Worker entry: configuration once per isolate, the platform's parts, the default export and the Durable Object class.
//
// Requests share nothing here but plain data: services are built from bindings, which may be used by any request. What must be
// shared as a promise (a load in flight) lives in the Durable Object.
import { DurableObject } from "cloudflare:workers";
import { createApp, createMisconfiguredApp, targetInUrl } from "./app.ts";
import { createCoalescer } from "./cache/coalescer.ts";
import { settleWithin } from "./cache/deadline.ts";
import { createPageCache } from "./cache/page-cache.ts";
import type { LoadResult } from "./cache/page-loader.ts";
import { createShield, createShieldClient } from "./cache/shield.ts";
import type { Shield as ShieldPart } from "./cache/shield.ts";
import { createKvStore } from "./cache/store-kv.ts";
import { createMemoryStore } from "./cache/store.ts";
import { parseConfig, secretsOf } from "./config.ts";
import type { Config } from "./config.ts";
import type { SessionQuestion } from "./http/questions.ts";
import { budgetLimitsOf, createSessionLoader, readerDeadlinesOf } from "./loader.ts";
import { createLog, isRoutine } from "./log.ts";
import { systemClock } from "./runtime.ts";
import type { Lane, Report } from "./runtime.ts";
import { createDurableBudget } from "./upstream/budget-durable.ts";

/** What `wrangler.toml` binds; the settings come as text beside these. */
export type Env = {
  PAGES: KVNamespace;
  SHIELD: DurableObjectNamespace<Shield>;
  ASSETS: Fetcher;
};

type Handler = { fetch(request: Request, env: Env, context: ExecutionContext): Response | Promise<Response> };

const clock = systemClock;
const writeLine = (line: string) => console.log(line);
const readinessTimeoutMs = 1_000;

/** The one loader of an account: see `cache/shield.ts`. Reached only through its binding. */
export class Shield extends DurableObject<Env> {
  readonly #shield: ShieldPart<SessionQuestion> | undefined;

  constructor(context: DurableObjectState, env: Env) {
    super(context, env);
    const config = parseConfig({ ...env });
    this.#shield = config.ok ? buildShield(context, env, config.value) : undefined;
  }

  async load(question: SessionQuestion, lane: Lane): Promise<LoadResult> {
    return this.#shield?.load(question, lane) ?? { ok: false, failure: { code: "misconfigured" } };
  }

  /** Answers whether this object runs and could read its configuration. Costs no upstream call. */
  async isReady(): Promise<boolean> {
    return this.#shield !== undefined;
  }
}

function buildShield(context: DurableObjectState, env: Env, config: Config): ShieldPart<SessionQuestion> {
  const log = createLog(writeLine, secretsOf(config));
  const report: Report = (event) => {
    if (!isRoutine(event)) log({ kind: "event", part: "shield", event });
  };
  const defer = (work: Promise<unknown>) => context.waitUntil(work);
  const copies = createMemoryStore();
  const loader = createSessionLoader(config, {
    budget: createDurableBudget(context.storage, { clock, limits: budgetLimitsOf(config) }),
    copies,
    store: config.cacheStore === "kv" ? createKvStore(env.PAGES, { clock }) : undefined,
    coalescer: createCoalescer(),
    fetch: (url, init) => fetch(url, init),
    clock,
    random: Math.random,
    report,
    defer,
  });
  const pages = createPageCache({ memory: copies, loader, clock }, readerDeadlinesOf(config));
  return createShield({ pages, loader, defer, report });
}

function buildHandler(env: Env): Handler {
  const config = parseConfig({ ...env });
  if (!config.ok) {
    const log = createLog(writeLine);
    log({ kind: "event", part: "worker", event: { type: "config.rejected", problems: config.failure.problems } });
    return createMisconfiguredApp({ clock, log, targetOf: targetInUrl });
  }
  const { accountId, cacheStore, upstreamDeadlineMs } = config.value;
  const log = createLog(writeLine, secretsOf(config.value));
  const shield = () => env.SHIELD.getByName(accountId);
  return createApp({
    config: config.value,
    pages: createPageCache<SessionQuestion>(
      {
        memory: createMemoryStore(),
        store: cacheStore === "kv" ? createKvStore(env.PAGES, { clock }) : undefined,
        loader: createShieldClient(shield, {
          clock,
          deadlineMs: upstreamDeadlineMs,
          report: (event) => log({ kind: "event", part: "worker", event }),
        }),
        clock,
      },
      readerDeadlinesOf(config.value),
    ),
    readiness: async () => {
      const [store, isReady] = await Promise.all([
        settleWithin(
          cacheStore === "kv" ? env.PAGES.get("readiness") : Promise.resolve(null),
          readinessTimeoutMs,
          clock,
        ),
        settleWithin(shield().isReady(), readinessTimeoutMs, clock),
      ]);
      const checks = {
        store: store.state === "value" ? "ok" : "failed",
        shield: isReady.state === "value" && isReady.value ? "ok" : "failed",
      } as const;
      return { ready: checks.store === "ok" && checks.shield === "ok", checks };
    },
    readAsset: async (path) => {
      const response = await env.ASSETS.fetch(`https://assets.invalid${path}`);
      return response.ok && response.body ? response.body : undefined;
    },
    addressOf: (request) => request.headers.get("cf-connecting-ip") ?? undefined,
    targetOf: targetInUrl,
    clock,
    log,
  });
}

let handler: Handler | undefined;

export default {
  fetch(request, env, context) {
    handler ??= buildHandler(env);
    return handler.fetch(request, env, context);
  },
} satisfies ExportedHandler<Env>;
