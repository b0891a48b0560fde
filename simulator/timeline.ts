// When sessions start and end, and who comes and goes in between. A day of an app is a function of (seed, app, day), so
// any stretch of time can be made on demand, in any order, with the same outcome.
//
// A session starts with its first join and ends a keep-alive (1 to 10 minutes) after the last leave; in between it is LIVE
// with nobody in it. Sessions of one lane never overlap, so that a meeting has at most one LIVE session.
import type { AppProfile, Meeting } from "./catalogue.ts";
import { integer, pick, type Stream, streamOf, uuid } from "./chance.ts";

export const dayMs = 86_400_000;

/** One change in a session's life. `atMs` is epoch milliseconds; `minutes` is what leaving adds to the bill. */
export type Move = { readonly atMs: number; readonly delta: 1 | -1; readonly minutes: number };

/** A session as planned: all of its life, from which a row can be read off for any moment. Times in epoch milliseconds. */
export type Plan = {
  readonly id: string;
  readonly meeting: Meeting;
  readonly startMs: number;
  readonly createdMs: number;
  readonly endMs: number;
  /** Where chance for the details of this session starts. */
  readonly seed: number;
  readonly peersMax: number;
  readonly appId: string;
  /**
   * Who was in a session that the control API steers. It has no recordings and no livestreams, and `endMs` is `Infinity` until it is
   * ended. Absent for every other session: its stays follow from `seed`.
   */
  readonly stays?: readonly Stay[];
};

/** The minutes between two instants, rounded to four decimals as the upstream writes them. */
export function minutesBetween(fromMs: number, toMs: number): number {
  return Math.round(((toMs - fromMs) / 60_000) * 10_000) / 10_000;
}

/**
 * The sessions that start on a UTC day (days since 1970), by creation time, then id. `meetings` are those of each lane, as
 * `meetingsOf` gives them for the same seed.
 */
export function plansOfDay(
  seed: number,
  app: AppProfile,
  meetings: readonly (readonly Meeting[])[],
  day: number,
): readonly Plan[] {
  const plans: Plan[] = [];
  const slots = Math.floor(dayMs / app.slotMs);
  for (let lane = 0; lane < app.lanes; lane += 1) {
    // Lanes start at different times, but a slot of any lane still starts on its own day (0.74 + 0.25 < 1 slot).
    const phaseMs = Math.floor((app.slotMs * 0.74 * lane) / Math.max(1, app.lanes - 1));
    for (let slot = 0; slot < slots; slot += 1) {
      const next = streamOf(seed, "plan", app.id, lane, day, slot);
      const slotStart = day * dayMs + slot * app.slotMs + phaseMs;
      const startMs = slotStart + integer(next, 0, Math.floor(app.slotMs * 0.25));
      plans.push({
        id: uuid(next),
        meeting: pick(next, meetings[lane] ?? []),
        startMs,
        createdMs: startMs + integer(next, 7, 14),
        endMs: startMs + integer(next, Math.floor(app.slotMs * 0.5), Math.floor(app.slotMs * 0.72)),
        seed: Math.floor(next() * 4_294_967_296),
        peersMax: app.peersMax,
        appId: app.id,
      });
    }
  }
  return plans.sort(byCreation);
}

/** The total order of the list: creation time, then id. */
export function byCreation(left: Plan, right: Plan): number {
  return left.createdMs - right.createdMs || (left.id < right.id ? -1 : left.id > right.id ? 1 : 0);
}

/** Somebody's time in a session, in epoch milliseconds. Nobody comes back: a stay is a person's only one. */
export type Stay = { readonly joinMs: number; readonly leaveMs: number };

/** Everybody's stay, whoever joined at the start first. Unless the session is steered, that one is also the last to leave. */
export function staysOf(plan: Plan): readonly Stay[] {
  if (plan.stays) return plan.stays;
  const next: Stream = streamOf(plan.seed, "moves");
  const keepAliveMs = integer(next, 60, 600) * 1000;
  const lastLeaveMs = Math.max(plan.startMs + 60_000, plan.endMs - keepAliveMs);
  const stays: Stay[] = [{ joinMs: plan.startMs, leaveMs: lastLeaveMs }];
  const others = Math.floor(next() * next() * plan.peersMax) + 1;
  for (let peer = 0; peer < others; peer += 1) {
    const joinMs = integer(next, plan.startMs + 500, lastLeaveMs - 2_000);
    stays.push({ joinMs, leaveMs: integer(next, joinMs + 1_000, lastLeaveMs) });
  }
  return stays;
}

/** Every join and leave of a session in order of time. */
export function movesOf(plan: Plan): readonly Move[] {
  return staysOf(plan)
    .flatMap(({ joinMs, leaveMs }): Move[] => [
      { atMs: joinMs, delta: 1, minutes: 0 },
      { atMs: leaveMs, delta: -1, minutes: minutesBetween(joinMs, leaveMs) },
    ])
    .sort((left, right) => left.atMs - right.atMs || right.delta - left.delta);
}
