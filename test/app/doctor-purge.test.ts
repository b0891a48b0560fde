// `npm run doctor -- purge`, through the command itself and in front of the service: what it sends and where, what it says of every
// outcome, and that it prints no credential.
import { describe, expect, it } from "vitest";
import { runDoctor } from "../../scripts/doctor.ts";
import type { Invalidate } from "../../src/resources/change.ts";
import { bearer, keyed, policiesOf, serverKey } from "../support/callers.ts";
import { createPurging } from "../support/purges.ts";

const meeting = "6bf2b8be-04dd-4191-b602-1128921a306b";
const session = "813432c7-3c5a-45e2-9acf-eef7061c7584";
const origin = "https://bff.example";
const own = ["--url", origin, "--app", "support"];
const withKey = { RTKB_TOKEN: serverKey };

type Sent = { url: string; headers: Headers; body: unknown };
type Answering = (url: string, init: RequestInit) => Promise<Response>;

async function run(args: readonly string[], environment: Record<string, string>, answer: Answering) {
  const lines: string[] = [];
  const sent: Sent[] = [];
  const code = await runDoctor(["purge", ...args], {
    environment,
    async fetch(url, init) {
      sent.push({
        url,
        headers: new Headers(init.headers),
        body: JSON.parse(typeof init.body === "string" ? init.body : ""),
      });
      expect(init).toMatchObject({ method: "POST", redirect: "manual" });
      return answer(url, init);
    },
    print: (text) => lines.push(text),
    complain: (text) => lines.push(text),
    columns: 80,
  });
  const output = lines.join("\n");
  for (const secret of Object.values(environment)) expect(output).not.toContain(secret);
  return { code, sent, output: output.replaceAll(/\n +/g, " ") };
}

/** In front of a service under one policy. */
function inFrontOf(over: Record<string, unknown>, log?: Invalidate) {
  const purging = createPurging({ settings: keyed({ apps: ["support"], ...over }), ...(log && { log }) });
  const answer: Answering = (url, init) => purging.service.send(url.slice(origin.length), init);
  return { ...purging, answer };
}

const granted = { grants: ["purge"] };
const json = { "content-type": "application/json" };
const answering =
  (status: number, body: string, headers: Record<string, string> = {}): Answering =>
  async () =>
    new Response(body, { status, headers });

describe("a purge", () => {
  it.each([
    [[], {}, {}],
    [["--hard"], { hard: true }, { isHard: true }],
    [["--meeting", meeting], { meeting }, { meeting }],
    [["--session", session, "--hard"], { session, hard: true }, { session, isHard: true }],
  ])("with %j is recorded, and its place is told", async (args, body, written) => {
    const { changes, answer, service } = inFrontOf(granted);
    const { code, output, sent } = await run([...own, ...args], withKey, answer);
    expect(output).toMatch(/^ok {4}purge: recorded as 1: /);
    expect(code).toBe(0);
    expect(sent).toMatchObject([{ url: `${origin}/v1/purge`, body: { app: "support", ...body } }]);
    expect(changes).toEqual([{ appId: service.config.apps.get("support"), about: "purge", ...written }]);
  });

  it("takes its credential from the option before the environment", async () => {
    const { answer } = inFrontOf(granted);
    const { code, output } = await run([...own, "--token", serverKey], { RTKB_TOKEN: "another" }, answer);
    expect([code, output.includes(serverKey)]).toEqual([0, false]);
  });

  it("sends a service token of Cloudflare Access, alone or beside another credential", async () => {
    const access = { CF_ACCESS_CLIENT_ID: "id.access", CF_ACCESS_CLIENT_SECRET: "the-secret-of-access" };
    for (const [environment, authorization] of [
      [access, null],
      [{ ...access, ...withKey }, bearer(serverKey).authorization],
    ] as const) {
      const { sent } = await run(own, environment, answering(401, ""));
      expect(sent[0]?.headers.get("authorization")).toBe(authorization);
      expect(sent[0]?.headers.get("cf-access-client-id")).toBe(access.CF_ACCESS_CLIENT_ID);
      expect(sent[0]?.headers.get("cf-access-client-secret")).toBe(access.CF_ACCESS_CLIENT_SECRET);
    }
  });
});

describe("what is refused or fails ends with 1, the reason and the fix", () => {
  it.each<[string, Record<string, unknown>, readonly string[], Record<string, string>, RegExp]>([
    ["a wrong key", granted, own, { RTKB_TOKEN: "rtkb_server_wrong" }, /401 unauthorized → .*API_KEYS/],
    ["an app of others", granted, ["--url", origin, "--app", "school"], withKey, /404 not_found → check --app/],
    ["a service that grants nobody anything", {}, own, withKey, /404 not_found → .*grants/],
  ])("%s", async (_, over, args, environment, told) => {
    const { answer, changes } = inFrontOf(over);
    const { code, output } = await run(args, environment, answer);
    expect(output).toMatch(told);
    expect([code, changes]).toEqual([1, []]);
  });

  it("a caller who is granted nothing", async () => {
    const policies = policiesOf({ when: { claim: "sub", equals: "another" }, ...granted }, {});
    const { service } = createPurging({ settings: { ...keyed(), POLICIES: policies } });
    const { code, output } = await run(own, withKey, (url, init) => service.send(url.slice(origin.length), init));
    expect(output).toMatch(/403 forbidden → .*"grants": \["purge"\].*explain/);
    expect(code).toBe(1);
  });

  it("a log that can't be written to: how long to wait, and where to look", async () => {
    const { answer } = inFrontOf(granted, async () => undefined);
    const { code, output } = await run(own, withKey, answer);
    expect(output).toMatch(/503 change_unrecorded → wait 5 s; .*log/);
    expect(code).toBe(1);
  });

  it("a caller who asked too often", async () => {
    const purging = createPurging({ settings: { ...keyed(granted), CLIENT_REQUESTS_PER_MINUTE: "1" } });
    const answer: Answering = (url, init) => purging.service.send(url.slice(origin.length), init);
    await run(own, withKey, answer);
    expect(await run(own, withKey, answer)).toMatchObject({
      code: 1,
      output: expect.stringMatching(/429 rate_limited → wait \d+ s; /),
    });
  });

  it.each<[string, Answering, RegExp]>([
    [
      "a login in front",
      answering(302, "", { location: "https://x.cloudflareaccess.com/" }),
      /sent elsewhere.*CF_ACCESS/,
    ],
    [
      "a firewall in front",
      answering(403, "<html>planted</html>", { "content-type": "text/html" }),
      /status 403.*--url/,
    ],
    ["another service", answering(200, '{"planted":1}', json), /status 200, and no answer/],
    [
      "words that are no problem's",
      answering(500, '{"success":false,"code":"planted","retry_after":null}', json),
      /status 500, and/,
    ],
    ["a body without an end", answering(200, "x".repeat(100_000), json), /status 200, and/],
  ])("%s, and nothing of what it said", async (_, answer, told) => {
    const { code, output } = await run(own, withKey, answer);
    expect(output).toMatch(told);
    expect(output).not.toContain("planted");
    expect(code).toBe(1);
  });

  it("nobody who listens", async () => {
    const cause = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    const { code, output } = await run(own, withKey, async () =>
      Promise.reject(new TypeError("fetch failed", { cause })),
    );
    expect(output).toMatch(
      /FAIL {2}purge: no connection \(ECONNREFUSED\): nobody listens there → check host and port in --url/,
    );
    expect(code).toBe(1);
  });
});

describe("what can't be sent ends with 2, and nothing is sent", () => {
  it.each<[string, readonly string[], Record<string, string>, RegExp]>([
    ["no address", ["--app", "support"], withKey, /^--url: is required/],
    ["no app", ["--url", origin], withKey, /^--app: is required/],
    ["no credential", own, {}, /^RTKB_TOKEN: is not set/],
    ["half a service token", own, { CF_ACCESS_CLIENT_ID: "only-the-id" }, /^RTKB_TOKEN: is not set/],
    ["a credential with a line break", own, { RTKB_TOKEN: "planted\nplanted" }, /^the credential can't be sent/],
    ["a meeting that is none", [...own, "--meeting", "a b"], withKey, /^--meeting must be a UUID/],
    [
      "a meeting and a session",
      [...own, "--meeting", "m", "--session", "s"],
      withKey,
      /^--session may not stand beside meeting/,
    ],
    ["an option of another command", [...own, "--strict"], withKey, /^--strict: is no option of purge/],
    ["a value for --hard", [...own, "--hard=true"], withKey, /^--hard: takes no value/],
    ...[
      "bff.example",
      "http://bff.example",
      "ftp://bff.example",
      "https://user:planted@bff.example",
      "https://bff.example/v1/purge",
      "https://bff.example/?a=b",
      "https://bff.example/#x",
      "https://",
    ].map((url): [string, readonly string[], Record<string, string>, RegExp] => [
      `the address ${url}`,
      ["--url", url, "--app", "support"],
      withKey,
      /^--url: is not usable/,
    ]),
  ])("%s", async (_, args, environment, told) => {
    const { code, output, sent } = await run(args, environment, answering(500, ""));
    expect(output).toMatch(told);
    expect(output).not.toContain("planted");
    expect([code, sent]).toEqual([2, []]);
  });

  it("but to a service on loopback by http as well", async () => {
    const { sent } = await run(["--url", "http://127.0.0.1:8787/", "--app", "support"], withKey, answering(404, ""));
    expect(sent).toMatchObject([{ url: "http://127.0.0.1:8787/v1/purge" }]);
  });
});
