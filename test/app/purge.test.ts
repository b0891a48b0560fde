// Who may have pages forgotten, and how they are answered: in every mode, with and without the grant, of apps that are theirs or not.
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config/config.ts";
import { purgePath } from "../../src/http/purge-route.ts";
import { allowedOrigin, createTestService, ownPath } from "../support/app.ts";
import { bearer, keyed, policiesOf, serverKey, signed, tokenOf } from "../support/callers.ts";
import { account } from "../support/doctor-settings.ts";
import { methodsRefused } from "../support/corpora.ts";
import { isObject } from "../../src/http/document-json.ts";
import type { Json, JsonObject } from "../../src/http/document-json.ts";
import { parseObject, readDocument } from "../support/document.ts";
import { closedModes, headersOf, modes } from "../support/modes.ts";
import { createPurging, stable } from "../support/purges.ts";

const meeting = "6bf2b8be-04dd-4191-b602-1128921a306b";
const session = "813432c7-3c5a-45e2-9acf-eef7061c7584";
const known = bearer(serverKey);
const granted = { apps: ["support"], grants: ["purge"] };

const { apps } = createTestService().config;
const idOf = (alias: string) => apps.get(alias) ?? "";
const all = policiesOf({ grants: ["purge"] });
const objectOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});
const at = (document: JsonObject, ...names: string[]): JsonObject =>
  names.reduce((value, name) => objectOf(value[name]), document);
const codeOf = ({ body }: { body: string }) => parseObject(body)["code"];

describe.each(closedModes)("with AUTH_MODE $mode", (mode) => {
  const { keys } = mode;
  const open = (over: Record<string, unknown>) =>
    createPurging({ settings: mode.settings(over), ...(keys && { keys }) });
  const headers = headersOf(mode);

  test("whoever is granted it purges their app, by alias and by id, and is told its place in the log", async () => {
    const { purge, changes } = open(granted);
    for (const [place, app] of ["support", idOf("support")].entries()) {
      const answer = await purge({ app }, headers);
      expect([answer.status, answer.body]).toEqual([200, `{"success":true,"data":{"sequence":${place + 1}}}`]);
      expect(answer.headers.get("ratelimit")).toMatch(/^"requests";r=\d+;t=\d+$/);
    }
    expect(changes).toEqual([idOf("support"), idOf("support")].map((appId) => ({ appId, about: "purge" })));
  });

  test("an app of others and one that is not there are the same 404, to the byte", async () => {
    const { purge, changes } = open(granted);
    const answers = await Promise.all(["school", idOf("school"), "nobody"].map((app) => purge({ app }, headers)));
    const [first] = answers.map(stable);
    expect(first?.status).toBe(404);
    for (const answer of answers) expect(stable(answer)).toEqual(first);
    expect(changes).toEqual([]);
  });

  test("whoever is not granted it is refused as for a page: 403 for their own app, 404 for any other", async () => {
    // One who is granted it elsewhere brings the route.
    const policies = policiesOf(
      { apps: ["support"], grants: ["metrics"] },
      { apps: ["school"], when: elsewhere, ...purging },
    );
    const { purge, changes } = createPurging({
      settings: { ...mode.settings({}), POLICIES: policies },
      ...(keys && { keys }),
    });
    expect((await purge({ app: "support" }, headers)).status).toBe(403);
    for (const app of ["school", "nobody"]) expect((await purge({ app }, headers)).status).toBe(404);
    expect(changes).toEqual([]);
  });

  test("whoever may see nothing is refused alike, whatever they name", async () => {
    const { purge, changes } = open({ when: elsewhere, ...purging });
    const answers = await Promise.all(["support", "school", "nobody"].map((app) => purge({ app }, headers)));
    for (const answer of answers) expect(stable(answer)).toEqual(stable(answers[0] ?? answer));
    expect(answers[0]?.status).toBe(403);
    expect(changes).toEqual([]);
  });

  test("whoever is not known is told so, whatever they send", async () => {
    const { purge, service, changes } = open(granted);
    const sent: [unknown, Record<string, string>][] = [
      [{ app: "support" }, {}],
      [{ app: "nobody" }, {}],
      ["{", {}],
      ["x".repeat(10_000), {}],
      ["app=support", { "content-type": "text/plain" }],
    ];
    const answers = await Promise.all(sent.map(([body, fields]) => purge(body, fields)));
    for (const answer of answers) expect(stable(answer)).toEqual(stable(answers[0] ?? answer));
    expect(answers[0]?.status).toBe(401);
    expect([changes, service.calls()]).toEqual([[], 0]);
  });

  test("without a grant in any policy there is no such address", async () => {
    const { send } = open({}).service;
    const body = '{"app":"support"}';
    const [there, nowhere] = await Promise.all(
      [purgePath, "/v1/nothing"].map((path) => send(path, { method: "POST", headers, body })),
    );
    expect([there?.status, nowhere?.status]).toEqual([404, 404]);
    for (const path of ["/openapi.json", "/openapi-3.0.json"]) {
      const { paths } = parseObject(await (await send(path)).text());
      expect(Object.keys(paths ?? {})).not.toContain(purgePath);
    }
  });
});

const elsewhere = { claim: "sub", equals: "somebody-else" };
const purging = { grants: ["purge"] };

describe("with AUTH_MODE public", () => {
  test("a grant is a mistake in the configuration, and there is no such address", async () => {
    const open = modes.find(({ mode }) => mode === "public");
    const { service, changes } = createPurging({ settings: open?.settings({ apps: ["support"] }) ?? {} });
    const answer = await service.send(purgePath, { method: "POST", body: '{"app":"support"}' });
    expect([answer.status, changes]).toEqual([404, []]);
    const policies = { ...open?.settings({ apps: ["main"], ...purging }) };
    expect(parseConfig({ ...account, ALLOWED_ORIGINS: allowedOrigin, ...policies })).toMatchObject({
      ok: false,
      failure: { problems: [expect.stringMatching(/POLICIES.*grants: is not for AUTH_MODE public/s)] },
    });
  });
});

describe("policies", () => {
  const statusesOf = async (settings: Record<string, string>, claims: Record<string, unknown>) => {
    const { purge, service } = createPurging({ settings });
    const headers = bearer(await tokenOf(claims, service.clock.now()));
    const names = ["support", "school", "events", "nobody"];
    const statuses = names.map(async (app) => [app, (await purge({ app }, headers)).status]);
    return Object.fromEntries(await Promise.all(statuses));
  };

  test("that take their apps from a claim grant these apps, and no others", async () => {
    const settings = signed({ apps: { fromClaim: "apps" }, ...purging });
    const own = { support: 200, school: 404, events: 404, nobody: 404 };
    expect(await statusesOf(settings, { apps: ["support", "nobody"] })).toEqual(own);
    expect(await statusesOf(settings, { apps: [idOf("support")] })).toEqual(own);
    const none = { support: 403, school: 403, events: 403, nobody: 403 };
    for (const claimed of [undefined, [], "support", ["nobody"], [1]]) {
      expect(await statusesOf(settings, { apps: claimed })).toEqual(none);
    }
  });

  test("that come first and grant nothing keep what a later one grants", async () => {
    const settings = signed({ apps: ["support"] }, purging);
    expect(await statusesOf(settings, {})).toEqual({ support: 403, school: 200, events: 200, nobody: 404 });
  });

  test("that a caller does not fulfil grant nothing", async () => {
    const ops = { when: { claim: "roles", includes: "ops" }, ...purging };
    const settings = signed(ops, { apps: ["school"] });
    expect(await statusesOf(settings, { roles: ["ops"] })).toEqual({
      support: 200,
      school: 200,
      events: 200,
      nobody: 404,
    });
    expect(await statusesOf(settings, { roles: "ops" })).toEqual({
      support: 404,
      school: 403,
      events: 404,
      nobody: 404,
    });
  });
});

describe("what is purged", () => {
  test.each([
    [{ app: "support" }, {}],
    [{ app: "support", hard: false }, {}],
    [{ app: "support", hard: true }, { isHard: true }],
    [{ app: "support", meeting }, { meeting }],
    [{ app: "support", meeting: meeting.toUpperCase() }, { meeting }],
    [
      { app: "support", meeting: "Room-One", hard: true },
      { meeting: "room-one", isHard: true },
    ],
    [{ app: "support", session }, { session }],
    [{ app: "support", session: "A_b-1" }, { session: "A_b-1" }],
  ])("%j", async (body, written) => {
    const { purge, changes, service } = createPurging({ settings: keyed(granted) });
    expect((await purge(body, known)).status).toBe(200);
    expect(changes).toEqual([{ appId: idOf("support"), about: "purge", ...written }]);
    expect(service.calls()).toBe(0);
  });

  test("is in the log with its place, its app and what it is of, and without ids", async () => {
    const { purge, service } = createPurging({ settings: keyed(granted) });
    await purge({ app: idOf("support"), meeting, hard: true }, known);
    expect(service.lines).toMatchObject([
      {
        kind: "request",
        app: "support",
        method: "POST",
        route: purgePath,
        status: 200,
        events: [{ type: "purge.recorded", of: "meeting", isHard: true, sequence: 1 }],
      },
    ]);
    expect(JSON.stringify(service.lines)).not.toContain(meeting);
  });

  test.each([
    ["can't be written to", { log: async () => undefined }],
    ["is not there", { log: undefined }],
  ])("is not recorded where the log %s: 503, and when to send it again", async (_, log) => {
    const { purge, service } = createPurging({ settings: keyed(granted), ...log });
    const answer = await purge({ app: "support" }, known);
    expect([answer.status, codeOf(answer), answer.headers.get("retry-after")]).toEqual([503, "change_unrecorded", "5"]);
    expect(JSON.stringify(service.lines)).not.toContain("purge.recorded");
  });
});

describe("a client", () => {
  test("is counted for its purges, good and bad, and for its pages together", async () => {
    const few = { ...keyed(granted), CLIENT_REQUESTS_PER_MINUTE: "4" };
    const { purge, service, changes } = createPurging({ settings: few });
    expect((await service.send(ownPath, { headers: known })).status).toBe(200);
    const statuses: number[] = [];
    for (const body of [{ app: "support" }, "{", { app: "school" }, { app: "support" }]) {
      statuses.push((await purge(body, known)).status);
    }
    expect(statuses).toEqual([200, 400, 404, 429]);
    expect((await service.send(ownPath, { headers: known })).status).toBe(429);
    expect(changes).toHaveLength(1);
  });

  test("that guesses credentials is told to wait, as for pages", async () => {
    const { purge } = createPurging({ settings: { ...keyed(granted), CLIENT_CREDENTIAL_CHECKS_PER_MINUTE: "2" } });
    const guess = (place: number) => bearer(`rtkb_server_${String(place).padStart(43, "x")}`);
    const answers = await Promise.all([1, 2, 3].map((place) => purge({ app: "support" }, guess(place))));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 429]);
  });
});

describe("the address", () => {
  test.each(["GET", "HEAD", ...methodsRefused.filter((method) => method !== "POST")])("takes no %s", async (method) => {
    const { service, changes } = createPurging({ settings: keyed(granted) });
    const answer = await service.send(purgePath, { method, headers: known });
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
    expect(changes).toEqual([]);
  });

  test("takes no query, which would be an order that nobody reads", async () => {
    const { service, changes } = createPurging({ settings: keyed(granted) });
    const init = {
      method: "POST",
      headers: { ...known, "content-type": "application/json" },
      body: '{"app":"support"}',
    };
    const answer = await service.send(`${purgePath}?hard=true`, init);
    expect([answer.status, codeOf({ body: await answer.text() })]).toEqual([400, "invalid_query"]);
    expect(changes).toEqual([]);
    expect((await service.send(`${purgePath}?`, init)).status).toBe(200);
  });

  test("is in the document of a deployment that grants it, and its examples can be sent", async () => {
    const { service } = createPurging({ settings: keyed(granted) });
    for (const path of ["/openapi.json", "/openapi-3.0.json"]) {
      const document = parseObject(await (await service.send(path)).text());
      expect(document).toMatchObject({ paths: { [purgePath]: { post: { operationId: "purgePages" } } } });
    }
    const { purge } = createPurging({ settings: { ...keyed(granted), REALTIMEKIT_APPS: "demo=app-1", POLICIES: all } });
    const { json } = readDocument();
    const { examples } = at(json, "paths", purgePath, "post", "requestBody", "content", "application/json");
    const bodies = Object.values(objectOf(examples)).map((example) => objectOf(example)["value"]);
    expect(bodies.length).toBeGreaterThan(1);
    for (const body of bodies) expect((await purge(body, known)).status).toBe(200);
  });
});
