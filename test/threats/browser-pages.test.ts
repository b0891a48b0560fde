// Rows 39 to 44: what a hostile page can make a browser do. Nothing changes by its requests, no cookie means anything, no answer is a script or
// a frame, the documentation runs nobody else's code, and of a browser's headers none goes upstream.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allowedOrigin, createTestService, ownPath, sdkPath, mayCause } from "../support/app.ts";
import { expectOurHeaders } from "../support/boundary.ts";
import { purgePath } from "../../src/http/purge-route.ts";
import { methodsRefused, requestHeaders } from "../support/corpora.ts";
import { closedModes, headersOf } from "../support/modes.ts";
import { answerOf } from "../support/document.ts";
import { createPurging } from "../support/purges.ts";
import { startNodeProduct } from "../support/product-node.ts";
import { startWorkerProduct } from "../support/product-worker.ts";
import type { Product } from "../support/product.ts";
import { exchangeRaw, rawRequest, statusesIn } from "../support/raw-socket.ts";

const root = path.join(import.meta.dirname, "..", "..");
const evil = "https://evil.example";
const crossSite = {
  origin: evil,
  "sec-fetch-site": "cross-site",
  "sec-fetch-mode": "no-cors",
  cookie: "session=of-the-victim",
};

const service = createTestService();
const paths = [
  ...new Set(service.app.routes.filter(({ method }) => method === "GET").map(({ path: route }) => route)),
].map((route) =>
  route
    .replace(":account_id", "_")
    .replace(/:app(?:_id)?/, "support")
    .replace(":code", "forbidden")
    .replace(":file", "main.js")
    // Whatever an id says, the method is refused first.
    .replaceAll(/:\w+_id/g, "an-id"),
);

describe("row 39: forging a request that changes something", () => {
  it("there is none where nobody is granted a purge: every route only reads", () => {
    const methods = new Set(service.app.routes.map(({ method }) => method));
    // ALL is the boundary and the 405 behind each route.
    expect([...methods].sort()).toEqual(["ALL", "GET", "OPTIONS"]);
  });

  it.each(closedModes)(
    "a purge by the browser of whoever is granted it is refused, with AUTH_MODE $mode",
    async (mode) => {
      const { keys } = mode;
      const { service: purging, changes } = createPurging({
        settings: mode.settings({ grants: ["purge"] }),
        ...(keys && { keys }),
      });
      const { origin: _, ...withoutOrigin } = crossSite;
      for (const from of [crossSite, withoutOrigin, { origin: evil }, { origin: "null" }]) {
        for (const type of [
          "application/x-www-form-urlencoded",
          "multipart/form-data; boundary=x",
          "text/plain",
          "application/json",
        ]) {
          for (const method of ["POST", "GET", "DELETE"]) {
            const headers = { ...headersOf(mode), ...from, "content-type": type };
            const body = method === "GET" ? {} : { body: '{"app":"support"}' };
            const answer = await purging.send(purgePath, { method, headers, ...body });
            expect(answer.status).toBe(method === "POST" ? 403 : 405);
            expectOurHeaders(answer, evil);
          }
        }
      }
      expect(changes).toEqual([]);
    },
  );

  it.each([
    ["a form", "application/x-www-form-urlencoded", "a=b"],
    ["a form with a file", "multipart/form-data; boundary=x", "--x\r\n\r\n--x--"],
    ["a form of plain text", "text/plain", '{"a":"b"}'],
    ["JSON", "application/json", '{"a":"b"}'],
    ["no type", undefined, "a"],
  ])("%s of another site is refused at every address, and costs nothing", async (_, type, body) => {
    for (const target of paths) {
      const headers = { ...crossSite, ...(type !== undefined && { "content-type": type }) };
      const response = await service.app.request(target, { method: "POST", headers, body });
      expect(response.status).toBe(405);
      expectOurHeaders(response, evil);
    }
    expect(service.calls()).toBe(0);
  });

  it.each(methodsRefused)("%s of another site too", async (method) => {
    for (const target of paths) expect((await service.send(target, { method, headers: crossSite })).status).toBe(405);
    expect(service.calls()).toBe(0);
  });
});

describe("rows 40 and 43: cookies, where nobody logs in", () => {
  it("are neither set nor read: with one, two of a name or a thousand of them the answer is the same", async () => {
    const { send, calls } = createTestService();
    const plain = await send(ownPath);
    expect(plain.headers.has("set-cookie")).toBe(false);
    const bytes = await plain.text();
    for (const cookie of [
      "session=1",
      "session=1; session=2",
      "__Host-bff=1; bff=2",
      "a=b; ".repeat(1_000),
      "=",
      '"',
      "session=%0d%0a",
    ]) {
      const response = await send(ownPath, { headers: { ...crossSite, cookie } });
      expect(await response.text()).toBe(bytes);
      expect(response.headers.get("etag")).toBe(plain.headers.get("etag"));
    }
    expect(calls()).toBe(1);
  });

  it.each(["image", "script", "iframe", "document"])(
    "a page of another site can't spend calls upstream with its visitors' browsers, as %s",
    async (dest) => {
      const { send, calls } = createTestService();
      for (let count = 0; count < 20; count += 1) {
        const { origin: _, ...fromImage } = crossSite;
        const headers = { ...(count % 2 === 0 ? crossSite : fromImage), "sec-fetch-dest": dest };
        for (const mount of [ownPath, sdkPath])
          expect((await send(`${mount}?search=${count}`, { headers })).status).toBe(403);
      }
      expect(calls()).toBe(0);
    },
  );

  it("a page that may read spends calls, up to its visitor's share", async () => {
    const { send, calls } = createTestService({ settings: mayCause(5) });
    const seen: number[] = [];
    for (let count = 0; count < 50; count += 1) {
      seen.push(
        (await send(`${ownPath}?search=${count}`, { headers: { ...crossSite, origin: allowedOrigin } })).status,
      );
    }
    expect(seen).toEqual([...Array<number>(5).fill(200), ...Array<number>(45).fill(429)]);
    expect(calls()).toBe(5);
  });
});

describe("row 41: answers taken for something else", () => {
  const targets = [
    ...paths,
    `${ownPath}?page_no=x`,
    `${sdkPath}?x=1`,
    "/nothing",
    `${ownPath}?callback=alert`,
    `${ownPath}?jsonp=alert`,
  ];
  const types = [
    "application/json",
    "application/problem+json",
    "text/html; charset=utf-8",
    "text/javascript; charset=utf-8",
    "text/css; charset=utf-8",
    "text/event-stream",
    "text/csv",
    "application/x-ndjson",
  ];

  it.each(targets)(
    "%s says what it is, may not be sniffed, framed or embedded, and is no list at its top",
    async (target) => {
      for (const origin of [undefined, allowedOrigin, evil]) {
        for (const accept of ["*/*", "text/html", "application/javascript"]) {
          const response = await service.send(target, { headers: { accept, ...(origin !== undefined && { origin }) } });
          expectOurHeaders(response, origin);
          const type = response.headers.get("content-type");
          const { body } = await answerOf("GET", response);
          if (body === "") continue;
          expect(types).toContain(type);
          if (type?.includes("json")) expect(body).toMatch(/^\{\s*"/);
        }
      }
    },
  );
});

describe("row 42: the dashboard", () => {
  it("may run, load and ask its own files and its own service alone, makes no markup of text, and is framed by nobody", async () => {
    const answer = await service.send("/");
    expect(answer.headers.get("content-security-policy")?.split("; ")).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self'",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types lit-html",
    ]);
    expect(answer.headers.get("cross-origin-resource-policy")).toBe("same-origin");
  });

  it("lets other pages load the script of the element, and no other file", async () => {
    for (const [file, policy] of [
      ["/elements.js", "cross-origin"],
      ["/elements/main.js", "cross-origin"],
      ["/dashboard/main.js", "same-origin"],
    ] as const) {
      expect((await service.send(file)).headers.get("cross-origin-resource-policy")).toBe(policy);
    }
  });
});

describe("row 42: the documentation page", () => {
  it("may run and load its own files alone, and be framed by nobody", async () => {
    const policy = new Map(
      ((await service.send("/docs")).headers.get("content-security-policy") ?? "")
        .split("; ")
        .map((part): [string, string] => {
          const [name = "", ...values] = part.split(" ");
          return [name, values.join(" ")];
        }),
    );
    expect(Object.fromEntries(policy)).toEqual({
      "default-src": "'none'",
      "script-src": "'self'",
      "style-src": "'self'",
      "img-src": "'self' data:",
      "connect-src": "'self'",
      "font-src": "'self'",
      "base-uri": "'none'",
      "form-action": "'none'",
      "frame-ancestors": "'none'",
    });
  });

  it("has no script, style or handler of its own in the page, and nothing from another host", async () => {
    const page = await readFile(path.join(root, "assets", "docs", "index.html"), "utf8");
    const sources = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, source]) => source);
    expect(sources.length).toBeGreaterThan(3);
    for (const source of sources) expect(source).toMatch(/^(?:\/(?:docs\/[\w.-]+|openapi\.json)|data:,)$/);
    expect(page).not.toMatch(/<script(?![^>]* src=)|<style|\son\w+=|\sstyle=|<base|http-equiv/i);
  });

  it("is set up by nothing in its address, and asks no other host", async () => {
    const start = (await readFile(path.join(root, "assets", "docs", "init.js"), "utf8")).replaceAll(/^\/[/*].*$/gm, "");
    expect(start).toMatch(/queryConfigEnabled: false/);
    expect(start).toMatch(/validatorUrl: null/);
    expect(start).toMatch(/persistAuthorization: false/);
    expect(start).not.toMatch(/https?:|location|document\.|innerHTML|eval/);
  });
});

describe.each([
  ["the Node process", startNodeProduct],
  ["the Worker", startWorkerProduct],
] as const)("row 44: %s", (_, start) => {
  let product: Product;
  beforeAll(async () => {
    product = await start();
  });
  afterAll(() => product.stop());

  it("sends nothing of a request's headers upstream", async () => {
    const names = Object.keys(requestHeaders).filter(
      (name) => !["host", "content-length", "expect", "upgrade", "range"].includes(name),
    );
    const lines = names.map((name) => `${name}: planted-${name}`);
    const headers = ["Host: product", `Origin: ${evil}`, "Cookie: planted=1", "X-BFF: planted", ...lines].join("\r\n");
    const { answered } = await exchangeRaw(product.url, rawRequest(`${ownPath}?per_page=7`, { headers }));
    expect(statusesIn(answered)).toEqual([200]);
    const sent = product.simulator.state().last?.headers ?? {};
    expect(sent).toMatchObject({
      accept: "application/json",
      authorization: "Bearer [redacted]",
      "user-agent": "realtimekit-bff",
    });
    expect(JSON.stringify(sent)).not.toMatch(/planted|evil/);
    const ofTheRuntime = ["accept-encoding", "accept-language", "cf-worker", "connection", "host", "sec-fetch-mode"];
    const others = Object.keys(sent).filter(
      (name) => !["accept", "authorization", "user-agent", ...ofTheRuntime].includes(name),
    );
    expect(others).toEqual([]);
  });
});
