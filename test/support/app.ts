// The whole service in this process, over the simulator and under a test clock: no socket, no shared store, one loader.
import type { Hono } from "hono";
import { createService, targetInUrl } from "../../src/app.ts";
import type { Service } from "../../src/app.ts";
import type { Services } from "../../src/app.ts";
import { noChanges } from "../../src/cache/change-log.ts";
import { createCoalescer } from "../../src/cache/coalescer.ts";
import { createPageCache } from "../../src/cache/page-cache.ts";
import type { PageCache } from "../../src/cache/page-cache.ts";
import { createPageLoader } from "../../src/cache/page-loader.ts";
import { asStore, createMemoryStore } from "../../src/cache/store.ts";
import { parseConfig } from "../../src/config/config.ts";
import type { Config } from "../../src/config/config.ts";
import { digest } from "../../src/entries/digest.ts";
import type { AppEnv } from "../../src/http/exchange.ts";
import type { Asset } from "../../src/http/static-file.ts";
import { openWebSink } from "../../src/http/web-sink.ts";
import { responses } from "../../src/http/headers.ts";
import type { Question } from "../../src/resources/question.ts";
import { createIdentity } from "../../src/identity/identity.ts";
import { gravestIn } from "../../src/ground/log.ts";
import type { LogLine } from "../../src/ground/log.ts";
import type { Clock } from "../../src/ground/runtime.ts";
import { createSessionReading } from "./session-list.ts";
import { createBreakers } from "../../src/upstream/breaker.ts";
import { createMemoryBudget } from "../../src/upstream/budget.ts";
import { clientOf } from "../../src/entries/loader.ts";
import type { Fetch } from "../../src/upstream/client.ts";
import { createGate } from "../../src/upstream/gate.ts";
import { createPageSource } from "../../src/upstream/page-source.ts";
import { createProbe } from "../../src/upstream/probe.ts";
import { createWebhookKeys } from "../../src/webhooks/key-document.ts";
import { openApiDocument } from "../../openapi/document.ts";
import { serialiseDocument } from "../../openapi/json.ts";
import { toOpenApi30 } from "../../openapi/version-30.ts";
import type { FaultInput } from "../../simulator/faults.ts";
import { createSimulator, SIMULATOR_ACCOUNT_ID, SIMULATOR_TOKEN } from "../../simulator/simulator.ts";
import type { Simulator } from "../../simulator/simulator.ts";
import { openPolicies } from "../../scripts/open-policies.ts";
import { createTestClock } from "./clock.ts";
import { testEpoch } from "./epoch.ts";
import type { TestClock } from "./clock.ts";

export const allowedOrigin = "https://ok.example";

/** The first of the simulator's apps under the alias that the configuration gives it. */
export const appAlias = "support";
export const ownPath = `/v1/apps/${appAlias}/sessions`;
export const sdkPath = `/client/v4/accounts/_/realtime/kit/${appAlias}/sessions`;

export type TestService = Service<Response> & {
  simulator: Simulator;
  clock: TestClock;
  config: Config;
  /** What is logged from the level info on, nothing counted. */
  lines: readonly LogLine[];
  /** How often the upstream was asked so far. */
  calls(): number;
  /** Asks the app, moving time until it has answered. `target` begins with a slash and is sent as it is written. */
  send(target: string, init?: RequestInit): Promise<Response>;
};

export type TestServiceOptions = {
  /** Settings over those of the test, by their names. */
  settings?: Readonly<Record<string, string>>;
  faults?: readonly FaultInput[];
  /** Answers for whoever publishes keys, of tokens or of events; nobody does unless given. */
  keys?: Fetch;
  /** Parts to put in place of the real ones. */
  services?: Partial<Services>;
};

/** Settings under which one client may cause so many upstream calls in a window, a fifth of all. */
export const mayCause = (calls: number) => ({
  UPSTREAM_BUDGET_REQUESTS: String(5 * calls),
  CLIENT_BUDGET_PERCENT: "20",
});

export function createTestService({
  settings,
  faults = [],
  services,
  keys = noKeys,
}: TestServiceOptions = {}): TestService {
  const clock = createTestClock(testEpoch);
  const simulator = createSimulator({ clock, budget: { requests: 1_000_000, windowSeconds: 300 } });
  simulator.setFaults(faults);
  const config = testConfig(simulator, settings);
  const lines: LogLine[] = [];
  const parts: Services = {
    config,
    pages: createTestPages(config, simulator, clock),
    readiness: async () => ({ ready: true, checks: { store: "ok", shield: "ok" } }),
    readAsset: async (path) => testAssets.get(path),
    addressOf: () => "192.0.2.1",
    targetOf: targetInUrl,
    digest,
    clock,
    log(line) {
      if (gravestIn(line).level !== "debug") lines.push(line);
    },
    identity: createIdentity(config.identity, {
      fetch: keys,
      clock,
      digest,
    }),
    webhookKeys: config.webhooks && createWebhookKeys(config.webhooks, { fetch: keys, clock }),
    ...plainStreaming,
    ...services,
  };
  const service = createService(parts, responses);
  return {
    ...service,
    simulator,
    clock,
    config,
    lines,
    calls: () => simulator.state().calls.total,
    send: (target, init) => answerUnder(clock, service.app, target, init),
  };
}

/** Streams as the platform has them, and nothing that changes. */
export const plainStreaming = {
  random: () => 0.5,
  changes: noChanges,
  streaming: { openSink: openWebSink, isShared: true },
} as const;

const noKeys: Fetch = async () => new Response(null, { status: 503 });

/** How far time moves at once, and how often at most: ten simulated minutes, which nothing of ours may take. */
const stepMs = 100;
const stepsMax = 6_000;
/**
 * Real milliseconds before each step. A digest or a decompression runs on another thread: were time to move on without
 * waiting for it, a deadline could pass in the simulated world while no work was slow in the real one.
 */
const patienceMs = 5;

/** The answer of any app, moving time until it is there. */
export async function answerUnder(
  clock: TestClock,
  app: Pick<Hono<AppEnv>, "fetch">,
  target: string,
  init?: RequestInit,
): Promise<Response> {
  const pending = Promise.resolve(app.fetch(requestTo(target, init)));
  for (let step = 0; step < stepsMax; step += 1) {
    const answer = await Promise.race([pending, patience(clock)]);
    if (answer) return answer;
    await clock.advance(stepMs);
  }
  throw new Error(`no answer to ${target} in ten simulated minutes`);
}

async function patience(clock: TestClock): Promise<undefined> {
  for (let round = 0; round < 10; round += 1) await clock.settle();
  await new Promise<void>((resolve) => setTimeout(resolve, patienceMs));
}

/**
 * A request whose address and method are exactly as written. The platform's own `Request` would tidy up dot segments, upper-case
 * methods and refuse some of them, which a raw client doesn't.
 */
export function requestTo(target: string, { method = "GET", ...init }: RequestInit = {}): Request {
  const withBody = init.body === undefined || init.body === null ? {} : { method: "POST" };
  const request = new Request("https://bff.example/", { ...init, ...withBody });
  Object.defineProperty(request, "url", { value: `https://bff.example${target}` });
  Object.defineProperty(request, "method", { value: method });
  return request;
}

/** The configuration of a service under test, without the service. */
export const configFor = (settings: Readonly<Record<string, string>>): Config =>
  testConfig(createSimulator(), settings);

function testConfig(simulator: Simulator, settings: TestServiceOptions["settings"] = {}): Config {
  const parsed = parseConfig({
    CLOUDFLARE_API_TOKEN: SIMULATOR_TOKEN,
    CLOUDFLARE_ACCOUNT_ID: SIMULATOR_ACCOUNT_ID,
    REALTIMEKIT_APPS: simulator.apps.map(({ alias, id }) => `${alias}=${id}`).join(", "),
    ...identitySettings(simulator, settings),
    ALLOWED_ORIGINS: allowedOrigin,
    UPSTREAM_BASE_URL: "http://127.0.0.1:8788/client/v4",
    UPSTREAM_BUDGET_REQUESTS: "1200",
    CLIENT_REQUESTS_PER_MINUTE: "1000000",
    CLIENT_BUDGET_PERCENT: "100",
    CLIENT_CREDENTIAL_CHECKS_PER_MINUTE: "1000000",
    ...settings,
  });
  if (!parsed.ok) throw new Error(parsed.failure.problems.join("\n"));
  return parsed.value;
}

/** Public with everything shown, unless the test says otherwise. */
function identitySettings(simulator: Simulator, settings: Readonly<Record<string, string>>): Record<string, string> {
  if (settings["AUTH_MODE"] !== undefined) return {};
  const aliases = simulator.apps.map(({ alias }) => alias);
  return { AUTH_MODE: "public", POLICIES: openPolicies(aliases, { exposeMeta: settings["EXPOSE_META"] === "true" }) };
}

function createTestPages(config: Config, simulator: Simulator, clock: Clock): PageCache<Question> {
  const report = () => {};
  const defer = () => {};
  const random = () => 0.5;
  const limits = { requests: config.budget.requests, windowMs: config.budget.windowSeconds * 1000 };
  const ask: Fetch = (url, init) => simulator.fetch(new Request(url, init));
  const fetchPage = createPageSource<Question>(
    {
      reading: createSessionReading({ firstPage: config.upstreamFirstPage, exposeMeta: config.exposeMeta }),
      client: clientOf(config, { fetch: ask, clock }),
      budget: createMemoryBudget({ clock, limits }),
      breakerOf: createBreakers({ clock, report }),
      gate: createGate({ clock }),
      probe: createProbe({ fetch: ask, clock, hosts: [new URL(simulator.filesBaseUrl()).hostname] }),
      clock,
      random,
    },
    config.budget,
  );
  const store = asStore(createMemoryStore());
  const loader = createPageLoader<Question>(
    { fetchPage, copies: createMemoryStore(), store, coalescer: createCoalescer(), clock, random, report, defer },
    { freshness: config, deadlineMs: config.upstreamDeadlineMs },
  );
  return createPageCache(
    { memory: createMemoryStore(), store, loader, clock },
    { softDeadlineMs: config.softDeadlineMs, hardDeadlineMs: config.upstreamDeadlineMs },
  );
}

/** The static files of a service under test, by their paths. */
export const testAssets: ReadonlyMap<string, Asset> = new Map([
  ["/dashboard/index.html", { body: "<!doctype html><title>dashboard</title>" }],
  ["/dashboard/files.json", { body: JSON.stringify({ dashboard: ["main.js"], elements: ["main.js"] }) }],
  ["/dashboard/main.js", { body: "// the dashboard" }],
  ["/elements.js", { body: "// the element" }],
  ["/elements/main.js", { body: "// the element" }],
  ["/docs/index.html", { body: "<!doctype html><title>docs</title>" }],
  ["/docs/init.js", { body: "// starts the page" }],
  ["/docs/swagger-ui-bundle.js", { body: "// draws the page" }],
  ["/docs/swagger-ui.css", { body: "/* dresses the page */" }],
  ["/openapi.json", { body: serialiseDocument(openApiDocument()) }],
  ["/openapi-3.0.json", { body: serialiseDocument(toOpenApi30(openApiDocument())) }],
]);
