// Every row of the threat model has a place: a test here by its number, a test elsewhere that is really there, or the part of the
// service that it waits for. The table of the last two is in `README.md`.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";

const here = import.meta.dirname;
const root = path.join(here, "../..");
const rowCount = 132;

/** The numbers in "row 7", "rows 1, 2 and 87" and "rows 15 to 19", as tests are named. */
function numbersIn(list: string): number[] {
  return list.split(/, | and /).flatMap((part) => {
    const [first = 0, last = first] = part.split(" to ").map(Number);
    return Array.from({ length: last - first + 1 }, (_, place) => first + place);
  });
}

/** Of every row with a test here: its files. */
async function rowsTestedHere(): Promise<Map<number, Set<string>>> {
  const rows = new Map<number, Set<string>>();
  for (const name of await readdir(here)) {
    if (!name.endsWith(".ts") || name === path.basename(import.meta.filename)) continue;
    const text = await readFile(path.join(here, name), "utf8");
    for (const [, list = ""] of text.matchAll(/["'`]rows? (\d[\d, andto]*):/g)) {
      for (const row of numbersIn(list)) rows.set(row, (rows.get(row) ?? new Set()).add(name));
    }
  }
  return rows;
}

/** The cells of every line of a table whose first cell is a number. */
function tableRows(text: string): { row: number; cells: string[] }[] {
  const lines = text.matchAll(/^\| (\d+) \| (.+) \|$/gm);
  return [...lines].map(([, row, cells = ""]) => ({ row: Number(row), cells: cells.split(" | ") }));
}

const readme = await readFile(path.join(here, "README.md"), "utf8");
const [before = "", after = ""] = readme.split("## Waiting for a part that is not there");
const elsewhere = tableRows(before);
const waiting = tableRows(after);
const tested = await rowsTestedHere();

describe("the threat suite", () => {
  it(`has a place for each of the ${rowCount} rows`, () => {
    const placed = new Set([...tested.keys(), ...[...elsewhere, ...waiting].map(({ row }) => row)]);
    const missing = Array.from({ length: rowCount }, (_, place) => place + 1).filter((row) => !placed.has(row));
    expect(missing).toEqual([]);
    expect([...placed].filter((row) => row < 1 || row > rowCount)).toEqual([]);
  });

  it("names no row twice in the table, and none that has a test here", () => {
    const listed = [...elsewhere, ...waiting].map(({ row }) => row);
    expect(listed.filter((row, place) => listed.indexOf(row) !== place)).toEqual([]);
    expect(listed.filter((row) => tested.has(row))).toEqual([]);
  });

  it.each(elsewhere)("row $row is proven by a test that is there", async ({ cells }) => {
    const [file = "", name = ""] = cells;
    expect(file).toMatch(/^test\/.+\.ts$/);
    expect(name.length).toBeGreaterThan(10);
    expect(await readFile(path.join(root, file), "utf8")).toContain(name);
  });

  it.each(waiting)("row $row says what it waits for", ({ cells }) => {
    expect(cells.join(" ").length).toBeGreaterThanOrEqual("webhooks".length);
  });

  it("reads names as they are written", () => {
    expect(["7", "1, 2 and 87", "15 to 19", "1 and 3 to 5"].map(numbersIn)).toEqual([
      [7],
      [1, 2, 87],
      [15, 16, 17, 18, 19],
      [1, 3, 4, 5],
    ]);
  });
});
