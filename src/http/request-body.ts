// The body of a request, for routes that take a POST: raw bytes with a running cap and a time limit.
//
// Whoever sends slowly makes a service hold what has come so far, and anybody may send. So what large bodies may take together is bounded:
// by what was read of them in a period that no body outlives, because a Worker that loses a client never gets to count down again.
// A body of up to 16 KiB is always read.
import { fail, ok } from "../ground/errors.ts";
import type { Result } from "../ground/errors.ts";
import { readBytes } from "../ground/read-bytes.ts";
import type { Clock } from "../ground/runtime.ts";

/** The body as it came, empty where there is none; at most `bytesMax`. A failure is the answer to the request. Never rejects. */
export type ReadBody = (request: Request, bytesMax: number) => Promise<Result<Uint8Array<ArrayBuffer>>>;

/** A body is in by then. */
const bodyTimeoutMs = 10_000;
const smallBytesMax = 16 * 1024;
/** Of all bodies that are not small, within one period; twice as much may be held at once. */
const largeBytesMax = 24 * 1024 * 1024;

/** `invite`: called before a body is read, to tell a client that waits for it (`Expect: 100-continue`) to send it. */
export function createBodyReader({ clock, invite }: { clock: Clock; invite: (request: Request) => void }): ReadBody {
  let period = 0;
  let largeBytes = 0;

  /** Whether these further bytes of a large body may be read. */
  function admits(bytes: number): boolean {
    const current = Math.floor(clock.now() / bodyTimeoutMs);
    if (current !== period) [period, largeBytes] = [current, 0];
    largeBytes += bytes;
    return largeBytes <= largeBytesMax;
  }

  return async (request, bytesMax) => {
    // A length that is announced and too large need not be read to be refused; one that is wrong is found out below.
    if (Number(request.headers.get("content-length") ?? "0") > bytesMax) return fail({ code: "too_large" });
    invite(request);
    if (request.body === null) return ok(new Uint8Array());

    let isLate = false;
    let cancel = () => {};
    const late = new Promise<void>((resolve) => {
      cancel = clock.timer(bodyTimeoutMs, () => {
        isLate = true;
        resolve();
      });
    });
    let bytes = 0;
    const read = await readBytes(request.body, { bytesMax, stop: late }, (piece) => {
      bytes += piece.byteLength;
      return bytes > smallBytesMax && !admits(Math.min(piece.byteLength, bytes - smallBytesMax)) ? "busy" : undefined;
    });
    cancel();
    if (isLate) return fail({ code: "request_timeout" });
    if (read.ok) return read;
    switch (read.failure) {
      case "too_large":
        return fail({ code: "too_large" });
      case "busy":
        return fail({ code: "overloaded", retryAfterSeconds: bodyTimeoutMs / 1000 });
      case "broken":
        return fail({ code: "malformed_request" });
    }
  };
}
