// The whole configuration as one schema: names, defaults, bounds, and the table of them in the README.
//
// Nobody else knows a variable's name. Every problem is listed at once as "NAME: reason (fix)", and no message ever
// repeats a value: entries of a list are named by their position, so that a secret pasted into the wrong variable stays
// out of the log. Cost: a typing mistake in a list of fifty has to be counted out.
import * as z from "zod";
import {
  TOKEN_LENGTH_MIN,
  readToken,
  readAccountId,
  readApps,
  readAuthMode,
  readOrigins,
  readCacheStore,
  readRedisUrl,
  readProxies,
  readUpstreamBaseUrl,
  integer,
  readFirstPage,
  readBoolean,
  readIssuer,
  readList,
  readJwtSecret,
  readJwtPublicKey,
  readJwksUrl,
  readAccessTeam,
  readApiKeys,
} from "./config-readers.ts";
import type { CacheStore, Reader } from "./config-readers.ts";
import { fail, ok, type Result } from "./errors.ts";
import type { IdentitySettings, JwtKey } from "./identity/identity.ts";
import { defaultPolicies, parsePolicies } from "./policy/policies.ts";
import type { Policies } from "./policy/policies.ts";

type Row = { default: string; secret: boolean; meaning: string };
const rows = z.registry<Row>();

/** `absent` is the whole message for a missing value; without it the setting falls back to `fallback`. */
function setting<Value>(
  row: { meaning: string; secret?: boolean; default?: string } & ({ absent: string } | { fallback: string }),
  read: Reader<Value>,
) {
  const text = z.string({
    error: (issue) => (issue.input === undefined && "absent" in row ? row.absent : "must be text (quote it)"),
  });
  const value = text.transform((input, context): Value => {
    let refusals = 0;
    const result = read(row.secret ? input : input.trim(), (reason) => {
      refusals += 1;
      context.addIssue({ code: "custom", message: reason });
      return undefined;
    });
    return refusals > 0 || result === undefined ? z.NEVER : result;
  });
  const schema = "fallback" in row ? value.prefault(row.fallback) : value;
  const shown = row.default ?? ("fallback" in row ? `\`${row.fallback}\`` : "required");
  return schema.register(rows, { default: shown, secret: row.secret ?? false, meaning: row.meaning });
}

const SettingsShape = {
  CLOUDFLARE_API_TOKEN: setting(
    {
      secret: true,
      absent: "is required (on Workers: wrangler secret put CLOUDFLARE_API_TOKEN; elsewhere set it in the environment)",
      meaning: `The upstream API token; at least ${TOKEN_LENGTH_MIN} characters, no white space. It never leaves the server.`,
    },
    readToken,
  ),
  CLOUDFLARE_ACCOUNT_ID: setting(
    {
      absent: "is required (the account ID from the Cloudflare dashboard)",
      meaning: "The account: 32 hexadecimal digits.",
    },
    readAccountId,
  ),
  REALTIMEKIT_APPS: setting(
    {
      absent: "is required (write alias=app_id, several with commas)",
      meaning: "`alias=app_id, alias=app_id`: the apps that can be asked for; nothing else can.",
    },
    readApps,
  ),
  AUTH_MODE: setting(
    {
      absent: "is required (write jwt, access or key; public shows what its policy lists to everybody)",
      meaning:
        "Who may read: `jwt` (callers with a token of your login or backend), `access` (behind Cloudflare Access), `key` (servers with an API key), `public` (everybody). See [docs/identity.md](docs/identity.md).",
    },
    readAuthMode,
  ),
  JWT_ISSUER: setting(
    { fallback: "", default: "none; required with `jwt`", meaning: "The tokens' `iss`, exactly." },
    readIssuer,
  ),
  JWT_AUDIENCE: setting(
    {
      fallback: "",
      default: "none; required with `jwt`",
      meaning: "Accepted values of the tokens' `aud`, comma separated.",
    },
    readList(256),
  ),
  JWT_SECRET: setting(
    {
      secret: true,
      fallback: "",
      default: "none; one of the three with `jwt`",
      meaning: "Shared secret of your backend for HS256: at least 32 random bytes, as text without white space.",
    },
    readJwtSecret,
  ),
  JWT_PUBLIC_KEY: setting(
    {
      fallback: "",
      default: "none; one of the three with `jwt`",
      meaning: "Public key as PEM (`BEGIN PUBLIC KEY`) or JWK: RSA of 2048 bits or more, P-256, P-384, Ed25519.",
    },
    readJwtPublicKey,
  ),
  JWT_JWKS_URL: setting(
    {
      fallback: "",
      default: "none; one of the three with `jwt`",
      meaning: "Where the login publishes its keys: `https`, or `http` on loopback.",
    },
    readJwksUrl,
  ),
  ACCESS_TEAM: setting(
    {
      fallback: "",
      default: "none; required with `access`",
      meaning: "The team of Cloudflare Access: `team` of `team.cloudflareaccess.com`.",
    },
    readAccessTeam,
  ),
  ACCESS_AUDIENCE: setting(
    {
      fallback: "",
      default: "none; required with `access`",
      meaning: "Application audience (AUD) tags, comma separated.",
    },
    readList(128),
  ),
  API_KEYS: setting(
    {
      fallback: "",
      default: "none; required with `key`",
      meaning: "`id=sha256, …`: ids and SHA-256 hashes of whole keys; `npm run doctor -- key <id>` makes one.",
    },
    readApiKeys,
  ),
  POLICIES: setting(
    {
      fallback: "",
      default: "whoever is let in sees the configured apps; required with `public`",
      meaning: "Who may see what, as JSON: see [docs/policies.md](docs/policies.md).",
    },
    (text) => text,
  ),
  POLICIES_FILE: setting(
    { fallback: "", default: "none", meaning: "Node only: a file to read `POLICIES` from." },
    (text) => text,
  ),
  ALLOWED_ORIGINS: setting(
    {
      fallback: "",
      default: "none; required with `public`",
      meaning: "Exact origins whose pages may read, comma separated: `https://host[:port]`, or `http` on loopback.",
    },
    readOrigins,
  ),
  CACHE_STORE: setting(
    {
      fallback: "",
      default: "`kv` on Workers; on Node `redis` with a `REDIS_URL`, else `memory`",
      meaning:
        "Where pages are kept: `kv` (Workers only), `redis` (a Worker is deployed with `wrangler.redis.toml` for it), or `memory` (each process or isolate for itself).",
    },
    readCacheStore,
  ),
  REDIS_URL: setting(
    {
      secret: true,
      fallback: "",
      default: "none; required with `redis`",
      meaning:
        "`redis://[user:password@]host:port[/db]`, `rediss://` for TLS; several hosts with commas for a cluster, `redis+sentinel://…/group`.",
    },
    readRedisUrl,
  ),
  UPSTREAM_BASE_URL: setting(
    {
      fallback: "https://api.cloudflare.com/client/v4",
      meaning: "The upstream API: `https` at `api.cloudflare.com`, or `http` on loopback for the simulator.",
    },
    readUpstreamBaseUrl,
  ),
  UPSTREAM_FIRST_PAGE: setting(
    { fallback: "1", meaning: "The number the upstream gives its first page: 0 or 1." },
    readFirstPage,
  ),
  UPSTREAM_BUDGET_REQUESTS: setting(
    { fallback: "1080", meaning: "Requests per window this deployment may spend of the account's limit: 1 to 1200." },
    integer(1, 1200),
  ),
  UPSTREAM_BUDGET_WINDOW_SECONDS: setting(
    {
      fallback: "300",
      meaning: "Length of that sliding window: 1 to 3600 s. `UPSTREAM_DEADLINE_MS` is added, for calls on their way.",
    },
    integer(1, 3600),
  ),
  UPSTREAM_DEADLINE_MS: setting(
    { fallback: "10000", meaning: "Hard deadline of a load, retries included: 100 to 60000 ms." },
    integer(100, 60_000),
  ),
  SOFT_DEADLINE_MS: setting(
    {
      fallback: "1000",
      meaning: "After it an old page is shown if there is one: 0 to 60000 ms, at most `UPSTREAM_DEADLINE_MS`.",
    },
    integer(0, 60_000),
  ),
  FRESH_LIVE_SECONDS: setting(
    { fallback: "5", meaning: "How long a page with a live session is fresh: 1 to 3600 s." },
    integer(1, 3600),
  ),
  FRESH_RECENT_SECONDS: setting(
    { fallback: "30", meaning: "How long a page whose sessions ended recently is fresh: 1 to 86400 s." },
    integer(1, 86_400),
  ),
  FRESH_SETTLED_SECONDS: setting(
    { fallback: "3600", meaning: "How long a page of the settled past is fresh: 1 to 604800 s." },
    integer(1, 604_800),
  ),
  STALE_SECONDS: setting(
    { fallback: "60", meaning: "How long beyond freshness a page is shown while a newer one is loaded: 0 to 86400 s." },
    integer(0, 86_400),
  ),
  STALE_IF_ERROR_SECONDS: setting(
    {
      fallback: "86400",
      meaning: "How long beyond freshness a page is shown when the upstream fails: 0 to 2592000 s.",
    },
    integer(0, 2_592_000),
  ),
  EXPOSE_META: setting(
    { fallback: "false", meaning: "Pass the sessions' `meta` through: `true` or `false`." },
    readBoolean,
  ),
  CLIENT_REQUESTS_PER_MINUTE: setting(
    { fallback: "600", meaning: "Requests a minute of one caller, in `public` of one address: 1 to 1000000." },
    integer(1, 1_000_000),
  ),
  CLIENT_MISSES_PER_MINUTE: setting(
    {
      fallback: "60",
      meaning:
        "Questions a minute of one caller that nobody has a page of, each of which may cost a request upstream: 1 to 1000000.",
    },
    integer(1, 1_000_000),
  ),
  PORT: setting(
    { fallback: "8787", meaning: "Node, `npm start`: where to listen; 0 takes any free port." },
    integer(0, 65_535),
  ),
  HOST: setting({ fallback: "0.0.0.0", meaning: "Node only: the address to listen on." }, (text, refuse) =>
    z.ipv4().safeParse(text).success || z.ipv6().safeParse(text).success || text === "localhost"
      ? text
      : refuse("is not an address (write 0.0.0.0, 127.0.0.1 or ::)"),
  ),
  TRUSTED_PROXIES: setting(
    {
      fallback: "",
      default: "none",
      meaning: "Node only: addresses or CIDR blocks of proxies whose `X-Forwarded-For` counts, comma separated.",
    },
    readProxies,
  ),
  MAX_REPLICAS: setting(
    {
      fallback: "1",
      meaning:
        "Node only: how many processes may run at once, a rolling deploy included: 1 to 1000. Decides each one's share of the budget, and in `public` of the limits for clients, when Redis is gone.",
    },
    integer(1, 1000),
  ),
};

const Settings = z.object(SettingsShape);
type Settings = z.infer<typeof Settings>;

/** Every name this version knows, in the order of the table. */
export const SETTING_NAMES: readonly string[] = Object.keys(SettingsShape);

/** Rules between settings. Each looks only at what could be read, so that one mistake is not reported twice. */
function problemsBetween(texts: Readonly<Record<string, unknown>>, platform: Platform): string[] {
  const problems: string[] = [];
  const mode = SettingsShape.AUTH_MODE.safeParse(texts["AUTH_MODE"]).data;
  const origins = SettingsShape.ALLOWED_ORIGINS.safeParse(texts["ALLOWED_ORIGINS"]).data;
  if (mode === "public" && origins?.length === 0) {
    problems.push("ALLOWED_ORIGINS: is required with AUTH_MODE public (list the origins of your pages)");
  }
  if (mode !== undefined) problems.push(...problemsOfMode(mode, texts));
  if (texts["POLICIES_FILE"] !== undefined) problems.push(`POLICIES_FILE: ${problemOfFile(texts, platform)}`);
  const softMs = SettingsShape.SOFT_DEADLINE_MS.safeParse(texts["SOFT_DEADLINE_MS"]).data;
  const hardMs = SettingsShape.UPSTREAM_DEADLINE_MS.safeParse(texts["UPSTREAM_DEADLINE_MS"]).data;
  if (softMs !== undefined && hardMs !== undefined && softMs > hardMs) {
    problems.push("SOFT_DEADLINE_MS: is above UPSTREAM_DEADLINE_MS (lower it, or raise the other)");
  }
  const store = SettingsShape.CACHE_STORE.safeParse(texts["CACHE_STORE"]).data;
  const redis = SettingsShape.REDIS_URL.safeParse(texts["REDIS_URL"]).data;
  const isRedis = store === "redis" || (store === "unset" && platform === "worker-redis");
  if (isRedis && redis === "unset") {
    problems.push("REDIS_URL: is required with CACHE_STORE redis (write redis://host:6379)");
  }
  if (isRedis && platform === "worker") {
    problems.push("CACHE_STORE: is redis, which this build leaves out (deploy with wrangler.redis.toml)");
  }
  if (store === "kv" && platform === "worker-redis") {
    problems.push("CACHE_STORE: is kv, which this build leaves out (deploy with wrangler.toml)");
  }
  if (store === "kv" && platform === "node") {
    problems.push("CACHE_STORE: is kv, which only Workers have (use redis or memory)");
  }
  return problems;
}

/** A setting that is missing in a mode that can't do without it. */
function problemsOfMode(mode: Settings["AUTH_MODE"], texts: Readonly<Record<string, unknown>>): string[] {
  const isMissing = (name: string) => texts[name] === undefined;
  const required = (name: string, fix: string) =>
    isMissing(name) ? [`${name}: is required with AUTH_MODE ${mode} (${fix})`] : [];
  switch (mode) {
    case "public":
      return texts["POLICIES_FILE"] === undefined
        ? required("POLICIES", "list the apps and fields that everybody may see; see docs/policies.md")
        : [];
    case "access":
      return [
        ...required("ACCESS_TEAM", "the name before .cloudflareaccess.com"),
        ...required("ACCESS_AUDIENCE", "the AUD tag of the Access application"),
      ];
    case "key":
      return required("API_KEYS", "make one with: npm run doctor -- key my-server");
    case "jwt": {
      const keys = ["JWT_SECRET", "JWT_PUBLIC_KEY", "JWT_JWKS_URL"].filter((name) => !isMissing(name));
      const problem =
        keys.length === 0 ? "one of JWT_SECRET, JWT_PUBLIC_KEY and JWT_JWKS_URL is required" : "is one too many";
      return [
        ...required("JWT_ISSUER", "the iss of the tokens"),
        ...required("JWT_AUDIENCE", "the aud of the tokens; a name of this service"),
        ...(keys.length === 1 ? [] : [`${keys[1] ?? "JWT_SECRET"}: ${problem} (set exactly one of the three)`]),
      ];
    }
  }
}

/** A Node entry that could read the file has put its text in the place of its name. */
function problemOfFile(texts: Readonly<Record<string, unknown>>, platform: Platform): string {
  if (platform !== "node") return "is for Node only (set POLICIES to the text itself)";
  return texts["POLICIES"] === undefined
    ? "can't be read (check the path and its permissions)"
    : "is set beside POLICIES (set one of them)";
}

/** What the service runs as; decides the stores there are, and the one it takes when none is named. */
export type Platform = "worker" | "worker-redis" | "node";

function storeOf(settings: Settings, platform: Platform): CacheStore {
  if (settings.CACHE_STORE !== "unset") return settings.CACHE_STORE;
  if (platform === "worker") return "kv";
  if (platform === "worker-redis") return "redis";
  return settings.REDIS_URL === "unset" ? "memory" : "redis";
}

/** Undefined where a problem has been noted about what the mode needs. */
function identityOf(settings: Settings): IdentitySettings | undefined {
  const { JWT_ISSUER: issuer, JWT_AUDIENCE: audiences, ACCESS_TEAM: team } = settings;
  switch (settings.AUTH_MODE) {
    case "public":
      return { mode: "public" };
    case "key":
      return { mode: "key", keys: settings.API_KEYS };
    case "access": {
      const teamIssuer = `https://${team}.cloudflareaccess.com`;
      return {
        mode: "access",
        issuer: teamIssuer,
        audiences: settings.ACCESS_AUDIENCE,
        jwksUrl: `${teamIssuer}/cdn-cgi/access/certs`,
      };
    }
    case "jwt": {
      const key = jwtKeyOf(settings);
      return key && { mode: "jwt", issuer, audiences, key };
    }
  }
}

function jwtKeyOf({ JWT_SECRET, JWT_PUBLIC_KEY, JWT_JWKS_URL }: Settings): JwtKey | undefined {
  if (JWT_SECRET !== "") return { type: "secret", secret: new TextEncoder().encode(JWT_SECRET) };
  if (JWT_PUBLIC_KEY !== "unset") return JWT_PUBLIC_KEY;
  return JWT_JWKS_URL === "" ? undefined : { type: "jwks", url: JWT_JWKS_URL };
}

/** The policies, or what is wrong with them; both need the mode and the apps. */
function readPolicies(
  settings: Settings,
): { policies: Policies; warnings: readonly string[] } | { problems: string[] } {
  const { AUTH_MODE: mode, REALTIMEKIT_APPS: apps, EXPOSE_META: exposeMeta, POLICIES: text } = settings;
  if (text === "") return { policies: defaultPolicies({ mode, apps, exposeMeta }), warnings: [] };
  const parsed = parsePolicies(text, { mode, apps, exposeMeta });
  return parsed.ok ? parsed.value : { problems: parsed.failure.map((problem) => `POLICIES: ${problem}`) };
}

type Access = { identity: IdentitySettings; policies: Policies; warnings: readonly string[] };

const configOf = (settings: Settings, { identity, policies, warnings }: Access, platform: Platform) => ({
  /** Secret: goes into the upstream's `Authorization` and nowhere else. */
  cloudflareApiToken: settings.CLOUDFLARE_API_TOKEN,
  /** 32 hexadecimal digits, lower case. */
  accountId: settings.CLOUDFLARE_ACCOUNT_ID,
  /** Alias to app id; at least one. */
  apps: settings.REALTIMEKIT_APPS,
  authMode: settings.AUTH_MODE,
  /** Secret: may hold a shared secret. */
  identity,
  policies,
  /** What is allowed and still looks like a mistake; texts like those of problems. */
  warnings,
  /** As browsers send them: lower case, no default port. At least one in `public`. */
  allowedOrigins: settings.ALLOWED_ORIGINS,
  cacheStore: storeOf(settings, platform),
  /** Secret: may hold a password. There where `cacheStore` is `redis`. */
  redis: settings.REDIS_URL === "unset" ? undefined : settings.REDIS_URL,
  /** Without a trailing slash. */
  upstreamBaseUrl: settings.UPSTREAM_BASE_URL,
  upstreamFirstPage: settings.UPSTREAM_FIRST_PAGE,
  budget: { requests: settings.UPSTREAM_BUDGET_REQUESTS, windowSeconds: settings.UPSTREAM_BUDGET_WINDOW_SECONDS },
  upstreamDeadlineMs: settings.UPSTREAM_DEADLINE_MS,
  /** Never above `upstreamDeadlineMs`. */
  softDeadlineMs: settings.SOFT_DEADLINE_MS,
  freshSeconds: {
    live: settings.FRESH_LIVE_SECONDS,
    recent: settings.FRESH_RECENT_SECONDS,
    settled: settings.FRESH_SETTLED_SECONDS,
  },
  staleSeconds: settings.STALE_SECONDS,
  staleIfErrorSeconds: settings.STALE_IF_ERROR_SECONDS,
  exposeMeta: settings.EXPOSE_META,
  clientRequestsPerMinute: settings.CLIENT_REQUESTS_PER_MINUTE,
  clientMissesPerMinute: settings.CLIENT_MISSES_PER_MINUTE,
  port: settings.PORT,
  host: settings.HOST,
  trustedProxies: settings.TRUSTED_PROXIES,
  maxReplicas: settings.MAX_REPLICAS,
});

export type Config = Readonly<ReturnType<typeof configOf>>;

/** What must never be in a log line, whatever else is. */
export function secretsOf({ cloudflareApiToken, redis, identity }: Config): readonly string[] {
  const secrets = [cloudflareApiToken];
  if (redis?.password) secrets.push(redis.password);
  if (identity.mode === "jwt" && identity.key.type === "secret") {
    secrets.push(new TextDecoder().decode(identity.key.secret));
  }
  return secrets;
}

export type ConfigFailure = { code: "misconfigured"; problems: readonly string[] };

/** Bindings may be numbers or booleans (`[vars]` of a TOML file); blank text counts as absent. */
function textOf(value: unknown): unknown {
  if (value === null) return undefined;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value.trim() === "" ? undefined : value;
}

/**
 * Reads environment variables or Worker bindings; unknown names are ignored. Fails with every problem at once, none of
 * which contains a value.
 */
export function parseConfig(
  raw: Readonly<Record<string, unknown>>,
  platform: Platform = "worker",
): Result<Config, ConfigFailure> {
  const texts = Object.fromEntries(SETTING_NAMES.map((name) => [name, textOf(raw[name])]));
  const read = Settings.safeParse(texts);
  const problems = read.success ? [] : read.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  problems.push(...problemsBetween(texts, platform));
  if (!read.success) return fail({ code: "misconfigured", problems });
  const identity = identityOf(read.data);
  const allowed = readPolicies(read.data);
  if ("problems" in allowed) problems.push(...allowed.problems);
  if (problems.length > 0 || !identity || "problems" in allowed) return fail({ code: "misconfigured", problems });
  return ok(configOf(read.data, { identity, ...allowed }, platform));
}

/** The settings as a Markdown table, for the README. */
export function configurationTable(): string {
  const cells = Object.entries(SettingsShape).map(([name, schema]) => {
    const row = rows.get(schema);
    const standard = row?.secret === true ? `${row.default}, secret` : (row?.default ?? "");
    return `| \`${name}\` | ${standard} | ${row?.meaning ?? ""} |`;
  });
  return ["| name | default | meaning |", "| --- | --- | --- |", ...cells].join("\n");
}
