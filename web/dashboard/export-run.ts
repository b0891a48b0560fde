// An export as it comes in: rows counted, its last line read, and gone on with where it stopped, until it is complete or somebody ends it.
//
// The service ends every export with a line that says whether it is complete. Where it is not, `next` in that line is where to go on; the
// lines before it are kept and the header of the next part is dropped, so that the whole is one file. An end without such a line means that
// the connection broke: what came is then not known to be anything.
export type ExportFormat = "csv" | "ndjson";

export type ExportEnd =
  | { kind: "complete"; rows: number; text: string }
  /** `next`: to go on with, `retryAfterMs`: not before. `text`: so far, with the honest last line. */
  | { kind: "stopped"; rows: number; text: string; next: string | undefined; retryAfterMs: number | undefined };

export type ExportPart = {
  format: ExportFormat;
  /** Asks for the part after the cursor; for the first one where there is none. */
  ask(after: string | undefined, signal: AbortSignal): Promise<Response>;
  onProgress(rows: number, total: number | undefined): void;
};

type LastLine = { complete: boolean; rows: number; next?: string | null; retry_after?: number | null };

export type ExportRun = { goOn(signal: AbortSignal): Promise<ExportEnd> };

/** Nothing is asked before `goOn`, which may be called again after a stop. Rejects with what `ask` rejects with. */
export function createExportRun({ format, ask, onProgress }: ExportPart): ExportRun {
  /** Rows of the parts before, without their last lines. */
  let kept = "";
  let keptRows = 0;
  let total: number | undefined;
  let next: string | undefined;

  return {
    async goOn(signal) {
      const answer = await ask(next, signal);
      const told = Number(answer.headers.get("x-total-count") ?? Number.NaN);
      if (total === undefined && Number.isInteger(told)) total = told;
      const counter = createRecordCounter(format);
      let part = "";
      try {
        await readText(answer.body, (text) => {
          part += text;
          onProgress(keptRows + counter.count(text), total);
        });
      } catch {
        // A connection that breaks is an end without a last line.
        signal.throwIfAborted();
      }
      const { rows, last } = splitPart(part, format);
      const whole = kept + (kept === "" || format === "ndjson" ? rows : withoutHeader(rows));
      if (!last) {
        const text = kept + endOf(format, { complete: false, rows: keptRows, next: next ?? null });
        return { kind: "stopped", rows: keptRows, text, next, retryAfterMs: undefined };
      }
      kept = whole;
      keptRows += last.rows;
      next = last.next ?? undefined;
      const text = whole + part.slice(rows.length);
      if (last.complete) return { kind: "complete", rows: keptRows, text };
      const seconds = last.retry_after ?? undefined;
      return {
        kind: "stopped",
        rows: keptRows,
        text,
        next,
        retryAfterMs: seconds === undefined ? undefined : seconds * 1_000,
      };
    },
  };
}

async function readText(body: ReadableStream<Uint8Array> | null, onText: (text: string) => void): Promise<void> {
  if (!body) return;
  const decoder = new TextDecoder();
  for (const reader = body.getReader(); ;) {
    const { value, done } = await reader.read();
    if (done) return;
    onText(decoder.decode(value, { stream: true }));
  }
}

/** The rows with what stands before them, and the last line, where the part has one. */
function splitPart(part: string, format: ExportFormat): { rows: string; last: LastLine | undefined } {
  const end = part.replace(/[\r\n]+$/, "");
  const at = end.lastIndexOf("\n") + 1;
  const line = format === "csv" ? /^# (\{.*\})$/.exec(end.slice(at))?.[1] : end.slice(at);
  return { rows: part.slice(0, at), last: line === undefined ? undefined : lastLineIn(line) };
}

function lastLineIn(line: string): LastLine | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && "complete" in value && !("id" in value)
      ? asLastLine(value)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Holds for the end of every export: no row has a field of this name. */
const asLastLine = (value: object) => value as LastLine;

/** A last line in place of the one that never came. */
const endOf = (format: ExportFormat, last: LastLine) =>
  format === "csv" ? `# ${JSON.stringify(last)}\r\n` : `${JSON.stringify(last)}\n`;

const withoutHeader = (rows: string): string => rows.slice(rows.indexOf("\n") + 1);

/** Counts records as they come; a line break between quotes ends none. Header and last line are not counted. */
export function createRecordCounter(format: ExportFormat): { count(text: string): number } {
  let ends = 0;
  let isQuoted = false;
  return {
    count(text) {
      for (const character of text) {
        if (character === '"' && format === "csv") isQuoted = !isQuoted;
        else if (character === "\n" && !isQuoted) ends += 1;
      }
      return Math.max(0, ends - (format === "csv" ? 1 : 0));
    },
  };
}
