// The parts of `npm run doctor` that ask nobody: what is said of a configuration, how [vars] is read, what the policies make of a
// caller, what a Redis says of itself, and keys. What is asked is in `doctor-around.test.ts`, the command itself in the black-box tests.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { parseEnv } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeApiKey } from "../../scripts/doctor/api-key.ts";
import { configurationFindings, problemFindings } from "../../scripts/doctor/configuration.ts";
import { readEnvFile } from "../../scripts/doctor/env-file.ts";
import { type ExplainOptions, runExplain } from "../../scripts/doctor/explain.ts";
import { type Finding, lineOf, wrapped } from "../../scripts/doctor/findings.ts";
import { nearestName } from "../../scripts/doctor/nearest-name.ts";
import { serverFindings } from "../../scripts/doctor/redis-server.ts";
import type { Settings as ReadSettings } from "../../scripts/doctor/settings.ts";
import { readWranglerFile } from "../../scripts/doctor/wrangler-file.ts";
import type { Platform } from "../../src/config/rules.ts";
import { SETTING_NAMES } from "../../src/config/settings.ts";
import { SESSION_FIELDS } from "../support/session-list.ts";
import { byKey, configOf, jwt, open, type Settings } from "../support/doctor-settings.ts";
import { createIdentityRig } from "../support/identity-rig.ts";

const policy = { when: "authenticated", apps: "*", meetings: "*", resources: "*", fields: "*" };

describe("what is said of a configuration", () => {
  const read = (texts: Settings, others: Partial<ReadSettings> = {}): ReadSettings => ({
    texts,
    platform: "node",
    places: Object.fromEntries(Object.keys(texts).map((name) => [name, "environment"])),
    wranglerNames: [],
    cutNames: [],
    unknownNames: [],
    hiddenNames: [],
    wrangler: undefined,
    ...others,
  });
  const findingsOf = (texts: Settings, platform: Platform = "node", wranglerNames: readonly string[] = []) =>
    configurationFindings(configOf(texts, platform), read(texts, { platform, wranglerNames }));
  const levelsOf = (...args: Parameters<typeof findingsOf>) =>
    findingsOf(...args).map(({ level, check }) => `${level} ${check}`);

  it("nothing but that it is read, where there is nothing to say", () => {
    const quiet = { ...jwt, POLICIES: JSON.stringify({ policies: [{ name: "one", ...policy }] }) };
    expect(levelsOf(quiet, "worker")).toEqual(["ok configuration", "ok ALLOWED_ORIGINS"]);
    expect(levelsOf({ ...quiet, HOST: "127.0.0.1" })).toEqual(["ok configuration", "ok ALLOWED_ORIGINS"]);
  });

  it.each<[string, Settings, RegExp]>([
    ["warn AUTH_MODE", open, /is public: whoever reaches the address/],
    ["warn API_KEYS", { ...jwt, API_KEYS: byKey["API_KEYS"] ?? "" }, /does nothing, because AUTH_MODE is jwt/],
    ["warn JWT_SECRET", { ...open, JWT_SECRET: "s".repeat(32) }, /does nothing, because AUTH_MODE is public/],
    ["warn STORE_SECRET", { ...jwt, STORE_SECRET: "s".repeat(32) }, /does nothing, because pages are kept in memory/],
    [
      "warn STORE_SECRET",
      { ...jwt, REDIS_URL: "redis://127.0.0.1:6379", STORE_SECRET: jwt["JWT_SECRET"] ?? "" },
      /is the same as JWT_SECRET/,
    ],
    ["warn ACCESS_TEAM", { ...byKey, ACCESS_TEAM: "team" }, /does nothing, because AUTH_MODE is key/],
    [
      "warn ALLOWED_ORIGINS",
      { ...jwt, ALLOWED_ORIGINS: "https://a.example,http://localhost:3000" },
      /http on loopback/,
    ],
    ["warn EXPOSE_META", { ...jwt, EXPOSE_META: "true" }, /is true/],
    ["warn UPSTREAM_BUDGET_REQUESTS", budget("401", "100"), /above the account's 1200 in 300 s.*set it to 400 at most/],
    ["warn UPSTREAM_BUDGET_REQUESTS", budget("5", "1"), /set it to 4 at most/],
    [
      "warn POLICIES",
      { ...jwt, POLICIES: JSON.stringify({ policies: ["one", "two"].map((name) => ({ name, ...policy })) }) },
      /policies\[1\]: never decides.*move it up or remove it/,
    ],
    ["note POLICIES", jwt, /whoever is let in sees every configured app/],
    ["note ALLOWED_ORIGINS", byKey, /no page of another origin/],
    ["note TRUSTED_PROXIES", jwt, /behind a load balancer/],
    ["note UPSTREAM_BASE_URL", { ...jwt, UPSTREAM_BASE_URL: "http://127.0.0.1:8788/client/v4" }, /a simulator/],
  ])("%s", (levelAndCheck, settings, text) => {
    const found = findingsOf(settings).filter(({ level, check }) => `${level} ${check}` === levelAndCheck);
    expect(found.map(({ what, fix = "" }) => `${what} ${fix}`)).toEqual([expect.stringMatching(text)]);
  });

  it("no warning for a budget that is the account's to the call, or below it in a longer window", () => {
    for (const settings of [budget("1200", "300"), budget("400", "100"), budget("1200", "3600"), budget("4", "1")]) {
      expect(levelsOf(settings)).not.toContain("warn UPSTREAM_BUDGET_REQUESTS");
    }
  });

  it("a failure for each secret in [vars]", () => {
    const found = levelsOf(jwt, "worker", ["CLOUDFLARE_API_TOKEN", "JWT_SECRET", "AUTH_MODE"]);
    expect(found.filter((line) => line.startsWith("fail"))).toEqual(["fail CLOUDFLARE_API_TOKEN", "fail JWT_SECRET"]);
  });

  it("a warning for each value that a file of settings cuts at a #", () => {
    const settings = read(jwt, { cutNames: ["JWT_SECRET"] });
    const isCut = ({ level, check, what }: Finding) =>
      level === "warn" && check === "JWT_SECRET" && what.includes("Docker");
    expect(configurationFindings(configOf(jwt), settings).filter(isCut)).toHaveLength(1);
    expect(problemFindings(["JWT_SECRET: is shorter than 32 bytes (make one)"], settings).filter(isCut)).toHaveLength(
      1,
    );
  });

  function budget(requests: string, seconds: string): Settings {
    return { ...jwt, UPSTREAM_BUDGET_REQUESTS: requests, UPSTREAM_BUDGET_WINDOW_SECONDS: seconds };
  }
});

describe("the reader of --env-file", () => {
  it("names every value that Node cuts at a #, and no other", () => {
    const file = [
      "# JWT_SECRET=a#b",
      "A=b # a comment",
      "B=#c",
      "export C=a#b",
      'D="a#b" # a comment',
      "E=`a#b`",
      "  F = x#y",
      "G='a#b'",
      "H=plain",
      'I="lines\nJ=q#r\nend"',
      'K=a"b#c"',
    ].join("\r\n");
    const { texts, cutNames } = readEnvFile(file);
    expect([...cutNames]).toEqual(["A", "B", "C", "F", "K"]);
    expect(texts).toEqual(parseEnv(file));
  });

  it("names a value exactly where a # is what ends it", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z ="'`#.-]{0,12}$/), (value) => {
        const { texts, cutNames } = readEnvFile(`A=${value}\nB=1`);
        const isCut = texts["A"] !== undefined && !/^\s*["'`]/.test(value) && value.includes("#");
        expect(cutNames.has("A")).toBe(isCut);
      }),
    );
  });
});

describe("the reader of a wrangler.toml", () => {
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(path.join(os.tmpdir(), "doctor-test-"))));
  afterAll(() => rm(folder, { recursive: true }));

  async function read(text: string, name = "wrangler.toml") {
    const file = path.join(folder, name);
    await writeFile(file, text);
    return readWranglerFile(file);
  }

  it("gives texts, numbers and booleans of [vars] as text, in whatever quotes, and names the rest", async () => {
    const found = await read(
      `main = 'src/worker-redis.ts'\n["vars"]\nA = 'a#b'\n"B" = 5\nC = true\nD = '''\n{"k": ["v"]}'''\nE = [1]\nF = { g = 1 }\n`,
    );
    if (!found.ok) throw new Error(found.failure);
    expect(Object.fromEntries(found.value.vars)).toEqual({ A: "a#b", B: "5", C: "true", D: '{"k": ["v"]}' });
    expect(found.value.unusableNames).toEqual(["E", "F"]);
    expect(found.value.isForRedis).toBe(true);
  });

  it("gives the limit of CLIENT_LIMIT by the minute, required secrets, and environments with [vars]", async () => {
    const found = await read(
      `[secrets]\nrequired = ["X"]\n[[ratelimits]]\nname = "CLIENT_LIMIT"\nnamespace_id = "1"\nsimple = { limit = 100, period = 10 }\n[env.one.vars]\nA = "b"\n[env.two]\n`,
    );
    expect(found).toMatchObject({
      value: { ceilingPerMinute: 600, secretNames: ["X"], environments: ["one"], vars: new Map() },
    });
  });

  it("reads JSON with comments as well", async () => {
    const found = await read('{ /* here */ "vars": { "A": "b" } }', "wrangler.jsonc");
    expect(found).toMatchObject({ value: { vars: new Map([["A", "b"]]) } });
  });

  it("finds nothing in the project's own files, where all settings are comments", async () => {
    for (const name of ["wrangler.toml", "deploy/wrangler.redis.toml"]) {
      const found = await readWranglerFile(path.join(import.meta.dirname, "..", "..", name));
      expect(found).toMatchObject({ value: { vars: new Map(), ceilingPerMinute: 600 } });
    }
  });

  it.each(["A = planted", 'A = "planted', "just planted", 'A = "planted"\nA = "planted"'])(
    "refuses %j with a line, and repeats nothing of it",
    async (body) => {
      const found = await read(`[vars]\n${body}`);
      expect(found).toEqual({ ok: false, failure: expect.stringMatching(/^line \d /) });
      expect(JSON.stringify(found)).not.toContain("planted");
    },
  );
});

describe("the name that was meant", () => {
  it.each([
    ["ALLOWED_ORIGIN", "ALLOWED_ORIGINS"],
    ["allowed-origins", "ALLOWED_ORIGINS"],
    ["CORS_ORIGINS", "ALLOWED_ORIGINS"],
    ["CF_API_TOKEN", "CLOUDFLARE_API_TOKEN"],
    ["CLOUDFLARE_TOKEN", "CLOUDFLARE_API_TOKEN"],
    ["ACCOUNT_ID", "CLOUDFLARE_ACCOUNT_ID"],
    ["JWKS_URL", "JWT_JWKS_URL"],
    ["REDIS_URI", "REDIS_URL"],
    ["LOGLEVEL", "LOG_LEVEL"],
    ["CLIENT_MISSES_PER_MINUTE", "CLIENT_BUDGET_PERCENT"],
    ["NODE_ENV", undefined],
    ["", undefined],
  ])("of %s is %s", (written, meant) => {
    expect(nearestName(written, SETTING_NAMES)).toBe(meant);
  });
});

describe("a finding on the screen", () => {
  it("is broken at blanks, its fix on a line of its own", () => {
    const line = lineOf({
      level: "warn",
      check: "NAME",
      place: ".env:3",
      what: "is wrong ".repeat(12).trim(),
      fix: "mend it",
    });
    const rows = wrapped(line, 80).split("\n");
    expect(rows.every((row) => row.length <= 80)).toBe(true);
    expect(rows[0]).toMatch(/^warn {2}NAME \(\.env:3\): is wrong/);
    expect(rows.at(-1)).toBe("      → mend it");
    expect(rows.map((row) => row.trim()).join(" ")).toBe(line);
  });
});

describe("explain", () => {
  const policies = JSON.stringify({
    policies: [
      { ...policy, name: "admin", when: { claim: "roles", includes: "admin" } },
      {
        name: "teacher",
        when: { all: ["authenticated", { claim: "roles", includes: "teacher" }] },
        apps: ["school"],
        meetings: { fromClaim: "meetings" },
        resources: ["sessions"],
        fields: ["id", "status"],
      },
    ],
  });
  const config = configOf({ ...jwt, POLICIES: policies });

  function explain(claims: unknown, options: Partial<ExplainOptions> = {}, settings = config) {
    const lines: string[] = [];
    const unset = { subject: undefined, app: undefined, resource: undefined, query: undefined };
    const given = { claims: JSON.stringify(claims), ...unset, ...options };
    const code = runExplain(settings, given, (line) => lines.push(line));
    return { code, text: lines.join("\n") };
  }
  const teacher = (...meetings: string[]) => ({ roles: ["teacher"], meetings });

  it("shows the deciding policy with its meetings, its fields and the question upstream", () => {
    const { code, text } = explain({ roles: ["admin"] }, { app: "school", query: "?page_no=3&status=live" });
    expect(code).toBe(0);
    expect(text).toContain('school  allowed: by "admin" (policies[0])');
    expect(text).toContain("meetings  every one");
    expect(text).toContain(`fields    ${SESSION_FIELDS.filter((name) => name !== "meta").join(", ")}\n`);
    const list = "accounts/0123456789abcdef0123456789abcdef/realtime/kit/app-2/sessions";
    const query = "page_no=3&per_page=25&sort_by=createdAt&sort_order=DESC&status=LIVE";
    expect(text).toContain(`GET https://api.cloudflare.com/client/v4/${list}?${query}`);
    expect(text).not.toContain("main  ");
  });

  it("injects the one meeting, and cuts the fields", () => {
    const { code, text } = explain(teacher("Room-One"), { app: "app-2", query: "" });
    expect(code).toBe(0);
    expect(text).toContain("/app-2/sessions?associated_id=room-one&");
    expect(text).toContain("fields    id, status\n");
    expect(text).toContain('passed over "admin"  policies[0].when: the claim says something else');
  });

  it.each<[string, unknown, Partial<ExplainOptions>, string]>([
    ["no policy fits", {}, {}, "403 forbidden; no policy fits"],
    ["another app is theirs", teacher("a"), { app: "main" }, "404 not_found; no policy fits"],
    ["there is no such app, and some app is theirs", teacher("a"), { app: "none" }, "404 not_found"],
    ["there is no such app, and none is theirs", {}, { app: "none" }, "403 forbidden"],
    [
      "the meetings can't be used",
      { roles: ["teacher"], meetings: "a" },
      {},
      "policies[1].meetings: the claim is no list",
    ],
    ["the question is none", { roles: ["admin"] }, { query: "page_no=x&colour=red" }, "page_no must be"],
    ["one of several meetings must be named", teacher("a", "b"), { app: "school", query: "" }, "400 meeting_required"],
    ["the meeting is not theirs", teacher("a"), { app: "school", query: "associated_id=b" }, "404 not_found"],
    [
      "the question looks at what is not shown",
      teacher("a"),
      { app: "school", query: "sort_by=minutesConsumed" },
      "400 invalid_query: sort_by=minutesConsumed may be used only by callers who are shown minutes_consumed",
    ],
    ["a search reaches across meetings", teacher("a"), { app: "school", query: "search=x" }, "every meeting"],
  ])("ends with 3 and the reason where %s", (_title, claims, options, text) => {
    const run = explain(claims, options);
    expect(run.code).toBe(3);
    expect(run.text).toContain(text);
    expect(run.text).not.toContain("upstream  GET");
  });

  it("says what is granted of each app and by which policy, once some policy grants something", () => {
    const granting = JSON.stringify({
      policies: [
        { ...policy, name: "looks", when: { claim: "roles", includes: "ops" }, apps: ["main"], resources: ["chat"] },
        { ...policy, name: "ops", when: { claim: "roles", includes: "ops" }, grants: ["purge", "metrics"] },
      ],
    });
    const settings = configOf({ ...jwt, POLICIES: granting });
    const linesOf = (claims: unknown) =>
      explain(claims, {}, settings)
        .text.split("\n")
        .filter((line) => line.startsWith("  grants"));
    expect(linesOf({ roles: ["ops"] })).toEqual([
      '  grants    none, by "looks" (policies[0]), the first that fits this app',
      '  grants    purge, metrics, by "ops" (policies[1]), the first that fits this app',
    ]);
    expect(linesOf({})).toEqual(Array(2).fill("  grants    none, no policy fits this app"));
    expect(explain({ roles: ["admin"] }).text).not.toContain("grants");
  });

  it("takes the subject for the claim sub, before the claim itself", () => {
    const own = JSON.stringify({ policies: [{ ...policy, name: "one", when: { claim: "sub", equals: "ann" } }] });
    const settings = configOf({ ...jwt, POLICIES: own });
    expect(explain({ sub: "ann" }, {}, settings).code).toBe(0);
    expect(explain({ sub: "ann" }, { subject: "bob" }, settings).code).toBe(3);
    expect(explain({}, { subject: "ann" }, settings).code).toBe(0);
  });

  it("knows API keys by their id, and nobody in public", () => {
    const server = configOf(byKey);
    expect(explain(undefined, { subject: "server" }, server).code).toBe(0);
    expect(explain(undefined, { subject: "other" }, server)).toMatchObject({
      code: 3,
      text: expect.stringContaining("401"),
    });
    expect(() => explain(undefined, {}, server)).toThrow("--subject: is required");
    expect(explain({ roles: ["admin"] }, {}, configOf(open))).toMatchObject({
      code: 0,
      text: expect.stringContaining("everybody"),
    });
    expect(() => explain(undefined, {}, config)).toThrow("--claims: is required");
    for (const claims of ["[]", "1", "null", "{"]) {
      expect(() =>
        runExplain(
          config,
          { claims, subject: undefined, app: undefined, resource: undefined, query: undefined },
          () => {},
        ),
      ).toThrow("is not a JSON object");
    }
  });
});

describe("what a Redis says of itself", () => {
  const info = (version: string, eviction: string, maxmemory = "1000") =>
    `# Server\r\nredis_version:${version}\r\n# Memory\r\nmaxmemory:${maxmemory}\r\nmaxmemory_policy:${eviction}\r\n`;
  const levels = (text: string, platform: Platform = "node") =>
    serverFindings(text, platform).map(({ level }) => level);

  it("must be version 7 or later", () => {
    for (const version of ["7.0.0", "7.2.4", "8.0.1", "10.0.0", "255.255.255"]) {
      expect(levels(info(version, "noeviction"))).toEqual(["ok"]);
    }
    for (const version of ["6.2.14", "5.0.0", "2.8"]) expect(levels(info(version, "noeviction"))).toEqual(["fail"]);
    expect(levels("")).toEqual(["note"]);
    expect(levels(info("unknown", "noeviction"))).toEqual(["note"]);
  });

  it("may not evict what never expires, where the budget is there and memory has a bound", () => {
    expect(levels(info("7.0.0", "allkeys-lfu"))).toEqual(["ok", "warn"]);
    expect(levels(info("7.0.0", "allkeys-lfu", "0"))).toEqual(["ok"]);
    expect(levels(info("7.0.0", "volatile-ttl"))).toEqual(["ok"]);
    expect(levels(info("7.0.0", "allkeys-lfu"), "worker-redis")).toEqual(["ok"]);
  });
});

describe("key", () => {
  it("makes a key that the service takes by its entry, and no other", async () => {
    const [one, two] = [makeApiKey("server"), makeApiKey("server")];
    expect(one.key).toMatch(/^rtkb_server_[A-Za-z0-9_-]{43}$/);
    expect(one.key).not.toBe(two.key);
    const { identity } = configOf({ ...byKey, API_KEYS: one.entry });
    const { identify } = createIdentityRig(identity);
    expect(await identify(one.key)).toMatchObject({ ok: true, value: { subject: "server" } });
    expect(await identify(two.key)).toMatchObject({ ok: false });
    expect(one.entry).not.toContain(one.key.slice(-43));
  });

  it("takes ids that the settings take, and no others", () => {
    for (const id of ["a", "a-1", "x".repeat(32)])
      expect(configOf({ ...byKey, API_KEYS: makeApiKey(id).entry })).toBeTruthy();
    for (const id of ["", "A", "a_b", "a b", "x".repeat(33)]) expect(() => makeApiKey(id)).toThrow("not usable");
  });
});
