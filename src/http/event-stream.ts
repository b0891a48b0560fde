// One client's stream of events (WHATWG HTML, "Server-sent events"): what is sent, and when it ends.
//
// A client that reads slowly gets the newest page, not every page, and one that takes nothing for half a minute is cut off: a stream keeps a
// page at most, and that one is shared with everybody who is shown the same bytes.
import type { Entry } from "../cache/store.ts";
import type { Random } from "../ground/runtime.ts";

/** The platform's end of a stream. */
export type Sink = {
  /** Hands bytes on. False where the client has not taken enough of the earlier ones: `ready` is called once it has. */
  write(bytes: Uint8Array): boolean;
  /** After what was written. */
  end(): void;
  /** At once. */
  drop(): void;
};

/** What a sink tells. `over`: the client went away (`gone`), or was dropped (`slow`). */
export type SinkEvents = { ready(): void; over(reason: "gone" | "slow"): void };

/** Opens the platform's stream; `answer` builds the response around a body, if there is one. */
export type OpenSink = (
  request: Request,
  events: SinkEvents,
  answer: (body: ReadableStream<Uint8Array> | null) => Response,
) => { sink: Sink; response: Response };

export type EventStream = {
  /** A page with a new ETag, or any page after a failure, is sent; the same page is not. */
  page(shown: Entry): void;
  /** Says that there is a failure, once until a page is sent again; `body` is asked for then. `isLast`: the stream ends. */
  problem(body: () => string, isLast: boolean): void;
  tick(now: number): void;
  end(): void;
  /** The sink takes bytes again. */
  ready(): void;
};

export type EventStreamOptions = {
  /** `Last-Event-ID`: what the client has already. */
  lastId: string | undefined;
  /** Epoch milliseconds. */
  now: number;
  random: Random;
};

const keepAliveMs = 15_000;
const patienceMs = 30_000;

const encoder = new TextEncoder();
const keepAlive = encoder.encode(": keep-alive\n\n");
const framed = new WeakMap<Entry, Uint8Array>();

/** Equal views of a page share their bytes. The body of a page is one line of JSON. */
function frameOf(entry: Entry): Uint8Array {
  const known = framed.get(entry);
  if (known) return known;
  const head = encoder.encode(`event: page\nid: ${entry.etag}\ndata: `);
  const frame = new Uint8Array(head.byteLength + entry.body.byteLength + 2);
  frame.set(head);
  frame.set(entry.body, head.byteLength);
  frame.set(encoder.encode("\n\n"), frame.byteLength - 2);
  framed.set(entry, frame);
  return frame;
}

export function createEventStream(sink: Sink, options: EventStreamOptions): EventStream {
  let { lastId } = options;
  let sentAt = options.now;
  let hasFailed = false;
  /** Since when the client has taken nothing, as ticks tell; and what it gets next. */
  let isFull = false;
  let fullSince: number | undefined;
  let next: Uint8Array | undefined;

  function send(bytes: Uint8Array): void {
    if (isFull) next = bytes;
    else isFull = !sink.write(bytes);
  }

  // Clients that are cut off together come back one by one.
  send(encoder.encode(`retry: ${1_000 + Math.floor(options.random() * 4_000)}\n\n`));

  return {
    page(shown) {
      if (shown.etag === lastId && !hasFailed) return;
      lastId = shown.etag;
      hasFailed = false;
      send(frameOf(shown));
    },
    problem(body, isLast) {
      if (hasFailed && !isLast) return;
      hasFailed = true;
      send(encoder.encode(`event: problem\ndata: ${body()}\n\n`));
      if (isLast) sink.end();
    },
    tick(now) {
      if (isFull) {
        fullSince ??= now;
        if (now - fullSince >= patienceMs) sink.drop();
        return;
      }
      if (now - sentAt < keepAliveMs) return;
      sentAt = now;
      send(keepAlive);
    },
    end: () => sink.end(),
    ready() {
      isFull = false;
      fullSince = undefined;
      const waiting = next;
      next = undefined;
      if (waiting) send(waiting);
    },
  };
}
