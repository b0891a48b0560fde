// A client that sends many requests over one connection without waiting for an answer, and counts the answers as they come.
import { Buffer } from "node:buffer";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export type Pipelined = {
  /** The status of each answer, in order. */
  statuses: readonly number[];
  /** `Content-Length` of each, in order. */
  lengths: readonly number[];
};

/** Requests without a body, one after the other. */
export const pipelineOf = (targets: readonly string[], headers = "Host: product"): string =>
  targets.map((target) => `GET ${target} HTTP/1.1\r\n${headers}\r\n\r\n`).join("");

const headEnd = Buffer.from("\r\n\r\n");

/**
 * Writes `text` at once, reads nothing for `deafMs`, and then reads until `count` answers are there or the other side ends. All
 * answers have a `Content-Length` or no content.
 */
export async function pipeline(
  url: string,
  text: string,
  { count, deafMs = 0 }: { count: number; deafMs?: number },
): Promise<Pipelined> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const statuses: number[] = [];
  const lengths: number[] = [];
  let head = Buffer.alloc(0);
  let bodyLeft = 0;

  function take(bytes: Buffer): void {
    let rest = bytes;
    while (rest.length > 0) {
      const skipped = Math.min(bodyLeft, rest.length);
      bodyLeft -= skipped;
      rest = rest.subarray(skipped);
      if (bodyLeft > 0 || rest.length === 0) return;
      head = Buffer.concat([head, rest]);
      const end = head.indexOf(headEnd);
      if (end < 0) return;
      const lines = head.toString("latin1", 0, end);
      rest = head.subarray(end + headEnd.length);
      head = Buffer.alloc(0);
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(lines)?.[1]);
      const length = /^content-length: (\d+)\r?$/im.exec(lines)?.[1];
      // Chunked answers of ours are the empty ones: there is only the last chunk.
      bodyLeft = length === undefined ? "0\r\n\r\n".length : Number(length);
      statuses.push(status);
      lengths.push(Number(length ?? 0));
    }
  }

  const ended = new Promise<void>((resolve) => {
    socket.once("close", () => resolve());
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      take(bytes);
      if (statuses.length >= count && bodyLeft === 0) socket.destroy();
    });
  });
  socket.pause();
  socket.write(text);
  await sleep(deafMs);
  socket.resume();
  await ended;
  return { statuses, lengths };
}
