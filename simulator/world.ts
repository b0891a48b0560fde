// All sessions of all apps, indexed for listing. It holds plans from 90 days before its epoch (whole UTC days) to the
// latest moment asked for, and reads rows off them.
//
// Rows of ended sessions never change again and are kept; rows of LIVE ones are kept until their next join or leave. A
// list without a filter therefore costs as much as the rows it shows. Sessions that the control API steers are put in beside the planned
// ones, anew at each change.
import { type AppProfile, type Meeting, meetingsOf, profiles } from "./catalogue.ts";
import { rowAt, type RowView, stepAt } from "./row.ts";
import { byCreation, dayMs, type Move, movesOf, type Plan, plansOfDay } from "./timeline.ts";

/** Days of history before the epoch. */
export const historyDays = 90;

/** One session in the index. `viewAt` takes epoch milliseconds, not before its creation. */
export type Session = {
  readonly plan: Plan;
  /** Title, meeting id and session id in lower case: what `search` looks at. */
  readonly haystack: readonly [string, string, string];
  viewAt(nowMs: number): RowView;
};

export type World = {
  /**
   * Sessions of an app that exist at `nowMs`: the first `count` of `sessions`, by creation. `version` is equal exactly
   * when no row of the app has changed.
   */
  at(appId: string, nowMs: number): Moment | undefined;
  /** Puts a steered session in, or in place of the one with its id, which must have been created at the same time. */
  put(plan: Plan): void;
};

export type Moment = {
  readonly sessions: readonly Session[];
  readonly count: number;
  /** Those of `sessions` that are steered and were put in by now, in any order. */
  readonly steered: readonly Session[];
  readonly liveCount: number;
  readonly version: string;
  /** The session with this id, if it exists by now. */
  find(id: string): Session | undefined;
};

function createSession(plan: Plan): Session {
  const { title, id } = plan.meeting;
  let final: RowView | undefined;
  let latest: RowView | undefined;
  let moves: readonly Move[] | undefined;
  return {
    plan,
    haystack: [title.toLowerCase(), id.toLowerCase(), plan.id.toLowerCase()],
    viewAt(nowMs) {
      if (nowMs >= plan.endMs) {
        moves = undefined;
        latest = undefined;
        final ??= rowAt(plan, plan.endMs);
        return final;
      }
      moves ??= movesOf(plan);
      if (latest?.step !== stepAt(plan, moves, nowMs)) latest = rowAt(plan, nowMs);
      return latest;
    },
  };
}

type Index = {
  app: AppProfile;
  meetings: readonly (readonly Meeting[])[];
  sessions: Session[];
  byId: Map<string, Session>;
  steered: Map<string, Session>;
  nextDay: number;
};

/** A world for a seed, with history before `epochMs` (epoch milliseconds). Nothing is made before it is asked for. */
export function createWorld(seed: number, epochMs: number): World {
  const firstDay = Math.floor(epochMs / dayMs) - historyDays;
  const indexes = new Map<string, Index>(
    profiles.map((app) => [
      app.id,
      {
        app,
        meetings: Array.from({ length: app.lanes }, (_, lane) => meetingsOf(seed, app, lane)),
        sessions: [],
        byId: new Map(),
        steered: new Map(),
        nextDay: firstDay,
      },
    ]),
  );

  /** The index with every day up to `nowMs` in it. */
  const indexAt = (appId: string, nowMs: number): Index | undefined => {
    const index = indexes.get(appId);
    if (!index) return undefined;
    for (const today = Math.floor(nowMs / dayMs); index.nextDay <= today; index.nextDay += 1) {
      for (const plan of plansOfDay(seed, index.app, index.meetings, index.nextDay)) {
        const session = createSession(plan);
        index.sessions.push(session);
        index.byId.set(plan.id, session);
      }
    }
    return index;
  };

  return {
    at(appId, nowMs) {
      const index = indexAt(appId, nowMs);
      if (!index) return undefined;
      const { app, sessions, byId } = index;
      const count = countUntil(sessions, nowMs);
      const parts: string[] = [];
      const take = ({ plan, viewAt }: Session) => {
        if (plan.createdMs <= nowMs && plan.endMs > nowMs) parts.push(`${plan.id}.${viewAt(nowMs).step}`);
      };
      for (let place = count - 1; place >= 0; place -= 1) {
        const session = sessions[place];
        if (!session || session.plan.startMs < nowMs - app.slotMs) break;
        if (!session.plan.stays) take(session);
      }
      const steered = [...index.steered.values()];
      steered.forEach(take);
      const find = (id: string) => {
        const session = byId.get(id);
        return session && session.plan.createdMs <= nowMs ? session : undefined;
      };
      return { sessions, count, steered, liveCount: parts.length, version: `${count}:${parts.join(",")}`, find };
    },
    put(plan) {
      const index = indexAt(plan.appId, plan.createdMs);
      if (!index) throw new RangeError(`there is no app ${plan.appId}`);
      const { sessions, byId, steered } = index;
      const session = createSession(plan);
      const known = sessions.findLastIndex((other) => other.plan.id === plan.id);
      if (known >= 0) sessions[known] = session;
      else sessions.splice(sessions.findLastIndex((other) => byCreation(other.plan, plan) < 0) + 1, 0, session);
      byId.set(plan.id, session);
      steered.set(plan.id, session);
    },
  };
}

/** How many sessions exist at `nowMs`; they are in order of creation. */
function countUntil(sessions: readonly Session[], nowMs: number): number {
  let low = 0;
  let high = sessions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sessions[middle]?.plan.createdMs ?? Infinity) <= nowMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
