// A stand-in for the Cloudflare RealtimeKit API: the sessions and all that belongs to them, wire for wire, without an account. One
// request goes through count, limit, faults, token, account and app, in this order, and comes out as an answer of its resource. The
// files that answers link to are on an origin of their own: a request for one goes through its own count and faults alone, and so does one
// for the key of webhooks. What happens in the world is told to webhooks whenever `deliver` is called.
//
// The core uses web APIs alone and takes its time from a clock, so that it runs inside a test, a Worker or `server.ts`.
import { type Clock, systemClock } from "../src/ground/runtime.ts";
import { type Answer, jsonAnswer, v4Error } from "./answer.ts";
import { profiles, SIMULATOR_ACCOUNT_ID, SIMULATOR_TOKEN, type SimulatorApp } from "./catalogue.ts";
import { integer, streamOf } from "./chance.ts";
import { CheckError } from "./checks.ts";
import { checkAdvance, checkSeed, control, controlPrefix } from "./control.ts";
import { toResponse, wait } from "./delivery.ts";
import { dressed, replacement } from "./fault-answer.ts";
import { type ActiveFaults, createFaultPlan, noFaults } from "./fault-plan.ts";
import type { Fault, FaultInput } from "./faults.ts";
import { fileAnswer } from "./files.ts";
import { generators } from "./generators.ts";
import { type Calls, createLedger, type LastCall, type Ledger } from "./ledger.ts";
import { createLister } from "./list.ts";
import { notFound, type RowFields } from "./question.ts";
import { blockedAnswer, rateHeaders } from "./rate-answer.ts";
import { createRateLimit, type RateBudget, type Verdict } from "./rate-limit.ts";
import { isWebhookRoute, reach, type Reached, type Route, webhookKeyPath } from "./routes.ts";
import { createTelling, type Telling } from "./telling.ts";
import { verifyAnswer } from "./token-verify.ts";
import type { Delivery, SendWebhook } from "./webhook-delivery.ts";
import { createWebhookKey } from "./webhook-key.ts";
import { createWorld } from "./world.ts";

export { SIMULATOR_ACCOUNT_ID, SIMULATOR_TOKEN } from "./catalogue.ts";
export { rowFaultNames, rowFaults } from "./row-faults.ts";

export type SimulatorOptions = {
  /** Decides all data and all draws; 0 to 2^32 - 1. Default 1. */
  readonly seed?: number;
  /** Default: the system's. The simulator's own time goes as fast, from `epochMs` on, plus what `advance` added. */
  readonly clock?: Clock;
  /** The simulator's time when it starts, and again at each `reset`; epoch milliseconds. Default: the clock's. */
  readonly epochMs?: number;
  /** The one bearer token that is taken. Default `SIMULATOR_TOKEN`. */
  readonly token?: string;
  /** Default `SIMULATOR_ACCOUNT_ID`. */
  readonly accountId?: string;
  /** Default 1,200 requests in 300 seconds, the published limit. */
  readonly budget?: RateBudget;
  /**
   * Where links to files lead: an origin, perhaps with a path, without a slash at the end. Default `https://files.simulator.invalid`,
   * or where `serveSimulator` serves the files.
   */
  readonly filesBaseUrl?: string;
  /** Whether session rows carry the undocumented fields seen in live answers. Default `documented`. */
  readonly rowFields?: RowFields;
  /** Addresses that are sent all events of every app from the start, and again after each `reset`. Default: none. */
  readonly webhooks?: readonly string[];
  /** What webhooks are signed with at first: RSA, extractable. Default: a key that is made when it is needed. */
  readonly webhookKey?: CryptoKeyPair;
  /** How webhooks leave. Default: the platform's `fetch`. */
  readonly sendWebhook?: SendWebhook;
};

const filesInvalid = "https://files.simulator.invalid";

/** What `GET /__simulator/state` answers. Instants are ISO 8601. */
export type SimulatorState = {
  readonly seed: number;
  readonly now: string;
  readonly epoch: string;
  readonly calls: Calls;
  /** The most calls that arrived in any one window of the budget, refused ones included. */
  readonly peakCallsInWindow: number;
  readonly last: LastCall | null;
  readonly apps: readonly (SimulatorApp & { readonly sessions: number; readonly live: number })[];
  readonly faults: readonly Fault[];
  /** The calls to the origin of the files, apart from those of the API. */
  readonly fileCalls: Calls;
  readonly lastFile: LastCall | null;
  /** The calls for the key of webhooks. */
  readonly keyCalls: Calls;
  readonly webhooks: number;
};

/** What a call comes to. After `answered`, `settle` must be called once the body is over. */
export type Outcome =
  | { readonly fate: "answered"; readonly answer: Answer; settle(): void }
  | { readonly fate: "reset" };

export type Simulator = {
  /**
   * Like the platform's `fetch` against the real API: rejects with a `TypeError` on a reset, hangs until the signal aborts. A request
   * below `filesBaseUrl` gets a file.
   */
  fetch(request: Request): Promise<Response>;
  /** For servers: decides without delivering. `target` is the raw path and query as received. */
  decide(request: Request, target: string): Promise<Outcome>;
  /** The same for the origin of the files. */
  decideFile(request: Request, target: string): Promise<Outcome>;
  /** Where links to files lead. */
  filesBaseUrl(): string;
  /** Tells where the files are served. Without effect when the option `filesBaseUrl` was given. */
  serveFilesAt(baseUrl: string): void;
  readonly clock: Clock;
  readonly apps: readonly SimulatorApp[];
  state(): SimulatorState;
  /** Starts over: counts, block, faults and clock offset; with a seed, other data. */
  reset(seed?: number): void;
  /** Moves the simulator's time forward; at most 90 days at once and 366 in all. Pending delays are not affected. */
  advance(ms: number): void;
  /** Replaces the faults. Throws a `CheckError` when one is not valid, and changes nothing then. */
  setFaults(faults: readonly FaultInput[]): void;
  /** Sessions beside those of the timeline, changed at once; every change is told to webhooks at once. */
  steering(): Telling["steering"];
  /** Has all events of an app, or of every app, sent to an address from now on, until a `reset`. */
  registerWebhook(url: string, appId?: string): void;
  /**
   * Tells webhooks what happened since it was called last: of the last day at most. Settles once nothing waits that is not held back by a
   * fault or waiting for a retry. Never rejects.
   */
  deliver(): Promise<void>;
  /** The last 1,000 deliveries, oldest first. */
  deliveries(): readonly Delivery[];
  /** Makes a new key for webhooks; the old one is published no more. */
  rotateWebhookKey(): void;
};

const offsetMsMax = 366 * 86_400_000;
const lagMsMax = 10_000;

export function createSimulator(options: SimulatorOptions = {}): Simulator {
  const { clock = systemClock, token = SIMULATOR_TOKEN, accountId = SIMULATOR_ACCOUNT_ID } = options;
  const budget = options.budget ?? { requests: 1200, windowSeconds: 300 };
  const { rowFields = "documented", sendWebhook = (url, init) => fetch(url, init) } = options;
  const key = createWebhookKey(options.webhookKey);
  const apps: readonly SimulatorApp[] = profiles.map(({ id, alias }) => ({ id, alias }));
  let filesBaseUrl = options.filesBaseUrl ?? filesInvalid;

  const begin = (seed: number, beganAt = clock.now(), epochMs = options.epochMs ?? beganAt) => {
    const world = createWorld(seed, epochMs);
    const faults = createFaultPlan(seed);
    const parts = { seed, clock, world, faults, key, send: sendWebhook, now: nowMs, filesBaseUrl: () => filesBaseUrl };
    const telling = createTelling(parts, epochMs);
    for (const url of options.webhooks ?? []) for (const { id } of apps) telling.registry.add(id, url, epochMs);
    return {
      seed,
      epochMs,
      /** From the clock's time to the simulator's, before any `advance`. */
      shiftMs: epochMs - beganAt,
      offsetMs: 0,
      calls: 0,
      callsApart: 0,
      shifts: 0,
      world,
      list: createLister(),
      limit: createRateLimit(budget),
      ledger: createLedger(),
      fileLedger: createLedger(),
      keyLedger: createLedger(),
      faults,
      telling,
      /** Held until each is over: once a `Request` is collected, an abort no longer reaches its signal. */
      underWay: new Set<Request>(),
    };
  };
  let run = begin(checkSeed(options.seed ?? 1, "seed"));
  const iso = (ms: number) => new Date(ms).toISOString();

  const simulator: Simulator = {
    clock,
    apps,
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      const isFile = request.url.startsWith(`${filesBaseUrl}/`);
      const outcome = await simulator[isFile ? "decideFile" : "decide"](request, pathname + search);
      if (outcome.fate === "reset") throw new TypeError("fetch failed");
      return toResponse(outcome.answer, clock, request.signal, () => outcome.settle());
    },
    async decide(request, target) {
      const url = new URL(request.url);
      if (url.pathname.startsWith(controlPrefix)) {
        const answer = await control(request, url.pathname, {
          ...simulator,
          replaceFaults,
          faults: () => run.faults.current(),
          now: () => iso(nowMs()),
        });
        return { fate: "answered", answer, settle() {} };
      }
      return url.pathname === webhookKeyPath ? callKey(request, target) : call(request, url, target);
    },
    decideFile: callFile,
    filesBaseUrl: () => filesBaseUrl,
    serveFilesAt(baseUrl) {
      filesBaseUrl = options.filesBaseUrl ?? baseUrl;
    },
    state: () => ({
      seed: run.seed,
      now: iso(nowMs()),
      epoch: iso(run.epochMs),
      calls: run.ledger.calls(),
      peakCallsInWindow: run.limit.peak(),
      last: run.ledger.last() ?? null,
      apps: simulator.apps.map((app) => {
        const moment = run.world.at(app.id, nowMs());
        return { ...app, sessions: moment?.count ?? 0, live: moment?.liveCount ?? 0 };
      }),
      faults: run.faults.current(),
      fileCalls: run.fileLedger.calls(),
      lastFile: run.fileLedger.last() ?? null,
      keyCalls: run.keyLedger.calls(),
      webhooks: run.telling.registry.count(),
    }),
    reset(seed) {
      run.telling.stop();
      run = begin(seed === undefined ? run.seed : checkSeed(seed, "seed"));
    },
    advance(ms) {
      const offsetMs = run.offsetMs + checkAdvance(ms, "advanceMs");
      if (offsetMs > offsetMsMax)
        throw new CheckError("advanceMs", "would move the clock more than 366 days; reset first");
      run.offsetMs = offsetMs;
    },
    setFaults: replaceFaults,
    steering: () => run.telling.steering,
    registerWebhook: (url, appId) => run.telling.register(url, appId),
    deliver: () => run.telling.deliver(),
    deliveries: () => run.telling.deliveries(),
    rotateWebhookKey: () => key.rotate(),
  };

  function nowMs(): number {
    return clock.now() + run.shiftMs + run.offsetMs;
  }

  function replaceFaults(faults: unknown): void {
    run.faults.replace(faults);
    run.shifts = 0;
  }

  async function call(request: Request, url: URL, target: string): Promise<Outcome> {
    const { ledger, limit, faults } = run;
    const number = (run.calls += 1);
    const reached = reach(url.pathname);
    const { route } = reached;
    const tokenMatches = request.headers.get("authorization") === `Bearer ${token}`;
    const close = opened(request, { ledger, route, target, tokenMatches });
    const verdict = limit.arrive(nowMs());
    try {
      if (!verdict.admitted) {
        ledger.noteBlocked();
        return finish(blockedAnswer(verdict.retryAfterSeconds), verdict, noFaults, close);
      }
      const active = route === "redirect-target" ? noFaults : faults.choose(number, target, route);
      if ((await held(request, active, number)) === "reset") {
        close("none");
        return { fate: "reset" };
      }
      const answer =
        replacement(active, request.headers, url.origin) ??
        routed(request.method, reached, { url, tokenMatches, active, number, text: await bodyOf(request, route) });
      return finish(dressed(answer, active), verdict, active, close);
    } catch (error) {
      close("none");
      throw error;
    }
  }

  function callFile(request: Request, target: string): Promise<Outcome> {
    const { fileLedger, seed, world } = run;
    const find = (appId: string, sessionId: string) => world.at(appId, nowMs())?.find(sessionId);
    return callApart(request, target, {
      ledger: fileLedger,
      route: "file",
      answer: async (active) => fileAnswer(request, { seed, nowMs: nowMs(), find }, active),
    });
  }

  function callKey(request: Request, target: string): Promise<Outcome> {
    const isRead = request.method === "GET";
    return callApart(request, target, {
      ledger: run.keyLedger,
      route: "webhook-key",
      answer: async () => (isRead ? key.document() : methodRefused()),
    });
  }

  /** A call that has its own count and faults, and needs neither a token nor the limit. */
  async function callApart(
    request: Request,
    target: string,
    { ledger, route, answer }: { ledger: Ledger; route: Route; answer: (active: ActiveFaults) => Promise<Answer> },
  ): Promise<Outcome> {
    const { faults } = run;
    const number = (run.callsApart += 1);
    const close = opened(request, { ledger, route, target, tokenMatches: false });
    try {
      const active = faults.choose(number, target, route);
      if ((await held(request, active, number)) === "reset") {
        close("none");
        return { fate: "reset" };
      }
      const whole = replacement(active, request.headers, new URL(request.url).origin) ?? (await answer(active));
      const shown = dressed(whole, active);
      return { fate: "answered", answer: shown, settle: () => close(shown.status) };
    } catch (error) {
      close("none");
      throw error;
    }
  }

  /** Notes an arrival. The returned function notes its end. */
  function opened(
    request: Request,
    arrival: { ledger: Ledger; route: string; target: string; tokenMatches: boolean },
  ): (status: number | "none") => void {
    const { underWay } = run;
    const { ledger, route, target: url, tokenMatches } = arrival;
    const closed = ledger.open({ route, method: request.method, url, headers: request.headers, tokenMatches });
    underWay.add(request);
    return (status) => {
      underWay.delete(request);
      closed(status);
    };
  }

  /** Waits as long as faults hold a call back. `number` decides the draw of its jitter. */
  async function held(request: Request, active: ActiveFaults, number: number): Promise<"answer" | "reset"> {
    const { seed } = run;
    const latency = active.one("latency");
    if (latency) {
      const jitterMs = integer(streamOf(seed, "jitter", number), 0, latency.jitterMs);
      await wait(clock, latency.latencyMs + jitterMs, request.signal);
    }
    if (active.one("hang")?.before === "headers") await wait(clock, Infinity, request.signal);
    return active.one("reset") ? "reset" : "answer";
  }

  function finish(answer: Answer, verdict: Verdict, active: ActiveFaults, close: (status: number) => void): Outcome {
    const headers = [...answer.headers, ...rateHeaders(verdict, budget, active.one("rate-headers")?.form)];
    return { fate: "answered", answer: { ...answer, headers }, settle: () => close(answer.status) };
  }

  function routed(
    method: string,
    { route, params }: Reached,
    { url, tokenMatches, active, number, text }: RoutedCall,
  ): Answer {
    if (route === "unknown")
      return v4Error(404, 7003, "Could not route to this path, perhaps your object identifier is invalid?");
    if (method !== "GET" && !isWebhookRoute(route)) return methodRefused();
    if (route === "redirect-target") return jsonAnswer(200, '{"success":true,"data":{"sessions":[]}}');
    if (!tokenMatches) return v4Error(401, 10_000, "Authentication error");
    const account = params["account_id"];
    if (route === "verify") {
      return verifyAnswer(account, { accountId, token: active.one("token"), nowMs: nowMs() });
    }
    if (account !== accountId) return v4Error(403, 10_000, "Authentication error");
    const shownMs = nowMs() - lagMs(active, number);
    const moment = run.world.at(params["app_id"] ?? "", shownMs);
    if (!moment) return notFound();
    if (isWebhookRoute(route)) {
      return run.telling.registry.answer({ route, method, params, text, nowMs: nowMs(), faults: active });
    }
    return generators[route]({
      params,
      query: url.searchParams,
      moment,
      nowMs: shownMs,
      faults: active,
      seed: run.seed,
      call: number,
      rowFields,
      filesBaseUrl,
      list: run.list,
      takeShift: () => run.shifts++,
    });
  }

  /** By how much the world is shown too late. */
  function lagMs(active: ActiveFaults, number: number): number {
    const lag = active.one("lag");
    return lag ? Math.min(lagMsMax, lag.lagMs + integer(streamOf(run.seed, "lag", number), 0, lag.jitterMs)) : 0;
  }

  return simulator;
}

type RoutedCall = {
  readonly url: URL;
  readonly tokenMatches: boolean;
  readonly active: ActiveFaults;
  readonly number: number;
  /** The body as sent. */
  readonly text: string;
};

/** What was sent with a call that may write; nothing else is read. */
async function bodyOf(request: Request, route: Route): Promise<string> {
  return isWebhookRoute(route) && request.method !== "GET" ? request.text() : "";
}

const methodRefused = () => v4Error(405, 10_405, "Method not allowed for this path", [["allow", "GET"]]);
