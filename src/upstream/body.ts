// Reads an answer's body as text of JSON without trusting it: what its bytes would be when parsed is counted while they arrive, and a
// silent stream is given up.
//
// `content-length` is not consulted: it counts bytes before decompression, and a bomb is small there. Text and not JSON, so that
// whoever has it parses it in the turn in which it is used up: of many answers at once, one at most is more than its text.
import { readText } from "../ground/read-text.ts";
import type { Cutoff, CutoffCause } from "./cutoff.ts";
import { createJsonBounds } from "../ground/json-bounds.ts";
import type { BoundsFault } from "../ground/json-bounds.ts";

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

  cutoff.listen(limits.idleMs);
  const judge = createJsonBounds(limits.valuesMax);
  const read = await readText(response.body, {
    bytesMax: limits.bytesMax,
    stop: cutoff.ended,
    inspect(piece) {
      cutoff.heard();
      return judge(piece);
    },
  });
  const cause = cutoff.cause();
  if (cause !== undefined) return { kind: "ended", cause };
  if (!read.ok) {
    return read.failure === "broken" ? { kind: "broken" } : { kind: "malformed", reason: read.failure };
  }
  return read.value === "" ? { kind: "malformed", reason: "empty" } : { kind: "text", text: read.value };
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
