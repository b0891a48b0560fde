// Rows 35 to 38: CORS as one matrix of origin, route, method and kind of answer. An origin on the list is named, exactly as it was sent; any
// other gets no header of CORS at all; `Vary` is always our own; and credentials are never allowed.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/config.ts";
import { allowedOrigin, createTestService, ownPath, sdkPath } from "../support/app.ts";
import type { TestService } from "../support/app.ts";
import { expectOurHeaders } from "../support/boundary.ts";
import { bearer, keyed, serverKey } from "../support/callers.ts";
import { foreignOrigins } from "../support/corpora.ts";
import { startNodeProduct } from "../support/product-node.ts";
import { startWorkerProduct } from "../support/product-worker.ts";
import { allowedOrigin as productOrigin } from "../support/product.ts";
import type { Product } from "../support/product.ts";
import { exchangeRaw, rawRequest } from "../support/raw-socket.ts";

/** The allowed origin with one thing changed that browsers, proxies or careless comparisons take for nothing. */
const variantsOf = (origin: string): readonly string[] => {
  const host = origin.replace("https://", "");
  return [
    "null",
    "NULL",
    "*",
    "undefined",
    "https://*",
    "https://*.example",
    origin.toUpperCase(),
    `https://${host.toUpperCase()}`,
    `HTTPS://${host}`,
    `http://${host}`,
    `ws://${host}`,
    `//${host}`,
    host,
    `${origin}.`,
    `${origin}/`,
    `${origin}:443`,
    `${origin}:`,
    `${origin}:80`,
    `${origin}:8443`,
    `${origin}?`,
    `${origin}#`,
    `${origin} `.repeat(2).trim(),
    `${origin},${origin}`,
    `${origin}, https://evil.example`,
    `https://evil.example, ${origin}`,
    `${origin}.evil.example`,
    `${origin}evil.example`,
    `${origin}_.evil.example`,
    `${origin}%60.evil.example`,
    `${origin}%2eevil.example`,
    `${origin}@evil.example`,
    `https://evil.example/${origin}`,
    `https://evil.example#${origin}`,
    `https://evil.example?${origin}`,
    `https://evil-${host}`,
    `https://evil.${host}`,
    `https://www.${host}`,
    `https://${host.replace(".", "-")}`,
    `https://${host.replace(".", "")}`,
    `https://${host.slice(1)}`,
    origin.slice(0, -1),
    `https://user@${host}`,
    `https:///${host}`,
    `https:\\\\${host}`,
    `https://${host.replace("o", "0")}`,
    "https://evil.example",
    "file://",
    "data:",
    "blob:null",
    "chrome-extension://abcdef",
    "__proto__",
    "constructor",
  ];
};

const limited = createTestService({ settings: { CLIENT_REQUESTS_PER_MINUTE: "1" } });
const failing = createTestService({ faults: [{ kind: "error", status: 500 }] });
const broken = createTestService({
  services: {
    readiness: () => Promise.reject(new Error("broken")),
  },
});
const healthy = createTestService();
const locked = createTestService({ settings: keyed() });
/** What an answer depends on beside its address. */
const varyOf = (service: TestService) =>
  service === locked ? "Origin, Authorization, Accept-Encoding" : "Origin, Accept-Encoding";

type Case = readonly [kind: string, status: number, service: TestService, target: string, init: RequestInit];
/** Every kind of answer there is. */
const answers: readonly Case[] = [
  ...[ownPath, sdkPath].flatMap((path): Case[] => [
    ["a page", 200, healthy, path, {}],
    ["the head of a page", 200, healthy, path, { method: "HEAD" }],
    ["a page that the browser has", 304, healthy, path, { headers: { "if-none-match": "*" } }],
    ["a bad query", 400, healthy, `${path}?page_no=x`, {}],
    ["an app that is not there", 404, healthy, path.replace("support", "nothing"), {}],
    ["a refused method", 405, healthy, path, { method: "DELETE" }],
    ["a client over its limit", 429, limited, path, {}],
    ["a failing upstream", 502, failing, path, {}],
    ["a caller without an identity", 401, locked, path, {}],
    ["a caller with one", 200, locked, path, { headers: bearer(serverKey) }],
    ["OPTIONS that is no preflight", 204, healthy, path, { method: "OPTIONS" }],
  ]),
  ["a path that is not there", 404, healthy, "/v1/nothing", {}],
  ["a path that is tricky", 404, healthy, `${ownPath}/../sessions`, {}],
  ["the document", 200, healthy, "/openapi.json", {}],
  ["the documentation", 200, healthy, "/docs", {}],
  ["the dashboard", 200, healthy, "/", {}],
  ["health", 200, healthy, "/healthz", {}],
  ["an error of our own", 500, broken, "/readyz", {}],
];

const corsHeaders = ({ headers }: Response) => [...headers.keys()].filter((name) => name.startsWith("access-control-"));
const preflight = {
  "access-control-request-method": "GET",
  "access-control-request-headers": "authorization, x-custom",
};

beforeAll(async () => {
  for (const path of [ownPath, sdkPath]) await healthy.send(path);
  await limited.send(ownPath);
});

describe.each(answers)("rows 35 and 37: %s (%i)", (_kind, status, service, target, init) => {
  const { send } = service;
  const ask = (origin: string | undefined, more: Record<string, string> = {}) =>
    send(target, {
      ...init,
      headers: { ...Object.fromEntries(new Headers(init.headers)), ...more, ...(origin !== undefined && { origin }) },
    });

  it("may be read by an allowed origin, which it names, and says that it depends on it", async () => {
    const response = await ask(allowedOrigin);
    expect(response.status).toBe(status);
    expectOurHeaders(response, allowedOrigin);
    expect(response.headers.get("vary")).toBe(varyOf(service));
    expect(corsHeaders(response)).toEqual(["access-control-allow-origin", "access-control-expose-headers"]);
  });

  it("says that it depends on the origin without one too", async () => {
    const response = await ask(undefined);
    expect(response.headers.get("vary")).toBe(varyOf(service));
    expect(corsHeaders(response)).toEqual([]);
  });

  it("may be read by nobody else", async () => {
    for (const origin of [...variantsOf(allowedOrigin), ...foreignOrigins]) {
      const response = await ask(origin);
      expect(response.status).toBe(status);
      expect(response.headers.get("vary")).toBe(varyOf(service));
      expect([origin, ...corsHeaders(response)]).toEqual([origin]);
    }
  });

  it("row 38: has the same Vary and the same bytes, whatever Vary the request has", async () => {
    const plain = await ask(allowedOrigin);
    const bytes = (await plain.text()).replaceAll(/"request_id":"[^"]*"/g, "");
    for (const vary of ["*", "Cookie", "X-Forwarded-Host, Accept", "Origin\t", "x".repeat(2_000)]) {
      const response = await ask(allowedOrigin, { vary, ...preflight });
      const preflightVary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
      expect(response.headers.get("vary")).toBe(init.method === "OPTIONS" ? preflightVary : varyOf(service));
      expect((await response.text()).replaceAll(/"request_id":"[^"]*"/g, "")).toBe(bytes);
    }
  });
});

describe("rows 35 and 38: preflights", () => {
  const targets = [...new Set(answers.map(([, , , target]) => target))].filter((target) => !target.includes(".."));

  it.each(targets)("for %s tell an allowed origin what is allowed, in words of ours alone", async (target) => {
    const answer = async (asked: Record<string, string>) =>
      healthy.send(target, { method: "OPTIONS", headers: { origin: allowedOrigin, ...asked } });
    const plain = await answer(preflight);
    expect(plain.status).toBe(204);
    expect(plain.headers.get("access-control-allow-methods")).toBe("GET, HEAD");
    expect(plain.headers.get("access-control-max-age")).toBe("7200");
    expect(plain.headers.get("access-control-allow-headers")).not.toMatch(/\*|x-custom|cookie/);
    const odd = await answer({
      "access-control-request-method": "DELETE",
      "access-control-request-headers": "cookie, x-evil, *",
      "access-control-request-private-network": "true",
    });
    const withoutId = (response: Response) => [...response.headers].filter(([name]) => name !== "x-request-id");
    expect(withoutId(odd)).toEqual(withoutId(plain));
  });

  it.each(targets)("for %s tell any other origin nothing", async (target) => {
    for (const origin of [...variantsOf(allowedOrigin), ...foreignOrigins]) {
      const response = await healthy.send(target, { method: "OPTIONS", headers: { origin, ...preflight } });
      expectOurHeaders(response, origin);
      expect([origin, ...corsHeaders(response)]).toEqual([origin]);
    }
  });
});

describe("row 36: without origins in the configuration", () => {
  it("nobody may read: there is no default, and no pattern can be configured", () => {
    for (const origins of [
      undefined,
      "",
      "*",
      "https://*.example.com",
      "null",
      "https://example.com/path",
      "https://ok.example, *",
      "http://example.com",
      "/^https:/",
      "https://",
    ]) {
      const read = parseConfig({ AUTH_MODE: "public", ALLOWED_ORIGINS: origins });
      const problems = read.ok ? [] : read.failure.problems;
      expect(problems.join("\n")).toMatch(/^ALLOWED_ORIGINS: /m);
    }
  });
});

describe.each([
  ["the Node process", startNodeProduct],
  ["the Worker", startWorkerProduct],
] as const)("rows 35 and 37: %s, the short way too", (_, start) => {
  let product: Product;
  beforeAll(async () => {
    product = await start({ FRESH_LIVE_SECONDS: "3600" });
    await product.fetch(ownPath);
  });
  afterAll(() => product.stop());
  const ask = async (headers: string) =>
    (await exchangeRaw(product.url, rawRequest(ownPath, { headers: `Host: product\r\n${headers}` }))).answered;

  it("names the allowed origin, and none of the variants or of two at once", async () => {
    expect(await ask(`Origin: ${productOrigin}`)).toMatch(
      new RegExp(`^access-control-allow-origin: ${productOrigin}\r$`, "im"),
    );
    const lines = [...variantsOf(productOrigin), ""].map((origin) => `Origin: ${origin}`);
    lines.push(
      `Origin: ${productOrigin}\r\nOrigin: https://evil.example`,
      `Origin: https://evil.example\r\nOrigin: ${productOrigin}`,
      `X-Origin: ${productOrigin}`,
      `Referer: ${productOrigin}/`,
    );
    for (const line of lines) {
      const answered = await ask(line);
      expect(answered).toMatch(/^HTTP\/1\.1 200 /);
      expect([line, answered]).toEqual([line, expect.not.stringMatching(/^access-control-/im)]);
      expect(answered).toMatch(/^vary: Origin, Accept-Encoding\r$/im);
    }
  });
});
