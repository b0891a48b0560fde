// What answers and log lines give away: nothing of a caller's credentials, of a fault's own words, of a key, or of what was looked
// for. In this process, with parts that break in their own words.
import { describe, expect, it } from "vitest";
import type { PageCache } from "../../src/cache/page-cache.ts";
import type { Store } from "../../src/cache/store.ts";
import { answerHeaderNames } from "../../src/http/headers.ts";
import type { Question } from "../../src/resources/question.ts";
import { allowedOrigin, ownPath, sdkPath } from "../support/app.ts";
import { signed, tokenOf } from "../support/callers.ts";
import { canaryToken, hasCanary } from "../support/canary.ts";
import { goodName } from "../support/hostile-upstream.ts";
import { createCountedService, jsonAnswer } from "./cache-service.ts";
import type { CountedServiceOptions } from "./cache-service.ts";

/** A fault that says everything: the token, an address with a search, a file, and a cause with the same. */
const talkative = (): Error => {
  const words = `GET https://api.cloudflare.com/client/v4?search=needle with Bearer ${canaryToken} failed`;
  return new TypeError(words, { cause: new Error(words) });
};
const rejects = () => Promise.reject(talkative());
const throws = (): never => {
  throw talkative();
};

const brokenStore: Store = { get: rejects, put: rejects };
const brokenPages: readonly (readonly [string, PageCache<Question>])[] = [
  ["a cache that rejects", { get: rejects, once: rejects, peek: () => undefined, holds: () => false }],
  ["a cache that throws", { get: throws, once: throws, peek: throws, holds: throws }],
];

const brokenParts: readonly (readonly [string, CountedServiceOptions, string])[] = [
  ["a fetch that rejects", { upstream: rejects }, ownPath],
  ["a fetch that throws", { parts: { fetch: throws } }, ownPath],
  ["a budget that rejects", { parts: { budget: { take: rejects, freeze: rejects, hint: rejects } } }, ownPath],
  ["a coalescer that rejects", { parts: { coalescer: { run: rejects } } }, ownPath],
  ["a store that rejects", { store: brokenStore }, ownPath],
  ["a store that throws", { store: { get: throws, put: throws } }, ownPath],
  ["a chance that throws", { parts: { random: throws } }, ownPath],
  [
    "a body that breaks",
    { upstream: async () => new Response(brokenStream(), { headers: { "content-type": "application/json" } }) },
    ownPath,
  ],
  ...brokenPages.map(([name, pages]): [string, CountedServiceOptions, string] => [
    name,
    { services: { pages } },
    ownPath,
  ]),
  ["an address that throws", { services: { addressOf: throws } }, ownPath],
  ["a target that throws", { services: { targetOf: throws } }, ownPath],
  ["a readiness that rejects", { services: { readiness: rejects } }, "/readyz"],
  ["files that reject", { services: { readAsset: rejects } }, "/openapi.json"],
];

function brokenStream(): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (controller) => controller.error(talkative()) });
}

describe("row 5: a fault anywhere", () => {
  it.each(brokenParts)("row 5: %s is told in our words, to the reader and in the log", async (_, options, target) => {
    const service = createCountedService(options);
    const answer = await service.send(target);
    const text = await answer.text();
    const seen = `${JSON.stringify([...answer.headers])}${text}`;
    expect(seen).not.toMatch(/needle|api\.cloudflare|Bearer |TypeError|\bat .*\.ts|node_modules|\bcause\b/);
    expect(hasCanary(seen)).toBe(false);
    if (answer.status !== 200) expect(text).toMatch(/"code":"(?:internal|upstream_failed)"/);
    const log = JSON.stringify([service.lines, service.events]);
    expect(log).not.toMatch(/needle|api\.cloudflare|Bearer |node_modules/);
    expect(hasCanary(log)).toBe(false);
  });
});

/** Three parts that no other text has a piece of. Signed by nobody. */
const forgedToken = `eyJhbGciOiJIUzI1NiJ9.${Buffer.from('{"sub":"somebody-by-name"}').toString("base64url")}.c2lnbmVkLWJ5LW5vYm9keQ`;

/** One token in every place where a client, a proxy or a careless page may put it. */
const carriersOf = (token: string): Record<string, string> => ({
  authorization: `Bearer ${token}`,
  "cf-access-jwt-assertion": token,
  cookie: `CF_Authorization=${token}`,
  "x-request-id": token,
  traceparent: token,
  "user-agent": token,
  origin: token,
  "if-none-match": token,
});

describe("rows 4 and 14: the log", () => {
  const moods = [
    async () => jsonAnswer("{}", 500),
    async () => jsonAnswer('{"success":false,"errors":[{"code":10000,"message":"needle"}]}'),
    async () => jsonAnswer("needle"),
    async () => jsonAnswer("{}", 429, { "retry-after": "needle" }),
    rejects,
  ];
  const modes = { public: {}, jwt: signed() };
  const cases = moods.flatMap((upstream, mood) =>
    (["public", "jwt"] as const).map((mode) => ({ upstream, mood, mode })),
  );

  it.each(cases)(
    "row 4: holds no piece of a caller's token, good or forged, wherever the caller put it: $mode, mood $mood of the upstream",
    async ({ upstream, mode }) => {
      const settings = { CLIENT_REQUESTS_PER_MINUTE: "8", ...modes[mode] };
      const service = createCountedService({ upstream, settings });
      const goodToken = await tokenOf({ sub: "somebody-by-name", roles: ["a-role"] }, service.clock.now());
      for (const token of [forgedToken, goodToken, goodToken.slice(0, -6)]) {
        const inQuery = [`access_token=${token}`, `search=${token.slice(0, 60)}`, `search=${token.slice(-60)}`];
        const targets = [ownPath, sdkPath, ...inQuery.map((search) => `${ownPath}?${search}`)];
        const paths = [`/v1/apps/${token}/sessions`, `/${token}`, `/problems/${token}`];
        for (const target of [...targets, ...paths]) await service.send(target, { headers: carriersOf(token) });
      }
      expect(service.lines.length).toBeGreaterThan(10);
      const log = JSON.stringify([service.lines, service.events]);
      expect(log).not.toMatch(/somebody-by-name|a-role/);
      for (const piece of `${forgedToken}.${goodToken}`.split(".")) expect(log).not.toContain(piece.slice(0, 12));
    },
  );

  it("row 14: names routes by their pattern and holds of a request only the origin of a page that may not read", async () => {
    const service = createCountedService({ upstream: async () => jsonAnswer("{}", 500) });
    for (const target of [ownPath, sdkPath]) {
      await service.send(`${target}?search=needle-of-a-name&associated_id=needle-id`);
      await service.send(`${target}?needle=needle&search=`);
    }
    await service.send("/v1/apps/needle/sessions?search=needle");
    await service.send("/needle/needle?needle#needle", { headers: { origin: "https://page.example" } });
    expect(service.lines.length).toBeGreaterThan(5);
    expect(JSON.stringify(service.lines)).not.toMatch(/needle|\?/);
    const known = [
      "kind",
      "part",
      "event",
      "request_id",
      "app",
      "limit",
      "method",
      "route",
      "status",
      "duration_ms",
      "events",
    ];
    for (const line of service.lines) {
      expect(Object.keys(line).filter((name) => !known.includes(name))).toEqual([]);
      if (line.kind === "request") expect(line.route).toMatch(/^(?:\/\*|\/(?:[\w.-]+|:\w+)(?:\/(?:[\w.-]+|:\w+))*)$/);
      const events = line.kind === "request" ? line.events : [line.event];
      for (const event of events)
        expect(JSON.stringify(event)).toMatch(/^\{(?:"\w+":(?:"[\w.:/ -]*"|-?[\d.]+|\[(?:"[\w.: ]*",?)*\]),?)+\}$/);
    }
  });
});

/** Each header that could say more than it should, and all it may say. */
const grammar: Readonly<Record<string, RegExp>> = {
  "cache-status":
    /^rtk-bff; (?:hit; ttl=-?\d+(?:; detail=revalidating)?|fwd=(?:miss|stale)(?:; (?:stored|collapsed|detail=(?:deadline|failed)))?)$/,
  "server-timing": /^(?:cache;desc=hit|total;dur=\d+(?:, load;dur=\d+)?)$/,
  etag: /^"[0-9a-f]{32}(?:-br|-gzip)?"$/,
  age: /^\d+$/,
  "retry-after": /^\d{1,2}$/,
  "www-authenticate": /^Bearer$/,
  "x-should-retry": /^(?:true|false)$/,
  "x-request-id": /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  location: /^\/docs$/,
};

describe("row 13: headers that explain an answer", () => {
  it("row 13: say where a page came from and how long it took, and name no key, app, account or question", async () => {
    let isDown = false;
    const upstream = async () =>
      isDown ? jsonAnswer("{}", 500) : jsonAnswer(`{"success":true,"data":{"sessions":[]}}`);
    const service = createCountedService({ upstream, settings: { FRESH_LIVE_SECONDS: "5", STALE_SECONDS: "10" } });
    const { accountId, apps } = service.config;
    const secrets = [accountId, ...apps.values(), "needle", goodName];
    const target = `${ownPath}?search=needle`;
    const wanders = [
      "/",
      "/docs",
      "/healthz",
      "/readyz",
      "/openapi.json",
      "/problems/internal",
      "/nowhere",
      `${ownPath}?a=b`,
    ];
    const asked = [target, target, sdkPath, ...wanders].map((path) => [path, 0] as const);
    const later = [
      [target, 8_000],
      [target, 0],
      [target, 60_000],
      [`${ownPath}?search=other`, 0],
    ] as const;
    const seen = new Set<string>();
    for (const [path, afterMs] of [...asked, ...later]) {
      await service.clock.advance(afterMs);
      if (afterMs === 60_000) isDown = true;
      for (const headers of [
        {},
        { origin: allowedOrigin, "x-debug": "1", "cache-control": "only-if-cached", pragma: "akamai-x-get-cache-key" },
      ]) {
        const answer = await service.send(path, { headers });
        for (const [name, value] of answer.headers) {
          expect(answerHeaderNames).toContain(name);
          if (grammar[name]) expect(`${name}: ${value.replace(grammar[name], "")}`).toBe(`${name}: `);
          for (const secret of secrets) expect(value).not.toContain(secret);
          if (name === "cache-status") seen.add(value.replace(/-?\d+/, "n"));
        }
      }
    }
    expect([...seen]).toEqual(
      expect.arrayContaining(["rtk-bff; hit; ttl=n", "rtk-bff; fwd=miss; stored", "rtk-bff; fwd=stale; detail=failed"]),
    );
  });
});
