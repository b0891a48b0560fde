// Every parameter of the list on its own, and what only shows between them: the table of what is taken, what it becomes,
// and what is refused.

import { sessions } from "../../src/resources/sessions.ts";
import { describe, expect, test } from "vitest";
import {
  canonicalSearch,
  parseSessionQuery,
  QUERY_ISSUES_MAX,
  QUERY_LENGTH_MAX,
  SessionQuery,
  sessionPageKey,
  upstreamParameters,
} from "../support/session-list.ts";

const DEFAULTS = { sort_by: "createdAt", sort_order: "DESC", page_no: 1, per_page: 25 } as const;

const spell = (pairs: Record<string, string>) => new URLSearchParams(pairs).toString();

function accepted(search: string): SessionQuery {
  const result = parseSessionQuery(search);
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return SessionQuery.parse(result.value);
}

function refused(search: string | URLSearchParams): readonly { parameter: string; message: string }[] {
  const result = parseSessionQuery(search);
  if (result.ok) throw new Error(`accepted: ${JSON.stringify(result.value)}`);
  expect(result.failure.code).toBe("invalid_query");
  return result.failure.issues;
}

const offenders = (search: string) => refused(search).map((issue) => issue.parameter);

describe("defaults", () => {
  test.each(["", "?", "&", "?&&"])("%j asks for the first page in the default order", (search) => {
    expect(accepted(search)).toEqual(DEFAULTS);
  });
});

describe("numbers", () => {
  const tricks = [
    "1e3",
    "0x10",
    " 7",
    "7 ",
    "+5",
    "%2B5",
    "-0",
    "-1",
    "9007199254740993",
    "%D9%A1%D9%A2",
    "Infinity",
    "NaN",
  ];
  const more = [
    "1.0",
    "1,0",
    "007",
    "01",
    "1_0",
    "0b1",
    "0o7",
    "1n",
    "null",
    "",
    "%00",
    "1%00",
    "１",
    "Ⅷ",
    "1;2",
    "[]",
    "true",
  ];
  test.each([...tricks, ...more])("page_no and per_page refuse %j", (text) => {
    expect(offenders(`page_no=${text}&per_page=${text}`)).toEqual(["page_no", "per_page"]);
  });

  test.each([
    ["1", 1],
    ["0", 1],
    ["9", 9],
    ["10000", 10_000],
  ])("page_no takes %j as %d", (text, page) => {
    expect(accepted(`page_no=${text}`).page_no).toBe(page);
  });

  test.each(["10001", "99999", "100000", "00"])("page_no refuses %j", (text) => {
    expect(offenders(`page_no=${text}`)).toEqual(["page_no"]);
  });

  test.each([
    ["1", 1],
    ["100", 100],
  ])("per_page takes %j as %d", (text, size) => {
    expect(accepted(`per_page=${text}`).per_page).toBe(size);
  });

  test.each(["0", "101", "1000"])("per_page refuses %j", (text) => {
    expect(refused(`per_page=${text}`)).toEqual([
      { parameter: "per_page", message: "per_page must be an integer from 1 to 100" },
    ]);
  });
});

describe("times", () => {
  test.each([
    ["2026-11-22T10:00:00Z", "2026-11-22T10:00:00.000Z"],
    ["2026-11-22t10:00:00z", "2026-11-22T10:00:00.000Z"],
    ["2026-11-22T10:00:00.5Z", "2026-11-22T10:00:00.500Z"],
    ["2026-11-22T10:00:00.123456789Z", "2026-11-22T10:00:00.123Z"],
    ["2026-11-22T10:00:00.999999999Z", "2026-11-22T10:00:00.999Z"],
    ["2026-11-22T10:00:00+02:00", "2026-11-22T08:00:00.000Z"],
    ["2026-11-22T10:00:00-00:00", "2026-11-22T10:00:00.000Z"],
    ["2026-11-22T10:00:00+23:59", "2026-11-21T10:01:00.000Z"],
    ["2026-11-22T10:00:00-23:59", "2026-11-23T09:59:00.000Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"],
    ["2020-01-01T00:00:00Z", "2020-01-01T00:00:00.000Z"],
    ["2020-01-01T01:00:00+01:00", "2020-01-01T00:00:00.000Z"],
    ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"],
  ])("%s is %s", (text, canonical) => {
    expect(accepted(spell({ start_time: text })).start_time).toBe(canonical);
    expect(accepted(spell({ end_time: text })).end_time).toBe(canonical);
  });

  test.each([
    ["a day that does not exist", "2024-02-30T00:00:00Z"],
    ["29 February of a common year", "2025-02-29T00:00:00Z"],
    ["29 February of 2100", "2100-02-29T00:00:00Z"],
    ["31 April", "2024-04-31T00:00:00Z"],
    ["month 13", "2024-13-01T00:00:00Z"],
    ["month 0", "2024-00-01T00:00:00Z"],
    ["day 0", "2024-01-00T00:00:00Z"],
    ["24:00", "2024-01-01T24:00:00Z"],
    ["minute 60", "2024-01-01T00:60:00Z"],
    ["a leap second", "2026-12-31T23:59:60Z"],
    ["no offset", "2024-01-01T00:00:00"],
    ["a date alone", "2024-01-01"],
    ["no seconds", "2024-01-01T00:00Z"],
    ["ten fraction digits", "2024-01-01T00:00:00.1234567890Z"],
    ["a point without digits", "2024-01-01T00:00:00.Z"],
    ["a comma", "2024-01-01T00:00:00,5Z"],
    ["full-width digits", "２０２４-01-01T00:00:00Z"],
    ["Arabic digits", "٢٠٢٤-01-01T00:00:00Z"],
    ["a blank instead of T", "2024-01-01 00:00:00Z"],
    ["an offset of 24 hours", "2024-01-01T00:00:00+24:00"],
    ["an offset of 60 minutes", "2024-01-01T00:00:00+01:60"],
    ["an offset without colon", "2024-01-01T00:00:00+0100"],
    ["an offset of hours alone", "2024-01-01T00:00:00+01"],
    ["a named zone", "2024-01-01T00:00:00 CET"],
    ["a comment", "2024-01-01T00:00:00Z (noon)"],
    ["a year alone", "2024"],
    ["the number 1", "1"],
    ["epoch milliseconds", "1700000000000"],
    ["2019", "2019-12-31T23:59:59.999Z"],
    ["2019 by its offset", "2020-01-01T00:30:00+01:00"],
    ["a five-digit year", "+010000-01-01T00:00:00Z"],
    ["the year 10000 by its offset", "9999-12-31T23:59:59-00:01"],
    ["a negative year", "-2024-01-01T00:00:00Z"],
    ["a minus sign (U+2212)", "2024-01-01T00:00:00−01:00"],
    ["a blank before", " 2024-01-01T00:00:00Z"],
    ["a line feed after", "2024-01-01T00:00:00Z\n"],
    ["nothing", ""],
  ])("%s is refused", (_, text) => {
    expect(offenders(spell({ start_time: text, end_time: text }))).toEqual(["end_time", "start_time"]);
  });

  test("a plus sign that was not encoded is refused, and the message says how to write it", () => {
    const [issue] = refused("start_time=2024-01-01T00:00:00+01:00");
    expect(issue?.message).toContain("%2B");
  });

  test("start may equal end, in different spellings of one moment", () => {
    const search = spell({ start_time: "2024-01-01T01:00:00+01:00", end_time: "2024-01-01T00:00:00Z" });
    expect(accepted(search)).toMatchObject({
      start_time: "2024-01-01T00:00:00.000Z",
      end_time: "2024-01-01T00:00:00.000Z",
    });
  });

  test("start after end is an offence of start_time", () => {
    const search = spell({ start_time: "2024-01-01T00:00:00.001Z", end_time: "2024-01-01T00:00:00Z" });
    expect(refused(search)).toEqual([{ parameter: "start_time", message: "start_time must not be after end_time" }]);
  });
});

describe("associated_id", () => {
  test.each([
    ["6BF2B8BE-04DD-4191-B602-1128921A306B", "6bf2b8be-04dd-4191-b602-1128921a306b"],
    ["018f3e5c-0000-7000-8000-000000000000", "018f3e5c-0000-7000-8000-000000000000"],
    ["abcdef-ghijkl", "abcdef-ghijkl"],
    ["a".repeat(64), "a".repeat(64)],
    ["7", "7"],
  ])("%s is %s", (text, canonical) => {
    expect(accepted(spell({ associated_id: text })).associated_id).toBe(canonical);
  });

  test.each([
    "",
    "a".repeat(65),
    "\u212Aelvin",
    "a b",
    "a_b",
    "../x",
    "a/b",
    "ſ",
    "é",
    "a\u0000",
    "аbc",
    "a%2Fb",
    "a\n",
    "*",
  ])("%j is refused", (text) => {
    expect(offenders(spell({ associated_id: text }))).toEqual(["associated_id"]);
  });
});

describe("enums", () => {
  test.each(["LIVE", "live", "Live", "lIvE"])("status takes %s as LIVE", (text) => {
    expect(accepted(`status=${text}`).status).toBe("LIVE");
  });
  test.each(["asc", "ASC", "aSc"])("sort_order takes %s as ASC", (text) => {
    expect(accepted(`sort_order=${text}`).sort_order).toBe("ASC");
  });
  test.each(["", "LIVES", "lıve", "LİVE", "ＬＩＶＥ", "LIVE,ENDED", " LIVE", "null"])("status refuses %j", (text) => {
    expect(offenders(spell({ status: text }))).toEqual(["status"]);
  });
  test.each(["", "aſc", "DESCENDING", "1"])("sort_order refuses %j", (text) => {
    expect(offenders(spell({ sort_order: text }))).toEqual(["sort_order"]);
  });
  test("sort_by is taken in its own spelling only", () => {
    expect(accepted("sort_by=minutesConsumed").sort_by).toBe("minutesConsumed");
    expect(offenders("sort_by=minutesconsumed")).toEqual(["sort_by"]);
    expect(offenders("sort_by=__proto__")).toEqual(["sort_by"]);
  });
});

describe("participants", () => {
  test.each([
    ["1:10", "1:10"],
    ["0:0", "0:0"],
    ["001:010", "1:10"],
    ["0:100000", "0:100000"],
    ["100000:100000", "100000:100000"],
  ])("%s is %s", (text, canonical) => {
    expect(accepted(spell({ participants: text })).participants).toBe(canonical);
  });
  test.each([
    "",
    "5",
    "1:",
    ":1",
    "10:1",
    "0:100001",
    "-1:5",
    "1:+5",
    "1:5:9",
    "1-5",
    "1 : 5",
    "1e1:5",
    "١:٥",
    "0000001:2",
    "a:b",
  ])("%j is refused", (text) => {
    expect(offenders(spell({ participants: text }))).toEqual(["participants"]);
  });
});

describe("search", () => {
  test.each([
    ["weekly review", "weekly review"],
    ["  weekly\u3000", "weekly"],
    ["\tweekly\n", "weekly"],
    ["Cafe\u0301", "Cafe\u0301"],
    ["Caf\u00E9", "Caf\u00E9"],
    ["\u212B", "\u212B"],
    ["👨‍👩‍👧", "👨‍👩‍👧"],
    ["می\u200Cخواهم", "می\u200Cخواهم"],
    ["😀".repeat(64), "😀".repeat(64)],
    ["e\u0301".repeat(32), "e\u0301".repeat(32)],
    ["a+b&c=d%", "a+b&c=d%"],
  ])("%j is sent as %j: as it was typed, so that a title that a page shows finds its session", (text, canonical) => {
    expect(accepted(spell({ search: text })).search).toBe(canonical);
  });

  test.each([
    ["nothing", ""],
    ["blanks alone", " \u00A0\u3000"],
    ["65 code points", "a".repeat(65)],
    ["65 code points beyond the basic plane", "😀".repeat(65)],
    ["a null", "a\u0000b"],
    ["an escape", "a\u001Bb"],
    ["a line feed inside", "a\nb"],
    ["a C1 control", "a\u0085b"],
    ["a line separator", "a\u2028b"],
    ["a paragraph separator", "a\u2029b"],
    ["a lone high surrogate", "a\uD800"],
    ["a lone low surrogate", "\uDC00a"],
    ["a replacement character", "a\uFFFDb"],
  ])("%s is refused", (_, text) => {
    expect(offenders(spell({ search: text }))).toEqual(["search"]);
  });

  test.each([
    ["a lone continuation byte", "%80"],
    ["an overlong slash", "%C0%AF"],
    ["an encoded surrogate", "%ED%A0%80"],
    ["a cut sequence", "%E2%82"],
    ["a byte that is never UTF-8", "%FF"],
  ])("%s is refused, not repaired", (_, text) => {
    expect(offenders(`search=a${text}`)).toEqual(["search"]);
    expect(offenders(`search=a${text}b`)).toEqual(["search"]);
  });

  test.each(["%", "%zz", "%4", "100%", "%u0041"])("%s encodes nothing and is an offence of the query", (text) => {
    expect(offenders(`search=${text}`)).toContain("query");
  });
});

describe("the query as a whole", () => {
  test("every offender is named at once: the query, known parameters, unknown ones, each by name", () => {
    const search = "zeta=1&status=x&alpha=%&page_no=a&per_page=1&per_page=1&__proto__=1&end_time=never";
    expect(offenders(search)).toEqual([
      "query",
      "end_time",
      "page_no",
      "per_page",
      "status",
      "__proto__",
      "alpha",
      "zeta",
    ]);
  });

  test("the order of the offenders does not depend on the order of the query", () => {
    const pairs = ["b=1", "a=1", "status=x", "page_no=x", "sort_by=x"];
    expect(refused(pairs.join("&"))).toEqual(refused(pairs.toReversed().join("&")));
  });

  test.each(["page_no=1&page_no=1", "status=LIVE&status=LIVE", "search=a&search=", "per_page=5&page_no=1&per_page=5"])(
    "%s repeats a parameter",
    (search) => {
      const issues = refused(search);
      expect(issues).toHaveLength(1);
      expect(issues[0]?.message).toMatch(/^[a-z_]+ must be given at most once$/);
    },
  );

  test.each([
    "page[]=1",
    "meeting_id=1",
    "constructor=1",
    "__proto__=1",
    "toString=1",
    "Page_No=1",
    "page_no%00=1",
    "page_no%20=1",
    "%D1%80age=1",
  ])("%s is an unknown parameter", (search) => {
    const issues = refused(search);
    expect(issues).toHaveLength(1);
    expect(issues[0]?.message).toMatch(/^unknown parameter; this list takes associated_id, .*, status$/);
  });

  test("a semicolon separates nothing", () => {
    expect(offenders("page_no=1;per_page=2")).toEqual(["page_no"]);
  });

  test("a pair without a name is an unknown parameter", () => {
    expect(offenders("=1")).toEqual(["(empty name)"]);
  });

  test("a parameter without a value is malformed", () => {
    expect(offenders("status&page_no=")).toEqual(["page_no", "status"]);
  });

  test("an unknown name is shown cut and in printable ASCII", () => {
    const [issue] = refused(`${encodeURIComponent(`é\u0000\u202E${"x".repeat(500)}`)}=1`);
    expect(issue?.parameter).toBe(`???${"x".repeat(61)}`);
  });

  test("no message repeats a value", () => {
    const issues = refused("status=CANARY&page_no=CANARY&search=%00CANARY&start_time=CANARY&x=CANARY");
    expect(JSON.stringify(issues)).not.toContain("CANARY");
  });

  test("at most twenty offenders are listed", () => {
    const search = Array.from({ length: 200 }, (_, index) => `x${index}=1`).join("&");
    expect(refused(search)).toHaveLength(QUERY_ISSUES_MAX);
  });

  test("a query beyond 2,048 characters is refused before it is read", () => {
    const room = `search=${"a".repeat(QUERY_LENGTH_MAX - "search=".length)}`;
    expect(offenders(`?${room}`)).toEqual(["search"]);
    expect(offenders(`${room}a`)).toEqual(["query"]);
    expect(offenders("%".repeat(1_000_000))).toEqual(["query"]);
  });

  test("URLSearchParams are read like their text", () => {
    const params = new URLSearchParams("?status=live&page_no=0");
    expect(parseSessionQuery(params)).toEqual(parseSessionQuery("status=live&page_no=0"));
    expect(refused(new URLSearchParams("search=%FF"))).toHaveLength(1);
  });
});

const FULL = spell({
  status: "ended",
  start_time: "2026-11-01T00:00:00Z",
  end_time: "2026-11-30T00:00:00+01:00",
  associated_id: "ABCDEF-GHIJKL",
  participants: "01:10",
  search: " weekly ",
  sort_by: "minutesConsumed",
  sort_order: "asc",
  page_no: "3",
  per_page: "50",
});

describe("what follows from a question", () => {
  test("the canonical text is explicit and sorted", () => {
    expect(canonicalSearch(accepted(""))).toBe("page_no=1&per_page=25&sort_by=createdAt&sort_order=DESC");
    expect(canonicalSearch(accepted(FULL))).toBe(
      "associated_id=abcdef-ghijkl&end_time=2026-11-29T23%3A00%3A00.000Z&page_no=3&participants=1%3A10&per_page=50&search=weekly" +
        "&sort_by=minutesConsumed&sort_order=ASC&start_time=2026-11-01T00%3A00%3A00.000Z&status=ENDED",
    );
  });

  test("the longest canonical text is within the cap", () => {
    const longest = {
      ...accepted(FULL),
      associated_id: "a".repeat(64),
      search: "😀".repeat(64),
      participants: "100000:100000",
    };
    expect(accepted(canonicalSearch(longest))).toEqual(longest);
  });

  test("the first page is asked for without page_no, whatever the upstream counts from", () => {
    for (const firstPage of [0, 1] as const) {
      expect(upstreamParameters(accepted(""), firstPage).toString()).toBe(
        "per_page=25&sort_by=createdAt&sort_order=DESC",
      );
    }
  });

  test("a later page is asked for by the upstream's own number", () => {
    expect(upstreamParameters(accepted("page_no=2"), 1).get("page_no")).toBe("2");
    expect(upstreamParameters(accepted("page_no=2"), 0).get("page_no")).toBe("1");
    expect([...upstreamParameters(accepted(FULL), 1).keys()]).toEqual([
      ...new URLSearchParams(canonicalSearch(accepted(FULL))).keys(),
    ]);
  });

  test("a key is 64 hexadecimal digits and depends on each of its parts", async () => {
    const parts = { accountId: "a", appId: "b", exposeMeta: false, query: accepted("") };
    const keys = await Promise.all(
      [
        parts,
        { ...parts, accountId: "a:b", appId: "" },
        { ...parts, accountId: "", appId: "a:b" },
        { ...parts, accountId: "b", appId: "a" },
        { ...parts, exposeMeta: true },
        { ...parts, query: accepted("page_no=2") },
        { ...parts, query: accepted("search=status") },
      ].map(sessionPageKey),
    );
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(key).toMatch(/^listSessions\.[0-9a-f]{64}$/);
  });
});

describe("the document", () => {
  test.each(Object.entries(sessions.parameters))(
    "%s has a description, and any example is accepted",
    (name, { document }) => {
      const { description, examples } = document;
      expect(description).toMatch(/\.$/);
      // A filter has none: what is filled in must find something.
      for (const example of Array.isArray(examples) ? examples : [])
        expect(accepted(spell({ [name]: String(example) }))).toHaveProperty(name);
    },
  );
});
