// What a cache in front, or ours, could be talked into: keeping a page under the name of a file, keeping an error for everybody,
// giving a part for the whole, or forgetting on a stranger's word.
import path from "node:path";
import { describe, expect, it } from "vitest";
import { unstable_readConfig as readWranglerConfig } from "wrangler";
import { allowedOrigin, ownPath, sdkPath, mayCause } from "../support/app.ts";
import { bearer, keyed, policiesOf, serverKey } from "../support/callers.ts";
import { goodName } from "../support/hostile-upstream.ts";
import { createPurging } from "../support/purges.ts";
import { createCountedService, mayBeShared } from "./cache-service.ts";

const root = path.join(import.meta.dirname, "../..");
const mounts = [ownPath, sdkPath] as const;

/** A page's address followed by what some server, proxy or framework takes for an end. */
const ends = [
  ...Array.from({ length: 128 }, (_, code) => `%${code.toString(16).padStart(2, "0")}`),
  ..."!$&'()*+,-.:;=@_~/",
  ..."// /../ /..%2f %2f..%2f /;/ %ff %c0%af %u002f \\ %5c%5c %3b%2f".split(" "),
];
const files = ["x.css", ".js", "favicon.ico", "robots.txt"];

describe("row 59: a page by the name of a file", () => {
  const service = createCountedService();

  it.each(mounts)("row 59: is a 404 that nobody may keep, whatever stands after %s", async (mount) => {
    await service.ask(mount);
    const before = service.calls();
    for (const end of ends) {
      for (const file of files) {
        const answer = await service.ask(`${mount}${end}${file}`);
        const text = await answer.text();
        expect(`${end}${file} ${answer.status}`).toBe(`${end}${file} 404`);
        expect(answer.headers.get("cache-control")).toBe("no-store");
        expect(text).not.toContain(goodName);
      }
    }
    expect(service.calls()).toBe(before);
  });

  it.each(["/docs/..%2f", "/docs/%2e%2e/", "/docs/../", "/healthz/..;/", "/openapi.json/../", "/assets/..%5c"])(
    "row 59: is a 404 by way of %s",
    async (way) => {
      for (const mount of mounts) {
        const answer = await service.ask(`${way}${mount.slice(1)}`);
        expect(answer.status).toBe(404);
        expect(mayBeShared(answer)).toBe(false);
      }
    },
  );
});

describe("row 60: caches in front", () => {
  it("row 60: may store no answer of any kind", async () => {
    const service = createCountedService({ settings: mayCause(5) });
    const targets = [...mounts, `${ownPath}?page_no=0x1`, "/v1/apps/nobody/sessions", "/", "/docs", "/openapi.json"];
    const others = [
      "/openapi-3.0.json",
      "/healthz",
      "/readyz",
      "/problems/not-found",
      "/docs/swagger-ui-bundle.js",
      "/x.css",
    ];
    const misses = Array.from({ length: 8 }, (_, place) => `${ownPath}?search=${place}`);
    const statuses = new Set<number>();
    for (const target of [...targets, ...others, ...misses]) {
      for (const method of ["GET", "HEAD", "OPTIONS", "POST"]) {
        for (const headers of [{}, { origin: allowedOrigin }, { "cache-control": "max-age=999" }]) {
          const answer = await service.ask(target, { method, headers });
          statuses.add(answer.status);
          expect(`${method} ${target} ${mayBeShared(answer)}`).toBe(`${method} ${target} false`);
        }
      }
    }
    expect([...statuses]).toEqual(expect.arrayContaining([200, 204, 400, 404, 405, 429]));
  });

  it.each(["wrangler.toml", "deploy/wrangler.redis.toml"])("row 60: are switched off in %s", (file) => {
    const config: unknown = readWranglerConfig({ config: path.join(root, file) }, { hideWarnings: true });
    expect(config).toMatchObject({
      cache: { enabled: false },
      preview_urls: false,
      assets: { run_worker_first: true },
    });
  });

  it("row 60: would be caught: the judge knows what a shared cache may store", () => {
    const judged = (headers: Record<string, string>) => mayBeShared(new Response("", { headers }));
    expect(judged({})).toBe(true);
    expect(judged({ "cache-control": "no-cache", "cdn-cache-control": "no-store" })).toBe(true);
    expect(judged({ "cache-control": "private" })).toBe(true);
    expect(judged({ "cache-control": "private, no-cache", "cdn-cache-control": "no-store" })).toBe(false);
  });
});

const poisons: readonly (readonly [string, RequestInit])[] = [
  ["an oversized header", { headers: { "x-oversized": "x".repeat(20_000) } }],
  ["an oversized If-None-Match", { headers: { "if-none-match": `"${"x".repeat(20_000)}"` } }],
  ["a control character", { headers: { "x-meta": "\u0007\u0008", "if-none-match": "\u0001" } }],
  ["another method by header", { headers: { "x-http-method-override": "DELETE", "x-method-override": "POST" } }],
  ["another method", { method: "DELETE" }],
  ["a method in small letters", { method: "get" }],
  ["a range that can't be met", { headers: { range: "bytes=999999999-" } }],
  [
    "a precondition that fails",
    { headers: { "if-match": '"x"', "if-unmodified-since": "Thu, 01 Jan 1970 00:00:00 GMT" } },
  ],
  ["an expectation", { headers: { expect: "417-please" } }],
];

describe("row 61: a request that is meant to fail", () => {
  it.each(poisons)("row 61: with %s leaves the page as it is for the next reader, cold and kept", async (_, init) => {
    const service = createCountedService();
    for (const mount of mounts) {
      expect(mayBeShared(await service.ask(`${mount}?per_page=7`, init))).toBe(false);
      const next = await service.ask(`${mount}?per_page=7`);
      expect(next.status).toBe(200);
      expect(await next.text()).toContain(goodName);
    }
    expect(service.calls()).toBe(1);
  });
});

describe("row 68: whoever wants a page forgotten", () => {
  it.each(["PURGE", "DELETE", "POST", "BAN", "REFRESH", "PUT"])(
    "row 68: by %s is refused, and it is still kept",
    async (method) => {
      const service = createCountedService();
      const page = await service.ask(ownPath);
      const before = service.calls();
      const purges = [ownPath, sdkPath, "/", "/*", "/v1/purge", `${ownPath}/purge`, "/v1/apps/support/purge", "/purge"];
      for (const target of purges) {
        const headers = { "x-purge": "1", "cache-control": "no-cache", pragma: "no-cache" };
        const answer = await service.ask(target, { method, headers });
        expect([404, 405]).toContain(answer.status);
      }
      const again = await service.ask(ownPath, { headers: { "cache-control": "no-cache", pragma: "no-cache" } });
      expect(again.headers.get("cache-status")).toMatch(/; hit;/);
      expect(again.headers.get("etag")).toBe(page.headers.get("etag"));
      expect(service.calls()).toBe(before);
    },
  );
});

describe("row 68: a purge", () => {
  it("row 68: is for whoever is granted it, of an app that is named, and no more often than any request", async () => {
    const few = { CLIENT_REQUESTS_PER_MINUTE: "6" };
    const { purge, changes } = createPurging({
      settings: { ...keyed({ apps: ["support"], grants: ["purge"] }), ...few },
    });
    const known = bearer(serverKey);
    expect((await purge({ app: "support" })).status).toBe(401);
    expect((await purge({ app: "support" }, bearer(serverKey.replace("sss", "ttt")))).status).toBe(401);
    for (const [app, status] of [
      ["*", 404],
      ["school", 404],
      ["", 400],
      [undefined, 400],
      [["support", "school"], 400],
      ["support", 200],
      ["support", 429],
    ] as const) {
      expect((await purge({ app }, known)).status).toBe(status);
    }
    expect(changes).toHaveLength(1);
    const without = createPurging({
      settings: { ...keyed(), POLICIES: policiesOf({ when: { claim: "sub", equals: "ops" }, grants: ["purge"] }, {}) },
    });
    expect((await without.purge({ app: "support" }, known)).status).toBe(403);
    expect(without.changes).toEqual([]);
  });
});

describe("row 70: a part of a page, or a page by its date", () => {
  const conditions: readonly Record<string, string>[] = [
    { range: "bytes=0-0" },
    { range: "bytes=-1" },
    { range: "bytes=0-0,2-3,5-" },
    { range: "rows=1-2" },
    { range: "bytes=0-10", "if-range": "*" },
    { "if-modified-since": "Thu, 31 Dec 2099 23:59:59 GMT" },
    { "if-unmodified-since": "Thu, 01 Jan 1970 00:00:00 GMT" },
    { "if-match": '"nothing"' },
    { "a-im": "feed", "if-none-match": "" },
  ];

  const named = conditions.map((headers) => ({ headers, text: Object.entries(headers).flat().join(" ") }));

  it.each(named)("row 70: is not given: $text", async ({ headers }) => {
    const service = createCountedService();
    for (const mount of mounts) {
      const page = await service.ask(mount);
      const answer = await service.ask(mount, { headers });
      expect(answer.status).toBe(200);
      expect(await answer.text()).toBe(await page.text());
      for (const name of ["accept-ranges", "content-range", "last-modified", "im"])
        expect(answer.headers.has(name)).toBe(false);
    }
  });
});
