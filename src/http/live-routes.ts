// Every list and every item as a stream: the page at once, and again whenever its bytes change.
//
// A stream has the path and the query of its page, below `/v1/live`. Identity, policies, limits and the question are decided once at the
// start, as for the page. A stream ends with the caller's credential, and after ten minutes at the latest: a client that comes back is
// checked anew.
import type { Context } from "hono";
import type { Entry } from "../cache/store.ts";
import type { Clock, Random } from "../ground/runtime.ts";
import type { Failure } from "../ground/errors.ts";
import { reportTo, type Log } from "../ground/log.ts";
import type { Places } from "../limits/places.ts";
import { streamLastsMs } from "../limits/streams.ts";
import { absenceOf } from "../resources/question.ts";
import type { Answers, Shown } from "../service/answer.ts";
import { after } from "../service/eventually.ts";
import type { Listener, Watches } from "../service/watches.ts";
import { deferOf, type AppEnv } from "./exchange.ts";
import { createEventStream, type EventStream, type OpenSink } from "./event-stream.ts";
import type { AnswerHeaders } from "./headers.ts";
import { problemOf } from "./problem.ts";

export type LiveParts = {
  answers: Answers;
  watches: Watches;
  places: Places;
  openSink: OpenSink;
  clock: Clock;
  random: Random;
  log: Log;
};

export type Live = {
  /**
   * Answers with the stream of what was asked, or with its first page's failure. `whyEnded`: asked every five seconds, where a credential may
   * be taken back before its end.
   */
  open(c: Context<AppEnv>, shown: Shown, whyEnded?: WhyEnded): Response;
  /** When the process ends. */
  endAll(): void;
};

/** Why whoever was let in is so no more; undefined while they are, or while nobody can say. Never rejects. */
export type WhyEnded = () => Promise<Failure | undefined>;

const askAgainMs = 5_000;
const jitterShare = 0.1;

const headers: AnswerHeaders = { "content-type": "text/event-stream", "cache-control": "no-store, no-transform" };

export function createLive(parts: LiveParts): Live {
  const { answers, watches, places, openSink, clock, random, log } = parts;
  const open = new Set<() => void>();

  return {
    endAll() {
      for (const end of open) end();
    },

    open(c, shown, whyEnded) {
      const exchange = c.get("exchange");
      // Nobody listens to the answer to HEAD.
      if (c.req.method === "HEAD") return exchange.answer(200, null, headers);
      const place = places.take(shown.client);
      if (!place.ok) return exchange.refuse(place.failure);

      const startedAt = clock.now();
      const { ask, endsAt: credentialEndsAt } = shown;
      const endsAt = startedAt + streamLastsMs * (1 - jitterShare * random());
      const report = reportTo(log, "live");
      const { requestId } = exchange;
      const { path } = c.req;
      const tell = (failure: Failure, isLast = false) =>
        stream.problem(() => problemOf(failure, { requestId, path }).body, isLast);
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
        const absence = absenceOf(ask.resource, entry.body);
        if (absence) tell(absence);
        else stream.page(entry);
      }

      const expire = (failure: Failure) => {
        tell(failure, true);
        close("expired");
      };
      let askedAt = startedAt;
      const askAgain = async (now: number) => {
        if (!whyEnded || now - askedAt < askAgainMs) return;
        askedAt = now;
        const failure = await whyEnded();
        if (failure && open.has(end)) expire(failure);
      };

      const listener: Listener = {
        admission: shown,
        requestId,
        defer: deferOf(c),
        page(entry, failure) {
          if (failure) return tell(failure);
          if (entry === newest) return;
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
          tell(failure, true);
          close("failed");
        },
        tick(now) {
          if (now >= credentialEndsAt) return expire({ code: "unauthorized" });
          if (now >= endsAt) return end();
          void askAgain(now);
          stream.tick(now);
        },
      };

      open.add(end);
      show(shown.entry);
      stop = watches.add(listener);
      return response;
    },
  };
}
