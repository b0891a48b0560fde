// Row 88: request smuggling. One request in, one answer out, and never an answer to what stood in another request's body: at the Node
// process itself, and with a real haproxy in front of it that would be the other of the two parsers.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startHaproxy } from "../support/haproxy.ts";
import type { Haproxy } from "../support/haproxy.ts";
import { startNodeProduct } from "../support/product-node.ts";
import type { NodeProduct } from "../support/product-node.ts";
import { exchangeRaw, rawRequest, statusesIn } from "../support/raw-socket.ts";
import { carrier, malformedFramings, soundFramings } from "../support/smuggling.ts";
import { publicPem, webhookPath } from "../support/webhooks.ts";

let product: NodeProduct;
let haproxy: Haproxy;
beforeAll(async () => {
  product = await startNodeProduct({ WEBHOOKS: "on", WEBHOOK_PUBLIC_KEY: publicPem() });
  haproxy = await startHaproxy(product.url);
});
afterAll(async () => {
  await haproxy.stop();
  await product.stop();
});

/** What only the smuggled request is answered with. */
const smuggledAnswer = '"checks"';
const pagePath = "/problems/rate-limited";

describe("row 88: the Node process", () => {
  it.each(malformedFramings)("refuses it, once, and ends the connection: %s", async (_, bytes) => {
    const { answered, isEnded } = await exchangeRaw(product.url, bytes);
    expect(answered).not.toContain(smuggledAnswer);
    expect(statusesIn(answered)).toHaveLength(1);
    // Where only the body is malformed, the method may have been refused before that was seen.
    expect([400, 405]).toContain(statusesIn(answered)[0]);
    expect(isEnded).toBe(true);
  });

  it.each(soundFramings)("takes it for the one request that it is: %s", async (_, bytes) => {
    const { answered } = await exchangeRaw(product.url, bytes);
    expect(answered).not.toContain(smuggledAnswer);
    expect(statusesIn(answered)).toHaveLength(1);
  });

  it.each([
    ["two hosts", "GET /healthz HTTP/1.1\r\nHost: product\r\nHost: evil.example\r\n\r\n"],
    [
      "chunks over HTTP/1.0",
      "POST /healthz HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    ["a body", "POST /healthz HTTP/1.1\r\nHost: product\r\nContent-Length: 3\r\n\r\nabc"],
  ])("does nothing for what follows a request with %s on its connection", async (_, bytes) => {
    const before = product.simulator.state().calls.total;
    const follower = rawRequest(`/v1/apps/support/sessions?search=${before}`);
    const { answered } = await exchangeRaw(product.url, bytes + follower);
    expect(statusesIn(answered)).toHaveLength(1);
    expect(answered).not.toContain('"sessions"');
    await sleep(100);
    expect(product.simulator.state().calls.total).toBe(before);
    expect(statusesIn((await exchangeRaw(product.url, follower)).answered)).toEqual([200]);
  });

  it("would answer the smuggled request, were it one of its own", async () => {
    const { answered } = await exchangeRaw(product.url, rawRequest("/readyz"));
    expect(answered).toContain(smuggledAnswer);
  });
});

describe("row 88: the Node process, at an address that reads bodies", () => {
  /** The same request there; one with something like a signature has its body read before it is refused. */
  const toReader = (bytes: string) =>
    bytes
      .replace(carrier, webhookPath)
      .replace("Host: product", `Host: product\r\nRtk-Signature: ${Buffer.alloc(256, 7).toString("base64")}`);

  it.each(malformedFramings)("refuses it, once, and ends the connection: %s", async (_, bytes) => {
    const { answered, isEnded } = await exchangeRaw(product.url, toReader(bytes));
    expect(answered).not.toContain(smuggledAnswer);
    expect(statusesIn(answered)).toHaveLength(1);
    // A fault behind the end of the body is found when the body was judged already.
    expect([400, 401, 405]).toContain(statusesIn(answered)[0]);
    expect(isEnded).toBe(true);
  });

  it.each(soundFramings)("takes it for the one request that it is: %s", async (_, bytes) => {
    const { answered } = await exchangeRaw(product.url, toReader(bytes));
    expect(answered).not.toContain(smuggledAnswer);
    expect(statusesIn(answered)).toHaveLength(1);
  });
});

describe.each(["strict", "lax"] as const)("row 88: the Node process behind an haproxy that is %s", (door) => {
  it.each([...malformedFramings, ...soundFramings])(
    "answers what the proxy passed on, as often, and nothing that it refused: %s",
    async (_, bytes) => {
      const before = haproxy.passedCount();
      const answeredBefore = haproxy.witnessed().answered.length;
      const [attack, other] = await Promise.all([
        exchangeRaw(haproxy[door], bytes),
        exchangeRaw(haproxy[door], rawRequest(pagePath)),
      ]);
      // Whoever came at the same time got the answer to its own question.
      expect(statusesIn(other.answered)).toEqual([200]);
      expect(other.answered).toContain(`"type":"${pagePath}"`);
      expect(attack.answered).not.toContain(smuggledAnswer);
      const seen = () => haproxy.witnessed().answered.slice(answeredBefore);
      for (let round = 0; round < 20 && haproxy.passedCount() - before < statusesIn(seen()).length; round += 1) {
        await sleep(50);
      }
      expect(seen()).not.toContain(smuggledAnswer);
      expect(statusesIn(seen())).toHaveLength(haproxy.passedCount() - before);
    },
  );
});
