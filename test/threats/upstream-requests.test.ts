// What a question becomes on its way up, and what an answer's words become on their way down.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SessionPage } from "../support/session-list.ts";
import { SIMULATOR_ACCOUNT_ID } from "../../simulator/simulator.ts";
import { ownPath, sdkPath } from "../support/app.ts";
import { goodName, pageText, rowOf } from "../support/hostile-upstream.ts";
import { hostileIds } from "../unit/upstream-hostile-ids.ts";
import { createCountedService, jsonAnswer } from "./cache-service.ts";

const service = createCountedService({ settings: { UPSTREAM_BUDGET_REQUESTS: "1200" } });
const appId = service.config.apps.get("support") ?? "";
const template = `http://127.0.0.1:8788/client/v4/accounts/${SIMULATOR_ACCOUNT_ID}/realtime/kit/${appId}/sessions`;

/** Text that would like to be more than text: separators, escapes of separators, other parameters. */
const pieces = [
  "&",
  "=",
  "?",
  "#",
  "%26",
  "%23",
  "%00",
  "+",
  ";",
  "/",
  "..",
  "page_no=9",
  "admin=1",
  '"',
  "'",
  "<",
  "é",
  "日",
  "a",
  "1",
];
const searchText = fc
  .oneof(
    fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 8 }).map((list) => list.join("")),
    fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" }),
  )
  .map((text) => text.trim())
  .filter((text) => text !== "" && [...text].length <= 64 && !/[\p{Cc}\p{Cs}\u2028\u2029\uFFFD]/u.test(text));

/** The parameters of a question in canonical form, so that the model has nothing to compute. */
const question = fc.record(
  {
    associated_id: fc.stringMatching(/^[a-z0-9-]{1,64}$/),
    participants: fc.integer({ min: 0, max: 50 }).map((min) => `${min}:${min + 3}`),
    per_page: fc.integer({ min: 1, max: 100 }).map(String),
    search: searchText,
    sort_by: fc.constantFrom("minutesConsumed", "createdAt"),
    sort_order: fc.constantFrom("ASC", "DESC"),
    start_time: fc.constantFrom("2026-11-01T00:00:00.000Z", "2020-01-01T00:00:00.001Z"),
    status: fc.constantFrom("LIVE", "ENDED"),
  },
  { requiredKeys: ["search"] },
);

describe("row 72: the query that leaves", () => {
  it("row 72: is the question's parameters and the explicit defaults, name by name, whatever the texts hold", async () => {
    await fc.assert(
      fc.asyncProperty(
        question,
        fc.integer({ min: 2, max: 10_000 }),
        fc.constantFrom(ownPath, sdkPath),
        async (given, page, mount) => {
          const before = service.calls();
          const search = new URLSearchParams({ ...given, page_no: String(page) }).toString();
          expect((await service.ask(`${mount}?${search}`)).status).toBe(200);
          const model = { per_page: "25", sort_by: "createdAt", sort_order: "DESC", ...given, page_no: String(page) };
          const { url = "" } = service.asked[before] ?? {};
          expect(url.split("?", 1)[0]).toBe(template);
          expect([...new URL(url).searchParams]).toEqual(
            Object.entries(model).sort(([one], [other]) => (one < other ? -1 : 1)),
          );
          expect(new URL(url).hash).toBe("");
        },
      ),
      { numRuns: 400 },
    );
  });

  it("row 72: has nothing of what stands after a fragment, a second question mark or an encoded separator", async () => {
    const before = service.calls();
    const searches = [
      "?per_page=9#&status=LIVE",
      "?search=a%26admin=1%23",
      "?search=a%3Fadmin=1",
      "?search=a%2526admin%253D1",
    ];
    for (const search of searches) expect((await service.ask(ownPath + search)).status).toBe(200);
    const left = service.asked.slice(before).map(({ url }) => new URL(url));
    expect(left.length).toBe(searches.length);
    for (const { searchParams, pathname } of left) {
      expect(
        [...searchParams.keys()].filter((name) => !["per_page", "search", "sort_by", "sort_order"].includes(name)),
      ).toEqual([]);
      expect(pathname).toBe(new URL(template).pathname);
    }
  });
});

describe("row 71: an id that would like to be a path", () => {
  it("row 71: is refused, or asked for in its place: the address is the template", async () => {
    const before = service.calls();
    expect(hostileIds.length).toBeGreaterThan(40);
    for (const id of hostileIds) {
      for (const place of new Set([id, encodeURIComponent(id.toWellFormed())])) {
        if (place.length > 2_000) continue;
        const inPath = [
          `/v1/apps/${place}/sessions`,
          sdkPath.replace("support", () => place),
          sdkPath.replace("/_/", () => `/${place}/`),
        ];
        for (const target of inPath) expect((await service.ask(target)).status).toBe(404);
        expect([200, 400]).toContain((await service.ask(`${ownPath}?associated_id=${place}`)).status);
      }
    }
    for (const { url } of service.asked.slice(before)) {
      expect(url.split("?", 1)[0]).toBe(template);
      expect([...new URL(url).searchParams.keys()].sort()).toEqual([
        "associated_id",
        "per_page",
        "sort_by",
        "sort_order",
      ]);
    }
  });
});

/** What a title, an id or a header of the upstream may hold. */
const hostileText = fc.oneof(
  fc.constantFrom(
    "a\r\nset-cookie: x=1",
    "\r\n\r\n<html>",
    "a\nb",
    "\u0000",
    "é",
    "日本",
    "\ud800",
    "\u2028",
    "x".repeat(5_000),
    "__proto__",
  ),
  fc.string({ unit: "binary", maxLength: 40 }),
);

describe("row 86: words of the upstream", () => {
  it("row 86: are in no header of ours, and stay one text in the body", async () => {
    const quiet = createCountedService();
    const expected = namesAndValues(await quiet.ask(ownPath));
    await fc.assert(
      fc.asyncProperty(fc.array(hostileText, { minLength: 1, maxLength: 4 }), hostileText, async (texts, other) => {
        const rows = texts.map((text, place) =>
          rowOf({ id: `row-${place}`, meeting_display_name: text, [other]: text }),
        );
        const loud = createCountedService({
          upstream: async () => jsonAnswer(pageText(rowOf(), ...rows), 200, { etag: '"theirs"', ...headerOf(other) }),
        });
        const answer = await loud.ask(ownPath);
        expect(answer.status).toBe(200);
        expect(namesAndValues(answer)).toEqual(expected);
        const page = SessionPage.parse(JSON.parse(await answer.text()));
        expect(page.data.sessions.map((row) => row.meeting_display_name)).toEqual([goodName, ...texts.map(shownTitle)]);
      }),
      { numRuns: 200 },
    );
  });
});

/** A header with the text, where the platform takes one. */
function headerOf(text: string): Record<string, string> {
  try {
    return Object.fromEntries(new Headers({ "x-title": text, ratelimit: text, "retry-after": text }));
  } catch {
    return {};
  }
}

/** As we promise to show a title: well formed, and cut at 1,024 without splitting a character. */
const shownTitle = (text: string) => text.slice(0, 1_024).toWellFormed();

/** All headers but those that are this very answer's: its id, and the validator of its bytes. */
const namesAndValues = ({ headers }: Response) =>
  [...headers].filter(([name]) => name !== "x-request-id" && name !== "etag");

describe("row 82: a number in exposed meta", () => {
  const shownFor = async (meta: string) => {
    const text = pageText(JSON.stringify(rowOf()).replace("{", `{"meta":${meta},`));
    const exposed = createCountedService({ settings: { EXPOSE_META: "true" }, upstream: async () => jsonAnswer(text) });
    return SessionPage.parse(JSON.parse(await (await exposed.ask(ownPath)).text())).data.sessions[0]?.meta;
  };

  it("row 82: is shown as it is where a double holds it", async () => {
    expect(await shownFor('{"id":9007199254740991,"share":0.1}')).toEqual({ id: 9_007_199_254_740_991, share: 0.1 });
  });

  it.each(["12345678901234567890", "9007199254740993", "-9007199254740993", "1e400"])(
    "row 82: is never shown rounded: %s",
    async (number) => {
      expect(await shownFor(`{"id":${number}}`)).toBeUndefined();
    },
  );
});
