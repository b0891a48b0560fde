// When a page is loaded anew, and for how long it is fresh then, by what the log of changes tells of it.
//
// A burst of changes costs one load: a touched page is loaded once changes have paused for a moment, and at most once a second.
// Just after a change the upstream's own lists may lag, and for some minutes after something ended its numbers still settle: a page
// loaded then is fresh for a short time only. While webhooks arrive, a live page may be fresh for minutes. After ten silent minutes it
// is read as often as without webhooks.
import type { Clock } from "../ground/runtime.ts";
import type { ChangeLog } from "./change-log.ts";
import type { Subject } from "./change-marks.ts";
import type { Lasting, Times } from "./freshness.ts";

export type Pace<Query extends Subject> = {
  /** How long a page lasts that is loaded now. */
  lasting(query: Query, lasting: Lasting): Lasting;
  /** Settles when a copy that is not fresh may be replaced; with false where it will do as it is, for now. */
  wait(query: Query, copy: Times): Promise<boolean>;
};

/** Pages are loaded when they are asked for. */
export const noPace: Pace<Subject> = { lasting: (_query, lasting) => lasting, wait: async () => true };

const quietMs = 250;
/** A burst of a second, and the quiet after it, are waited for. */
const burstMsMax = 1_250;
const restMs = 1_000;
/** While half of the budget is spent. */
const longRestMs = 5_000;
const lagMs = 30_000;
/** After an end. */
const settlingMs = [60_000, 300_000];
const silenceMs = 600_000;

export type PaceParts<Query> = {
  changes: ChangeLog;
  clock: Clock;
  /** Seconds for which a live page is fresh without webhooks. */
  freshLiveSeconds: number;
  webhooks?: {
    /** The same while webhooks are heard. */
    freshLiveSeconds: number;
    /** What every event about the same app touches. */
    heardBy(query: Query): Subject;
    /** Told when nothing was heard for ten minutes although something goes on; once until something is heard again. */
    whenSilent(query: Query): void;
  };
  isBudgetLow(): boolean;
};

export function createPace<Query extends Subject>(parts: PaceParts<Query>): Pace<Query> {
  const { changes, clock, freshLiveSeconds, webhooks, isBudgetLow } = parts;
  const silent = new Set<string>();

  function isHeard(query: Query, now: number): boolean {
    if (!webhooks) return false;
    const subject = webhooks.heardBy(query);
    const name = String(subject.tags);
    const heard = now - changes.lastOf(subject).changedAt < silenceMs;
    if (heard) silent.delete(name);
    else if (!silent.has(name)) {
      silent.add(name);
      webhooks.whenSilent(query);
    }
    return heard;
  }

  return {
    lasting(query, lasting) {
      const now = clock.now();
      const { changedAt, endedAt } = changes.lastOf(query);
      const next = settlingMs.map((ms) => endedAt + ms).find((at) => at > now);
      const isUsual = lasting.volatility === "live" && lasting.freshSeconds === undefined;
      return {
        ...lasting,
        ...(isUsual && isHeard(query, now) && { freshSeconds: webhooks?.freshLiveSeconds }),
        ...(now - changedAt < lagMs && { freshSecondsMax: freshLiveSeconds }),
        ...(endedAt > 0 && next !== undefined && { freshBefore: next }),
      };
    },

    async wait(query, copy) {
      if (!changes.isCurrent()) await changes.sync();
      // Without a log no page is fresh: this one is read again no more often than a live one.
      if (!changes.isCurrent()) return clock.now() - copy.fetchedAt >= freshLiveSeconds * 1_000;
      const isTouched = copy.position < changes.boundsOf(query).freshFrom;
      if (!isTouched) return true;
      const giveUpAt = clock.now() + longRestMs;
      const burstEndsAt = clock.now() + burstMsMax;
      for (;;) {
        const now = clock.now();
        const quietAt = Math.min(changes.lastOf(query).changedAt + quietMs, burstEndsAt);
        const dueAt = Math.max(quietAt, copy.fetchedAt + (isBudgetLow() ? longRestMs : restMs));
        if (now >= Math.min(dueAt, giveUpAt)) return true;
        await new Promise<void>((resolve) => void clock.timer(Math.min(dueAt, giveUpAt) - now, resolve));
      }
    },
  };
}
