// The two forms of an export: CSV with a header and a comment at its end, and a JSON object on each line. The last line says whether it is all.
import type { ExportFormat } from "../resources/export.ts";
import type { Item } from "../resources/resource.ts";
import type { ExportEnd } from "../service/exports.ts";
import { cellsOf, csvRow } from "./csv.ts";

export type ExportForm = {
  contentType: string;
  /** Before the first row. */
  head(columns: readonly string[]): string;
  rows(items: readonly Item[], columns: readonly string[]): string;
  end(end: ExportEnd): string;
};

export const exportForms: Readonly<Record<ExportFormat, ExportForm>> = {
  csv: {
    contentType: "text/csv",
    head: csvRow,
    rows: (items, columns) => items.map((item) => csvRow(cellsOf(item, columns))).join(""),
    end: (end) => `# ${JSON.stringify(lastLine(end))}\r\n`,
  },
  ndjson: {
    contentType: "application/x-ndjson",
    head: () => "",
    rows: (items) => items.map((item) => `${JSON.stringify(item)}\n`).join(""),
    end: (end) => `${JSON.stringify(lastLine(end))}\n`,
  },
};

/** `dropped_count` only where rows could not be made valid, and `code` only where a failure ended it. */
function lastLine(end: ExportEnd): object {
  const { complete, rows, droppedCount } = end;
  const counts = { complete, rows, ...(droppedCount > 0 && { dropped_count: droppedCount }) };
  if (end.complete) return counts;
  const { next, retryAfterSeconds: retry_after, code } = end;
  return { ...counts, next, retry_after, ...(code !== undefined && { code }) };
}
