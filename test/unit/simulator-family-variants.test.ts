// The ways in which the family's answers are known to vary, each as a fault that a test can set; and the faults of every answer, on
// the routes of the family.
import { describe, expect, test } from "vitest";
import { canaries } from "../../simulator/canaries.ts";
import type { FaultInput } from "../../simulator/faults.ts";
import { appRoutes, type AppRoute } from "../../simulator/routes.ts";
import {
  createSimulator,
  SIMULATOR_ACCOUNT_ID,
  SIMULATOR_TOKEN,
  type SimulatorOptions,
} from "../../simulator/simulator.ts";
import { createTestClock } from "../support/clock.ts";

type Row = { id: string; type: string; associated_id: string };

async function setUp(faults: readonly FaultInput[] = [], options: SimulatorOptions = {}) {
  const clock = createTestClock(Date.UTC(2026, 10, 22, 10));
  const simulator = createSimulator({ clock, seed: 11, ...options });
  const base = `/client/v4/accounts/${SIMULATOR_ACCOUNT_ID}/realtime/kit/${simulator.apps[2]?.id ?? ""}`;
  const headers = { authorization: `Bearer ${SIMULATOR_TOKEN}` };
  const get = (path: string) => simulator.fetch(new Request(`http://simulator${base}${path}`, { headers }));
  const json = async (path: string) => JSON.parse(await (await get(path)).text());

  const ended: Row[] = (await json("/sessions?status=ENDED&per_page=60")).data.sessions;
  const [live]: Row[] = (await json("/sessions?status=LIVE")).data.sessions;
  const streamed = ended.slice(4).find(({ type }) => type === "livestream");
  if (!streamed || !live) throw new TypeError("this seed has no such sessions");
  const { id } = streamed;
  const [person] = (await json(`/sessions/${id}/participants`)).data.participants;
  const paths: Readonly<Record<AppRoute, string>> = {
    sessions: "/sessions?per_page=2&status=ENDED",
    session: `/sessions/${id}`,
    "active-session": `/meetings/${live.associated_id}/active-session`,
    participants: `/sessions/${id}/participants`,
    participant: `/sessions/${id}/participants/${person.id}`,
    "peer-report": `/sessions/peer-report/${person.id}`,
    chat: `/sessions/${id}/chat`,
    transcript: `/sessions/${id}/transcript`,
    summary: `/sessions/${id}/summary`,
    livestreams: `/sessions/${id}/livestream-sessions`,
    recordings: "/recordings?per_page=5&status=UPLOADED",
    analytics: "/analytics/daywise",
  };
  simulator.setFaults(faults);
  return { simulator, clock, get, json, paths };
}

/** Every artefact is there, so that all routes answer 200. */
const ready: FaultInput = { kind: "artefact-state", state: "ready" };

describe("the variants of the family", () => {
  test("session rows carry the undocumented fields when asked, by option or by fault, and on one route alone", async () => {
    const documented = await setUp();
    expect((await documented.json(documented.paths.session)).data).not.toHaveProperty("total_participants");
    const observed = await setUp([{ kind: "row-fields", form: "documented", route: "sessions" }], {
      rowFields: "observed",
    });
    const row = (await observed.json(observed.paths.session)).data;
    for (const field of ["total_participants", "recording_status", "livestream_status", "settings"]) {
      expect(row).toHaveProperty(field);
    }
    expect(row.parent_session_id).toBeNull();
    expect((await observed.json(observed.paths.sessions)).data.sessions[0]).not.toHaveProperty("total_participants");
    const faulty = await setUp([{ kind: "row-fields", form: "observed" }]);
    expect((await faulty.json(faulty.paths.sessions)).data.sessions[0]).toHaveProperty("total_participants");
  });

  test("details come flat, or nested in data.session", async () => {
    const flat = await setUp();
    const nested = await setUp([{ kind: "details" }]);
    const { data } = await flat.json(flat.paths.session);
    expect((await nested.json(nested.paths.session)).data).toEqual({ session: data });
  });

  test("the paging of participants stands in data, at the top level, or nowhere", async () => {
    const forms = { "in-data": [true, false], "top-level": [false, true], missing: [false, false] } as const;
    for (const form of ["in-data", "top-level", "missing"] as const) {
      const { json, paths } = await setUp([{ kind: "paging", form, route: "participants" }]);
      const body = await json(paths.participants);
      expect(["paging" in body.data, "paging" in body]).toEqual(forms[form]);
      expect(body.data.participants.length).toBeGreaterThan(0);
    }
  });

  test("transcript and summary are written in one way, the other, or each in its own", async () => {
    const keys = async (...faults: FaultInput[]) => {
      const { json, paths } = await setUp([ready, ...faults]);
      const both = [await json(paths.transcript), await json(paths.summary)];
      return both.map(({ data }) => Object.keys(data));
    };
    const snake = ["session_id", "summary_download_url", "summary_download_url_expiry"];
    const camel = ["sessionId", "summaryDownloadUrl", "summaryDownloadUrlExpiry"];
    const transcript = (names: string[]) => names.map((name) => name.replace("summary", "transcript"));
    expect(await keys()).toEqual([["sessionId", ...transcript(snake).slice(1)], camel]);
    expect(await keys({ kind: "artefact-names", form: "snake-case" })).toEqual([transcript(snake), snake]);
    expect(await keys({ kind: "artefact-names", form: "camel-case" })).toEqual([transcript(camel), camel]);
  });

  test("livestreams come as an array, in data.data, or one alone", async () => {
    const data = async (...faults: FaultInput[]) => {
      const { json, paths } = await setUp(faults);
      return json(paths.livestreams);
    };
    const inside = await data();
    expect(inside.data.paging.total_count).toBe(inside.data.data.length);
    const array = await data({ kind: "livestreams", form: "array" });
    expect(array.data).toEqual(inside.data.data);
    expect(array.paging).toEqual(inside.data.paging);
    expect((await data({ kind: "livestreams", form: "one-object" })).data).toEqual(inside.data.data[0]);
  });

  test("sizes and seconds come as texts", async () => {
    const { json, paths } = await setUp([{ kind: "numbers-as-text" }]);
    const [recording] = (await json(paths.recordings)).data;
    expect(recording.file_size).toMatch(/^\d+$/);
    expect(recording.recording_duration).toMatch(/^\d+$/);
    const [stream] = (await json(paths.livestreams)).data.data;
    expect(stream.ingest_seconds).toMatch(/^\d+$/);
    expect(stream.viewer_seconds).toMatch(/^[\d.]+$/);
    expect((await json(paths.session)).data.live_participants).toBe(0);
  });

  test("instants come with a blank and microseconds, everywhere", async () => {
    const { json, paths } = await setUp([ready, { kind: "times" }]);
    for (const route of appRoutes) {
      const text = JSON.stringify(await json(paths[route]));
      expect(text, route).not.toMatch(/\d{4}-\d\d-\d\dT\d\d/);
      expect(text, route).toMatch(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}Z/);
    }
  });

  test("the expiry of a link is unparsable, missing, null, a number, or past", async () => {
    const expiries = [];
    for (const form of ["unparsable", "missing", "null", "number", "past"] as const) {
      const { json, paths } = await setUp([ready, { kind: "artefact-expiry", form }]);
      const { data } = await json(paths.chat);
      expect(data.chat_download_url).toContain("X-Amz-Signature=");
      expiries.push(data.chat_download_url_expiry);
      const [recording] = (await json(paths.recordings)).data;
      expect(typeof recording.download_url_expiry).toBe(typeof data.chat_download_url_expiry);
    }
    expect(expiries[0]).toSatisfy((text: string) => Number.isNaN(Date.parse(text)));
    expect(expiries.slice(1, 3)).toEqual([undefined, null]);
    expect(expiries[3]).toBeTypeOf("number");
    expect(Date.parse(expiries[4])).toBeLessThan(Date.UTC(2026, 10, 22, 10));
  });

  test("an artefact is made ready, empty, a placeholder or absent, and an absent one is answered in every way seen", async () => {
    const links: string[] = [];
    for (const state of ["ready", "empty", "placeholder"] as const) {
      const { json, simulator, paths } = await setUp([{ kind: "artefact-state", state }]);
      const { data } = await json(paths.transcript);
      links.push(data.transcript_download_url);
      const file = await simulator.fetch(new Request(data.transcript_download_url));
      expect(file.status).toBe(200);
      expect((await file.text()).length > 0).toBe(state === "ready");
    }
    expect(links[2]).toContain("/rtk-prod-transcription/store/default/transcript.csv?");
    const answers: [number, unknown][] = [];
    for (const form of ["not-found", "bad-request", "null", "null-link"] as const) {
      const { get, paths } = await setUp([
        { kind: "artefact-state", state: "absent" },
        { kind: "artefact-absent", form },
      ]);
      const response = await get(paths.summary);
      answers.push([response.status, JSON.parse(await response.text())]);
    }
    expect(answers).toMatchObject([
      [404, { success: false, error: { code: 404 } }],
      [400, { success: false, error: { code: 400 } }],
      [200, { success: true, data: null }],
      [200, { success: true, data: { summaryDownloadUrl: null, summaryDownloadUrlExpiry: null } }],
    ]);
  });

  test("a peer report lacks its report, or has null for one", async () => {
    const missing = await setUp([{ kind: "peer-report" }]);
    expect((await missing.json(missing.paths["peer-report"])).data.participant).not.toHaveProperty("peer_report");
    const none = await setUp([{ kind: "peer-report", form: "null" }]);
    expect((await none.json(none.paths["peer-report"])).data.participant.peer_report).toBeNull();
  });

  test("fields that nobody knows stand in every answer, beside all that was there before", async () => {
    const plain = await setUp([ready]);
    const extra = await setUp([ready, { kind: "extra-fields" }]);
    for (const route of appRoutes) {
      const path = extra.paths[route];
      const body = await extra.json(path);
      expect(JSON.stringify(body), route).toContain(canaries.unknownField);
      expect(body, route).toMatchObject(await plain.json(path));
    }
  });
});

describe("the faults of every answer", () => {
  test("break the route they name and leave the others alone", async () => {
    for (const route of appRoutes) {
      const { get, paths } = await setUp([ready, { kind: "error", status: 503, route }]);
      for (const other of appRoutes) {
        expect((await get(paths[other])).status, `${other} under ${route}`).toBe(other === route ? 503 : 200);
      }
    }
  });

  test("spoil the text, the envelope and the connection on every route", async () => {
    const text = async (fault: FaultInput, route: AppRoute) => {
      const { get, paths } = await setUp([ready, fault]);
      return (await get(paths[route])).text();
    };
    for (const route of appRoutes) {
      for (const form of ["truncated", "not-json", "nan"] as const) {
        const body = await text({ kind: "body", form }, route);
        expect((): unknown => JSON.parse(body), `${route} ${form}`).toThrow(SyntaxError);
      }
      const parsed = async (form: Extract<FaultInput, { kind: "body" }>["form"] & string) =>
        JSON.parse(await text({ kind: "body", form }, route));
      expect(await parsed("data-missing"), route).not.toHaveProperty("data");
      expect((await parsed("data-null")).data, route).toBeNull();
      expect(Array.isArray((await parsed("data-array")).data), route).toBe(true);
      expect((await parsed("success-false")).success, route).toBe(false);
      expect(await text({ kind: "body", form: "proto" }, route), route).toContain("__proto__");
      await expect(text({ kind: "reset" }, route), route).rejects.toThrow(TypeError);
      await expect(text({ kind: "cut-body" }, route), route).rejects.toThrow("terminated");
    }
  });

  test("hold answers back on the clock", async () => {
    const { get, clock, paths } = await setUp([{ kind: "latency", latencyMs: 200, route: "participants" }]);
    let answered = false;
    const pending = get(paths.participants).then(() => (answered = true));
    await clock.advance(199);
    expect(answered).toBe(false);
    await clock.advance(1);
    await pending;
    expect(answered).toBe(true);
  });

  test("empty the lists of the family, and count their pages from zero", async () => {
    const empty = await setUp([{ kind: "empty-list" }]);
    expect((await empty.json(empty.paths.participants)).data.participants).toEqual([]);
    expect((await empty.json(empty.paths.recordings)).data).toEqual([]);
    expect((await empty.json(empty.paths.analytics)).data.session_stats.sessions_count).toBe(0);
    const plain = await setUp();
    const zero = await setUp([{ kind: "pages-from-zero" }]);
    expect(await zero.json("/recordings?per_page=3&page_no=1")).toEqual(
      await plain.json("/recordings?per_page=3&page_no=2"),
    );
  });
});
