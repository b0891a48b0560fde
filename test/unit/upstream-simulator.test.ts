// The client against the simulator: the faults that the real upstream is known or feared to have, as it words them.
import { describe, expect, it } from "vitest";
import type { FaultInput } from "../../simulator/faults.ts";
import { createSimulator, SIMULATOR_ACCOUNT_ID, SIMULATOR_TOKEN } from "../../simulator/simulator.ts";
import type { SessionQuery } from "../support/session-list.ts";
import { sessionListCall } from "../support/session-list.ts";
import { createUpstreamClient } from "../../src/upstream/client.ts";
import { createTestClock } from "../support/clock.ts";

const query: SessionQuery = { sort_by: "createdAt", sort_order: "DESC", page_no: 1, per_page: 25 };

function scene(faults: readonly FaultInput[] = [], overrides: { token?: string; accountId?: string } = {}) {
  const clock = createTestClock();
  const simulator = createSimulator({ clock });
  simulator.setFaults(faults);
  const client = createUpstreamClient({
    fetch: (url, init) => simulator.fetch(new Request(url, init)),
    clock,
    token: SIMULATOR_TOKEN,
    baseUrl: "https://api.cloudflare.com/client/v4",
    accountId: SIMULATOR_ACCOUNT_ID,
    ...overrides,
  });
  const appId = simulator.apps[0]?.id ?? "";
  const list = async (asked = appId) => {
    const result = client.get({
      ...sessionListCall({ appId: asked, query }, 1),
      deadlineAt: clock.now() + 10_000,
      report: () => {},
      read: (body) => body,
    });
    await clock.advance(11_000);
    return result;
  };
  return { clock, simulator, list };
}

const fault = (failure: object) => ({ ok: false, failure: { failure } });
const failed = (reason: string) => fault({ code: "upstream_failed", reason });
const malformed = (reason: string) => fault({ code: "upstream_malformed", reason });
const timeout = fault({ code: "upstream_timeout" });
const unauthorized = fault({ code: "upstream_unauthorized" });

describe("the client in front of the simulator", () => {
  it("gets a page of sessions and its useless rate header", async () => {
    const { list, simulator, clock } = scene();
    expect(await list()).toMatchObject({
      ok: true,
      value: {
        page: { success: true, data: {} },
        rateLimit: { remaining: 1_199, quota: 1_200 },
      },
    });
    expect(simulator.state().calls).toMatchObject({ total: 1 });
    expect(clock.pendingTimers()).toBe(0);
  });

  it("knows a refused token, a foreign account and an unknown app apart from an outage", async () => {
    expect(await scene([], { token: "x".repeat(40) }).list()).toMatchObject(unauthorized);
    const foreign = await scene([], { accountId: "f".repeat(32) }).list();
    expect(foreign).toMatchObject({ ok: false, failure: { retriable: false } });
    const unknown = await scene().list("00000000-0000-4000-8000-000000000000");
    expect(unknown).toMatchObject({ ok: false, failure: { retriable: false } });
  });

  it("carries the block's end when the account's limit is passed", async () => {
    const { list, simulator } = scene();
    for (let call = 0; call < 1_200; call += 1) {
      await simulator.decide(new Request("https://api.cloudflare.com/client/v4/x"), "/client/v4/x");
    }
    const result = await list();
    expect(result).toMatchObject(fault({ code: "upstream_limited" }));
    if (result.ok || result.failure.failure.code !== "upstream_limited") throw new Error("not limited");
    expect(result.failure.failure.retryAfterSeconds).toBeGreaterThan(290);
    expect(result.failure.failure.retryAfterSeconds).toBeLessThanOrEqual(300);
  });

  it.each<[string, FaultInput, object]>([
    ["an error of its own shape", { kind: "error", shape: "realtimekit", status: 500 }, failed("status_500")],
    ["an error of the edge", { kind: "error", shape: "v4", status: 503, code: 1 }, failed("status_503")],
    ["a bare 401", { kind: "error", shape: "message", status: 401 }, unauthorized],
    ["an HTML 502", { kind: "error", shape: "html", status: 502 }, failed("status_502")],
    [
      "a 429 without a body",
      { kind: "error", shape: "empty", status: 429, retryAfter: "4" },
      fault({ code: "upstream_limited", retryAfterSeconds: 4 }),
    ],
    [
      "a 429 that asks for an age",
      { kind: "error", status: 429, retryAfter: "1e99" },
      fault({ code: "upstream_limited", retryAfterSeconds: 300 }),
    ],
    ["a failure under a 200", { kind: "error", shape: "v4", status: 200, code: 10_000 }, unauthorized],
    ["a page that says it failed", { kind: "body", form: "success-false" }, failed("success_false")],
    ["headers that never come", { kind: "hang", before: "headers" }, timeout],
    ["a body that never comes", { kind: "hang", before: "body" }, timeout],
    ["a body that drips", { kind: "slow-body", bytes: 1, intervalMs: 1_000 }, timeout],
    ["a body slower than the idle limit", { kind: "slow-body", bytes: 1_000, intervalMs: 4_000 }, timeout],
    ["latency beyond the deadline", { kind: "latency", latencyMs: 10_500 }, timeout],
    ["a cut body", { kind: "cut-body" }, failed("cut")],
    ["a reset", { kind: "reset" }, failed("network")],
    ["60 MB", { kind: "huge-body" }, malformed("too_large")],
    ["a gzip bomb", { kind: "gzip-bomb" }, malformed("too_large")],
    ["chained encodings", { kind: "encoding", layers: 2 }, malformed("content_encoding")],
    ["another content type", { kind: "content-type", value: "text/plain" }, malformed("content_type")],
    ["HTML under a 200", { kind: "error", shape: "html", status: 200 }, malformed("content_type")],
    ["no JSON", { kind: "body", form: "not-json" }, malformed("json")],
    ["an empty body", { kind: "body", form: "empty" }, malformed("empty")],
    ["truncated JSON", { kind: "body", form: "truncated" }, malformed("json")],
    ["trailing junk", { kind: "body", form: "trailing-junk" }, malformed("json")],
    ["NaN", { kind: "body", form: "nan" }, malformed("json")],
    ["deep nesting", { kind: "body", form: "deep" }, malformed("nesting")],
    ["a redirect to itself", { kind: "redirect", to: "same", status: 307 }, failed("redirected")],
    ["a redirect elsewhere", { kind: "redirect", to: "other", status: 302 }, failed("redirected")],
  ])("survives %s", async (_, input, expected) => {
    const { list, simulator, clock } = scene([input]);
    expect(await list()).toMatchObject(expected);
    expect(simulator.state().calls).toMatchObject({ total: 1 });
    expect(clock.pendingTimers()).toBe(0);
  });

  it.each<FaultInput>([
    { kind: "body", form: "bom" },
    { kind: "body", form: "duplicate-keys" },
    { kind: "body", form: "proto" },
    { kind: "body", form: "data-null" },
    { kind: "body", form: "top-level-null" },
    { kind: "rows", which: "all" },
    { kind: "encoding", layers: 1 },
  ])("leaves it to the domain what is in the JSON: %j", async (input) => {
    expect(await scene([input]).list()).toMatchObject({ ok: true });
  });

  it("repeats nothing that an error echoes", async () => {
    const result = await scene([{ kind: "echo", status: 403 }]).list();
    expect(result).toMatchObject(unauthorized);
    expect(JSON.stringify(result)).not.toContain(SIMULATOR_TOKEN);
  });
});
