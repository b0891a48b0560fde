// Row 121: many requests over one connection before anybody reads an answer. What waits is a request and not its answer, so that 62 kB
// from a client can't become gigabytes here, whatever route they ask for; and a client that means it gets all of its answers.
//
// Memory is counted from before the first of them to after the last: what one route cost must not hide what the next one costs.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ownPath, sdkPath } from "../support/app.ts";
import { pipeline, pipelineOf } from "../support/pipelining.ts";
import { forgetPeak, memoryOf } from "../support/process-memory.ts";
import { startNodeProduct } from "../support/product-node.ts";
import type { NodeProduct } from "../support/product-node.ts";
import { openRawSocket, statusesIn } from "../support/raw-socket.ts";

const requestCount = 1_200;
const moreMiBMax = 64;

/** Every public route, and every kind of answer. */
const routes: readonly (readonly [string, number, (number: number) => string])[] = [
  ["the largest static file", 200, () => "/docs/swagger-ui-bundle.js"],
  ["a style sheet", 200, () => "/docs/swagger-ui.css"],
  ["a script", 200, () => "/docs/init.js"],
  ["the documentation page", 200, () => "/docs"],
  ["the document", 200, () => "/openapi.json"],
  ["its twin", 200, () => "/openapi-3.0.json"],
  ["the dashboard", 200, () => "/"],
  ["the script of the element", 200, () => "/elements.js"],
  ["health", 200, () => "/healthz"],
  ["readiness", 200, () => "/readyz"],
  ["a problem's explanation", 200, () => "/problems/rate-limited"],
  ["a path that is not there", 404, () => "/nothing"],
  ["a path that is no path", 404, () => "/v1/./apps"],
  ["a page that is in memory", 200, () => `${ownPath}?per_page=100`],
  ["a page at the other address", 200, () => `${sdkPath}?per_page=100`],
  ["pages that are loaded", 200, (number) => `${ownPath}?per_page=100&search=${number % 40}`],
  ["a query that is refused", 400, (number) => `${ownPath}?page_no=x${number}`],
];

const targetsOf = (target: (number: number) => string) => Array.from({ length: requestCount }, (_, n) => target(n));

let product: NodeProduct;
let beforeMiB: number;
/** The most that there was, in MiB, beyond what the process had when it had answered each route some times. */
const moreMiB = async () => (await memoryOf(product.process.pid())).peakMiB - beforeMiB;

async function begin(settings?: Record<string, string>): Promise<void> {
  product = await startNodeProduct({ FRESH_LIVE_SECONDS: "3600", ...settings });
  for (let round = 0; round < 20; round += 1) {
    const targets = routes.map(([, , target]) => target(round));
    await pipeline(product.url, pipelineOf(targets), { count: targets.length });
  }
  await forgetPeak(product.process.pid());
  beforeMiB = (await memoryOf(product.process.pid())).nowMiB;
}

describe(`row 121: twelve hundred requests on one connection`, () => {
  beforeAll(() => begin());
  afterAll(() => product.stop());

  it.each(routes)("are all answered, and cost at most 64 MiB: %s", async (_, status, target) => {
    const text = pipelineOf(targetsOf(target));
    const { statuses } = await pipeline(product.url, text, { count: requestCount, deafMs: 500 });
    expect(statuses).toEqual(Array(requestCount).fill(status));
    expect(await moreMiB()).toBeLessThan(moreMiBMax);
  });

  it("and on ten connections at once, each asking for everything: at most 128 MiB", async () => {
    const targets = targetsOf((number) => routes[number % routes.length]?.[2](number) ?? "/");
    // The answers in the order of the questions, by their status.
    const expected = targets.map((_, number) => routes[number % routes.length]?.[1]);
    const text = pipelineOf(targets, "Host: product\r\nAccept-Encoding: br");
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => pipeline(product.url, text, { count: requestCount, deafMs: 500 })),
    );
    for (const { statuses } of answers) expect(statuses).toEqual(expected);
    expect(await moreMiB()).toBeLessThan(2 * moreMiBMax);
  });
});

describe("row 121: while an answer is waited for", () => {
  beforeAll(() => begin({ UPSTREAM_DEADLINE_MS: "60000" }));
  afterAll(() => product.stop());

  it("its connection is not read, however much is sent on it", async () => {
    product.simulator.setFaults([{ kind: "hang" }]);
    const raws = Array.from({ length: 2 }, () => openRawSocket(product.url));
    // More than the system keeps for both sides of a connection.
    const text = pipelineOf(["/healthz"]).repeat(600_000);
    for (const [number, { write }] of raws.entries()) write(pipelineOf([`${ownPath}?page_no=${100 + number}`]) + text);
    await sleep(2_000);
    for (const { socket, received } of raws) {
      // What the other side has not taken is still here.
      expect(socket.writableLength).toBeGreaterThan(0);
      expect(received()).toBe("");
    }
    expect(await moreMiB()).toBeLessThan(moreMiBMax);
    for (const { drop } of raws) drop();
    product.simulator.setFaults([]);
  });

  // Node parses the 64 KiB that it has read of each connection before it can be told not to: 3.7 MiB of requests.
  it("twenty connections full of requests cost at most 192 MiB, and who sends a few is answered", async () => {
    product.simulator.setFaults([{ kind: "hang" }]);
    const text = pipelineOf([`${ownPath}?page_no=200`, ...Array(2_300).fill("/healthz")], "Host:a");
    const raws = Array.from({ length: 20 }, () => openRawSocket(product.url));
    for (const { write } of raws) write(text);
    await sleep(1_000);
    const few = await pipeline(product.url, pipelineOf(Array(16).fill("/healthz")), { count: 16 });
    expect(few.statuses).toEqual(Array(16).fill(200));
    expect(await moreMiB()).toBeLessThan(192);
    expect(product.logs().filter((line) => line.includes("connection.dropped")).length).toBeGreaterThan(0);
    for (const { drop } of raws) drop();
    product.simulator.setFaults([]);
  });

  it("a client that sends the next requests meanwhile gets all of its answers, and reads go on afterwards", async () => {
    product.simulator.setFaults([{ kind: "latency", latencyMs: 1_000 }]);
    const raw = openRawSocket(product.url);
    for (let number = 0; number < 3; number += 1) {
      raw.write(pipelineOf([`${ownPath}?page_no=${300 + number}`, "/healthz", "/nothing"]));
      await sleep(300);
    }
    while (statusesIn(raw.received()).length < 9) await sleep(50);
    raw.write(pipelineOf(["/readyz"]));
    while (statusesIn(raw.received()).length < 10) await sleep(50);
    expect(statusesIn(raw.received())).toEqual([200, 200, 404, 200, 200, 404, 200, 200, 404, 200]);
    raw.drop();
    product.simulator.setFaults([]);
  });
});
