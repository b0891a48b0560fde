import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Platform } from "../../src/config/rules.ts";
import { parseConfig, secretsOf } from "../../src/config/config.ts";
import { isSameSite } from "../../src/config/login-settings.ts";
import { configurationTable, SETTING_NAMES } from "../../src/config/settings.ts";
import { withPoliciesOfFile } from "../../src/entries/node-parts.ts";
import { loginDeployment } from "../support/login-settings.ts";

const good: Readonly<Record<string, string>> = {
  CLOUDFLARE_API_TOKEN: "t".repeat(40),
  CLOUDFLARE_ACCOUNT_ID: "0123456789abcdef0123456789abcdef",
  REALTIMEKIT_APPS: "main=app-1",
  AUTH_MODE: "key",
  API_KEYS: `server=${"ab".repeat(32)}`,
};

const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
const publicKey = pair.publicKey.export({ type: "spki", format: "pem" });
const rsaKey = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ type: "spki", format: "pem" });
const privateKey = pair.privateKey.export({ type: "pkcs8", format: "pem" });

const jwt = { AUTH_MODE: "jwt", JWT_ISSUER: "https://login.example/", JWT_AUDIENCE: "sessions" };
const shown = {
  name: "all",
  when: "anyone",
  apps: ["main"],
  meetings: "*",
  resources: ["sessions"],
  fields: ["id", "status"],
};
const open = {
  AUTH_MODE: "public",
  ALLOWED_ORIGINS: "https://app.example.com",
  POLICIES: JSON.stringify({ policies: [shown] }),
};

function valueWith(overrides: Record<string, unknown>) {
  const read = parseConfig({ ...good, ...overrides });
  if (!read.ok) throw new Error(read.failure.problems.join("; "));
  return read.value;
}

function problemsWith(overrides: Record<string, unknown>): readonly string[] {
  const read = parseConfig({ ...good, ...overrides });
  return read.ok ? [] : read.failure.problems;
}

const required = ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ACCOUNT_ID", "REALTIMEKIT_APPS", "AUTH_MODE", "API_KEYS"];

describe("what is absent", () => {
  it("fills in every default", () => {
    expect(valueWith({})).toMatchObject({
      cloudflareApiToken: "t".repeat(40),
      accountId: "0123456789abcdef0123456789abcdef",
      apps: new Map([["main", "app-1"]]),
      authMode: "key",
      identity: { mode: "key", keys: new Map([["server", new Uint8Array(32).fill(0xab)]]) },
      warnings: [],
      allowedOrigins: [],
      cacheStore: "kv",
      redis: undefined,
      upstreamBaseUrl: "https://api.cloudflare.com/client/v4",
      upstreamFirstPage: 1,
      budget: { requests: 1080, windowSeconds: 300 },
      upstreamDeadlineMs: 10_000,
      softDeadlineMs: 1000,
      freshSeconds: { live: 5, recent: 30, settled: 3600 },
      freshLiveWithWebhooksSeconds: 120,
      webhooks: undefined,
      staleSeconds: 60,
      staleIfErrorSeconds: 86_400,
      exposeMeta: false,
      clientRequestsPerMinute: 600,
      clientBudgetPercent: 20,
      clientChecksPerMinute: 60,
      port: 8787,
      host: "0.0.0.0",
      trustedProxies: [],
      maxReplicas: 1,
    });
  });

  for (const absent of [undefined, null, "", " ", "\t\n"]) {
    it(`takes ${JSON.stringify(absent) ?? "undefined"} for absent, whatever the setting`, () => {
      for (const name of SETTING_NAMES) {
        // Absent, these open something: row 124 of the threats.
        if (
          absent !== undefined &&
          ["POLICIES", "POLICIES_FILE", "SESSION_STORE", "STORE_SECRET", "HOST"].includes(name)
        )
          continue;
        const problems = problemsWith({ [name]: absent });
        if (required.includes(name)) {
          expect(problems).toHaveLength(1);
          expect(problems[0]).toMatch(new RegExp(`^${name}: is required .*\\(.+\\)$|^${name}: is required \\(.+\\)$`));
        } else expect(valueWith({ [name]: absent })).toEqual(valueWith({}));
      }
    });
  }

  it("ignores names it does not know", () => {
    expect(valueWith({ PATH: "/bin", NO_SUCH_SETTING: {}, __proto__: "x" })).toEqual(valueWith({}));
  });
});

describe("every setting", () => {
  const table: readonly { name: string; pick: string; accepted: [unknown, unknown][]; refused: unknown[] }[] = [
    {
      name: "CLOUDFLARE_API_TOKEN",
      pick: "cloudflareApiToken",
      accepted: [["a".repeat(30), "a".repeat(30)]],
      refused: [
        "a".repeat(29),
        `${"a".repeat(40)}\n`,
        ` ${"a".repeat(40)}`,
        `${"a".repeat(20)} ${"a".repeat(20)}`,
        "ä".repeat(40),
        {},
        7,
      ],
    },
    {
      name: "CLOUDFLARE_ACCOUNT_ID",
      pick: "accountId",
      accepted: [
        ["ABCDEF0123456789ABCDEF0123456789", "abcdef0123456789abcdef0123456789"],
        [` ${"a".repeat(32)} `, "a".repeat(32)],
      ],
      refused: ["a".repeat(31), "a".repeat(33), "g".repeat(32), `${"a".repeat(16)}-${"a".repeat(15)}`, 12],
    },
    {
      name: "REALTIMEKIT_APPS",
      pick: "apps",
      accepted: [
        ["a=1", new Map([["a", "1"]])],
        [
          " a = X-1 ,\n b=Y, ",
          new Map([
            ["a", "X-1"],
            ["b", "Y"],
          ]),
        ],
        ["same=same", new Map([["same", "same"]])],
        [`${"a".repeat(32)}=${"B".repeat(64)}`, new Map([["a".repeat(32), "B".repeat(64)]])],
      ],
      refused: [
        ",",
        "a",
        "=x",
        "a=",
        "a=b=c",
        "A=x",
        "-a=x",
        "a_b=x",
        `${"a".repeat(33)}=x`,
        `a=${"b".repeat(65)}`,
        "a=x/y",
        "a=x y",
        "a=x,a=y",
        "a=x,b=x",
        "a=b,b=c",
      ],
    },
    {
      name: "AUTH_MODE",
      pick: "authMode",
      accepted: [
        ["key", "key"],
        [" key ", "key"],
      ],
      refused: ["Public", "none", "public,jwt", "sessions", "JWT"],
    },
    {
      name: "JWT_ISSUER",
      pick: "authMode",
      accepted: [["https://login.example/", "key"]],
      refused: ["two words", "i".repeat(257), "ä"],
    },
    {
      name: "JWT_AUDIENCE",
      pick: "authMode",
      accepted: [["one, two", "key"]],
      refused: [",", "two words", "a".repeat(257)],
    },
    {
      name: "JWT_SECRET",
      pick: "authMode",
      accepted: [["s".repeat(32), "key"]],
      refused: ["s".repeat(31), `${"s".repeat(40)}\n`, `${"s".repeat(20)} ${"s".repeat(20)}`],
    },
    {
      name: "JWT_PUBLIC_KEY",
      pick: "authMode",
      accepted: [[publicKey, "key"]],
      refused: [
        "x",
        privateKey,
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        '{"kty":"oct","k":"AAAA"}',
      ],
    },
    {
      name: "JWT_JWKS_URL",
      pick: "authMode",
      accepted: [
        ["https://login.example/.well-known/jwks.json", "key"],
        ["http://127.0.0.1:9000/keys?x=1", "key"],
      ],
      refused: [
        "http://login.example/keys",
        "https://u:p@login.example/keys",
        "https://login.example/keys#x",
        "login.example/keys",
        "file:///keys",
      ],
    },
    {
      name: "DASHBOARD",
      pick: "dashboard",
      accepted: [
        ["On", true],
        ["off", false],
      ],
      refused: ["true", "1", "yes"],
    },
    {
      name: "WEBHOOKS",
      pick: "webhooks",
      accepted: [
        ["off", undefined],
        ["On", { keyUrl: "https://api.realtime.cloudflare.com/.well-known/webhooks.json" }],
      ],
      refused: ["true", "1", "yes"],
    },
    {
      name: "WEBHOOK_KEY_URL",
      pick: "webhooks",
      accepted: [["http://127.0.0.1:9000/key", undefined]],
      refused: ["http://keys.example/key", "https://u:p@keys.example/key", "keys.example", "file:///key"],
    },
    {
      name: "WEBHOOK_PUBLIC_KEY",
      pick: "webhooks",
      accepted: [[rsaKey, undefined]],
      refused: ["x", publicKey, privateKey, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"],
    },
    {
      name: "ACCESS_TEAM",
      pick: "authMode",
      accepted: [
        ["team", "key"],
        ["Team.cloudflareaccess.com", "key"],
        ["t", "key"],
        ["my--team-2", "key"],
        ["t".repeat(63), "key"],
        ["http://127.0.0.1:4000", "key"],
      ],
      refused: [
        "team.example",
        "https://team.cloudflareaccess.com",
        "a_b",
        "t".repeat(64),
        ".cloudflareaccess.com",
        "-",
        "-team",
        "team-",
        "team-.cloudflareaccess.com",
      ],
    },
    {
      name: "ACCESS_AUDIENCE",
      pick: "authMode",
      accepted: [["f".repeat(64), "key"]],
      refused: [",", "two words", "f".repeat(129)],
    },
    {
      name: "API_KEYS",
      pick: "identity.keys",
      accepted: [
        [
          `a=${"0F".repeat(32)}, b = ${"00".repeat(32)},`,
          new Map([
            ["a", new Uint8Array(32).fill(15)],
            ["b", new Uint8Array(32)],
          ]),
        ],
      ],
      refused: [
        ",",
        "a",
        "a=",
        `A=${"00".repeat(32)}`,
        `a=${"00".repeat(31)}`,
        `a=${"00".repeat(32)},a=${"11".repeat(32)}`,
        "rtkb_a_secret",
      ],
    },
    {
      name: "POLICIES",
      pick: "policies",
      accepted: [],
      refused: [
        "{",
        "[]",
        '{"policies":[{}]}',
        JSON.stringify({ policies: [{ ...shown, when: "authenticated", apps: ["other"] }] }),
      ],
    },
    {
      name: "PUBLIC_URL",
      pick: "authMode",
      accepted: [
        ["https://sessions.example.com", "key"],
        ["http://localhost:8787", "key"],
      ],
      refused: [
        "sessions.example.com",
        "https://sessions.example.com/",
        "http://sessions.example.com",
        "https://a,https://b",
      ],
    },
    {
      name: "OIDC_ISSUER",
      pick: "authMode",
      accepted: [
        ["https://login.example.com/", "key"],
        ["http://127.0.0.1:3000/realms/one", "key"],
      ],
      refused: [
        "login.example.com",
        "http://login.example.com",
        "https://u:p@login.example.com",
        "https://login.example.com?x",
      ],
    },
    { name: "OIDC_CLIENT_ID", pick: "authMode", accepted: [["client", "key"]], refused: ["two words", "ä"] },
    { name: "OIDC_CLIENT_SECRET", pick: "authMode", accepted: [["secret", "key"]], refused: ["two words", "ä"] },
    { name: "OIDC_SCOPES", pick: "authMode", accepted: [["email  roles", "key"]], refused: ['a "quoted" one', "ä"] },
    {
      name: "SESSION_SECRETS",
      pick: "authMode",
      accepted: [
        ["A".repeat(43), "key"],
        [`${"A".repeat(43)}, ${"B".repeat(42)}A`, "key"],
      ],
      refused: [
        "A".repeat(42),
        "A".repeat(44),
        `${"A".repeat(43)}=`,
        `${"A".repeat(42)}B`,
        `${"A".repeat(43)},${"A".repeat(43)}`,
        [..."ABC"].map((letter) => `${letter.repeat(42)}A`).join(","),
      ],
    },
    { name: "SESSION_SECONDS", pick: "authMode", accepted: [["60", "key"]], refused: ["59", "604801", "1h"] },
    { name: "SESSION_STORE", pick: "authMode", accepted: [["kv", "key"]], refused: ["memory", "disk"] },
    { name: "POLICIES_FILE", pick: "policies", accepted: [], refused: ["policies.json"] },
    {
      name: "ALLOWED_ORIGINS",
      pick: "allowedOrigins",
      accepted: [
        ["https://a.example, https://b.example:8443", ["https://a.example", "https://b.example:8443"]],
        ["HTTPS://A.Example:443", ["https://a.example"]],
        ["https://a.example,https://A.EXAMPLE", ["https://a.example"]],
        [
          "http://localhost:5173,http://127.0.0.1:80,http://[::1]:3000",
          ["http://localhost:5173", "http://127.0.0.1", "http://[::1]:3000"],
        ],
        ["https://xn--bcher-kva.example", ["https://xn--bcher-kva.example"]],
      ],
      refused: [
        "*",
        "null",
        "NULL",
        "https://*.example",
        "https://a.example/",
        "https://a.example/x",
        "https://a.example?x",
        "https://a.example#x",
        "https://u:p@a.example",
        "http://a.example",
        "http://127.0.0.1.example",
        "http://localhost.example",
        "a.example",
        "//a.example",
        "ftp://a.example",
        "https://",
        "https://a.example:99999",
        "https://a.example:",
        "https://bücher.example",
        "https://a.example\\x",
        "https://%61.example",
        "https://1",
        "file:///x",
        ",",
      ],
    },
    {
      name: "CACHE_STORE",
      pick: "cacheStore",
      accepted: [
        ["kv", "kv"],
        ["memory", "memory"],
      ],
      refused: ["KV", "r2", "Redis"],
    },
    {
      name: "STORE_SECRET",
      pick: "storeSecret",
      accepted: [["s".repeat(32), "s".repeat(32)]],
      refused: ["s".repeat(31), `${"s".repeat(40)}\n`, `${"s".repeat(20)} ${"s".repeat(20)}`],
    },
    {
      name: "LOG_LEVEL",
      pick: "logLevel",
      accepted: [
        ["debug", "debug"],
        ["WARN", "warn"],
      ],
      refused: ["verbose", "warning", "2"],
    },
    {
      name: "REDIS_URL",
      pick: "redis",
      accepted: [
        [
          "redis://127.0.0.1:6379",
          {
            nodes: [{ host: "127.0.0.1", port: 6379 }],
            kind: { type: "single" },
            tls: false,
            username: undefined,
            password: undefined,
            db: 0,
          },
        ],
      ],
      refused: ["redis://", "http://127.0.0.1:6379", "redis://:secret@host:0", "redis://host:6379/x", "localhost:6379"],
    },
    {
      name: "HOST",
      pick: "host",
      accepted: [
        ["127.0.0.1", "127.0.0.1"],
        ["::", "::"],
        ["localhost", "localhost"],
      ],
      refused: ["*", "http://127.0.0.1", "127.0.0.1:80", "256.0.0.1"],
    },
    {
      name: "TRUSTED_PROXIES",
      pick: "trustedProxies",
      accepted: [["10.0.0.0/8, ::1, 192.0.2.7,fd00::/8", ["10.0.0.0/8", "::1", "192.0.2.7", "fd00::/8"]]],
      refused: ["10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8/8", "proxy.example", "::/129", "*"],
    },
    {
      name: "UPSTREAM_BASE_URL",
      pick: "upstreamBaseUrl",
      accepted: [
        ["https://api.cloudflare.com/client/v4", "https://api.cloudflare.com/client/v4"],
        ["https://api.cloudflare.com", "https://api.cloudflare.com"],
        ["http://127.0.0.1:8788/client/v4", "http://127.0.0.1:8788/client/v4"],
        ["http://localhost:8788", "http://localhost:8788"],
        ["http://[::1]:8788/client/v4", "http://[::1]:8788/client/v4"],
      ],
      refused: [
        "https://api.cloudflare.com/client/v4/",
        "https://api.cloudflare.com/",
        "http://api.cloudflare.com/client/v4",
        "https://api.cloudflare.com.evil.example/client/v4",
        "https://evil.example/client/v4",
        "https://api.cloudflare.com@evil.example",
        "https://u:p@api.cloudflare.com/client/v4",
        "https://api.cloudflare.com:8443/client/v4",
        "https://api.cloudflare.com:443/client/v4",
        "https://API.cloudflare.com/client/v4",
        "https://api.cloudflare.com/client/../v4",
        "https://api.cloudflare.com//client",
        "https://api.cloudflare.com/client/v4?x=1",
        "https://api.cloudflare.com/client/v4#x",
        "https://api.cloudflare.com/%2e%2e",
        "https://api.cloudflare.com./client/v4",
        "http://2130706433/client/v4",
        "http://0.0.0.0:8788",
        "http://10.0.0.1",
        "http://169.254.169.254",
        "http://localhost.example",
        "https://localhost",
        "api.cloudflare.com",
        "x",
      ],
    },
    {
      name: "UPSTREAM_FIRST_PAGE",
      pick: "upstreamFirstPage",
      accepted: [
        ["0", 0],
        ["1", 1],
        [0, 0],
        [1, 1],
      ],
      refused: ["2", "-1", "01", "0x0", true],
    },
    {
      name: "ARTEFACT_HOSTS",
      pick: "artefactHosts",
      accepted: [
        [".Example.com", [".example.com"]],
        ["files.example.com, 127.0.0.1", ["files.example.com", "127.0.0.1"]],
      ],
      refused: ["https://example.com", "a b", "*.example.com", "example..com", "x".repeat(64)],
    },
    {
      name: "EXPOSE_META",
      pick: "exposeMeta",
      accepted: [
        ["true", true],
        ["FALSE", false],
        [true, true],
        [false, false],
      ],
      refused: ["1", "yes", 0, []],
    },
  ];

  for (const { name, pick, accepted, refused } of table) {
    it(`reads ${name}`, () => {
      for (const [text, wanted] of accepted) expect(valueWith({ [name]: text })).toHaveProperty(pick, wanted);
    });
    it(`refuses a bad ${name}, by name and with a fix`, () => {
      for (const text of refused) {
        const problems = problemsWith({ [name]: text });
        expect(problems, JSON.stringify(text)).not.toHaveLength(0);
        for (const problem of problems) expect(problem).toMatch(new RegExp(`^${name}: .+ \\(.+\\)$`));
      }
    });
  }

  const numbers: readonly [string, number, number][] = [
    ["UPSTREAM_BUDGET_REQUESTS", 1, 1200],
    ["UPSTREAM_BUDGET_WINDOW_SECONDS", 1, 3600],
    ["UPSTREAM_DEADLINE_MS", 100, 60_000],
    ["SOFT_DEADLINE_MS", 0, 60_000],
    ["FRESH_LIVE_SECONDS", 1, 3600],
    ["FRESH_LIVE_WITH_WEBHOOKS_SECONDS", 1, 3600],
    ["FRESH_RECENT_SECONDS", 1, 86_400],
    ["FRESH_SETTLED_SECONDS", 1, 604_800],
    ["STALE_SECONDS", 0, 86_400],
    ["STALE_IF_ERROR_SECONDS", 0, 2_592_000],
    ["CLIENT_REQUESTS_PER_MINUTE", 1, 1_000_000],
    ["CLIENT_BUDGET_PERCENT", 1, 100],
    ["CLIENT_CREDENTIAL_CHECKS_PER_MINUTE", 1, 1_000_000],
    ["PORT", 0, 65_535],
    ["MAX_REPLICAS", 1, 1000],
  ];

  for (const [name, min, max] of numbers) {
    it(`takes ${name} from ${min} to ${max} and nothing else`, () => {
      const roomy = { UPSTREAM_DEADLINE_MS: "60000", SOFT_DEADLINE_MS: "0" };
      for (const value of [min, max, String(min), ` ${max} `])
        expect(problemsWith({ ...roomy, [name]: value })).toEqual([]);
      for (const value of [
        min - 1,
        max + 1,
        "1e3",
        "0x10",
        "+5",
        "5.0",
        "5s",
        "٥",
        "Infinity",
        "NaN",
        "9".repeat(30),
        {},
      ]) {
        const problems = problemsWith({ ...roomy, [name]: value });
        expect(problems, JSON.stringify(value)).toHaveLength(1);
        expect(problems[0]).toMatch(new RegExp(`^${name}: .+ \\(.+\\)$`));
      }
    });
  }

  it("is in one of the tables above", () => {
    const tested = [...table.map(({ name }) => name), ...numbers.map(([name]) => name)];
    expect(tested.toSorted()).toEqual(SETTING_NAMES.toSorted());
  });
});

describe("what depends on another setting", () => {
  it("wants the soft deadline within the hard one", () => {
    expect(problemsWith({ UPSTREAM_DEADLINE_MS: "500", SOFT_DEADLINE_MS: "500" })).toEqual([]);
    expect(problemsWith({ UPSTREAM_DEADLINE_MS: "500", SOFT_DEADLINE_MS: "501" })).toEqual([
      "SOFT_DEADLINE_MS: is above UPSTREAM_DEADLINE_MS (lower it, or raise the other)",
    ]);
  });

  it("wants origins in public, and does not ask for them while the mode is unknown", () => {
    expect(problemsWith(open)).toEqual([]);
    expect(problemsWith({ ...open, ALLOWED_ORIGINS: undefined })).toEqual([
      "ALLOWED_ORIGINS: is required with AUTH_MODE public (list the origins of your pages)",
    ]);
    expect(problemsWith({ ALLOWED_ORIGINS: undefined, AUTH_MODE: undefined })).toHaveLength(1);
  });

  const missing: readonly [string, Record<string, string>, string][] = [
    ["JWT_ISSUER", { ...jwt, JWT_SECRET: "s".repeat(32), JWT_ISSUER: "" }, "jwt"],
    ["JWT_AUDIENCE", { ...jwt, JWT_SECRET: "s".repeat(32), JWT_AUDIENCE: "" }, "jwt"],
    ["ACCESS_TEAM", { AUTH_MODE: "access", ACCESS_AUDIENCE: "f".repeat(64) }, "access"],
    ["ACCESS_AUDIENCE", { AUTH_MODE: "access", ACCESS_TEAM: "team" }, "access"],
    ["API_KEYS", { AUTH_MODE: "key", API_KEYS: "" }, "key"],
    ...["PUBLIC_URL", "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "SESSION_SECRETS"].map(
      (name): [string, Record<string, string>, string] => [name, { ...loginDeployment, [name]: "" }, "session"],
    ),
  ];
  for (const [name, settings, mode] of missing) {
    it(`wants ${name} in ${mode}`, () => {
      const problems = problemsWith(settings);
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(new RegExp(`^${name}: is required with AUTH_MODE ${mode} \\(.+\\)$`));
    });
  }

  it("names everything at once that a login has to have", () => {
    const names = problemsWith({ AUTH_MODE: "session" }).map((problem) => problem.split(":")[0]);
    expect(names).toEqual(["PUBLIC_URL", "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "SESSION_SECRETS"]);
  });

  it("records logins where the platform can: in the shield, or in Redis", () => {
    const on = (platform: Platform, settings: Record<string, string>) => {
      const read = parseConfig({ ...good, ...loginDeployment, ...settings }, platform);
      return read.ok ? [read.value.login?.store] : read.failure.problems.map((problem) => problem.split(":")[0]);
    };
    expect(on("worker", { SESSION_STORE: "kv" })).toEqual(["kv"]);
    expect(on("worker", { SESSION_STORE: "redis" })).toEqual(["SESSION_STORE"]);
    expect(on("node", { SESSION_STORE: "kv" })).toEqual(["SESSION_STORE"]);
    expect(on("node", { SESSION_STORE: "redis" })).toEqual(["SESSION_STORE"]);
    expect(on("node", { SESSION_STORE: "redis", REDIS_URL: "redis://localhost" })).toEqual(["redis"]);
    expect(on("node", {})).toEqual([undefined]);
  });

  it.each([
    ["https://app.example.com", true],
    ["https://example.com", true],
    ["https://app.example.com:8443", true],
    ["http://localhost:3000", false],
    ["https://app.example.org", false],
    ["https://example.com.evil.example", false],
  ])("counts a page of %s as one of the service's site: %s", (origin, isOurs) => {
    const { login, warnings } = valueWith({
      ...loginDeployment,
      PUBLIC_URL: "https://sessions.example.com",
      ALLOWED_ORIGINS: origin,
    });
    expect(login?.origins).toEqual(isOurs ? [origin] : []);
    expect(warnings.filter((warning) => warning.startsWith("ALLOWED_ORIGINS: "))).toHaveLength(isOurs ? 0 : 1);
  });

  it.each([
    ["https://a.pages.dev", "https://b.pages.dev"],
    ["https://a.co.uk", "https://b.co.uk"],
    ["http://127.0.0.1:1", "http://localhost:1"],
    ["http://a.localhost", "https://a.localhost"],
  ])("never takes %s and %s for one site", (one, other) => {
    expect(isSameSite(one, other)).toBe(false);
  });

  it("takes names of one registrable name, and one address at any port, for one site", () => {
    expect(isSameSite("https://a.b.co.uk", "https://c.b.co.uk")).toBe(true);
    expect(isSameSite("http://a.x.localhost:1", "http://b.x.localhost:2")).toBe(true);
    expect(isSameSite("http://127.0.0.1:1", "http://127.0.0.1:2")).toBe(true);
  });

  it("wants exactly one key in jwt", () => {
    const keys = { JWT_SECRET: "s".repeat(32), JWT_PUBLIC_KEY: publicKey, JWT_JWKS_URL: "https://login.example/keys" };
    for (const [name, value] of Object.entries(keys)) {
      expect(problemsWith({ ...jwt, [name]: value })).toEqual([]);
      expect(valueWith({ ...jwt, [name]: value }).identity).toMatchObject({
        mode: "jwt",
        issuer: "https://login.example/",
        audiences: ["sessions"],
      });
    }
    expect(problemsWith(jwt)).toEqual([
      "JWT_SECRET: one of JWT_SECRET, JWT_PUBLIC_KEY and JWT_JWKS_URL is required (set exactly one of the three)",
    ]);
    expect(problemsWith({ ...jwt, ...keys })).toHaveLength(1);
  });

  it("verifies events with the key at an address, or with a pinned one whose line breaks may be written as \\n, not with both", () => {
    const on = { WEBHOOKS: "on" };
    expect(valueWith({ ...on, WEBHOOK_KEY_URL: "https://keys.example/key" }).webhooks).toEqual({
      keyUrl: "https://keys.example/key",
    });
    for (const text of [String(rsaKey), String(rsaKey).trim().replaceAll("\n", "\\n")]) {
      expect(valueWith({ ...on, WEBHOOK_PUBLIC_KEY: text }).webhooks).toMatchObject({
        key: { algorithms: ["RS256", "PS256"] },
      });
    }
    expect(problemsWith({ WEBHOOK_PUBLIC_KEY: rsaKey, WEBHOOK_KEY_URL: "https://keys.example/key" })).toEqual([
      "WEBHOOK_PUBLIC_KEY: is set beside WEBHOOK_KEY_URL (set one of them)",
    ]);
  });

  it("makes a team of Cloudflare Access an issuer with keys of its own", () => {
    const { identity } = valueWith({ AUTH_MODE: "access", ACCESS_TEAM: "team", ACCESS_AUDIENCE: "f".repeat(64) });
    expect(identity).toEqual({
      mode: "access",
      issuer: "https://team.cloudflareaccess.com",
      audiences: ["f".repeat(64)],
      jwksUrl: "https://team.cloudflareaccess.com/cdn-cgi/access/certs",
    });
  });

  it("takes a file of policies on Node only, and not beside the text", () => {
    const withFile = { POLICIES_FILE: "policies.json" };
    expect(problemsWith(withFile)).toEqual(["POLICIES_FILE: is for Node only (set POLICIES to the text itself)"]);
    const onNode = (settings: Record<string, unknown>) => {
      const read = parseConfig({ ...good, ...withFile, ...settings }, "node");
      return read.ok ? [] : read.failure.problems;
    };
    expect(onNode({})).toEqual([
      "POLICIES_FILE: can't be read, or is empty (check the path, its permissions and the text)",
    ]);
    expect(onNode({ ...open })).toEqual(["POLICIES_FILE: is set beside POLICIES (set one of them)"]);
  });

  it.each(["", " ", "\n", "\r\n\t \n", "\uFEFF\n"])(
    "does not start with a file of policies whose text is %j, in place of showing everything",
    async (text) => {
      const folder = await mkdtemp(path.join(os.tmpdir(), "config-test-"));
      try {
        const file = path.join(folder, "policies.json");
        await writeFile(file, text);
        const environment = { ...good, ...jwt, JWT_SECRET: "s".repeat(32), POLICIES_FILE: file };
        expect(await withPoliciesOfFile(environment)).toEqual(environment);
        expect(parseConfig(await withPoliciesOfFile(environment), "node")).toMatchObject({
          ok: false,
          failure: { problems: [expect.stringMatching(/^POLICIES_FILE: .*is empty/)] },
        });
        await writeFile(file, ` ${JSON.stringify({ policies: [{ ...shown, when: "authenticated" }] })}\n`);
        expect(parseConfig(await withPoliciesOfFile(environment), "node")).toMatchObject({
          ok: true,
          value: { policies: [{ name: "all", fields: { sessions: ["id", "status"] } }] },
        });
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  );

  it("keeps a shared secret out of every line of the log", () => {
    expect(secretsOf(valueWith({ ...jwt, JWT_SECRET: "s".repeat(32) }))).toContain("s".repeat(32));
  });
});

describe("the store", () => {
  const storeOn = (platform: Platform, overrides: Record<string, unknown>) => {
    const read = parseConfig({ ...good, ...overrides }, platform);
    return read.ok ? read.value.cacheStore : read.failure.problems;
  };
  const REDIS_URL = "redis://127.0.0.1:6379";

  it("is what a Worker was built for, and on Node Redis where there is an address of one, else memory", () => {
    expect(storeOn("worker", {})).toBe("kv");
    expect(storeOn("worker", { REDIS_URL })).toBe("kv");
    expect(storeOn("worker-redis", { REDIS_URL })).toBe("redis");
    expect(storeOn("worker-redis", { REDIS_URL, CACHE_STORE: "redis" })).toBe("redis");
    expect(storeOn("worker-redis", { CACHE_STORE: "memory" })).toBe("memory");
    expect(storeOn("node", {})).toBe("memory");
    expect(storeOn("node", { REDIS_URL })).toBe("redis");
    expect(storeOn("node", { REDIS_URL, CACHE_STORE: "memory" })).toBe("memory");
  });

  it("is refused where it can't be had", () => {
    expect(storeOn("node", { CACHE_STORE: "kv" })).toEqual([
      "CACHE_STORE: is kv, which only Workers have (use redis or memory)",
    ]);
    expect(storeOn("node", { CACHE_STORE: "redis" })).toEqual([
      "REDIS_URL: is required with CACHE_STORE redis (write redis://host:6379)",
    ]);
    expect(storeOn("worker-redis", {})).toEqual([
      "REDIS_URL: is required with CACHE_STORE redis (write redis://host:6379)",
    ]);
    expect(storeOn("worker-redis", { CACHE_STORE: "kv" })).toEqual([
      "CACHE_STORE: is kv, which this build leaves out (deploy with wrangler.toml)",
    ]);
    expect(storeOn("worker", { REDIS_URL, CACHE_STORE: "redis" })).toEqual([
      "CACHE_STORE: is redis, which this build leaves out (deploy with deploy/wrangler.redis.toml)",
    ]);
  });
});

describe("an unknown mode", () => {
  it("is refused with the names of all", () => {
    expect(problemsWith({ AUTH_MODE: "basic" })).toEqual([
      "AUTH_MODE: is not a known mode (use one of public, jwt, access, key, session)",
    ]);
  });
});

describe("problems", () => {
  it("come all at once, in the order of the table", () => {
    const problems = problemsWith({
      EXPOSE_META: "maybe",
      CLOUDFLARE_API_TOKEN: "short",
      REALTIMEKIT_APPS: "A=x,b",
      STALE_SECONDS: "-1",
    });
    expect(problems.map((problem) => problem.split(":")[0])).toEqual([
      "CLOUDFLARE_API_TOKEN",
      "REALTIMEKIT_APPS",
      "REALTIMEKIT_APPS",
      "STALE_SECONDS",
      "EXPOSE_META",
    ]);
  });

  it("list every required setting of an empty configuration", () => {
    const read = parseConfig({});
    expect(read.ok ? [] : read.failure.problems.map((problem) => problem.split(":")[0])).toEqual(required.slice(0, 4));
  });

  it("never contain a value", () => {
    const canary = "canary7Zq";
    const value = fc.oneof(
      fc.string().map((text) => `${text}${canary}`),
      fc
        .tuple(
          fc.constantFrom("", "a=", "https://", "http://", "https://api.cloudflare.com/", "redis", "-", "1"),
          fc.string(),
        )
        .map(([head, tail]) => `${head}${canary}${tail}`),
      fc.array(fc.string().map((text) => `${text}${canary}`)).map((entries) => entries.join(",")),
      fc.constant({ [canary]: canary }),
      fc.constant([canary]),
    );
    const raw = fc.dictionary(fc.constantFrom(...SETTING_NAMES), value, { minKeys: 1 });
    fc.assert(
      fc.property(raw, (settings) => {
        const read = parseConfig(settings);
        const problems = read.ok ? "" : read.failure.problems.join("\n");
        expect(problems.toLowerCase()).not.toContain(canary.toLowerCase());
      }),
      { numRuns: 2000 },
    );
  });
});

describe("the table of settings", () => {
  it("has one row for each, with its default, and says which is secret", () => {
    const lines = configurationTable().split("\n");
    expect(lines).toHaveLength(SETTING_NAMES.length + 2);
    for (const line of lines) expect(line.split("|")).toHaveLength(5);
    expect(lines.find((line) => line.includes("CLOUDFLARE_API_TOKEN"))).toContain("| required, secret |");
    expect(lines.find((line) => line.includes("UPSTREAM_BUDGET_REQUESTS"))).toContain("| `1080` |");
  });
});
