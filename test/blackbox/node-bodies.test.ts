// A route of the Node process that reads a body: what is wrong with the body is found out while it is read, and what follows it on its
// connection is never a request.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseObject } from "../support/document.ts";
import { startNodeProduct } from "../support/product-node.ts";
import type { NodeProduct } from "../support/product-node.ts";
import { bodyOf, exchangeRaw, openRawSocket, rawRequest, statusesIn } from "../support/raw-socket.ts";
import { bytesOf, payloadOf, publicPem, signedHeaders, webhookPath } from "../support/webhooks.ts";

let product: NodeProduct;
beforeAll(async () => {
  product = await startNodeProduct({ WEBHOOKS: "on", WEBHOOK_PUBLIC_KEY: publicPem() });
});
afterAll(() => product.stop());

const event = () => {
  const body = bytesOf(payloadOf("meeting.started", product.simulator.apps[0]?.id ?? "", { at: crypto.randomUUID() }));
  return { body: Buffer.from(body).toString("latin1"), signature: signedHeaders(body)["rtk-signature"] ?? "" };
};

/** The head of a delivery; `framing` tells how long its body is. */
const head = (signature: string, framing: string) =>
  `POST ${webhookPath} HTTP/1.1\r\nHost: product\r\nRtk-Signature: ${signature}\r\n${framing}\r\n\r\n`;
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
const chunked = "Transfer-Encoding: chunked";

describe("a body that is sound", () => {
  it.each([1, 7, 1_000])("is read whatever chunks of %i bytes it comes in, and the connection ends", async (size) => {
    const { body, signature } = event();
    const chunks = body.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
    const text = `${head(signature, chunked)}${chunks.map(chunk).join("")}0\r\n\r\n`;
    const { answered, isEnded } = await exchangeRaw(product.url, text);
    expect(statusesIn(answered)).toEqual([204]);
    expect(answered).toMatch(/^connection: close\r$/im);
    expect(isEnded).toBe(true);
  });

  it("is read when it comes late and in pieces", async () => {
    const { body, signature } = event();
    const raw = openRawSocket(product.url);
    raw.write(head(signature, `Content-Length: ${body.length}`));
    for (const piece of [body.slice(0, 1), body.slice(1, 50), body.slice(50)]) {
      await sleep(50);
      raw.write(piece);
    }
    expect(statusesIn(await raw.closed)).toEqual([204]);
  });

  it("is asked for where its sender waits for that, and not where it would be refused anyway", async () => {
    const { body, signature } = event();
    const raw = openRawSocket(product.url);
    raw.write(head(signature, `Content-Length: ${body.length}\r\nExpect: 100-continue`));
    for (let round = 0; round < 200 && raw.received() === ""; round += 1) await sleep(10);
    expect(raw.received()).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\n$/);
    raw.write(body);
    expect(statusesIn(await raw.closed)).toEqual([204]);

    const unsigned = openRawSocket(product.url);
    unsigned.write(head("none", `Content-Length: ${body.length}\r\nExpect: 100-continue`));
    const answered = await unsigned.closed;
    expect(answered).toMatch(/^HTTP\/1\.1 401 /);
  });

  it.each(["Content-Length", "chunks"])("hides no request behind it, be it framed by %s", async (framing) => {
    const { body, signature } = event();
    const follower = rawRequest("/readyz");
    const text =
      framing === "chunks"
        ? `${head(signature, chunked)}${chunk(body)}0\r\n\r\n${follower}`
        : `${head(signature, `Content-Length: ${body.length}`)}${body}${follower}`;
    const { answered, isEnded } = await exchangeRaw(product.url, text);
    expect(statusesIn(answered)).toEqual([204]);
    expect(answered).not.toContain('"checks"');
    expect(isEnded).toBe(true);
  });

  it("waits its turn behind the answer to an earlier request", async () => {
    const { body, signature } = event();
    const first = `GET /healthz HTTP/1.1\r\nHost: product\r\n\r\n`;
    const { answered } = await exchangeRaw(
      product.url,
      `${first}${first}${head(signature, `Content-Length: ${body.length}`)}${body}`,
    );
    expect(statusesIn(answered)).toEqual([200, 200, 204]);
  });
});

describe("a body that is not", () => {
  it.each([
    ["a chunk without a size", "zz\r\nabc"],
    ["data beyond its size", "3\r\nabcdef\r\n0\r\n\r\n"],
    ["a line feed alone", "3\nabc\n0\n\n"],
  ])("is a 400 and an end, found while it is read: %s", async (_, rest) => {
    const { body, signature } = event();
    const raw = openRawSocket(product.url);
    raw.write(head(signature, chunked) + chunk(body.slice(0, 10)));
    await sleep(100);
    raw.write(rest + rawRequest("/readyz"));
    const answered = await raw.closed;
    expect(statusesIn(answered)).toEqual([400]);
    expect(parseObject(bodyOf(answered))).toMatchObject({ code: "malformed_request" });
  });

  it.each(["Content-Length: 100", chunked])("is a 408 where it stops half way, framed by %s", async (framing) => {
    const { signature } = event();
    const raw = openRawSocket(product.url);
    raw.write(head(signature, framing) + chunk("abc"));
    const answered = await raw.closed;
    expect(statusesIn(answered)).toEqual([408]);
    expect(parseObject(bodyOf(answered))).toMatchObject({ code: "request_timeout" });
  });

  it("of a gigabyte is a 413 at once, whether that is announced or not", async () => {
    const { signature } = event();
    const announced = openRawSocket(product.url);
    announced.write(head(signature, "Content-Length: 1000000000"));
    expect(statusesIn(await announced.closed)).toEqual([413]);
    const endless = openRawSocket(product.url);
    endless.write(head(signature, chunked));
    for (let count = 0; count < 20 && !endless.socket.destroyed; count += 1)
      endless.write(chunk("a".repeat(64 * 1024)));
    expect(statusesIn(await endless.closed)).toEqual([413]);
  });

  it("takes nothing from anybody: a client that goes away in the middle ends alone", async () => {
    const { body, signature } = event();
    for (let count = 0; count < 20; count += 1) {
      const raw = openRawSocket(product.url);
      raw.write(head(signature, `Content-Length: ${body.length}`) + body.slice(0, 10));
      await sleep(5);
      raw.drop();
    }
    const { answered } = await exchangeRaw(product.url, head(signature, `Content-Length: ${body.length}`) + body);
    expect(statusesIn(answered)).toEqual([204]);
    expect(product.logs().join("\n")).not.toMatch(/request\.failed|ERR_/);
  });
});
