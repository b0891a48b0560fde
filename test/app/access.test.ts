// `/v1/access`: every caller is told what it may ask, in every mode, and what it is told is what the data routes do.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { resources } from "../../src/resources/registry.ts";
import type { CallerAccess } from "../../src/service/caller-access.ts";
import { appAlias, createTestService } from "../support/app.ts";
import { bearer, keyed, serverKey, signed, tokenOf } from "../support/callers.ts";
import { answerOf, readDocument } from "../support/document.ts";
import { headersOf, modes } from "../support/modes.ts";

const path = "/v1/access";
const document = readDocument();
const meetings = ["room-1", "room-2"];
const everything = resources.map(({ name }) => name).filter((name, place, all) => all.indexOf(name) === place);

async function accessOf(service: ReturnType<typeof createTestService>, headers: Record<string, string> = {}) {
  const response = await service.send(path, { headers });
  const answer = await answerOf("GET", response);
  expect(document.violations(path, answer)).toEqual([]);
  expect(answer.status).toBe(200);
  return JSON.parse(answer.body) as CallerAccess;
}

const asCaller = async (service: ReturnType<typeof createTestService>, claims: Record<string, unknown>) =>
  bearer(await tokenOf(claims, service.clock.now()));

test.each(modes)("with AUTH_MODE $mode, a caller is told the mode and what its policy shows", async (mode) => {
  const settings = mode.settings({ apps: [appAlias] });
  const service = createTestService({ settings, ...(mode.keys && { keys: mode.keys }) });
  const access = await accessOf(service, headersOf(mode));
  expect(access.mode).toBe(mode.mode);
  expect(access.apps).toMatchObject([
    {
      app: appAlias,
      resources: [{ resource: "sessions", path: "/sessions", meetings: "*", exports: true }],
      grants: [],
    },
  ]);
});

test.each(modes.filter(({ mode }) => mode !== "public"))(
  "with AUTH_MODE $mode, whoever does not say who they are gets the 401 of the data routes",
  async (mode) => {
    const service = createTestService({ settings: mode.settings({}), ...(mode.keys && { keys: mode.keys }) });
    const [own, data] = [await service.send(path), await service.send("/v1/apps/support/sessions")];
    expect(own.status).toBe(401);
    expect(own.headers.get("www-authenticate")).toBe(data.headers.get("www-authenticate"));
    expect(document.violations(path, await answerOf("GET", own))).toEqual([]);
  },
);

test("a caller to whom nothing is allowed gets no app, and no name of one", async () => {
  const service = createTestService({ settings: signed({ when: { claim: "role", equals: "admin" } }) });
  const access = await accessOf(service, await asCaller(service, { role: "guest" }));
  expect(access).toEqual({ mode: "jwt", apps: [] });
});

test("an app that is not the caller's is not in the answer, and the caller's come in the order of the configuration", async () => {
  const service = createTestService({ settings: signed({ apps: { fromClaim: "apps" } }) });
  const aliases = [...service.config.apps.keys()];
  const asked = [aliases[2], aliases[0]];
  const access = await accessOf(service, await asCaller(service, { apps: asked }));
  expect(access.apps.map(({ app }) => app)).toEqual([aliases[0], aliases[2]]);
});

test("a caller's own meetings are told, canonical and sorted, and nobody else's", async () => {
  const service = createTestService({
    settings: signed({ meetings: { fromClaim: "meetings" }, resources: everything }),
  });
  const access = await accessOf(service, await asCaller(service, { meetings: ["ROOM-2", "room-1"] }));
  const [app] = access.apps;
  expect(app?.resources.map((one) => one.meetings)).toEqual(app?.resources.map(() => meetings));
  // What is of no meeting is for callers who may see all of them.
  expect(app?.resources.map(({ resource }) => resource)).not.toContain("analytics");
});

test("what may be done beyond looking is told", async () => {
  const service = createTestService({ settings: keyed({ grants: ["purge"] }) });
  const access = await accessOf(service, bearer(serverKey));
  expect(access.apps[0]?.grants).toEqual(["purge"]);
});

test("`meta` is told of only where it is exposed", async () => {
  for (const exposed of ["true", "false"]) {
    const service = createTestService({ settings: { ...keyed(), EXPOSE_META: exposed } });
    const access = await accessOf(service, bearer(serverKey));
    expect(access.apps[0]?.resources[0]?.fields.includes("meta")).toBe(exposed === "true");
  }
});

test("the answer costs no upstream call, counts against the client's limit, and an unchanged one is a 304", async () => {
  const service = createTestService({ settings: { ...keyed(), CLIENT_REQUESTS_PER_MINUTE: "3" } });
  const headers = bearer(serverKey);
  const first = await service.send(path, { headers });
  expect(first.headers.get("cache-control")).toBe("private, no-cache");
  expect(first.headers.get("ratelimit")).toBe('"requests";r=2;t=20');
  const again = await service.send(path, {
    headers: { ...headers, "if-none-match": first.headers.get("etag") ?? "" },
  });
  expect(again.status).toBe(304);
  expect((await service.send(path, { headers })).status).toBe(200);
  expect((await service.send(path, { headers })).status).toBe(429);
  expect(service.calls()).toBe(0);
});

test("a query is refused", async () => {
  const service = createTestService({ settings: keyed() });
  const answer = await answerOf("GET", await service.send(`${path}?app=support`, { headers: bearer(serverKey) }));
  expect(answer.status).toBe(400);
  expect(document.violations(path, answer)).toEqual([]);
});

/** A value that each parameter takes, and that is not the one it has without being given. */
const values: Readonly<Record<string, string>> = {
  associated_id: "room-1",
  meeting_id: "room-1",
  start_time: "2026-11-01T00:00:00Z",
  end_time: "2026-11-02T00:00:00Z",
  participants: "1:2",
  search: "a",
  page_no: "2",
  per_page: "3",
  sort_order: "ASC",
  view: "consolidated",
  include_peer_events: "true",
  include_breakout_rooms: "true",
  start_date: "2026-11-01",
  end_date: "2026-11-26",
  format: "VTT",
  filters: "events",
};
const valueOf = (resource: (typeof resources)[number], name: string): string => {
  if (name === "status") return resource.name === "sessions" ? "LIVE" : "UPLOADED";
  if (name === "sort_by") return resource.name === "sessions" ? "minutesConsumed" : "duration";
  return values[name] ?? "";
};

describe("what is told is what the data routes do", () => {
  const seed = 20_261_127;
  const lists = resources.filter(({ shape, owner }) => shape === "list" && owner.by !== "path");
  const scope = fc.constantFrom(...lists).chain((resource) =>
    fc.record({
      resource: fc.constant(resource),
      meetings: fc.constantFrom("*" as const, ["room-1"]),
      fields: fc.subarray(
        resource.fields.filter((field) => field !== "meta"),
        { minLength: 1 },
      ),
    }),
  );

  test("a parameter that is listed is never refused, and one that is not always is, whatever the policy shows", async () => {
    await fc.assert(
      fc.asyncProperty(scope, async ({ resource, meetings: seen, fields }) => {
        const { name } = resource;
        const service = createTestService({
          settings: keyed({ meetings: seen, resources: [name], fields: { [name]: fields } }),
        });
        const headers = bearer(serverKey);
        const [told] = (await accessOf(service, headers)).apps[0]?.resources ?? [];
        expect(told?.fields).toEqual(fields);
        const at = `/v1/apps/${appAlias}${resource.path.replace(":session_id", "nowhere")}`;
        for (const parameter of Object.keys(resource.parameters)) {
          const response = await service.send(`${at}?${parameter}=${valueOf(resource, parameter)}`, { headers });
          expect(`${parameter} ${response.status !== 400}`).toBe(
            `${parameter} ${told?.parameters.includes(parameter)}`,
          );
        }
      }),
      { numRuns: 100, seed },
    );
  });

  test("rows have the fields that are told, in their order", async () => {
    const fields = ["id", "status", "started_at"];
    const service = createTestService({ settings: keyed({ fields }) });
    const headers = bearer(serverKey);
    const [told] = (await accessOf(service, headers)).apps[0]?.resources ?? [];
    const response = await service.send("/v1/apps/support/sessions", { headers });
    const page = await response.json<{ data: { sessions: object[] } }>();
    expect(Object.keys(page.data.sessions[0] ?? {})).toEqual(told?.fields);
  });
});
