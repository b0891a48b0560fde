// The scope is injected last: whatever was asked, only what the scope allows is asked upstream.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Scope } from "../../src/policy/access.ts";
import { scopedQuery } from "../../src/policy/scope.ts";
import { parseSessionQuery, SessionQuery } from "../../src/sessions/query.ts";
import { SESSION_FIELDS } from "../../src/sessions/view.ts";

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

  test("are for whoever is shown what they look at, where every meeting may be seen", () => {
    const titles = scope({ fields: ["id", "associated_id", "meeting_display_name"] });
    const counts = scope({ fields: ["live_participants", "max_concurrent_participants"] });
    expect(scopedQuery(asked("search=anna"), titles).ok).toBe(true);
    expect(scopedQuery(asked("participants=1:2"), counts).ok).toBe(true);
    expect(failure("search=anna&participants=1:2", counts)).toEqual({
      code: "invalid_query",
      issues: [
        {
          parameter: "search",
          message: "search may be used only by callers who are shown id, associated_id, meeting_display_name",
        },
      ],
    });
    expect(failure("participants=1:2", titles)).toMatchObject({ code: "invalid_query" });
  });

  test("are refused with the same words whether the meeting asked is in the scope or not", () => {
    expect(failure("search=a&associated_id=room-1", one)).toEqual(failure("search=a&associated_id=room-9", one));
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
          const reaches = query.search !== undefined || query.participants !== undefined;
          expect(under.meetings !== "*" || (reaches && under.fields !== "*")).toBe(true);
          return;
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
