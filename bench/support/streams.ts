// Many clients that listen: each a socket of its own that keeps nothing but when its last event came.
import { connect } from "node:net";
import type { Socket } from "node:net";

export type Listeners = {
  /** `performance.now()` of each client's last `page` event; 0 where none came. */
  arrivals: Float64Array;
  /** Of all clients. */
  pageCount(): number;
  close(): Promise<void>;
};

/** A caller may have ten streams open; in `public` a caller is an address, and all of 127.0.0.0/8 is this machine. */
const perAddress = 10;
const atOnce = 50;
const pageEvent = "event: page\n";

/** Opens `count` streams of a target and waits for the first page of each. */
export async function openListeners(origin: string, target: string, count: number): Promise<Listeners> {
  const { hostname, port } = new URL(origin);
  const arrivals = new Float64Array(count);
  const sockets: Socket[] = [];
  let pages = 0;
  const open = (index: number) =>
    new Promise<void>((resolve, reject) => {
      const client = Math.floor(index / perAddress) + 2;
      const localAddress = `127.0.${Math.floor(client / 250)}.${(client % 250) + 1}`;
      const socket = connect({ host: hostname, port: Number(port), localAddress }, () => {
        socket.write(`GET ${target} HTTP/1.1\r\nhost: bench\r\naccept: text/event-stream\r\n\r\n`);
      });
      socket.once("error", reject);
      socket.once("close", () => reject(new Error(`stream ${index} was closed`)));
      socket.setEncoding("latin1").on("data", (text: string) => {
        if (!text.includes(pageEvent)) return;
        pages += 1;
        arrivals[index] = performance.now();
        resolve();
      });
      sockets.push(socket);
    });
  for (let first = 0; first < count; first += atOnce) {
    await Promise.all(Array.from({ length: Math.min(atOnce, count - first) }, (_, place) => open(first + place)));
  }
  return {
    arrivals,
    pageCount: () => pages,
    async close() {
      await Promise.all(
        sockets.map(
          (socket) =>
            new Promise<void>((resolve) => {
              socket.once("close", () => resolve());
              socket.destroy();
            }),
        ),
      );
    },
  };
}
