// Who waits for an answer of Redis, in the order of coming, and one timer for all of them, because all wait equally long.
//
// The list is linked by hand: a `Set` leaves a chain of tables behind as it grows and shrinks, which keeps every answer until a full
// collection of garbage.
import type { Clock } from "../ground/runtime.ts";

const answerMsMax = 250;
/** After a busy stretch of this process, timers fire before the socket is read: so long it is given to be read. */
const graceMs = 10;

/** Somebody who waits; `giveUp` is called once at the most, and not after `end`. */
export type Wait = {
  readonly since: number;
  readonly giveUp: (isLate: boolean) => void;
  isOver: boolean;
  isOverdue: boolean;
  older: Wait | undefined;
  newer: Wait | undefined;
};

export type Waits = {
  begin(giveUp: Wait["giveUp"]): Wait;
  /** Whether the wait was still going on. */
  end(wait: Wait): boolean;
  giveUpAll(): void;
  close(): void;
};

export function createWaits(clock: Clock): Waits {
  let oldest: Wait | undefined;
  let newest: Wait | undefined;
  let cancel: (() => void) | undefined;

  /** When the oldest will have waited long enough; at once where a clock was set back. */
  function setTimer(): void {
    if (!oldest || cancel) return;
    const waitedMs = clock.now() - oldest.since;
    cancel = clock.timer(waitedMs < 0 ? 0 : Math.max(0, answerMsMax - graceMs - waitedMs), markOverdue);
  }

  function markOverdue(): void {
    const now = clock.now();
    for (let wait = oldest; wait; wait = wait.newer) {
      const waitedMs = now - wait.since;
      if (waitedMs >= 0 && waitedMs < answerMsMax - graceMs) break;
      wait.isOverdue = true;
    }
    cancel = undefined;
    if (oldest?.isOverdue) cancel = clock.timer(graceMs, giveUpOverdue);
    else setTimer();
  }

  function giveUpOverdue(): void {
    cancel = undefined;
    for (let wait = oldest; wait?.isOverdue; wait = oldest) {
      end(wait);
      wait.giveUp(true);
    }
    setTimer();
  }

  function end(wait: Wait): boolean {
    if (wait.isOver) return false;
    wait.isOver = true;
    if (wait.older) wait.older.newer = wait.newer;
    else oldest = wait.newer;
    if (wait.newer) wait.newer.older = wait.older;
    else newest = wait.older;
    // What is gone must not hold on to what came later.
    wait.older = undefined;
    wait.newer = undefined;
    return true;
  }

  return {
    begin(giveUp: Wait["giveUp"]): Wait {
      const wait: Wait = {
        since: clock.now(),
        giveUp,
        isOver: false,
        isOverdue: false,
        older: newest,
        newer: undefined,
      };
      if (newest) newest.newer = wait;
      else oldest = wait;
      newest = wait;
      setTimer();
      return wait;
    },
    end,
    giveUpAll(): void {
      for (let wait = oldest; wait; wait = oldest) {
        end(wait);
        wait.giveUp(false);
      }
    },
    close(): void {
      cancel?.();
      cancel = undefined;
    },
  };
}
