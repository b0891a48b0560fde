// What holds for every resource of the registry, so that one that is added tomorrow is covered without being named: both addresses, who
// may see it, what it costs, and what never passes.
import { beforeAll, describe, expect, it } from "vitest";
import { secretCanaries } from "../../simulator/canaries.ts";
import type { FaultInput } from "../../simulator/faults.ts";
import { mountsOf } from "../../src/http/data-routes.ts";
import { fieldsOf, resourceNames, resources } from "../../src/resources/registry.ts";
import type { Resource } from "../../src/resources/resource.ts";
import { appAlias, createTestService } from "../support/app.ts";
import type { TestService, TestServiceOptions } from "../support/app.ts";
import { bearer, signed, tokenOf } from "../support/callers.ts";
import { findIds } from "../support/family.ts";
import type { FamilyIds } from "../support/family.ts";

const base = `/v1/apps/${appAlias}`;
const named = resources.map((resource) => [resource.path, resource] as const);
const cold = { settings: { FRESH_LIVE_SECONDS: "30", FRESH_RECENT_SECONDS: "30" } };

let ids: FamilyIds;
/** The meeting of the ended session, and of another one. */
let ownMeeting = "";
let otherMeeting = "";

type Row = { id: string; associated_id: string };
const rowsOf = async (service: TestService, query: string): Promise<Row[]> => {
  const response = await service.send(`${base}/sessions?${query}`);
  return (await response.json<{ data: { sessions: Row[] } }>()).data.sessions;
};

beforeAll(async () => {
  const service = createTestService();
  ids = await findIds(service, base);
  const rows = await rowsOf(service, "status=ENDED&per_page=50");
  ownMeeting = rows.find(({ id }) => id === ids.session_id)?.associated_id ?? "";
  otherMeeting = rows.find(({ associated_id: meeting }) => meeting !== ownMeeting)?.associated_id ?? "";
});

const filled = (template: string, over: Partial<FamilyIds> = {}) =>
  template.replaceAll(/:(\w+)/g, (whole, name: keyof FamilyIds) => ({ ...ids, ...over })[name] ?? whole);
const targetOf = ({ path }: Pick<Resource, "path">, over: Partial<FamilyIds> = {}) => `${base}${filled(path, over)}`;

describe.each(named)("%s", (_path, resource) => {
  it("is the same at both addresses, byte for byte", async () => {
    const { send } = createTestService(cold);
    const { own, sdk } = mountsOf(resource);
    const [one, other] = [
      await send(filled(own.replace(":app", appAlias))),
      await send(filled(sdk.replace(":account_id", "_").replace(":app_id", appAlias))),
    ];
    expect([one.status, other.status]).toEqual([200, 200]);
    expect(await other.text()).toBe(await one.text());
  });

  it("is a page in its strict shape, and its example is one", async () => {
    const { send } = createTestService();
    const body: unknown = await (await send(targetOf(resource))).json();
    expect(resource.page.safeParse(body).error).toBeUndefined();
    expect(resource.page.safeParse(resource.example).error).toBeUndefined();
  });

  it("costs at most two upstream calls cold, its parent's included, and none warm", async () => {
    const { send, calls } = createTestService(cold);
    await send(targetOf(resource));
    const first = calls();
    expect(first).toBeLessThanOrEqual(2);
    for (let again = 0; again < 5; again += 1) expect((await send(targetOf(resource))).status).toBe(200);
    expect(calls()).toBe(first);
  });

  it("keeps its validator, or is kept by nobody where it holds links", async () => {
    const { send } = createTestService(cold);
    const first = await send(targetOf(resource));
    const etag = first.headers.get("etag");
    if (resource.holdsLinks) {
      expect([etag, first.headers.get("cache-control")]).toEqual([null, "no-store"]);
      return;
    }
    expect(first.headers.get("cache-control")).toBe("private, no-cache");
    const again = await send(targetOf(resource), { headers: { "if-none-match": etag ?? "" } });
    expect([again.status, await again.text()]).toEqual([304, ""]);
  });

  it("lets nothing of the upstream pass that is not in its shape, whatever else is sent", async () => {
    const faults: FaultInput[] = [{ kind: "extra-fields" }, { kind: "row-fields", form: "observed" }];
    const { send } = createTestService({ faults });
    const response = await send(targetOf(resource));
    const text = `${JSON.stringify([...response.headers])}${await response.text()}`;
    expect(response.status).toBe(200);
    for (const canary of secretCanaries) expect(text).not.toContain(canary);
  });

  it("shows an older page while the upstream fails, and says so", async () => {
    const { send, simulator, clock } = createTestService();
    const first = await (await send(targetOf(resource))).text();
    simulator.setFaults([{ kind: "error", status: 500 }]);
    await clock.advance(120_000);
    const older = await send(targetOf(resource));
    expect([older.status, await older.text()]).toEqual([200, first]);
    expect(Number(older.headers.get("age"))).toBeGreaterThanOrEqual(120);
  });

  it("is a 502 where the upstream's answer is no page and none is there", async () => {
    const { send } = createTestService({ faults: [{ kind: "body", form: "truncated" }] });
    expect((await send(targetOf(resource))).status).toBe(502);
  });
});

const variants: readonly [name: string, faults: readonly FaultInput[]][] = [
  ["details nested", [{ kind: "details", form: "nested" }]],
  ["paging missing", [{ kind: "paging", form: "missing" }]],
  ["paging in data", [{ kind: "paging", form: "in-data" }]],
  ["paging on top", [{ kind: "paging", form: "top-level" }]],
  ["names in camel case", [{ kind: "artefact-names", form: "camel-case" }]],
  ["names in snake case", [{ kind: "artefact-names", form: "snake-case" }]],
  ["livestreams as a list", [{ kind: "livestreams", form: "array" }]],
  ["livestreams in data", [{ kind: "livestreams", form: "in-data" }]],
  ["numbers as text", [{ kind: "numbers-as-text" }]],
  ["times with blanks and microseconds", [{ kind: "times" }]],
  ["unknown fields", [{ kind: "extra-fields" }]],
];

describe.each(variants)("%s", (_name, faults) => {
  it.each(named)("changes nothing of what %s shows but what was not said", async (_path, resource) => {
    const [plain, varied] = await Promise.all(
      [[], faults].map(async (given) => {
        const { send } = createTestService({ faults: given });
        const response = await send(targetOf(resource));
        expect(response.status).toBe(200);
        return response.json<{ data: unknown }>();
      }),
    );
    expect(resource.page.safeParse(varied).error).toBeUndefined();
    expect(varied?.data).toEqual(plain?.data);
  });
});

const everything = { apps: "*", resources: "*", fields: "*" };
const policies = {
  policies: [
    { ...everything, name: "admin", when: { claim: "roles", includes: "admin" }, meetings: "*" },
    { ...everything, name: "own", when: { claim: "meetings", includes: "any" }, meetings: "*" },
    {
      ...everything,
      name: "teacher",
      when: { claim: "roles", includes: "teacher" },
      meetings: { fromClaim: "meetings" },
    },
  ],
};

/** A service in which callers are told apart, and a way to ask as somebody. */
async function withCallers(options: TestServiceOptions = {}) {
  const service = createTestService({
    ...options,
    settings: { ...signed({}), POLICIES: JSON.stringify(policies), ...options.settings },
  });
  const tokens = new Map<string, string>();
  const as = async (claims: Record<string, unknown>, target: string) => {
    const name = JSON.stringify(claims);
    const token = tokens.get(name) ?? (await tokenOf({ sub: "somebody", ...claims }, service.clock.now()));
    tokens.set(name, token);
    return service.send(target, { headers: bearer(token) });
  };
  return { ...service, as };
}

const admin = { roles: ["admin"] };
const teacherOf = (...meetings: string[]) => ({ roles: ["teacher"], meetings });
const unknownId = "00000000-0000-4000-8000-000000000000";

/** An answer without what differs from request to request. */
async function stable(response: Response) {
  const own = ["x-request-id", "ratelimit", "server-timing"];
  const headers = [...response.headers].filter(([name]) => !own.includes(name));
  const body = (await response.text()).replaceAll(/"(?:request_id|instance)":"[^"]*"/g, "");
  return { status: response.status, headers, body };
}

describe.each(named)("who may see %s", (_path, resource) => {
  const { owner } = resource;

  it("is told by its owner alone: an administrator, whose meeting it is, and nobody else", async () => {
    const { as } = await withCallers();
    const meeting = owner.by === "path" ? ids.meeting_id : ownMeeting;
    const asked = owner.by === "field" ? `${targetOf(resource)}?${owner.parameter}=${meeting}` : targetOf(resource);
    expect((await as(admin, asked)).status).toBe(200);
    expect((await as(teacherOf(meeting, "another"), asked)).status).toBe(owner.by === "app" ? 404 : 200);
    expect((await as(teacherOf(otherMeeting), asked)).status).toBe(404);
    expect((await as({ roles: ["guest"] }, asked)).status).toBe(403);
  });

  it("makes no difference between what is not theirs and what is not there", async () => {
    const { as } = await withCallers();
    const foreign = teacherOf("another-meeting");
    const missing = Object.fromEntries(Object.keys(ids).map((name) => [name, unknownId]));
    const asked = (over: Partial<FamilyIds>) =>
      owner.by === "field"
        ? `${targetOf(resource)}?${owner.parameter}=${Object.keys(over).length === 0 ? ownMeeting : unknownId}`
        : targetOf(resource, over);
    const [theirs, nobodys] = [await as(foreign, asked({})), await as(foreign, asked(missing))];
    expect(theirs.status).toBe(404);
    expect(await stable(theirs)).toEqual(await stable(nobodys));
  });

  it("costs as many calls, and as often, for what is not theirs as for what is not there", async () => {
    if (owner.by !== "parent") return;
    const missing = Object.fromEntries(Object.keys(ids).map((name) => [name, unknownId]));
    const cadence = async (target: string) => {
      const { as, calls, clock } = await withCallers();
      const counted: number[] = [];
      for (const pauseMs of [0, 500, 1_500, 3_500, 1_000, 60_000, 7_200_000, 200]) {
        await clock.advance(pauseMs);
        await as(teacherOf("another-meeting"), target);
        counted.push(calls());
      }
      return counted;
    };
    expect(await cadence(targetOf(resource))).toEqual(await cadence(targetOf(resource, missing)));
  });

  it("is asked for by a thousand at once of somebody else's with one upstream call at most", async () => {
    const { as, calls } = await withCallers({
      settings: { ...signed({}), POLICIES: JSON.stringify(policies), CLIENT_REQUESTS_PER_MINUTE: "100000" },
    });
    await as(teacherOf("another-meeting"), `${base}/nothing`);
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, () => as(teacherOf("another-meeting"), targetOf(resource))),
    );
    const statuses = new Set(answers.map(({ status }) => status));
    // A list that is asked for without a meeting is the asker's own.
    expect(statuses).toEqual(new Set([owner.by === "field" ? 200 : 404]));
    expect(calls()).toBeLessThanOrEqual(1);
  });
});

describe("policies by resource", () => {
  it.each(resourceNames.map((name) => [name]))("show of %s the fields that are listed, and no other", async (name) => {
    const [shown = ""] = fieldsOf(name);
    const only = { name: "few", when: "authenticated", apps: "*", meetings: "*" };
    const { as } = await withCallers({
      settings: {
        ...signed({}),
        POLICIES: JSON.stringify({ policies: [{ ...only, resources: [name], fields: { [name]: [shown] } }] }),
      },
    });
    for (const resource of resources) {
      const response = await as({}, targetOf(resource));
      if (resource.name !== name) expect(response.status).toBe(403);
      else {
        const text = await response.text();
        const hidden = fieldsOf(name).filter((field) => field !== shown && field !== "id");
        expect(response.status).toBe(200);
        for (const field of hidden) expect(text).not.toContain(`"${field}":`);
      }
    }
  });
});

describe("a meeting in which nobody is", () => {
  it("is an ordinary, cached 404 that a badge can poll", async () => {
    const { send, calls, clock } = createTestService();
    const target = `${base}/meetings/${unknownId}/active-session`;
    const first = await send(target);
    expect(first.status).toBe(404);
    expect(await first.json()).toMatchObject({ code: "no_active_session" });
    await clock.advance(1_000);
    const second = await send(target);
    expect([second.status, second.headers.get("age"), calls()]).toEqual([404, "1", 1]);
    expect(second.headers.get("cache-status")).toMatch(/^rtk-bff; hit; ttl=\d$/);
    expect(second.headers.get("ratelimit")).toMatch(/^"requests";r=/);
  });
});

describe("analytics", () => {
  it("have every day of the range, with zeros where the upstream leaves one out", async () => {
    const { send } = createTestService();
    const response = await send(`${base}/analytics/daywise?start_date=2026-01-30&end_date=2026-02-02`);
    const { data } = await response.json<{ data: Record<string, { day_stats: { day: string }[] }> }>();
    const days = ["2026-01-30", "2026-01-31", "2026-02-01", "2026-02-02"].map((day) => `${day}T00:00:00.000Z`);
    expect(data["session_stats"]?.day_stats.map(({ day }) => day)).toEqual(days);
    expect(data["recording_stats"]?.day_stats.map(({ day }) => day)).toEqual(days);
  });

  it.each([
    ["start_date=2026-02-02&end_date=2026-02-01", "start_date must not be after end_date"],
    ["start_date=2025-01-01&end_date=2026-02-01", "start_date must be at most 366 days before end_date"],
  ])("refuse %s", async (query, message) => {
    const response = await createTestService().send(`${base}/analytics/daywise?${query}`);
    expect([response.status, await response.json()]).toEqual([
      400,
      expect.objectContaining({ message: `${message}.` }),
    ]);
  });

  it("of today are fresh for a minute, and the default range moves with the day", async () => {
    const { send, calls, clock } = createTestService();
    const target = `${base}/analytics/daywise`;
    await send(target);
    await clock.advance(50_000);
    await send(target);
    expect(calls()).toBe(1);
    const daysIn = async () =>
      (await (await send(target)).json<{ data: { session_stats: { day_stats: { day: string }[] } } }>()).data
        .session_stats.day_stats;
    const before = await daysIn();
    await clock.advance(86_400_000);
    const after = await daysIn();
    expect([before.length, after.length]).toEqual([30, 30]);
    expect(after[0]?.day).toBe(before[1]?.day);
  });
});
