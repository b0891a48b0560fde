// Mistakes that operators make, and the line that each gets: through the command itself, with real files, in front of a simulator. Every
// line says what is wrong, where, and what to type, fits on 80 columns, and holds no secret.
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import { createServer as createPlainServer } from "node:http";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runDoctor } from "../../scripts/doctor.ts";
import type { FaultInput } from "../../simulator/faults.ts";
import { createSimulator, SIMULATOR_ACCOUNT_ID } from "../../simulator/simulator.ts";
import { canaryToken, hasCanary } from "../support/canary.ts";
import { selfSigned } from "../support/certificate.ts";

const simulator = createSimulator({ token: canaryToken });
const [support] = simulator.apps;
if (!support) throw new Error("the simulator has no app");

const policy = { name: "all", when: "authenticated", apps: "*", meetings: "*", resources: "*", fields: "*" };
const policies = (...list: object[]) => JSON.stringify({ policies: list });

/** What is public of a healthy deployment, and its secrets. */
const open: Readonly<Record<string, string>> = {
  CLOUDFLARE_ACCOUNT_ID: SIMULATOR_ACCOUNT_ID,
  REALTIMEKIT_APPS: `support=${support.id}`,
  AUTH_MODE: "jwt",
  JWT_ISSUER: "https://login.example/",
  JWT_AUDIENCE: "sessions",
  ALLOWED_ORIGINS: "https://app.example",
  POLICIES: policies(policy),
};
const secrets: Readonly<Record<string, string>> = { CLOUDFLARE_API_TOKEN: canaryToken, JWT_SECRET: canaryToken };

type Mistake = {
  /** Over the healthy settings of a file of `NAME=value` lines; undefined takes one out. */
  set?: Readonly<Record<string, string | undefined>>;
  /** The whole text of the file, in place of that. */
  envText?: string;
  /** In the environment. */
  environment?: Readonly<Record<string, string>>;
  /** A Worker: [vars] over the healthy ones without secrets, which are nowhere, and what follows in the file. */
  vars?: Readonly<Record<string, string | number | undefined>>;
  rest?: string;
  main?: string;
  args?: readonly string[];
  faults?: readonly FaultInput[];
};

let folder: string;
/** Of an authority that nobody knows. */
let hiddenOrigin: string;
/** Answers with the issuer's description, whatever is asked for. */
let issuerOrigin: string;
/** Nobody listens there any more. */
let closedOrigin: string;
const certificate = selfSigned();
const secured = createServer(certificate, (_request, response) => response.end('{"keys":[]}'));
const issuer = createPlainServer((_request, response) => response.end('{"issuer":"https://login.example/"}'));
const portOf = (address: unknown) =>
  typeof address === "object" && address !== null && "port" in address ? address.port : 0;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "doctor-mistakes-"));
  for (const server of [secured, issuer]) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  hiddenOrigin = `https://127.0.0.1:${String(portOf(secured.address()))}`;
  const closing = createPlainServer();
  await new Promise<void>((resolve) => closing.listen(0, "127.0.0.1", resolve));
  closedOrigin = `http://127.0.0.1:${String(portOf(closing.address()))}`;
  await new Promise<void>((resolve) => closing.close(() => resolve()));
  issuerOrigin = `http://127.0.0.1:${String(portOf(issuer.address()))}`;
});
afterAll(async () => {
  secured.close();
  issuer.close();
  await rm(folder, { recursive: true });
});

/** A file of settings as an operator writes it: in quotes where there is something to quote. */
const envLines = (settings: Readonly<Record<string, string | undefined>>) =>
  Object.entries(settings).flatMap(([name, value]) =>
    value === undefined ? [] : [/[^\w:/.,=*-]/.test(value) ? `${name}='${value}'` : `${name}=${value}`],
  );

async function filesOf({ set = {}, envText, vars, rest = "", main = "src/worker.ts" }: Mistake): Promise<string[]> {
  if (vars) {
    const entries = Object.entries({ ...open, ...vars }).filter(([, value]) => value !== undefined);
    const lines = entries.map(([name, value]) => `${name} = ${typeof value === "number" ? value : `'${value}'`}`);
    const file = path.join(folder, "wrangler.toml");
    await writeFile(file, [`main = "${main}"`, "[vars]", ...lines, rest].join("\n"));
    return ["--wrangler", file];
  }
  const file = path.join(folder, ".env");
  await writeFile(file, envText ?? envLines({ ...open, ...secrets, HOST: "127.0.0.1", ...set }).join("\n"));
  return ["--env-file", file];
}

type Run = { code: number; output: string; lines: readonly string[] };

async function run(mistake: Mistake): Promise<Run> {
  const { args = [], environment = {}, faults = [] } = mistake;
  simulator.setFaults(faults);
  const texts: string[] = [];
  const code = await runDoctor([...args, ...(await filesOf(mistake))], {
    environment,
    fetch: (url, init) =>
      url.startsWith("https://api.cloudflare.com/") ? simulator.fetch(new Request(url, init)) : fetch(url, init),
    print: (text) => texts.push(text),
    complain: (text) => texts.push(text),
  });
  const output = texts.join("\n");
  expect(hasCanary(output), "a secret is printed").toBe(false);
  return { code, output, lines: output.replaceAll(/\n {6}(?=\S)/g, " ").split("\n") };
}

const limits = (limit: number) =>
  `[[ratelimits]]\nname = "CLIENT_LIMIT"\nnamespace_id = "1"\nsimple = { limit = ${limit}, period = 60 }`;
const rsaKey = generateKeyPairSync("rsa", { modulusLength: 2048 });
const twoMeetings = '{"sub":"ann","meetings":["room-a","room-b"]}';
const ownMeetings = policies({ ...policy, name: "own", meetings: { fromClaim: "meetings" } });

/** What went wrong, how it came about, the line, and the exit code. */
const mistakes: readonly (readonly [string, () => Mistake, RegExp, number])[] = [
  // Names
  [
    "nothing is set",
    () => ({ envText: "" }),
    /^note {2}settings: none is set .* → .*--env-file \.env; .*--wrangler/,
    78,
  ],
  [
    "[vars] has ALLOWED_ORIGIN",
    () => ({ vars: { ALLOWED_ORIGIN: "https://a.example" } }),
    /^warn {2}ALLOWED_ORIGIN \(wrangler\.toml:\d+\): is no setting .* → write ALLOWED_ORIGINS/,
    0,
  ],
  [
    "the same with --strict",
    () => ({ vars: { ALLOWED_ORIGIN: "x" }, args: ["--strict"] }),
    /^warn {2}ALLOWED_ORIGIN /,
    1,
  ],
  [
    "the file has ALLOWED_ORIGIN",
    () => ({ set: { ALLOWED_ORIGIN: "x" } }),
    /^warn {2}ALLOWED_ORIGIN \(\.env:\d+\): .*write ALLOWED_ORIGINS/,
    0,
  ],
  [
    "the token has Cloudflare's own name",
    () => ({ set: { CLOUDFLARE_API_TOKEN: undefined, CF_API_TOKEN: "t".repeat(40) } }),
    /^warn {2}CF_API_TOKEN .*write CLOUDFLARE_API_TOKEN/,
    78,
  ],
  [
    "a name is in small letters",
    () => ({ set: { AUTH_MODE: undefined, auth_mode: "jwt" } }),
    /^warn {2}auth_mode .*write AUTH_MODE/,
    78,
  ],
  [
    "a name is of an earlier version",
    () => ({ set: { CLIENT_MISSES_PER_MINUTE: "60" } }),
    /^warn {2}CLIENT_MISSES_PER_MINUTE .*write CLIENT_BUDGET_PERCENT/,
    0,
  ],
  [
    "the environment has a name that is nearly one",
    () => ({ environment: { ALLOWED_ORIGIN: "x" }, args: ["--strict"] }),
    /^note {2}ALLOWED_ORIGIN \(environment\): .*write ALLOWED_ORIGINS/,
    0,
  ],
  // A Worker
  [
    "the token was put as a secret",
    () => ({ vars: { JWT_PUBLIC_KEY: "" } }),
    /^note {2}CLOUDFLARE_API_TOKEN: is not visible here.*npx wrangler secret put CLOUDFLARE_API_TOKEN/,
    0,
  ],
  ["JWT_SECRET was put as a secret", () => ({ vars: {} }), /^note {2}JWT_SECRET: is not visible here.*\.dev\.vars/, 0],
  [
    "API_KEYS was put as a secret",
    () => ({ vars: { AUTH_MODE: "key", JWT_ISSUER: undefined, JWT_AUDIENCE: undefined } }),
    /^note {2}API_KEYS: is not visible here/,
    0,
  ],
  [
    "REDIS_URL was put as a secret",
    () => ({ vars: {}, main: "src/worker-redis.ts" }),
    /^note {2}REDIS_URL: is not visible here/,
    0,
  ],
  [
    "the token stands in [vars]",
    () => ({ vars: { CLOUDFLARE_API_TOKEN: "t".repeat(40) } }),
    /^FAIL {2}CLOUDFLARE_API_TOKEN \(wrangler\.toml:\d+\): is a secret and stands in \[vars\].*wrangler secret put/,
    1,
  ],
  [
    "POLICIES is a table",
    () => ({ vars: { POLICIES: undefined }, rest: "[vars.POLICIES]\npolicies = []" }),
    /^FAIL {2}POLICIES \(wrangler\.toml\): is a list or a table.* → write a text: POLICIES = /,
    1,
  ],
  [
    "a text has no quotes",
    () => ({ vars: {}, rest: "JWT_ISSUER = planted" }),
    /^--wrangler: line \d+ can't be read \(quote texts: NAME = "value"/,
    78,
  ],
  [
    "a client may ask more than [[ratelimits]] lets pass",
    () => ({ vars: { CLIENT_REQUESTS_PER_MINUTE: 1200 }, rest: limits(600) }),
    /^warn {2}CLIENT_REQUESTS_PER_MINUTE \(wrangler\.toml:\d+\): is 1200, .* at 600 a minute → write there: simple = \{ limit = 1200, period = 60 \}/,
    0,
  ],
  [
    "there are no [[ratelimits]]",
    () => ({ vars: {} }),
    /^note {2}CLIENT_REQUESTS_PER_MINUTE: is counted by each isolate.* → copy that table/,
    0,
  ],
  [
    "the settings are in an environment",
    () => ({ vars: {}, rest: '[env.staging.vars]\nAUTH_MODE = "key"' }),
    /^note {2}environments \(wrangler\.toml\): .*not those of staging/,
    0,
  ],
  // Values
  [
    "the budget is 5000",
    () => ({ set: { UPSTREAM_BUDGET_REQUESTS: "5000" } }),
    /^FAIL {2}UPSTREAM_BUDGET_REQUESTS \(\.env:\d+\): is not from 1 to 1200 → the account's limit is 1200 in 300 s; 1080 leaves/,
    78,
  ],
  [
    "the budget has a comma",
    () => ({ set: { UPSTREAM_BUDGET_REQUESTS: "1,080" } }),
    /^FAIL {2}UPSTREAM_BUDGET_REQUESTS .* → write digits only: 1 to 1200/,
    78,
  ],
  [
    "the budget is the account's in a shorter window",
    () => ({ set: { UPSTREAM_BUDGET_REQUESTS: "1200", UPSTREAM_BUDGET_WINDOW_SECONDS: "60" } }),
    /^warn {2}UPSTREAM_BUDGET_REQUESTS .*above the account's.* → set it to 240 at most/,
    0,
  ],
  [
    "API_KEYS is foo",
    () => ({ set: { AUTH_MODE: "key", API_KEYS: "foo" } }),
    /^FAIL {2}API_KEYS \(\.env:\d+\): entry 1 is not id=sha256 → make one with: npm run doctor -- key my-server/,
    78,
  ],
  [
    "API_KEYS has a key in place of its hash",
    () => ({ set: { AUTH_MODE: "key", API_KEYS: `server=rtkb_server_${"a".repeat(43)}` } }),
    /^FAIL {2}API_KEYS .*is a key and not its hash → write the entry/,
    78,
  ],
  [
    "API_KEYS has half a hash",
    () => ({ set: { AUTH_MODE: "key", API_KEYS: "server=abcdef" } }),
    /^FAIL {2}API_KEYS .*is not the SHA-256.* → make one with/,
    78,
  ],
  [
    "the account is a name",
    () => ({ set: { CLOUDFLARE_ACCOUNT_ID: "my-company" } }),
    /^FAIL {2}CLOUDFLARE_ACCOUNT_ID .* → copy the account ID/,
    78,
  ],
  [
    "an app has no alias",
    () => ({ set: { REALTIMEKIT_APPS: support.id } }),
    /^FAIL {2}REALTIMEKIT_APPS .*entry 1 is not a pair → write alias=app_id/,
    78,
  ],
  [
    "an alias has a capital letter",
    () => ({ set: { REALTIMEKIT_APPS: `Support=${support.id}` } }),
    /^FAIL {2}REALTIMEKIT_APPS .*unusable alias → 1 to 32 of a-z/,
    78,
  ],
  [
    "the token is its name",
    () => ({ set: { CLOUDFLARE_API_TOKEN: "my-token" } }),
    /^FAIL {2}CLOUDFLARE_API_TOKEN .*shorter than 30 characters → set the API token itself/,
    78,
  ],
  [
    "the mode is in capitals",
    () => ({ set: { AUTH_MODE: "JWT" } }),
    /^FAIL {2}AUTH_MODE .* → use one of public, jwt, access, key/,
    78,
  ],
  [
    "no key verifies the tokens",
    () => ({ set: { JWT_SECRET: undefined } }),
    /^FAIL {2}JWT_SECRET: one of JWT_SECRET, JWT_PUBLIC_KEY and JWT_JWKS_URL is required/,
    78,
  ],
  [
    "two keys verify the tokens",
    () => ({ set: { JWT_JWKS_URL: "https://login.example/keys" } }),
    /^FAIL {2}JWT_\w+ .*is one too many → set exactly one/,
    78,
  ],
  [
    "the shared secret is short",
    () => ({ set: { JWT_SECRET: "secret" } }),
    /^FAIL {2}JWT_SECRET .* → make one with: openssl rand -base64 32/,
    78,
  ],
  [
    "the private key is where the public one belongs",
    () => ({
      set: {
        JWT_SECRET: undefined,
        JWT_PUBLIC_KEY: rsaKey.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      },
    }),
    /^FAIL {2}JWT_PUBLIC_KEY .*private.* → /,
    78,
  ],
  [
    "the keys are fetched without https",
    () => ({ set: { JWT_SECRET: undefined, JWT_JWKS_URL: "http://login.example/keys" } }),
    /^FAIL {2}JWT_JWKS_URL .*is not https/,
    78,
  ],
  [
    "an origin ends in a slash",
    () => ({ set: { ALLOWED_ORIGINS: "https://app.example/" } }),
    /^FAIL {2}ALLOWED_ORIGINS .*ends in a slash → drop the trailing slash/,
    78,
  ],
  [
    "every origin is allowed",
    () => ({ set: { ALLOWED_ORIGINS: "*" } }),
    /^FAIL {2}ALLOWED_ORIGINS .*wildcard → list every origin/,
    78,
  ],
  [
    "public has no policies",
    () => ({ set: { AUTH_MODE: "public", POLICIES: undefined } }),
    /^FAIL {2}POLICIES: is required with AUTH_MODE public → list the apps/,
    78,
  ],
  ["POLICIES is blank", () => ({ set: { POLICIES: " " } }), /^FAIL {2}POLICIES \(\.env:\d+\): .*(?:blank|empty)/, 78],
  ["POLICIES is half a document", () => ({ set: { POLICIES: '{"policies": [' } }), /^FAIL {2}POLICIES .*JSON/, 78],
  [
    "the file of policies is not there",
    () => ({ set: { POLICIES: undefined, POLICIES_FILE: "/no/such/file" } }),
    /^FAIL {2}POLICIES_FILE .*can't be read.* → check the path/,
    78,
  ],
  [
    "a policy can never decide",
    () => ({ set: { POLICIES: policies(policy, { ...policy, name: "two" }) } }),
    /^warn {2}POLICIES .*policies\[1\]: never decides.* → move it up or remove it/,
    0,
  ],
  [
    "Redis has no address",
    () => ({ set: { CACHE_STORE: "redis" } }),
    /^FAIL {2}REDIS_URL: is required with CACHE_STORE redis → write redis:/,
    78,
  ],
  [
    "KV is asked for on Node",
    () => ({ set: { CACHE_STORE: "kv" } }),
    /^FAIL {2}CACHE_STORE .*only Workers have → use redis or memory/,
    78,
  ],
  [
    "the password of Redis is not encoded",
    () => ({ set: { REDIS_URL: "redis://:pass/word@127.0.0.1:6379" } }),
    /^FAIL {2}REDIS_URL .* → /,
    78,
  ],
  [
    "nobody listens at Redis",
    () => ({ set: { REDIS_URL: "redis://127.0.0.1:1" } }),
    /^FAIL {2}Redis: .*nobody listens there → check host and port in REDIS_URL/,
    1,
  ],
  [
    "the soft deadline is above the hard one",
    () => ({ set: { SOFT_DEADLINE_MS: "20000" } }),
    /^FAIL {2}SOFT_DEADLINE_MS .* → lower it, or raise the other/,
    78,
  ],
  [
    "a level is unknown",
    () => ({ set: { LOG_LEVEL: "verbose" } }),
    /^FAIL {2}LOG_LEVEL .* → use one of debug, info, warn, error/,
    78,
  ],
  [
    "a value is cut at a #",
    () => ({
      environment: {},
      envText: [...envLines({ ...open, ...secrets, JWT_SECRET: undefined }), `JWT_SECRET=${"s".repeat(40)}#rest`].join(
        "\n",
      ),
    }),
    /^warn {2}JWT_SECRET \(\.env:\d+\): has a # and no quotes/,
    0,
  ],
  [
    "settings are of another mode",
    () => ({ set: { ACCESS_TEAM: "team" } }),
    /^warn {2}ACCESS_TEAM .*does nothing, because AUTH_MODE is jwt → remove it, or set AUTH_MODE=access/,
    0,
  ],
  // Around
  [
    "the token is another",
    () => ({ set: { CLOUDFLARE_API_TOKEN: "t".repeat(40) } }),
    /^FAIL {2}token: .* → set CLOUDFLARE_API_TOKEN to a token of CLOUDFLARE_ACCOUNT_ID/,
    1,
  ],
  [
    "the token is disabled",
    () => ({ faults: [{ kind: "token", status: "disabled" }] }),
    /^FAIL {2}token: is disabled → make a new one and set CLOUDFLARE_API_TOKEN/,
    1,
  ],
  [
    "the account is another",
    () => ({ set: { CLOUDFLARE_ACCOUNT_ID: "f".repeat(32) } }),
    /^FAIL {2}app support: the token may not read it → check that CLOUDFLARE_ACCOUNT_ID is the token's account/,
    1,
  ],
  [
    "the app is another",
    () => ({ set: { REALTIMEKIT_APPS: "support=no-such-app" } }),
    /^FAIL {2}app support: .*no such app.* → check its id in REALTIMEKIT_APPS, and that CLOUDFLARE_ACCOUNT_ID/,
    1,
  ],
  [
    "pages are counted from another number",
    () => ({ set: { UPSTREAM_FIRST_PAGE: "0" } }),
    /^FAIL {2}UPSTREAM_FIRST_PAGE \(\.env:\d+\): .* → set UPSTREAM_FIRST_PAGE=1/,
    1,
  ],
  [
    "something else spends the limit",
    () => ({ faults: [{ kind: "error", shape: "v4", status: 429, code: 971, retryAfter: "60" }] }),
    /^FAIL {2}token: .*limit is spent for 60 s → wait, and find out who/,
    1,
  ],
  [
    "the certificate is of an authority that nobody knows",
    () => ({ set: { JWT_SECRET: undefined, JWT_JWKS_URL: `${hiddenOrigin}/keys` } }),
    /^FAIL {2}identity: .*authority that is not known here → set NODE_EXTRA_CA_CERTS=/,
    1,
  ],
  [
    "the same for a Worker",
    () => ({ vars: { JWT_JWKS_URL: `${hiddenOrigin}/keys` } }),
    /^FAIL {2}identity: .* → use a certificate of a public authority, because a Worker takes no other/,
    1,
  ],
  [
    "nobody listens at the login",
    () => ({ set: { JWT_SECRET: undefined, JWT_JWKS_URL: `${closedOrigin}/keys` } }),
    /^FAIL {2}identity: .*nobody listens there → check host and port in JWT_JWKS_URL/,
    1,
  ],
  [
    "the address is the issuer's description",
    () => ({ set: { JWT_SECRET: undefined, JWT_JWKS_URL: `${issuerOrigin}/.well-known/openid-configuration` } }),
    /^FAIL {2}identity: .*no list of keys → set the address of the keys, not of the issuer's description/,
    1,
  ],
  // The command
  [
    "explain, and two meetings are theirs",
    () => ({ set: { POLICIES: ownMeetings }, args: ["explain", "--claims", twoMeetings, "--query", "status=LIVE"] }),
    /^ {2}add one of them, for example: --query 'status=LIVE&associated_id=room-a'/,
    3,
  ],
  [
    "explain, and the app is not there",
    () => ({ args: ["explain", "--claims", "{}", "--app", "suport"] }),
    /REALTIMEKIT_APPS has no such app; it has support/,
    3,
  ],
  ["explain without claims", () => ({ args: ["explain"] }), /^--claims: is required with AUTH_MODE jwt \(write /, 2],
  [
    "explain, and the claims are no JSON",
    () => ({ args: ["explain", "--claims", "{roles:[]}"] }),
    /^--claims: is not a JSON object \(write it in single quotes\)/,
    2,
  ],
  [
    "an option stands before --",
    () => ({ environment: { npm_config_strict: "true" } }),
    /^--strict: npm took it for its own \(write npm run doctor -- --strict/,
    2,
  ],
  ["an option is misspelled", () => ({ args: ["--ofline"] }), /^there is no such option; --offline may be meant/, 2],
  ["a command is misspelled", () => ({ args: ["explian"] }), /^there is no such command; .* explain may be meant/, 2],
  ["a value is missing", () => ({ args: ["--platform"] }), /^--platform: needs a value/, 2],
  [
    "a file is not there",
    () => ({ args: ["--wrangler", "/no/such/wrangler.toml"] }),
    /^--wrangler: there is no such file \(write its path/,
    2,
  ],
];

describe("what an operator is told where", () => {
  it.each(mistakes)("%s", async (_title, mistake, line, code) => {
    const { lines, output, code: ended } = await run(mistake());
    expect(
      lines.filter((one) => line.test(one)),
      output,
    ).toHaveLength(1);
    expect(ended).toBe(code);
    for (const row of output.split("\n")) if (row.trim().includes(" ")) expect(row.length, row).toBeLessThanOrEqual(80);
    // What is wrong has a fix, whatever it is.
    for (const one of lines) if (/^(?:FAIL|warn)/.test(one)) expect(one).toContain(" → ");
  });

  it("nothing is wrong", async () => {
    const { code, output } = await run({ args: ["--strict"] });
    expect([code, output]).toEqual([0, expect.stringContaining("0 warnings, 0 failed; 15 upstream calls spent")]);
  });
});
