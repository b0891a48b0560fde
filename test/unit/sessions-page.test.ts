// How an upstream answer becomes a page: what is repaired, what is filled in, what is left out and how that is told, and
// when there is no page at all.

import { unlisted } from "../support/session-list.ts";
import { describe, expect, test } from "vitest";
import {
  normalisePage,
  type PageOptions,
  pageVolatility,
  SessionPage,
  serialisePage,
} from "../support/session-list.ts";
import type { SessionQuery } from "../support/session-list.ts";

const QUERY: SessionQuery = { sort_by: "createdAt", sort_order: "DESC", page_no: 1, per_page: 25 };
const OPTIONS: PageOptions = { query: QUERY, exposeMeta: false, firstPage: 1, appId: "app-1" };

const ROW = {
  id: "813432c7-3c5a-45e2-9acf-eef7061c7584",
  associated_id: "6bf2b8be-04dd-4191-b602-1128921a306b",
  meeting_display_name: "Weekly review",
  organization_id: "14a396e7-ca44-4937-bf1f-050a69118543",
  type: "meeting",
  status: "ENDED",
  live_participants: 0,
  max_concurrent_participants: 2,
  minutes_consumed: 2.3434,
  created_at: "2026-11-22T10:00:00.010Z",
  started_at: "2026-11-22T10:00:00.000Z",
  ended_at: "2026-11-22T11:00:00.000Z",
  updated_at: "2026-11-22T11:05:00.784Z",
  breakout_rooms: [] as unknown,
};
type Change = Record<string, unknown>;
const row = (change: Change = {}) => ({ ...ROW, ...change });
const rows = (count: number) => Array.from({ length: count }, (_, index) => row({ id: `s-${index}` }));
const answer = (sessions: unknown, paging?: unknown) => ({ success: true, data: { sessions }, paging });
const asking = (change: Partial<SessionQuery>): PageOptions => ({ ...OPTIONS, query: { ...QUERY, ...change } });

function read(body: unknown, options = OPTIONS) {
  const result = normalisePage(body, options);
  if (!result.ok) throw new Error(result.reason);
  return { page: SessionPage.parse(result.page), notes: result.notes };
}

function refusal(body: unknown): string {
  const result = normalisePage(body, OPTIONS);
  if (result.ok) throw new Error("accepted");
  return result.reason;
}

/** The one session of an answer with one changed row. */
function session(change: Change, options = OPTIONS) {
  const [only] = read(answer([row(change)]), options).page.data.sessions;
  return only;
}

/** Why a changed row is left out, beside a good one. */
function dropped(change: Change) {
  const { page, notes } = read(answer([row({ id: "good" }), row(change)]));
  expect(page.data.sessions.map(({ id }) => id)).toEqual(["good"]);
  expect(page.dropped_count).toBe(1);
  return notes.droppedReasons;
}

describe("an answer as a whole", () => {
  test("a good answer is a page", () => {
    const { page, notes } = read(answer([row()], { total_count: 1, start_offset: 1, end_offset: 1 }));
    expect(page).toEqual({
      success: true,
      data: { sessions: [{ ...ROW, ...unlisted }] },
      paging: { total_count: 1, start_offset: 1, end_offset: 1, page_no: 1, per_page: 25, has_more: false },
      dropped_count: 0,
    });
    expect(notes).toEqual({ droppedReasons: [] });
  });

  test.each([
    [null, "body.invalid"],
    ["text", "body.invalid"],
    [[], "body.invalid"],
    [{}, "data.missing"],
    [{ message: "Unauthorized" }, "data.missing"],
    [{ success: false, data: { sessions: [] } }, "success.false"],
    [{ success: "true", data: { sessions: [] } }, "success.false"],
    [{ success: true, data: null }, "data.missing"],
    [{ success: true, data: [] }, "data.invalid"],
    [{ success: true, data: {} }, "sessions.missing"],
    [{ success: true, data: { sessions: {} } }, "sessions.invalid"],
    [answer([{}]), "sessions.noneValid: id.missing"],
    [answer([null, 1, "x", []]), "sessions.noneValid: row.invalid"],
    [JSON.parse('{"__proto__":{"data":{"sessions":[]}}}'), "data.missing"],
  ])("%j is no page: %s", (body, reason) => {
    expect(refusal(body)).toBe(reason);
  });

  test("an empty list is a page, with or without success", () => {
    const { page } = read({ data: { sessions: [] } });
    expect(page.data.sessions).toEqual([]);
    expect(page.paging).toEqual({
      total_count: null,
      start_offset: 0,
      end_offset: 0,
      page_no: 1,
      per_page: 25,
      has_more: false,
    });
  });

  test("the order of the upstream's keys does not change a byte", () => {
    const reversed = Object.fromEntries(Object.entries(row({ meta: { b: 1, a: 2 } })).toReversed());
    const straight = row({ meta: { a: 2, b: 1 } });
    const options = { ...OPTIONS, exposeMeta: true };
    expect(serialisePage(read(answer([reversed]), options).page)).toBe(
      serialisePage(read(answer([straight]), options).page),
    );
  });

  test("keys are written in the order of the schema", () => {
    const result = normalisePage(answer([row({ breakout_rooms: [row()], meta: {} })]), {
      ...OPTIONS,
      exposeMeta: true,
    });
    if (!result.ok) throw new Error(result.reason);
    expect(serialisePage(result.page)).toBe(serialisePage(SessionPage.parse(result.page)));
  });

  test("no unknown field passes, on any level", () => {
    const { page } = read({
      ...answer([row({ canary: 1, breakout_rooms: [row({ canary: 1 })] })], { canary: 1 }),
      canary: 1,
    });
    expect(serialisePage(page)).not.toContain("canary");
  });

  test("ten thousand levels of nesting in any field do not overflow", () => {
    const deep: unknown = JSON.parse(`${"[".repeat(10_000)}${"]".repeat(10_000)}`);
    const object: unknown = JSON.parse(`${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`);
    for (const nested of [deep, object]) {
      expect(normalisePage(nested, OPTIONS).ok).toBe(false);
      expect(normalisePage(answer(nested), OPTIONS).ok).toBe(false);
      for (const name of [...Object.keys(ROW), "meta", "unknown"]) {
        const { page } = read(answer([row({ id: "good" }), row({ [name]: nested })], nested), {
          ...OPTIONS,
          exposeMeta: true,
        });
        expect(() => serialisePage(page)).not.toThrow();
      }
    }
  });

  test("a key __proto__ changes no prototype and passes nothing", () => {
    const good = JSON.stringify(row()).slice(1);
    const text = `{"data":{"sessions":[{"__proto__":{"polluted":true},"meta":{"__proto__":{"polluted":true},"a":1},${good}]}}`;
    const { page } = read(JSON.parse(text), { ...OPTIONS, exposeMeta: true });
    expect(serialisePage(page)).not.toContain("polluted");
    expect(page.data.sessions[0]?.meta).toEqual({ a: 1 });
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  test("fields are not looked up on a prototype", () => {
    const inherited: unknown = Object.create(row());
    expect(refusal(answer([inherited]))).toBe("sessions.noneValid: id.missing");
  });
});

describe("times", () => {
  test.each([
    ["2026-11-22T10:00:00.000Z", "2026-11-22T10:00:00.000Z"],
    ['2023-02-01T10:50:36.846Z"', "2023-02-01T10:50:36.846Z"],
    ["'2023-02-01T10:50:36.846Z'", "2023-02-01T10:50:36.846Z"],
    [" 2023-02-01T10:50:36.846Z ", "2023-02-01T10:50:36.846Z"],
    ["2022-12-13 07:08:39.051621Z", "2022-12-13T07:08:39.051Z"],
    ["2022-12-13T07:08:08.03Z", "2022-12-13T07:08:08.030Z"],
    ["2022-12-13T07:08:08Z", "2022-12-13T07:08:08.000Z"],
    ["2022-12-13T07:08:08.Z", "2022-12-13T07:08:08.000Z"],
    ["2022-12-13T07:08:08.999999999Z", "2022-12-13T07:08:08.999Z"],
    ["2022-12-13t07:08:08z", "2022-12-13T07:08:08.000Z"],
    ["2022-12-13T07:08:08+05:30", "2022-12-13T01:38:08.000Z"],
  ])("%j is repaired to %s", (text, canonical) => {
    const repaired = session({ started_at: text, created_at: text, updated_at: text, ended_at: text });
    expect(repaired).toMatchObject({
      started_at: canonical,
      created_at: canonical,
      updated_at: canonical,
      ended_at: canonical,
    });
  });

  const wrong = [
    "2024-02-30T10:00:00Z",
    "2024-02-28T24:00:00Z",
    "2024-02-28T10:00:00",
    "yesterday",
    0,
    1_700_000_000_000,
    true,
    {},
    [],
  ];
  const stranger = [
    "0001-01-01T00:00:00Z",
    "+275760-09-13T00:00:00.000Z",
    "2024-01-01T00:00:00.1234567890Z",
    "Z".repeat(100_000),
  ];
  test.each([...wrong, ...stranger])("%j drops the row", (text) => {
    for (const name of ["started_at", "created_at", "updated_at", "ended_at"]) {
      expect(dropped({ [name]: text })).toEqual([`${name}.invalid`]);
    }
  });

  test.each([null, undefined, "", "null", "'null'", '"null"', " "])("%j is no time", (text) => {
    expect(session({ ended_at: text })?.ended_at).toBeNull();
    expect(session({ created_at: text })?.created_at).toBe(ROW.started_at);
    expect(session({ updated_at: text })?.updated_at).toBe(ROW.ended_at);
    expect(session({ updated_at: text, ended_at: text })?.updated_at).toBe(ROW.created_at);
    expect(dropped({ started_at: text })).toEqual(["started_at.missing"]);
  });

  test("a live session has not ended, whatever its row says", () => {
    expect(session({ status: "LIVE" })?.ended_at).toBeNull();
    expect(session({ status: "LIVE", updated_at: null })?.updated_at).toBe(ROW.created_at);
  });
});

describe("fields", () => {
  test("what the official example omits is filled in", () => {
    const omitted = {
      meeting_display_name: undefined,
      organization_id: null,
      breakout_rooms: undefined,
      ended_at: undefined,
    };
    expect(session(omitted)).toMatchObject({
      meeting_display_name: "",
      organization_id: "app-1",
      breakout_rooms: [],
      ended_at: null,
    });
    const { appId: _, ...withoutApp } = OPTIONS;
    expect(session(omitted, withoutApp)?.organization_id).toBe("");
  });

  const required = [
    "id",
    "associated_id",
    "type",
    "status",
    "live_participants",
    "max_concurrent_participants",
    "minutes_consumed",
  ];
  test.each(required)("%s can't be filled in", (name) => {
    expect(dropped({ [name]: undefined })).toEqual([`${name}.missing`]);
    expect(dropped({ [name]: null })).toEqual([`${name}.missing`]);
  });

  test.each([...required, "meeting_display_name", "organization_id"])("%s of another kind drops the row", (name) => {
    for (const value of [{}, [], true, { toString: "x" }])
      expect(dropped({ [name]: value })).toEqual([`${name}.invalid`]);
  });

  test.each(["", "../../tokens", "a b", "é", "a\u0000", "a".repeat(129), 2 ** 64])("id %j drops the row", (id) => {
    expect(dropped({ id })).toEqual(["id.invalid"]);
    expect(dropped({ associated_id: id })).toEqual(["associated_id.invalid"]);
  });

  test("a room name is an associated_id", () => {
    expect(session({ associated_id: "abcdef-ghijkl" })?.associated_id).toBe("abcdef-ghijkl");
  });

  test("status and type are read in any ASCII case and no other", () => {
    expect(session({ status: "live", type: "MEETING" })).toMatchObject({ status: "LIVE", type: "meeting" });
    for (const status of ["PAUSED", " LIVE ", "lıve", ""]) expect(dropped({ status })).toEqual(["status.invalid"]);
    for (const type of ["hologram", "", "\u212A"]) expect(dropped({ type })).toEqual(["type.invalid"]);
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, Number.MAX_VALUE, "3", "NaN"])(
    "the number %s drops the row",
    (value) => {
      for (const name of ["live_participants", "max_concurrent_participants", "minutes_consumed"]) {
        expect(dropped({ [name]: value })).toEqual([`${name}.invalid`]);
      }
    },
  );

  test("people are counted in whole numbers, minutes are not", () => {
    expect(dropped({ live_participants: 1.5 })).toEqual(["live_participants.invalid"]);
    expect(session({ minutes_consumed: 1.5 })?.minutes_consumed).toBe(1.5);
    expect(Object.is(session({ minutes_consumed: -0, live_participants: -0 })?.minutes_consumed, 0)).toBe(true);
  });

  test("a title is made well formed and cut without splitting a character, and keeps its session", () => {
    expect(session({ meeting_display_name: "a\uD800b\uDC00" })?.meeting_display_name).toBe("a\uFFFDb\uFFFD");
    expect(session({ meeting_display_name: "長".repeat(100_000) })?.meeting_display_name).toBe("長".repeat(1_024));
    expect(session({ meeting_display_name: `a${"😀".repeat(1_024)}` })?.meeting_display_name).toBe(
      `a${"😀".repeat(511)}`,
    );
  });
});

describe("rows", () => {
  test("an id is on a page once; the first row stays", () => {
    const { page, notes } = read(answer([row(), row({ meeting_display_name: "later" })]));
    expect(page.data.sessions).toEqual([{ ...ROW, ...unlisted }]);
    expect(page.dropped_count).toBe(1);
    expect(notes.droppedReasons).toEqual(["row.duplicate"]);
  });

  test("reasons are distinct and every row is counted", () => {
    const { page, notes } = read(answer([row(), null, null, row({ id: 1 }), row({ id: 2 })]));
    expect(page.dropped_count).toBe(4);
    expect(notes.droppedReasons).toEqual(["row.invalid", "id.invalid"]);
  });

  test("rows beyond the page are left out, told, and not counted: they are on a later page", () => {
    const { page, notes } = read(answer(rows(7)), asking({ per_page: 5 }));
    expect(page.data.sessions).toHaveLength(5);
    expect(page.dropped_count).toBe(0);
    expect(page.paging.has_more).toBe(true);
    expect(notes.droppedReasons).toEqual(["row.excess"]);
  });
});

describe("breakout rooms", () => {
  test("a room is a session without rooms of its own", () => {
    const { breakout_rooms: _, ...room } = row({ id: "room-1" });
    const { page, notes } = read(
      answer([row({ breakout_rooms: [row({ id: "room-1", status: "ended", breakout_rooms: [row()] })] })]),
    );
    expect(page.data.sessions[0]?.breakout_rooms).toEqual([{ ...room, ...unlisted }]);
    expect(notes.droppedReasons).toEqual([]);
  });

  test("a room that can't be made valid is left out and counted, its session stays", () => {
    const { page, notes } = read(
      answer([row({ breakout_rooms: [row({ id: "a" }), row({ id: "a" }), null, { id: "b" }] })]),
    );
    expect(page.data.sessions[0]?.breakout_rooms.map(({ id }) => id)).toEqual(["a"]);
    expect(page.dropped_count).toBe(3);
    expect(notes.droppedReasons).toEqual([
      "breakout_rooms.row.duplicate",
      "breakout_rooms.row.invalid",
      "breakout_rooms.associated_id.missing",
    ]);
  });

  test.each([{ room: "one" }, "none", 7, true])("%j instead of a list is left out and counted", (value) => {
    const { page, notes } = read(answer([row({ breakout_rooms: value })]));
    expect(page.data.sessions[0]?.breakout_rooms).toEqual([]);
    expect(page.dropped_count).toBe(1);
    expect(notes.droppedReasons).toEqual(["breakout_rooms.invalid"]);
  });

  test("a session has at most a hundred rooms", () => {
    const { page, notes } = read(answer([row({ breakout_rooms: rows(130) })]));
    expect(page.data.sessions[0]?.breakout_rooms).toHaveLength(100);
    expect(page.dropped_count).toBe(30);
    expect(notes.droppedReasons).toEqual(["breakout_rooms.excess"]);
  });
});

describe("meta", () => {
  const exposed = { ...OPTIONS, exposeMeta: true };

  test("it passes only where it is exposed", () => {
    expect(session({ meta: { a: 1 } })).not.toHaveProperty("meta");
    expect(session({ meta: { a: [1, null, { b: "c" }] } }, exposed)?.meta).toEqual({ a: [1, null, { b: "c" }] });
    expect(session({ breakout_rooms: [row({ meta: { a: 1 } })] }, exposed)?.breakout_rooms[0]?.meta).toEqual({ a: 1 });
  });

  test.each([
    ["a text", "secret"],
    ["a list", []],
    ["too many values", Object.fromEntries(Array.from({ length: 257 }, (_, index) => [`k${index}`, index]))],
    ["a list too long", { a: Array.from({ length: 1_000_000 }, () => 0) }],
    ["too much text", { a: "x".repeat(8_193) }],
    ["too deep", { a: { b: { c: { d: { e: { f: {} } } } } } }],
    ["a number that is none", { a: Number.POSITIVE_INFINITY }],
  ])("%s is left out as a whole, told, and not counted", (_, meta) => {
    const { page, notes } = read(answer([row({ meta })]), exposed);
    expect(page.data.sessions[0]).not.toHaveProperty("meta");
    expect(page.dropped_count).toBe(0);
    expect(notes.droppedReasons).toEqual(["meta.refused"]);
  });

  test("no meta is no fault", () => {
    expect(read(answer([row({ meta: null })]), exposed).notes.droppedReasons).toEqual([]);
  });
});

describe("paging", () => {
  const paging = (claimed: unknown, count: number, change: Partial<SessionQuery> = {}) =>
    read(answer(rows(count), claimed), asking(change));

  test("it is read from the top level, or else from data", () => {
    const claimed = { total_count: 60, start_offset: 1, end_offset: 25 };
    const expected = { total_count: 60, start_offset: 1, end_offset: 25, page_no: 1, per_page: 25, has_more: true };
    expect(read(answer(rows(25), claimed)).page.paging).toEqual(expected);
    expect(read({ data: { sessions: rows(25), paging: claimed } }).page.paging).toEqual(expected);
    expect(read({ paging: null, data: { sessions: rows(25), paging: claimed } }).page.paging).toEqual(expected);
  });

  test.each([
    undefined,
    null,
    [],
    "none",
    {},
    { total_count: "9" },
    { total_count: -1, start_offset: -5 },
    { total_count: 1.5 },
  ])("with %j the offsets are reckoned and a full page has more", (claimed) => {
    const full = paging(claimed, 5, { page_no: 3, per_page: 5 });
    expect(full.page.paging).toEqual({
      total_count: null,
      start_offset: 11,
      end_offset: 15,
      page_no: 3,
      per_page: 5,
      has_more: true,
    });
    expect(full.notes.offset).toBeUndefined();
    expect(paging(claimed, 4, { per_page: 5 }).page.paging).toMatchObject({
      start_offset: 1,
      end_offset: 4,
      has_more: false,
    });
  });

  test("offsets counted from 0 do not leak", () => {
    const { page, notes } = paging({ total_count: 60, start_offset: 25, end_offset: 49 }, 25, { page_no: 2 });
    expect(page.paging).toMatchObject({ start_offset: 26, end_offset: 50, has_more: true });
    expect(notes.offset).toBeUndefined();
    expect(paging({ total_count: 2, start_offset: 0, end_offset: 1 }, 2).page.paging).toMatchObject({
      start_offset: 1,
      end_offset: 2,
    });
  });

  test("a start that contradicts our reckoning is believed and told", () => {
    const { page, notes } = paging({ total_count: 80, start_offset: 51, end_offset: 75 }, 25, { page_no: 2 });
    expect(notes.offset).toEqual({ expected: 26, received: 51 });
    expect(page.paging).toMatchObject({ start_offset: 51, end_offset: 75, has_more: true });
    const again = paging({ total_count: 80, start_offset: 1, end_offset: 25 }, 25, { page_no: 2 });
    expect(again.notes.offset).toEqual({ expected: 26, received: 1 });
    expect(again.page.paging).toMatchObject({ start_offset: 1, end_offset: 25, has_more: true });
  });

  test("a start that contradicts even its own end is told and not believed", () => {
    for (const claimed of [
      { start_offset: 32, end_offset: 8 },
      { start_offset: 51 },
      { start_offset: 51, end_offset: 60 },
    ]) {
      const { page, notes } = paging({ total_count: 80, ...claimed }, 25);
      expect(notes.offset).toEqual({ expected: 1, received: claimed.start_offset });
      expect(page.paging).toMatchObject({ total_count: 80, start_offset: 1, end_offset: 25, has_more: true });
    }
  });

  test("an empty page is at 0 to 0, whatever the upstream writes there", () => {
    for (const claimed of [
      { start_offset: 0, end_offset: 0 },
      { start_offset: 124, end_offset: 123 },
      { start_offset: 1, end_offset: 0 },
    ]) {
      const { page, notes } = paging({ total_count: 123, ...claimed }, 0, { page_no: 9 });
      expect(page.paging).toMatchObject({ total_count: 123, start_offset: 0, end_offset: 0, has_more: false });
      expect(notes.offset).toBeUndefined();
    }
  });

  test("a total smaller than what is there is not believed", () => {
    expect(paging({ total_count: 3 }, 5, { per_page: 5 }).page.paging).toMatchObject({
      total_count: null,
      has_more: true,
    });
  });

  test("rows that were left out hold their positions", () => {
    const { page } = read(
      answer([row(), null, null], { total_count: 5, start_offset: 1, end_offset: 3 }),
      asking({ per_page: 3 }),
    );
    expect(page.paging).toMatchObject({ start_offset: 1, end_offset: 3, has_more: true });
  });
});

describe("volatility", () => {
  const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);
  const at = (time: string, change: Change[] | number, query: Partial<SessionQuery> = {}) => {
    const list =
      typeof change === "number" ? rows(change) : change.map((each, index) => row({ id: `s-${index}`, ...each }));
    const asked = { ...QUERY, end_time: `2026-11-22T${time}.000Z`, ...query };
    return pageVolatility(read(answer(list)).page, asked, NOW);
  };

  test("a live row, or a question for live ones, makes a page live even when its window closed", () => {
    expect(at("01:00:00", [{}, { status: "LIVE" }])).toBe("live");
    expect(at("01:00:00", 1, { status: "LIVE" })).toBe("live");
    expect(at("01:00:00", 0, { status: "LIVE" })).toBe("live");
  });

  test("ended rows in an open window are recent", () => {
    expect(pageVolatility(read(answer(rows(1))).page, QUERY, NOW)).toBe("recent");
    expect(at("13:00:00", 1)).toBe("recent");
    expect(at("11:55:00", 1)).toBe("recent");
  });

  test("ten minutes after the window closed a page is settled, not earlier", () => {
    expect(at("11:50:00", 1)).toBe("recent");
    expect(at("11:49:59", 1)).toBe("settled");
    expect(at("11:49:59", 0)).toBe("settled");
  });

  test("a live session of a meeting that was not asked for makes nothing live", () => {
    const rowsOfTwo = [{ associated_id: "ours" }, { associated_id: "theirs", status: "LIVE" }];
    expect(at("13:00:00", rowsOfTwo, { associated_id: "ours" })).toBe("recent");
    expect(at("13:00:00", rowsOfTwo, { associated_id: "theirs" })).toBe("live");
    expect(at("13:00:00", rowsOfTwo)).toBe("live");
  });

  test("an empty page is live while its window is open", () => {
    expect(pageVolatility(read(answer([])).page, QUERY, NOW)).toBe("live");
    expect(at("11:50:00", 0)).toBe("live");
  });
});
