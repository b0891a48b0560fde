// What settings ask of each other: what a mode, a store or a platform can't do without, or does not have.
import { SettingsShape } from "./settings.ts";
import type { Settings } from "./settings.ts";

/** What the service runs as; decides the stores there are, and the one it takes when none is named. */
export type Platform = "worker" | "worker-redis" | "node";

/** Rules between settings. Each looks only at what could be read, so that one mistake is not reported twice. */
export function problemsBetween(texts: Readonly<Record<string, unknown>>, platform: Platform): string[] {
  const problems: string[] = [];
  const mode = SettingsShape.AUTH_MODE.safeParse(texts["AUTH_MODE"]).data;
  const origins = SettingsShape.ALLOWED_ORIGINS.safeParse(texts["ALLOWED_ORIGINS"]).data;
  if (mode === "public" && origins?.length === 0) {
    problems.push("ALLOWED_ORIGINS: is required with AUTH_MODE public (list the origins of your pages)");
  }
  if (mode !== undefined) problems.push(...problemsOfMode(mode, texts));
  if (texts["POLICIES_FILE"] !== undefined) problems.push(`POLICIES_FILE: ${problemOfFile(texts, platform)}`);
  if (texts["WEBHOOK_PUBLIC_KEY"] !== undefined && texts["WEBHOOK_KEY_URL"] !== undefined) {
    problems.push("WEBHOOK_PUBLIC_KEY: is set beside WEBHOOK_KEY_URL (set one of them)");
  }
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
    problems.push("CACHE_STORE: is redis, which this build leaves out (deploy with deploy/wrangler.redis.toml)");
  }
  if (mode === "session") problems.push(...problemsOfLogins(texts, platform, { store, redis }));
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
    case "session":
      return [
        ...required("PUBLIC_URL", "where browsers reach this service, such as https://sessions.example.com"),
        ...required("OIDC_ISSUER", "the OpenID provider"),
        ...required("OIDC_CLIENT_ID", "the client that is registered there"),
        ...required("OIDC_CLIENT_SECRET", "that client's secret"),
        ...required("SESSION_SECRETS", "make one with: openssl rand 32 | basenc --base64url | tr -d '='"),
      ];
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

/** Where logins are recorded, each platform has one place: the shield's own storage, or Redis. */
function problemsOfLogins(
  texts: Readonly<Record<string, unknown>>,
  platform: Platform,
  { store, redis }: { store: Settings["CACHE_STORE"] | undefined; redis: Settings["REDIS_URL"] | undefined },
): string[] {
  const logins = SettingsShape.SESSION_STORE.safeParse(texts["SESSION_STORE"]).data;
  if (logins === "kv" && platform === "node") return ["SESSION_STORE: is kv, which only Workers have (use redis)"];
  if (logins === "redis" && platform !== "node") {
    return ["SESSION_STORE: is redis, which is for Node (use kv: the shield keeps them)"];
  }
  const hasRedis = redis !== "unset" && (store === "redis" || store === "unset");
  return logins === "redis" && !hasRedis
    ? ["SESSION_STORE: is redis, and there is none (set REDIS_URL, and CACHE_STORE to redis)"]
    : [];
}

/** A Node entry that could read a text from the file has put it in the place of its name. */
function problemOfFile(texts: Readonly<Record<string, unknown>>, platform: Platform): string {
  if (platform !== "node") return "is for Node only (set POLICIES to the text itself)";
  return texts["POLICIES"] === undefined
    ? "can't be read, or is empty (check the path, its permissions and the text)"
    : "is set beside POLICIES (set one of them)";
}

/** Settings of earlier versions, and what to do instead. */
const oldNames: Readonly<Record<string, string>> = {
  CLIENT_MISSES_PER_MINUTE: "is not read any more (remove it; CLIENT_BUDGET_PERCENT limits what one client may cause)",
};

/** One for each name that an earlier version read, and this one does not. */
export const warningsOfOldNames = (names: readonly string[]): string[] =>
  names.flatMap((name) => (Object.hasOwn(oldNames, name) ? [`${name}: ${oldNames[name]}`] : []));

/** Settings whose default opens something. One that is there and blank is no wish for that, but a value that got lost on its way. */
const blankFixes: Readonly<Record<string, string>> = {
  POLICIES: "write who may see what, or remove it: then whoever is let in sees every configured app",
  POLICIES_FILE: "write the file's path, or remove it: then whoever is let in sees every configured app",
  SESSION_STORE: "write kv or redis, or remove it: then a login that was copied lasts until its end",
  STORE_SECRET: "make one with: openssl rand -base64 32, or remove it: then pages of the store are not sealed",
  HOST: "write the address to listen on, or remove it: then it is every address of this machine",
};

export const problemsOfBlanks = (raw: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(blankFixes).flatMap(([name, fix]) => {
    const value = raw[name];
    const isBlank = value === null || (typeof value === "string" && value.trim() === "");
    return isBlank ? [`${name}: is blank (${fix})`] : [];
  });
