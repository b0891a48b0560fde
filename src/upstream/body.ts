// Reads an answer's body as text of JSON without trusting it: decoded bytes are counted while they arrive and cut at a cap, what they
// would be when parsed is counted too, a silent stream is given up, and bytes must be UTF-8.
//
// `content-length` is not consulted: it counts bytes before decompression, and a bomb is small there. Text and not JSON, so that
// whoever has it parses it in the turn in which it is used up: of many answers at once, one at most is more than its text.
import type { Cutoff, CutoffCause } from "./cutoff.ts";
import { createJsonBounds } from "./json-bounds.ts";
import type { BoundsFault } from "./json-bounds.ts";

/** Short codes of our own for a body that is no page. */
export type BodyFault = "content_type" | "content_encoding" | "empty" | "too_large" | "utf8" | "json" | BoundsFault;

export type BodyOutcome =
  | { kind: "text"; text: string }
  | { kind: "malformed"; reason: BodyFault }
  | { kind: "ended"; cause: CutoffCause }
  /** The connection broke, or the stream could not be decompressed. */
  | { kind: "broken" };

/** Bytes as they are decoded; lists, objects and commas; milliseconds of silence. */
export type BodyLimits = { bytesMax: number; valuesMax: number; idleMs: number };

const jsonTypePattern = /^application\/(?:[a-z0-9!#$&^_.+-]+\+)?json\s*(?:;|$)/i;

/** Reads to the end or gives up; in either case nothing of the stream stays open once the cut-off is released. */
export async function readBody(response: Response, cutoff: Cutoff, limits: BodyLimits): Promise<BodyOutcome> {
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

  const judge = createJsonBounds(limits.valuesMax);
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
    const fault = bytes > limits.bytesMax ? "too_large" : judge(chunk);
    if (fault !== undefined) return giveUp({ kind: "malformed", reason: fault });
  }
  return bytes === 0 ? { kind: "malformed", reason: "empty" } : { kind: "text", text };
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

/** Undefined where it is no JSON. */
export function parseJson(text: string): { body: unknown } | undefined {
  try {
    return { body: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}
