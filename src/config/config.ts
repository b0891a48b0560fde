// The whole configuration, read once: from environment variables or bindings to one `Config`.
//
// Every problem is listed at once as "NAME: reason (fix)", and none has a value in it. What the settings are is in
// `settings.ts`, how each is read in `readers.ts`, what they ask of each other in `rules.ts`.
import type { CacheStore } from "./readers.ts";
import { problemsBetween, problemsOfBlanks, warningsOfOldNames } from "./rules.ts";
import type { Platform } from "./rules.ts";
import { Settings, SETTING_NAMES } from "./settings.ts";
import { fail, ok, type Result } from "../ground/errors.ts";
import type { IdentitySettings, JwtKey } from "../identity/identity.ts";
import type { KeyOrigin } from "../identity/signing-key.ts";
import { sealKeyText, type SealKeys } from "../identity/seal.ts";
import { isSameSite, type LoginStore } from "./login-settings.ts";
import { claimPathsRead } from "../policy/claims-read.ts";
import { defaultPolicies, parsePolicies } from "../policy/policies.ts";
import type { Policies } from "../policy/policies.ts";

export type { Platform } from "./rules.ts";

function storeOf(settings: Settings, platform: Platform): CacheStore {
  if (settings.CACHE_STORE !== "unset") return settings.CACHE_STORE;
  if (platform === "worker") return "kv";
  if (platform === "worker-redis") return "redis";
  return settings.REDIS_URL === "unset" ? "memory" : "redis";
}

/** Undefined where a problem has been noted about what the mode needs. */
function identityOf(settings: Settings): IdentitySettings | undefined {
  const { JWT_ISSUER: issuer, JWT_AUDIENCE: audiences, ACCESS_TEAM: teamOrigin } = settings;
  switch (settings.AUTH_MODE) {
    case "public":
      return { mode: "public" };
    case "key":
      return { mode: "key", keys: settings.API_KEYS };
    case "access":
      return {
        mode: "access",
        issuer: teamOrigin,
        audiences: settings.ACCESS_AUDIENCE,
        jwksUrl: `${teamOrigin}/cdn-cgi/access/certs`,
      };
    case "session": {
      const login = loginOf(settings);
      return login && { mode: "session", ...login };
    }
    case "jwt": {
      const key = jwtKeyOf(settings);
      return key && { mode: "jwt", issuer, audiences, key };
    }
  }
}

/** Where whoever is not logged in is sent. */
export const loginPath = "/auth/login";

/** On plain http, which is for loopback alone, a browser takes no cookie with the prefix. */
const cookieNameOf = (publicUrl: string) => (publicUrl.startsWith("https:") ? "__Host-rtkbff" : "rtkbff");

/** Undefined where something is missing, or the mode is another. */
function loginOf(settings: Settings) {
  const { AUTH_MODE: mode, SESSION_SECRETS: keys, PUBLIC_URL: publicUrl, OIDC_ISSUER: issuer } = settings;
  const { OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret, SESSION_STORE: store } = settings;
  const isWhole = [publicUrl, issuer, clientId, clientSecret].every((text) => text !== "");
  if (mode !== "session" || keys === "unset" || !isWhole) return undefined;
  return {
    publicUrl,
    issuer,
    clientId,
    /** Secret. */
    clientSecret,
    scopes: settings.OIDC_SCOPES,
    /** Secret. */
    keys: keys satisfies SealKeys,
    cookieName: cookieNameOf(publicUrl),
    loginUrl: publicUrl + loginPath,
    /** Those of the same site: of any other a browser sends no cookie. */
    origins: settings.ALLOWED_ORIGINS.filter((origin) => isSameSite(origin, publicUrl)),
    lifeSeconds: settings.SESSION_SECONDS,
    store: store === "unset" ? undefined : (store satisfies LoginStore),
  };
}

/** Origins whose pages can never be logged in. */
const siteWarnings = ({ AUTH_MODE: mode, ALLOWED_ORIGINS: origins, PUBLIC_URL: publicUrl }: Settings): string[] =>
  mode !== "session" || publicUrl === ""
    ? []
    : origins.flatMap((origin, index) =>
        isSameSite(origin, publicUrl)
          ? []
          : [
              `ALLOWED_ORIGINS: origin ${index + 1} is of another site than PUBLIC_URL, and browsers send no cookie from there (give both names below one domain)`,
            ],
      );

function jwtKeyOf({ JWT_SECRET, JWT_PUBLIC_KEY, JWT_JWKS_URL }: Settings): JwtKey | undefined {
  if (JWT_SECRET !== "") return { type: "secret", secret: new TextEncoder().encode(JWT_SECRET) };
  if (JWT_PUBLIC_KEY !== "unset") return JWT_PUBLIC_KEY;
  return JWT_JWKS_URL === "" ? undefined : { type: "jwks", url: JWT_JWKS_URL };
}

/** Where the key of events comes from; undefined where none are taken. */
function webhooksOf(settings: Settings): KeyOrigin | undefined {
  const { WEBHOOKS: isOn, WEBHOOK_PUBLIC_KEY: key, WEBHOOK_KEY_URL: keyUrl } = settings;
  if (!isOn) return undefined;
  return key === "unset" ? { keyUrl } : { key };
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
  /** With `session`: how people log in. */
  login: loginOf(settings),
  policies,
  /** With `session`: what a login keeps of an ID token. */
  claimPaths: claimPathsRead(policies),
  /** What is allowed and still looks like a mistake; texts like those of problems. */
  warnings,
  /** As browsers send them: lower case, no default port. At least one in `public`. */
  allowedOrigins: settings.ALLOWED_ORIGINS,
  cacheStore: storeOf(settings, platform),
  /** Secret: may hold a password. There where `cacheStore` is `redis`. */
  redis: settings.REDIS_URL === "unset" ? undefined : settings.REDIS_URL,
  /** Secret. */
  storeSecret: settings.STORE_SECRET === "" ? undefined : settings.STORE_SECRET,
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
  /** In place of `freshSeconds.live` while events come. */
  freshLiveWithWebhooksSeconds: settings.FRESH_LIVE_WITH_WEBHOOKS_SECONDS,
  /** Undefined where no events are taken; else what they are verified with. */
  webhooks: webhooksOf(settings),
  staleSeconds: settings.STALE_SECONDS,
  staleIfErrorSeconds: settings.STALE_IF_ERROR_SECONDS,
  exposeMeta: settings.EXPOSE_META,
  /** Whether the dashboard and the embeddable element are served. */
  dashboard: settings.DASHBOARD,
  /** Names, or suffixes that begin with a dot; lower case. */
  artefactHosts: settings.ARTEFACT_HOSTS,
  clientRequestsPerMinute: settings.CLIENT_REQUESTS_PER_MINUTE,
  /** Of the budget that applies, for one client in a window; a policy may say otherwise. */
  clientBudgetPercent: settings.CLIENT_BUDGET_PERCENT,
  clientChecksPerMinute: settings.CLIENT_CREDENTIAL_CHECKS_PER_MINUTE,
  logLevel: settings.LOG_LEVEL,
  port: settings.PORT,
  host: settings.HOST,
  trustedProxies: settings.TRUSTED_PROXIES,
  maxReplicas: settings.MAX_REPLICAS,
});

export type Config = Readonly<ReturnType<typeof configOf>>;

/** What must never be in a log line, whatever else is. */
export function secretsOf({ cloudflareApiToken, redis, storeSecret, identity, login }: Config): readonly string[] {
  const secrets = [cloudflareApiToken];
  if (storeSecret !== undefined) secrets.push(storeSecret);
  if (redis?.password) secrets.push(redis.password);
  if (identity.mode === "jwt" && identity.key.type === "secret") {
    secrets.push(new TextDecoder().decode(identity.key.secret));
  }
  if (login) secrets.push(login.clientSecret, ...login.keys.map(sealKeyText));
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
  const outdated = warningsOfOldNames(Object.keys(raw).filter((name) => textOf(raw[name]) !== undefined));
  const read = Settings.safeParse(texts);
  const problems = read.success ? [] : read.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  problems.push(...problemsOfBlanks(raw), ...problemsBetween(texts, platform));
  if (!read.success) return fail({ code: "misconfigured", problems });
  const identity = identityOf(read.data);
  const allowed = readPolicies(read.data);
  if ("problems" in allowed) problems.push(...allowed.problems);
  if (problems.length > 0 || !identity || "problems" in allowed) return fail({ code: "misconfigured", problems });
  const warnings = [...outdated, ...siteWarnings(read.data), ...allowed.warnings];
  return ok(configOf(read.data, { identity, policies: allowed.policies, warnings }, platform));
}
