// Rows 116 to 118: what a deployment does that nobody has set up. Nothing risky is on by default; an upstream's refusals look alike; and no
// time that anybody names is believed beyond its bounds.
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unstable_readConfig as readWranglerConfig } from "wrangler";
import { parseConfig } from "../../src/config/config.ts";
import { configurationTable } from "../../src/config/settings.ts";
import type { FaultInput } from "../../simulator/faults.ts";
import { createTestService, ownPath, sdkPath } from "../support/app.ts";
import { createTestClock } from "../support/clock.ts";
import { parseObject } from "../support/document.ts";

const root = path.join(import.meta.dirname, "..", "..");
const read = (file: string) => readFile(path.join(root, file), "utf8");
const sourceFiles = async () =>
  (await readdir(path.join(root, "src"), { recursive: true }))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `src/${name}`);

describe("row 116: defaults", () => {
  const defaults = Object.fromEntries(
    configurationTable()
      .split("\n")
      .map((line) =>
        line
          .split("|")
          .map((cell) => cell.trim().replaceAll("`", ""))
          .slice(1, 3),
      ),
  ) as Record<string, string>;

  it("of every setting that shows or spends more are the careful ones", () => {
    expect(defaults).toMatchObject({
      CLOUDFLARE_API_TOKEN: "required, secret",
      AUTH_MODE: "required",
      ALLOWED_ORIGINS: expect.stringMatching(/^none/),
      TRUSTED_PROXIES: "none",
      EXPOSE_META: "false",
      UPSTREAM_BASE_URL: "https://api.cloudflare.com/client/v4",
      UPSTREAM_BUDGET_REQUESTS: "1080",
      UPSTREAM_DEADLINE_MS: "10000",
      CLIENT_REQUESTS_PER_MINUTE: "600",
      CLIENT_BUDGET_PERCENT: "20",
      CLIENT_CREDENTIAL_CHECKS_PER_MINUTE: "60",
      MAX_REPLICAS: "1",
    });
  });

  it("say nothing of who may read: without a mode nothing starts", () => {
    const empty = parseConfig({});
    expect(empty.ok ? [] : empty.failure.problems).toContainEqual(expect.stringMatching(/^AUTH_MODE: is required/));
  });

  it.each(["wrangler.toml", "deploy/wrangler.redis.toml"])(
    "of %s keep answers out of shared caches, sources at home, and old versions away",
    async (file) => {
      const config: unknown = readWranglerConfig({ config: path.join(root, file) }, { hideWarnings: true });
      expect(config).toMatchObject({
        preview_urls: false,
        upload_source_maps: false,
        send_metrics: false,
        secrets: { required: expect.arrayContaining(["CLOUDFLARE_API_TOKEN"]) },
        assets: { run_worker_first: true },
      });
      expect(await read(file)).toMatch(/^\[cache\]\nenabled = false$/m);
      expect(await read(file)).not.toMatch(/^\[vars\]/m);
    },
  );

  it("are nowhere undone by a switch that makes a parser or a connection lenient", async () => {
    for (const file of [
      ...(await sourceFiles()),
      "package.json",
      "wrangler.toml",
      "deploy/Dockerfile",
      "deploy/compose.yaml",
      "deploy/wrangler.redis.toml",
      "deploy/nginx.conf",
      "scripts/local-node.ts",
    ]) {
      const text = await read(file);
      expect([file, text]).toEqual([
        file,
        expect.not.stringMatching(
          /insecure-?http-?parser|rejectUnauthorized|NODE_TLS_REJECT|\beval\(|new Function\(|--inspect|ignore_invalid_headers off|underscores_in_headers on/i,
        ),
      ]);
    }
  });
});

describe("row 117: refusals of the upstream", () => {
  const problemFor = async (fault: FaultInput, target: string) => {
    const { send, lines } = createTestService({ faults: [fault] });
    const response = await send(target);
    const { request_id: _id, ...problem } = parseObject(await response.text());
    const { "x-request-id": _own, "server-timing": _timing, ...headers } = Object.fromEntries(response.headers);
    return { status: response.status, problem, headers, log: JSON.stringify(lines) };
  };

  it.each([ownPath, sdkPath])("of our own token look alike to a reader, and are no 401 or 403: %s", async (target) => {
    const faults = ([401, 403] as const).flatMap((status) =>
      (["realtimekit", "v4", "message", "html", "empty"] as const).map((shape): FaultInput => ({
        kind: "error",
        status,
        shape,
      })),
    );
    const first = await problemFor({ kind: "error", status: 401 }, target);
    expect(first).toMatchObject({ status: 502, problem: { code: "upstream_unauthorized" } });
    for (const fault of faults) {
      const { log, ...seen } = await problemFor(fault, target);
      expect(seen).toEqual({ status: first.status, problem: first.problem, headers: first.headers });
      expect(log).toContain("upstream_unauthorized");
    }
  });
});

describe("row 118: times that are out of bounds", () => {
  const day = 86_400_000;
  const odd = [
    "1e99",
    "-1",
    "-1e99",
    "NaN",
    "Infinity",
    "0",
    "1.5",
    "0x10",
    "",
    "soon",
    "1, 2",
    "9".repeat(200),
    "Fri, 31 Dec 9999 23:59:59 GMT",
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "Sat, 01 Jan 275760 00:00:00 GMT",
  ];

  it.each(odd)(
    "a Retry-After of %j upstream stops us for five minutes at most, and a reader for one",
    async (retryAfter) => {
      const { send, calls, clock } = createTestService({
        faults: [{ kind: "error", status: 429, retryAfter, times: 1 }],
      });
      const refused = await send(ownPath);
      expect(refused.status).toBe(503);
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
      expect(Number(refused.headers.get("retry-after"))).toBeLessThanOrEqual(60);
      expect(refused.headers.get("retry-after")).toMatch(/^[0-9]+$/);
      await clock.advance(300_000);
      expect((await send(ownPath)).status).toBe(200);
      expect(calls()).toBe(2);
    },
  );

  it("any clock at all gives ages and waits that are whole, bounded and not negative", async () => {
    const clock = createTestClock();
    const startAt = clock.now();
    let shownAt = startAt;
    const service = createTestService({
      settings: { CLIENT_REQUESTS_PER_MINUTE: "2" },
      services: { clock: { ...clock, now: () => shownAt } },
    });
    await service.send(ownPath);
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -3_650 * day, max: 3_650 * day }), async (step) => {
        shownAt = startAt + step;
        const response = await service.send(ownPath);
        seen.add(response.status);
        const bounded = { age: 3_650 * 86_400, "retry-after": 60 };
        for (const [name, most] of Object.entries(bounded)) {
          const value = response.headers.get(name);
          if (value === null) continue;
          expect(value).toMatch(/^[0-9]+$/);
          expect(Number(value)).toBeLessThanOrEqual(most);
        }
        expect(response.headers.get("server-timing") ?? "").not.toMatch(/NaN|Infinity|-/);
        expect(response.headers.get("cache-status") ?? "").not.toMatch(/NaN|Infinity/);
      }),
      { numRuns: 200 },
    );
    expect(seen.has(200)).toBe(true);
  });

  it("a clock that is set back by a day keeps a client out for a minute at most", async () => {
    const clock = createTestClock();
    let offset = 0;
    const service = createTestService({
      settings: { CLIENT_REQUESTS_PER_MINUTE: "2" },
      services: { clock: { ...clock, now: () => clock.now() + offset } },
    });
    const statuses = async (count: number) => {
      const seen: number[] = [];
      for (let time = 0; time < count; time += 1) seen.push((await service.send(ownPath)).status);
      return seen;
    };
    expect(await statuses(3)).toEqual([200, 200, 429]);
    offset = -day;
    expect((await statuses(1))[0]).toBe(429);
    offset += 60_001;
    expect(await statuses(1)).toEqual([200]);
  });
});
