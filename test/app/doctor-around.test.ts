// What `npm run doctor` asks of others, in this process: every verdict about token, apps, page numbers, clock and keys, and what it
// spends to come to it.
import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AppAnswer } from "../../scripts/doctor/apps.ts";
import { askAround } from "../../scripts/doctor/around.ts";
import { exitCodeOf, type Finding, lineOf } from "../../scripts/doctor/findings.ts";
import { checkFirstPage } from "../../scripts/doctor/first-page.ts";
import { checkIdentity } from "../../scripts/doctor/identity-keys.ts";
import type { FaultInput } from "../../simulator/faults.ts";
import { createSimulator } from "../../simulator/simulator.ts";
import { ok } from "../../src/ground/errors.ts";
import { systemClock } from "../../src/ground/runtime.ts";
import { resources } from "../../src/resources/registry.ts";
import { account, byKey, configOf, jwt, open, type Settings } from "../support/doctor-settings.ts";

describe("what is asked of the upstream", () => {
  const apps = createSimulator().apps;
  const everyApp = apps.map(({ alias, id }) => `${alias}=${id}`).join(",");
  const [support] = apps;
  if (!support) throw new Error("the simulator has no app");

  type World = {
    faults?: readonly FaultInput[];
    settings?: Settings;
    pausesMs?: number;
    date?: (now: number) => string;
    asksResources?: boolean;
  };

  /** Asks a simulator in this process. `pausesMs`: how much time passes there before each call. */
  async function ask({ faults = [], settings = {}, pausesMs = 0, date, asksResources = false }: World) {
    const simulator = createSimulator({ token: jwt["CLOUDFLARE_API_TOKEN"] ?? "" });
    simulator.setFaults(faults);
    const findings: Finding[] = [];
    const config = configOf({ ...jwt, REALTIMEKIT_APPS: `support=${support?.id ?? ""}`, ...settings });
    const fetch = async (url: string, init: RequestInit) => {
      simulator.advance(pausesMs);
      const answer = await simulator.fetch(new Request(url.replace(/(?<=\/kit\/)copy-\d/, support?.id ?? ""), init));
      if (date) answer.headers.set("date", date(Date.now()));
      return answer;
    };
    const calls = await askAround(
      config,
      { platform: "node", hiddenNames: [] },
      { fetch, clock: systemClock, tell: (one) => findings.push(one), asksResources },
    );
    expect(calls).toBe(simulator.state().calls.total);
    const resourceCalls = asksResources ? 11 * Math.min(5, config.apps.size) : 0;
    expect(calls).toBeLessThanOrEqual(3 + 3 * config.apps.size + resourceCalls);
    expect(calls).toBeLessThanOrEqual(Math.max(3 + 3 * config.apps.size, config.budget.requests));
    const linesOf = (check: string) => findings.filter((one) => one.check === check).map(lineOf);
    return { findings, calls, simulator, linesOf };
  }

  const token = (fault: Partial<Extract<FaultInput, { kind: "token" }>>): World => ({
    faults: [{ kind: "token", ...fault }],
  });
  const daySeconds = 86_400;

  /** Each is the simulator's first app under an id of its own. */
  const seven = { REALTIMEKIT_APPS: Array.from({ length: 7 }, (_, place) => `app${place}=copy-${place}`).join(",") };
  const asked = (count: number) => Array.from({ length: count }, (_, place) => `resources app${place}`);

  it("says of each app what the token may read, and asks each resource once", async () => {
    const { linesOf, simulator } = await ask({ asksResources: true });
    expect(linesOf("resources support")).toEqual([
      expect.stringMatching(/^ok {4}resources support: the token reads .*; 11 calls$/),
    ]);
    const { byRoute } = simulator.state().calls;
    const others = Object.entries(byRoute).filter(([route]) => !["sessions", "verify"].includes(route));
    expect(others).toHaveLength(resources.length - 1);
    expect(others.every(([, count]) => count === 1)).toBe(true);
  });

  it("names what the token may not read, and what can't be read", async () => {
    const refused = await ask({ asksResources: true, faults: [{ kind: "error", status: 403, route: "recordings" }] });
    expect(refused.linesOf("resources support")).toEqual([
      expect.stringMatching(/^warn .*refused: listRecordings;.* →/),
    ]);
    const broken = await ask({
      asksResources: true,
      faults: [{ kind: "body", form: "truncated", route: "analytics" }],
    });
    expect(broken.linesOf("resources support")).toEqual([
      expect.stringMatching(/^warn .*read: getDaywiseAnalytics;.* →/),
    ]);
  });

  it.each<[string, Settings, number, RegExp]>([
    [
      "the first five apps",
      {},
      5,
      /^note {2}resources: of 2 apps were not asked: the first 5 are, with 11 calls each$/,
    ],
    [
      "as many apps as the budget has calls for",
      { UPSTREAM_BUDGET_REQUESTS: "50" },
      2,
      /^note .*of 5 apps .*leaves calls for 2,/,
    ],
    [
      "no app where the budget has no calls",
      { UPSTREAM_BUDGET_REQUESTS: "10" },
      0,
      /^note .*of 7 apps .*leaves calls for 0,/,
    ],
  ])("asks the resources of %s, and says of how many it did not", async (_title, budget, count, line) => {
    const { findings, linesOf } = await ask({ asksResources: true, settings: { ...seven, ...budget } });
    const told = findings.map(({ check }) => check).filter((check) => check.startsWith("resources "));
    expect(told).toEqual(asked(count));
    expect(linesOf("resources")).toEqual([expect.stringMatching(line)]);
  });

  it("asks no other resource and no other app once the limit is spent", async () => {
    const faults = [{ kind: "error", shape: "v4", status: 429, route: "participants", retryAfter: "60" }] as const;
    const { linesOf, simulator } = await ask({ asksResources: true, settings: seven, faults });
    expect(linesOf("resources app0")).toEqual([expect.stringMatching(/^warn .*; the account's limit is spent →/)]);
    for (const check of asked(7).slice(1))
      expect(linesOf(check)).toEqual([expect.stringMatching(/^note .*limit is spent$/)]);
    expect(simulator.state().calls.byRoute["participants"]).toBe(1);
  });

  it.each<[string, World, RegExp]>([
    ["a user's", {}, /^ok {4}token: active, of user kind, does not expire$/],
    ["the account's", token({ owner: "account" }), /^ok {4}token: active, of account kind/],
    ["disabled", token({ status: "disabled" }), /^FAIL {2}token: is disabled/],
    ["expired", token({ status: "expired" }), /^FAIL {2}token: is expired/],
    ["expired by its date alone", token({ endsInSeconds: 0 }), /^FAIL {2}token: is expired/],
    ["not valid yet", token({ startsInSeconds: 3600 }), /^FAIL {2}token: is not valid yet/],
    ["valid for a day", token({ endsInSeconds: daySeconds + 600 }), /^warn {2}token: .* expires in 1 day →/],
    ["valid for less than two weeks", token({ endsInSeconds: 14 * daySeconds - 1 }), /^warn {2}token: .* in 13 days/],
    ["valid for longer", token({ endsInSeconds: 14 * daySeconds + 600 }), /^ok {4}token: .* in 14 days$/],
    ["another's", { settings: { CLOUDFLARE_API_TOKEN: "w".repeat(40) } }, /^FAIL {2}token: .*neither.*status 401/],
    [
      "another account's",
      { settings: { CLOUDFLARE_ACCOUNT_ID: "f".repeat(32) }, ...token({ owner: "account" }) },
      /^FAIL {2}token: .*403/,
    ],
    ["malformed", { faults: [{ kind: "error", shape: "v4", status: 400 }] }, /^FAIL {2}token: .*status 400/],
    [
      "of a blocked account",
      { faults: [{ kind: "error", status: 429, retryAfter: "7" }] },
      /^FAIL {2}token: .*for 7 s/,
    ],
    ["beyond a dropped connection", { faults: [{ kind: "reset" }] }, /^FAIL {2}token: .*no connection/],
  ])("a token that is %s", async (_title, world, line) => {
    const { findings, linesOf, simulator } = await ask(world);
    expect(linesOf("token")[0]).toMatch(line);
    const isWell = !linesOf("token")[0]?.startsWith("FAIL");
    expect(linesOf("app support")).toHaveLength(isWell ? 1 : 0);
    expect(simulator.state().calls.byRoute["sessions"] ?? 0).toBe(isWell ? 3 : 0);
    expect(exitCodeOf(findings, { strict: false })).toBe(isWell ? 0 : 1);
  });

  it.each<[string, FaultInput]>([
    ["an error", { kind: "error", status: 500 }],
    ["no JSON", { kind: "body", form: "not-json" }],
    ["another type", { kind: "content-type" }],
    ["a redirect", { kind: "redirect" }],
    ["half a body", { kind: "cut-body" }],
    ["too large a body", { kind: "huge-body", bytes: 100_000 }],
  ])("a verify endpoint with %s tells nothing, and the apps are asked all the same", async (_title, fault) => {
    const { findings, linesOf } = await ask({ faults: [{ ...fault, match: "tokens/verify" }] });
    expect(linesOf("token")).toEqual([expect.stringMatching(/^warn {2}token: can't tell/)]);
    expect(linesOf("app support")).toEqual([expect.stringMatching(/^ok/)]);
    expect(exitCodeOf(findings, { strict: false })).toBe(0);
  });

  it.each<[RegExp, FaultInput]>([
    [/the token may not read it/, { kind: "echo", status: 403 }],
    [/the upstream failed \(status_500\)/, { kind: "error", status: 500 }],
    [/the upstream failed \(redirected\)/, { kind: "redirect" }],
    [/the upstream failed \(network\)/, { kind: "reset" }],
    [/no answer in time/, { kind: "hang" }],
    [/is no page of sessions \(content_type\)/, { kind: "body", form: "html" }],
    [/is no page of sessions \(data.missing\)/, { kind: "body", form: "data-missing" }],
    [/is no page of sessions \(sessions.noneValid: id.missing\)/, { kind: "rows", fault: "missing-id" }],
  ])("an app fails: %s", async (text, fault) => {
    const settings = { UPSTREAM_DEADLINE_MS: "100", SOFT_DEADLINE_MS: "100" };
    const { findings, linesOf } = await ask({ faults: [{ ...fault, match: "/sessions" }], settings });
    expect(linesOf("app support")).toEqual([expect.stringMatching(/^FAIL/)]);
    expect(linesOf("app support")[0]).toMatch(text);
    expect(exitCodeOf(findings, { strict: false })).toBe(1);
  });

  it("no other app is asked once one says that the limit is spent", async () => {
    const faults = [{ kind: "error", shape: "v4", status: 429, retryAfter: "60", match: "/sessions" }] as const;
    const { linesOf, calls } = await ask({ faults, settings: { REALTIMEKIT_APPS: everyApp } });
    expect(linesOf("app support")[0]).toMatch(/^FAIL.*for 60 s/);
    expect(linesOf("app school")[0]).toMatch(/^note/);
    expect(calls).toBe(2);
  });

  it("an app of which parts can't be used is warned of", async () => {
    const { linesOf } = await ask({ faults: [{ kind: "rows", fault: "id-duplicate" }] });
    expect(linesOf("app support")[0]).toMatch(/^warn.*row\.excess/);
  });

  const firstPage = "UPSTREAM_FIRST_PAGE";
  const zero = { kind: "pages-from-zero" } as const;
  const noPaging = { kind: "paging", form: "missing" } as const;

  it.each<[string, World, string]>([
    ["from 1", {}, "1"],
    ["from 0", { faults: [zero] }, "0"],
    ["from 1, without a total", { faults: [noPaging, { kind: "token", owner: "account" }] }, "1"],
    ["from 0, without a total", { faults: [zero, noPaging] }, "0"],
    [
      "from 1, the first app being empty",
      { faults: [{ kind: "empty-list", match: support.id }], settings: { REALTIMEKIT_APPS: everyApp } },
      "1",
    ],
    [
      "from 0, the first app being empty",
      { faults: [zero, { kind: "empty-list", match: support.id }], settings: { REALTIMEKIT_APPS: everyApp } },
      "0",
    ],
    ["from 1, without a total in every app", { faults: [noPaging], settings: { REALTIMEKIT_APPS: everyApp } }, "1"],
  ])("pages counted %s", async (_title, { settings, ...world }, right) => {
    for (const configured of ["0", "1"]) {
      const { linesOf } = await ask({ ...world, settings: { ...settings, [firstPage]: configured } });
      const line = configured === right ? /^ok/ : new RegExp(`^FAIL.*set UPSTREAM_FIRST_PAGE=${right}$`);
      expect(linesOf(firstPage)).toEqual([expect.stringMatching(line)]);
    }
  });

  it.each<[string, World]>([
    ["sessions were starting just now", { pausesMs: 7_200_000 }],
    ["sessions were starting just now", { pausesMs: 7_200_000, faults: [zero] }],
    ["sessions were starting just now", { pausesMs: 7_200_000, faults: [noPaging] }],
    ["no app has two sessions", { faults: [{ kind: "empty-list" }] }],
    ["no app has two sessions", { faults: [{ kind: "empty-list", match: "page_no" }, noPaging] }],
    ["did not answer every question", { faults: [{ kind: "error", status: 500, match: "page_no=1" }] }],
    ["did not answer every question", { faults: [noPaging, { kind: "error", status: 500, match: "page_no=2" }] }],
  ])("where pages are counted from can't be told: %s", async (text, world) => {
    const { findings, linesOf } = await ask(world);
    expect(linesOf(firstPage)).toEqual([expect.stringMatching(`^warn {2}${firstPage}: can't tell: .*${text}`)]);
    expect([false, true].map((strict) => exitCodeOf(findings, { strict }))).toEqual([0, 1]);
  });

  it.each<[number | undefined, RegExp]>([
    [0, /^ok {4}clock: within 1 s/],
    [-29_000, /^ok/],
    [29_000, /^ok/],
    [-32_000, /^warn {2}clock: this machine's is 3[123] s ahead of/],
    [32_000, /^warn {2}clock: this machine's is 3[123] s behind/],
    [undefined, /^note/],
  ])("a Date that is %s ms ahead of this clock", async (aheadMs, line) => {
    const date = aheadMs === undefined ? {} : { date: (now: number) => new Date(now + aheadMs).toUTCString() };
    expect((await ask(date)).linesOf("clock")).toEqual([expect.stringMatching(line)]);
    if (aheadMs === undefined) expect((await ask({ date: () => "soon" })).linesOf("clock")[0]).toMatch(line);
  });
});

describe("where pages are counted from, whatever the upstream is like", () => {
  type Upstream = {
    /** How many sessions each app has at first. */
    sizes: readonly number[];
    firstPage: 0 | 1;
    tellsTotal: boolean;
    /** A page beyond the last is answered with the last one. */
    clamps: boolean;
    /** How many sessions start before each call, in turn. */
    starting: readonly number[];
  };
  const upstreams = fc.record<Upstream>({
    sizes: fc.array(fc.nat(4), { minLength: 1, maxLength: 3 }),
    firstPage: fc.constantFrom(0, 1),
    tellsTotal: fc.boolean(),
    clamps: fc.boolean(),
    starting: fc.array(fc.constantFrom(0, 0, 1, 2), { maxLength: 6 }),
  });

  const configs = [
    configOf({ ...jwt, UPSTREAM_FIRST_PAGE: "0" }),
    configOf({ ...jwt, UPSTREAM_FIRST_PAGE: "1" }),
  ] as const;

  /** Sessions are numbers; the newest is the largest. */
  async function told({ sizes, firstPage, tellsTotal, clamps, starting }: Upstream, configured: 0 | 1) {
    const apps = new Map(sizes.map((size, index) => [`app-${index}`, size]));
    let calls = 0;
    const ask = async (appId: string, pageNo?: number) => {
      const total = (apps.get(appId) ?? 0) + (starting[calls] ?? 0);
      calls += 1;
      apps.set(appId, total);
      const page = pageNo === undefined ? 0 : pageNo - firstPage;
      const row = total - (clamps ? Math.min(page, total - 1) : page);
      return ok({ row: row > 0 ? String(row) : undefined, total: tellsTotal ? total : null, reasons: [] });
    };
    const answers: AppAnswer[] = [];
    for (const appId of apps.keys()) {
      const first = await ask(appId);
      answers.push({ alias: appId, appId, first: first.value });
    }
    const callsMax = 1 + 3 * sizes.length;
    const findings: Finding[] = [];
    const callsLeft = () => callsMax - calls;
    await checkFirstPage(configs[configured], answers, {
      probe: { ask },
      callsLeft,
      tell: (one) => findings.push(one),
    });
    expect(calls).toBeLessThanOrEqual(callsMax);
    expect(findings).toHaveLength(1);
    return findings[0]?.level;
  }

  it("is never told wrongly, and takes no call that is not there", async () => {
    await fc.assert(
      fc.asyncProperty(upstreams, async (upstream) => {
        const right = upstream.firstPage;
        expect(await told(upstream, right)).not.toBe("fail");
        expect(await told(upstream, right === 0 ? 1 : 0)).not.toBe("ok");
      }),
      { numRuns: 1_000 },
    );
  });

  it("is told where nothing starts meanwhile and the first or the second app has three sessions", async () => {
    await fc.assert(
      fc.asyncProperty(upstreams, fc.boolean(), async (any, isFirst) => {
        const upstream = { ...any, starting: [], sizes: isFirst ? [3, 0] : [0, 3] };
        expect(await told(upstream, upstream.firstPage)).toBe("ok");
      }),
    );
  });

  it("can't be told by one session, of which the upstream says that it is the only one", async () => {
    const one = { sizes: [1], tellsTotal: true, clamps: false, starting: [] };
    for (const firstPage of [0, 1] as const) expect(await told({ ...one, firstPage }, firstPage)).toBe("warn");
  });

  it("is told with the strongest reason why it can't be", async () => {
    const tell: Finding[] = [];
    const changing = { alias: "a", appId: "a", first: { row: "1", total: 2, reasons: [] } };
    const empty = { alias: "b", appId: "b", first: { row: undefined, total: 0, reasons: [] } };
    let next = 1;
    const ask = async () => ok({ row: String((next += 1)), total: 2, reasons: [] });
    const deps = { probe: { ask }, callsLeft: () => 9, tell: (one: Finding) => tell.push(one) };
    await checkFirstPage(configOf(jwt), [changing, empty], deps);
    expect(tell[0]?.what).toContain("sessions were starting");
  });

  it("asks no more apps once it is told", async () => {
    let calls = 0;
    const ask = async (_appId: string, pageNo?: number) => {
      calls += 1;
      return ok({ row: pageNo === 2 ? "1" : "2", total: 2, reasons: [] });
    };
    const answers = ["a", "b", "c"].map((appId) => ({
      alias: appId,
      appId,
      first: { row: "2", total: 2, reasons: [] },
    }));
    await checkFirstPage(configOf(jwt), answers, { probe: { ask }, callsLeft: () => 99, tell: () => {} });
    expect(calls).toBe(2);
  });
});

describe("the keys of callers", () => {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = { ...publicKey.export({ format: "jwk" }), kid: "one" };
  const useless = { kty: "oct", k: "AAAA" };
  const { JWT_SECRET: _secret, ...bare } = jwt;
  const hosted = { ...bare, JWT_JWKS_URL: "https://login.example/keys" };
  const access = { ...account, AUTH_MODE: "access", ACCESS_TEAM: "team", ACCESS_AUDIENCE: "tag" };

  const lineFor = async (settings: Settings, answer: () => Response | Promise<Response>) => {
    const asked: string[] = [];
    const fetch = async (url: string) => {
      asked.push(url);
      return answer();
    };
    return {
      line: lineOf(await checkIdentity(configOf(settings).identity, { fetch, clock: systemClock, platform: "node" })),
      asked,
    };
  };

  it.each<[string, RegExp, () => Response]>([
    ["two of use", /^ok .*2 keys of use/, () => Response.json({ keys: [key, useless, { ...key, kid: "two" }] })],
    ["one of use", /^ok .*1 key of use/, () => Response.json({ keys: [key] })],
    ["none of use", /^FAIL .*none of them can be used/, () => Response.json({ keys: [useless] })],
    ["no list", /^FAIL .*has no list of keys/, () => Response.json({ issuer: "https://login.example/" })],
    ["an error", /^FAIL .*is an error/, () => new Response(null, { status: 503 })],
    ["a redirect", /^FAIL .*redirects/, () => new Response(null, { status: 302, headers: { location: "/" } })],
    ["too much", /^FAIL .*larger than 64 KiB/, () => Response.json({ keys: [], big: "x".repeat(70_000) })],
    ["too many", /^FAIL .*too many keys/, () => Response.json({ keys: Array.from({ length: 65 }, () => key) })],
    ["a page", /^FAIL .*is not JSON/, () => new Response("<html>")],
    [
      "nobody",
      /^FAIL .*no connection/,
      () => {
        throw new TypeError("fetch failed");
      },
    ],
  ])("with %s at the address", async (_title, line, answer) => {
    expect((await lineFor(hosted, answer)).line).toMatch(line);
    const { line: ofAccess, asked } = await lineFor(access, answer);
    expect(ofAccess).toMatch(line);
    expect(ofAccess).toContain("ACCESS_TEAM");
    expect(asked).toEqual(["https://team.cloudflareaccess.com/cdn-cgi/access/certs"]);
  });

  it("need no network where they are configured, or nobody says who they are", async () => {
    const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
    for (const [settings, text] of [
      [jwt, "ok    identity: the shared secret is configured"],
      [{ ...bare, JWT_PUBLIC_KEY: pem }, "ok    identity: the key is configured, and verifies RS256, PS256"],
      [byKey, "ok    identity: 1 key in API_KEYS"],
      [open, "note  identity: AUTH_MODE is public"],
    ] as const) {
      const { line, asked } = await lineFor(settings, () => Response.error());
      expect(line).toContain(text);
      expect(asked).toEqual([]);
    }
  });
});
