// What `npm run doctor -- webhook` says of an address, the switch, the key and the registrations, and what it writes: only with --create, only
// what is missing, and nothing where something else would make every event fail.
import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { exitCodeOf, type Finding, lineOf, Refusal } from "../../scripts/doctor/findings.ts";
import { checkWebhook } from "../../scripts/doctor/webhook.ts";
import type { FaultInput } from "../../simulator/faults.ts";
import { createSimulator, SIMULATOR_ACCOUNT_ID, type Simulator } from "../../simulator/simulator.ts";
import { eventNames } from "../../simulator/webhook-events.ts";
import { systemClock } from "../../src/ground/runtime.ts";
import { configOf, jwt, type Settings } from "../support/doctor-settings.ts";

const url = "https://live.example/v1/webhooks/realtimekit";
const token = jwt["CLOUDFLARE_API_TOKEN"] ?? "";
const apps = createSimulator().apps;
const [support, school] = apps;
if (!support || !school) throw new Error("the simulator has too few apps");

type World = {
  simulator?: Simulator;
  settings?: Settings;
  faults?: readonly FaultInput[];
  options?: { url?: string; app?: string; creates?: boolean };
  hiddenNames?: readonly string[];
  /** What is at the address of the key, in place of the simulator's. */
  keyAnswer?: () => Response | Promise<Response>;
};

/** Runs the command against a simulator in this process. `writes`: every call that is no GET. */
async function run({
  simulator = createSimulator({ token }),
  settings = {},
  faults = [],
  options,
  hiddenNames = [],
  keyAnswer,
}: World) {
  simulator.setFaults(faults);
  const texts = { ...jwt, WEBHOOKS: "on", REALTIMEKIT_APPS: `support=${support?.id ?? ""}`, ...settings };
  const config = configOf(texts);
  const findings: Finding[] = [];
  const writes: { method: string; path: string; body: unknown }[] = [];
  const fetch = async (address: string, init: RequestInit) => {
    const request = new Request(address, init);
    const { pathname } = new URL(address);
    const isKey = !pathname.startsWith("/client/");
    expect(request.headers.has("authorization"), "the token goes to the upstream alone").toBe(!isKey);
    if (request.method !== "GET") {
      writes.push({ method: request.method, path: pathname, body: await request.clone().json() });
    }
    return isKey && keyAnswer ? keyAnswer() : simulator.fetch(request);
  };
  const callsBefore = simulator.state().calls.total;
  const calls = await checkWebhook(
    config,
    { platform: "node", hiddenNames },
    {
      options: { url, app: undefined, creates: false, ...options },
      deps: { fetch, clock: systemClock, tell: (finding) => findings.push(finding) },
    },
  );
  expect(calls).toBe(simulator.state().calls.total - callsBefore);
  expect(calls).toBeLessThanOrEqual(2 * config.apps.size);
  const lines = findings.map(lineOf);
  expect(lines.join("\n")).not.toContain(token);
  const linesOf = (check: string) => findings.filter((one) => one.check === check).map(lineOf);
  const exitCodes = [false, true].map((strict) => exitCodeOf(findings, { strict }));
  return { simulator, findings, linesOf, writes, calls, exitCodes };
}

const webhooksPath = (appId: string) => `/client/v4/accounts/${SIMULATOR_ACCOUNT_ID}/realtime/kit/${appId}/webhooks`;

/** Asks the simulator itself. */
async function ask(simulator: Simulator, method: string, appId: string, body?: object, id?: string) {
  const address = `http://simulator${webhooksPath(appId)}${id === undefined ? "" : `/${id}`}`;
  const init = { method, headers: { authorization: `Bearer ${token}` }, ...(body && { body: JSON.stringify(body) }) };
  simulator.setFaults([]);
  return JSON.parse(await (await simulator.fetch(new Request(address, init))).text()).data;
}

/** A simulator with these webhooks in its first app. */
async function having(...webhooks: { url?: string; events?: readonly string[]; enabled?: boolean }[]) {
  const simulator = createSimulator({ token });
  for (const webhook of webhooks) {
    await ask(simulator, "POST", support?.id ?? "", { name: "SECRET-NAME", url, events: eventNames, ...webhook });
  }
  return simulator;
}

describe("a webhook that is registered", () => {
  it("is well where it is enabled and sends everything, which takes one call", async () => {
    const { linesOf, calls, exitCodes, findings } = await run({ simulator: await having({}) });
    expect(linesOf("webhook support")).toEqual(["ok    webhook support: is registered and enabled, for all 9 events"]);
    expect([calls, exitCodes]).toEqual([1, [0, 0]]);
    expect(findings.map(({ level }) => level)).toEqual(["ok", "ok", "ok", "ok"]);
  });

  it("is told by its address alone, in whatever spelling, among others", async () => {
    const others = [
      { url: "https://elsewhere.example/v1/webhooks/realtimekit" },
      { url: "HTTPS://LIVE.example:443/v1/webhooks/realtimekit" },
    ];
    const { linesOf } = await run({ simulator: await having(...others) });
    expect(linesOf("webhook support")[0]).toMatch(/^ok/);
  });

  it("fails where there is none, and says where one goes to the same host", async () => {
    const none = await run({ simulator: await having({ url: "https://elsewhere.example/v1/webhooks/realtimekit" }) });
    expect(none.linesOf("webhook support")).toEqual([
      expect.stringMatching(/^FAIL .*: none sends to this address → .*--create/),
    ]);
    const near = await run({ simulator: await having({ url: "https://live.example/hook" }) });
    expect(near.linesOf("webhook support")).toEqual([expect.stringMatching(/^FAIL .*another address of this host/)]);
    for (const { exitCodes, writes } of [none, near]) expect([exitCodes, writes]).toEqual([[1, 1], []]);
  });

  it("is warned of where it lacks events, by their names", async () => {
    const events = eventNames.filter((name) => !/summary|started/.test(name));
    const { linesOf, exitCodes, writes } = await run({ simulator: await having({ events }) });
    const line = /^warn .*does not send meeting.started, meeting.summary: .* → run this again with --create/;
    expect(linesOf("webhook support")).toEqual([expect.stringMatching(line)]);
    expect([exitCodes, writes]).toEqual([[0, 1], []]);
  });

  it("fails where it is switched off, which --create does not change", async () => {
    for (const creates of [false, true]) {
      const simulator = await having({ enabled: false });
      const { linesOf, exitCodes, writes } = await run({ simulator, options: { creates } });
      expect(linesOf("webhook support")).toEqual([expect.stringMatching(/^FAIL .*switched off → enable it/)]);
      expect([exitCodes, writes]).toEqual([[1, 1], []]);
    }
  });

  it("is warned of where it is there twice, and looked at together", async () => {
    const half = eventNames.slice(0, 5);
    const simulator = await having({ events: half }, { events: eventNames.slice(4) }, { enabled: false });
    const { linesOf } = await run({ simulator });
    expect(linesOf("webhook support")).toEqual([expect.stringMatching(/^warn .*: 2 send to this address/)]);
  });

  it("is told of every app, or of the one that is named", async () => {
    const settings = { REALTIMEKIT_APPS: `support=${support.id}, school=${school.id}` };
    const simulator = await having({});
    const both = await run({ simulator, settings });
    expect(both.linesOf("webhook support")[0]).toMatch(/^ok/);
    expect(both.linesOf("webhook school")[0]).toMatch(/^FAIL/);
    for (const app of ["school", school.id]) {
      const { findings, calls } = await run({ simulator, settings, options: { app } });
      expect(findings.map(({ check }) => check)).toEqual(["--url", "WEBHOOKS", "WEBHOOK_KEY_URL", "webhook school"]);
      expect(calls).toBe(1);
    }
  });
});

describe("with --create", () => {
  const creating = (simulator: Simulator, world: World = {}) =>
    run({ simulator, options: { creates: true }, ...world });

  it("one is registered where there is none, for exactly the events there are, and the next run finds it", async () => {
    const simulator = await having({ url: "https://elsewhere.example/" });
    const { linesOf, writes, exitCodes, calls } = await creating(simulator);
    expect(linesOf("webhook support")).toEqual(["ok    webhook support: is registered now, for all 9 events"]);
    expect(writes).toMatchObject([{ method: "POST", path: webhooksPath(support.id) }]);
    expect([exitCodes, calls]).toEqual([[0, 0], 2]);
    const [other, made] = await ask(simulator, "GET", support.id);
    expect(other).toMatchObject({ url: "https://elsewhere.example/", name: "SECRET-NAME" });
    expect(made).toMatchObject({ url, enabled: true, name: "realtimekit-bff" });
    expect(made.events.toSorted()).toEqual(eventNames.toSorted());
    const again = await creating(simulator);
    expect([again.writes, again.linesOf("webhook support")[0]]).toEqual([[], expect.stringMatching(/^ok/)]);
  });

  it("the events that are missing are added to the one that is there, which otherwise stays as it is", async () => {
    const simulator = await having({ events: ["meeting.ended"] });
    const [before] = await ask(simulator, "GET", support.id);
    const { linesOf, writes } = await creating(simulator);
    expect(linesOf("webhook support")).toEqual([
      expect.stringMatching(/^ok .*: sends meeting.started, .* from now on/),
    ]);
    expect(writes).toMatchObject([{ method: "PATCH", path: `${webhooksPath(support.id)}/${before.id}` }]);
    expect(Object.keys(writes[0]?.body ?? {})).toEqual(["events"]);
    const after = await ask(simulator, "GET", support.id);
    expect(after).toEqual([{ ...before, events: eventNames, updated_at: after[0].updated_at }]);
  });

  it.each<[string, World]>([
    ["the address is not https", { options: { url: "http://live.example/v1/webhooks/realtimekit", creates: true } }],
    ["its path is another", { options: { url: "https://live.example/webhooks", creates: true } }],
    ["WEBHOOKS is off", { settings: { WEBHOOKS: "off" } }],
  ])("nothing is registered where %s", async (_title, world) => {
    const { writes, linesOf, exitCodes } = await creating(await having(), world);
    expect(writes).toEqual([]);
    expect(linesOf("--create")).toEqual(["note  --create: registers nothing, because of what fails above"]);
    expect(exitCodes).toEqual([1, 1]);
  });

  it.each<[RegExp, FaultInput]>([
    [/the token may not write its webhooks \(status 403\)/, { kind: "error", shape: "v4", status: 403 }],
    [/the upstream refuses this webhook \(status 400\)/, { kind: "error", status: 400 }],
    [/no answer about webhooks/, { kind: "body", form: "data-null" }],
  ])("a write that fails is told: %s", async (text, fault) => {
    const simulator = await having();
    const refusing: Simulator = {
      ...simulator,
      fetch(request) {
        simulator.setFaults(request.method === "GET" ? [] : [fault]);
        return simulator.fetch(request);
      },
    };
    const { linesOf, exitCodes } = await creating(refusing);
    expect(linesOf("webhook support")).toEqual([expect.stringMatching(/^FAIL/)]);
    expect(linesOf("webhook support")[0]).toMatch(text);
    expect(exitCodes).toEqual([1, 1]);
  });
});

describe("an upstream that does not answer as it should", () => {
  it.each<[RegExp, FaultInput]>([
    [/the token may not read its webhooks \(status 403\)/, { kind: "echo", status: 403 }],
    [/knows no such app/, { kind: "error", status: 404 }],
    [/the upstream failed \(status 500\)/, { kind: "error", status: 500 }],
    [/the upstream failed \(status 302\)/, { kind: "redirect" }],
    [/limit is spent for 60 s/, { kind: "error", shape: "v4", status: 429, retryAfter: "60" }],
    [/no connection/, { kind: "reset" }],
    [/no answer within 1000 ms/, { kind: "hang" }],
    [/no answer about webhooks/, { kind: "hang", before: "body" }],
    [/no answer about webhooks/, { kind: "body", form: "html" }],
    [/no answer about webhooks/, { kind: "body", form: "truncated" }],
    [/no answer about webhooks/, { kind: "body", form: "data-missing" }],
    [/no answer about webhooks/, { kind: "body", form: "success-false" }],
    [/no answer about webhooks/, { kind: "huge-body", bytes: 400_000 }],
  ])("is told: %s", async (text, fault) => {
    const settings = { UPSTREAM_DEADLINE_MS: "1000" };
    const { linesOf, exitCodes, writes } = await run({ faults: [fault], settings, options: { creates: true } });
    expect(linesOf("webhook support")).toEqual([expect.stringMatching(/^FAIL/)]);
    expect(linesOf("webhook support")[0]).toMatch(text);
    expect([exitCodes, writes]).toEqual([[1, 1], []]);
  });

  it("is asked for no other app once the limit is spent, and for none with a hidden token", async () => {
    const settings = { REALTIMEKIT_APPS: `support=${support.id}, school=${school.id}` };
    const limited = await run({ faults: [{ kind: "error", shape: "v4", status: 429 }], settings });
    expect([limited.calls, limited.linesOf("webhook school")]).toEqual([1, [expect.stringMatching(/^note/)]]);
    const hidden = await run({ settings, hiddenNames: ["CLOUDFLARE_API_TOKEN"] });
    expect([hidden.calls, hidden.linesOf("webhooks")]).toEqual([0, [expect.stringMatching(/^note .*not visible/)]]);
  });

  it("has none of its words repeated", async () => {
    const events = ["meeting.started"];
    const { findings } = await run({
      simulator: await having({ events }, { url: "https://elsewhere.example/SECRET" }),
    });
    expect(findings.map(lineOf).join("\n")).not.toContain("SECRET");
  });
});

describe("the address and the switch", () => {
  const path = "/v1/webhooks/realtimekit";

  it.each<[string, RegExp]>([
    [url, /^ok {4}--url: is https/],
    [`http://live.example${path}`, /^FAIL {2}--url: is not https.*→ use https:/],
    [`https://127.0.0.1:8787${path}`, /^FAIL {2}--url: is on this machine, where RealtimeKit can't reach it/],
    [`https://localhost${path}`, /^FAIL {2}--url: is on this machine/],
    ["https://live.example/", /^FAIL {2}--url: does not have the path/],
    [`${url}/`, /^FAIL {2}--url: does not have the path/],
    [`${url}?key=1`, /^FAIL {2}--url: does not have the path/],
    [`https://user:pass@live.example${path}`, /^FAIL {2}--url: holds a login/],
  ])("%s", async (address, line) => {
    const { linesOf } = await run({ options: { url: address } });
    expect(linesOf("--url")).toEqual([expect.stringMatching(line)]);
    expect(linesOf("--url")[0]).not.toContain("pass@");
  });

  it("may be on this machine where the upstream is too", async () => {
    const settings = { UPSTREAM_BASE_URL: "http://127.0.0.1:8788/client/v4" };
    const { linesOf, exitCodes, simulator } = await run({
      settings,
      options: { url: `http://127.0.0.1:8787${path}`, creates: true },
    });
    expect(linesOf("--url")).toEqual([expect.stringMatching(/^note/)]);
    expect(exitCodes).toEqual([0, 0]);
    expect(await ask(simulator, "GET", support.id)).toHaveLength(1);
  });

  it("are refused where they say nothing", async () => {
    for (const [options, text] of [
      [{ url: "live.example" }, "--url: is not an address"],
      [{ url: "ftp://live.example/" }, "--url: is not an address"],
      [{ app: "nobody" }, "--app: REALTIMEKIT_APPS has no such app; it has support"],
    ] as const) {
      await expect(run({ options })).rejects.toThrow(Refusal);
      await expect(run({ options })).rejects.toThrow(text);
    }
  });

  it.each(["off", "", undefined])("fails where WEBHOOKS is %s", async (text) => {
    const settings: Settings = text === undefined ? {} : { WEBHOOKS: text };
    const texts = { ...settings, ...(text === undefined && { WEBHOOKS: " " }) };
    const { linesOf, exitCodes } = await run({ settings: texts, simulator: await having({}) });
    expect(linesOf("WEBHOOKS")).toEqual([expect.stringMatching(/^FAIL {2}WEBHOOKS: is off.* → set WEBHOOKS=on/)]);
    expect(exitCodes).toEqual([1, 1]);
  });
});

describe("the key of webhooks", () => {
  const pem = (type: "rsa" | "ec", bits = 2048) => {
    const { publicKey } =
      type === "rsa"
        ? generateKeyPairSync("rsa", { modulusLength: bits })
        : generateKeyPairSync("ec", { namedCurve: "P-256" });
    return publicKey.export({ type: "spki", format: "pem" }).toString();
  };
  const document = (publicKey: unknown) => () => Response.json({ success: true, data: { publicKey }, message: "" });

  it.each<[string, RegExp, () => Response | Promise<Response>]>([
    ["a key", /^ok .*is published, and can verify/, document(pem("rsa"))],
    ["a key that is too small", /^FAIL .*no RSA key that can be used/, document(pem("rsa", 1024))],
    ["a key of another kind", /^FAIL .*no RSA key/, document(pem("ec"))],
    ["half a key", /^FAIL .*no RSA key/, document(pem("rsa").slice(0, 200))],
    ["no key", /^FAIL .*the document has no key/, document(7)],
    ["a page", /^FAIL .*not JSON of the right size/, () => new Response("<html>")],
    ["an error", /^FAIL .*status 503/, () => new Response(null, { status: 503 })],
    ["a redirect", /^FAIL .*status 302/, () => new Response(null, { status: 302, headers: { location: "/" } })],
    ["nobody", /^FAIL .*no connection/, () => Promise.reject(new TypeError("fetch failed"))],
  ])("with %s at its address", async (_title, line, keyAnswer) => {
    const { linesOf, exitCodes } = await run({ simulator: await having({}), keyAnswer });
    expect(linesOf("WEBHOOK_KEY_URL")).toEqual([expect.stringMatching(line)]);
    expect(exitCodes[0]).toBe(line.source.startsWith("^ok") ? 0 : 1);
  });

  it("is not asked for where it is pinned", async () => {
    const { linesOf, simulator } = await run({ settings: { WEBHOOK_PUBLIC_KEY: pem("rsa") } });
    expect(linesOf("WEBHOOK_PUBLIC_KEY")).toEqual([expect.stringMatching(/^ok .*is pinned/)]);
    expect(linesOf("WEBHOOK_KEY_URL")).toEqual([]);
    expect(simulator.state().keyCalls.byUrl).toEqual({});
  });

  it("is asked for once, at the product's own address unless told otherwise", async () => {
    const standard = await run({});
    expect(standard.simulator.state().keyCalls.byUrl).toEqual({ "/.well-known/webhooks.json": 1 });
    for (const WEBHOOK_KEY_URL of [
      "https://keys.example/.well-known/webhooks.json",
      "http://127.0.0.1:8788/.well-known/webhooks.json",
    ]) {
      const { linesOf } = await run({ settings: { WEBHOOK_KEY_URL } });
      expect(linesOf("WEBHOOK_KEY_URL")[0]).toMatch(/^ok/);
    }
  });
});
