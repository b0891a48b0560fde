// Rows 95 to 99: tricks with the parameters of the list. Whatever is not plainly one of ours is refused by name, at both mounts, before
// anything is asked upstream.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseSessionQuery } from "../support/session-list.ts";
import { createTestService, ownPath, sdkPath } from "../support/app.ts";
import { parseObject } from "../support/document.ts";

const service = createTestService();

/** A value that is taken, for each parameter. */
const taken = {
  associated_id: "6bf2b8be-04dd-4191-b602-1128921a306b",
  end_time: "2026-11-22T10:00:00Z",
  page_no: "1",
  participants: "1:10",
  per_page: "2",
  search: "weekly",
  sort_by: "createdAt",
  sort_order: "DESC",
  start_time: "2026-11-01T00:00:00Z",
  status: "LIVE",
} as const;
const names = Object.keys(taken);

function offendersOf(search: string): readonly string[] {
  const parsed = parseSessionQuery(`?${search}`);
  return parsed.ok ? [] : parsed.failure.issues.map(({ parameter }) => parameter);
}

/** Refused by the parser and by both mounts of the service, in the same words and without a call. */
async function expectRefused(search: string, offender: string): Promise<void> {
  expect(offendersOf(search)).toContain(offender);
  const before = service.calls();
  for (const mount of [ownPath, sdkPath]) {
    const response = await service.send(`${mount}?${search}`);
    expect(response.status).toBe(400);
    const { code, errors } = parseObject(await response.text());
    expect(code).toBe("invalid_query");
    expect(errors).toContainEqual(expect.objectContaining({ parameter: offender }));
  }
  expect(service.calls()).toBe(before);
}

const spell = (name: string, value: string) => `${name}=${encodeURIComponent(value)}`;

/** The same text with some of its characters as percent signs and digits. */
const respelled = (text: string) =>
  fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((marks) => [...text].map((unit, at) => (marks[at] ? `%${unit.charCodeAt(0).toString(16)}` : unit)).join(""));

it("takes every value that the tricks below are made from", () => {
  for (const [name, value] of Object.entries(taken)) expect(offendersOf(spell(name, value))).toEqual([]);
});

describe("row 95: a parameter given twice", () => {
  const twice = fc
    .constantFrom(...names)
    .chain((name) =>
      fc.tuple(
        fc.constant(name),
        respelled(name),
        fc.constantFrom(...Object.values(taken), "", "x"),
        fc.boolean(),
        fc.shuffledSubarray(names.filter((other) => other !== name)),
      ),
    );

  it("is refused, whatever it says, wherever it stands and however its name is spelled", async () => {
    await fc.assert(
      fc.asyncProperty(twice, async ([name, spelling, value, isFirst, others]) => {
        const good = spell(name, taken[name as keyof typeof taken]);
        const again = `${spelling}=${encodeURIComponent(value)}`;
        const between = others.map((other) => spell(other, taken[other as keyof typeof taken]));
        await expectRefused([isFirst ? again : good, ...between, isFirst ? good : again].join("&"), name);
      }),
      { numRuns: 100 },
    );
  });
});

describe("row 96: lists, separators and names that are not ours", () => {
  it.each([
    ["page_no[]=1", "page_no[]"],
    ["page_no%5B%5D=1", "page_no[]"],
    ["page_no[0]=1", "page_no[0]"],
    ["page_no[$gt]=1", "page_no[$gt]"],
    ["page_no.x=1", "page_no.x"],
    ["page_no=1;page_no=2", "page_no"],
    ["page_no=1;status=LIVE", "page_no"],
    ["page_no=1,2", "page_no"],
    ["status=LIVE,ENDED", "status"],
    ["status=LIVE|ENDED", "status"],
    ["associated_id[]=b", "associated_id[]"],
    ["ASSOCIATED_ID=b", "ASSOCIATED_ID"],
    ["associated-id=b", "associated-id"],
    ["associatedId=b", "associatedId"],
    ["associated_id%00=b", "associated_id?"],
    ["associated_id%20=b", "associated_id "],
    ["%20associated_id=b", " associated_id"],
    ["+page_no=1", " page_no"],
    ["?page_no=1", "?page_no"],
    ["page=1", "page"],
    ["limit=1000", "limit"],
    ["account_id=x", "account_id"],
    ["app_id=x", "app_id"],
    ["callback=alert", "callback"],
    ["_method=DELETE", "_method"],
    ["fields=*", "fields"],
    ["__proto__=1", "__proto__"],
    ["__proto__[page_no]=1", "__proto__[page_no]"],
    ["constructor=1", "constructor"],
    ["toString=1", "toString"],
    ["=1", "(empty name)"],
    ["&=&", "(empty name)"],
    ["page_no", "page_no"],
    ["page_no=1%26admin=1", "page_no"],
    ["page_no=1%23", "page_no"],
  ])("%s is an offence of %s", expectRefused);
});

it.each([
  "1e3",
  "0x10",
  "0o7",
  " 7",
  "7 ",
  "\t7",
  "7\n",
  "+5",
  "-0",
  "-1",
  "007",
  "00",
  "1.0",
  "1_0",
  "1n",
  "Infinity",
  "NaN",
  "null",
  "",
  "9007199254740993",
  "10001",
  "1".repeat(400),
  "\u0661\u0662",
  "\uff11",
  "\u2167",
  "\u00b2",
  "1\u0000",
  "\u200b1",
  "\u22121",
  "[1]",
  "{}",
])("row 97: %j is no number", async (text) => {
  await expectRefused(spell("page_no", text), "page_no");
  await expectRefused(spell("per_page", text), "per_page");
  // A range is only counted with: its numbers may be larger and have zeros in front.
  if (!/^[0-9]{1,6}$/.test(text)) await expectRefused(spell("participants", `0:${text}`), "participants");
});

it.each([
  "2024-02-30T00:00:00Z",
  "2025-02-29T00:00:00Z",
  "2026-04-31T00:00:00Z",
  "2026-13-01T00:00:00Z",
  "2026-01-00T00:00:00Z",
  "2026-11-22T24:00:00Z",
  "2026-11-22T10:60:00Z",
  "2026-11-22T10:00:00",
  "2026-11-22",
  "2026-11-22 10:00:00Z",
  "2026-11-22T10:00Z",
  "2026-11-22T10:00:00+24:00",
  "2026-11-22T10:00:00+0100",
  "2026-11-22T10:00:00.Z",
  "2026-11-22T10:00:00.1234567890Z",
  "2026-11-22T10:00:00Z (comment)",
  "2026-11-22T10:00:00Z\n",
  "2019-12-31T23:59:59.999Z",
  "1970-01-01T00:00:00Z",
  "-002026-11-22T10:00:00Z",
  "+275760-09-13T00:00:00Z",
  "10000-01-01T00:00:00Z",
  "1",
  "1700000000",
  "1700000000000",
  "now",
  "Sun, 22 Nov 2026 10:00:00 GMT",
  "2026-W47-7T10:00:00Z",
  "\uff12\uff10\uff12\uff16-11-22T10:00:00Z",
  "2026-11-22T10:00:00\u212a",
  "2026\u201011\u201022T10:00:00Z",
  "",
  "[object Date]",
])("row 98: %j is no moment", async (text) => {
  await expectRefused(spell("start_time", text), "start_time");
  await expectRefused(spell("end_time", text), "end_time");
});

describe("row 99: tricks with Unicode", () => {
  it.each([
    ["status", "\uff2c\uff29\uff36\uff25"],
    ["status", "l\u0131ve"],
    ["status", "L\u0130VE"],
    ["status", "LIVE\u200b"],
    ["status", "\u202eEVIL"],
    ["sort_order", "a\u017fc"],
    ["sort_by", "created\u0410t"],
    ["sort_by", "createdAt\u0000"],
    ["associated_id", "\u212aey"],
    ["associated_id", "\u00e4"],
    ["associated_id", "a\u0308"],
    ["associated_id", "\ud83d\ude00"],
    ["associated_id", "a\u2010b"],
    ["associated_id", "a\u200db"],
    ["search", "a\u0000b"],
    ["search", "a\u001bb"],
    ["search", "a\nb"],
    ["search", "a\u0085b"],
    ["search", "a\u2028b"],
    ["search", "a\ufffdb"],
    ["search", "\u00a0\u3000"],
    ["search", "\ud83d\ude00".repeat(65)],
  ])("%s can't be %j", (name, value) => expectRefused(spell(name, value), name));

  it.each(["%80", "%C0%AF", "%C0%80", "%E0%80%AF", "%ED%A0%80", "%E2%82", "%F8%88%80%80%80", "%FF", "%FE"])(
    "bytes that are not UTF-8 are refused and not repaired: %s",
    async (bytes) => {
      await expectRefused(`search=a${bytes}b`, "search");
      await expectRefused(`status=LIVE${bytes}`, "status");
      await expectRefused(`associated_id=a${bytes}`, "associated_id");
    },
  );

  it("any text at all is either canonical, so that it has one spelling, or refused", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 70 }), fc.constantFrom(...names), (text, name) => {
        const parsed = parseSessionQuery(new URLSearchParams([[name, text]]));
        if (!parsed.ok) return;
        const value = String(new Map(Object.entries(parsed.value)).get(name));
        if (name === "search") expect(value).toBe(text.trim());
        else expect(value).toMatch(/^[\x21-\x7e]+$/);
        expect(value.isWellFormed()).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });
});
