// How the typed client waits, under a clock that a test moves: what it is told to wait, with jitter, and never without a bound.
import { describe, expect, it } from "vitest";
import { createClient } from "../../client/src/client.ts";
import type { ClientOptions } from "../../client/src/client.ts";
import { until } from "../blackbox/steps.ts";
import { createTestClock } from "../support/clock.ts";
import type { TestClock } from "../support/clock.ts";

const pageOf = (id: string) => ({
  success: true,
  data: { sessions: [{ id }] },
  paging: { has_more: false },
});

/** A stream of the test's own: what is written comes at once, and `end` ends it. */
function openStream() {
  const encoder = new TextEncoder();
  const opened = Promise.withResolvers<ReadableStreamDefaultController<Uint8Array>>();
  const body = new ReadableStream<Uint8Array>({ start: (controller) => opened.resolve(controller) });
  return {
    response: new Response(body, { headers: { "content-type": "text/event-stream" } }),
    write: async (text: string) => (await opened.promise).enqueue(encoder.encode(text)),
    end: async () => (await opened.promise).close(),
  };
}

type Asked = { url: string; at: number; headers: Record<string, string> };

/** A client under a clock, whose requests `answer` answers. */
function underClock(
  clock: TestClock,
  answer: (asked: Asked) => Response | Promise<Response>,
  options: Partial<ClientOptions> = {},
) {
  const asked: Asked[] = [];
  const client = createClient({
    baseUrl: "https://sessions.example",
    now: clock.now,
    timer: clock.timer,
    random: () => 0.5,
    fetch: async (url, { headers }) => {
      const one = { url, at: clock.now(), headers };
      asked.push(one);
      return answer(one);
    },
    ...options,
  });
  return {
    client,
    asked,
    streams: () => asked.filter(({ url }) => url.includes("/v1/live/")),
    pages: () => asked.filter(({ url }) => !url.includes("/v1/live/")),
  };
}

const settled = (clock: TestClock, probe: () => boolean) =>
  until(async () => {
    await clock.settle();
    return probe() || undefined;
  });

describe("a stream that has ended", () => {
  it("is opened again when `retry` says so, a quarter later at half the jitter, with the last page's id", async () => {
    const clock = createTestClock();
    const opened: ReturnType<typeof openStream>[] = [];
    const { client, streams } = underClock(clock, () => {
      const stream = openStream();
      opened.push(stream);
      return stream.response;
    });
    const pages: object[] = [];
    const stop = client.sessions.watch("support", {}, (page) => void pages.push(page));
    await settled(clock, () => opened.length === 1);
    await opened[0]?.write(`retry: 4000\n\nevent: page\nid: "a"\ndata: ${JSON.stringify(pageOf("1"))}\n\n`);
    await settled(clock, () => pages.length === 1);
    await opened[0]?.end();
    await settled(clock, () => clock.pendingTimers() === 2);
    await clock.advance(4_999);
    expect(streams()).toHaveLength(1);
    await clock.advance(1);
    expect(streams()).toHaveLength(2);
    expect(streams()[1]?.headers["last-event-id"]).toBe('"a"');
    stop();
  });

  it("waits for as long as its last problem says, where that is longer", async () => {
    const clock = createTestClock();
    const opened: ReturnType<typeof openStream>[] = [];
    const { client, streams } = underClock(clock, () => {
      const stream = openStream();
      opened.push(stream);
      return stream.response;
    });
    const problems: string[] = [];
    const stop = client.sessions.watch("support", {}, () => {}, { onProblem: ({ code }) => void problems.push(code) });
    await settled(clock, () => opened.length === 1);
    const problem = { code: "budget_spent", status: 503, detail: "Spent.", retry_after: 40, errors: [] };
    await opened[0]?.write(`retry: 1000\n\nevent: problem\ndata: ${JSON.stringify(problem)}\n\n`);
    await settled(clock, () => problems.length === 1);
    await opened[0]?.end();
    await settled(clock, () => clock.pendingTimers() === 2);
    await clock.advance(49_999);
    expect(streams()).toHaveLength(1);
    await clock.advance(1);
    expect(streams()).toHaveLength(2);
    stop();
  });
});

describe("polling", () => {
  const refused = () => new Response("no such page", { status: 404, headers: { "content-type": "text/plain" } });

  it("goes on every ten seconds and a quarter, and tries the stream again after a minute and a quarter", async () => {
    const clock = createTestClock();
    const start = clock.now();
    const { client, streams, pages } = underClock(clock, ({ url }) =>
      url.includes("/v1/live/") ? refused() : Response.json(pageOf("1")),
    );
    const stop = client.sessions.watch("support", {}, () => {});
    await clock.advance(80_000);
    expect(pages().map(({ at }) => at - start)).toEqual([0, 12_500, 25_000, 37_500, 50_000, 62_500, 75_000]);
    expect(streams().map(({ at }) => at - start)).toEqual([0, 75_000]);
    stop();
    expect(clock.pendingTimers()).toBe(0);
  });

  it("waits for Retry-After, and longer with each failure, up to a minute and a quarter at half the jitter", async () => {
    const clock = createTestClock();
    const start = clock.now();
    const { client, pages } = underClock(clock, ({ url }) => {
      if (url.includes("/v1/live/")) return refused();
      return new Response("", { status: 503, headers: { "retry-after": "30" } });
    });
    const stop = client.sessions.watch("support", {}, () => {});
    await clock.advance(300_000);
    const instants = pages().map(({ at }) => at - start);
    expect(instants.slice(0, 5)).toEqual([0, 37_500, 75_000, 125_000, 200_000]);
    expect(instants[5]).toBe(275_000);
    stop();
  });

  it("a function of the caller's that throws ends neither the watch nor the next call", async () => {
    const clock = createTestClock();
    const thrown: unknown[] = [];
    const heard = (error: unknown) => void thrown.push(error);
    process.on("uncaughtException", heard);
    try {
      let count = 0;
      const { client } = underClock(clock, ({ url }) =>
        url.includes("/v1/live/") ? refused() : Response.json(pageOf(String((count += 1)))),
      );
      let calls = 0;
      const stop = client.sessions.watch("support", {}, () => {
        calls += 1;
        throw new Error("of the page");
      });
      await clock.advance(30_000);
      stop();
      expect(calls).toBe(3);
    } finally {
      process.off("uncaughtException", heard);
    }
    expect(thrown).toHaveLength(3);
  });
});

describe("a page", () => {
  it("is asked for again when the service said, up to a minute in all, and ten minutes for all rows", async () => {
    for (const [read, secondsMax] of [
      [(client: ReturnType<typeof createClient>) => client.sessions.list("support"), 60],
      [(client: ReturnType<typeof createClient>) => client.sessions.all("support")[Symbol.asyncIterator]().next(), 600],
    ] as const) {
      const clock = createTestClock();
      const start = clock.now();
      const { client, asked } = underClock(
        clock,
        () => new Response("", { status: 429, headers: { "retry-after": "20" } }),
      );
      const failed = read(client).then(
        () => undefined,
        (error: unknown) => error,
      );
      await clock.advance(1_000_000);
      expect(await failed).toMatchObject({ status: 429, retryAfterMs: 20_000 });
      const waited = (asked.at(-1)?.at ?? 0) - start;
      expect(asked.map(({ at }) => at - start).slice(0, 2)).toEqual([0, 21_000]);
      expect(waited).toBeLessThanOrEqual(secondsMax * 1_000);
      expect(waited).toBeGreaterThan(secondsMax * 1_000 - 21_000);
    }
  });
});
