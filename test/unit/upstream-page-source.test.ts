// The rules of the account, on the one way to the upstream: real budget, breaker and client in front of the simulator.
import { questionOf } from "../support/session-list.ts";
import { describe, expect, it } from "vitest";
import type { FaultInput } from "../../simulator/faults.ts";
import { createSimulator, SIMULATOR_ACCOUNT_ID, SIMULATOR_TOKEN } from "../../simulator/simulator.ts";
import type { Event, Lane } from "../../src/ground/runtime.ts";
import { SessionPage } from "../support/session-list.ts";
import type { SessionQuery } from "../support/session-list.ts";
import { createSessionReading } from "../support/session-list.ts";
import { createBreakers } from "../../src/upstream/breaker.ts";
import { createMemoryBudget } from "../../src/upstream/budget.ts";
import { createUpstreamClient } from "../../src/upstream/client.ts";
import { createGate } from "../../src/upstream/gate.ts";
import { createPageSource } from "../../src/upstream/page-source.ts";
import { createTestClock } from "../support/clock.ts";

const query: SessionQuery = { sort_by: "createdAt", sort_order: "DESC", page_no: 1, per_page: 25 };

function scene(faults: readonly FaultInput[] = [], requests = 100) {
  const clock = createTestClock();
  const simulator = createSimulator({ clock });
  simulator.setFaults(faults);
  const events: Event[] = [];
  const report = (event: Event) => void events.push(event);
  const fetchPage = createPageSource(
    {
      reading: createSessionReading({ firstPage: 1, exposeMeta: false }),
      client: createUpstreamClient({
        fetch: (url, init) => simulator.fetch(new Request(url, init)),
        clock,
        token: SIMULATOR_TOKEN,
        baseUrl: "https://api.cloudflare.com/client/v4",
        accountId: SIMULATOR_ACCOUNT_ID,
      }),
      budget: createMemoryBudget({ clock, limits: { requests, windowMs: 300_000 } }),
      breakerOf: createBreakers({ clock, report }),
      gate: createGate({ clock }),
      probe: async () => "unavailable",
      clock,
      random: () => 0.5,
    },
    { requests, windowSeconds: 300 },
  );
  const appId = simulator.apps[0]?.id ?? "";
  const ask = async (lane: Lane = "cold", waitMs = 1_000) => {
    const asked = fetchPage(questionOf(query, { key: "k", appId }), { lane, deadlineAt: clock.now() + 10_000, report });
    await clock.advance(waitMs);
    return asked;
  };
  const calls = () => simulator.state().calls.total;
  const types = () => events.map((event) => event.type);
  return { clock, simulator, ask, calls, events, types, fetchPage, report };
}

const failed = (code: string) => ({ ok: false, failure: { code } });

describe("the way to the upstream", () => {
  it("brings a page that our own schema accepts, and says how volatile it is", async () => {
    const { ask } = scene();
    const result = await ask();
    expect(result.ok).toBe(true);
    if (!result.ok) return;
    expect(["live", "recent"]).toContain(result.value.volatility);
    const page: unknown = JSON.parse(new TextDecoder().decode(result.value.body));
    expect(SessionPage.parse(page).data.sessions).toHaveLength(25);
  });

  it("repeats a 503 once, after a jittered wait, and takes the second answer", async () => {
    const { ask, calls, types } = scene([{ kind: "error", status: 503, times: 1 }]);
    expect((await ask()).ok).toBe(true);
    expect(calls()).toBe(2);
    expect(types()).toContain("upstream.retried");
  });

  it("repeats nothing more than once", async () => {
    const { ask, calls } = scene([{ kind: "error", status: 502 }]);
    expect(await ask()).toMatchObject(failed("upstream_failed"));
    expect(calls()).toBe(2);
  });

  it("repeats neither a 500, nor a refused token, nor a malformed page", async () => {
    for (const fault of [
      { kind: "error", status: 500 },
      { kind: "error", status: 401, shape: "v4", code: 10_000 },
      { kind: "body", form: "truncated" },
    ] satisfies FaultInput[]) {
      const { ask, calls } = scene([fault]);
      expect((await ask()).ok).toBe(false);
      expect(calls()).toBe(1);
    }
  });

  it("repeats nothing while a fifth of the budget or less is left", async () => {
    const { ask, calls } = scene([{ kind: "error", status: 503 }], 1);
    expect(await ask()).toMatchObject(failed("upstream_failed"));
    expect(calls()).toBe(1);
  });

  it("freezes on a 429 for as long as it says, without repeating it", async () => {
    const { ask, calls, clock, simulator } = scene([
      { kind: "error", status: 429, shape: "v4", code: 971, retryAfter: "120", times: 1 },
    ]);
    expect(await ask()).toMatchObject({ ok: false, failure: { code: "upstream_limited", retryAfterSeconds: 120 } });
    expect(await ask()).toMatchObject(failed("upstream_limited"));
    expect(calls()).toBe(1);
    simulator.setFaults([]);
    await clock.advance(120_000);
    expect((await ask()).ok).toBe(true);
    expect(calls()).toBe(2);
  });

  it("lets weaker lanes go without when the budget runs low: new questions first, pages past their bound never before the last call", async () => {
    const { ask, calls } = scene([], 10);
    for (let spent = 0; spent < 8; spent += 1) await ask("old");
    expect(await ask("cold")).toMatchObject(failed("budget_spent"));
    expect((await ask("refresh")).ok).toBe(true);
    expect(await ask("refresh")).toMatchObject(failed("budget_spent"));
    expect((await ask("old")).ok).toBe(true);
    expect(await ask("old")).toMatchObject(failed("budget_spent"));
    expect(calls()).toBe(10);
  });

  it("leaves an upstream alone that failed five times in a row, and lets one probe through after a while", async () => {
    const { ask, calls, clock, simulator, types } = scene([{ kind: "error", status: 500 }]);
    for (let failure = 0; failure < 5; failure += 1) await ask();
    expect(await ask()).toMatchObject(failed("circuit_open"));
    expect(calls()).toBe(5);
    simulator.setFaults([]);
    await clock.advance(10_000);
    expect((await ask()).ok).toBe(true);
    expect((await ask()).ok).toBe(true);
    expect(types()).toContain("breaker.closed");
  });

  it("spends no budget while the breaker is open", async () => {
    const { ask, clock, simulator } = scene([{ kind: "error", status: 500 }], 8);
    for (let asked = 0; asked < 50; asked += 1) await ask("cold", 10);
    simulator.setFaults([]);
    await clock.advance(11_000);
    expect((await ask()).ok).toBe(true);
  });

  it("tells of dropped rows by reason, never by content", async () => {
    const { ask, events } = scene([{ kind: "rows", fault: "any", which: "half" }]);
    await ask();
    const dropped = events.find((event) => event.type === "page.rowsDropped");
    expect(dropped).toBeDefined();
    expect(JSON.stringify(dropped)).not.toMatch(/[<>"]script|[0-9a-f]{8}-[0-9a-f]{4}/);
  });

  it("closes the door on questions that fail, not on pages in use nor on other apps", async () => {
    const { fetchPage, simulator, clock, report } = scene([{ kind: "error", status: 500, match: "search=poison" }]);
    const [app, other] = simulator.apps.map(({ id }) => id);
    const question = (appId = "", search?: string) =>
      questionOf(search ? { ...query, search } : query, { key: "k", appId });
    const fetch = (asked: ReturnType<typeof question>, lane: Lane) =>
      fetchPage(asked, { lane, deadlineAt: clock.now() + 10_000, report });
    for (let poison = 0; poison < 5; poison += 1) await fetch(question(app, `poison${poison}`), "cold");
    expect(await fetch(question(app), "cold")).toMatchObject(failed("circuit_open"));
    expect((await fetch(question(app), "refresh")).ok).toBe(true);
    expect((await fetch(question(other), "cold")).ok).toBe(true);
  });

  it("sends five calls at once, pages in use before new questions, and counts none that waits in vain", async () => {
    const { fetchPage, simulator, clock, report, calls } = scene([{ kind: "latency", latencyMs: 3_000 }]);
    const appId = simulator.apps[0]?.id ?? "";
    const answered: string[] = [];
    const ask = async (name: string, lane: Lane, waitMs: number) => {
      const result = await fetchPage(questionOf(query, { key: "k", appId }), {
        lane,
        deadlineAt: clock.now() + waitMs,
        report,
      });
      answered.push(result.ok ? name : `${name}: ${result.failure.code}`);
    };
    for (let first = 0; first < 5; first += 1) void ask("first", "cold", 10_000);
    for (let later = 0; later < 4; later += 1) void ask("impatient", "cold", 2_000);
    for (let later = 0; later < 3; later += 1) void ask("patient", "cold", 10_000);
    for (let later = 0; later < 4; later += 1) void ask("in use", "old", 10_000);
    await clock.advance(2_500);
    expect(answered).toEqual(Array.from({ length: 4 }, () => "impatient: upstream_timeout"));
    expect(calls()).toBe(5);
    await clock.advance(4_000);
    expect(answered.slice(4)).toEqual([...Array(5).fill("first"), ...Array(4).fill("in use"), "patient"]);
    await clock.advance(3_000);
    expect(answered).toHaveLength(16);
    expect(calls()).toBe(12);
  });
});
