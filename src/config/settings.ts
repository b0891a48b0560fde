// The settings: names, defaults, bounds, what each means, and the table of them in docs/settings.md.
//
// Nobody else knows a variable's name but `config.ts` and its rules. No message ever repeats a value: entries of a list are named by
// their position, so that a secret pasted into the wrong variable stays out of the log. Cost: a typing mistake in a list of fifty has
// to be counted out.
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
  readHosts,
  readBoolean,
  readIssuer,
  readList,
  readSecret,
  readJwtPublicKey,
  readKeyUrl,
  readAccessTeam,
  readApiKeys,
  readLevel,
  readSwitch,
  readWebhookKey,
} from "./readers.ts";
import type { Reader } from "./readers.ts";
import {
  readClientText,
  readLoginStore,
  readProvider,
  readPublicUrl,
  readScopes,
  readSealKeys,
} from "./login-settings.ts";

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

export const SettingsShape = {
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
      absent: "is required (copy the account ID from the Cloudflare dashboard: 32 hexadecimal digits)",
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
      absent: "is required (write session, jwt, access or key; public shows what its policy lists to everybody)",
      meaning:
        "Who may read: `session` (people log in, with OpenID Connect), `jwt` (callers with a token of your login or backend), `access` (behind Cloudflare Access), `key` (servers with an API key), `public` (everybody). See [identity.md](identity.md).",
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
    readSecret,
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
    readKeyUrl,
  ),
  ACCESS_TEAM: setting(
    {
      fallback: "",
      default: "none; required with `access`",
      meaning:
        "The team of Cloudflare Access: `team` of `team.cloudflareaccess.com`; or an `http` origin on loopback that stands in for it.",
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
  PUBLIC_URL: setting(
    {
      fallback: "",
      default: "none; required with `session`",
      meaning: "Where browsers reach this service: an origin, `https://host[:port]`, or `http` on loopback.",
    },
    readPublicUrl,
  ),
  OIDC_ISSUER: setting(
    {
      fallback: "",
      default: "none; required with `session`",
      meaning:
        "The OpenID provider, exactly as its discovery document has it: `https`, or `http` on loopback. See [identity-session.md](identity-session.md).",
    },
    readProvider,
  ),
  OIDC_CLIENT_ID: setting(
    { fallback: "", default: "none; required with `session`", meaning: "The client that is registered there." },
    readClientText,
  ),
  OIDC_CLIENT_SECRET: setting(
    { secret: true, fallback: "", default: "none; required with `session`", meaning: "That client's secret." },
    readClientText,
  ),
  OIDC_SCOPES: setting(
    {
      fallback: "openid",
      meaning:
        "What is asked for, so that the ID token has the claims that policies read: scopes, separated by blanks.",
    },
    readScopes,
  ),
  SESSION_SECRETS: setting(
    {
      secret: true,
      fallback: "",
      default: "none; required with `session`",
      meaning:
        "Seals the cookies: one key or two, comma separated, each 32 random bytes in base64url. The first seals, both open.",
    },
    readSealKeys,
  ),
  SESSION_SECONDS: setting(
    { fallback: "28800", meaning: "How long a login lasts, used or not: 60 to 604800 s." },
    integer(60, 604_800),
  ),
  SESSION_STORE: setting(
    {
      fallback: "",
      default: "none",
      meaning:
        "Records logins, so that one can be ended everywhere: `kv` on Workers (in the shield), `redis` on Node. Without it a login that was copied lasts until its end.",
    },
    readLoginStore,
  ),
  POLICIES: setting(
    {
      fallback: "",
      default: "whoever is let in sees the configured apps; required with `public`",
      meaning: "Who may see what, as JSON: see [policies.md](policies.md). Blank is refused.",
    },
    (text) => text,
  ),
  POLICIES_FILE: setting(
    {
      fallback: "",
      default: "none",
      meaning: "Node only: a file to read `POLICIES` from. Blank is refused, name or text.",
    },
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
        "Where pages are kept: `kv` (Workers only), `redis` (a Worker is deployed with `deploy/wrangler.redis.toml` for it), or `memory` (each process or isolate for itself).",
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
  STORE_SECRET: setting(
    {
      secret: true,
      fallback: "",
      default: "none",
      meaning:
        "Seals the pages in Redis or KV, so that nobody else who may write there can plant one: at least 32 random bytes, as text without white space, the same wherever pages are shared. Blank is refused. See [node.md](node.md#a-redis-that-others-use-as-well).",
    },
    readSecret,
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
    integer(1, 1200, "the account's limit is 1200 in 300 s; 1080 leaves a tenth to others"),
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
  FRESH_LIVE_WITH_WEBHOOKS_SECONDS: setting(
    {
      fallback: "120",
      meaning:
        "The same with `WEBHOOKS` on, while events come: 1 to 3600 s. A change is then told by its event, not by looking again.",
    },
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
  DASHBOARD: setting(
    {
      fallback: "on",
      meaning:
        "`on` serves the dashboard at `/` and the embeddable element at `/elements.js`: see [dashboard.md](dashboard.md). `off`: neither is there.",
    },
    readSwitch,
  ),
  ARTEFACT_HOSTS: setting(
    {
      fallback: ".r2.cloudflarestorage.com, .amazonaws.com, storage.googleapis.com",
      meaning:
        "Hosts whose files (chat, transcript, summary) may be looked at before their link is shown: names, or suffixes that begin with a dot. `https`, or `http` on loopback.",
    },
    readHosts,
  ),
  WEBHOOKS: setting(
    {
      fallback: "off",
      meaning:
        "`on` takes events of RealtimeKit at `POST /v1/webhooks/realtimekit`: see [live.md](live.md#webhooks). `off`: there is no such route.",
    },
    readSwitch,
  ),
  WEBHOOK_KEY_URL: setting(
    {
      fallback: "https://api.realtime.cloudflare.com/.well-known/webhooks.json",
      meaning: "Where RealtimeKit publishes the key that its events are signed with: `https`, or `http` on loopback.",
    },
    readKeyUrl,
  ),
  WEBHOOK_PUBLIC_KEY: setting(
    {
      fallback: "",
      default: "none",
      meaning:
        "That key itself, as PEM (`BEGIN PUBLIC KEY`), RSA of 2048 bits or more: `WEBHOOK_KEY_URL` is then not asked. Set it anew when the key changes.",
    },
    readWebhookKey,
  ),
  CLIENT_REQUESTS_PER_MINUTE: setting(
    {
      fallback: "600",
      meaning: "Requests a minute of one caller, in `public` of one address, at one process or isolate: 1 to 1000000.",
    },
    integer(1, 1_000_000),
  ),
  CLIENT_BUDGET_PERCENT: setting(
    {
      fallback: "20",
      meaning:
        "Percentage of the budget that one caller, in `public` one address, may cause in a window, new questions and renewals together: 1 to 100. A policy may say otherwise (`budgetPercent`).",
    },
    integer(1, 100),
  ),
  CLIENT_CREDENTIAL_CHECKS_PER_MINUTE: setting(
    {
      fallback: "60",
      meaning:
        "Credentials a minute of one address that are checked and found wrong: 1 to 1000000. One that is good is not counted.",
    },
    integer(1, 1_000_000),
  ),
  LOG_LEVEL: setting(
    {
      fallback: "info",
      meaning:
        "The least that is logged: `debug`, `info`, `warn` or `error`. `debug` writes every line, floods too. See [events.md](events.md).",
    },
    readLevel,
  ),
  PORT: setting(
    { fallback: "8787", meaning: "Node, `npm start`: where to listen; 0 takes any free port." },
    integer(0, 65_535),
  ),
  HOST: setting(
    { fallback: "0.0.0.0", meaning: "Node only: the address to listen on. Blank is refused." },
    (text, refuse) =>
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
        "Node only: how many processes may run at once, a rolling deploy included: 1 to 1000. Decides each one's share of the budget without Redis or when it is gone, and then in `public` of the limits for clients.",
    },
    integer(1, 1000),
  ),
};

export const Settings = z.object(SettingsShape);
export type Settings = z.infer<typeof Settings>;

/** Every name this version knows, in the order of the table. */
export const SETTING_NAMES: readonly string[] = Object.keys(SettingsShape);

/** The settings as a Markdown table, for docs/settings.md. */
export function configurationTable(): string {
  const cells = Object.entries(SettingsShape).map(([name, schema]) => {
    const row = rows.get(schema);
    const standard = row?.secret === true ? `${row.default}, secret` : (row?.default ?? "");
    return `| \`${name}\` | ${standard} | ${row?.meaning ?? ""} |`;
  });
  return ["| name | default | meaning |", "| --- | --- | --- |", ...cells].join("\n");
}
