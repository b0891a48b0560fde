// Reads an answer's body as JSON without trusting it: decoded bytes are counted while they arrive and cut at a cap, a
// silent stream is given up, bytes must be UTF-8, text must be JSON, and nesting must be shallow enough for whoever walks it.
//
// `content-length` is not consulted: it counts bytes before decompression, and a bomb is small there.
import type { Cutoff, CutoffCause } from "./cutoff.ts";

/** Short codes of our own for a body that is no page. */
export type BodyFault = "content_type" | "content_encoding" | "empty" | "too_large" | "utf8" | "json" | "nesting";

export type BodyOutcome =
  | { kind: "json"; body: unknown }
  | { kind: "malformed"; reason: BodyFault }
  | { kind: "ended"; cause: CutoffCause }
  /** The connection broke, or the stream could not be decompressed. */
  | { kind: "broken" };

/** A list page nests six levels deep; a reader that recurses is safe far beyond this. */
export const nestingMax = 64;

const jsonTypePattern = /^application\/(?:[a-z0-9!#$&^_.+-]+\+)?json\s*(?:;|$)/i;

/** Reads to the end or gives up; in either case nothing of the stream stays open once the cut-off is released. */
export async function readJson(
  response: Response,
  cutoff: Cutoff,
  limits: { bodyBytesMax: number; idleMs: number },
): Promise<BodyOutcome> {
  const headersFault = faultOfHeaders(response.headers);
  if (headersFault !== undefined) {
    discard(response);
    return { kind: "malformed", reason: headersFault };
  }
  if (response.body === null) return { kind: "malformed", reason: "empty" };

  const reader: ReadableStreamDefaultReader<unknown> = response.body.getReader();
  // A stream need not know of the fetch's signal. Cancelling the reader settles a pending read in any case.
  void cutoff.ended.then(() => reader.cancel()).catch(() => {});
  cutoff.listen(limits.idleMs);

  // `ignoreBOM: false` is what strips a leading BOM.
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  let text = "";
  let bytes = 0;
  const giveUp = (outcome: BodyOutcome): BodyOutcome => {
    void reader.cancel().catch(() => {});
    return outcome;
  };
  for (;;) {
    const piece = await reader.read().catch(() => undefined);
    const cause = cutoff.cause();
    if (cause !== undefined) return { kind: "ended", cause };
    if (piece === undefined) return { kind: "broken" };
    cutoff.heard();
    const chunk = piece.done ? undefined : piece.value;
    // Fetch promises bytes; its types do not.
    if (chunk !== undefined && !(chunk instanceof Uint8Array)) return giveUp({ kind: "broken" });
    try {
      text += chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch {
      return giveUp({ kind: "malformed", reason: "utf8" });
    }
    if (chunk === undefined) break;
    bytes += chunk.byteLength;
    if (bytes > limits.bodyBytesMax) return giveUp({ kind: "malformed", reason: "too_large" });
  }
  return bytes === 0 ? { kind: "malformed", reason: "empty" } : parseJson(text);
}

/** Ends a body nobody reads, so that its connection is not held. */
export function discard(response: Response): void {
  void response.body?.cancel().catch(() => {});
}

function faultOfHeaders(headers: Headers): BodyFault | undefined {
  if (!jsonTypePattern.test(headers.get("content-type") ?? "")) return "content_type";
  // Chained codings multiply what a few bytes unpack to.
  if (headers.get("content-encoding")?.includes(",") === true) return "content_encoding";
  return undefined;
}

function parseJson(text: string): BodyOutcome {
  try {
    const body: unknown = JSON.parse(text);
    return isShallow(body) ? { kind: "json", body } : { kind: "malformed", reason: "nesting" };
  } catch {
    return { kind: "malformed", reason: "json" };
  }
}

/** Level by level, so that depth costs no stack. */
function isShallow(root: unknown): boolean {
  let level: unknown[] = [root];
  for (let depth = 0; depth <= nestingMax; depth += 1) {
    const below: unknown[] = [];
    for (const value of level) {
      if (typeof value !== "object" || value === null) continue;
      for (const child of Object.values(value)) {
        if (typeof child === "object" && child !== null) below.push(child);
      }
    }
    if (below.length === 0) return true;
    level = below;
  }
  return false;
}
