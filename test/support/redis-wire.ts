// A wire between a product and a real redis-server on which the replies can be spoiled, and a server that answers whatever it likes.
import { connect, createServer } from "node:net";
import type { Server, Socket } from "node:net";

export type Spoil = (chunk: Buffer) => Buffer;

export type SpoiledWire = {
  /** Where the product finds Redis. */
  readonly url: string;
  /** Writes these bytes to every open connection, between two replies or within one. */
  readonly inject: (bytes: string) => void;
  /** Changes every chunk of replies from now on; undefined lets them pass as they are. */
  readonly spoil: (how: Spoil | undefined) => void;
  readonly stop: () => Promise<void>;
};

/** To a Redis on this port of loopback. */
export async function laySpoiledWire(port: number): Promise<SpoiledWire> {
  const near = new Set<Socket>();
  let change: Spoil | undefined;
  const server = createServer((socket) => {
    const far = connect(port, "127.0.0.1");
    near.add(socket);
    for (const [one, other] of [
      [socket, far],
      [far, socket],
    ] as const) {
      one.on("error", () => one.destroy());
      one.once("close", () => other.destroy());
    }
    socket.once("close", () => near.delete(socket));
    socket.on("data", (chunk) => far.write(chunk));
    far.on("data", (chunk) => socket.write(change ? change(chunk) : chunk));
  });
  return {
    url: await listen(server),
    inject: (bytes) => near.forEach((socket) => socket.write(bytes, "latin1")),
    spoil: (how) => void (change = how),
    stop: () => close(server, near),
  };
}

/** One command as it was sent. */
export type Asked = readonly string[];

export type OddServer = { readonly url: string; readonly port: number; readonly stop: () => Promise<void> };

/** A server that speaks the protocol and decides by itself what it answers; undefined answers nothing. */
export async function startOddServer(answer: (command: Asked) => string | undefined): Promise<OddServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => sockets.delete(socket));
    let waiting = "";
    socket.on("data", (data) => {
      waiting += data.toString("latin1");
      for (let read = commandIn(waiting); read; read = commandIn(waiting)) {
        waiting = waiting.slice(read.length);
        const reply = answer(read.command);
        if (reply !== undefined && !socket.destroyed) socket.write(reply, "latin1");
      }
    });
  });
  const url = await listen(server);
  return { url, port: Number(new URL(url).port), stop: () => close(server, sockets) };
}

/** The first command of a text, and how long it is; undefined while it is not all there. */
function commandIn(text: string): { command: string[]; length: number } | undefined {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (!head) return undefined;
  const command: string[] = [];
  let at = head[0].length;
  for (let place = 0; place < Number(head[1]); place += 1) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at, at + 16));
    if (!size) return undefined;
    const start = at + size[0].length;
    at = start + Number(size[1]) + 2;
    if (at > text.length) return undefined;
    command.push(text.slice(start, at - 2));
  }
  return { command, length: at };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return `redis://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

function close(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  return new Promise((resolve) => server.close(() => resolve()));
}

/** Numbers from 0 to 1 that a seed decides (mulberry32). */
export function chanceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Replies that are none, cut, too large, of another protocol, or nobody's. */
export const oddReplies: readonly string[] = [
  "$-1\r\n",
  "*-1\r\n",
  "*0\r\n",
  "*1\r\n$-1\r\n",
  "*3\r\n$9\r\nsubscribe\r\n$-1\r\n:1\r\n",
  "*3\r\n$7\r\nmessage\r\n$-1\r\n$-1\r\n",
  "*2\r\n$-1\r\n$-1\r\n",
  "*1\r\n$11\r\nunsubscribe\r\n",
  ":1\r\n",
  "+OK\r\n",
  "+PONG\r\n",
  "-ERR odd\r\n",
  "-\r\n",
  "-MOVED\r\n",
  "-MOVED 1\r\n",
  "-MOVED 1 nowhere\r\n",
  "-ASK 1\r\n",
  "-READONLY no\r\n",
  "-NOAUTH no\r\n",
  "-LOADING wait\r\n",
  "-NOSCRIPT no\r\n",
  "$5\r\n*1\r\n",
  "$99999999999\r\n",
  "$4294967296\r\n",
  "*30000000\r\n*30000000\r\n*30000000\r\n*30000000\r\n*30000000\r\n*30000000\r\n*30000000\r\n*30000000\r\n",
  "*99999999999\r\n",
  "*1\r\n".repeat(20_000),
  "_\r\n",
  "#t\r\n",
  ",1.5\r\n",
  "(1234567890123456789012\r\n",
  "%1\r\n+a\r\n:1\r\n",
  "~1\r\n:1\r\n",
  ">1\r\n$-1\r\n",
  ">3\r\n$9\r\nsubscribe\r\n$-1\r\n:1\r\n",
  ">2\r\n$7\r\nmessage\r\n$-1\r\n",
  "!3\r\nERR\r\n",
  "=7\r\ntxt:abc\r\n",
  "|1\r\n+a\r\n:1\r\n",
  "HTTP/1.1 400 Bad Request\r\n\r\n",
  "\0\0\0\0",
  "\r\n",
  "junk",
];
