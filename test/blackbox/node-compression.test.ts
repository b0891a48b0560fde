// Compressed answers of the Node process: pages and files in the coding that a client takes, each with headers that caches understand.
import { request } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import { buffer } from "node:stream/consumers";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ownPath, sdkPath } from "../support/app.ts";
import { startNodeProduct } from "../support/product-node.ts";
import type { NodeProduct } from "../support/product-node.ts";

let product: NodeProduct;
beforeAll(async () => {
  product = await startNodeProduct({ FRESH_LIVE_SECONDS: "3600" });
});
afterAll(() => product.stop());

type Answered = { status: number; headers: IncomingHttpHeaders; body: Buffer };

/** Nothing is added to the request, and nothing undone in the answer. */
function ask(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answered> {
  return new Promise((resolve, reject) => {
    request(product.url + path, { method, headers }, (answer) => {
      buffer(answer).then((body) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }), reject);
    })
      .once("error", reject)
      .end();
  });
}

const undo = { br: brotliDecompressSync, gzip: gunzipSync } as const;
const codings = ["br", "gzip"] as const;
const pages = [`${ownPath}?per_page=100`, `${sdkPath}?per_page=100`];

describe.each(codings)("a client that takes %s", (coding) => {
  const accept = { "accept-encoding": coding };

  it.each(pages)("gets a page of 100 rows in at most 10,500 bytes, the first time and as a hit: %s", async (path) => {
    const plain = await ask(path);
    expect(plain.headers["content-encoding"]).toBeUndefined();
    expect(plain.body.length).toBeGreaterThan(50_000);
    for (let time = 0; time < 2; time += 1) {
      const { status, headers, body } = await ask(path, accept);
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        "content-encoding": coding,
        "content-length": String(body.length),
        "content-type": "application/json",
        vary: "Origin, Accept-Encoding",
      });
      expect(headers.etag).toBe(`${plain.headers.etag?.slice(0, -1)}-${coding}"`);
      expect(body.length).toBeLessThanOrEqual(10_500);
      expect(undo[coding](body)).toEqual(plain.body);
    }
  });

  it("gets a 304 for what it has in this coding, weakened or not, and the page where it has another", async () => {
    const path = pages[0] ?? "";
    const { headers } = await ask(path, accept);
    const etag = headers.etag ?? "";
    for (const validator of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const same = await ask(path, { ...accept, "if-none-match": validator });
      expect(same.status).toBe(304);
      expect(same.headers).toMatchObject({ etag, vary: "Origin, Accept-Encoding" });
      expect(same.headers["content-encoding"]).toBeUndefined();
      expect(same.body.length).toBe(0);
    }
    const plain = await ask(path);
    expect((await ask(path, { ...accept, "if-none-match": plain.headers.etag ?? "" })).status).toBe(200);
    expect((await ask(path, { "if-none-match": etag })).status).toBe(200);
  });

  it("learns the same from HEAD as from GET", async () => {
    const path = pages[0] ?? "";
    const got = await ask(path, accept);
    const head = await ask(path, accept, "HEAD");
    expect(head.status).toBe(200);
    expect(head.body.length).toBe(0);
    for (const name of ["content-encoding", "content-type", "etag", "vary"]) {
      expect(head.headers[name]).toBe(got.headers[name]);
    }
    expect((await ask(path, { ...accept, "if-none-match": got.headers.etag ?? "" }, "HEAD")).status).toBe(304);
  });

  it.each(["/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css", "/openapi.json", "/openapi-3.0.json"])(
    "gets the file %s in less than a third of its bytes",
    async (path) => {
      const plain = await ask(path);
      const { headers, body } = await ask(path, accept);
      expect(headers).toMatchObject({
        "content-encoding": coding,
        "content-type": plain.headers["content-type"],
        vary: "Origin, Accept-Encoding",
      });
      expect(body.length * 3).toBeLessThan(plain.body.length);
      expect(undo[coding](body)).toEqual(plain.body);
    },
  );
});

it("sends errors, and what is small, as they are", async () => {
  for (const path of [
    `${ownPath}?page_no=none`,
    "/healthz",
    "/problems/rate-limited",
    "/docs",
    `${ownPath}?associated_id=00000000-0000-4000-8000-000000000000`,
  ]) {
    const { headers, body } = await ask(path, { "accept-encoding": "br, gzip" });
    expect(headers["content-encoding"]).toBeUndefined();
    expect(headers.vary).toBe("Origin, Accept-Encoding");
    expect(body.toString()).toMatch(/^[<{]/);
  }
});
