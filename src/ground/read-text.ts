// Reads a body of an unknown sender as text: decoded while it arrives, cut at a cap, and it must be UTF-8.
import { fail, ok } from "./errors.ts";
import type { Result } from "./errors.ts";
import { readPieces } from "./read-bytes.ts";
import type { ReadFault, ReadLimits } from "./read-bytes.ts";

export type TextFault = ReadFault | "utf8";

export type TextLimits<Fault extends string> = ReadLimits & {
  /** Sees each piece as it comes; a fault ends the reading. */
  inspect?: (piece: Uint8Array) => Fault | undefined;
};

/** Without a leading byte order mark. Never rejects, and leaves nothing of the stream open. */
export async function readText<Fault extends string = never>(
  body: ReadableStream<unknown>,
  { inspect, ...limits }: TextLimits<Fault>,
): Promise<Result<string, TextFault | Fault>> {
  // `ignoreBOM: false` is what strips the mark.
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  let text = "";
  /** Without a piece: what is left at the end. */
  const decode = (piece?: Uint8Array) => {
    try {
      text += piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
      return undefined;
    } catch {
      return "utf8" as const;
    }
  };
  const fault = (await readPieces(body, limits, (piece) => inspect?.(piece) ?? decode(piece))) ?? decode();
  return fault === undefined ? ok(text) : fail(fault);
}
