// Row 131: what never becomes a request for a route is answered as everything else is, by us: one body, the fixed headers, an end.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ownPath } from "../support/app.ts";
import { expectOurHeaders } from "../support/boundary.ts";
import { parseObject } from "../support/document.ts";
import { startNodeProduct } from "../support/product-node.ts";
import type { NodeProduct } from "../support/product-node.ts";
import { bodyOf, exchangeRaw, openRawSocket, rawRequest, statusesIn } from "../support/raw-socket.ts";

let product: NodeProduct;
beforeAll(async () => {
  product = await startNodeProduct();
  await product.fetch(ownPath);
});
afterAll(() => product.stop());

/** The headers of the first answer, without those of the connection. */
function headersOf(answered: string): Headers {
  const [head = ""] = answered.split("\r\n\r\n");
  const headers = new Headers();
  for (const line of head.split("\r\n").slice(1))
    headers.append(line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1));
  for (const name of ["connection", "content-length", "date", "keep-alive", "transfer-encoding"]) headers.delete(name);
  return headers;
}

const malformed: readonly (readonly [string, string])[] = [
  ["no request line", "hello\r\n\r\n"],
  ["another protocol", "GET / HTTP/3.0\r\nHost: product\r\n\r\n"],
  ["a method that nobody knows", `FETCH ${ownPath} HTTP/1.1\r\nHost: product\r\n\r\n`],
  ["a header without a name", `GET ${ownPath} HTTP/1.1\r\nHost: product\r\n: x\r\n\r\n`],
  ["a blank in a header's name", `GET ${ownPath} HTTP/1.1\r\nHost: product\r\nA b: x\r\n\r\n`],
  ["a bare line feed in the head", `GET ${ownPath} HTTP/1.1\nHost: product\n\n`],
  ["two lengths", `GET ${ownPath} HTTP/1.1\r\nHost: product\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n`],
  ["no host", `GET ${ownPath} HTTP/1.1\r\n\r\n`],
  ["two hosts", `GET ${ownPath} HTTP/1.1\r\nHost: product\r\nHost: other\r\n\r\n`],
  ["a fragment in the target", `GET ${ownPath}#part HTTP/1.1\r\nHost: product\r\n\r\n`],
];

describe("row 131: the Node process", () => {
  it.each(malformed)("answers a problem with the fixed headers, and ends, for %s", async (_, bytes) => {
    const { answered, isEnded } = await exchangeRaw(product.url, bytes);
    expect(statusesIn(answered)).toEqual([400]);
    expectOurHeaders({ headers: headersOf(answered) });
    expect(answered).toMatch(/^connection: close\r$/im);
    const body = parseObject(bodyOf(answered));
    expect(body).toMatchObject({
      code: "malformed_request",
      status: 400,
      success: false,
      type: "/problems/malformed-request",
    });
    expect(body["request_id"]).toBe(headersOf(answered).get("x-request-id"));
    expect(isEnded).toBe(true);
  });

  it("says so in JSON where headers are too large", async () => {
    const text = rawRequest(ownPath, { headers: `Host: product\r\nX: ${"a".repeat(20_000)}` });
    const { answered, isEnded } = await exchangeRaw(product.url, text);
    expect(statusesIn(answered)).toEqual([431]);
    expectOurHeaders({ headers: headersOf(answered) });
    expect(parseObject(bodyOf(answered))).toMatchObject({ code: "headers_too_large", status: 431 });
    expect(isEnded).toBe(true);
  });

  it.concurrent("and where a request does not come in time", async () => {
    const raw = openRawSocket(product.url);
    raw.write(`GET ${ownPath} HTTP/1.1\r\nHost: product\r\n`);
    const answered = await raw.closed;
    expect(statusesIn(answered)).toEqual([408]);
    expectOurHeaders({ headers: headersOf(answered) });
    expect(parseObject(bodyOf(answered))).toMatchObject({ code: "request_timeout", status: 408 });
  });

  it.each(["100-continue", "something-else"])(
    "answers as if it had not been told to expect %s",
    async (expectation) => {
      const headers = `Host: product\r\nExpect: ${expectation}`;
      const { answered } = await exchangeRaw(product.url, rawRequest(ownPath, { headers }));
      expect(answered).toMatch(/^HTTP\/1\.1 200 /);
      expectOurHeaders({ headers: headersOf(answered) });
      const withBody = `${headers}\r\nContent-Length: 5`;
      const refused = (await exchangeRaw(product.url, rawRequest(ownPath, { method: "POST", headers: withBody })))
        .answered;
      expect(refused).toMatch(/^HTTP\/1\.1 405 /);
      expectOurHeaders({ headers: headersOf(refused) });
    },
  );

  it("answers the requests before a malformed one first, and nothing behind it", async () => {
    const sound = (target: string) => `GET ${target} HTTP/1.1\r\nHost: product\r\n\r\n`;
    product.simulator.setFaults([{ kind: "latency", latencyMs: 500 }]);
    const raw = openRawSocket(product.url);
    raw.write(
      `${sound(`${ownPath}?page_no=2`)}${sound("/healthz")}${sound("/nothing")}what?\r\n\r\n${sound("/healthz")}`,
    );
    await sleep(100);
    raw.write("and more\r\n\r\n");
    expect(statusesIn(await raw.closed)).toEqual([200, 200, 404, 400]);
    product.simulator.setFaults([]);
  });

  it.concurrent("gives the second half of a request its time while the answer before it is under way", async () => {
    const slow = await startNodeProduct({ UPSTREAM_DEADLINE_MS: "20000" });
    slow.simulator.setFaults([{ kind: "latency", latencyMs: 12_500 }]);
    const raw = openRawSocket(slow.url);
    const next = rawRequest("/healthz");
    raw.write(`GET ${ownPath} HTTP/1.1\r\nHost: product\r\n\r\n${next.slice(0, 20)}`);
    await sleep(12_000);
    raw.write(next.slice(20));
    expect(statusesIn(await raw.closed)).toEqual([200, 200]);
    await slow.stop();
  });
});
