// What the simulator promises about everything around a session: that it is the same on every run, that all of it adds up, and that
// what is not there is refused in the service's own words.
import { describe, expect, test } from "vitest";
import { secretCanaries } from "../../simulator/canaries.ts";
import { appRoutes, reach } from "../../simulator/routes.ts";
import {
  createSimulator,
  SIMULATOR_ACCOUNT_ID,
  SIMULATOR_TOKEN,
  type SimulatorOptions,
} from "../../simulator/simulator.ts";
import { createTestClock } from "../support/clock.ts";

const nowMs = Date.UTC(2026, 10, 22, 10);
const dayMs = 86_400_000;
const base = (appId: string) => `/client/v4/accounts/${SIMULATOR_ACCOUNT_ID}/realtime/kit/${appId}`;

type Row = {
  id: string;
  associated_id: string;
  status: string;
  live_participants: number;
  max_concurrent_participants: number;
  minutes_consumed: number;
  total_participants: number;
  started_at: string;
  ended_at: string | null;
  [field: string]: unknown;
};
type Person = { id: string; duration: number; joined_at: string; left_at: string | null; display_name: string };

function setUp(options: SimulatorOptions = {}) {
  const simulator = createSimulator({
    clock: createTestClock(nowMs),
    seed: 11,
    budget: { requests: 1_000_000, windowSeconds: 300 },
    ...options,
  });
  const appId = simulator.apps[2]?.id ?? "";
  const headers = { authorization: `Bearer ${SIMULATOR_TOKEN}` };
  const get = (path: string, method = "GET") =>
    simulator.fetch(new Request(`http://simulator${base(appId)}${path}`, { headers, method }));
  const text = async (path: string) => (await get(path)).text();
  const json = async (path: string) => JSON.parse(await text(path));
  const rows = async (query: string): Promise<Row[]> => (await json(`/sessions?${query}`)).data.sessions;
  const people = async (id: string, query = ""): Promise<Person[]> =>
    (await json(`/sessions/${id}/participants?per_page=200&${query}`)).data.participants;
  return { simulator, appId, get, text, json, rows, people };
}

async function everyPath({ rows, people }: ReturnType<typeof setUp>): Promise<string[]> {
  const [live] = await rows("status=LIVE");
  const paths = ["/recordings?per_page=20", "/analytics/daywise", `/meetings/${live?.associated_id}/active-session`];
  for (const { id } of (await rows("status=ENDED&per_page=12")).slice(2)) {
    const [person] = await people(id);
    paths.push(`/sessions/${id}`, `/sessions/${id}/participants?include_peer_events=true`);
    paths.push(`/sessions/${id}/participants/${person?.id}`, `/sessions/peer-report/${person?.id}`);
    for (const leaf of ["chat", "transcript", "summary", "livestream-sessions"]) paths.push(`/sessions/${id}/${leaf}`);
  }
  return paths;
}

describe("the session family", () => {
  test("is the same bit for bit for one seed and one time, and another for another seed", async () => {
    const left = setUp();
    const right = setUp();
    for (const path of (await everyPath(left)).toReversed()) expect(await left.text(path)).toBe(await right.text(path));
    expect(await setUp({ seed: 12 }).text("/recordings")).not.toBe(await left.text("/recordings"));
  });

  test("has participants who add up to the session's numbers at every moment of its life", async () => {
    const { simulator, rows, people } = setUp({ rowFields: "observed" });
    let partly = 0;
    for (let step = 0; step < 12; step += 1) {
      simulator.advance(600_000);
      for (const row of [...(await rows("status=LIVE")), ...(await rows("status=ENDED&per_page=3"))]) {
        const everybody = await people(row.id);
        const inside = everybody.filter(({ left_at }) => left_at === null);
        expect(everybody).toHaveLength(row.total_participants);
        expect(inside).toHaveLength(row.live_participants);
        if (inside.length > 0 && inside.length < everybody.length) partly += 1;
        expect(everybody.reduce((sum, { duration }) => sum + duration, 0)).toBeCloseTo(row.minutes_consumed, 3);
        const changes = everybody
          .flatMap(({ joined_at, left_at }) => [
            { at: joined_at, by: 1 },
            ...(left_at === null ? [] : [{ at: left_at, by: -1 }]),
          ])
          .sort((one, other) => one.at.localeCompare(other.at) || other.by - one.by);
        let now = 0;
        let most = 0;
        for (const { by } of changes) most = Math.max(most, (now += by));
        expect(most).toBe(row.max_concurrent_participants);
        expect(everybody[0]?.joined_at).toBe(row.started_at);
      }
    }
    expect(partly).toBeGreaterThan(0);
  });

  test("knows the same people again, some with names that a careless page would choke on", async () => {
    const { rows, people } = setUp();
    const names = new Map<string, Set<string>>();
    for (const { id } of await rows("per_page=60")) {
      for (const person of await people(id)) {
        const known = names.get(person.display_name) ?? new Set();
        names.set(person.display_name, known.add(person.id));
      }
    }
    expect([...names.values()].some((ids) => ids.size > 3)).toBe(true);
    for (const hostile of ["=1+1", "<img", "\u202E", "🚀"]) {
      expect([...names.keys()].some((name) => name.includes(hostile))).toBe(true);
    }
  });

  test("searches, sorts and cuts participants, and shows one of them alone", async () => {
    const { json, get, rows, people } = setUp();
    const busiest = (await rows("per_page=100&status=ENDED")).toSorted(
      (left, right) => right.max_concurrent_participants - left.max_concurrent_participants,
    )[0];
    const id = busiest?.id ?? "";
    const all = await people(id);
    expect(all.length).toBeGreaterThan(4);
    const path = `/sessions/${id}/participants`;
    const second = await json(`${path}?per_page=2&page_no=2`);
    expect(second.data.participants).toEqual(all.slice(2, 4));
    expect(second.data.paging).toEqual({ total_count: all.length, start_offset: 3, end_offset: 4 });
    const longest = await people(id, "sort_by=duration&sort_order=DESC");
    expect(longest.map(({ duration }) => duration)).toEqual(
      all.map(({ duration }) => duration).toSorted((left, right) => right - left),
    );
    expect(await people(id, `search=${all[3]?.id}`)).toEqual([all[3]]);
    expect((await json(`${path}/${all[3]?.id}`)).data.participant).toEqual(all[3]);
    const [first] = (await json(`${path}?per_page=1&include_peer_events=true`)).data.participants;
    expect(first.peer_events.map((event: { event_name: string }) => event.event_name)).toEqual([
      "PEER_CREATED",
      "PEER_JOINING",
      "PEER_LEAVING",
    ]);
    for (const query of ["per_page=0", "per_page=201", "sort_by=name", "view=all", "include_peer_events=yes"]) {
      expect((await get(`${path}?${query}`)).status, query).toBe(400);
    }
  });

  test("shows the list's row in the details and as the active session, and 404 when nothing runs in a meeting", async () => {
    const { json, get, rows } = setUp();
    const [live] = await rows("status=LIVE");
    if (!live) throw new TypeError("nothing runs");
    const { breakout_rooms: rooms = [], ...flat } = live;
    expect((await json(`/meetings/${live.associated_id}/active-session`)).data).toEqual(flat);
    expect((await json(`/sessions/${live.id}`)).data).toEqual(flat);
    expect((await json(`/sessions/${live.id}?include_breakout_rooms=true`)).data.breakout_rooms).toEqual(rooms);
    const idle = await get("/meetings/nobody-here/active-session");
    expect(idle.status).toBe(404);
    expect(await idle.json()).toEqual({
      success: false,
      error: { code: 404, message: "No active session found for meeting_id nobody-here" },
    });
  });

  test("adds breakout rooms to the minutes of whoever was in them when asked for the consolidated view", async () => {
    const { rows, people } = setUp();
    const row = (await rows("per_page=300&status=ENDED")).find(
      ({ breakout_rooms: rooms }) => Array.isArray(rooms) && rooms.length > 0,
    );
    const rooms = row?.["breakout_rooms"];
    const sum = (minutes: readonly number[]) => minutes.reduce((total, one) => total + one, 0);
    const of = async (view: string) =>
      sum((await people(row?.id ?? "", `view=${view}`)).map(({ duration }) => duration));
    const more = Array.isArray(rooms) ? sum(rooms.map((room: Row) => room.minutes_consumed)) : 0;
    expect(more).toBeGreaterThan(0);
    const joined = (await people(row?.id ?? "")).length;
    expect(joined).toBeGreaterThanOrEqual(2);
    expect((await of("consolidated")) - (await of("raw"))).toBeGreaterThan(0);
    expect((await of("consolidated")) - (await of("raw"))).toBeLessThanOrEqual(more + 0.001);
  });

  test("adds up by day to what the list and the recordings say", async () => {
    const { json, rows } = setUp();
    const { session_stats: bySession, recording_stats: byRecording } = (
      await json("/analytics/daywise?start_date=2026-11-16&end_date=2026-11-21")
    ).data;
    const range = "start_time=2026-11-16T00:00:00.000Z&end_time=2026-11-21T23:59:59.999Z";
    const week = await rows(`${range}&per_page=1000`);
    expect(bySession.sessions_count).toBe(week.length);
    expect(bySession.sessions_minutes_consumed).toBeCloseTo(
      week.reduce((sum, row) => sum + row.minutes_consumed, 0),
      2,
    );
    for (const day of bySession.day_stats) {
      const ofDay = week.filter(({ started_at }) => started_at.slice(0, 10) === day.day.slice(0, 10));
      expect(day.day).toMatch(/T00:00:00\.000Z$/);
      expect(day.total_sessions).toBe(ofDay.length);
      expect(day.total_session_minutes).toBeCloseTo(
        ofDay.reduce((sum, row) => sum + row.minutes_consumed, 0),
        2,
      );
    }
    const recorded = await json(`/recordings?${range}&per_page=1`);
    expect(byRecording.recording_count).toBe(recorded.paging.total_count);
    const usual = (await json("/analytics/daywise")).data.session_stats.day_stats;
    expect(usual).toHaveLength(30);
    const early = (await json("/analytics/daywise?start_date=2026-07-01&end_date=2026-09-01")).data;
    expect(early.session_stats.day_stats.length).toBeLessThan(12);
  });

  test("moves recordings from state to state, and keeps the session's minutes and status in step", async () => {
    const { simulator, json, rows } = setUp({ rowFields: "observed" });
    const seen = new Map<string, string[]>();
    for (let minute = 0; minute < 480; minute += 1) {
      simulator.advance(60_000);
      for (const { id, status } of (await json("/recordings?per_page=12")).data) {
        const states = seen.get(id) ?? [];
        if (states.at(-1) !== status) seen.set(id, [...states, status]);
      }
    }
    const order = ["INVOKED", "RECORDING", "PAUSED", "UPLOADING", "UPLOADED", "ERRORED"];
    const states = new Set([...seen.values()].flat());
    for (const state of ["RECORDING", "UPLOADING", "UPLOADED"]) expect(states).toContain(state);
    for (const path of seen.values()) {
      const places = path.map((state) => order.indexOf(state)).filter((place) => place !== 2);
      expect(places).toEqual(places.toSorted((left, right) => left - right));
    }
    for (const row of await rows("status=ENDED&per_page=40")) {
      const own = (await json("/recordings?per_page=200")).data.filter(
        (recording: { session_id: string }) => recording.session_id === row.id,
      );
      expect(row["recording_status"]).toBe(own[0]?.status ?? "NOT_RECORDED");
      const seconds = own.reduce(
        (sum: number, { recording_duration: duration }: { recording_duration: number }) => sum + duration,
        0,
      );
      expect(Math.abs(Number(row["recording_minutes_consumed"]) * 60 - seconds)).toBeLessThan(2);
    }
  });

  test("filters recordings by meeting, state and time, and has tracks, strange storage, and none at all", async () => {
    const { json, get } = setUp();
    const all = (await json("/recordings?per_page=200")).data;
    const meeting = all[0].meeting.id;
    const ofMeeting = (await json(`/recordings?per_page=200&meeting_id=${meeting}`)).data;
    expect(new Set(ofMeeting.map((row: { meeting: { id: string } }) => row.meeting.id))).toEqual(new Set([meeting]));
    for (const query of ["status=UPLOADED&status=ERRORED", "status=UPLOADED,ERRORED"]) {
      const found = (await json(`/recordings?per_page=200&${query}`)).data;
      expect(new Set(found.map((row: { status: string }) => row.status))).toEqual(new Set(["UPLOADED", "ERRORED"]));
    }
    const uploaded = all.filter((row: { status: string }) => row.status === "UPLOADED");
    expect(uploaded.some((row: { download_url: unknown }) => Array.isArray(row.download_url))).toBe(true);
    expect(uploaded.some((row: { download_url: unknown }) => row.download_url === null)).toBe(true);
    expect(uploaded.some((row: { storage_config: unknown }) => row.storage_config !== null)).toBe(true);
    expect(uploaded[0].stop_reason.caller).toHaveProperty("user_Id");
    expect((await get("/recordings?status=DONE")).status).toBe(400);
    const oldest = await json("/recordings?per_page=1&sort_order=ASC");
    const newest = await json(`/recordings?per_page=1&page_no=${oldest.paging.total_count}`);
    expect(newest.data).toEqual(oldest.data);
  });

  test("splits the minutes of a session by kind, and streams only livestreams", async () => {
    const { json, rows } = setUp({ rowFields: "observed" });
    let streamed = 0;
    for (const row of await rows("status=ENDED&per_page=60")) {
      const parts = ["group_call", "webinar", "audio_room"].map((kind) => Number(row[`${kind}_minutes_consumed`]));
      expect(parts.reduce((sum, part) => sum + part, 0)).toBe(row.minutes_consumed);
      const streams = (await json(`/sessions/${row.id}/livestream-sessions`)).data.data;
      expect(row["livestream_status"]).toBe(streams.length > 0 ? "LIVESTREAMED" : "NOT_LIVESTREAMED");
      expect(row["type"] === "livestream").toBe(streams.length > 0);
      streamed += streams.length;
    }
    expect(streamed).toBeGreaterThan(0);
  });

  test("lets chat, transcript and summary appear minutes after the end, for some sessions never", async () => {
    const { get, rows } = setUp();
    const [live] = await rows("status=LIVE");
    const before = await get(`/sessions/${live?.id}/chat`);
    expect(before.status).toBe(404);
    expect(await before.json()).toMatchObject({ success: false, error: { code: 404 } });
    const outcomes = new Set<string>();
    for (const { id, ended_at: endedAt } of await rows("status=ENDED&per_page=60")) {
      const age = nowMs - Date.parse(endedAt ?? "");
      for (const leaf of ["chat", "transcript", "summary"]) {
        const response = await get(`/sessions/${id}/${leaf}`);
        const body = await response.text();
        const path = /https:[^?]+/.exec(body)?.[0] ?? "";
        const state = path.includes("/store/default/") ? "placeholder" : path.includes("/empty/") ? "empty" : "ready";
        outcomes.add(`${leaf} ${response.status === 404 ? "absent" : state}`);
        if (age < 60_000) expect(response.status).toBe(404);
        if (response.status === 200) {
          expect(Date.parse(/T?Expiry":"([^"]+)|expiry":"([^"]+)/.exec(body)?.slice(1).find(Boolean) ?? "")).toBe(
            Date.parse(endedAt ?? "") + 7 * dayMs,
          );
        }
      }
    }
    for (const leaf of ["chat", "transcript", "summary"]) {
      for (const state of ["absent", "empty", "ready"]) expect(outcomes).toContain(`${leaf} ${state}`);
    }
    expect(outcomes).toContain("transcript placeholder");
  });

  test("reports on a peer after the call, whole or in the part asked for, with everything that must not pass", async () => {
    const { json, get, rows, people } = setUp();
    const [live] = await rows("status=LIVE");
    const [inside] = await people(live?.id ?? "");
    expect((await get(`/sessions/peer-report/${inside?.id}`)).status).toBe(404);
    const ended = (await rows("status=ENDED&per_page=4"))[3];
    const [person] = await people(ended?.id ?? "");
    const path = `/sessions/peer-report/${person?.id}`;
    const { participant } = (await json(path)).data;
    expect(participant).toMatchObject({ id: person?.id, session_id: ended?.id, duration: person?.duration });
    expect(participant.peer_report.quality.audio_consumer.length).toBeGreaterThan(10);
    expect(participant.peer_report.quality.video_producer_cumulative).toHaveProperty("quality_mos.p90");
    const part = (await json(`${path}?filters=ip_information`)).data.participant.peer_report;
    expect(Object.keys(part)).toEqual(["metadata"]);
    expect(Object.keys(part.metadata)).toEqual(["ip_information"]);
    expect((await get(`${path}?filters=everything`)).status).toBe(400);
  });

  test("puts a canary of every kind into what it sends", async () => {
    const family = setUp();
    family.simulator.setFaults([{ kind: "extra-fields" }]);
    const bodies = await Promise.all(
      [...(await everyPath(family)), "/recordings?per_page=200"].map((path) => family.text(path)),
    );
    const streams = await Promise.all(
      (await family.rows("per_page=60&status=ENDED")).map(({ id }) =>
        family.text(`/sessions/${id}/livestream-sessions`),
      ),
    );
    const everything = [...bodies, ...streams].join("\n");
    for (const canary of secretCanaries) expect(everything).toContain(canary);
  });
});

describe("the routes", () => {
  test("take the literal segment before the variable one, and no other form of a path", () => {
    const at = (path: string) => reach(base("app") + path);
    expect(at("/sessions/peer-report/x").route).toBe("peer-report");
    expect(at("/sessions/peer-report/chat").route).toBe("peer-report");
    expect(at("/sessions/abc/chat")).toEqual({
      route: "chat",
      params: { account_id: SIMULATOR_ACCOUNT_ID, app_id: "app", session_id: "abc" },
    });
    for (const path of ["/sessions/", "/sessions//chat", "/sessions/a/chat/", "/meetings/a", "/recordings/x", "/"]) {
      expect(at(path).route, path).toBe("unknown");
    }
  });

  test("refuse unknown ids with 404 in the service's shape, and every method but GET", async () => {
    const { get, rows } = setUp();
    const [row] = await rows("status=ENDED");
    const ghost = "00000000-0000-4000-8000-000000000000";
    const tails = [
      "",
      "/participants",
      "/chat",
      "/transcript",
      "/summary",
      "/livestream-sessions",
      `/participants/${ghost}`,
    ];
    const paths = tails.map((tail) => `/sessions/${ghost}${tail}`);
    paths.push(`/sessions/${row?.id}/participants/${ghost}`, `/sessions/peer-report/${ghost}`, "/sessions/peer-report");
    for (const path of paths) {
      const response = await get(path);
      expect(response.status, path).toBe(404);
      expect(await response.json()).toMatchObject({ success: false, error: { code: 404 } });
      expect((await get(path, "POST")).status, path).toBe(405);
    }
  });

  test("are counted by name", async () => {
    const family = setUp();
    for (const path of await everyPath(family)) await family.get(path);
    const { byRoute } = family.simulator.state().calls;
    for (const route of appRoutes) expect(byRoute[route], route).toBeGreaterThan(0);
  });
});
