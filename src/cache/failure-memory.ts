// What failed a moment ago fails at once: the back-off of one page.
//
// Without it every reader of a broken page would cost a call, one after the other. Only failures of the page itself are
// remembered; a spent budget, a freeze or an open breaker are cheap to ask for again and end at a moment of their own.
import { createBoundedMap } from "../ground/bounded-map.ts";
import type { Failure, FailureCode } from "../ground/errors.ts";
import type { Clock, Lane } from "../ground/runtime.ts";

export type FailureMemory = {
  /** The failure, while its back-off lasts. A spent budget says nothing to a lane that reaches deeper into it. */
  recall(key: string, lane: Lane): Failure | undefined;
  remember(key: string, failure: Failure, lane: Lane): void;
  forget(key: string): void;
};

export type FailureMemoryOptions = {
  /** Which failures are remembered at all. */
  remembers: (code: FailureCode) => boolean;
  /** Milliseconds; doubled with each failure in a row ("not found" is none and ends the row). */
  firstBackOffMs: number;
  backOffMsMax: number;
  /** "Not found" is an answer, not a fault: it is kept for this long, flat. */
  absentMs: number;
};

const keysMax = 10_000;

const faultsOfThePage: ReadonlySet<FailureCode> = new Set([
  "upstream_failed",
  "upstream_malformed",
  "upstream_timeout",
  "upstream_unauthorized",
  "internal",
  "not_found",
]);

/** For the load side: 1 s up to 30 s, five seconds for "not found". */
export const loadBackOff: FailureMemoryOptions = {
  remembers: (code) => faultsOfThePage.has(code),
  firstBackOffMs: 1_000,
  backOffMsMax: 30_000,
  absentMs: 5_000,
};

/**
 * For the read side: one second for anything, so that readers of a failing page do not each ask the load side. That one client
 * asks too often says nothing about a page.
 */
export const readBackOff: FailureMemoryOptions = {
  remembers: (code) => code !== "rate_limited",
  firstBackOffMs: 1_000,
  backOffMsMax: 1_000,
  absentMs: 1_000,
};

/** At most 10,000 keys, the oldest forgotten first. */
export function createFailureMemory(clock: Clock, options: FailureMemoryOptions): FailureMemory {
  const memory = createBoundedMap<string, { failure: Failure; lane: Lane; until: number; backOffMs: number }>({
    entriesMax: keysMax,
  });

  return {
    recall(key, lane) {
      const known = memory.get(key);
      if (!known || (known.failure.code === "budget_spent" && isStronger(lane, known.lane))) return undefined;
      const leftMs = known.until - clock.now();
      // A clock set back must not make a back-off longer than it was.
      return leftMs > 0 && leftMs <= known.backOffMs ? known.failure : undefined;
    },
    remember(key, failure, lane) {
      if (!options.remembers(failure.code)) return;
      const last = memory.get(key);
      const isRow = last !== undefined && last.failure.code !== "not_found";
      const grownMs = Math.min(options.backOffMsMax, isRow ? last.backOffMs * 2 : options.firstBackOffMs);
      const backOffMs = failure.code === "not_found" ? options.absentMs : grownMs;
      memory.set(key, { failure, lane, backOffMs, until: clock.now() + backOffMs });
    },
    forget: memory.delete,
  };
}

const laneOrder: readonly Lane[] = ["warm", "cold", "refresh", "old"];

/** Whether a lane reaches deeper into the budget than another one. */
export const isStronger = (lane: Lane, other: Lane) => laneOrder.indexOf(lane) > laneOrder.indexOf(other);
