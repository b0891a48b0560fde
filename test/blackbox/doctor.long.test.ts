// `npm run doctor` as an operator runs it: a process of its own, with exactly the settings given, in front of a simulator on a socket,
// a server of keys, and a real Redis. Every check is seen to pass and to fail; nothing printed has a secret or a session in it.
import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import os from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { FaultInput } from "../../simulator/faults.ts";
import { serveSimulator, type SimulatorServer } from "../../simulator/server.ts";
import { createSimulator, type Simulator, SIMULATOR_ACCOUNT_ID } from "../../simulator/simulator.ts";
import { bareEnvironment } from "../support/bare-environment.ts";
import { canaryToken, hasCanary } from "../support/canary.ts";
import { selfSigned } from "../support/certificate.ts";
import { type RedisServer, startRedis } from "../support/redis-server.ts";

const root = path.join(import.meta.dirname, "..", "..");
const apps = createSimulator().apps;
const [support] = apps;
if (!support) throw new Error("the simulator has no app");

/** What the upstream's Date is put ahead by. */
let dateOffsetMs: number | undefined;
/** How much time passes upstream before each call. */
let pausesMs = 0;
let simulator: Simulator;
let upstream: SimulatorServer;
let folder: string;

beforeAll(async () => {
  simulator = createSimulator({ token: canaryToken });
  const { decide } = simulator;
  const dated: Simulator = {
    ...simulator,
    async decide(request, target) {
      simulator.advance(pausesMs);
      const outcome = await decide(request, target);
      if (outcome.fate !== "answered" || dateOffsetMs === undefined) return outcome;
      const date = new Date(Date.now() + dateOffsetMs).toUTCString();
      const { answer } = outcome;
      return { ...outcome, answer: { ...answer, headers: [...answer.headers, ["date", date] as const] } };
    },
  };
  upstream = await serveSimulator(dated, { port: 0 });
  folder = await mkdtemp(path.join(os.tmpdir(), "doctor-test-"));
});
afterAll(async () => {
  await upstream.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  dateOffsetMs = undefined;
  pausesMs = 0;
  simulator.reset();
});

const calls = () => simulator.state().calls.total;
const faults = (...list: FaultInput[]) => simulator.setFaults(list);

type Settings = Readonly<Record<string, string | undefined>>;

/** One app, behind `jwt`: what a healthy deployment may look like. The canary is every secret of it. */
const healthy = (): Settings => ({
  CLOUDFLARE_API_TOKEN: canaryToken,
  CLOUDFLARE_ACCOUNT_ID: SIMULATOR_ACCOUNT_ID,
  REALTIMEKIT_APPS: `support=${support.id}`,
  AUTH_MODE: "jwt",
  JWT_ISSUER: "https://login.example/",
  JWT_AUDIENCE: "sessions",
  JWT_SECRET: canaryToken,
  ALLOWED_ORIGINS: "https://app.example",
  UPSTREAM_BASE_URL: `${upstream.url}/client/v4`,
  HOST: "127.0.0.1",
});

/** `lines`: each finding as one, however it is broken for the screen. */
type Run = { code: number; output: string; lines: readonly string[] };

/** Runs the command to its end, as package.json has it, and looks at everything it wrote for secrets. */
async function doctor(args: readonly string[], settings: Settings = {}): Promise<Run> {
  const env: NodeJS.ProcessEnv = { ...bareEnvironment };
  for (const [name, value] of Object.entries(settings)) if (value !== undefined) env[name] = value;
  const run = await new Promise<Run>((resolve) => {
    execFile(process.execPath, ["--", "scripts/doctor.ts", ...args], { cwd: root, env }, (error, stdout, stderr) => {
      const output = (stdout + stderr).replaceAll(/\n {6}(?=\S)/g, " ");
      resolve({ code: typeof error?.code === "number" ? error.code : 0, output, lines: output.split("\n") });
    });
  });
  expect(hasCanary(run.output), "a secret is printed").toBe(false);
  return run;
}

const check = (settings: Settings = {}, ...args: string[]) => doctor(args, { ...healthy(), ...settings });

/** The levels that a check was told at, in order. */
const levels = ({ lines }: Run, name: string) =>
  lines.flatMap((line) => {
    const [, level = "", told = ""] = /^(\w+) +(.*?)(?: \(\S+\))?: /.exec(line) ?? [];
    return told === name ? [level] : [];
  });
const lineWith = ({ lines }: Run, text: string) => lines.find((line) => line.includes(text)) ?? "";

describe("the token", () => {
  it("is well where the upstream takes it as a user's, and what it may do is said not to be known", async () => {
    const run = await check();
    expect(levels(run, "token")).toEqual(["ok", "note"]);
    expect(run.output).toContain("can write to every app of the account");
    expect(run.code).toBe(0);
  });

  it("is well where it is the account's, which takes a second call", async () => {
    faults({ kind: "token", owner: "account" });
    const run = await check();
    expect(lineWith(run, "account kind")).toMatch(/^ok/);
    expect(run.output).toContain("16 upstream calls spent");
  });

  it("fails where it is wrong, and then no app is asked", async () => {
    const run = await check({ CLOUDFLARE_API_TOKEN: "wrong-token-0000000000000000000000000000" });
    expect(levels(run, "token")).toEqual(["FAIL"]);
    expect(levels(run, "apps")).toEqual(["note"]);
    expect([run.code, calls()]).toEqual([1, 2]);
  });

  it("fails where it is disabled, and warns where it ends soon, which only --strict minds", async () => {
    faults({ kind: "token", status: "disabled" });
    const run = await check();
    expect(lineWith(run, "token: is disabled")).toMatch(/^FAIL/);
    expect(run.code).toBe(1);
    faults({ kind: "token", endsInSeconds: 5 * 86_400 + 600 });
    const [soon, strict] = await Promise.all([check(), check({}, "--strict")]);
    expect(lineWith(soon, "expires in 5 days")).toMatch(/^warn/);
    expect([soon.code, strict.code]).toEqual([0, 1]);
  });

  it("fails where nobody answers, in time or at all, and where the limit is spent", async () => {
    faults({ kind: "hang" });
    const late = await check({ UPSTREAM_DEADLINE_MS: "300", SOFT_DEADLINE_MS: "100" });
    expect(lineWith(late, "no answer within 300 ms")).toMatch(/^FAIL/);
    faults({ kind: "error", shape: "v4", status: 429, code: 971, retryAfter: "120" });
    expect(lineWith(await check(), "the account's limit is spent for 120 s")).toMatch(/^FAIL/);
    const down = await check({ UPSTREAM_BASE_URL: "http://127.0.0.1:1/client/v4" });
    expect(lineWith(down, "no connection")).toMatch(/^FAIL/);
    for (const run of [late, down]) {
      expect(levels(run, "app support")).toEqual([]);
      expect(run.code).toBe(1);
    }
  });
});

type Named = { id: string; associated_id: string; meeting_display_name: string };

describe("the apps", () => {
  it("are told one by one with the number of their sessions, and with nothing of a session", async () => {
    const listed = apps.map(({ alias, id }) => `${alias}=${id}`).join(",");
    const run = await check({ REALTIMEKIT_APPS: listed });
    for (const { alias, sessions } of simulator.state().apps) {
      expect(lineWith(run, `app ${alias}: answers; ${sessions} sessions`)).toMatch(/^ok/);
    }
    for (const { id } of apps) {
      const address = `${upstream.url}/client/v4/accounts/${SIMULATOR_ACCOUNT_ID}/realtime/kit/${id}/sessions?per_page=3`;
      const answer = await fetch(address, { headers: { authorization: `Bearer ${canaryToken}` } });
      const { data } = await answer.json<{ data: { sessions: Named[] } }>();
      for (const session of data.sessions) {
        expect(run.output).not.toContain(session.id);
        expect(run.output).not.toContain(session.associated_id);
        if (session.meeting_display_name.length > 4) expect(run.output).not.toContain(session.meeting_display_name);
      }
    }
  });

  it("fail alone where one does not exist, and spend no more than three calls each and three", async () => {
    const run = await check({ REALTIMEKIT_APPS: `gone=no-such-app, support=${support.id}` }, "--no-resources");
    expect(lineWith(run, "app gone: the upstream knows no such app")).toMatch(/^FAIL/);
    expect(levels(run, "app support")).toEqual(["ok"]);
    expect(levels(run, "UPSTREAM_FIRST_PAGE")).toEqual(["ok"]);
    expect(run.code).toBe(1);
    expect(calls()).toBeLessThanOrEqual(9);
    expect(run.output).toContain(`${calls()} upstream calls spent`);
  });

  it("are asked for each resource once, unless that is left out", async () => {
    const [asked, left] = [await check(), await check({}, "--no-resources")];
    expect(lineWith(asked, "resources support: the token reads")).toMatch(/^ok/);
    expect(levels(left, "resources support")).toEqual([]);
    expect([asked, left].map(({ output }) => /\d+(?= upstream calls spent)/.exec(output)?.[0])).toEqual(["15", "4"]);
  });

  it("fail where they answer with an error, which is not repeated", async () => {
    faults({ kind: "echo", status: 403, match: "/sessions" });
    const run = await check();
    expect(lineWith(run, "app support: the token may not read it")).toMatch(/^FAIL/);
    expect(run.code).toBe(1);
  });
});

describe("where pages are counted from", () => {
  const name = "UPSTREAM_FIRST_PAGE";

  it("fails exactly where the setting says otherwise, and says what to set", async () => {
    const both = () => Promise.all([check({ [name]: "1" }), check({ [name]: "0" })]);
    const [right, wrong] = await both();
    expect(levels(right, name)).toEqual(["ok"]);
    expect(lineWith(wrong, `set ${name}=1`)).toMatch(/^FAIL/);
    faults({ kind: "pages-from-zero" });
    const [alsoWrong, alsoRight] = await both();
    expect(lineWith(alsoWrong, `set ${name}=0`)).toMatch(/^FAIL/);
    expect(levels(alsoRight, name)).toEqual(["ok"]);
    expect([right, wrong, alsoWrong, alsoRight].map(({ code }) => code)).toEqual([0, 1, 1, 0]);
  });

  it("can't be told while sessions start between the questions, which only --strict minds", async () => {
    pausesMs = 2 * 3_600_000;
    const run = await check();
    expect(lineWith(run, "sessions were starting just now")).toMatch(/^warn {2}UPSTREAM_FIRST_PAGE: can't tell/);
    expect(run.code).toBe(0);
    expect((await check({}, "--strict")).code).toBe(1);
  });
});

describe("a probe of the upstream", () => {
  it("tells what was seen until the limit is spent, and ends with 1", async () => {
    faults({ kind: "error", shape: "v4", status: 429, retryAfter: "60", match: "per_page=0" });
    const run = await check({}, "--probe");
    expect(lineWith(run, "stopped: ")).toBe("stopped: the account's limit is spent (status 429, to wait: 60 s)");
    expect(lineWith(run, "list without parameters: ")).toContain("25 rows");
    expect([run.code, calls()]).toEqual([1, 3]);
  });
});

describe("the clock", () => {
  it("is warned of where it differs from the upstream's", async () => {
    dateOffsetMs = -40_000;
    const run = await check();
    expect(lineWith(run, "clock: this machine's is 40 s ahead")).toMatch(/^warn/);
    expect(run.code).toBe(0);
  });
});

describe("identity", () => {
  it("fails where published keys can't be had, and is well where there are some of use", async () => {
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const keys = JSON.stringify({ keys: [publicKey.export({ format: "jwk" }), { kty: "oct", k: "AAAA" }] });
    const server = createServer((request, response) => response.end(request.url === "/keys" ? keys : "<html>"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    const address = server.address();
    const origin = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
    try {
      const [good, bad] = await Promise.all(
        ["/keys", "/"].map((place) => check({ JWT_SECRET: undefined, JWT_JWKS_URL: origin + place })),
      );
      expect([good?.code, bad?.code]).toEqual([0, 1]);
      expect(good?.output).toContain("ok    identity: 1 key of use published at JWT_JWKS_URL");
      expect(bad?.output).toContain("FAIL  identity: the keys at JWT_JWKS_URL can't be had: the answer is not JSON");
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe("Redis", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis([], { password: canaryToken });
  });
  afterAll(() => redis.stop());
  afterEach(async () => void (await redis.cli("config", "set", "maxmemory-policy", "noeviction")));

  it("is not asked where there is none", async () => {
    expect(levels(await check(), "Redis")).toEqual([]);
  });

  it("is well where it connects, takes everything the service sends, passes messages on and is new enough", async () => {
    const run = await check({ REDIS_URL: redis.url });
    expect(levels(run, "Redis")).toEqual(["ok", "ok", "ok"]);
    expect(lineWith(run, "Redis: is version")).toMatch(/version \d+\.\d+/);
    expect(run.code).toBe(0);
    const [first = ""] = (await redis.cli("keys", "*")).split("\n");
    expect(first === "" || first.startsWith(`rtk-bff:${SIMULATOR_ACCOUNT_ID}:doctor:`)).toBe(true);
  });

  it("fails where nobody listens, the login is wrong, or it is a replica", async () => {
    const absent = await check({ REDIS_URL: `redis://:${canaryToken}@127.0.0.1:1` });
    expect(lineWith(absent, "no connection (econnrefused)")).toMatch(/^FAIL {2}Redis/);
    expect(absent.code).toBe(1);
    const wrong = await check({ REDIS_URL: `redis://:wrong@127.0.0.1:${redis.port}` });
    expect(lineWith(wrong, "does not take the login")).toMatch(/^FAIL {2}Redis/);
    const replica = await startRedis(["--replicaof", "127.0.0.1", String(redis.port), "--masterauth", canaryToken]);
    try {
      expect(lineWith(await check({ REDIS_URL: replica.url }), "is a replica")).toMatch(/^FAIL {2}Redis/);
    } finally {
      await replica.stop();
    }
  });

  it("fails by name for commands and messages that the login may not send, and does without what it may not read", async () => {
    const login = ["acl", "setuser", "narrow", "reset", "on", `>${canaryToken}`, "~rtk-bff:*", "+@all"];
    await redis.cli(...login, "-zcount", "-getrange", "-info", "&rtk-bff:*");
    const REDIS_URL = `redis://narrow:${canaryToken}@127.0.0.1:${redis.port}`;
    const narrow = await check({ REDIS_URL });
    expect(lineWith(narrow, "may not run GETRANGE, ZCOUNT")).toMatch(/^FAIL {2}Redis/);
    expect(lineWith(narrow, "does not say which version")).toMatch(/^note/);
    await redis.cli(...login, "resetchannels");
    const silent = await check({ REDIS_URL });
    expect(lineWith(silent, "passes no messages on")).toMatch(/^FAIL {2}Redis/);
    await redis.cli(...login, "-eval", "-evalsha");
    expect(lineWith(await check({ REDIS_URL }), "may not write or run scripts")).toMatch(/^FAIL {2}Redis/);
  });

  it("is warned of where it may evict the budget's window, which a Worker does not keep there", async () => {
    await redis.cli("config", "set", "maxmemory-policy", "allkeys-lru");
    expect(levels(await check({ REDIS_URL: redis.url }), "Redis")).not.toContain("warn");
    await redis.cli("config", "set", "maxmemory", "100mb");
    const run = await check({ REDIS_URL: redis.url });
    expect(lineWith(run, "evicts by allkeys-lru")).toMatch(/^warn {2}Redis/);
    expect(run.code).toBe(0);
    const worker = await check({ REDIS_URL: redis.url }, "--platform", "worker-redis");
    expect(levels(worker, "Redis")).toEqual(["ok", "ok"]);
    await redis.cli("config", "set", "maxmemory-policy", "volatile-lru");
    expect(levels(await check({ REDIS_URL: redis.url }), "Redis")).not.toContain("warn");
  });
});

describe("the configuration", () => {
  it("that can't be used ends with 78, every problem, and no call", async () => {
    const run = await check({ AUTH_MODE: "none", JWT_SECRET: "short", UPSTREAM_BUDGET_REQUESTS: canaryToken });
    for (const name of ["AUTH_MODE", "JWT_SECRET", "UPSTREAM_BUDGET_REQUESTS"]) {
      expect(levels(run, name), name).toEqual(["FAIL"]);
    }
    expect([run.code, calls()]).toEqual([78, 0]);
  });

  it("is looked at without a call with --offline; warnings count with --strict, notes never", async () => {
    const [plain, strict, noted] = await Promise.all([
      check({ EXPOSE_META: "true" }, "--offline"),
      check({ EXPOSE_META: "true" }, "--offline", "--strict"),
      check({ HOST: "0.0.0.0" }, "--offline", "--strict"),
    ]);
    expect(levels(plain, "EXPOSE_META")).toEqual(["warn"]);
    expect(levels(noted, "TRUSTED_PROXIES")).toEqual(["note"]);
    expect([plain.code, strict.code, noted.code]).toEqual([0, 1, 0]);
    expect(plain.output).toContain("0 upstream calls spent");
    expect(calls()).toBe(0);
  });

  it("is told as one JSON document as well", async () => {
    faults({ kind: "pages-from-zero" });
    const run = await check({}, "--json");
    const document: unknown = JSON.parse(run.output);
    expect(document).toMatchObject({ exit_code: 1, upstream_calls: 15 });
    expect(document).toHaveProperty("findings", expect.arrayContaining([expect.objectContaining({ level: "fail" })]));
    expect(run.code).toBe(1);
    expect(JSON.parse((await check({ AUTH_MODE: "none" }, "--json")).output)).toMatchObject({ exit_code: 78 });
  });
});

describe("where settings come from", () => {
  it("the environment goes before --env-file, and that before --wrangler", async () => {
    const env = path.join(folder, "settings.env");
    const toml = path.join(folder, "wrangler.toml");
    const { CLOUDFLARE_API_TOKEN, JWT_SECRET, ...rest } = healthy();
    await writeFile(
      env,
      `CLOUDFLARE_API_TOKEN=${CLOUDFLARE_API_TOKEN}\nJWT_SECRET="${JWT_SECRET}"\nAUTH_MODE=jwt\nEXPOSE_META=yes\n`,
    );
    const vars = Object.entries({ ...rest, AUTH_MODE: "none" }).map(([name, value]) => `${name} = "${value}"`);
    await writeFile(toml, ["main = 'src/worker.ts'", "[vars]", ...vars].join("\n"));
    const sources = ["--offline", "--env-file", env, "--wrangler", toml];
    expect((await doctor(sources)).code).toBe(78);
    const run = await doctor(sources, { EXPOSE_META: "false" });
    expect(run.code).toBe(0);
    expect(lineWith(run, "for worker")).toMatch(/^ok {4}configuration/);
  });

  it("a value that --env-file cuts at a # is warned of by name, whether the rest is enough or not", async () => {
    const env = path.join(folder, "cut.env");
    const { JWT_SECRET: _left, ...rest } = healthy();
    for (const [before, code] of [
      [canaryToken, 0],
      ["short", 78],
    ] as const) {
      await writeFile(env, `JWT_SECRET=${before}#${canaryToken}\n`);
      const run = await doctor(["--offline", "--env-file", env], rest);
      expect(lineWith(run, "Docker's --env-file takes all of it")).toMatch(/^warn {2}JWT_SECRET/);
      expect(run.code).toBe(code);
    }
    expect(levels(await doctor(["--offline", "--env-file", env], healthy()), "JWT_SECRET")).toEqual([]);
  });

  it("a secret in [vars] is a failure, written in whatever quotes, and a table that can't be read ends with 78", async () => {
    const toml = path.join(folder, "secret.toml");
    const { CLOUDFLARE_API_TOKEN: _left, ...rest } = healthy();
    for (const table of ["[vars]", "['vars']"]) {
      await writeFile(toml, `${table}\nCLOUDFLARE_API_TOKEN = "${canaryToken}"\n`);
      const run = await doctor(["--offline", "--wrangler", toml], rest);
      expect(levels(run, "CLOUDFLARE_API_TOKEN")).toEqual(["FAIL"]);
      expect(run.code).toBe(1);
    }
    await writeFile(toml, `[vars]\nCLOUDFLARE_API_TOKEN = ${canaryToken}\n`);
    const broken = await doctor(["--wrangler", toml], rest);
    expect([broken.code, broken.output]).toEqual([78, expect.stringContaining("line 2")]);
  });

  it("a file of policies is read where Node reads it", async () => {
    const file = path.join(folder, "policies.json");
    await writeFile(file, twice());
    expect((await check({ POLICIES_FILE: file }, "--offline")).output).toContain("policies[1]: never decides");
    expect((await check({ POLICIES_FILE: `${file}.gone` }, "--offline")).code).toBe(78);
    await writeFile(file, "\n");
    const blank = await check({ POLICIES_FILE: file }, "--offline");
    expect([blank.code, levels(blank, "POLICIES_FILE")]).toEqual([78, ["FAIL"]]);
  });

  it("ends with 2 for a file, an option or a command that is not there, without repeating it", async () => {
    const wrong = [
      ["--env-file", path.join(folder, "none")],
      ["--wrangler", path.join(folder, "none")],
      ["--platform", canaryToken],
      [`--token=${canaryToken}`],
      [canaryToken],
      ["check", canaryToken],
      ["--claims", canaryToken],
      ["explain", "--strict"],
      ["explain", "--claims", canaryToken],
      ["key"],
      ["key", canaryToken],
    ];
    const runs = await Promise.all(wrong.map((args) => doctor(args, healthy())));
    for (const [index, { code, lines }] of runs.entries()) {
      expect([code, lines.length], wrong[index]?.[0]).toEqual([2, 2]);
    }
    const help = await doctor(["--help"]);
    expect([help.code, help.lines[0]]).toEqual([0, expect.stringContaining("Usage: npm run doctor")]);
  });
});

describe("a Worker", () => {
  const toml = () => path.join(folder, "worker.toml");
  /** Without secrets, as it is committed. */
  const vars = (others: Settings = {}) => {
    const { CLOUDFLARE_API_TOKEN: _token, JWT_SECRET: _secret, HOST: _host, ...rest } = healthy();
    const lines = Object.entries({ ...rest, ...others }).map(([name, value]) => `${name} = "${value}"`);
    return writeFile(toml(), ['main = "src/worker.ts"', "[vars]", ...lines].join("\n"));
  };

  it("is not told that secrets are missing that may have been put, and everything else is looked at", async () => {
    await vars();
    const run = await doctor(["--wrangler", toml()]);
    for (const name of ["CLOUDFLARE_API_TOKEN", "JWT_SECRET"]) {
      expect(lineWith(run, `${name}: is not visible here`)).toMatch(/^note/);
    }
    expect([run.code, calls()]).toEqual([0, 0]);
    const probed = await doctor(["--wrangler", toml(), "--probe"]);
    expect([probed.code, probed.output]).toEqual([
      2,
      expect.stringMatching(/^CLOUDFLARE_API_TOKEN is not visible here/),
    ]);
    expect((await doctor(["--wrangler", toml()], { CLOUDFLARE_API_TOKEN: canaryToken })).output).toContain(
      "ok    app support: answers",
    );
  });

  it("is told of a name that is no setting, with the one that is meant, which --strict minds", async () => {
    await vars({ ALLOWED_ORIGIN: "https://app.example" });
    const [run, strict] = await Promise.all([[], ["--strict"]].map((args) => doctor(["--wrangler", toml(), ...args])));
    expect(lineWith(run ?? noRun, "write ALLOWED_ORIGINS")).toMatch(/^warn {2}ALLOWED_ORIGIN \(worker\.toml:\d+\)/);
    expect([run?.code, strict?.code]).toEqual([0, 1]);
  });
});

const noRun: Run = { code: -1, output: "", lines: [] };

describe("a certificate of an authority that nobody knows", () => {
  it("is told as that, and NODE_EXTRA_CA_CERTS is what mends it", async () => {
    const certificate = selfSigned();
    const authority = path.join(folder, "authority.pem");
    await writeFile(authority, certificate.cert);
    const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const keys = JSON.stringify({ keys: [publicKey.export({ format: "jwk" })] });
    const server = createSecureServer(certificate, (_request, response) => response.end(keys));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const settings = { JWT_SECRET: undefined, JWT_JWKS_URL: `https://localhost:${port}/keys` };
    try {
      const unknown = await check(settings);
      expect(lineWith(unknown, "set NODE_EXTRA_CA_CERTS=")).toMatch(/^FAIL {2}identity/);
      const known = await check({ ...settings, NODE_EXTRA_CA_CERTS: authority });
      expect(lineWith(known, "1 key of use published")).toMatch(/^ok/);
      expect([unknown.code, known.code]).toEqual([1, 0]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe("webhook", () => {
  const address = "http://127.0.0.1:8787/v1/webhooks/realtimekit";
  const settings = (): Settings => ({ ...healthy(), WEBHOOKS: "on", WEBHOOK_KEY_URL: upstream.webhookKeyUrl });
  const webhook = (...args: string[]) => doctor(["webhook", ...args], settings());

  it("fails where nothing is registered, registers it when asked to, and is well from then on", async () => {
    const absent = await webhook("--url", address);
    expect(lineWith(absent, "none sends to this address")).toMatch(/^FAIL {2}webhook support/);
    expect([absent.code, calls(), simulator.state().webhooks]).toEqual([1, 1, 0]);
    const made = await webhook("--url", address, "--create", "--app", "support");
    expect(lineWith(made, "is registered now, for all 9 events")).toMatch(/^ok {4}webhook support/);
    expect(made.output).toContain("2 upstream calls spent");
    expect([made.code, simulator.state().webhooks]).toEqual([0, 1]);
    const well = await webhook("--url", address, "--strict");
    expect(lineWith(well, "is registered and enabled")).toMatch(/^ok/);
    expect(levels(well, "WEBHOOK_KEY_URL")).toEqual(["ok"]);
    expect([well.code, simulator.state().webhooks]).toEqual([0, 1]);
    simulator.steering().start({ app: "support" });
    expect(simulator.deliveries()).toMatchObject([
      { event: "meeting.started" },
      { event: "meeting.participantJoined" },
    ]);
  });

  it("is told as one JSON document as well, and says where a setting stands", async () => {
    const env = path.join(folder, "webhook.env");
    await writeFile(env, "WEBHOOKS=off\n");
    const run = await doctor(["webhook", "--url", address, "--json", "--env-file", env], {
      ...settings(),
      WEBHOOKS: undefined,
    });
    const document: unknown = JSON.parse(run.output);
    expect(document).toMatchObject({ exit_code: 1, upstream_calls: 1 });
    const off = expect.objectContaining({ level: "fail", check: "WEBHOOKS", place: "webhook.env:1" });
    expect(document).toHaveProperty("findings", expect.arrayContaining([off]));
    const unread = await doctor(["--offline", "--env-file", env], healthy());
    expect(levels(unread, "WEBHOOKS"), "it is a setting").toEqual([]);
  });

  it("ends with 2 without an address, with one that is none, and for an app that is not configured", async () => {
    const wrong = [[], ["--url", canaryToken], ["--url", address, "--app", "nobody"], ["--url", address, "--offline"]];
    for (const args of wrong) expect((await webhook(...args)).code, args.join(" ")).toBe(2);
    const { UPSTREAM_BASE_URL: _left, CLOUDFLARE_API_TOKEN: _missing, ...rest } = settings();
    expect((await doctor(["webhook", "--url", address], rest)).code).toBe(78);
    expect(calls()).toBe(0);
  });
});

describe("explain", () => {
  it("ends with 0 where something is shown, with 3 where nothing is, and asks nobody", async () => {
    const POLICIES = JSON.stringify({
      policies: [
        {
          name: "staff",
          when: { claim: "role", equals: "staff" },
          apps: "*",
          meetings: { fromClaim: "meetings" },
          resources: "*",
          fields: ["id", "status"],
        },
      ],
    });
    const explain = (claims: object) =>
      doctor(["explain", "--claims", JSON.stringify(claims), "--query", "status=live"], { ...healthy(), POLICIES });
    const shown = await explain({ role: "staff", meetings: ["room-one"] });
    expect(shown.code).toBe(0);
    expect(shown.output).toContain("?associated_id=room-one&per_page=25&sort_by=createdAt&sort_order=DESC&status=LIVE");
    const refused = await explain({ role: "guest" });
    expect([refused.code, refused.output]).toEqual([3, expect.stringContaining("403 forbidden")]);
    expect((await doctor(["explain", "--claims", "{}"])).code).toBe(78);
    expect(calls()).toBe(0);
  });
});

/** The second policy can never decide. */
function twice(): string {
  const all = { when: "authenticated", apps: "*", meetings: "*", resources: "*", fields: "*" };
  return JSON.stringify({ policies: ["one", "two"].map((name) => ({ name, ...all })) });
}
