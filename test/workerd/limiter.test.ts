// Limits of clients on workerd: the real rate limiting binding, and shares of the budget in a real Durable Object.
import { questionOf } from "../support/session-list.ts";
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openPolicies } from "../../scripts/open-policies.ts";
import { createSimulator, SIMULATOR_ACCOUNT_ID, SIMULATOR_TOKEN } from "../../simulator/simulator.ts";
import { createShieldClient } from "../../src/cache/shield.ts";
import { digest } from "../../src/entries/digest.ts";
import type { Question } from "../../src/resources/question.ts";
import { createBindingCeiling } from "../../src/limits/ceiling-binding.ts";
import type { RateLimitBinding } from "../../src/limits/ceiling-binding.ts";
import { createClientLimiter } from "../../src/limits/limiter.ts";
import { systemClock } from "../../src/ground/runtime.ts";
import type { Event, Lane, Payer } from "../../src/ground/runtime.ts";
import { parseSessionQuery } from "../support/session-list.ts";
import { ShieldObject } from "../../src/entries/worker-parts.ts";
import type { KeptPages } from "../../src/entries/worker-parts.ts";
import { makeObject } from "./durable-object.ts";

const ignore = () => undefined;
const clock = systemClock;

function binding(): RateLimitBinding {
  if (!env.CLIENT_LIMIT) throw new Error("wrangler.toml binds no CLIENT_LIMIT");
  return env.CLIENT_LIMIT;
}

/** The local binding's minutes are those of the wall clock: a test must not begin in one and end in the next. */
async function withinOneMinute(): Promise<void> {
  const leftMs = 60_000 - (Date.now() % 60_000);
  if (leftMs < 10_000) await scheduler.wait(leftMs + 50);
}

describe("the rate limiting binding", () => {
  it("grants as many as wrangler.toml says to one client, by two isolates, and then no more", async () => {
    await withinOneMinute();
    const client = crypto.randomUUID();
    // Nobody is too late here: hundreds of calls at once take longer than a request may wait.
    const patient = { now: clock.now, timer: () => ignore };
    const isolates = [1, 2].map(() => createBindingCeiling(binding(), { clock: patient, digest }));
    const asked = Array.from({ length: 700 }, async (_, place) => isolates[place % 2]?.ask(client));
    const answers = await Promise.all(asked);
    expect(answers.filter((answer) => answer === "granted")).toHaveLength(600);
    expect(answers.filter((answer) => answer === "refused")).toHaveLength(100);
    expect(await isolates[0]?.ask(crypto.randomUUID())).toBe("granted");
  });
});

describe("a limiter over the rate limiting binding", () => {
  const broken: [string, RateLimitBinding["limit"]][] = [
    ["throws", () => Promise.reject(new Error("no such namespace"))],
    [
      "throws at once",
      () => {
        throw new Error("not a function");
      },
    ],
    ["is late", () => new Promise(() => undefined)],
  ];

  const setUp = (limit: RateLimitBinding["limit"], whenFailed: "closed" | "open") => {
    const events: Event[] = [];
    const ceiling = createBindingCeiling({ limit }, { clock, digest });
    const limits = { policy: "requests", perMinute: 600, whenFailed } as const;
    return {
      events,
      limiter: createClientLimiter({ ...limits, clock, ceiling, report: (event) => void events.push(event) }),
    };
  };

  it("lets a client through", async () => {
    const { limiter } = setUp((options) => binding().limit(options), "closed");
    expect(await limiter.takeBelowCeiling(crypto.randomUUID())).toEqual({
      code: "allowed",
      remaining: 599,
      resetSeconds: 1,
    });
  });

  it.each(broken)("that %s refuses for a second in public, and no page in memory", async (_name, limit) => {
    const { limiter, events } = setUp(limit, "closed");
    expect(await limiter.takeBelowCeiling("a")).toMatchObject({ code: "rate_limited", retryAfterSeconds: 1 });
    expect(limiter.take("a")).toMatchObject({ code: "allowed" });
    expect(events).toEqual([{ type: "limiter.failed", policy: "requests" }]);
  });

  it.each(broken)("that %s lets everybody through elsewhere, with an event", async (_name, limit) => {
    const { limiter, events } = setUp(limit, "open");
    expect(await limiter.takeBelowCeiling("a")).toMatchObject({ code: "allowed" });
    expect(await limiter.takeBelowCeiling("a")).toMatchObject({ code: "allowed" });
    expect(events).toEqual([{ type: "limiter.failed", policy: "requests" }]);
  });
});

describe("one client's share of the budget, at the shield", () => {
  afterEach(() => void vi.unstubAllGlobals());

  const pages: KeptPages<typeof env> = {
    platform: "worker",
    forReader: ignore,
    forShield: () => ({ store: undefined, looksUp: false, checks: () => ({}) }),
  };

  async function setUpShield(budgetRequests: number) {
    const simulator = createSimulator({ clock });
    vi.stubGlobal("fetch", (url: string, init: RequestInit) => simulator.fetch(new Request(url, init)));
    const { stub, inside } = makeObject();
    const [app] = simulator.apps;
    if (!app) throw new Error("the simulator has no app");
    const settings = {
      CLOUDFLARE_API_TOKEN: SIMULATOR_TOKEN,
      CLOUDFLARE_ACCOUNT_ID: SIMULATOR_ACCOUNT_ID,
      REALTIMEKIT_APPS: `${app.alias}=${app.id}`,
      AUTH_MODE: "public",
      POLICIES: openPolicies([app.alias]),
      ALLOWED_ORIGINS: "https://ok.example",
      UPSTREAM_BASE_URL: "http://127.0.0.1:8788/client/v4",
      UPSTREAM_BUDGET_REQUESTS: String(budgetRequests),
    };
    const shield = await runInDurableObject(
      stub,
      (_instance, state) => new ShieldObject(state, { ...env, ...settings }, pages),
    );
    /** Each a request of its own to the object, as calls from several isolates are. */
    const connect = () => ({
      load: (question: Question, lane: Lane, payer?: Payer) => inside(() => shield.load(question, lane, payer)),
    });
    const isolates = [1, 2].map(() =>
      createShieldClient<Question>(connect, { clock, report: ignore, deadlineMs: 10_000 }),
    );
    const ask = async (isolate: number, search: string, client: string) => {
      const parsed = parseSessionQuery(`?search=${search}`);
      if (!parsed.ok) throw new Error(parsed.failure.code);
      const question = questionOf(parsed.value, { key: search, appId: app.id, app: "support" });
      const result = await isolates[isolate]?.load(question, "cold", { client, percent: 20 });
      return result?.ok ? result.via : result?.failure.code;
    };
    return { ask, calls: () => simulator.state().calls.total };
  }

  it("holds over all isolates and for each client, and a page that is there costs nothing", async () => {
    const { ask, calls } = await setUpShield(10);
    expect(await ask(0, "one", "a")).toBe("fetched");
    expect(await ask(1, "two", "a")).toBe("fetched");
    expect(await ask(0, "three", "a")).toBe("rate_limited");
    expect(await ask(1, "three", "a")).toBe("rate_limited");
    expect(await ask(1, "one", "a")).toBe("recent");
    expect(await ask(1, "three", "b")).toBe("fetched");
    expect(calls()).toBe(3);
  });

  it("takes one call from a hundred who want the same page at once", async () => {
    const { ask, calls } = await setUpShield(5);
    const told = await Promise.all(Array.from({ length: 100 }, (_, place) => ask(place % 2, "same", "a")));
    expect(told).not.toContain("rate_limited");
    expect(calls()).toBe(1);
    expect(await ask(0, "another", "a")).toBe("rate_limited");
  });
});
