// How an answer becomes bytes, in time. Shared by the socketless `fetch` and the server; only web APIs.
//
// Without a socket a compressed body is handed over decoded, because that is what a caller of `fetch` gets; the header
// stays. A cut is an error of the body stream, a hang lasts until the caller's signal aborts.
import type { Clock } from "../src/ground/runtime.ts";
import type { Answer } from "./answer.ts";

/** Resolves after `ms` on the clock; rejects with the signal's reason as soon as that aborts. `Infinity` waits for it alone, 0 not at all. */
export function wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(asError(signal.reason));
      return;
    }
    if (ms <= 0) {
      resolve();
      return;
    }
    let cancel = () => {};
    const onAbort = () => {
      cancel();
      reject(asError(signal.reason));
    };
    signal.addEventListener("abort", onAbort, { once: true });
    if (ms === Infinity) return;
    cancel = clock.timer(ms, () => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
  });
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new DOMException("This operation was aborted", "AbortError");
}

/** Thrown by `paced` where the connection is to be dropped. */
export class CutError extends TypeError {
  constructor() {
    super("terminated");
    this.name = "CutError";
  }
}

const encoder = new TextEncoder();

/** The body as bytes, not compressed, made piece by piece. */
export function* bytesOf(body: Answer["body"]): Generator<Uint8Array> {
  for (const piece of typeof body === "string" ? [body] : body()) {
    if (piece.length > 0) yield typeof piece === "string" ? encoder.encode(piece) : piece;
  }
}

/** The pieces as one. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}

/** Pieces at the answer's pace. Throws `CutError` at a cut, the signal's reason when that aborts. */
export async function* paced(
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  pace: Answer["pace"],
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  if (pace.manner === "hang") await wait(clock, Infinity, signal);
  let left = pace.manner === "cut" ? pace.afterBytes : Infinity;
  const step = pace.manner === "slow" ? pace.bytes : Infinity;
  for await (const piece of pieces) {
    for (let from = 0; from < piece.length; from += step) {
      if (signal.aborted) throw asError(signal.reason);
      const part = piece.subarray(from, Math.min(piece.length, from + step, from + left));
      left -= part.length;
      if (part.length > 0) yield part;
      if (left <= 0) throw new CutError();
      if (pace.manner === "slow") await wait(clock, pace.intervalMs, signal);
    }
  }
  if (pace.manner === "cut") throw new CutError();
}

const bodiless = new Set([204, 205, 304]);

/** A `Response` for a reader without a socket. `settle` is called once the body is over, in whatever way. */
export function toResponse(answer: Answer, clock: Clock, signal: AbortSignal, settle: () => void): Response {
  const headers = new Headers();
  for (const [name, value] of answer.headers) headers.append(name, value);
  const init = { status: answer.status, headers };
  if (bodiless.has(answer.status)) {
    settle();
    return new Response(null, init);
  }
  if (typeof answer.body === "string" && answer.pace.manner === "whole") {
    settle();
    return new Response(answer.body, init);
  }
  if (typeof answer.body === "string" && answer.pace.manner === "cut") {
    headers.set("content-length", String(encoder.encode(answer.body).length));
  }
  const cancelled = new AbortController();
  const pieces = paced(bytesOf(answer.body), answer.pace, clock, AbortSignal.any([signal, cancelled.signal]));
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const next = await pieces.next();
        if (next.done) {
          settle();
          controller.close();
        } else {
          controller.enqueue(next.value);
        }
      } catch (error) {
        settle();
        controller.error(error);
      }
    },
    cancel() {
      settle();
      cancelled.abort();
    },
  });
  return new Response(stream, init);
}
