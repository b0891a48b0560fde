// A log that is kept elsewhere, followed by asking: the shield's by each isolate, that of Redis by each process.
//
// What is known is plain data and at most a second old, or no page counts as fresh. It is asked for when somebody reads, not by a timer: on
// Workers no timer outlives its request, and nobody pays for a log that nobody reads. From three quarters of a second on, one reader
// asks while the others go on with what is known.
import { attempt, faultName, settleWithin } from "../ground/deadline.ts";
import type { Clock } from "../ground/runtime.ts";
import type { ChangeJournal, ChangeLog } from "./change-log.ts";
import { createChangeMarks, type Bounds } from "./change-marks.ts";

const ageMsMax = 1_000;
const renewAfterMs = 750;
const timeoutMs = 250;

/** While the log can't be had, what is known says nothing of what happened since. What was hidden stays hidden. */
const unknown = ({ shownFrom }: Bounds): Bounds => ({ freshFrom: Number.POSITIVE_INFINITY, shownFrom });

/** `whenFailed` is told a short code each time that the log can't be had. */
export function createFollowedLog(
  journal: Pick<ChangeJournal, "changes">,
  { clock, whenFailed }: { clock: Clock; whenFailed: (reason: string) => void },
): ChangeLog {
  const marks = createChangeMarks({ floor: 0 });
  const hearers: (() => void)[] = [];
  let readAt = Number.NEGATIVE_INFINITY;
  let askedAt = Number.NEGATIVE_INFINITY;

  /** A clock set back makes it old, too. */
  const isWithin = (at: number, ms: number) => Math.abs(clock.now() - at) < ms;
  const isKnown = () => isWithin(readAt, ageMsMax);

  return {
    isCurrent: () => isKnown() && (isWithin(readAt, renewAfterMs) || isWithin(askedAt, timeoutMs)),

    async sync() {
      const startedAt = clock.now();
      askedAt = startedAt;
      const known = marks.head();
      const settled = await settleWithin(
        attempt(() => journal.changes(known)),
        timeoutMs,
        clock,
      );
      if (settled.state !== "value") return whenFailed(settled.state === "late" ? "late" : faultName(settled.error));
      const before = marks.head();
      marks.merge(settled.value);
      // Questions overtake each other; and a clock that was set back must not make what is known now look old until it has caught up.
      readAt = isKnown() ? Math.max(readAt, startedAt) : startedAt;
      if (marks.head() > before) for (const hear of hearers) hear();
    },

    head: marks.head,
    boundsOf: (subject) => (isKnown() ? marks.boundsOf(subject) : unknown(marks.boundsOf(subject))),
    lastOf: marks.lastOf,
    follow: (hear) => void hearers.push(hear),
  };
}
