// The scope is injected last: whatever was asked, only what the scope allows is asked upstream.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Scope } from "../../src/policy/access.ts";
import { scopedQuery } from "../support/session-list.ts";
import { parseSessionQuery, SessionQuery } from "../support/session-list.ts";
import { SESSION_FIELDS, type SessionField } from "../support/session-list.ts";

function asked(search: string): SessionQuery {
  const parsed = parseSessionQuery(search);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  return parsed.value;
}
const scope = (change: Partial<Scope> = {}): Scope => ({ policy: "one", meetings: "*", fields: "*", ...change });
const failure = (search: string, under: Scope) => {
  const scoped = scopedQuery(asked(search), under);
  return scoped.ok ? undefined : scoped.failure;
};
const one = scope({ meetings: ["room-1"] });
const several = scope({ meetings: ["room-1", "room-2"] });

describe("who may see every meeting", () => {
  test("asks as written, and gets the page whole where every field may be shown", () => {
    const query = asked("search=anna&participants=1:2&associated_id=room-9&status=live");
    expect(scopedQuery(query, scope())).toEqual({ ok: true, value: { query, view: undefined } });
  });

  test("asks as written, and gets the fields of the scope", () => {
    const query = asked("status=live");
    const scoped = scopedQuery(query, scope({ fields: ["id", "status"] }));
    expect(scoped).toMatchObject({
      ok: true,
      value: { query, view: { fields: ["id", "status"], meeting: undefined } },
    });
  });
});

describe("who may see one meeting", () => {
  test("asks for that meeting without naming it", () => {
    expect(scopedQuery(asked("status=live&page_no=2"), one)).toMatchObject({
      ok: true,
      value: {
        query: { ...asked("status=live&page_no=2"), associated_id: "room-1" },
        view: { fields: "*", meeting: "room-1" },
      },
    });
  });

  test("asks the same by naming it, in any case", () => {
    expect(scopedQuery(asked("associated_id=ROOM-1"), one)).toEqual(scopedQuery(asked(""), one));
  });

  test("gets for any other meeting the answer of a meeting that does not exist", () => {
    expect(failure("associated_id=room-2", one)).toEqual({ code: "not_found" });
    expect(failure("associated_id=room-", one)).toEqual({ code: "not_found" });
    expect(failure("associated_id=room-11", one)).toEqual({ code: "not_found" });
  });
});

describe("who may see several meetings", () => {
  test("has to name one", () => {
    expect(failure("", several)).toEqual({ code: "meeting_required" });
  });

  test("gets the one named, and no other", () => {
    expect(scopedQuery(asked("associated_id=room-2"), several)).toMatchObject({
      ok: true,
      value: { query: { associated_id: "room-2" }, view: { meeting: "room-2" } },
    });
    expect(failure("associated_id=room-3", several)).toEqual({ code: "not_found" });
  });
});

describe("search and participants", () => {
  const message = (parameter: string) => ({
    parameter,
    message: `${parameter} may be used only by callers who may see every meeting`,
  });

  test("are refused, both at once, where meetings are restricted", () => {
    for (const under of [one, several]) {
      expect(failure("search=anna", under)).toEqual({ code: "invalid_query", issues: [message("search")] });
      expect(failure("search=room-2&participants=1:2&associated_id=room-1", under)).toEqual({
        code: "invalid_query",
        issues: [message("participants"), message("search")],
      });
    }
  });

  test("are refused with the same words whether the meeting asked is in the scope or not", () => {
    expect(failure("search=a&associated_id=room-1", one)).toEqual(failure("search=a&associated_id=room-9", one));
  });
});

/** What a question must not tell of a field that is not shown: by parameter, the fields it looks at. */
const lookingAt: readonly (readonly [search: string, name: string, fields: readonly SessionField[]])[] = [
  ["associated_id=room-9", "associated_id", ["associated_id"]],
  ["end_time=2026-11-22T10:00:00Z", "end_time", ["started_at", "ended_at"]],
  ["participants=1:2", "participants", ["live_participants", "max_concurrent_participants"]],
  ["search=anna", "search", ["id", "associated_id", "meeting_display_name"]],
  ["sort_by=minutesConsumed", "sort_by=minutesConsumed", ["minutes_consumed"]],
  ["start_time=2026-11-22T10:00:00Z", "start_time", ["started_at", "ended_at"]],
  ["status=live", "status", ["status"]],
];

describe("a parameter that looks at fields", () => {
  const issue = (name: string, fields: readonly string[]) => ({
    parameter: name.replace(/=.*/, ""),
    message: `${name} may be used only by callers who are shown ${fields.join(", ")}`,
  });

  test.each(lookingAt)("%s is for whoever is shown them, every one", (search, name, fields) => {
    expect(scopedQuery(asked(search), scope({ fields })).ok).toBe(true);
    for (const hidden of fields) {
      const under = scope({ fields: SESSION_FIELDS.filter((field) => field !== hidden) });
      expect(failure(search, under)).toEqual({ code: "invalid_query", issues: [issue(name, fields)] });
    }
  });

  test("is refused together with all others, by name", () => {
    const everything = lookingAt.map(([search]) => search).join("&");
    expect(failure(everything, scope({ fields: ["type"] }))).toEqual({
      code: "invalid_query",
      issues: lookingAt.map(([, name, fields]) => issue(name, fields)),
    });
  });

  test("is refused where meetings are restricted as well, but for the meeting itself, which is the caller's own", () => {
    const under = scope({ meetings: ["room-1", "room-2"], fields: ["id"] });
    expect(failure("status=live&sort_by=minutesConsumed&associated_id=room-2", under)).toEqual({
      code: "invalid_query",
      issues: [issue("sort_by=minutesConsumed", ["minutes_consumed"]), issue("status", ["status"])],
    });
    expect(scopedQuery(asked("associated_id=room-2"), under)).toMatchObject({
      ok: true,
      value: { query: { associated_id: "room-2" } },
    });
  });

  test("is no page, no size and no order of creation", () => {
    const search = "sort_by=createdAt&sort_order=ASC&page_no=2&per_page=5";
    expect(scopedQuery(asked(search), scope({ fields: ["type"] })).ok).toBe(true);
  });
});

describe("random questions and scopes", () => {
  const meetings = ["room-1", "room-2", "room-3"];
  const anyScope: fc.Arbitrary<Scope> = fc.record({
    policy: fc.constant("one"),
    meetings: fc.oneof(fc.constant("*" as const), fc.subarray(meetings, { minLength: 1 })),
    fields: fc.oneof(fc.constant("*" as const), fc.subarray([...SESSION_FIELDS], { minLength: 1 })),
  });
  const anySearch = fc
    .record(
      {
        associated_id: fc.constantFrom(...meetings, "ROOM-1", "room-9"),
        search: fc.constantFrom("anna", "room-2"),
        participants: fc.constant("1:2"),
        status: fc.constantFrom("LIVE", "ENDED"),
        start_time: fc.constant("2026-11-22T10:00:00Z"),
        page_no: fc.constantFrom("1", "7"),
        sort_by: fc.constantFrom("createdAt", "minutesConsumed"),
      },
      { requiredKeys: [] },
    )
    .map((given) => new URLSearchParams(JSON.parse(JSON.stringify(given))).toString());

  test("what is asked is one meeting of the scope, and the view shows that one alone", () => {
    fc.assert(
      fc.property(anySearch, anyScope, (search, under) => {
        const query = asked(search);
        const scoped = scopedQuery(query, under);
        if (!scoped.ok) {
          expect(under.meetings !== "*" || under.fields !== "*").toBe(true);
          return;
        }
        const shown = under.fields === "*" ? SESSION_FIELDS : under.fields;
        for (const [, name, looksAt] of lookingAt) {
          const isMeeting = name === "associated_id" && under.meetings !== "*";
          if (!isMeeting && new RegExp(`(^|&)${name}`).test(search))
            expect(shown).toEqual(expect.arrayContaining([...looksAt]));
        }
        const { query: sent, view } = scoped.value;
        expect(SessionQuery.parse(sent)).toEqual(sent);
        expect({ ...sent, associated_id: query.associated_id }).toEqual({
          ...query,
          associated_id: query.associated_id,
        });
        expect(view?.fields ?? "*").toEqual(under.fields.length === SESSION_FIELDS.length ? "*" : under.fields);
        if (under.meetings === "*") {
          expect(sent).toEqual(query);
          return;
        }
        expect(under.meetings).toContain(sent.associated_id);
        expect(view?.meeting).toBe(sent.associated_id);
        expect(sent).not.toHaveProperty("search");
        expect(sent).not.toHaveProperty("participants");
      }),
      { numRuns: 2_000 },
    );
  });
});
