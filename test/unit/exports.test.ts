// What an export is made of: cells, cursors, its way through a list that moves, and its places.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellsOf, csvRow } from "../../src/http/csv.ts";
import { createExportPlaces, exportLastsMs, exportsMax, exportsPerClient } from "../../src/limits/exports.ts";
import { exportedLists, exportPage, planOf, readCursor, writeCursor } from "../../src/resources/export.ts";
import { resources } from "../../src/resources/registry.ts";
import type { Item } from "../../src/resources/resource.ts";
import { createExportTrack, type ExportTrack } from "../../src/service/export-track.ts";
import { digest } from "../../src/entries/digest.ts";
import { createTestClock } from "../support/clock.ts";
import { readCsv } from "../support/csv.ts";

describe("a row of CSV", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.stringMatching(/^[=+\-@\t\r\n"',#; a-z0-9]{0,12}$/),
    fc.constantFrom(
      "=1+1",
      "+1",
      "-1",
      "@SUM(A1)",
      "\t=1",
      "\r=1",
      "\n=1",
      '"',
      '""',
      ",",
      "#",
      "# x",
      "'",
      " = 1",
      "",
    ),
  );
  const cell = fc.oneof(
    text,
    fc.constant(null),
    fc.constant(undefined),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.array(fc.record({ id: text })),
  );
  const shown = (value: unknown) => {
    if (value === null || value === undefined) return "";
    if (typeof value !== "string") return JSON.stringify(value);
    return /^[=+\-@\t\r\n]/.test(value) ? `'${value}` : value;
  };

  it("is read back as it was written, whatever is in it", () => {
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 1, maxLength: 6 }), { maxLength: 5 }), (rows) => {
        const written = rows.map(csvRow).join("");
        expect(readCsv(written)).toEqual(rows.map((row) => row.map(shown)));
      }),
      { numRuns: 2_000 },
    );
  });

  it("has no cell that a spreadsheet would take for a formula, and no line that looks like the last of an export", () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 6 }), (row) => {
        const written = csvRow(row);
        for (const one of readCsv(written)[0] ?? []) expect(one).not.toMatch(/^[=+\-@\t\r\n]/);
        expect(written).not.toMatch(/^#/);
      }),
      { numRuns: 2_000 },
    );
  });

  it("keeps numbers as they are, and leaves nothing empty that is a row", () => {
    expect(csvRow([-1.5, 0, 1e21, true])).toBe("-1.5,0,1e+21,true\r\n");
    expect(csvRow([null])).toBe('""\r\n');
    expect(cellsOf({ id: "x", b: 1 }, ["b", "missing", "id"])).toEqual([1, undefined, "x"]);
  });
});

describe("a cursor", () => {
  const cursor = fc.record({
    pageNo: fc.integer({ min: 1, max: 10_000 }),
    endAt: fc.option(fc.integer({ min: 1_577_836_800_000, max: 4_102_444_800_000 }), { nil: undefined }),
    total: fc.option(fc.integer({ min: 0, max: 1_000_000 }), { nil: undefined }),
    last: fc.option(fc.stringMatching(/^[A-Za-z0-9_-]{16}$/), { nil: undefined }),
  });

  it("is read back as it was written, and has characters that need no escape in a query", () => {
    fc.assert(
      fc.property(cursor, (one) => {
        const written = writeCursor(one);
        expect(written).toMatch(/^[\w.-]{4,64}$/);
        expect(readCursor(written)).toEqual(one);
      }),
    );
  });

  it("is nothing else: no other text is one", () => {
    const near = fc.tuple(cursor, fc.string({ maxLength: 3 }), fc.nat(40)).map(([one, text, place]) => {
      const written = writeCursor(one);
      return written.slice(0, place) + text + written.slice(place + 1);
    });
    fc.assert(
      fc.property(fc.oneof(near, fc.string({ maxLength: 70 })), (text) => {
        const read = readCursor(text);
        if (read) expect(writeCursor(read)).toBe(text);
      }),
      { numRuns: 2_000 },
    );
    for (const text of ["", "0...", "01...", "10001...", "1..", "1....", "1.01..", "1.1e3..", "１...", "1...short"]) {
      expect(readCursor(text)).toBeUndefined();
    }
  });
});

describe("the question of an export", () => {
  const now = Date.UTC(2026, 10, 22, 10);
  const list = resources.find(({ operationId }) => operationId === "listSessions");
  if (!list) throw new Error("no list");
  const end = (query: Record<string, string>, mayFixEnd = true) => planOf(query, now, mayFixEnd).filters["end_time"];

  it("ends now, or where its caller says if that is earlier", () => {
    expect(end({})).toBe("2026-11-22T10:00:00.000Z");
    expect(end({ end_time: "2026-11-21T10:00:00.000Z" })).toBe("2026-11-21T10:00:00.000Z");
    expect(end({ end_time: "2026-11-23T10:00:00.000Z" })).toBe("2026-11-22T10:00:00.000Z");
  });

  it("ends where it did when it is gone on with, and never later than now", () => {
    const after = (at: number) => ({ after: writeCursor({ pageNo: 3, endAt: at, total: 1, last: undefined }) });
    expect(end(after(now - 60_000))).toBe("2026-11-22T09:59:00.000Z");
    expect(end(after(now + 60_000))).toBe("2026-11-22T10:00:00.000Z");
  });

  it("has no end of ours where the caller may not ask for one, nor where the range has not begun", () => {
    expect(end({}, false)).toBeUndefined();
    expect(end({ start_time: "2026-11-23T10:00:00.000Z" })).toBeUndefined();
  });

  it("asks for pages as large as the list has them, oldest first, for every list there is", () => {
    expect(exportedLists.length).toBe(resources.filter(({ shape }) => shape === "list").length);
    for (const [one] of exportedLists) {
      const page = exportPage(one, planOf({}, now, false), 4);
      expect(page).toMatchObject({ page_no: 4, per_page: one.perPageMax });
      expect(page["sort_order"]).toBe(one.parameters["sort_order"] ? "ASC" : undefined);
      for (const [name, value] of Object.entries(page)) expect(one.parameters[name]?.read(String(value))).toBe(value);
    }
  });
});

/** A list as the upstream has it. */
type World = string[];
const perPage = 3;

function pageOf(world: World, pageNo: number) {
  const from = (pageNo - 1) * perPage;
  const items: Item[] = world.slice(from, from + perPage).map((id) => ({ id }));
  const paging = {
    total_count: world.length,
    start_offset: 0,
    end_offset: 0,
    page_no: pageNo,
    per_page: perPage,
    has_more: from + perPage < world.length,
  };
  return { items, shown: items, droppedCount: 0, paging };
}

/** Takes the next page; returns whether there is more. */
function step(track: ExportTrack, world: World, exported: unknown[]): boolean {
  const page = pageOf(world, track.pageNo() ?? 0);
  const fresh = track.take(page);
  if (fresh === "again") return true;
  exported.push(...fresh.map(({ id }) => id));
  return page.paging.has_more;
}

const begin = { pageNo: 1, endAt: undefined, total: undefined, last: undefined };
const follow = (start = begin as Parameters<typeof createExportTrack>[0]) =>
  createExportTrack(start, { perPage, digest });

describe("the way of an export through a list that moves", () => {
  /** Before page n, rows come in or vanish at a place. */
  const change = fc.record({
    kind: fc.constantFrom("in", "out"),
    place: fc.nat(30),
    count: fc.integer({ min: 1, max: 4 }),
  });

  function moved(
    world: World,
    { kind, place, count }: { kind: string; place: number; count: number },
    made: number,
  ): World {
    const at = Math.min(place, world.length);
    const fresh = Array.from({ length: count }, (_, index) => `new-${made}-${index}`);
    return kind === "in" ? world.toSpliced(at, 0, ...fresh) : world.toSpliced(at, count);
  }

  it("exports no row twice, and every row that was there all the time, though between two pages rows come in or vanish anywhere", () => {
    fc.assert(
      fc.property(fc.nat(30), fc.array(fc.option(change, { nil: undefined }), { maxLength: 12 }), (size, changes) => {
        const first = Array.from({ length: size }, (_, index) => `row-${index}`);
        let world: World = first;
        let lasting = new Set(first);
        const exported: unknown[] = [];
        const track = follow();
        for (let round = 0; step(track, world, exported) && round < 100; round += 1) {
          const next = changes[round];
          if (!next) continue;
          world = moved(world, next, round);
          lasting = new Set([...lasting].filter((id) => world.includes(id)));
        }
        expect(new Set(exported).size).toBe(exported.length);
        expect([...lasting].filter((id) => !exported.includes(id))).toEqual([]);
        expect(track.counts().rows).toBe(exported.length);
      }),
      { numRuns: 3_000, seed: 7 },
    );
  });

  it("is gone on with where it was left: rows that came in before its place are not exported again", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 0, max: 2 }),
        (size, pages, grown) => {
          const first = Array.from({ length: size }, (_, index) => `row-${index}`);
          const one: unknown[] = [];
          const other: unknown[] = [];
          const track = follow();
          let isMore = true;
          for (let page = 0; page < pages && isMore; page += 1) isMore = step(track, first, one);
          if (!isMore) return;
          const cursor = readCursor(track.next() ?? "");
          if (!cursor) throw new Error("no cursor");
          const world = [...Array.from({ length: grown }, (_, index) => `new-${index}`), ...first];
          const resumed = follow(cursor);
          while (step(resumed, world, other));
          expect([...one, ...other]).toEqual(first);
        },
      ),
      { numRuns: 500, seed: 7 },
    );
  });

  it("goes back when rows have vanished since it was left", () => {
    const first = Array.from({ length: 12 }, (_, index) => `row-${index}`);
    const one: unknown[] = [];
    const other: unknown[] = [];
    const track = follow();
    step(track, first, one);
    step(track, first, one);
    const resumed = follow(readCursor(track.next() ?? ""));
    while (step(resumed, first.slice(2), other));
    expect([...one, ...other]).toEqual(first);
  });

  it("ends, though the list becomes shorter with every look", () => {
    let size = 3_000;
    const track = follow();
    const exported: unknown[] = [];
    let looks = 0;
    for (; looks < 5_000; looks += 1) {
      size -= 1;
      if (
        !step(
          track,
          Array.from({ length: size }, (_, index) => `row-${index}`),
          exported,
        )
      )
        break;
    }
    expect(looks).toBeLessThan(1_100);
  });

  it("can't be gone on with beyond the last page that can be asked for", () => {
    const track = follow({ ...begin, pageNo: 10_000 });
    expect(track.pageNo()).toBe(10_000);
    track.take(pageOf([], 1));
    expect([track.pageNo(), track.next()]).toEqual([undefined, null]);
  });

  it("tells nobody an id that is not shown", () => {
    const track = follow();
    step(track, ["a-secret-id", "another", "third", "fourth"], []);
    expect(track.next()).not.toMatch(/secret|another|third/);
  });
});

describe("places for exports", () => {
  it("are two for a client and twenty in all", () => {
    const places = createExportPlaces(createTestClock());
    expect([exportsPerClient, exportsMax]).toEqual([2, 20]);
    expect([1, 2, 3].map(() => places.take("one").ok)).toEqual([true, true, false]);
    expect(places.take("one")).toMatchObject({ failure: { code: "rate_limited", policy: "exports", quota: 2 } });
    for (let client = 0; client < 9; client += 1) places.take(`client ${client}`);
    for (let client = 0; client < 9; client += 1) places.take(`client ${client}`);
    expect(places.take("late")).toEqual({ ok: false, failure: { code: "exports_exhausted", retryAfterSeconds: 15 } });
  });

  it("are free again after twice the time that an export may take, even if nobody gave them back", async () => {
    const clock = createTestClock();
    const places = createExportPlaces(clock);
    places.take("one");
    places.take("one");
    await clock.advance(2 * exportLastsMs - 1);
    expect(places.take("one").ok).toBe(false);
    await clock.advance(1);
    expect(places.take("one").ok).toBe(true);
  });
});
