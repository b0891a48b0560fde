// The log of changes, as those see it who write it, load pages and read them.
//
// A load takes the log's head before it begins and stamps its page with it. A page is fresh only while no later change has touched one of
// its question's tags. So nothing is deleted, no list of keys is kept, no clocks of two machines are compared, and a load that began
// before a change is stale by construction. A follower may know an older head: its pages then turn stale sooner, never later.
//
// The log is kept where loads are decided: here in a process, in `change-log-durable.ts` in a Durable Object, in `change-log-redis.ts`
// for a fleet. `change-log-followed.ts` follows one from afar.
import type { Clock } from "../ground/runtime.ts";
import { createChangeMarks, unbounded, type Bounds, type Changes, type Subject, type Touch } from "./change-marks.ts";

/** Where the log is written. Both verbs reject where it can't be reached. */
export type ChangeJournal = {
  /** Answers with the position, which is durable by then and larger than every earlier one. */
  append(touch: Touch): Promise<number>;
  /** What is newer than a position; 0 for all that is known. */
  changes(after: number): Promise<Changes>;
};

/** The log as readers and loads see it. Synchronous but for `sync`. */
export type ChangeLog = {
  /** Whether what is known is at most a second old. If not, no page is fresh until `sync` has settled. */
  isCurrent(): boolean;
  /** Asks for what is new, within a quarter of a second. Never rejects; where the log can't be had, it is not current afterwards. */
  sync(): Promise<void>;
  /** The position to stamp a page with whose load begins now. */
  head(): number;
  boundsOf(subject: Subject): Bounds;
  lastOf(subject: Subject): { changedAt: number; endedAt: number };
  /** Calls `hear` after something new became known, for good. Where the log is only asked, it is called when somebody asks. */
  follow(hear: () => void): void;
};

/** For a deployment in which nothing can be written to the log: every page is untouched. */
export const noChanges: ChangeLog = {
  isCurrent: () => true,
  sync: async () => {},
  head: () => 0,
  boundsOf: () => unbounded,
  lastOf: () => ({ changedAt: 0, endedAt: 0 }),
  follow: () => {},
};

/** Stores a touch before `append` answers. */
type Keep = (touch: Touch, position: number) => void;

/**
 * The log of one process, or of one Durable Object over `keep`. `from` is what was known before; without it the log begins now.
 */
export function createChangeLog(
  clock: Pick<Clock, "now">,
  { from, keep = () => {} }: { from?: Changes; keep?: Keep } = {},
): ChangeLog & ChangeJournal {
  const marks = createChangeMarks({ floor: from?.floor ?? clock.now() });
  if (from) marks.merge(from);
  const hearers: (() => void)[] = [];

  return {
    isCurrent: () => true,
    sync: async () => {},
    head: marks.head,
    boundsOf: marks.boundsOf,
    lastOf: marks.lastOf,
    follow: (hear) => void hearers.push(hear),
    async append(touch) {
      // It follows the clock, so that it stays larger when the log is lost and begins again.
      const position = Math.max(marks.head() + 1, clock.now());
      keep(touch, position);
      marks.touch(touch, position);
      for (const hear of hearers) hear();
      return position;
    },
    changes: async (after) => marks.since(after),
  };
}
