// Who may see what, attacked through the question, the claims, the document and the upstream. Everything here is decided
// before any cache or upstream is asked, or after it has answered, and by pure functions.
import { scopesOf } from "../support/session-list.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAccess } from "../../src/policy/access.ts";
import { fits, type When } from "../../src/policy/conditions.ts";
import { explain } from "../../src/policy/explain.ts";
import { parsePolicies, type Policy } from "../../src/policy/policies.ts";
import { scopedQuery } from "../support/session-list.ts";
import { normalisePage } from "../support/session-list.ts";
import { parseSessionQuery, type SessionQuery } from "../support/session-list.ts";
import { cutPage, SESSION_FIELDS } from "../support/session-list.ts";
import {
  allowedBy,
  appIds,
  caller,
  meetings,
  rawClaims,
  type RawDocument,
  rawDocument,
  type RawPolicy,
  settings,
} from "../support/policy-worlds.ts";
import { sessionPage } from "../support/session-pages.ts";

type Policies = { policies: readonly Policy[]; warnings: readonly string[] };
const alreadyRead = new WeakMap<RawDocument, Policies>();

function read(document: RawDocument): Policies {
  const known = alreadyRead.get(document);
  if (known) return known;
  const parsed = parsePolicies(JSON.stringify(document), settings);
  if (!parsed.ok) throw new Error(parsed.failure.join("\n"));
  alreadyRead.set(document, parsed.value);
  return parsed.value;
}
const policy = (change: Partial<RawPolicy>): RawPolicy => ({
  name: "one",
  when: "authenticated",
  apps: "*",
  meetings: "*",
  resources: "*",
  fields: "*",
  ...change,
});
const scopeFor = (document: RawDocument, claims: Record<string, unknown>, appId: string) =>
  scopesOf(createAccess(read(document).policies).accessOf(caller(claims))).get(appId);
const ownMeetings = { policies: [policy({ meetings: { fromClaim: "meetings" } })] };

/** What becomes of a raw query under a caller's scope: the question that would be asked, or the code of the refusal. */
function asked(search: string, document: RawDocument, claims: Record<string, unknown>, appId = "app-1") {
  const scope = scopeFor(document, claims, appId);
  const parsed = parseSessionQuery(search);
  if (!scope) return { refused: "nothing allowed" };
  if (!parsed.ok) return { refused: parsed.failure.code };
  const scoped = scopedQuery(parsed.value, scope);
  return scoped.ok ? { ...scoped.value, refused: undefined } : { refused: scoped.failure.code };
}

const upstreamRow = (id: string, associatedId: string) => ({
  id,
  associated_id: associatedId,
  meeting_display_name: `title of ${associatedId}`,
  organization_id: "app-1",
  type: "meeting",
  status: "LIVE",
  live_participants: 1,
  max_concurrent_participants: 2,
  minutes_consumed: 3,
  created_at: "2026-11-22T10:00:00.000Z",
  started_at: "2026-11-22T10:00:00.000Z",
  updated_at: "2026-11-22T10:00:00.000Z",
});

/** An upstream that has one session of every meeting; a filter that it ignores is nothing to it. */
function answerTo(query: SessionQuery, isObedient: boolean) {
  const rows = meetings
    .map((meeting, index) => upstreamRow(`session-${index}`, meeting))
    .filter(({ associated_id }) => !isObedient || (query.associated_id ?? associated_id) === associated_id);
  const body = { success: true, data: { sessions: rows }, paging: { total_count: rows.length } };
  const answer = normalisePage(body, { query, exposeMeta: false, firstPage: 1 });
  if (!answer.ok) throw new Error(answer.reason);
  return answer.page;
}

describe("row 45: a caller of one meeting asks for another", () => {
  it("row 45: for every policy, caller, app and meeting, sees the rows of meetings in its scope alone, whatever the upstream sends", () => {
    fc.assert(
      fc.property(rawDocument, rawClaims, fc.boolean(), (document, claims, isObedient) => {
        for (const appId of appIds) {
          const model = allowedBy(document, claims, appId);
          for (const meeting of [undefined, ...meetings, "room-of-nobody"]) {
            const outcome = asked(meeting === undefined ? "" : `associated_id=${meeting}`, document, claims, appId);
            if (typeof model !== "object") {
              expect(outcome).toEqual({ refused: "nothing allowed" });
              continue;
            }
            const restricted = model.meetings === "*" ? undefined : model.meetings;
            if (meeting !== undefined && restricted && !restricted.includes(meeting)) {
              expect(outcome).toEqual({ refused: "not_found" });
              continue;
            }
            if (meeting !== undefined && !restricted && !model.fields.includes("associated_id")) {
              expect(outcome).toEqual({ refused: "invalid_query" });
              continue;
            }
            if (!("query" in outcome)) {
              expect(outcome.refused).toBe("meeting_required");
              expect(meeting).toBeUndefined();
              continue;
            }
            const page = answerTo(outcome.query, isObedient);
            const shown = outcome.view ? cutPage(page, outcome.view).page : page;
            for (const [index, row] of shown.data.sessions.entries()) {
              expect(model.fields).toEqual(expect.arrayContaining(Object.keys(row)));
              if (restricted && row.associated_id !== undefined) expect(restricted).toContain(row.associated_id);
              if (restricted) expect(index).toBe(0);
            }
          }
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe("row 47: parameters that widen the scope", () => {
  const name = fc.constantFrom(
    "associated_id",
    "ASSOCIATED_ID",
    "associated_id[]",
    "associated_id ",
    "meeting_id",
    "associated%5Fid",
  );
  const value = fc.constantFrom(
    "room-3",
    "ROOM-3",
    "room-4",
    "room%2D4",
    "room-3,room-4",
    "*",
    "",
    "room-3%00",
    "%72oom-4",
    "room-4%20",
  );
  const search = fc
    .array(fc.tuple(name, value), { maxLength: 3 })
    .map((pairs) => pairs.map((pair) => pair.join("=")).join("&"));

  it("row 47: no spelling of a question asks for another meeting than the caller's own", () => {
    let askedCount = 0;
    fc.assert(
      fc.property(search, (text) => {
        const outcome = asked(text, ownMeetings, { meetings: ["room-3"] });
        if (!("query" in outcome)) return;
        askedCount += 1;
        expect(outcome.query.associated_id).toBe("room-3");
        expect(outcome.view?.meeting).toBe("room-3");
      }),
      { numRuns: 1_500 },
    );
    expect(askedCount).toBeGreaterThan(50);
  });

  it.each([
    ["associated_id=room-3&associated_id=room-4", "invalid_query"],
    ["associated_id=room-4&associated_id=room-3", "invalid_query"],
    ["associated_id%5B%5D=room-4", "invalid_query"],
    ["ASSOCIATED_ID=room-4", "invalid_query"],
    ["meeting_id=room-4", "invalid_query"],
    ["associated_id=", "invalid_query"],
    ["associated_id=*", "invalid_query"],
    ["associated_id=room-4", "not_found"],
    ["associated_id=ROOM-4", "not_found"],
    ["associated_id=%72oom-4", "not_found"],
  ])("row 47: %s is refused", (text, code) => {
    expect(asked(text, ownMeetings, { meetings: ["room-3"] })).toEqual({ refused: code });
  });

  it("row 47: a scope of several meetings is not asked for as a whole", () => {
    expect(asked("", ownMeetings, { meetings: ["room-3", "room-4"] })).toEqual({ refused: "meeting_required" });
  });
});

describe("row 48: search and participants as an oracle", () => {
  it.each(["search=anna", "search=room-4", "participants=1:2", "search=anna&participants=1:2&associated_id=room-3"])(
    "row 48: %s is only for callers who may see every meeting",
    (text) => {
      expect(asked(text, ownMeetings, { meetings: ["room-3"] })).toEqual({ refused: "invalid_query" });
      expect(asked(text, ownMeetings, { meetings: ["room-3", "room-4"] })).toEqual({ refused: "invalid_query" });
      expect(asked(text, { policies: [policy({})] }, {}).refused).toBeUndefined();
    },
  );
});

describe("row 48: filters and orders as an oracle", () => {
  const questions = ["status", "start_time", "end_time", "associated_id", "sort_by", "participants", "search"] as const;
  const rowsOf = (search: string, fields: string[]) => asked(search, { policies: [policy({ fields })] }, {}).refused;
  const askedBy: Readonly<Record<(typeof questions)[number], string>> = {
    status: "status=live",
    start_time: "start_time=2026-11-22T10:00:00Z",
    end_time: "end_time=2026-11-22T10:00:00Z",
    associated_id: "associated_id=room-3",
    sort_by: "sort_by=minutesConsumed",
    participants: "participants=1:2",
    search: "search=anna",
  };

  it.each(questions)("row 48: %s finds nothing out for whoever is shown ids alone", (name) => {
    expect(rowsOf(askedBy[name], ["id"])).toBe("invalid_query");
  });

  it("row 48: no question about a hidden field is sent, so that no halving of spans finds a time", () => {
    fc.assert(
      fc.property(
        fc.subarray([...questions], { minLength: 1 }),
        fc.subarray([...SESSION_FIELDS], { minLength: 1 }),
        (names, fields) => {
          const search = names.map((name) => askedBy[name]).join("&");
          const isRefused = rowsOf(search, fields) !== undefined;
          expect(isRefused).toBe(names.some((name) => rowsOf(askedBy[name], fields) !== undefined));
        },
      ),
    );
  });
});

describe("row 49: counts as an oracle", () => {
  const pages = sessionPage(["room-3", "room-4"]);

  it("row 49: once a row is cut, the bytes are the same whatever else the upstream sent and counted", () => {
    let compared = 0;
    fc.assert(
      fc.property(pages, pages, fc.subarray([...SESSION_FIELDS]), (one, other, fields) => {
        const own = one.data.sessions.filter((row) => row.associated_id.toLowerCase() === "room-3");
        const foreignTo = (page: typeof one) =>
          page.data.sessions.filter((row) => row.associated_id.toLowerCase() !== "room-3");
        if (foreignTo(one).length === 0 || foreignTo(other).length === 0) return;
        const { page_no, per_page } = one.paging;
        const mixed = {
          ...other,
          data: { sessions: [...foreignTo(other), ...own] },
          paging: { ...other.paging, page_no, per_page },
        };
        const view = { id: "x", fields, meeting: "room-3" };
        compared += 1;
        expect(JSON.stringify(cutPage(mixed, view).page)).toBe(JSON.stringify(cutPage(one, view).page));
      }),
      { numRuns: 1_000 },
    );
    expect(compared).toBeGreaterThan(300);
  });

  it("row 49: no total, no dropped rows and no next page are told of a page that lost a row", () => {
    fc.assert(
      fc.property(pages, (page) => {
        const { page: cut, rowsCut } = cutPage(page, { id: "x", fields: "*", meeting: "room-3" });
        if (rowsCut === 0) return;
        expect(cut).toMatchObject({ paging: { total_count: null, has_more: false }, dropped_count: 0 });
        expect(cut.paging.end_offset).toBe(
          cut.data.sessions.length === 0 ? 0 : cut.paging.start_offset + cut.data.sessions.length - 1,
        );
      }),
    );
  });
});

describe("row 50: a field that the upstream adds", () => {
  it.each(["*", "names", ["id", "breakout_rooms"]])(
    "row 50: is at no level of a page shown with fields %j",
    (fields) => {
      const secret = { secret_new: "s3cret" };
      const row = { ...upstreamRow("session-1", "room-3"), ...secret };
      const body = {
        ...secret,
        success: true,
        data: { ...secret, sessions: [{ ...row, breakout_rooms: [{ ...row, id: "room" }], meta: { ...secret } }] },
        paging: { ...secret, total_count: 1 },
      };
      const document = { fields: { names: ["id", "meeting_display_name"] }, policies: [policy({ fields })] };
      const outcome = asked("", document, {});
      if (!("query" in outcome)) throw new Error("refused");
      const normal = normalisePage(body, { query: outcome.query, exposeMeta: false, firstPage: 1 });
      if (!normal.ok) throw new Error(normal.reason);
      const shown = outcome.view ? cutPage(normal.page, outcome.view).page : normal.page;
      expect(JSON.stringify(shown)).not.toMatch(/secret_new|s3cret/);
      expect(shown.data.sessions).toHaveLength(1);
    },
  );
});

describe("row 51: claims that nearly fit", () => {
  const includesAdmin: When = { claim: "roles", includes: "admin" };

  it.each([
    "administrator",
    "admin",
    "admin,user",
    "user admin",
    ["administrator"],
    ["Admin"],
    ["admin "],
    ["admin\u0000"],
    ["ad\u200Bmin"],
    [["admin"]],
    [{ admin: true }],
    { admin: true },
    { 0: "admin", length: 1 },
    { includes: "admin" },
    true,
    1,
    null,
    undefined,
    [],
  ])("row 51: roles %j do not include admin", (roles) => {
    expect(fits(includesAdmin, caller({ roles }))).toBe(false);
  });

  it("row 51: only a list with exactly that text includes it", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), fc.array(fc.oneof(fc.constantFrom("admin", "administrator", "adm"), fc.jsonValue()))),
        (roles) => {
          const isMember = Array.isArray(roles) && roles.some((role) => role === "admin");
          expect(fits(includesAdmin, caller({ roles }))).toBe(isMember);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("row 51: a value equals only a value of the same type", () => {
    const scalar = fc.oneof(fc.constantFrom("1", "true", "false", "0", ""), fc.constantFrom(1, 0), fc.boolean());
    fc.assert(
      fc.property(
        scalar,
        fc.oneof(
          scalar,
          scalar.map((value) => [value]),
          fc.constant(null),
        ),
        (expected, level) => {
          const isSame = typeof expected === typeof level && expected === level;
          expect(fits({ claim: "level", equals: expected }, caller({ level }))).toBe(isSame);
          expect(fits({ claim: "level", in: [expected] }, caller({ level }))).toBe(isSame);
        },
      ),
    );
  });

  it("row 51: meetings in one text are no list of meetings, and nothing broader takes their place", () => {
    const document = { policies: [...ownMeetings.policies, policy({ name: "all" })] };
    for (const broken of ["room-3", "room-3,room-4", { 0: "room-3" }, ["*"], ["room-3", null], [], null]) {
      expect(scopeFor(document, { meetings: broken }, "app-1")).toBeUndefined();
    }
  });
});

describe("row 52: prototypes", () => {
  const names = [
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "hasOwnProperty",
    "valueOf",
    "__defineGetter__",
    "length",
  ];
  const paths = names.flatMap((name) => [name, `${name}.admin`, `roles.${name}`, `a.${name}.name`, `${name}.${name}`]);

  it.each(paths)("row 52: %s is no claim of a caller without such a claim", (claim) => {
    for (const claims of [{}, { roles: ["admin"], a: {} }, { a: { b: {} }, roles: "admin" }]) {
      for (const expected of ["Object", "admin", true, 1, 0]) {
        expect(fits({ claim, equals: expected }, caller(claims))).toBe(false);
      }
      expect(fits({ claim, includes: "admin" }, caller(claims))).toBe(false);
    }
  });

  it("row 52: a token that brings __proto__ along changes nothing for itself or for others", () => {
    const hostile = JSON.parse(
      '{"__proto__":{"roles":["admin"],"meetings":["room-4"]},"org":{"__proto__":{"id":"a"}},"constructor":{"prototype":{"roles":["admin"]}}}',
    );
    const document = {
      policies: [
        policy({
          name: "admin",
          when: {
            any: [
              { claim: "roles", includes: "admin" },
              { claim: "org.id", equals: "a" },
            ],
          },
        }),
        policy({ name: "own", meetings: { fromClaim: "meetings" } }),
      ],
    };
    expect(scopeFor(document, hostile, "app-1")).toBeUndefined();
    expect(scopeFor(document, {}, "app-1")).toBeUndefined();
    expect(({} as Record<string, unknown>)["roles"]).toBeUndefined();
  });

  it("row 52: a document can't name a path through it, a set of it or a key of it", () => {
    const told = (text: string) => {
      const parsed = parsePolicies(text, settings);
      return parsed.ok ? [] : parsed.failure;
    };
    const rest = '"name":"a","apps":"*","meetings":"*","resources":"*"';
    expect(told(`{"policies":[{${rest},"fields":"*","when":{"claim":"__proto__.admin","equals":true}}]}`)).toHaveLength(
      1,
    );
    expect(
      told(`{"fields":{"__proto__":["id"]},"policies":[{${rest},"when":"authenticated","fields":"__proto__"}]}`),
    ).toEqual(["fields.__proto__: is no name for a set (write 1 to 32 of a-z, 0-9 and -)"]);
    expect(told(`{"policies":[{"__proto__":{"when":"authenticated","fields":"*"},${rest}}]}`)).toHaveLength(3);
    expect(told(`{"__proto__":{"policies":[{${rest},"fields":"*","when":"authenticated"}]}}`)).toHaveLength(2);
  });
});

describe("row 53: a broad rule put first", () => {
  const document = {
    policies: [
      policy({ name: "everybody" }),
      policy({ name: "guests", when: { claim: "roles", includes: "guest" }, meetings: { fromClaim: "meetings" } }),
    ],
  };

  it("row 53: is warned of when the document is read", () => {
    expect(read(document).warnings).toEqual([
      "policies[1]: never decides, because policies[0] fits whenever it does (move it up or remove it)",
    ]);
    expect(read({ policies: document.policies.toReversed() }).warnings).toEqual([]);
  });

  it("row 53: shows in the explanation of what a guest may see", () => {
    const [explained] = explain(read(document).policies, caller({ roles: ["guest"] }), ["app-1"], ["sessions"]);
    expect(explained).toMatchObject({ decision: { outcome: "allowed", policy: "everybody" }, passedOver: [] });
  });
});

describe("row 54: whether something exists", () => {
  it("row 54: a meeting of others and one that is not there get the same refusal, decided without looking", () => {
    const claims = { meetings: ["room-3"] };
    const refusals = ["room-4", meetings[0] ?? "", "never-was", "a".repeat(64)].map((meeting) =>
      asked(`associated_id=${meeting}`, ownMeetings, claims),
    );
    for (const refusal of refusals) expect(refusal).toStrictEqual({ refused: "not_found" });
  });

  it("row 54: an app that is not allowed and one that is not there have no scope, both alike", () => {
    const { scopes } = createAccess(read({ policies: [policy({ apps: ["school"] })] }).policies).accessOf(caller({}));
    expect([scopes.get("app-2"), scopes.get("never-was"), scopes.get("__proto__")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(scopes.has("app-1")).toBe(true);
  });
});

describe("row 55: walking through ids and pages", () => {
  it("row 55: a thousand guessed meetings ask nothing", () => {
    const outcomes = Array.from({ length: 1_000 }, (_, index) => {
      const guess = `6bf2b8be-04dd-4191-b602-${String(index).padStart(12, "0")}`;
      return asked(`associated_id=${guess}`, ownMeetings, { meetings: [meetings[0]] }).refused;
    });
    expect(new Set(outcomes)).toEqual(new Set(["not_found"]));
  });

  it.each(["page_no=10001", "page_no=1000000000", "per_page=101", "per_page=0"])("row 55: %s is refused", (text) => {
    expect(asked(text, ownMeetings, { meetings: ["room-3"] })).toEqual({ refused: "invalid_query" });
  });
});
