// Pipelining: requests that a client sends before it has its answers (RFC 9112 section 9.3.2). One answer at a time is under way on a
// connection; what waits is a request, never an answer, and while one waits the connection is not read.
//
// Node parses all that it has read (64 KiB, so up to 2,400 requests of 1.6 kB each) before anybody can stop it. That is why requests that
// wait are counted for the whole process too. Where the count is reached, a connection on which many wait is dropped: a client may ask
// again for what it got no answer to. One that sends a few requests ahead is never dropped.
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Report } from "../ground/runtime.ts";

export type Turns = {
  /** Whether the answer before this one is still under way, so that this one has to wait. */
  mustWait(outgoing: ServerResponse): boolean;
  /** Calls `begin` when all answers before this one are written. Never, where the connection ends before. */
  wait(socket: Socket, outgoing: ServerResponse, begin: () => void): void;
  isAnyWaiting(socket: Socket): boolean;
  /** To be told of a response that is not written at once: it is the last in line. One that waits is so by itself. */
  enter(socket: Socket, outgoing: ServerResponse): void;
  /** The last response in line, unless it is written. */
  last(socket: Socket): ServerResponse | undefined;
};

export type TurnLimits = {
  /** Requests that wait in the whole process: 20,000, which is some 32 MiB. */
  waitingMax?: number;
  /** So many may wait on any connection, whatever waits on the others: 16. */
  waitingAlways?: number;
};

export function createTurns(report: Report, { waitingMax = 20_000, waitingAlways = 16 }: TurnLimits = {}): Turns {
  type Line = { waiting: number };
  const lines = new WeakMap<Socket, Line>();
  /** Of each connection the response that came last in line. */
  const latest = new WeakMap<Socket, ServerResponse>();
  let waitingCount = 0;

  function lineOf(socket: Socket): Line {
    const known = lines.get(socket);
    if (known) return known;
    const line: Line = { waiting: 0 };
    lines.set(socket, line);
    // Node resumes a connection after each request and each answer of its own accord.
    socket.on("resume", () => {
      if (line.waiting > 0) socket.pause();
    });
    socket.once("close", () => {
      waitingCount -= line.waiting;
      line.waiting = 0;
    });
    return line;
  }

  return {
    // Node gives a response its socket when the one before it is written.
    mustWait: ({ socket }) => socket === null,
    wait(socket, outgoing, begin) {
      const line = lineOf(socket);
      line.waiting += 1;
      waitingCount += 1;
      latest.set(socket, outgoing);
      if (waitingCount > waitingMax && line.waiting > waitingAlways) {
        if (!socket.destroyed) report({ type: "connection.dropped" });
        return void socket.destroy();
      }
      // Not at once: Node is still parsing, and resumes the connection at the end of each request.
      if (line.waiting === 1) queueMicrotask(() => line.waiting > 0 && socket.pause());
      const takeTurn = () => {
        if (socket.destroyed) return;
        line.waiting -= 1;
        waitingCount -= 1;
        begin();
        if (line.waiting === 0) socket.resume();
      };
      // The event comes before Node writes what the response has so far, so the answer begins after it.
      outgoing.once("socket", () => queueMicrotask(takeTurn));
    },
    isAnyWaiting: (socket) => (lines.get(socket)?.waiting ?? 0) > 0,
    enter: (socket, outgoing) => void latest.set(socket, outgoing),
    last(socket) {
      const outgoing = latest.get(socket);
      return outgoing?.writableFinished === false ? outgoing : undefined;
    },
  };
}
