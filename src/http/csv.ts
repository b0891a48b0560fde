// Rows as CSV (RFC 4180), safe to open in a spreadsheet.
//
// A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@`, a tab or a line break for a formula, and would run what somebody wrote into
// the title of a meeting. An apostrophe in front makes it a text. Numbers are ours and stay as they are.
import type { Item } from "../resources/resource.ts";

const FORMULA = /^[=+\-@\t\r\n]/;
/** `#` begins the comment at the end of an export: a row that does so is told apart by its quotes. */
const QUOTED = /[",\r\n]|^#|^\s|\s$/;

/** One line, its end included. */
export function csvRow(cells: readonly unknown[]): string {
  const line = cells.map(cellOf).join(",");
  // A blank line is no row to many readers.
  return `${line === "" && cells.length > 0 ? '""' : line}\r\n`;
}

/** The cells of an item, in the order of the columns; what it does not have is empty. */
export const cellsOf = (item: Item, columns: readonly string[]): unknown[] => columns.map((name) => item[name]);

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  // Items inside an item have a cell together.
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const safe = typeof value === "string" && FORMULA.test(text) ? `'${text}` : text;
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
