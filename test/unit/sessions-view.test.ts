// A page cut to what its reader may see.

import { Paging } from "../support/session-list.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SessionPage, serialisePage } from "../support/session-list.ts";
import { SessionRow } from "../support/session-list.ts";
import { cutPage, makeView, SESSION_FIELDS, type SessionField } from "../support/session-list.ts";
import { sessionPage } from "../support/session-pages.ts";

const MEETINGS = ["6bf2b8be-04dd-4191-b602-1128921a306b", "abcdef-ghijkl"];
const [OWN = "", OTHER = ""] = MEETINGS;

const anyFields = fc.oneof(fc.constant("*" as const), fc.shuffledSubarray([...SESSION_FIELDS]));
const anyMeeting = fc.constantFrom(undefined, OWN, OTHER, "room-nobody-has");
const anyView = fc.tuple(anyFields, anyMeeting).map(([fields, meeting]) => makeView(fields, meeting));
const anyPage = sessionPage(MEETINGS);

const [EXAMPLE] = fc.sample(
  anyPage.filter(
    ({ data }) =>
      data.sessions.some((row) => row.associated_id === OWN && row.breakout_rooms.length > 0) &&
      data.sessions.some((row) => row.associated_id === OTHER),
  ),
  { numRuns: 1, seed: 7 },
);
if (EXAMPLE === undefined) throw new Error("no example");
const bytes = (page: unknown) => JSON.stringify(page);

describe("the fields of a session", () => {
  test("are the keys of the schema in its order, so that a new one turns up by itself", () => {
    expect(SESSION_FIELDS).toEqual(Object.keys(SessionRow.shape));
    expect(SESSION_FIELDS).toContain("meta");
  });
});

describe("the id of a view", () => {
  const canonical = (fields: "*" | readonly SessionField[]) =>
    bytes(fields === "*" ? SESSION_FIELDS : SESSION_FIELDS.filter((name) => fields.includes(name)));

  test("is the same exactly for the same fields, in any order, and the same meeting", () => {
    const parts = fc.tuple(anyFields, fc.constantFrom(undefined, OWN, OTHER));
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        const isSame = canonical(one[0]) === canonical(other[0]) && one[1] === other[1];
        expect(makeView(...one).id === makeView(...other).id).toBe(isSame);
      }),
      { numRuns: 1_000 },
    );
  });

  test("differs for every single field and for none", () => {
    const ids = [[], ...SESSION_FIELDS.map((name) => [name])].map((fields) => makeView(fields, undefined).id);
    expect(new Set(ids).size).toBe(SESSION_FIELDS.length + 1);
  });

  test("has no slash and is short", () => {
    fc.assert(
      fc.property(anyFields, fc.stringMatching(/^[a-z0-9-]{1,64}$/), (fields, meeting) => {
        expect(makeView(fields, meeting).id).toMatch(/^[a-z0-9*.-]{1,80}$/);
      }),
    );
  });

  test("all fields, listed one by one, are the view of everything", () => {
    expect(makeView([...SESSION_FIELDS].reverse(), undefined)).toEqual(makeView("*", undefined));
  });
});

describe("a cut page", () => {
  test("shows only values of the page, in fields of the view, of the view's meeting, in the page's order", () => {
    fc.assert(
      fc.property(anyPage, anyView, (page, view) => {
        const before = bytes(page);
        const { page: cut, rowsCut } = cutPage(page, view);
        const allowed: readonly string[] = view.fields === "*" ? SESSION_FIELDS : view.fields;
        const rows = page.data.sessions.filter(
          ({ associated_id }) => view.meeting === undefined || associated_id.toLowerCase() === view.meeting,
        );
        expect(rowsCut).toBe(page.data.sessions.length - rows.length);
        expect(cut.data.sessions).toEqual(
          rows.map((row) =>
            only(allowed, { ...row, breakout_rooms: row.breakout_rooms.map((room) => only(allowed, room)) }),
          ),
        );
        expect(bytes(page), "the page given is left as it is").toBe(before);
      }),
      { numRuns: 500 },
    );
  });

  test("has its keys in the order of the schema at every level, so that equal cuts have equal bytes", () => {
    fc.assert(
      fc.property(anyPage, anyView, (page, view) => {
        const { page: cut } = cutPage(page, view);
        expect(Object.keys(cut)).toEqual(Object.keys(page));
        expect(Object.keys(cut.paging)).toEqual(Object.keys(Paging.shape));
        for (const row of cut.data.sessions) {
          const keys = Object.keys(row);
          expect(keys).toEqual(SESSION_FIELDS.filter((name) => keys.includes(name)));
        }
        const reversed = view.fields === "*" ? view.fields : [...view.fields].reverse();
        expect(bytes(cutPage(page, makeView(reversed, view.meeting)).page)).toBe(bytes(cut));
      }),
      { numRuns: 200 },
    );
  });

  test("is the page itself, byte for byte, when everything may be shown", () => {
    fc.assert(
      fc.property(anyPage, fc.constantFrom("*" as const, SESSION_FIELDS), (page, fields) => {
        const { page: cut, rowsCut } = cutPage(page, makeView(fields, undefined));
        expect(bytes(cut)).toBe(serialisePage(page));
        expect(rowsCut).toBe(0);
      }),
    );
  });

  test("is still a page of the schema when all fields of one meeting are shown", () => {
    fc.assert(
      fc.property(anyPage, (page) => {
        const { page: cut } = cutPage(page, makeView("*", OWN));
        expect(SessionPage.parse(cut)).toEqual(cut);
      }),
    );
  });

  test("cut twice is cut once", () => {
    fc.assert(
      fc.property(anyPage, anyMeeting, (page, meeting) => {
        const view = makeView("*", meeting);
        const once = SessionPage.parse(cutPage(page, view).page);
        expect(bytes(cutPage(once, view).page)).toBe(bytes(once));
      }),
    );
  });

  test("with no field of a session still says how many there are", () => {
    const { page } = cutPage(EXAMPLE, makeView([], undefined));
    expect(page.data.sessions).toEqual(EXAMPLE.data.sessions.map(() => ({})));
    expect(page.paging).toEqual(EXAMPLE.paging);
  });

  test("takes the meeting of a row in any case for the same meeting", () => {
    const upper = EXAMPLE.data.sessions.map((row) => ({ ...row, associated_id: OWN.toUpperCase() }));
    const { page, rowsCut } = cutPage({ ...EXAMPLE, data: { sessions: upper } }, makeView("*", OWN));
    expect(rowsCut).toBe(0);
    expect(page.data.sessions).toEqual(upper);
  });

  test("shows breakout rooms of a session that is shown, whatever meeting they name, and only where the field is listed", () => {
    const view = makeView(["id", "breakout_rooms"], OWN);
    for (const row of cutPage(EXAMPLE, view).page.data.sessions) {
      expect(Object.keys(row)).toEqual(["id", "breakout_rooms"]);
      expect(Array.isArray(row.breakout_rooms)).toBe(true);
    }
    for (const row of cutPage(EXAMPLE, makeView(["id"], OWN)).page.data.sessions)
      expect(Object.keys(row)).toEqual(["id"]);
  });
});

describe("the paging of a cut page", () => {
  test("is the page's own while no row was left out", () => {
    fc.assert(
      fc.property(anyPage, anyView, (page, view) => {
        const { page: cut, rowsCut } = cutPage(page, view);
        if (rowsCut > 0) return;
        expect(cut.paging).toEqual(page.paging);
        expect(cut.dropped_count).toBe(page.dropped_count);
      }),
    );
  });

  test("tells no total, no dropped rows and no further page once a row was left out, and counts the rows shown", () => {
    const { page, rowsCut } = cutPage(EXAMPLE, makeView("*", OWN));
    const shown = page.data.sessions.length;
    const { page_no, per_page } = EXAMPLE.paging;
    const start = (page_no - 1) * per_page + 1;
    expect(rowsCut).toBeGreaterThan(0);
    expect(page.dropped_count).toBe(0);
    expect(page.paging).toEqual({
      total_count: null,
      start_offset: start,
      end_offset: start + shown - 1,
      page_no,
      per_page,
      has_more: false,
    });
  });

  test("is that of an empty page when every row was left out", () => {
    const { page } = cutPage(EXAMPLE, makeView("*", "room-nobody-has"));
    expect(page.paging).toMatchObject({ total_count: null, start_offset: 0, end_offset: 0, has_more: false });
  });
});

function only(allowed: readonly string[], row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => allowed.includes(name)));
}
