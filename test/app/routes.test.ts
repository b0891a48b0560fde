// Every route, asked in every way that should make no difference, and in every way that should get nothing.
import { describe, expect, test } from "vitest";
import { allowedOrigin, appAlias, createTestService, ownPath, sdkPath } from "../support/app.ts";
import { expectOurHeaders } from "../support/boundary.ts";
import { findIds } from "../support/family.ts";
import { foreignOrigins, methodsRefused, pathsNearlyOurs, requestHeaders } from "../support/corpora.ts";
import { answerOf, parseObject } from "../support/document.ts";

const service = createTestService();
const { app, send, calls } = service;
const ids = await findIds(service, `/v1/apps/${appAlias}`);

const routes = [...new Set(app.routes.filter(({ method }) => method === "GET").map(({ path }) => path))];
const examples: Readonly<Record<string, string>> = {
  ":app_id": appAlias,
  ":app": appAlias,
  ":account_id": "_",
  ":code": "invalid-query",
  ":file": "main.js",
  ...Object.fromEntries(Object.entries(ids).map(([name, id]) => [`:${name}`, id])),
};
const pathOf = (route: string) => route.replaceAll(/:\w+/g, (name) => examples[name] ?? name);
const paths = routes.map(pathOf);
const origins = [undefined, allowedOrigin, "https://other.example", "null"];
const withOrigin = (origin: string | undefined) => (origin === undefined ? {} : { headers: { origin } });

describe.each(paths)("%s", (path) => {
  test.each(origins)("answers origin %s with our headers and no others", async (origin) => {
    const response = await send(path, withOrigin(origin));
    expect([200, 302]).toContain(response.status);
    expectOurHeaders(response, origin);
    await response.body?.cancel();
  });

  test("answers HEAD with the headers of GET and no body", async () => {
    const varying = ["x-request-id", "server-timing", "ratelimit", "age", "cache-status"];
    const stable = (response: Response) => [...response.headers].filter(([name]) => !varying.includes(name));
    const get = await send(path);
    await get.body?.cancel();
    const head = await send(path, { method: "HEAD" });
    expect(head.status).toBe(get.status);
    expect(stable(head)).toEqual(stable(get));
    expect([...head.headers.keys()]).toEqual([...get.headers.keys()]);
    expect(await head.text()).toBe("");
  });

  test.each(methodsRefused)("refuses %s with a 405 that lists what is allowed", async (method) => {
    const before = calls();
    const response = await send(path, { method, headers: { origin: allowedOrigin } });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET, HEAD, OPTIONS");
    expectOurHeaders(response, allowedOrigin);
    expect(parseObject(await response.text())["code"]).toBe("method_not_allowed");
    expect(calls()).toBe(before);
  });

  test("answers OPTIONS that is no preflight with what is allowed", async () => {
    const response = await send(path, { method: "OPTIONS" });
    expect(response.status).toBe(204);
    expect(response.headers.get("allow")).toBe("GET, HEAD, OPTIONS");
    expectOurHeaders(response);
  });
});

test.each(methodsRefused)("an unknown path is a 404 for %s too", async (method) => {
  const response = await send("/v1/nothing", { method });
  expect(response.status).toBe(404);
  expect(response.headers.has("allow")).toBe(false);
  expectOurHeaders(response);
});

describe("paths that are nearly ours", () => {
  test.each(pathsNearlyOurs)("%s is a 404 and costs no upstream call", async (target) => {
    const before = calls();
    const response = await send(target, withOrigin(allowedOrigin));
    const answer = await answerOf("GET", response);
    expect(answer.status).toBe(404);
    expect(parseObject(answer.body)["code"]).toBe("not_found");
    expectOurHeaders(response, allowedOrigin);
    expect(calls()).toBe(before);
  });
});

describe("CORS", () => {
  const preflight = { "access-control-request-method": "GET", "access-control-request-headers": "if-none-match" };

  test("a preflight of an allowed origin is told methods, headers and for how long", async () => {
    const response = await send(ownPath, { method: "OPTIONS", headers: { origin: allowedOrigin, ...preflight } });
    expect(response.status).toBe(204);
    expectOurHeaders(response, allowedOrigin);
    expect(response.headers.get("access-control-allow-methods")).toBe("GET, HEAD");
    expect(response.headers.get("access-control-allow-headers")).toMatch(/\bif-none-match\b.*\bx-stainless-os\b/);
    expect(response.headers.get("access-control-max-age")).toBe("7200");
  });

  test.each(foreignOrigins)("%s may read nothing, with or without a preflight", async (origin) => {
    const asked = await send(ownPath, { method: "OPTIONS", headers: { origin, ...preflight } });
    const read = await send(ownPath, { headers: { origin } });
    for (const response of [asked, read]) {
      expectOurHeaders(response, origin);
      expect([...response.headers.keys()].filter((name) => name.startsWith("access-control-"))).toEqual([]);
    }
  });

  test("no answer allows credentials, since none are used", async () => {
    const asked = await send(ownPath, { method: "OPTIONS", headers: { origin: allowedOrigin, ...preflight } });
    const read = await send(ownPath, { headers: { origin: allowedOrigin } });
    for (const { headers } of [asked, read]) expect(headers.has("access-control-allow-credentials")).toBe(false);
  });
});

describe.each([ownPath, sdkPath])("a cached page at %s", (path) => {
  test("has the same bytes and the same ETag at both mounts", async () => {
    const [own, sdk] = [await send(ownPath), await send(sdkPath)];
    expect(own.headers.get("etag")).toBe(sdk.headers.get("etag"));
    expect(await own.text()).toBe(await sdk.text());
  });

  test.each([
    ["the ETag", (etag: string) => etag],
    ["the ETag made weak", (etag: string) => `W/${etag}`],
    ["a list with the ETag in it", (etag: string) => `"other", ${etag} , W/"more"`],
    ["a star", () => "*"],
    ["a star with blanks", () => " * "],
  ])("is a 304 without a body for %s", async (_name, headerFor) => {
    const page = await send(path);
    const etag = page.headers.get("etag") ?? "";
    const response = await send(path, { headers: { "if-none-match": headerFor(etag) } });
    expect(response.status).toBe(304);
    expect(await response.text()).toBe("");
    expect(response.headers.get("etag")).toBe(etag);
    expect(response.headers.has("content-type")).toBe(false);
    expectOurHeaders(response);
  });

  test.each([
    ["another ETag", () => '"00000000000000000000000000000000"'],
    ["the ETag without quotes", (etag: string) => etag.replaceAll('"', "")],
    ["the ETag in upper case", (etag: string) => etag.toUpperCase()],
    ["an empty header", () => ""],
    ["junk", () => ',,;"'],
    ["a header beyond any length", (etag: string) => `${'"x", '.repeat(2_000)}${etag}`],
  ])("is sent whole for %s", async (_name, headerFor) => {
    const page = await send(path);
    const headers = { "if-none-match": headerFor(page.headers.get("etag") ?? "") };
    const response = await send(path, { headers });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(await page.text());
  });

  test.each(Object.entries(requestHeaders))("is not changed by the request header %s", async (name, value) => {
    const page = await send(path);
    const before = calls();
    const response = await send(path, { headers: { [name]: value } });
    expect(response.status).toBe(200);
    expect(response.headers.get("etag")).toBe(page.headers.get("etag"));
    expect(response.headers.get("vary")).toBe("Origin, Accept-Encoding");
    expect(await response.text()).toBe(await page.text());
    expect(calls()).toBe(before);
  });
});
