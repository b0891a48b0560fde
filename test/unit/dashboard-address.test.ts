// The state of the dashboard: from one address to the next, and from an address to the question that it asks.
import { describe, expect, it } from "vitest";
import { changed } from "../../web/dashboard/address.ts";
import { csvOf, ndjsonOf } from "../../web/dashboard/csv.ts";
import { dayAt, dayOf, midnight, rangeOf } from "../../web/dashboard/ranges.ts";
import { questionOf, withoutPages } from "../../web/dashboard/sessions-question.ts";

const now = new Date(2026, 10, 27, 15, 30).getTime();
const query = (text: string) => new URLSearchParams(text);

describe("an address", () => {
  it.each([
    ["app=a&screen=sessions&page=3", { page: undefined }, "app=a&screen=sessions"],
    ["app=a&screen=sessions&page=3&status=LIVE", { screen: "day" }, "app=a&screen=day"],
    ["app=a&screen=sessions&page=3", { screen: "live" }, "app=a"],
    ["", { screen: "session", session: "x" }, "screen=session&session=x"],
    ["app=a&screen=sessions&search=tea", { app: "b" }, "app=b&screen=sessions&search=tea"],
    ["search=tea", { search: "" }, ""],
  ])("%s after %o is %s", (before, change, after) => {
    expect(changed(query(before), change).toString()).toBe(after);
  });
});

describe("a range", () => {
  it("begins at the reader's midnight, so that all day long it is the same question", () => {
    const { start, end } = rangeOf(query("range=7d"), now);
    expect(start).toBe(new Date(2026, 10, 21).getTime());
    expect(end).toBeUndefined();
    expect(rangeOf(query("range=7d"), midnight(now) + 1).start).toBe(start);
  });

  it("of own days counts both whole, and survives nonsense", () => {
    const { start, end } = rangeOf(query("from=2026-11-01&to=2026-11-02"), now);
    expect(start).toBe(new Date(2026, 10, 1).getTime());
    expect(end).toBe(new Date(2026, 10, 3).getTime() - 1);
    expect(rangeOf(query("from=yesterday&to=2026-99-1"), now)).toEqual({ start: undefined, end: undefined });
    expect(dayOf(dayAt("2026-11-01") ?? 0)).toBe("2026-11-01");
  });
});

describe("a question", () => {
  const all = new Set(
    "associated_id status start_time end_time participants search sort_by sort_order page_no per_page".split(" "),
  );
  const asked = (text: string, parameters: ReadonlySet<string> = all, meetings?: readonly string[]) =>
    questionOf(query(text), { parameters, meetings }, now);

  it("has what the address says, and nothing that is the same without being said", () => {
    expect(
      asked("status=LIVE&search= tea &min=2&max=9&sort=minutesConsumed&order=ASC&page=4&size=100&meeting=m"),
    ).toEqual({
      associated_id: "m",
      status: "LIVE",
      participants: "2:9",
      search: "tea",
      sort_by: "minutesConsumed",
      sort_order: "ASC",
      page_no: 4,
      per_page: 100,
    });
    expect(asked("page=1&size=25&order=DESC&status=")).toEqual({ per_page: 25 });
  });

  it("leaves out what nobody could ask, and what this caller may not", () => {
    expect(asked("status=PAUSED&page=-1&page=x&size=7&min=-3&max=many&sort=title")).toEqual({ per_page: 25 });
    expect(asked("status=LIVE&search=tea", new Set(["status", "per_page"]))).toEqual({ status: "LIVE", per_page: 25 });
    expect(asked("min=9&max=2")).toMatchObject({ participants: "9:9" });
  });

  it("names a meeting where the caller has to", () => {
    expect(asked("", all, ["a", "b"])).toMatchObject({ associated_id: "a" });
    expect(asked("meeting=b", all, ["a", "b"])).toMatchObject({ associated_id: "b" });
    expect(asked("meeting=c", all, ["a", "b"])).toMatchObject({ associated_id: "a" });
  });

  it("of all pages has no page and no order", () => {
    expect(withoutPages(asked("status=ENDED&page=4&sort=minutesConsumed"))).toEqual({ status: "ENDED" });
  });
});

describe("a file of what is shown", () => {
  const rows = [{ id: "a", title: '=1+1, "quoted"', count: -3 }, { id: "b" }];

  it("defuses formulas of texts, and leaves numbers as they are", () => {
    expect(csvOf(rows, ["id", "title", "count"])).toBe(`id,title,count\r\na,"'=1+1, ""quoted""",-3\r\nb,,\r\n`);
  });

  it("has the chosen fields alone", () => {
    expect(ndjsonOf(rows, ["id", "count"])).toBe('{"id":"a","count":-3}\n{"id":"b"}\n');
  });
});
