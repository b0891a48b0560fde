// Rows 101 and 102: requests that are too large, and clients that take their time. Who is too large is told so at once; who is too slow
// is cut off after ten seconds; and nobody else notices either.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ownPath } from "../support/app.ts";
import { parseObject } from "../support/document.ts";
import { startNodeProduct } from "../support/product-node.ts";
import type { NodeProduct } from "../support/product-node.ts";
import { bodyOf, exchangeRaw, openRawSocket, rawRequest, statusesIn } from "../support/raw-socket.ts";
import type { RawSocket } from "../support/raw-socket.ts";
import { middleOf } from "../support/waits.ts";

let product: NodeProduct;
beforeAll(async () => {
  product = await startNodeProduct({ FRESH_LIVE_SECONDS: "3600" });
  await product.fetch(`${ownPath}?per_page=100`);
});
afterAll(() => product.stop());

const callCount = () => product.simulator.state().calls.total;
const ask = async (text: string) => (await exchangeRaw(product.url, text)).answered;

describe("row 101: a request that is too large", () => {
  it.each([2_049, 4_000, 12_000])("gets a 400 that says so for a query of %i characters", async (length) => {
    const before = callCount();
    const answered = await ask(rawRequest(`${ownPath}?search=${"a".repeat(length - "search=".length)}`));
    expect(statusesIn(answered)).toEqual([400]);
    expect(parseObject(bodyOf(answered))).toMatchObject({ code: "invalid_query", errors: [{ parameter: "query" }] });
    expect(callCount()).toBe(before);
  });

  it.each([
    ["a target of 20 kB", rawRequest(`${ownPath}?search=${"a".repeat(20_000)}`)],
    ["a path of 20 kB", rawRequest(`/${"a/".repeat(10_000)}`)],
    ["a header of 20 kB", rawRequest(ownPath, { headers: `Host: product\r\nX: ${"a".repeat(20_000)}` })],
    ["a header whose name is 20 kB", rawRequest(ownPath, { headers: `Host: product\r\n${"a".repeat(20_000)}: x` })],
    ["four thousand headers", rawRequest(ownPath, { headers: `Host: product${"\r\na: b".repeat(4_000)}` })],
    [
      "two hundred cookies of 100 bytes",
      rawRequest(ownPath, { headers: `Host: product${`\r\nCookie: a=${"b".repeat(100)}`.repeat(200)}` }),
    ],
  ])("gets a 431 and an end: %s", async (_, text) => {
    const { answered, isEnded } = await exchangeRaw(product.url, text);
    expect(statusesIn(answered)).toEqual([431]);
    expect(isEnded).toBe(true);
  });

  it.each(["POST", "GET"])(
    "with a body of a gigabyte is answered at once, and %s ends the connection with it unread",
    async (method) => {
      const raw = openRawSocket(product.url);
      raw.write(
        `${method} /healthz HTTP/1.1\r\nHost: product\r\nContent-Length: 1000000000\r\n\r\n${"a".repeat(1_000)}`,
      );
      const answered = await raw.closed;
      expect(statusesIn(answered)).toEqual([method === "POST" ? 405 : 200]);
      expect(answered).toMatch(/^connection: close\r$/im);
    },
  );
});

/** One byte of an endless request every second. */
const slowHeaders = `GET ${ownPath} HTTP/1.1\r\nHost: product\r\nX: ${"a".repeat(100)}`;
const slowBody = "a".repeat(100);
const slowBodyHead = "POST /healthz HTTP/1.1\r\nHost: product\r\nContent-Length: 1000\r\n\r\n";
const pipelined = rawRequest(`${ownPath}?per_page=100`).replace("Connection: close\r\n", "").repeat(40);

it("row 102: five hundred slow clients disturb nobody, and those without a request in ten seconds are cut off", async () => {
  const startedAt = Date.now();
  const open = (count: number) => Array.from({ length: count }, () => openRawSocket(product.url));
  const [headers, silent, bodies, readers] = [open(250), open(50), open(100), open(100)];
  for (const { write } of bodies) write(slowBodyHead);
  for (const { write, socket } of readers) {
    // Answers of some megabytes, and nobody takes them.
    socket.pause();
    write(pipelined);
  }
  const endAfterMs = async ({ closed }: RawSocket) => {
    await closed;
    return Date.now() - startedAt;
  };
  const ends = Promise.all([...headers, ...silent].map(endAfterMs));

  const over = new AbortController();
  const dripping = (async () => {
    for (let place = 0; !over.signal.aborted; place += 1) {
      for (const { write } of headers) write(slowHeaders[place] ?? "");
      for (const { write, socket } of bodies) if (socket.writable) write(slowBody[place] ?? "");
      await sleep(1_000);
    }
  })();

  const served: number[] = [];
  for (let count = 0; count < 200; count += 1) {
    const askedAt = performance.now();
    const answer = await product.fetch(count % 2 === 0 ? `${ownPath}?per_page=100` : "/healthz");
    await answer.arrayBuffer();
    expect(answer.status).toBe(200);
    served.push(performance.now() - askedAt);
    await sleep(40);
  }
  expect(middleOf(served)).toBeLessThan(500);

  const ended = await ends;
  over.abort();
  await dripping;
  for (const raw of [...bodies, ...readers]) raw.drop();
  expect(Math.min(...ended)).toBeGreaterThan(8_000);
  // Node's own limit would be a minute.
  expect(Math.max(...ended)).toBeLessThan(45_000);
  for (const { received } of headers) expect(received()).toMatch(/^(?:HTTP\/1\.1 408 |$)/);
  expect(new Set(bodies.map(({ received }) => statusesIn(received())[0]))).toEqual(new Set([405]));
  expect((await product.fetch("/healthz")).status).toBe(200);
});
