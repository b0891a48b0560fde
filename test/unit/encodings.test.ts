// Which coding a client gets, and pages that are compressed once.
import { brotliCompressSync, brotliDecompressSync, gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { asIs, encodingFor } from "../../src/http/encodings.ts";
import type { Content } from "../../src/http/encodings.ts";
import { createEncoder } from "../../src/entries/node-encoder.ts";

describe("a client gets the coding that it likes best", () => {
  it.each([
    [undefined, undefined],
    ["", undefined],
    ["identity", undefined],
    ["gzip", "gzip"],
    ["GZIP", "gzip"],
    ["br", "br"],
    ["gzip, deflate, br, zstd", "br"],
    ["gzip;q=1.0, br;q=0.5", "gzip"],
    ["gzip;q=0.5, br;q=0.5", "br"],
    ["br;q=0, gzip", "gzip"],
    ["br;q=0, gzip;q=0", undefined],
    ["br;q=0.0", undefined],
    ["*", "br"],
    ["*;q=0", undefined],
    ["br;q=0, *", "gzip"],
    ["gzip;q=0.001", "gzip"],
    ["deflate, compress, zstd", undefined],
    ["x-gzip", undefined],
    [" br ; q=0.1 ,\tgzip ; q=0.2 ", "gzip"],
    ["brotli", undefined],
    [";;;,,,q=", undefined],
    [`gzip,${" ".repeat(300)}br`, undefined],
  ])("%o → %o", (header, encoding) => {
    expect(encodingFor(header)).toBe(encoding);
    expect(encodingFor(header)).toBe(encoding);
  });
});

const contentOf = (text: string): Content => ({ etag: '"abc"', body: new TextEncoder().encode(text) });
const page = () => contentOf(JSON.stringify(Array(500).fill("a session that is LIVE")));

describe("a page", () => {
  it("is compressed once for each coding, however many ask at once and later", async () => {
    const compressed: string[] = [];
    const encoder = createEncoder({
      br: async (body) => (compressed.push("br"), brotliCompressSync(body)),
      gzip: async () => (compressed.push("gzip"), new Uint8Array(10)),
    });
    const content = page();
    expect(encoder.recall(content, "br")).toBeUndefined();
    const sent = await Promise.all(Array.from({ length: 100 }, () => encoder.encode(content, "br, gzip")));
    expect(new Set(sent).size).toBe(1);
    expect(encoder.recall(content, "gzip;q=0.1, br")).toBe(sent[0]);
    await encoder.encode(content, "gzip");
    await encoder.encode(content, "gzip");
    expect(compressed).toEqual(["br", "gzip"]);
    await encoder.encode(page(), "br");
    expect(compressed).toEqual(["br", "gzip", "br"]);
  });

  it("has another strong ETag in each coding", async () => {
    const encoder = createEncoder();
    const content = page();
    const [br, gzip] = await Promise.all([encoder.encode(content, "br"), encoder.encode(content, "gzip")]);
    expect(br).toMatchObject({ etag: '"abc-br"', encoding: "br" });
    expect(gzip).toMatchObject({ etag: '"abc-gzip"', encoding: "gzip" });
    expect(new Uint8Array(brotliDecompressSync(br.body))).toEqual(content.body);
    expect(new Uint8Array(gunzipSync(gzip.body))).toEqual(content.body);
  });

  it.each([
    ["that is small", contentOf("x".repeat(1_000))],
    ["that compression does not halve", { ...page(), body: crypto.getRandomValues(new Uint8Array(5_000)) }],
  ])("%s is sent as it is, from the second time on without a promise", async (_, content) => {
    const encoder = createEncoder();
    expect(await encoder.encode(content, "br")).toBe(content);
    expect(encoder.recall(content, "br")).toBe(content);
  });

  it("is sent as it is where it can't be compressed", async () => {
    const fails = async () => {
      throw new Error("no memory");
    };
    const encoder = createEncoder({ br: fails, gzip: fails });
    const content = page();
    expect(await encoder.encode(content, "br")).toBe(content);
  });

  it("is sent as it is where the platform compresses", async () => {
    const content = page();
    expect(asIs.recall(content, "br")).toBe(content);
    expect(await asIs.encode(content, "br")).toBe(content);
  });

  it("keeps no more for its compressed bytes than these", async () => {
    const { body } = await createEncoder().encode(page(), "br");
    expect(body.buffer.byteLength).toBe(body.byteLength);
  });
});
