// Many clients that listen: each a socket of its own that keeps nothing but when its last page was there as a whole.
import { connect } from "node:net";
import type { Socket } from "node:net";

export type Listeners = {
  /** `performance.now()` at the end of each client's last `page` event. */
  arrivals: Float64Array;
  /** Settles when this many pages have come, of all clients together. Rejects after 30 s. */
  pages(count: number): Promise<void>;
  pageCount(): number;
  close(): Promise<void>;
};

/** A caller may have ten streams open. In `public` a caller is an address, and all of 127.0.0.0/8 is this machine. */
const perAddress = 10;
const atOnce = 50;
const pageEvent = "event: page\n";
const endOfEvent = "\n\n";
const patienceMs = 30_000;

/** Opens `count` streams of a target and waits for the first page of each. */
export async function openListeners(origin: string, target: string, count: number): Promise<Listeners> {
  const { hostname, port } = new URL(origin);
  const arrivals = new Float64Array(count);
  const sockets: Socket[] = [];
  let pages = 0;
  const waiting = new Set<{ count: number; wake: () => void }>();
  const open = (index: number) =>
    new Promise<void>((resolve, reject) => {
      const client = Math.floor(index / perAddress) + 2;
      const address = `127.0.${Math.floor(client / 250)}.${(client % 250) + 1}`;
      const socket = connect({ host: hostname, port: Number(port), localAddress: address }, () => {
        // Workers are told the address by their platform, Node sees it.
        const headers = `host: bench\r\naccept: text/event-stream\r\ncf-connecting-ip: ${address}\r\n`;
        socket.write(`GET ${target} HTTP/1.1\r\n${headers}\r\n`);
      });
      socket.once("error", reject);
      socket.once("close", () => reject(new Error(`stream ${index} was closed`)));
      const isWhole = createPageFinder();
      socket.setEncoding("latin1").on("data", (text: string) => {
        const whole = isWhole(text);
        if (whole === 0) return;
        pages += whole;
        arrivals[index] = performance.now();
        resolve();
        for (const one of waiting) if (pages >= one.count) one.wake();
      });
      sockets.push(socket);
    });
  for (let first = 0; first < count; first += atOnce) {
    await Promise.all(Array.from({ length: Math.min(atOnce, count - first) }, (_, place) => open(first + place)));
  }
  return {
    arrivals,
    async pages(wanted) {
      if (pages >= wanted) return;
      const { promise, resolve: wake, reject } = Promise.withResolvers<void>();
      const one = { count: wanted, wake };
      waiting.add(one);
      const late = () => reject(new Error(`${pages} of ${wanted} pages came within 30 s`));
      const timer = setTimeout(late, patienceMs);
      await promise.finally(() => {
        clearTimeout(timer);
        waiting.delete(one);
      });
    },
    pageCount: () => pages,
    async close() {
      await Promise.all(
        sockets.map(
          (socket) =>
            new Promise<void>((resolve) => {
              if (socket.closed) return resolve();
              socket.once("close", () => resolve());
              socket.destroy();
            }),
        ),
      );
    },
  };
}

/** Counts the pages that end in each piece of a stream, wherever the pieces were cut. A page is one line of JSON. */
function createPageFinder(): (text: string) => number {
  let rest = "";
  let isInPage = false;
  return (text) => {
    const seen = rest + text;
    let at = 0;
    let whole = 0;
    for (;;) {
      const mark = isInPage ? endOfEvent : pageEvent;
      const found = seen.indexOf(mark, at);
      if (found < 0) break;
      at = found + mark.length;
      if (isInPage) whole += 1;
      isInPage = !isInPage;
    }
    rest = seen.slice(Math.max(at, seen.length - pageEvent.length));
    return whole;
  };
}
