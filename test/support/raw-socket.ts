// Bytes to a server and back, without a client in between that would tidy them up. Text stands for bytes, one character each.
import { connect } from "node:net";
import type { Socket } from "node:net";

export type RawSocket = {
  write(text: string): void;
  /** All that was answered so far. */
  received(): string;
  /** All that was answered, once the other side has ended the connection or it was dropped. */
  closed: Promise<string>;
  drop(): void;
  /** For what is seldom needed, such as not reading. */
  socket: Socket;
};

/** `url` is a server's origin on loopback. */
export function openRawSocket(url: string): RawSocket {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let received = "";
  socket.on("data", (bytes) => (received += bytes.toString("latin1")));
  // A reset after an answer is an end like any other.
  socket.on("error", () => {});
  const closed = new Promise<string>((resolve) => socket.once("close", () => resolve(received)));
  return {
    write: (text) => void socket.write(text, "latin1"),
    received: () => received,
    closed,
    drop: () => void socket.destroy(),
    socket,
  };
}

/** How long a connection that may stay open is listened to after its last byte, and how long any is waited for. */
const quietMs = 400;
const patienceMs = 30_000;

/** What came back, and whether the other side has ended the connection. */
export type RawAnswer = { answered: string; isEnded: boolean };

/**
 * Writes everything at once and takes what is answered until the other side ends. Where it was not asked to (`Connection: close`), it
 * may also fall silent.
 */
export async function exchangeRaw(url: string, text: string): Promise<RawAnswer> {
  const raw = openRawSocket(url);
  let isEnded = true;
  const giveUp = () => {
    isEnded = false;
    raw.drop();
  };
  const silenceMs = text.includes("\r\nConnection: close\r\n") ? patienceMs : quietMs;
  let silence = setTimeout(giveUp, patienceMs);
  raw.socket.on("data", () => {
    clearTimeout(silence);
    silence = setTimeout(giveUp, silenceMs);
  });
  raw.write(text);
  const answered = await raw.closed;
  clearTimeout(silence);
  return { answered, isEnded };
}

/** A request without a body, after which the connection ends. `headers` are lines without their last line break. */
export function rawRequest(target: string, { method = "GET", headers = "Host: product" } = {}): string {
  return `${method} ${target} HTTP/1.1\r\n${headers}\r\nConnection: close\r\n\r\n`;
}

/** The status of each final answer in a stream of them. No body of ours has a status line in it. */
export function statusesIn(answered: string): number[] {
  const statuses = [...answered.matchAll(/HTTP\/1\.[01] (\d{3}) /g)].map(([, status]) => Number(status));
  return statuses.filter((status) => status >= 200);
}

/** What follows the first empty line. */
export function bodyOf(answered: string): string {
  const end = answered.indexOf("\r\n\r\n");
  return end < 0 ? "" : answered.slice(end + 4);
}
