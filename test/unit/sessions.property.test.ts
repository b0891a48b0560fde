// What must hold for every question and every answer, not only for those somebody thought of.

import { unlisted } from "../support/session-list.ts";
import { sessions as resource } from "../../src/resources/sessions.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  normalisePage,
  type PageOptions,
  pageVolatility,
  SessionPage,
  serialisePage,
} from "../support/session-list.ts";
import {
  canonicalSearch,
  parseSessionQuery,
  QUERY_ISSUES_MAX,
  SessionQuery,
  sessionPageKey,
} from "../support/session-list.ts";

const canonicalTime = fc
  .date({ min: new Date("2020-01-01T00:00:00Z"), max: new Date("9999-12-31T23:59:59.999Z"), noInvalidDate: true })
  .map((date) => date.toISOString());

const searchText = fc
  .array(
    fc.oneof(
      fc.constantFrom(..."aZ09 éＡ😀", "e\u0301", "\u200D", "&", "+", "%", "=", "#", ";"),
      fc.string({ unit: "binary", maxLength: 1 }),
    ),
    {
      minLength: 1,
      maxLength: 40,
    },
  )
  .map((parts) => parts.join("").trim())
  .filter((text) => text !== "" && [...text].length <= 64 && !/[\p{Cc}\p{Cs}\u2028\u2029\uFFFD]/u.test(text));

const question: fc.Arbitrary<SessionQuery> = fc
  .record(
    {
      associated_id: fc.oneof(fc.uuid(), fc.stringMatching(/^[a-z0-9-]{1,64}$/)),
      status: fc.constantFrom("LIVE" as const, "ENDED" as const),
      times: fc.tuple(canonicalTime, canonicalTime).map((times) => times.toSorted()),
      hasStart: fc.boolean(),
      hasEnd: fc.boolean(),
      participants: fc
        .tuple(fc.nat(100_000), fc.nat(100_000))
        .map((range) => range.toSorted((a, b) => a - b).join(":")),
      search: searchText,
      sort_by: fc.constantFrom("minutesConsumed" as const, "createdAt" as const),
      sort_order: fc.constantFrom("ASC" as const, "DESC" as const),
      page_no: fc.integer({ min: 1, max: 10_000 }),
      per_page: fc.integer({ min: 1, max: 100 }),
    },
    { requiredKeys: ["sort_by", "sort_order", "page_no", "per_page"] },
  )
  .map(({ times, hasStart, hasEnd, ...rest }) => ({
    ...rest,
    ...(hasStart === true && times?.[0] !== undefined && { start_time: times[0] }),
    ...(hasEnd === true && times?.[1] !== undefined && { end_time: times[1] }),
  }));

const anyCase = (text: string) => fc.mixedCase(fc.constant(text));

/** Another spelling of one moment: an offset, a lower-case T or Z, fewer or more fraction digits. */
const respellTime = (canonical: string) =>
  fc
    .record({
      minutes: fc.integer({ min: -1_439, max: 1_439 }),
      digits: fc.stringMatching(/^[0-9]{0,6}$/),
      isShort: fc.boolean(),
      isLower: fc.boolean(),
    })
    .map(({ minutes, digits, isShort, isLower }) => {
      const shifted = new Date(Date.parse(canonical) + minutes * 60_000).toISOString();
      const isInRange = /^[0-9]{4}-/.test(shifted);
      const local = (isInRange ? shifted : canonical).slice(0, -1);
      const clock = (value: number) => String(value).padStart(2, "0");
      const size = Math.abs(minutes);
      const offset = isInRange ? `${minutes < 0 ? "-" : "+"}${clock(Math.floor(size / 60))}:${clock(size % 60)}` : "Z";
      const spelled = `${isShort ? local.replace(/\.?0+$/, (zeros) => (zeros.startsWith(".") ? "" : zeros)) : local + digits}${offset}`;
      return isLower ? spelled.toLowerCase() : spelled;
    });

const respellers: Record<string, (value: string) => fc.Arbitrary<string>> = {
  associated_id: anyCase,
  status: anyCase,
  sort_order: anyCase,
  start_time: respellTime,
  end_time: respellTime,
  participants: (value) =>
    fc.constantFrom(
      value,
      value
        .split(":")
        .map((part) => part.padStart(6, "0"))
        .join(":"),
    ),
  search: (value) =>
    fc
      .tuple(fc.constantFrom("", " ", "\u3000\t"), fc.constant(value), fc.constantFrom("", "\n"))
      .map((parts) => parts.join("")),
  page_no: (value) => fc.constantFrom(value, value === "1" ? "0" : value),
};
const defaults: Record<string, string> = { sort_by: "createdAt", sort_order: "DESC", page_no: "1", per_page: "25" };

/** Percent-encodes everything, or only what must be; a blank also as a plus sign. */
const encoders = [
  (text: string) =>
    [...new TextEncoder().encode(text)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""),
  encodeURIComponent,
  (text: string) => encodeURIComponent(text).replaceAll("%20", "+"),
];

/** The same question in another spelling: order, case, encoding, explicit or silent defaults, empty pairs. */
const respell = (query: SessionQuery) => {
  const pairs = [...new URLSearchParams(canonicalSearch(query))];
  const spelled = pairs.map(([name, value]) =>
    fc
      .tuple(respellers[name]?.(value) ?? fc.constant(value), fc.constantFrom(...encoders), fc.boolean())
      .map(([text, encode, isSilent]) => (isSilent && defaults[name] === value ? "" : `${name}=${encode(text)}`)),
  );
  return fc
    .tuple(fc.tuple(...spelled), fc.array(fc.nat(), { minLength: 10, maxLength: 10 }), fc.constantFrom("", "?"))
    .map(([texts, order, mark]) => {
      const shuffled = texts
        .map((text, index) => ({ text, place: order[index] ?? 0 }))
        .toSorted((a, b) => a.place - b.place);
      return mark + shuffled.map(({ text }) => text).join("&");
    })
    .filter((search) => search.length <= 2_048);
};

const spelledQuestion = question.chain((query) => respell(query).map((search) => ({ query, search })));
const keyOf = (query: SessionQuery) => sessionPageKey({ accountId: "a", appId: "b", exposeMeta: false, query });

describe("questions", () => {
  test("a canonical question parses to itself, and its text is its own canonical text", () => {
    fc.assert(
      fc.property(question, (query) => {
        expect(SessionQuery.parse(query)).toEqual(query);
        expect(parseSessionQuery(canonicalSearch(query))).toEqual({ ok: true, value: query });
      }),
    );
  });

  test("two spellings of one question have one key", async () => {
    await fc.assert(
      fc.asyncProperty(spelledQuestion, async ({ query, search }) => {
        const result = parseSessionQuery(search);
        expect(result).toEqual({ ok: true, value: query });
        if (result.ok) expect(await keyOf(result.value)).toBe(await keyOf(query));
      }),
      { numRuns: 500 },
    );
  });

  test("two questions never have one key", async () => {
    const texts = fc.string({ unit: fc.constantFrom("a", ":", '"', ",", "[", "]", "\\", "\uD800", "\uFFFD") });
    const parts = fc.record({ accountId: texts, appId: texts, exposeMeta: fc.boolean(), query: question });
    const neighbour = parts.chain((first) =>
      fc.tuple(
        fc.constant(first),
        fc.oneof(
          parts,
          parts.map(({ query }) => ({ ...first, query })),
          parts.map(({ appId }) => ({ ...first, appId })),
        ),
      ),
    );
    await fc.assert(
      fc.asyncProperty(neighbour, async ([first, second]) => {
        const spelling = ({ accountId, appId, exposeMeta, query }: typeof first) =>
          [accountId, appId].map((text) => text.length + text).join() + String(exposeMeta) + canonicalSearch(query);
        expect((await sessionPageKey(first)) === (await sessionPageKey(second))).toBe(
          spelling(first) === spelling(second),
        );
      }),
      { numRuns: 500 },
    );
  });

  test("any text is a canonical question or a bounded list of offenders in printable ASCII", () => {
    const name = fc.oneof(fc.constantFrom(...Object.keys(resource.parameters)), fc.string({ unit: "binary" }));
    const pairs = fc.array(
      fc.tuple(name, fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("LIVE", "1", "1:2"))),
      { maxLength: 40 },
    );
    const search = fc.oneof(
      fc.string({ unit: "binary", maxLength: 3_000 }),
      pairs.map((list) => list.map((pair) => pair.join("=")).join("&")),
      pairs.map((list) => new URLSearchParams(list)),
    );
    fc.assert(
      fc.property(search, (text) => {
        const result = parseSessionQuery(text);
        if (result.ok) {
          expect(SessionQuery.parse(result.value)).toEqual(result.value);
          expect(parseSessionQuery(canonicalSearch(result.value))).toEqual(result);
          return;
        }
        const { issues } = result.failure;
        expect(issues.length).toBeGreaterThan(0);
        expect(issues.length).toBeLessThanOrEqual(QUERY_ISSUES_MAX);
        expect(new Set(issues.map(({ parameter }) => parameter)).size).toBe(issues.length);
        for (const issue of issues) {
          expect(issue.parameter).toMatch(/^[ -~]{1,64}$/);
          expect(issue.message).toMatch(/^[ -~]{1,300}$/);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

const options: fc.Arbitrary<PageOptions> = fc.record({
  query: question,
  exposeMeta: fc.boolean(),
  firstPage: fc.constantFrom(0 as const, 1 as const),
  appId: fc.constant("app-1"),
});

/** A page our own schema takes as it is, in the same bytes, with unique ids; or a reason. */
function expectPageOrReason(body: unknown, given: PageOptions): void {
  const result = normalisePage(body, given);
  if (!result.ok) {
    expect(result.reason).toMatch(/^[a-z_A-Z.: ]{1,100}$/);
    return;
  }
  const { page, notes } = result;
  expect(serialisePage(SessionPage.parse(page))).toBe(serialisePage(page));
  const ids = page.data.sessions.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBeLessThanOrEqual(given.query.per_page);
  expect(page.paging.has_more && ids.length === 0).toBe(false);
  expect(notes.droppedReasons.length).toBeLessThanOrEqual(20);
  for (const reason of notes.droppedReasons) expect(reason).toMatch(/^[a-z_.]{1,60}$/);
  expect(["live", "recent", "settled"]).toContain(pageVolatility(page, given.query, Date.UTC(2026, 10, 22)));
}

describe("answers", () => {
  const good = {
    id: "813432c7-3c5a-45e2-9acf-eef7061c7584",
    associated_id: "abcdef-ghijkl",
    meeting_display_name: "Weekly review",
    organization_id: "app-1",
    type: "meeting",
    status: "LIVE",
    live_participants: 1,
    max_concurrent_participants: 2,
    minutes_consumed: 2.3434,
    created_at: "2026-11-22T10:00:00.010Z",
    started_at: "2026-11-22T10:00:00.000Z",
    ended_at: null,
    updated_at: "2026-11-22T10:05:00.784Z",
  };
  const junk = fc.jsonValue({ maxDepth: 4, stringUnit: "binary" });
  const names = [...Object.keys(good), "breakout_rooms", "meta", "__proto__", "constructor"];
  const change = fc.dictionary(
    fc.constantFrom(...names),
    fc.oneof(junk, fc.constantFrom("", "null", "ended", 0, -0, 2 ** 53, "2026-11-22 10:00:00.5+01:00")),
    {
      maxKeys: 3,
    },
  );
  const changed = change.map((fields) => ({ ...good, ...fields }));
  const row = fc
    .tuple(changed, fc.option(fc.array(fc.oneof(changed, junk), { maxLength: 4 })), fc.nat(9))
    .map(([fields, rooms, id]) => ({
      ...fields,
      id: fields.id === good.id ? `s-${id}` : fields.id,
      ...(rooms !== null && { breakout_rooms: rooms }),
    }));
  const offset = fc.oneof(junk, fc.integer(), fc.double());
  const paging = fc.oneof(
    junk,
    fc.record({ total_count: offset, start_offset: offset, end_offset: offset }, { requiredKeys: [] }),
  );
  const answer = fc
    .tuple(fc.array(fc.oneof(row, row, row, junk), { maxLength: 30 }), paging, fc.boolean())
    .map(([sessions, place, isInData]) => ({
      success: true,
      data: { sessions, ...(isInData && { paging: place }) },
      ...(!isInData && { paging: place }),
    }));

  test("arbitrary JSON is a page of ours or a reason, and never an exception", () => {
    fc.assert(fc.property(fc.oneof(junk, fc.anything()), options, expectPageOrReason), { numRuns: 500 });
  });

  test("rows broken at random make a page of ours or a reason", () => {
    fc.assert(
      fc.property(answer, options, (body, given) => {
        expectPageOrReason(body, given);
      }),
      { numRuns: 1_000 },
    );
  });

  test("a good row survives its worst neighbours", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(row, junk), { maxLength: 20 }), options, (neighbours, given) => {
        const roomy = { ...given, query: { ...given.query, per_page: 100 } };
        const result = normalisePage({ data: { sessions: [good, ...neighbours] } }, roomy);
        if (!result.ok) throw new Error(result.reason);
        expect(result.page.data.sessions[0]).toEqual({ ...good, ...unlisted, breakout_rooms: [] });
      }),
    );
  });

  test("a page of ours, read again, is the same page", () => {
    fc.assert(
      fc.property(answer, options, (body, given) => {
        const first = normalisePage(body, given);
        fc.pre(first.ok && first.page.dropped_count === 0);
        if (!first.ok) return;
        const again = normalisePage(JSON.parse(serialisePage(first.page)), given);
        expect(again.ok && again.page.data).toEqual(first.page.data);
      }),
    );
  });
});
