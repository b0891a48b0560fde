// What the simulator promises about its data, its list and its limit, under a test clock and without a socket.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import {
  createSimulator,
  type Simulator,
  SIMULATOR_ACCOUNT_ID,
  SIMULATOR_TOKEN,
  type SimulatorOptions,
} from "../../simulator/simulator.ts";
import { createTestClock } from "../support/clock.ts";

const Row = z.looseObject({
  id: z.string(),
  associated_id: z.string(),
  meeting_display_name: z.string(),
  type: z.enum(["meeting", "livestream", "participant"]),
  status: z.enum(["LIVE", "ENDED"]),
  live_participants: z.int().min(0),
  max_concurrent_participants: z.int().min(0),
  minutes_consumed: z.number().min(0),
  organization_id: z.string(),
  started_at: z.iso.datetime({ precision: 3 }),
  created_at: z.iso.datetime({ precision: 3 }),
  updated_at: z.iso.datetime({ precision: 3 }),
  ended_at: z.iso.datetime({ precision: 3 }).nullable(),
  breakout_rooms: z.array(z.looseObject({ id: z.string() })).optional(),
});
type Row = z.infer<typeof Row>;
const Page = z.object({
  success: z.literal(true),
  data: z.object({ sessions: z.array(Row) }),
  paging: z.object({ total_count: z.number(), start_offset: z.number(), end_offset: z.number() }),
});

const authorization = `Bearer ${SIMULATOR_TOKEN}`;

function listUrl(appId: string, query: Record<string, string> = {}, accountId = SIMULATOR_ACCOUNT_ID): string {
  const path = `/client/v4/accounts/${accountId}/realtime/kit/${appId}/sessions`;
  return `http://simulator${path}?${new URLSearchParams(query).toString()}`;
}

function setUp(options: SimulatorOptions = {}) {
  const clock = createTestClock();
  const simulator = createSimulator({ clock, budget: { requests: 1_000_000, windowSeconds: 300 }, ...options });
  const appId = (place: number) => simulator.apps[place]?.id ?? "";
  const get = (url: string, headers: Record<string, string> = { authorization }) =>
    simulator.fetch(new Request(url, { headers }));
  const list = async (query: Record<string, string> = {}, app = appId(0)) =>
    Page.parse(await (await get(listUrl(app, query))).json());
  return { clock, simulator, appId, get, list };
}

async function everything(list: (query: Record<string, string>) => Promise<z.infer<typeof Page>>): Promise<Row[]> {
  const rows: Row[] = [];
  for (let page = 1; ; page += 1) {
    const { data, paging } = await list({ per_page: "1000", page_no: String(page), sort_order: "ASC" });
    rows.push(...data.sessions);
    if (data.sessions.length === 0 || paging.end_offset >= paging.total_count) return rows;
  }
}

async function texts(simulator: Simulator): Promise<string[]> {
  const result: string[] = [];
  for (const app of simulator.apps) {
    const response = await simulator.fetch(
      new Request(listUrl(app.id, { per_page: "200" }), { headers: { authorization } }),
    );
    result.push(await response.text());
  }
  return result;
}

describe("time", () => {
  test("begins at the epoch that is given, goes on with the clock, and begins there again after a reset", async () => {
    const epochMs = Date.UTC(2028, 1, 29, 12);
    const { clock, simulator } = setUp({ epochMs });
    const now = () => Date.parse(simulator.state().now) - epochMs;
    expect(now()).toBe(0);
    await clock.advance(1_500);
    simulator.advance(60_000);
    expect(now()).toBe(61_500);
    simulator.reset();
    expect(now()).toBe(0);
    expect(simulator.state().epoch).toBe("2028-02-29T12:00:00.000Z");
  });
});

describe("the data", () => {
  test("is the same bit for bit for one seed and one time, however that time was reached", async () => {
    const left = setUp({ seed: 42 });
    const right = setUp({ seed: 42 });
    expect(await texts(left.simulator)).toEqual(await texts(right.simulator));
    left.simulator.advance(5_400_000);
    for (let minute = 0; minute < 90; minute += 1) {
      right.simulator.advance(60_000);
      await right.list();
    }
    const after = await texts(left.simulator);
    expect(after).toEqual(await texts(right.simulator));
    left.simulator.reset();
    left.simulator.advance(5_400_000);
    expect(await texts(left.simulator)).toEqual(after);
  });

  test("differs between seeds", async () => {
    const one = setUp({ seed: 1 });
    const two = setUp({ seed: 2 });
    expect(await texts(one.simulator)).not.toEqual(await texts(two.simulator));
  });

  test("has three apps or more, 2,000 sessions or more over 90 days, and a handful of LIVE ones", () => {
    const { simulator } = setUp();
    const { apps } = simulator.state();
    expect(apps.length).toBeGreaterThanOrEqual(3);
    expect(apps.reduce((sum, app) => sum + app.sessions, 0)).toBeGreaterThan(2000);
    for (let hour = 0; hour < 48; hour += 1) {
      simulator.advance(3_600_000);
      const live = simulator.state().apps.reduce((sum, app) => sum + app.live, 0);
      expect(live).toBeGreaterThan(0);
      expect(live).toBeLessThanOrEqual(11);
    }
  });

  test("holds what is seen in the wild: recurring meetings, room names, odd titles, extra fields, breakout rooms", async () => {
    const { list, appId, clock } = setUp();
    for (const app of [appId(0), appId(1), appId(2)]) {
      const rows = await everything((query) => list(query, app));
      const meetings = new Map<string, number>();
      for (const row of rows) {
        meetings.set(row.associated_id, (meetings.get(row.associated_id) ?? 0) + 1);
        const lag = Date.parse(row.created_at) - Date.parse(row.started_at);
        expect(lag).toBeGreaterThanOrEqual(7);
        expect(lag).toBeLessThanOrEqual(14);
        expect(row.organization_id).toBe(app);
        expect(row.status === "LIVE").toBe(row.ended_at === null);
        expect(Math.round(row.minutes_consumed * 10_000) / 10_000).toBe(row.minutes_consumed);
        expect(Date.parse(row.created_at)).toBeLessThanOrEqual(clock.now());
        expect(row.max_concurrent_participants).toBeGreaterThanOrEqual(row.live_participants);
      }
      expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length);
      expect([...meetings.values()].some((count) => count > 20)).toBe(true);
      expect([...meetings.keys()].some((id) => /^[a-z]{6}-[a-z]{6}$/.test(id))).toBe(true);
      expect(rows.some((row) => "meta" in row)).toBe(true);
      expect(rows.some((row) => "region" in row)).toBe(true);
      expect(rows.some((row) => (row.breakout_rooms?.length ?? 0) > 0)).toBe(true);
      expect(
        rows.some(
          (row) =>
            /[\u3040-\u9fff]/u.test(row.meeting_display_name) || /[\u0590-\u06ff]/u.test(row.meeting_display_name),
        ),
      ).toBe(true);
      const spanDays = (clock.now() - Date.parse(rows[0]?.started_at ?? "")) / 86_400_000;
      expect(spanDays).toBeGreaterThan(89);
    }
  });

  test("lives: sessions start, people come and go, minutes grow, the room stands empty for a while, sessions end", async () => {
    const { simulator, list } = setUp();
    const lives = new Map<string, Row[]>();
    let wasEmpty = false;
    for (let minute = 0; minute < 360; minute += 1) {
      simulator.advance(60_000);
      for (const row of (await list({ status: "LIVE", per_page: "100" })).data.sessions) {
        lives.set(row.id, [...(lives.get(row.id) ?? []), row]);
        wasEmpty ||= row.live_participants === 0;
      }
    }
    expect(wasEmpty).toBe(true);
    expect(lives.size).toBeGreaterThan(5);
    let moved = 0;
    for (const rows of lives.values()) {
      rows.reduce((before, row) => {
        expect(row.minutes_consumed).toBeGreaterThanOrEqual(before.minutes_consumed);
        expect(row.max_concurrent_participants).toBeGreaterThanOrEqual(before.max_concurrent_participants);
        expect(row.updated_at >= before.updated_at).toBe(true);
        if (row.live_participants !== before.live_participants) moved += 1;
        return row;
      });
    }
    expect(moved).toBeGreaterThan(10);
    const ended = (await list({ status: "ENDED", per_page: "1000" })).data.sessions.map((row) => row.id);
    expect([...lives.keys()].some((id) => ended.includes(id))).toBe(true);
  });
});

describe("the list", () => {
  const { simulator, list, appId } = setUp();
  const all = everything((query) => list(query));

  test("answers any query as a naive filter over all rows does", async () => {
    const rows = await all;
    const sample = fc.integer({ min: 0, max: rows.length - 1 }).map((place) => rows[place]);
    const word = sample.chain((row) =>
      fc.constantFrom(
        [...(row?.meeting_display_name ?? "")].slice(0, 4).join("").toUpperCase(),
        row?.id.slice(2, 9) ?? "",
        row?.associated_id.slice(0, 6) ?? "",
        "no such thing",
      ),
    );
    const time = sample.map((row) => row?.started_at ?? "");
    const question = fc.record(
      {
        associated_id: sample.map((row) => row?.associated_id ?? ""),
        status: fc.constantFrom("LIVE", "ENDED"),
        start_time: time,
        end_time: time,
        participants: fc.tuple(fc.nat(4), fc.nat(6)).map(([low, more]) => `${low}:${low + more}`),
        search: word,
        sort_by: fc.constantFrom("createdAt", "minutesConsumed"),
        sort_order: fc.constantFrom("ASC", "DESC"),
        page_no: fc.nat(5).map(String),
        per_page: fc.integer({ min: 1, max: 60 }).map(String),
        unheard_of: fc.constant("ignored"),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(question, async (query) => {
        const { data, paging } = await list(query);
        const expected = naive(rows, query);
        expect(data.sessions.map((row) => row.id)).toEqual(expected.page.map((row) => row.id));
        expect(paging.total_count).toBe(expected.total);
        const isEmpty = expected.page.length === 0;
        expect(paging.start_offset).toBe(isEmpty ? 0 : expected.from + 1);
        expect(paging.end_offset).toBe(isEmpty ? 0 : expected.from + expected.page.length);
      }),
      { numRuns: 300 },
    );
  });

  test("gives page one for page_no absent, empty, 0 and 1, newest first, 25 rows", async () => {
    const first = await list();
    expect(first.data.sessions).toHaveLength(25);
    expect(first.paging).toMatchObject({ start_offset: 1, end_offset: 25 });
    for (const page of ["", "0", "1"]) expect(await list({ page_no: page })).toEqual(first);
    const created = first.data.sessions.map((row) => row.created_at);
    expect(created).toEqual(created.toSorted().reverse());
  });

  test("has pages that join without gap or overlap, and an empty one after the last", async () => {
    const rows = await all;
    const seen: string[] = [];
    for (let page = 1; page <= Math.ceil(rows.length / 97); page += 1) {
      const { data } = await list({ per_page: "97", page_no: String(page) });
      seen.push(...data.sessions.map((row) => row.id));
    }
    expect(seen).toEqual(rows.map((row) => row.id).toReversed());
    const beyond = await list({ per_page: "97", page_no: "1000" });
    expect(beyond).toEqual({
      success: true,
      data: { sessions: [] },
      paging: { total_count: rows.length, start_offset: 0, end_offset: 0 },
    });
  });

  test("refuses malformed values of known parameters in the service's own error shape", async () => {
    const bad = [
      { status: "live" },
      { sort_by: "title" },
      { sort_order: "asc" },
      { page_no: "-1" },
      { per_page: "many" },
      { start_time: "yesterday" },
      { participants: "3" },
    ];
    for (const query of bad) {
      const response = await simulator.fetch(new Request(listUrl(appId(0), query), { headers: { authorization } }));
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ success: false, error: { code: 400 } });
    }
  });
});

function naive(rows: readonly Row[], query: Record<string, string>) {
  const [low, high] = (query["participants"] ?? "0:1000000").split(":").map(Number);
  const search = query["search"]?.toLowerCase() ?? "";
  const matching = rows.filter(
    (row) =>
      (query["associated_id"] ?? row.associated_id) === row.associated_id &&
      (query["status"] ?? row.status) === row.status &&
      (query["start_time"] ?? "") <= row.started_at &&
      (query["end_time"] ?? "9") >= row.started_at &&
      row.max_concurrent_participants >= (low ?? 0) &&
      row.max_concurrent_participants <= (high ?? 0) &&
      [row.meeting_display_name, row.id, row.associated_id].some((text) => text.toLowerCase().includes(search)),
  );
  const key = (row: Row) =>
    query["sort_by"] === "minutesConsumed" ? row.minutes_consumed : Date.parse(row.created_at);
  matching.sort((left, right) => key(left) - key(right) || (left.id < right.id ? -1 : 1));
  if (query["sort_order"] !== "ASC") matching.reverse();
  const perPage = Number(query["per_page"] ?? "25");
  const from = (Math.max(1, Number(query["page_no"] ?? "1")) - 1) * perPage;
  return { page: matching.slice(from, from + perPage), total: matching.length, from };
}

describe("the door", () => {
  const { get, appId } = setUp();

  test("refuses a missing, malformed or wrong token with 401 in the v4 shape", async () => {
    for (const headers of [{}, { authorization: "Bearer wrong" }, { authorization: SIMULATOR_TOKEN }]) {
      const response = await get(listUrl(appId(0)), headers);
      expect(response.status).toBe(401);
      expect(await response.json()).toEqual({
        success: false,
        errors: [{ code: 10_000, message: "Authentication error" }],
        messages: [],
        result: null,
      });
    }
  });

  test("refuses another account, an app that is not there, other paths and other methods", async () => {
    const foreign = await get(listUrl(appId(0), {}, "f".repeat(32)));
    expect(foreign.status).toBe(403);
    expect(await foreign.json()).toMatchObject({ errors: [{ code: 10_000 }] });
    const unknownApp = await get(listUrl("no-such-app"));
    expect(unknownApp.status).toBe(404);
    expect(await unknownApp.json()).toMatchObject({ success: false, error: { code: 404 } });
    for (const path of ["/", "/client/v4", "/client/v4/accounts", `${new URL(listUrl(appId(0))).pathname}/`]) {
      expect((await get(`http://simulator${path}`)).status).toBe(404);
    }
  });

  test("takes nothing but GET on the list", async () => {
    const { simulator } = setUp();
    for (const method of ["POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"]) {
      const response = await simulator.fetch(new Request(listUrl(appId(0)), { method, headers: { authorization } }));
      expect(response.status).toBe(405);
      expect(response.headers.get("allow")).toBe("GET");
    }
  });

  test("verifies the token, with the number 10000 in messages", async () => {
    const good = await get("http://simulator/client/v4/user/tokens/verify");
    expect(await good.json()).toMatchObject({
      success: true,
      result: { status: "active" },
      messages: [{ code: 10_000 }],
    });
    expect((await get("http://simulator/client/v4/user/tokens/verify", {})).status).toBe(401);
  });
});

describe("the limit", () => {
  const budget = { requests: 1200, windowSeconds: 300 };

  test("admits exactly 1,200 calls over all routes in 300 s, then blocks everything for 300 s", async () => {
    const { clock, get, appId, simulator } = setUp({ budget });
    for (let call = 0; call < 1200; call += 1) {
      const url = call % 2 === 0 ? listUrl(appId(call % 3)) : "http://simulator/client/v4/user/tokens/verify";
      expect((await get(url)).status).toBe(200);
    }
    const refused = await get(listUrl(appId(0)));
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("300");
    expect(await refused.json()).toMatchObject({ success: false, errors: [{ code: 971 }] });
    await clock.advance(299_001);
    const later = await get("http://simulator/client/v4/user/tokens/verify");
    expect(later.status).toBe(429);
    expect(later.headers.get("retry-after")).toBe("1");
    await clock.advance(999);
    expect((await get(listUrl(appId(0)))).status).toBe(200);
    const state = simulator.state();
    expect(state.calls).toMatchObject({ total: 1203, blocked: 2, byStatus: { 200: 1201, 429: 2 }, inFlight: 0 });
    expect(state.peakCallsInWindow).toBe(1202);
  });

  test("slides: a call is forgotten exactly 300 s after it was made, and 4 calls a second are never refused", async () => {
    const { clock, get, appId, simulator } = setUp({ budget: { requests: 3, windowSeconds: 300 } });
    const url = listUrl(appId(0), { per_page: "1" });
    for (let call = 0; call < 3; call += 1) {
      expect((await get(url)).status).toBe(200);
      simulator.advance(100_000);
    }
    expect((await get(url)).status).toBe(200);
    await clock.advance(99_999);
    expect((await get(url)).status).toBe(429);

    const steady = setUp({ budget });
    for (let call = 0; call < 4000; call += 1) {
      expect((await steady.get("http://simulator/client/v4/user/tokens/verify")).status).toBe(200);
      steady.simulator.advance(250);
    }
    expect(steady.simulator.state().peakCallsInWindow).toBe(1200);
  });

  test("shows headers that do not follow the budget unless told to, or none", async () => {
    const { get, appId, simulator } = setUp({ budget });
    const url = listUrl(appId(0));
    for (let call = 0; call < 3; call += 1) {
      const response = await get(url);
      expect(response.headers.get("ratelimit")).toBe('"default";r=1199;t=1');
      expect(response.headers.get("ratelimit-policy")).toBe('"default";q=1200;w=300');
    }
    simulator.setFaults([{ kind: "rate-headers", form: "truthful" }]);
    expect((await get(url)).headers.get("ratelimit")).toBe('"default";r=1196;t=300');
    simulator.setFaults([{ kind: "rate-headers", form: "absent" }]);
    expect((await get(url)).headers.get("ratelimit")).toBeNull();
  });
});
