// Requests of our own where wrk won't do: all at one moment, or at a steady pace, each with its own outcome.
import { Agent, get } from "node:http";
import { connect, type Socket } from "node:net";

/** How many connections are opened at a time, so that no server's queue of new connections overflows. */
const openingAtOnce = 100;

/** {@link stampedeOn} for one server. */
export const stampede = (url: string, count: number): Promise<number[]> => stampedeOn([url], count);

/**
 * Opens `count` connections to each of the servers first, then sends each its request on all of them, the servers by turns, in
 * one turn of the event loop. Result: the status codes, 0 for a connection that ended without one.
 */
export async function stampedeOn(urls: readonly string[], count: number): Promise<number[]> {
  const opened = urls.map((): Socket[] => []);
  for (const [place, url] of urls.entries()) {
    const sockets = opened[place] ?? [];
    const { hostname, port } = new URL(url);
    while (sockets.length < count) {
      const size = Math.min(openingAtOnce, count - sockets.length);
      sockets.push(...(await Promise.all(Array.from({ length: size }, () => open(hostname, Number(port))))));
    }
  }
  const requests = urls.map((url) => {
    const { host, pathname, search } = new URL(url);
    return `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
  });
  const statuses: Promise<number>[] = [];
  for (let index = 0; index < count; index += 1) {
    for (const [place, request] of requests.entries()) {
      const socket = opened[place]?.[index];
      if (socket) statuses.push(statusOn(socket, request));
    }
  }
  return Promise.all(statuses);
}

function open(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(socket);
    });
  });
}

function statusOn(socket: Socket, request: string): Promise<number> {
  return new Promise((resolve) => {
    let head = "";
    socket.setTimeout(60_000, () => socket.destroy());
    socket.on("data", (bytes) => {
      if (head.length < 12) head += bytes.toString("latin1", 0, 12);
    });
    socket.on("error", () => {});
    socket.once("close", () => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0)));
    socket.write(request);
  });
}

export type Asked = { status: number; durationMs: number };

export type Client = {
  /** Rejects when the connection fails. */
  ask(url: string, headers?: Readonly<Record<string, string>>): Promise<Asked>;
  close(): void;
};

/** Keeps its connections. `durationMs` is from sending to the last byte of the body. */
export function createClient(connections: number): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    async ask(url, headers = {}) {
      const first = await askOnce(agent, url, headers);
      // The server may close a connection at the moment it is taken up again; then the request was not read.
      const { asked, error } = first.wasReused ? await askOnce(agent, url, headers) : first;
      if (asked) return asked;
      throw error ?? new Error("no answer");
    },
    close: () => agent.destroy(),
  };
}

type Outcome = { asked?: Asked; error?: Error; wasReused?: boolean };

function askOnce(agent: Agent, url: string, headers: Readonly<Record<string, string>>): Promise<Outcome> {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const request = get(url, { agent, headers }, (response) => {
      response.resume();
      response.once("error", (error) => resolve({ error }));
      response.once("end", () => {
        resolve({ asked: { status: response.statusCode ?? 0, durationMs: performance.now() - startedAt } });
      });
    });
    request.once("error", (error) => resolve({ error, wasReused: request.reusedSocket }));
  });
}

/** Starts `count` pieces of work spread evenly over `durationMs`, whether or not earlier ones have ended; waits for all. */
export async function paced<Value>(
  count: number,
  durationMs: number,
  work: (index: number) => Promise<Value>,
): Promise<Value[]> {
  const startedAt = performance.now();
  const under: Promise<Value>[] = [];
  while (under.length < count) {
    const due = Math.min(count, Math.ceil(((performance.now() - startedAt) / durationMs) * count));
    while (under.length < due) {
      const piece = work(under.length);
      // Heard when all are waited for; until then nobody else listens.
      piece.catch(() => undefined);
      under.push(piece);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return Promise.all(under);
}
