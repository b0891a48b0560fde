// The whole service over its real load side, with an upstream and a shared store of the test's own: for counting what is asked and
// kept, and for parts that break.
import { SIMULATOR_ACCOUNT_ID, SIMULATOR_TOKEN } from "../../simulator/simulator.ts";
import { targetInUrl } from "../../src/app.ts";
import { noChanges } from "../../src/cache/change-log.ts";
import { createCoalescer } from "../../src/cache/coalescer.ts";
import { createPageCache } from "../../src/cache/page-cache.ts";
import type { PageCache } from "../../src/cache/page-cache.ts";
import type { EntryCheck } from "../../src/cache/entry-check.ts";
import { decodeEntry, encodeEntry } from "../../src/cache/envelope.ts";
import { createMemoryStore } from "../../src/cache/store.ts";
import type { Store } from "../../src/cache/store.ts";
import { parseConfig } from "../../src/config/config.ts";
import type { Question } from "../../src/resources/question.ts";
import { budgetLimitsOf, createPageCheck, createLoader, readerDeadlinesOf } from "../../src/entries/loader.ts";
import type { LoaderParts } from "../../src/entries/loader.ts";
import type { Event } from "../../src/ground/runtime.ts";
import { createMemoryBudget } from "../../src/upstream/budget.ts";
import type { Fetch } from "../../src/upstream/client.ts";
import { answerUnder, createTestService, requestTo } from "../support/app.ts";
import type { Asked } from "../../src/service/answer.ts";
import type { TestService, TestServiceOptions } from "../support/app.ts";
import { pageText, rowOf } from "../support/hostile-upstream.ts";

/** A shared store as one value for each key, with its bytes at hand. */
export type ByteStore = Store & { values: Map<string, Uint8Array>; writes: () => number };

/** What a deployment with these settings believes of a store. */
export function checkOf(settings: Readonly<Record<string, string>> = {}): EntryCheck {
  const parsed = parseConfig({ ...smallestSettings, ...settings });
  if (!parsed.ok) throw new Error(parsed.failure.problems.join("\n"));
  return createPageCheck(parsed.value);
}

const smallestSettings = {
  CLOUDFLARE_API_TOKEN: SIMULATOR_TOKEN,
  CLOUDFLARE_ACCOUNT_ID: SIMULATOR_ACCOUNT_ID,
  REALTIMEKIT_APPS: "support=app",
  AUTH_MODE: "key",
  API_KEYS: `server=${"0".repeat(64)}`,
};

/** As Redis keeps pages, without Redis. `now` is what decides whether an entry's times are sound. */
export function createByteStore(
  now: () => number,
  {
    check = checkOf(),
    values = new Map<string, Uint8Array>(),
  }: { check?: EntryCheck; values?: Map<string, Uint8Array> } = {},
): ByteStore {
  let writes = 0;
  return {
    values,
    writes: () => writes,
    get: async (key) => {
      const value = values.get(key);
      return value ? decodeEntry(key, value, now(), check) : { state: "absent" };
    },
    put: async (key, entry) => {
      writes += 1;
      values.set(key, encodeEntry(key, entry, check));
    },
  };
}

export type CountedService = TestService & {
  store: Store;
  /** The addresses that were asked upstream, with what was sent. */
  asked: { url: string; init: RequestInit }[];
  events: Event[];
  /** The answer without moving time, as an entry gives it: the short ways first. Afterwards nothing is under way any more. */
  ask(target: string, init?: RequestInit): Promise<Response>;
};

export type CountedServiceOptions = TestServiceOptions & {
  upstream?: Fetch;
  store?: Store;
  /** Parts of the load side to put in place of the real ones. */
  parts?: Partial<LoaderParts>;
};

export const jsonAnswer = (text: string, status = 200, headers: Readonly<Record<string, string>> = {}) =>
  new Response(text, { status, headers: { "content-type": "application/json", ...headers } });

export function createCountedService(options: CountedServiceOptions = {}): CountedService {
  const { upstream = async () => jsonAnswer(pageText(rowOf())), parts } = options;
  const asked: CountedService["asked"] = [];
  const events: Event[] = [];
  const pending = new Set<Promise<unknown>>();
  let pages: PageCache<Question> | undefined;
  const built = () => {
    if (!pages) throw new Error("built below");
    return pages;
  };
  const service = createTestService({
    ...options,
    services: {
      pages: {
        get: (question, context) => built().get(question, context),
        once: (question, context) => built().once(question, context),
        peek: (question, report) => built().peek(question, report),
        holds: (question) => built().holds(question),
      },
      ...options.services,
    },
  });
  const { clock, config } = service;
  const store = options.store ?? createByteStore(clock.now);
  const memory = createMemoryStore();
  const defer = (work: Promise<unknown>) => {
    const settled = work.catch(() => {});
    pending.add(settled);
    void settled.then(() => pending.delete(settled));
  };
  const loader = createLoader(config, {
    budget: createMemoryBudget({ clock, limits: budgetLimitsOf(config) }),
    copies: memory,
    store,
    coalescer: createCoalescer(),
    changes: noChanges,
    fetch: async (url, init) => {
      asked.push({ url, init });
      return upstream(url, init);
    },
    clock,
    random: () => 0.5,
    report: (event) => void events.push(event),
    defer,
    callsMax: 1_000,
    ...parts,
  });
  pages = createPageCache({ memory: createMemoryStore(), store, loader, clock }, readerDeadlinesOf(config));
  const answer = async (request: Request): Promise<Response> => {
    const ofRequest = askedOf(request);
    return service.respond(ofRequest, defer) ?? service.app.fetch(request);
  };
  return {
    ...service,
    store,
    asked,
    events,
    calls: () => asked.length,
    send: (target, init) => answerUnder(clock, { fetch: answer }, target, init),
    async ask(target, init) {
      const answered = await answer(requestTo(target, init));
      await Promise.all(pending);
      return answered;
    },
  };
}

/** A request as an entry hands it over. */
function askedOf(request: Request): Asked {
  const header = (name: string) => request.headers.get(name) ?? undefined;
  return {
    method: request.method,
    target: targetInUrl(request),
    origin: header("origin"),
    ifNoneMatch: header("if-none-match"),
    fetchSite: header("sec-fetch-site"),
    credentials: { authorization: header("authorization"), accessAssertion: header("cf-access-jwt-assertion") },
    address: "192.0.2.1",
  };
}

/** Whether a shared cache may store this answer by RFC 9111 section 3, by its default rules, or by its owner's. */
export function mayBeShared({ headers, status }: Response): boolean {
  const listed = (name: string) => (headers.get(name) ?? "").toLowerCase().split(/\s*,\s*/);
  const forbids = listed("cache-control").some((directive) => directive === "no-store" || directive === "private");
  const targeted = ["cdn-cache-control", "cloudflare-cdn-cache-control", "surrogate-control"].filter((name) =>
    headers.has(name),
  );
  const targetedForbids = targeted.every((name) => listed(name).includes("no-store"));
  return status !== 304 && !(forbids && targetedForbids && targeted.length > 0);
}
