// All sessions of all apps, indexed for listing. It holds plans from 90 days before its epoch (whole UTC days) to the
// latest moment asked for, and reads rows off them.
//
// Rows of ended sessions never change again and are kept; rows of LIVE ones are kept until their next join or leave. A
// list without a filter therefore costs as much as the rows it shows.
import { type AppProfile, type Meeting, meetingsOf, profiles } from "./catalogue.ts";
import { rowAt, type RowView, stepAt } from "./row.ts";
import { dayMs, type Move, movesOf, type Plan, plansOfDay } from "./timeline.ts";

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
};

export type Moment = {
  readonly sessions: readonly Session[];
  readonly count: number;
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
        nextDay: firstDay,
      },
    ]),
  );

  return {
    at(appId, nowMs) {
      const index = indexes.get(appId);
      if (!index) return undefined;
      const { app, meetings, sessions, byId } = index;
      for (const today = Math.floor(nowMs / dayMs); index.nextDay <= today; index.nextDay += 1) {
        for (const plan of plansOfDay(seed, app, meetings, index.nextDay)) {
          const session = createSession(plan);
          sessions.push(session);
          byId.set(plan.id, session);
        }
      }
      const count = countUntil(sessions, nowMs);
      const parts: string[] = [];
      for (let place = count - 1; place >= 0; place -= 1) {
        const session = sessions[place];
        if (!session || session.plan.startMs < nowMs - app.slotMs) break;
        if (session.plan.endMs > nowMs) parts.push(`${place}.${session.viewAt(nowMs).step}`);
      }
      const find = (id: string) => {
        const session = byId.get(id);
        return session && session.plan.createdMs <= nowMs ? session : undefined;
      };
      return { sessions, count, liveCount: parts.length, version: `${count}:${parts.join(",")}`, find };
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
