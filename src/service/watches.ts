// Watches the pages that streams listen to: once a second, and at once after a change. Every listener gets what is new.
//
// A look costs nothing while the page in memory is fresh. Where listeners may share (Node), one watch serves all who ask the same question,
// and they take turns in paying for loads. On Workers a request can't await another's promise: each listener has its own watch, and memory
// and the shield make it one load.
import type { ChangeLog } from "../cache/change-log.ts";
import type { Entry } from "../cache/store.ts";
import type { Failure, Result } from "../ground/errors.ts";
import type { Clock, Defer } from "../ground/runtime.ts";
import type { Admission, Answers } from "./answer.ts";

/** Whoever listens. No verb throws or waits. */
export type Listener = {
  admission: Admission;
  requestId: string;
  defer: Defer;
  /** The whole page as it is now. `failure`: why a newer one could not be had. */
  page(entry: Entry, failure: Failure | undefined): void;
  /** There is no page, and nothing older to show. */
  failed(failure: Failure): void;
  /** Called once a second. */
  tick(now: number): void;
};

export type Watches = {
  /** Listens until the returned function is called. */
  add(listener: Listener): () => void;
};

export type WatchesParts = {
  answers: Pick<Answers, "reload">;
  changes: Pick<ChangeLog, "follow">;
  clock: Clock;
  /** Whether listeners may share a watch, and be woken by each other's work. */
  isShared: boolean;
};

const lookEveryMs = 1_000;
/** A burst of changes wakes watches once. */
const wakeAfterMs = 20;

type Watch = {
  listeners: Set<Listener>;
  isLooking: boolean;
  looksAgain: boolean;
  /** Why there is no page newer than the one of this sequence. */
  failure: Failure | undefined;
  sequence: number;
  stop(): void;
};

/** That one listener has spent its share says nothing of the others: the next look is theirs. */
const isOfItsPayer = ({ code }: Failure) => code === "rate_limited";

export function createWatches({ answers, changes, clock, isShared }: WatchesParts): Watches {
  const watches = new Set<Watch>();
  const byKey = new Map<string, Watch>();
  let isWaking = false;

  if (isShared) {
    changes.follow(() => {
      if (isWaking || watches.size === 0) return;
      isWaking = true;
      clock.timer(wakeAfterMs, () => {
        isWaking = false;
        for (const watch of watches) void look(watch);
      });
    });
  }

  function open(): Watch {
    let cancel = () => {};
    const watch: Watch = {
      listeners: new Set(),
      isLooking: false,
      looksAgain: false,
      failure: undefined,
      sequence: 0,
      stop: () => cancel(),
    };
    const later = () => {
      cancel = clock.timer(lookEveryMs, () => {
        later();
        for (const listener of watch.listeners) listener.tick(clock.now());
        if (watch.listeners.size > 0) void look(watch);
      });
    };
    later();
    watches.add(watch);
    return watch;
  }

  /**
   * `isFollowUp`: made because a load behind an earlier look has ended. It is never followed by another, so that a load that is refused at
   * once costs two looks, not an endless row of them; and a look under way sees by itself what has been loaded.
   */
  async function look(watch: Watch, isFollowUp = false): Promise<void> {
    const [listener] = watch.listeners;
    if (!listener) return;
    if (watch.isLooking) {
      if (!isFollowUp) watch.looksAgain = true;
      return;
    }
    watch.isLooking = true;
    watch.looksAgain = false;
    const result = await reload(watch, listener, isFollowUp);
    watch.isLooking = false;
    if (result.ok && result.value.sequence > watch.sequence) {
      watch.sequence = result.value.sequence;
      watch.failure = undefined;
    }
    const concerned = !result.ok && isOfItsPayer(result.failure) ? [listener] : watch.listeners;
    for (const one of concerned) {
      if (result.ok) one.page(result.value, watch.failure);
      else one.failed(result.failure);
    }
    if (watch.looksAgain) await look(watch);
  }

  async function reload(watch: Watch, listener: Listener, isFollowUp: boolean): Promise<Result<Entry>> {
    // Whose turn it was comes last the next time.
    if (watch.listeners.size > 1 && watch.listeners.delete(listener)) watch.listeners.add(listener);
    try {
      return await answers.reload(listener.admission, {
        requestId: listener.requestId,
        loadRefusal: undefined,
        report: () => {},
        whenFailed(failure) {
          if (watch.listeners.size === 1 || !isOfItsPayer(failure)) watch.failure = failure;
        },
        defer(work) {
          listener.defer(work);
          if (isFollowUp) return;
          // A page that was loaded behind the answer is here now.
          const again = () => void look(watch, true);
          void work.then(again, again);
        },
      });
    } catch {
      return { ok: false, failure: { code: "internal" } };
    }
  }

  return {
    add(listener) {
      const { key } = listener.admission.ask.question;
      const known = isShared ? byKey.get(key) : undefined;
      const watch = known ?? open();
      if (isShared && !known) byKey.set(key, watch);
      watch.listeners.add(listener);
      return () => {
        watch.listeners.delete(listener);
        if (watch.listeners.size > 0) return;
        watch.stop();
        watches.delete(watch);
        if (byKey.get(key) === watch) byKey.delete(key);
      };
    },
  };
}
