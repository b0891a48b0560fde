// Every list and every item as a stream: the page at once, and again whenever its bytes change.
//
// A stream is asked for like the page, by the path under `/v1/live`, with the same query; identity, policies, limits and the question
// are decided at the start as for the page, and hold until the stream ends. It ends with the caller's credential, and after ten minutes at the
// latest: whoever comes back is looked at anew.
import type { Context } from "hono";
import type { Entry } from "../cache/store.ts";
import type { Clock, Random } from "../ground/runtime.ts";
import type { Failure } from "../ground/errors.ts";
import { reportTo, type Log } from "../ground/log.ts";
import type { StreamPlaces } from "../limits/streams.ts";
import type { Answers, Shown } from "../service/answer.ts";
import { after } from "../service/eventually.ts";
import type { Listener, Watches } from "../service/watches.ts";
import { deferOf, type AppEnv } from "./exchange.ts";
import { createEventStream, isOrdinary, type EventStream, type Sink, type SinkEvents } from "./event-stream.ts";
import type { AnswerHeaders } from "./headers.ts";
import { problemOf } from "./problem.ts";

/** Opens the platform's stream; `answer` builds the response around a body, if there is one. */
export type OpenSink = (
  request: Request,
  events: SinkEvents,
  answer: (body: ReadableStream<Uint8Array> | null) => Response,
) => { sink: Sink; response: Response };

export type LiveParts = {
  answers: Answers;
  watches: Watches;
  places: StreamPlaces;
  openSink: OpenSink;
  clock: Clock;
  random: Random;
  log: Log;
};

export type Live = {
  /** Answers with the stream of what was asked, or with its first page's failure. */
  open(c: Context<AppEnv>, shown: Shown): Response;
  /** When the process ends. */
  endAll(): void;
};

const lastsMs = 600_000;
const jitterShare = 0.1;

const headers: AnswerHeaders = { "content-type": "text/event-stream", "cache-control": "no-store, no-transform" };

export function createLive(parts: LiveParts): Live {
  const { answers, watches, places, openSink, clock, random, log } = parts;
  const open = new Set<() => void>();

  return {
    endAll() {
      for (const end of open) end();
    },

    open(c, shown) {
      const exchange = c.get("exchange");
      // Nobody listens to the answer to HEAD.
      if (c.req.method === "HEAD") return exchange.answer(200, null, headers);
      const place = places.take(shown.client);
      if (!place.ok) return exchange.refuse(place.failure);

      const startedAt = clock.now();
      const { ask, endsAt: credentialEndsAt } = shown;
      const endsAt = startedAt + lastsMs * (1 - jitterShare * random());
      const report = reportTo(log, "live");
      const { requestId } = exchange;
      const { path } = c.req;
      const problemBody = (failure: Failure) => problemOf(failure, { requestId, path }).body;
      let newest: Entry | undefined;
      let stop = () => {};

      const close = (reason: "gone" | "slow" | "failed" | "expired" | "ended") => {
        if (!open.delete(end)) return;
        stop();
        place.value();
        const seconds = Math.round((clock.now() - startedAt) / 1_000);
        report({ type: "stream.ended", reason, seconds }, { app: exchange.app, requestId });
      };
      const end = () => {
        stream.end();
        close("ended");
      };
      // A platform may ask for bytes before it has returned the sink.
      let opened: EventStream | undefined;
      const { sink, response } = openSink(c.req.raw, { ready: () => opened?.ready(), over: close }, (body) =>
        exchange.answer(200, body, headers),
      );
      const lastId = c.req.header("last-event-id");
      const stream = (opened = createEventStream(sink, { lastId, now: startedAt, random }));

      function show(entry: Entry): void {
        if (entry.body.byteLength === 0) stream.problem(problemBody({ code: "no_active_session" }), false);
        else stream.page(entry);
      }

      const listener: Listener = {
        admission: shown,
        requestId,
        defer: deferOf(c),
        page(entry, failure) {
          if (failure) return stream.problem(problemBody(failure), false);
          newest = entry;
          void after(
            answers.cut(entry, ask, () => {}),
            (cut) => {
              // A newer one may have been cut meanwhile.
              if (cut.ok && newest === entry) show(cut.value);
            },
          );
        },
        failed(failure) {
          const isLast = !isOrdinary(failure);
          stream.problem(problemBody(failure), isLast);
          if (isLast) close("failed");
        },
        tick(now) {
          if (now >= credentialEndsAt) {
            stream.problem(problemBody({ code: "unauthorized" }), true);
            close("expired");
          } else if (now >= endsAt) end();
          else stream.tick(now);
        },
      };

      open.add(end);
      show(shown.entry);
      stop = watches.add(listener);
      return response;
    },
  };
}

/** The stream as the body of a response, for platforms that stream it by themselves. */
export const openWebSink: OpenSink = (_request, events, answer) => {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let isOver = false;
  const over = (act: (open: ReadableStreamDefaultController<Uint8Array>) => void) => {
    if (isOver || !controller) return;
    isOver = true;
    act(controller);
  };
  const body = new ReadableStream<Uint8Array>(
    {
      start: (opened) => void (controller = opened),
      pull: () => events.ready(),
      cancel() {
        isOver = true;
        events.over("gone");
      },
    },
    new CountQueuingStrategy({ highWaterMark: 2 }),
  );
  const sink: Sink = {
    write(bytes) {
      if (isOver || !controller) return true;
      controller.enqueue(bytes);
      return (controller.desiredSize ?? 0) > 0;
    },
    end: () => over((open) => open.close()),
    drop() {
      over((open) => open.error(new Error("slow")));
      events.over("slow");
    },
  };
  return { sink, response: answer(body) };
};
