// What can be said of a configuration without asking anybody: what is wrong with it, and what is allowed and still worth a
// second look before it is deployed.
//
// Warnings are about what widens who sees what, what spends more than the account has, and settings that do nothing. A note is
// something to know, for which there may be a good reason in every deployment.
import type { Config } from "../../src/config/config.ts";
import { type Finding, findingOf } from "./findings.ts";
import { secretNames, type Settings } from "./settings.ts";

/** The published limit of an account: 1,200 requests in 300 s. */
const accountRequests = 1_200;
const accountWindowSeconds = 300;

const loopbackHosts: readonly string[] = ["127.0.0.1", "::1", "localhost"];

const namesOfMode = {
  public: [],
  jwt: ["JWT_ISSUER", "JWT_AUDIENCE", "JWT_SECRET", "JWT_PUBLIC_KEY", "JWT_JWKS_URL"],
  access: ["ACCESS_TEAM", "ACCESS_AUDIENCE"],
  key: ["API_KEYS"],
  session: ["PUBLIC_URL", "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "SESSION_SECRETS", "SESSION_STORE"],
} as const satisfies Record<Config["authMode"], readonly string[]>;

/** What a configuration that could not be read comes to. */
export const problemFindings = (problems: readonly string[], settings: Settings): Finding[] => [
  ...problems.map((problem) => findingOf(problem, "fail")),
  ...emptyFindings(settings),
  ...fileFindings(settings),
];

/** What can be said of the files whether or not their settings are any good. */
const fileFindings = (settings: Settings): Finding[] => [
  ...secretFindings(settings),
  ...unknownFindings(settings),
  ...unusableFindings(settings),
  ...cutFindings(settings),
  ...hiddenFindings(settings),
  ...environmentFindings(settings),
];

/** Somebody who has not begun yet, or whose settings are elsewhere. */
const emptyFindings = ({ places }: Settings): Finding[] =>
  Object.keys(places).length > 0
    ? []
    : [
        {
          level: "note",
          check: "settings",
          what: "none is set in what was read",
          fix: "for a file of NAME=value lines: npm run doctor -- --env-file .env; for a Worker: npm run doctor -- --wrangler wrangler.toml --env-file .dev.vars",
        },
      ];

/** Starts with the configuration itself being usable. */
export function configurationFindings(config: Config, settings: Settings): Finding[] {
  const { platform, texts } = settings;
  const what = `${Object.keys(texts).length - settings.hiddenNames.length} settings read, for ${platform}`;
  return [
    { level: "ok", check: "configuration", what },
    ...fileFindings(settings),
    ...identityFindings(config, settings),
    ...config.warnings.map((warning) =>
      findingOf(/^[A-Z_]+: /.test(warning) ? warning : `POLICIES: ${warning}`, "warn"),
    ),
    ...originFindings(config),
    ...exposureFindings(config, settings),
    ...budgetFindings(config),
    ...ceilingFindings(config, settings),
    ...storeSecretFindings(config, settings),
  ];
}

function secretFindings({ wranglerNames }: Settings): Finding[] {
  return secretNames
    .filter((name) => wranglerNames.includes(name))
    .map((name) => ({
      level: "fail",
      check: name,
      what: "is a secret and stands in [vars], where it is no secret",
      fix: `take it out, treat it as lost, and run: wrangler secret put ${name}`,
    }));
}

const unknownFindings = ({ unknownNames }: Settings): Finding[] =>
  unknownNames.map(({ name, place, nearest, isCertain }) => ({
    level: isCertain ? "warn" : "note",
    check: name,
    place,
    what: isCertain ? "is no setting of this service, and does nothing" : "is no setting of this service",
    fix: nearest === undefined ? "take it out; docs/settings.md has every name" : `write ${nearest}, if that is meant`,
  }));

const unusableFindings = ({ wrangler }: Settings): Finding[] =>
  (wrangler?.file.unusableNames ?? []).map((name) => ({
    level: "fail",
    check: name,
    place: wrangler?.name ?? "",
    what: "is a list or a table, and counts as not set",
    fix: `write a text: ${name} = "…", or three single quotes around several lines`,
  }));

/** Nothing that an operator may have put is called missing. */
const hiddenFindings = ({ hiddenNames }: Settings): Finding[] =>
  hiddenNames.map((name) => ({
    level: "note",
    check: name,
    what: "is not visible here: a secret of a Worker can't be read back",
    fix: `if it is not put yet: npx wrangler secret put ${name}; to look at it here too, write it in .dev.vars and add --env-file .dev.vars`,
  }));

const environmentFindings = ({ wrangler }: Settings): Finding[] =>
  wrangler === undefined || wrangler.file.environments.length === 0
    ? []
    : [
        {
          level: "note",
          check: "environments",
          place: wrangler.name,
          what: `only [vars] at the top was read, not those of ${wrangler.file.environments.join(", ")}`,
        },
      ];

const cutFindings = ({ cutNames }: Settings): Finding[] =>
  cutNames.map((name) => ({
    level: "warn",
    check: name,
    what: "has a # and no quotes in --env-file: it is read up to there, as Node does it, and Docker's --env-file takes all of it",
    fix: "use a value without #, and write comments on lines of their own",
  }));

function identityFindings({ authMode }: Config, { texts }: Settings): Finding[] {
  const findings: Finding[] = [];
  if (authMode === "public") {
    findings.push({
      level: "warn",
      check: "AUTH_MODE",
      what: "is public: whoever reaches the address reads what the policies list, from any program",
      fix: "use jwt, access or key unless that is meant",
    });
  } else if (!texts["POLICIES"]?.trim()) {
    findings.push({
      level: "note",
      check: "POLICIES",
      what: "is not set: whoever is let in sees every configured app, meeting and field",
    });
  }
  for (const [mode, names] of Object.entries(namesOfMode)) {
    const unused = mode === authMode ? [] : names.filter((name) => texts[name] !== undefined);
    for (const name of unused) {
      findings.push({
        level: "warn",
        check: name,
        what: `is set and does nothing, because AUTH_MODE is ${authMode}`,
        fix: `remove it, or set AUTH_MODE=${mode}`,
      });
    }
  }
  return findings;
}

function originFindings({ allowedOrigins }: Config): Finding[] {
  const check = "ALLOWED_ORIGINS";
  if (allowedOrigins.length === 0) {
    return [{ level: "note", check, what: "is not set: no page of another origin can read the answers" }];
  }
  const count = allowedOrigins.length === 1 ? "1 origin" : `${allowedOrigins.length} origins`;
  const what = `${count}; they say which pages a browser lets read, and are no authentication`;
  const hasLoopback = allowedOrigins.some((origin) => origin.startsWith("http:"));
  return [
    { level: "ok", check, what },
    ...(hasLoopback
      ? [
          {
            level: "warn",
            check,
            what: "lists http on loopback: any program on a visitor's machine may serve such a page",
            fix: "leave it out of what is deployed",
          } as const,
        ]
      : []),
  ];
}

function exposureFindings(config: Config, { platform }: Settings): Finding[] {
  const findings: Finding[] = [];
  if (config.exposeMeta) {
    findings.push({
      level: "warn",
      check: "EXPOSE_META",
      what: "is true: whatever your application stores with a meeting is shown to whoever may see the field meta",
      fix: "leave it unset unless you know what is in there",
    });
  }
  if (!config.upstreamBaseUrl.startsWith("https:")) {
    findings.push({
      level: "note",
      check: "UPSTREAM_BASE_URL",
      what: "is on this machine: what is looked at is a simulator, and not the Cloudflare API",
    });
  }
  if (platform === "node" && config.trustedProxies.length === 0 && !loopbackHosts.includes(config.host)) {
    findings.push({
      level: "note",
      check: "TRUSTED_PROXIES",
      what: "is not set: behind a load balancer all clients have its address, and share one limit",
    });
  }
  return findings;
}

function ceilingFindings({ clientRequestsPerMinute: perMinute }: Config, { wrangler }: Settings): Finding[] {
  if (!wrangler) return [];
  const check = "CLIENT_REQUESTS_PER_MINUTE";
  const { ceilingPerMinute } = wrangler.file;
  if (ceilingPerMinute === undefined) {
    const what = "is counted by each isolate for itself: there is no [[ratelimits]] named CLIENT_LIMIT";
    return [
      { level: "note", check, what, fix: `copy that table from this project's wrangler.toml to ${wrangler.name}` },
    ];
  }
  if (perMinute <= ceilingPerMinute) return [];
  return [
    {
      level: "warn",
      check,
      what: `is ${perMinute}, and [[ratelimits]] CLIENT_LIMIT in ${wrangler.name} stops a client at ${ceilingPerMinute} a minute`,
      fix: `write there: simple = { limit = ${perMinute}, period = 60 }`,
    },
  ];
}

function storeSecretFindings({ cacheStore, storeSecret }: Config, { texts }: Settings): Finding[] {
  const check = "STORE_SECRET";
  if (storeSecret === undefined) return [];
  if (cacheStore === "memory") {
    const what = "is set and does nothing, because pages are kept in memory";
    return [{ level: "warn", check, what, fix: "remove it, or keep pages in Redis" }];
  }
  if (storeSecret !== texts["JWT_SECRET"]) return [];
  return [
    {
      level: "warn",
      check,
      what: "is the same as JWT_SECRET: whoever learns one has both",
      fix: "make one of its own: openssl rand -base64 32",
    },
  ];
}

function budgetFindings({ budget: { requests, windowSeconds } }: Config): Finding[] {
  const allowed = Math.max(1, Math.floor((accountRequests * windowSeconds) / accountWindowSeconds));
  if (requests <= allowed) return [];
  return [
    {
      level: "warn",
      check: "UPSTREAM_BUDGET_REQUESTS",
      what: `is ${requests} in ${windowSeconds} s, above the account's ${accountRequests} in ${accountWindowSeconds} s; passing that blocks the whole account for five minutes`,
      fix: `set it to ${allowed} at most`,
    },
  ];
}
