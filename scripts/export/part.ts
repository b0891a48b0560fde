// One answer of the service, read as it comes: its rows go on as text, its last line is kept back.
import type { ExportFormat } from "../../src/resources/export.ts";
import { readLastLine, type LastLine } from "./last-line.ts";

/**
 * Reads to the end. `isFirst`: a CSV keeps its header. `take` gets the text of rows, in pieces that need not end with a line, and how many
 * rows have been seen. Undefined where the answer ended without a last line. Rejects where the connection does, or `take`.
 */
export async function readPart(
  body: ReadableStream<Uint8Array>,
  { format, isFirst }: { format: ExportFormat; isFirst: boolean },
  take: (text: string, rows: number) => Promise<void>,
): Promise<LastLine | undefined> {
  const decoder = new TextDecoder();
  const rows = createRowCounter();
  let skipsHeader = format === "csv" && !isFirst;
  let header = format === "csv" ? 1 : 0;
  let held = "";
  for await (const bytes of body) {
    held += decoder.decode(bytes, { stream: true });
    if (skipsHeader) {
      // Names of fields: no quotes, so no line break inside.
      const end = held.indexOf("\n");
      if (end < 0) continue;
      held = held.slice(end + 1);
      skipsHeader = false;
      header = 0;
    }
    // The line that may be the last, and what has come of one after it, stay.
    const end = held.lastIndexOf("\n", held.lastIndexOf("\n") - 1) + 1;
    const text = held.slice(0, end);
    held = held.slice(end);
    if (text !== "") await take(text, Math.max(0, rows(text) - header));
  }
  held += decoder.decode();
  const end = held.lastIndexOf("\n", held.length - 2) + 1;
  const last = held.endsWith("\n") ? readLastLine(held.slice(end).trimEnd(), format) : undefined;
  if (last && end > 0) await take(held.slice(0, end), Math.max(0, rows(held.slice(0, end)) - header));
  return last;
}

/** Counts lines that end outside quotes, over all texts that it is given. */
function createRowCounter(): (text: string) => number {
  let isQuoted = false;
  let count = 0;
  return (text) => {
    for (const [character] of text.matchAll(/["\n]/g)) {
      if (character === '"') isQuoted = !isQuoted;
      else if (!isQuoted) count += 1;
    }
    return count;
  };
}
