// The last line of an export, which says whether it is all, and how a file holds it.
import * as z from "zod";
import type { ExportFormat } from "../../src/resources/export.ts";

const Last = z.object({
  complete: z.boolean(),
  rows: z.int().min(0),
  next: z.string().max(64).nullish(),
  retry_after: z.number().min(0).nullish(),
  code: z.string().max(64).optional(),
  dropped_count: z.int().min(0).optional(),
  /** Only in a file of ours that is not complete: what it is an export of. */
  of: z.string().optional(),
});
export type LastLine = z.infer<typeof Last>;

const comment = "# ";

/** The last line that a text is; undefined for a row. */
export function readLastLine(line: string, format: ExportFormat): LastLine | undefined {
  if (format === "csv" && !line.startsWith(comment)) return undefined;
  try {
    return Last.parse(JSON.parse(format === "csv" ? line.slice(comment.length) : line));
  } catch {
    return undefined;
  }
}

export const writeLastLine = (last: LastLine, format: ExportFormat): string =>
  format === "csv" ? `${comment}${JSON.stringify(last)}\r\n` : `${JSON.stringify(last)}\n`;
