// A page that keeps up: by a stream while streams pass, else by polling, and by the stream again as soon as it passes.
//
// Two loops. One keeps a stream open, and comes back after each end. The other polls, and rests while the stream is live. So what a
// proxy does to streams is never more than a page that is a few seconds older. Neither ends before `stop`: whatever is wrong may mend.
import { infoOf, note } from "./pages.ts";
import type { PageInfo } from "./pages.ts";
import { Problem } from "./problem.ts";
import { openStream } from "./stream.ts";
import type { StreamBounds, StreamEvents } from "./stream.ts";
import { backoff, follow, jittered, wait } from "./timing.ts";
import type { Timing } from "./timing.ts";
import type { Transport } from "./transport.ts";

/** `connecting`: nothing is known yet, or a stream is being opened again. `offline`: the service can't be reached. */
export type WatchState = "connecting" | "live" | "polling" | "offline";

export type OnPage<Page> = (page: Page, info: PageInfo) => void;

export type WatchEvents = {
  /** Once for each code, until a page comes again. The last page still holds, and the watch goes on. */
  onProblem?: (problem: Problem) => void;
  /** When the state changes, and when the same page was confirmed. `asOf`: when the last page held, as in `PageInfo`. */
  onState?: (state: WatchState, asOf: number | undefined) => void;
};

/** A watch: what is asked, who is told, and what ends it. */
export type Watch<Question extends readonly unknown[], Page> = (
  ...args: [...question: Question, onPage: OnPage<Page>, events?: WatchEvents]
) => () => void;

export type WatchTiming = StreamBounds & {
  /** Between two polls. */
  pollMs: number;
  /** How long a stream may take to open before the page is polled meanwhile. */
  graceMs: number;
  /** Until a stream that did not pass is tried again. */
  streamRetryMs: number;
};

export type WatchParts = { transport: Transport; timing: Timing; waits: WatchTiming };

/** An ordinary answer: nobody is in the meeting. */
const isOrdinary = ({ code }: Problem) => code === "no_active_session";

/** What a caller's function throws is thrown where nobody of ours catches it. */
function call<Args extends readonly unknown[]>(hear: ((...args: Args) => void) | undefined, ...args: Args): void {
  try {
    hear?.(...args);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** Hears that the network is back, in a browser; nowhere else is that told. Returns what ends it. */
function onOnline(hear: () => void): () => void {
  const page = asPage(globalThis);
  page.addEventListener?.("online", hear);
  return () => page.removeEventListener?.("online", hear);
}

/** Holds everywhere: a platform without these functions lacks both. */
const asPage = (scope: object) =>
  scope as Partial<Record<`${"add" | "remove"}EventListener`, (type: string, hear: () => void) => void>>;

const backoffMsMax = 60_000;
const reconnectMs = { first: 2_000, max: 60_000 };

/** `page` and `stream` are paths below the service's address. Returns what ends it; ending it twice is harmless. */
export function watch(
  { transport, timing, waits }: WatchParts,
  { page: pagePath, stream: streamPath }: { page: string; stream: string },
  onPage: OnPage<object>,
  { onProblem, onState }: WatchEvents,
): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  let state: WatchState | undefined;
  let asOf: number | undefined;
  let last: object | undefined;
  /** Of `last`, where a stream brought it. */
  let lastId: string | undefined;
  /** The code of the problem that was told since. */
  let told: string | undefined;
  let cancelPoll = () => {};
  let polling: AbortController | undefined;
  /** Ends the wait for the next stream. */
  let wake = () => {};

  function say(next: WatchState, holds = asOf): void {
    if (signal.aborted || (next === state && holds === asOf)) return;
    state = next;
    asOf = holds;
    call(onState, next, holds);
  }

  /** A page is told when it is another one, and after a problem. */
  function show(how: WatchState, page: object, info: PageInfo): void {
    if (signal.aborted) return;
    say(how, info.asOf);
    if (page === last && told === undefined) return;
    last = page;
    told = undefined;
    call(onPage, page, info);
  }

  function tell(problem: Problem): void {
    if (signal.aborted || problem.code === told) return;
    told = problem.code;
    call(onProblem, problem);
  }

  function restPolls(): void {
    cancelPoll();
    polling?.abort();
    polling = undefined;
  }

  function pollIn(ms: number, failures = 0): void {
    restPolls();
    if (!signal.aborted) cancelPoll = timing.timer(ms, () => void poll(failures));
  }

  async function poll(failures: number): Promise<void> {
    const own = (polling = new AbortController());
    let nextMs = waits.pollMs;
    let failed = 0;
    try {
      const page = await transport.read(pagePath, { signal: own.signal, waitMsMax: 0 });
      if (own.signal.aborted) return;
      if (page !== last) lastId = undefined;
      show("polling", page, infoOf(page) ?? asOfNow(page));
      // What is back for pages may be back for streams.
      if (failures > 0) wake();
    } catch (error) {
      if (own.signal.aborted || !(error instanceof Problem)) return;
      say(error.code === "network_failed" ? "offline" : "polling");
      tell(error);
      if (!isOrdinary(error)) {
        failed = failures + 1;
        nextMs = Math.max(backoff(failed, waits.pollMs, backoffMsMax), error.retryAfterMs ?? 0);
      }
    }
    pollIn(jittered(nextMs, timing), failed);
  }

  const asOfNow = (page: object) => note(page, { asOf: timing.now(), isStale: false });

  async function listen(): Promise<void> {
    let retryMs = reconnectMs.first;
    let isUp = true;
    for (let failures = 0; ;) {
      let problem: Problem | undefined;
      const events: StreamEvents = {
        page(page, id) {
          restPolls();
          lastId = id;
          problem = undefined;
          show("live", page, asOfNow(page));
        },
        problem(heard) {
          // The stream ends with the token it began with. Whether there is a newer one shows when it is opened again.
          if (heard.code === "unauthorized") return transport.renewToken();
          restPolls();
          problem = heard;
          if (last && asOf !== undefined && !isOrdinary(heard)) note(last, { asOf, isStale: true });
          say("live");
          tell(heard);
        },
        // A stream that was told which page is here, and sends none, says that it holds.
        sign() {
          if (!last || lastId === undefined || problem) return;
          restPolls();
          show("live", last, asOfNow(last));
        },
        retry: (ms) => void (retryMs = Math.min(ms, reconnectMs.max)),
      };
      const end = await openStream({ transport, timing, bounds: waits }, streamPath, lastId, signal, events);
      const wasUp = isUp;
      isUp = end.hasSpoken;
      failures = isUp || end.isBlocked ? 0 : failures + 1;
      const againMs = end.isBlocked ? waits.streamRetryMs : backoff(failures + 1, retryMs, backoffMsMax);
      const waitMs = jittered(Math.max(againMs, (end.refusal ?? problem)?.retryAfterMs ?? 0), timing);
      if (isUp) {
        say("connecting");
        pollIn(waitMs + waits.graceMs);
      } else if (wasUp && !polling) pollIn(0);
      const nap = follow(signal);
      wake = nap.abort;
      await wait(waitMs, timing, nap.signal).catch(() => {});
      nap.release();
      signal.throwIfAborted();
    }
  }

  const stopHearing = onOnline(() => {
    if (state === "offline") pollIn(0, 1);
  });
  say("connecting");
  pollIn(waits.graceMs);
  // It ends with the watch, and in no other way.
  listen().catch(() => {});
  return () => {
    ended.abort();
    restPolls();
    stopHearing();
  };
}
