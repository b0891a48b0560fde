// Reads a body of an unknown sender: bytes are counted while they arrive and cut at a cap.
//
// What the bytes are is no business of this file: `read-text.ts` makes text of them as they come, and `readBytes` keeps them as they are.
import { fail, ok } from "./errors.ts";
import type { Result } from "./errors.ts";

/** `broken`: the connection broke, or the stream could not be decompressed. */
export type ReadFault = "too_large" | "broken";

export type ReadLimits = {
  /** Of the decoded bytes. */
  bytesMax: number;
  /** Ends the reading when it settles; what was read until then counts as the body. A stream need not know of its fetch's signal. */
  stop: Promise<unknown>;
};

/**
 * Hands over each piece as it comes; a fault of `take` ends the reading. Undefined where all was taken. Never rejects, and leaves nothing of
 * the stream open.
 */
export async function readPieces<Fault extends string = never>(
  body: ReadableStream<unknown>,
  { bytesMax, stop }: ReadLimits,
  take: (piece: Uint8Array) => Fault | undefined,
): Promise<ReadFault | Fault | undefined> {
  const reader = body.getReader();
  const cancel = () => void reader.cancel().catch(() => {});
  // Cancelling the reader settles a pending read in any case.
  void stop.then(cancel, cancel);
  let bytes = 0;
  for (;;) {
    const read = await reader.read().catch(() => undefined);
    if (read === undefined) return "broken";
    if (read.done) return undefined;
    const piece = read.value;
    // A body promises bytes; its types do not.
    const isBytes = piece instanceof Uint8Array;
    if (isBytes) bytes += piece.byteLength;
    const fault = !isBytes ? "broken" : bytes > bytesMax ? "too_large" : take(piece);
    if (fault !== undefined) {
      cancel();
      return fault;
    }
  }
}

/** The body as it came. Never rejects. */
export async function readBytes<Fault extends string = never>(
  body: ReadableStream<unknown>,
  limits: ReadLimits,
  inspect: (piece: Uint8Array) => Fault | undefined = () => undefined,
): Promise<Result<Uint8Array<ArrayBuffer>, ReadFault | Fault>> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const fault = await readPieces(body, limits, (piece) => {
    pieces.push(piece);
    length += piece.byteLength;
    return inspect(piece);
  });
  return fault === undefined ? ok(joined(pieces, length)) : fail(fault);
}

function joined(pieces: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let place = 0;
  for (const piece of pieces) {
    bytes.set(piece, place);
    place += piece.byteLength;
  }
  return bytes;
}
