// The client against an upstream that does whatever it likes: handed-in answers under a test clock.
import { sessionListCall } from "../support/session-list.ts";
import { describe, expect, it } from "vitest";
import type { Event } from "../../src/ground/runtime.ts";
import type { SessionQuery } from "../support/session-list.ts";
import type { Fetch, UpstreamCall } from "../../src/upstream/client.ts";
import { bodyLimits, createUpstreamClient } from "../../src/upstream/client.ts";
import { createTestClock } from "../support/clock.ts";
import { hostileIds } from "./upstream-hostile-ids.ts";

const accountId = "0123456789abcdef0123456789abcdef";
const appId = "14a396e7-ca44-4937-bf1f-050a69118543";
const token = "canary-token-of-forty-characters-0123456";
const query: SessionQuery = { sort_by: "createdAt", sort_order: "DESC", page_no: 1, per_page: 25 };
const path = `/accounts/${accountId}/realtime/kit/${appId}/sessions?per_page=25&sort_by=createdAt&sort_order=DESC`;

type Sent = { url: string; init: RequestInit };
const json = { "content-type": "application/json" };
const page = '{"success":true,"data":{"sessions":[]}}';

/** A client whose upstream is a function. */
function scene(
  answer: (sent: Sent) => Response | Promise<Response>,
  overrides: { accountId?: string; baseUrl?: string } = {},
) {
  const clock = createTestClock();
  const sent: Sent[] = [];
  const events: Event[] = [];
  const fetch: Fetch = async (url, init) => {
    sent.push({ url, init });
    return answer({ url, init });
  };
  const baseUrl = "https://api.cloudflare.com/client/v4";
  const client = createUpstreamClient({ fetch, clock, token, baseUrl, accountId, ...overrides });
  const list = (call: Partial<UpstreamCall<unknown>> = {}) =>
    client.get({
      ...sessionListCall({ appId, query }, 1),
      deadlineAt: clock.now() + 10_000,
      report: (event) => events.push(event),
      read: (body) => body,
      ...call,
    });
  return { clock, sent, events, list };
}

/** A body whose pieces the test sends, and that tells whether it was cancelled. */
function pipe() {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const seen = { isCancelled: false, pulledBytes: 0 };
  const stream = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given;
    },
    cancel() {
      seen.isCancelled = true;
    },
  });
  return {
    stream,
    seen,
    send: (text: string) => controller?.enqueue(new TextEncoder().encode(text)),
    close: () => controller?.close(),
    fail: () => controller?.error(new TypeError("terminated")),
  };
}

const failure = (fault: object) => ({ ok: false, failure: fault });

describe("what leaves", () => {
  it("is a GET of the template with our own three headers and nothing else", async () => {
    const { list, sent } = scene(() => new Response(page, { headers: json }));
    await list();
    expect(sent).toHaveLength(1);
    expect(sent[0]?.url).toBe(`https://api.cloudflare.com/client/v4${path}`);
    const { signal, ...init } = sent[0]?.init ?? {};
    expect(signal).toBeInstanceOf(AbortSignal);
    expect(init).toEqual({
      method: "GET",
      headers: { accept: "application/json", authorization: `Bearer ${token}`, "user-agent": "realtimekit-bff" },
      redirect: "manual",
    });
  });

  it.each(hostileIds)("is nothing at all for the id %j", async (id) => {
    const asApp = scene(() => new Response(page, { headers: json }));
    expect(await asApp.list({ appId: id })).toMatchObject(
      failure({ failure: { code: "misconfigured" }, retriable: false }),
    );
    const asAccount = scene(() => new Response(page, { headers: json }), { accountId: id });
    expect(await asAccount.list()).toMatchObject(failure({ failure: { code: "misconfigured" } }));
    expect([...asApp.sent, ...asAccount.sent]).toEqual([]);
  });

  it("is nothing when the base is neither https nor loopback", async () => {
    const { list, sent } = scene(() => new Response(page), { baseUrl: "http://api.cloudflare.com/client/v4" });
    expect(await list()).toMatchObject(failure({ failure: { code: "misconfigured" }, health: "unknown" }));
    expect(sent).toEqual([]);
  });

  it("is nothing when the deadline has passed or the caller has left already", async () => {
    const { list, sent, clock } = scene(() => new Response(page));
    expect(await list({ deadlineAt: clock.now() })).toMatchObject(failure({ failure: { code: "upstream_timeout" } }));
    expect(await list({ signal: AbortSignal.abort() })).toMatchObject(failure({ health: "unknown" }));
    expect(sent).toEqual([]);
    expect(clock.pendingTimers()).toBe(0);
  });
});

describe("a good answer", () => {
  it("is handed on parsed, with the header's hint", async () => {
    const headers = { ...json, ratelimit: '"default";r=50;t=30', "ratelimit-policy": '"default";q=1200;w=300' };
    const { list, events, clock } = scene(() => new Response(page, { headers }));
    expect(await list()).toEqual({
      ok: true,
      value: {
        page: { success: true, data: { sessions: [] } },
        rateLimit: { remaining: 50, resetSeconds: 30, quota: 1_200 },
      },
    });
    expect(events).toEqual([{ type: "upstream.answered", status: 200, durationMs: 0 }]);
    expect(clock.pendingTimers()).toBe(0);
  });

  it.each(["application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "application/vnd.api+json;v=1"])(
    "may be called %s",
    async (type) => {
      const { list } = scene(() => new Response(page, { headers: { "content-type": type } }));
      expect(await list()).toMatchObject({ ok: true, value: { rateLimit: undefined } });
    },
  );

  it("may begin with a byte order mark and split a character between two pieces", async () => {
    const bytes = new TextEncoder().encode('\ufeff{"title":"日本"}');
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const { list } = scene(() => new Response(stream, { headers: json }));
    expect(await list()).toMatchObject({ ok: true, value: { page: { title: "日本" } } });
  });
});

describe("an answer that is no page", () => {
  const bytes = (...values: number[]) => Uint8Array.from(values);
  it.each<[string, BodyInit | null, Record<string, string>, string]>([
    ["HTML under a 200", "<!DOCTYPE html><h1>Hello</h1>", { "content-type": "text/html" }, "content_type"],
    ["no content type", new TextEncoder().encode(page), {}, "content_type"],
    ["a type that only looks like JSON", page, { "content-type": "application/jsonp" }, "content_type"],
    ["a type with JSON as its parameter", page, { "content-type": "text/html; x=application/json" }, "content_type"],
    ["chained codings", page, { ...json, "content-encoding": "gzip, gzip" }, "content_encoding"],
    ["truncated JSON", page.slice(0, 20), json, "json"],
    ["trailing bytes", `${page}x`, json, "json"],
    ["NaN", '{"data":NaN}', json, "json"],
    ["white space", "  ", json, "json"],
    ["an empty body", "", json, "empty"],
    ["no body", null, json, "empty"],
    ["bytes that are not UTF-8", bytes(0x22, 0xff, 0x22), json, "utf8"],
    ["UTF-8 cut in a character", bytes(0x22, 0xe6, 0x97), json, "utf8"],
    ["a surrogate in UTF-8", bytes(0x22, 0xed, 0xa0, 0x80, 0x22), json, "utf8"],
    ["UTF-16", bytes(0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00), json, "utf8"],
    ["ten thousand nested arrays", "[".repeat(10_000) + "]".repeat(10_000), json, "nesting"],
    ["ten thousand nested objects", '{"a":'.repeat(10_000) + "1" + "}".repeat(10_000), json, "nesting"],
    ["a hundred thousand open brackets", "[".repeat(100_000), json, "nesting"],
    ["more lists than a page has values", `[${"[],".repeat(13_000)}[]]`, json, "values"],
    ["more objects", `[${"{},".repeat(13_000)}{}]`, json, "values"],
    ["more texts", `[${'"",'.repeat(26_000)}""]`, json, "values"],
    ["more members", `{${'"a":0,'.repeat(26_000)}"a":0}`, json, "values"],
  ])("is refused: %s", async (_, body, headers, reason) => {
    const { list, events } = scene(() => new Response(body, { headers }));
    expect(await list()).toEqual(
      failure({
        failure: { code: "upstream_malformed", reason },
        retriable: false,
        health: "well",
        rateLimit: undefined,
      }),
    );
    expect(events.at(-1)).toEqual({ type: "upstream.failed", code: "upstream_malformed", reason, durationMs: 0 });
  });

  it("is cut at the cap while it is read, counting what arrived and not what was announced", async () => {
    let sentBytes = 0;
    let isCancelled = false;
    const chunk = new TextEncoder().encode(" ".repeat(65_536));
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sentBytes += chunk.byteLength;
        controller.enqueue(chunk);
      },
      cancel() {
        isCancelled = true;
      },
    });
    const { list } = scene(() => new Response(endless, { headers: { ...json, "content-length": "5" } }));
    expect(await list()).toMatchObject(failure({ failure: { code: "upstream_malformed", reason: "too_large" } }));
    expect(isCancelled).toBe(true);
    expect(sentBytes).toBeLessThan(bodyLimits(query.per_page).bytesMax + 4 * chunk.byteLength);
  });

  it.each([1, 25, 100])("for %i rows may be exactly as long as the cap, and not one byte longer", async (perPage) => {
    const cap = bodyLimits(perPage).bytesMax;
    expect(cap).toBeLessThanOrEqual(2 * 1_048_576);
    const listText = (text: string) => scene(() => new Response(text, { headers: json })).list({ rowsMax: perPage });
    expect(await listText(`"${"x".repeat(cap - 2)}"`)).toMatchObject({ ok: true });
    expect(await listText(`"${"x".repeat(cap - 1)}"`)).toMatchObject(failure({ failure: { reason: "too_large" } }));
  });

  it.each([1, 25, 100])("for %i rows may hold exactly as many values as the cap, and not one more", async (perPage) => {
    const cap = bodyLimits(perPage).valuesMax;
    const listText = (text: string) => scene(() => new Response(text, { headers: json })).list({ rowsMax: perPage });
    expect(await listText(`[${"0,".repeat(cap - 1)}0]`)).toMatchObject({ ok: true });
    expect(await listText(`[${"0,".repeat(cap)}0]`)).toMatchObject(failure({ failure: { reason: "values" } }));
  });

  it("may nest 64 deep, and hold in its texts what would be too much outside", async () => {
    const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    for (const text of [nested(64), JSON.stringify({ a: `${nested(1_000)}",\\"${",".repeat(30_000)}` })]) {
      expect(await scene(() => new Response(text, { headers: json })).list()).toMatchObject({
        ok: true,
        value: { page: JSON.parse(text) as unknown },
      });
    }
    const deeper = scene(() => new Response(nested(65), { headers: json }));
    expect(await deeper.list()).toMatchObject(failure({ failure: { reason: "nesting" } }));
  });
});

describe("a status", () => {
  const plain = (code: string) => ({ code });
  const failed = (status: number) => ({ code: "upstream_failed", reason: `status_${status}` });
  const redirected = { code: "upstream_failed", reason: "redirected" };
  it.each<[number, object, boolean, string]>([
    [201, { code: "upstream_malformed", reason: "status" }, false, "well"],
    [204, { code: "upstream_malformed", reason: "status" }, false, "well"],
    [206, { code: "upstream_malformed", reason: "status" }, false, "well"],
    [300, redirected, false, "well"],
    [301, redirected, false, "well"],
    [302, redirected, false, "well"],
    [303, redirected, false, "well"],
    [304, redirected, false, "well"],
    [307, redirected, false, "well"],
    [308, redirected, false, "well"],
    [400, failed(400), false, "well"],
    [401, plain("upstream_unauthorized"), false, "unwell"],
    [403, plain("upstream_unauthorized"), false, "unwell"],
    [404, plain("not_found"), false, "well"],
    [405, failed(405), false, "well"],
    [408, failed(408), false, "unwell"],
    [409, failed(409), false, "well"],
    [410, failed(410), false, "well"],
    [422, failed(422), false, "well"],
    [429, { code: "upstream_limited", retryAfterSeconds: 300 }, false, "well"],
    [451, failed(451), false, "well"],
    [500, failed(500), false, "unwell"],
    [501, failed(501), false, "unwell"],
    [502, failed(502), true, "unwell"],
    [503, failed(503), true, "unwell"],
    [504, failed(504), true, "unwell"],
    [520, failed(520), false, "unwell"],
    [522, failed(522), false, "unwell"],
    [599, failed(599), false, "unwell"],
  ])("%i has its one meaning, and its body is ended unread", async (status, expected, retriable, health) => {
    const body = pipe();
    body.send("SECRET-OF-THE-UPSTREAM");
    const hasBody = status !== 204 && status !== 304;
    const headers = { ...json, ratelimit: '"d";r=1;t=2', location: "https://evil.example/" };
    const { list, sent, events } = scene(() => new Response(hasBody ? body.stream : null, { status, headers }));
    const result = await list();
    expect(result).toEqual(
      failure({ failure: expected, retriable, health, rateLimit: { remaining: 1, resetSeconds: 2 } }),
    );
    expect(sent).toHaveLength(1);
    if (hasBody) expect(body.seen.isCancelled).toBe(true);
    expect(JSON.stringify([result, events])).not.toMatch(/SECRET|evil|canary/);
  });

  it("that is hidden, as of an opaque redirect, is a redirect", async () => {
    const { list } = scene(() => Response.error());
    expect(await list()).toMatchObject(failure({ failure: redirected }));
  });

  it("429 carries the time the upstream asks for, and is reported with it", async () => {
    const { list, events } = scene(() => new Response("", { status: 429, headers: { "retry-after": "17" } }));
    expect(await list()).toMatchObject(failure({ failure: { code: "upstream_limited", retryAfterSeconds: 17 } }));
    expect(events.map((event) => event.type)).toEqual(["upstream.answered", "upstream.limited", "upstream.failed"]);
  });

  it("401 is reported as an alarm for the operator", async () => {
    const { list, events } = scene(() => new Response("", { status: 401 }));
    await list();
    expect(events).toContainEqual({ type: "upstream.unauthorized", status: 401 });
  });
});

describe("a 200 that calls itself a failure", () => {
  const unauthorized = { failure: { code: "upstream_unauthorized" }, retriable: false, health: "unwell" };
  const limited = { failure: { code: "upstream_limited", retryAfterSeconds: 9 }, retriable: false, health: "well" };
  const failed = { failure: { code: "upstream_failed", reason: "success_false" }, retriable: false, health: "well" };
  it.each<[string, unknown, object]>([
    ["authentication error", { success: false, errors: [{ code: 10000, message: "SECRET" }] }, unauthorized],
    ["too many authentication failures", { success: false, errors: [{ code: 10502 }] }, unauthorized],
    ["throttling, 971", { success: false, errors: [{ code: 1 }, { code: 971 }] }, limited],
    ["throttling, 10429", { success: false, errors: [{ code: 10429 }] }, limited],
    ["throttling, 10100", { success: false, errors: [{ code: 10100 }], messages: [], result: null }, limited],
    ["RealtimeKit's own 401", { success: false, error: { code: 401, message: "SECRET" } }, unauthorized],
    ["RealtimeKit's own 429", { success: false, error: { code: 429 } }, limited],
    ["RealtimeKit's own 404", { success: false, error: { code: 404 } }, failed],
    ["a code as text", { success: false, errors: [{ code: "10000" }] }, failed],
    ["junk in errors", { success: false, errors: [null, 5, "x", [], {}] }, failed],
    ["errors of another kind", { success: false, errors: "10000" }, failed],
    ["nothing but the flag", { success: false, data: { sessions: [] } }, failed],
  ])("means what it says: %s", async (_, body, expected) => {
    const { list } = scene(() => Response.json(body, { headers: { "retry-after": "9" } }));
    const result = await list();
    expect(result).toEqual(failure({ ...expected, rateLimit: undefined }));
    expect(JSON.stringify(result)).not.toContain("SECRET");
  });

  it.each<[string, unknown]>([
    ["an error code beside success", { success: true, errors: [{ code: 10000 }] }],
    ["the token check's message", { success: true, messages: [{ code: 10000 }], errors: [] }],
    ["no flag at all", { data: { sessions: [] } }],
    ["a flag of another type", { success: "false" }],
    ["null", null],
    ["an array", [{ success: false }]],
  ])("is for the domain to judge otherwise: %s", async (_, body) => {
    const { list } = scene(() => Response.json(body));
    expect(await list()).toMatchObject({ ok: true, value: { page: body } });
  });
});

describe("time", () => {
  const timeout = failure({
    failure: { code: "upstream_timeout" },
    retriable: false,
    health: "unwell",
    rateLimit: undefined,
  });

  it("ends a call that gets no headers, even from a fetch that ignores its signal", async () => {
    const { list, clock, sent } = scene(() => new Promise<Response>(() => {}));
    const result = list();
    await clock.advance(9_999);
    expect(sent[0]?.init.signal?.aborted).toBe(false);
    await clock.advance(1);
    expect(await result).toEqual(timeout);
    expect(sent[0]?.init.signal?.aborted).toBe(true);
    expect(clock.pendingTimers()).toBe(0);
  });

  it("ends the body of an answer whose headers came too late", async () => {
    const body = pipe();
    let answer: (response: Response) => void = () => {};
    const { list, clock } = scene(() => new Promise<Response>((resolve) => (answer = resolve)));
    const result = list();
    await clock.advance(10_000);
    expect(await result).toEqual(timeout);
    answer(new Response(body.stream, { headers: json }));
    await clock.settle();
    expect(body.seen.isCancelled).toBe(true);
  });

  it("ends a body that falls silent for three seconds", async () => {
    const body = pipe();
    const { list, clock } = scene(() => new Response(body.stream, { headers: json }));
    const result = list();
    await clock.advance(2_000);
    body.send("{");
    await clock.advance(2_999);
    expect(body.seen.isCancelled).toBe(false);
    await clock.advance(1);
    expect(await result).toEqual(timeout);
    expect(body.seen.isCancelled).toBe(true);
    expect(clock.pendingTimers()).toBe(0);
  });

  it("ends a body that drips on and on, at the deadline", async () => {
    const body = pipe();
    const { list, clock } = scene(() => new Response(body.stream, { headers: json }));
    const result = list();
    for (let second = 0; second < 10; second += 1) {
      body.send(" ");
      await clock.advance(1_000);
    }
    expect(await result).toEqual(timeout);
    expect(body.seen.isCancelled).toBe(true);
  });

  it("lets a slow body finish before the deadline", async () => {
    const body = pipe();
    const { list, clock } = scene(() => new Response(body.stream, { headers: json }));
    const result = list();
    await clock.advance(2_500);
    body.send('{"a":');
    await clock.advance(2_500);
    body.send("1}");
    body.close();
    expect(await result).toMatchObject({ ok: true, value: { page: { a: 1 } } });
    expect(clock.pendingTimers()).toBe(0);
  });

  it("ends with its caller, before the headers and in the body, without blaming the upstream", async () => {
    const aborted = { failure: { code: "upstream_failed", reason: "aborted" }, retriable: false, health: "unknown" };
    const body = pipe();
    for (const answer of [() => new Promise<Response>(() => {}), () => new Response(body.stream, { headers: json })]) {
      const caller = new AbortController();
      const { list, clock, events } = scene(answer);
      const result = list({ signal: caller.signal });
      await clock.settle();
      caller.abort();
      expect(await result).toMatchObject(failure(aborted));
      expect(events.filter((event) => event.type === "upstream.failed")).toEqual([]);
      expect(clock.pendingTimers()).toBe(0);
    }
    expect(body.seen.isCancelled).toBe(true);
  });
});

describe("a connection", () => {
  const broken = (reason: string) =>
    failure({ failure: { code: "upstream_failed", reason }, retriable: true, health: "unwell", rateLimit: undefined });

  it("that can't be made may be tried once more", async () => {
    const { list, clock } = scene(() => Promise.reject(new TypeError("getaddrinfo ENOTFOUND secret.host")));
    expect(await list()).toEqual(broken("network"));
    expect(clock.pendingTimers()).toBe(0);
  });

  it("that fetch refuses outright is no rejection either", async () => {
    const { list } = scene(() => {
      throw new TypeError("Illegal invocation");
    });
    expect(await list()).toEqual(broken("network"));
  });

  it("that breaks in the body may be tried once more", async () => {
    const body = pipe();
    const { list, clock } = scene(() => new Response(body.stream, { headers: json }));
    const result = list();
    body.send("{");
    await clock.settle();
    body.fail();
    expect(await result).toEqual(broken("cut"));
  });
});
