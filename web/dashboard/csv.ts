// What is shown, as a file: the rows of a page as CSV (RFC 4180) or one JSON object a line. Safe to open in a spreadsheet: a text that begins
// as a formula gets an apostrophe in front, because a stranger may have written it.

const formula = /^[=+\-@\t\r\n]/;
const quoted = /[",\r\n]|^#|^\s|\s$/;

type Row = Readonly<Record<string, unknown>>;

/** A file of these fields of the rows, with a header. */
export const csvOf = (rows: readonly Row[], fields: readonly string[]): string =>
  [fields, ...rows.map((row) => fields.map((field) => row[field]))]
    .map((cells) => `${cells.map(cellOf).join(",")}\r\n`)
    .join("");

export const ndjsonOf = (rows: readonly Row[], fields: readonly string[]): string =>
  rows.map((row) => `${JSON.stringify(Object.fromEntries(fields.map((field) => [field, row[field]])))}\n`).join("");

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const safe = typeof value === "string" && formula.test(text) ? `'${text}` : text;
  return quoted.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
