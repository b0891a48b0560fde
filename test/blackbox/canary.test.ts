// The guard that stands before every product of these tests, tested itself; and the search for the token in what a build leaves
// behind. Answers, logs, KV and storage are searched at the end of every product, see `support/product.ts`.
import { createServer } from "node:http";
import path from "node:path";
import { expect, it } from "vitest";
import { canaryToken, hasCanary, hasCanaryBytes } from "../support/canary.ts";
import { createGuard } from "../support/product.ts";
import { until } from "./steps.ts";

const root = path.join(import.meta.dirname, "../..");

it.each([
  ["as it is", canaryToken],
  ["within a text", `{"authorization":"Bearer ${canaryToken}"}`],
  ["cut in half", `…${canaryToken.slice(20)}`],
  ["in hexadecimal", Buffer.from(canaryToken).toString("hex")],
  ["in Base64", Buffer.from(canaryToken).toString("base64")],
  ["in Base64 after one byte", Buffer.from(`x${canaryToken}`).toString("base64")],
  ["in Base64 after two bytes", Buffer.from(`xy${canaryToken}`).toString("base64")],
  ["in Base64 as a part", Buffer.from(`{"token":"${canaryToken}"}`).toString("base64url")],
])("the search finds the token %s", (_, text) => {
  expect(hasCanary(text)).toBe(true);
  expect(hasCanaryBytes(new TextEncoder().encode(text))).toBe(true);
});

it("the search finds no token where there is none", () => {
  expect(hasCanary(`CANARY_ ${canaryToken.toLowerCase()}`)).toBe(false);
});

it("the guard complains of an answer that leaks, may be kept, has a header of its own, or is not as published", async () => {
  const server = createServer((request, response) => {
    response.setHeader("content-type", "application/json");
    response.setHeader("cache-control", request.url === "/kept" ? "max-age=60" : "no-store");
    response.setHeader("cdn-cache-control", "no-store");
    if (request.url === "/header") response.setHeader("etag", `"${canaryToken}"`);
    if (request.url === "/unknown") response.setHeader("x-powered-by", "nobody");
    response.end(request.url === "/body" ? JSON.stringify({ detail: canaryToken }) : '{"status":"well"}');
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const complaint = async (asked: string) => {
    const guard = createGuard(`http://127.0.0.1:${port}`);
    await guard.fetch(asked);
    guard.settle();
  };
  await expect(complaint("/header")).rejects.toThrow("has the token in etag");
  await expect(complaint("/body")).rejects.toThrow("has the token in its body");
  await expect(complaint("/kept")).rejects.toThrow("may be kept by a shared cache");
  await expect(complaint("/unknown")).rejects.toThrow("has the header x-powered-by");
  await expect(complaint("/healthz")).rejects.toThrow("/healthz:");
  await expect(complaint("/")).resolves.toBeUndefined();
  await new Promise((resolve) => server.close(resolve));
});

it("the guard complains of a stream that leaks late, has a header of its own, or does not begin as published", async () => {
  const begin = "retry: 2000\n\n";
  const server = createServer((request, response) => {
    response.setHeader("content-type", "text/event-stream");
    response.setHeader("cache-control", "no-store, no-transform");
    response.setHeader("cdn-cache-control", "no-store");
    if (request.url === "/unknown") response.setHeader("x-powered-by", "nobody");
    response.write(request.url === "/late" ? `${begin}: keep-alive\n\n` : "event: page\ndata: {}\n\n");
    setTimeout(() => response.end(request.url === "/late" ? `data: ${canaryToken}\n\n` : ""), 20);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const complaint = async (asked: string) => {
    const guard = createGuard(`http://127.0.0.1:${port}`);
    const stream = await guard.follow(asked);
    await until(() => stream.isOver());
    guard.settle();
  };
  await expect(complaint("/late")).rejects.toThrow("has the token");
  await expect(complaint("/unknown")).rejects.toThrow("has the header x-powered-by");
  await expect(complaint("/v1/live/apps/support/sessions")).rejects.toThrow("does not begin as it should");
  await expect(complaint("/")).resolves.toBeUndefined();
  await new Promise((resolve) => server.close(resolve));
});

it("no file that a build or a start leaves behind has the token", async () => {
  const guard = createGuard("http://127.0.0.1");
  for (const directory of [
    "dist/worker",
    "dist/assets",
    "dist/local",
    ".wrangler",
    "docs",
    "assets",
    "bench",
    "deploy",
  ]) {
    await guard.searchFiles(path.join(root, directory));
  }
  for (const file of ["openapi.json", "README.md", "wrangler.toml", "dist/test-results.json"]) {
    await guard.searchFile(path.join(root, file));
  }
  expect(() => guard.settle()).not.toThrow();
});
