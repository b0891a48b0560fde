// The Node process at its socket: what no browser sends, clients that are slow on purpose, and who a client is.
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keyed, serverKey } from "../support/callers.ts";
import { startNodeProduct } from "../support/product-node.ts";
import type { NodeProduct } from "../support/product-node.ts";
import { exchangeRaw, openRawSocket } from "../support/raw-socket.ts";
import { middleOf } from "../support/waits.ts";
import { askPage, callCount, pagePath, withProduct } from "./steps.ts";

let product: NodeProduct;
beforeAll(async () => {
  product = await startNodeProduct();
  await askPage(product, pagePath(2));
});
afterAll(() => product.stop());

/** Opens a connection; `closed` gives all that was answered, once somebody has ended it. */
function openSocket() {
  const socket = connect(Number(new URL(product.url).port), "127.0.0.1");
  let answered = "";
  socket.on("data", (bytes) => (answered += bytes.toString("latin1")));
  // A reset after an answer is an end like any other.
  socket.on("error", () => {});
  const closed = new Promise<string>((resolve) => socket.once("close", () => resolve(answered)));
  return { write: (text: string) => void socket.write(text, "latin1"), closed, end: () => socket.end() };
}

async function send(text: string): Promise<string> {
  const socket = openSocket();
  socket.write(text);
  return socket.closed;
}

const path = pagePath(2);
const requestOf = (target: string, headers = "Host: product") =>
  `GET ${target} HTTP/1.1\r\n${headers}\r\nConnection: close\r\n\r\n`;
const smuggled = "GET /v1/apps/support/sessions?per_page=2 HTTP/1.1\r\nHost: product\r\nConnection: close\r\n\r\n";

const refused: readonly (readonly [string, string])[] = [
  ["a dot segment", requestOf("/v1/apps/../apps/support/sessions")],
  ["a single dot", requestOf("/v1/apps/support/./sessions")],
  ["an encoded dot segment", requestOf("/v1/apps/x/%2e%2e/support/sessions")],
  ["an encoded slash", requestOf("/v1/apps/support%2fsessions")],
  ["backslashes", requestOf("/v1/apps\\support\\sessions")],
  ["the absolute form", requestOf(`http://product${path}`)],
  ["the absolute form of another host", requestOf(`http://evil.example${path}`)],
  ["the absolute form with a user", requestOf(`http://user:pass@product${path}`)],
  ["a fragment after the path", requestOf("/v1/apps/support/sessions#x")],
  ["a fragment after the query", requestOf(`${path}#x`)],
  ["a fragment that looks like a page", requestOf(`/healthz#${path}`)],
  ["an asterisk", requestOf("*")],
  ["no path at all", requestOf("v1/apps/support/sessions")],
  ["a NUL", requestOf("/v1/apps/support/sessions\0")],
  ["a byte beyond ASCII", requestOf("/v1/apps/support/sessions\u00ff")],
  ["two hosts", requestOf(path, "Host: product\r\nHost: evil.example")],
  ["the same host twice", requestOf(path, "Host: product\r\nhost: product")],
  ["no host", requestOf(path, "X: y")],
  ["a host that is half of the path", requestOf("/sessions", "Host: x/v1/apps/support")],
  ["a host with a user", requestOf(path, "Host: user@product")],
  ["a header of 20 kB", requestOf(path, `Host: product\r\nX: ${"a".repeat(20_000)}`)],
  ["a target of 20 kB", requestOf(`/v1/apps/support/sessions?search=${"a".repeat(20_000)}`)],
  ["three thousand headers", requestOf(path, `Host: product\r\n${"a: b\r\n".repeat(3_000)}a: b`)],
  ["a length and chunks", requestOf(path, "Host: product\r\nContent-Length: 4\r\nTransfer-Encoding: chunked")],
  ["chunks and a length", requestOf(path, "Host: product\r\nTransfer-Encoding: chunked\r\nContent-Length: 4")],
  ["two lengths", requestOf(path, "Host: product\r\nContent-Length: 0\r\nContent-Length: 4")],
  ["a negative length", requestOf(path, "Host: product\r\nContent-Length: -1")],
  ["a blank before the colon", requestOf(path, "Host: product\r\nTransfer-Encoding : chunked")],
  ["an unknown transfer encoding", requestOf(path, "Host: product\r\nTransfer-Encoding: xchunked")],
  ["line feeds alone", `GET ${path} HTTP/1.1\nHost: product\n\n`],
  ["a carriage return alone", requestOf(path, "Host: product\rX: y")],
  ["a folded header", requestOf(path, "Host: product\r\nX: y\r\n z")],
  ["a chunk of a size that is none", `POST ${path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n`],
  ["a method in small letters", requestOf(path).replace("GET", "get")],
  ["HTTP/2 without TLS", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  ["a TLS greeting", "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003\r\n\r\n"],
];

describe("a request that no client of ours makes (16, 88 to 91, 101)", () => {
  it.each(refused)("is refused with 400, 404 or 431, and no data: %s", async (_, text) => {
    const before = callCount(product);
    const answer = await send(text + smuggled);
    expect(answer).toMatch(/^HTTP\/1\.1 4(?:00|04|31) /);
    expect(answer).not.toContain('"sessions"');
    expect(answer).not.toMatch(/evil\.example|\sat .*\.ts|node_modules/);
    expect(callCount(product)).toBe(before);
  });

  it.each(["TRACE", "QUERY", "PUT"])("gets no data with the method %s (92)", async (method) => {
    const answer = await send(requestOf(path).replace("GET", method));
    expect(answer).toMatch(/^HTTP\/1\.1 405 /);
    expect(answer).not.toContain('"sessions"');
  });

  it("gets no tunnel", async () => {
    expect(await send(`CONNECT product:80 HTTP/1.1\r\nHost: product\r\n\r\n${smuggled}`)).toBe("");
  });

  it("harms nobody else: the page is still there", async () => {
    expect(await send(requestOf(path))).toContain('"sessions"');
  });
});

it("ends clients that send one byte a second after their time, and serves others meanwhile (102)", async () => {
  const startedAt = Date.now();
  const sockets = Array.from({ length: 20 }, openSocket);
  const ends = sockets.map(async ({ closed }) => ({ answer: await closed, afterMs: Date.now() - startedAt }));
  const over = new AbortController();
  const dripping = (async () => {
    const text = requestOf(path, `Host: product\r\nX: ${"a".repeat(100)}`);
    // The first says nothing at all.
    for (let place = 0; !over.signal.aborted; place += 1) {
      for (const socket of sockets.slice(1)) socket.write(text[place] ?? "");
      await sleep(1_000);
    }
  })();
  const served: number[] = [];
  const others = (async () => {
    while (!over.signal.aborted) {
      const askedAt = performance.now();
      await askPage(product, path);
      served.push(performance.now() - askedAt);
      await sleep(50);
    }
  })();
  const ended = await Promise.all(ends);
  over.abort();
  await Promise.all([dripping, others]);
  for (const { answer, afterMs } of ended) {
    expect(answer).toMatch(/^(?:HTTP\/1\.1 408 |$)/);
    expect(afterMs).toBeGreaterThan(8_000);
    // Node's own limit would be a minute.
    expect(afterMs).toBeLessThan(45_000);
  }
  expect(served.length).toBeGreaterThan(5);
  expect(middleOf(served)).toBeLessThan(500);
});

it("refuses two credentials in one request, also when the first of them was let in a moment ago (16)", () =>
  withProduct(startNodeProduct, keyed(), async (own) => {
    const answerTo = async (...credentials: readonly string[]) => {
      const headers = ["Host: product", ...credentials.map((one) => `Authorization: Bearer ${one}`)].join("\r\n");
      return (await exchangeRaw(own.url, requestOf(path, headers))).answered.slice(0, 12);
    };
    expect(await answerTo(serverKey, "junk")).toBe("HTTP/1.1 401");
    for (let time = 0; time < 2; time += 1) expect(await answerTo(serverKey)).toBe("HTTP/1.1 200");
    for (const both of [
      [serverKey, "junk"],
      ["junk", serverKey],
      [serverKey, serverKey],
    ] as const) {
      expect(await answerTo(...both)).toBe("HTTP/1.1 401");
    }
  }));

it("spends nothing on a request whose connection was reset before it was read", () =>
  withProduct(startNodeProduct, { UPSTREAM_BUDGET_REQUESTS: "25", CLIENT_BUDGET_PERCENT: "20" }, async (own) => {
    const question = (number: number) => `/v1/apps/support/sessions?per_page=2&page_no=${number}`;
    for (let number = 1; number <= 5; number += 1) await (await own.fetch(question(number))).text();
    const before = callCount(own);
    // The process sleeps meanwhile: awake, it might read a request before the reset is there.
    own.process.signal("SIGSTOP");
    for (let number = 100; number < 200; number += 1) {
      const raw = openRawSocket(own.url);
      await new Promise<void>((resolve) => raw.socket.once("connect", resolve));
      raw.write(requestOf(question(number)));
      raw.socket.resetAndDestroy();
    }
    own.process.signal("SIGCONT");
    expect(await (await own.fetch("/healthz")).json()).toEqual({ status: "alive" });
    await sleep(300);
    expect(callCount(own)).toBe(before);
  }));

describe("who a client is (103)", () => {
  const twoEach = { CLIENT_REQUESTS_PER_MINUTE: "2" };
  const statusFor = async (own: NodeProduct, forwardedFor: string) => {
    const answer = await own.fetch(path, { headers: { "x-forwarded-for": forwardedFor } });
    await answer.text();
    return answer.status;
  };
  const statusesFor = async (own: NodeProduct, headers: readonly string[]) => {
    const statuses: number[] = [];
    for (const header of headers) statuses.push(await statusFor(own, header));
    return statuses;
  };

  it.each([{}, { TRUSTED_PROXIES: "10.0.0.0/8, 2001:db8::/32" }])(
    "is decided by its socket where it is no configured proxy: %o",
    (proxies) =>
      withProduct(startNodeProduct, { ...twoEach, ...proxies }, async (own) => {
        const rotating = ["198.51.100.1", "198.51.100.2", "198.51.100.3", "2001:db8::1", "127.0.0.1, 10.0.0.1"];
        expect(await statusesFor(own, rotating)).toEqual([200, 200, 429, 429, 429]);
      }),
  );

  it("is decided by what configured proxies appended, whatever a client has written before", () =>
    withProduct(startNodeProduct, { ...twoEach, TRUSTED_PROXIES: "127.0.0.0/8, fd00::/8" }, async (own) => {
      const one = ["198.51.100.1", "203.0.113.1, 198.51.100.1", "203.0.113.2, 198.51.100.1, 127.0.0.9"];
      expect(await statusesFor(own, one)).toEqual([200, 200, 429]);
      expect(await statusesFor(own, ["198.51.100.2", "junk, 198.51.100.2, fd00::1"])).toEqual([200, 200]);
      // One subscriber has a whole /64.
      const subscriber = ["2001:db8:0:1::1", "2001:db8:0:1::2", "2001:db8:0:1:ffff::3", "2001:db8:0:2::1"];
      expect(await statusesFor(own, subscriber)).toEqual([200, 200, 429, 200]);
      // Whatever is no address counts for the proxy itself.
      expect(await statusesFor(own, ["junk", "<script>", "198.51.100.9, unknown"])).toEqual([200, 200, 429]);
    }));
});
