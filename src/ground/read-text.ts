// Reads a body of an unknown sender as text: decoded bytes are counted while they arrive and cut at a cap, and must be UTF-8.
import { fail, ok } from "./errors.ts";
import type { Result } from "./errors.ts";

/** `broken`: the connection broke, or the stream could not be decompressed. */
export type TextFault = "too_large" | "utf8" | "broken";

export type TextLimits<Fault extends string> = {
  /** Of the decoded bytes. */
  bytesMax: number;
  /** Ends the reading when it settles; what was read until then counts as the text. A stream need not know of its fetch's signal. */
  stop: Promise<unknown>;
  /** Sees each piece as it comes; a fault ends the reading. */
  inspect?: (piece: Uint8Array) => Fault | undefined;
};

/** Without a leading byte order mark. Never rejects, and leaves nothing of the stream open. */
export async function readText<Fault extends string = never>(
  body: ReadableStream<unknown>,
  { bytesMax, stop, inspect }: TextLimits<Fault>,
): Promise<Result<string, TextFault | Fault>> {
  const reader = body.getReader();
  const cancel = () => void reader.cancel().catch(() => {});
  // Cancelling the reader settles a pending read in any case.
  void stop.then(cancel, cancel);
  // `ignoreBOM: false` is what strips the mark.
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  const giveUp = (fault: TextFault | Fault) => {
    cancel();
    return fail(fault);
  };
  let text = "";
  let bytes = 0;
  for (;;) {
    const piece = await reader.read().catch(() => undefined);
    if (piece === undefined) return fail("broken");
    const chunk = piece.done ? undefined : piece.value;
    // Fetch promises bytes; its types do not.
    if (chunk !== undefined && !(chunk instanceof Uint8Array)) return giveUp("broken");
    bytes += chunk?.byteLength ?? 0;
    const fault = bytes > bytesMax ? "too_large" : chunk && inspect?.(chunk);
    if (fault !== undefined) return giveUp(fault);
    try {
      text += chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true });
    } catch {
      return giveUp("utf8");
    }
    if (chunk === undefined) return ok(text);
  }
}
