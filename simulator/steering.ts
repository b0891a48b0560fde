// Sessions that the control API starts, fills, empties and ends at once, beside those of the timeline: so that a test or a person can
// make a change happen now and see when it arrives.
//
// Every change makes a new plan with the whole life so far in it, so that rows, participants and lists can still be read off for any
// moment. Such a session has no recordings and no livestreams; chat, transcript and summary follow its end as they follow any other.
import { type Meeting, meetingsOf, profiles } from "./catalogue.ts";
import { mix, streamOf, uuid } from "./chance.ts";
import { CheckError } from "./checks.ts";
import { type Participant, participantsOf } from "./people.ts";
import type { Plan, Stay } from "./timeline.ts";
import type { Happening } from "./webhook-events.ts";
import type { World } from "./world.ts";

/** What a session is started with. `app`: alias or id. `meeting`: its id; a new one unless given. `participants`: who are in at once. */
export type SessionStart = {
  readonly app: string;
  readonly meeting?: string | undefined;
  readonly title?: string | undefined;
  readonly participants?: number | undefined;
};

/** A steered session. `participants`: the ids of those who are in. */
export type SteeredSession = {
  readonly app_id: string;
  readonly session_id: string;
  readonly meeting_id: string;
  readonly status: "LIVE" | "ENDED";
  readonly participants: readonly string[];
};

/** All of it throws `CheckError` where it can't be done, and changes nothing then. */
export type Steering = {
  start(start: SessionStart): SteeredSession;
  /** Lets `count` people in; one unless given. */
  join(sessionId: string, count?: number): SteeredSession;
  /** Lets somebody leave: whoever came last unless named. */
  leave(sessionId: string, participantId?: string): SteeredSession;
  /** Everybody leaves, and the session has ended. */
  end(sessionId: string): SteeredSession;
  sessions(): readonly SteeredSession[];
  /** What has happened since this was asked last, in order. */
  take(): readonly Happening[];
};

/** Sessions, and people in one of them, at most. */
const sessionsMax = 1_000;
const peopleMax = 2_000;

type Deps = { readonly seed: number; readonly world: World; now(): number };

export function createSteering({ seed, world, now }: Deps): Steering {
  const plans = new Map<string, Plan>();
  let happened: Happening[] = [];

  const planOf = (sessionId: string): Plan => {
    const plan = plans.get(sessionId);
    if (!plan) throw new CheckError("session", "was not started by this control");
    if (plan.endMs !== Infinity) throw new CheckError("session", "has ended");
    return plan;
  };
  /** Takes a plan over, and what made it. */
  const commit = (plan: Plan, news: readonly Happening[]): SteeredSession => {
    plans.set(plan.id, plan);
    world.put(plan);
    happened.push(...news);
    return shown(plan);
  };
  const enter = (plan: Plan, count: number): SteeredSession => {
    const before = plan.stays ?? [];
    if (before.length + count > peopleMax) throw new CheckError("participants", `must be ${peopleMax} at most`);
    const atMs = now();
    const stay: Stay = { joinMs: atMs, leaveMs: Infinity };
    const filled = { ...plan, stays: [...before, ...Array.from({ length: count }, () => stay)] };
    const started: readonly Happening[] = plans.has(plan.id) ? [] : [{ event: "meeting.started", atMs, plan: filled }];
    const joined = participantsOf(filled)
      .slice(before.length)
      .map((participant): Happening => ({ event: "meeting.participantJoined", atMs, plan: filled, participant }));
    return commit(filled, [...started, ...joined]);
  };

  return {
    start({ app: name, meeting: id, title, participants = 1 }) {
      if (plans.size >= sessionsMax) throw new CheckError("sessions", `must be ${sessionsMax} at most; reset first`);
      const app = profiles.find((one) => one.alias === name || one.id === name);
      if (!app) throw new CheckError("app", `must be one of ${profiles.map(({ alias }) => alias).join(", ")}`);
      const createdMs = now();
      const moment = world.at(app.id, createdMs);
      const isBusy = moment?.sessions
        .slice(0, moment.count)
        .some(({ plan }) => plan.meeting.id === id && plan.endMs > createdMs);
      if (isBusy === true) throw new CheckError("meeting", "has a LIVE session already");
      const next = streamOf(seed, "steered", plans.size);
      const lanes = Array.from({ length: app.lanes }, (_, lane) => meetingsOf(seed, app, lane));
      const known = lanes.flat().find((meeting) => meeting.id === id);
      const ownId = uuid(next);
      const meeting: Meeting = known ?? { id: id ?? ownId, title: title ?? id ?? "Steered", type: "meeting" };
      const plan: Plan = {
        id: uuid(next),
        meeting,
        startMs: createdMs - 10,
        createdMs,
        endMs: Infinity,
        seed: mix(seed, "steered", plans.size),
        peersMax: peopleMax,
        appId: app.id,
        stays: [],
      };
      return enter(plan, participants);
    },
    join: (sessionId, count = 1) => enter(planOf(sessionId), count),
    leave(sessionId, participantId) {
      const plan = planOf(sessionId);
      const inside = insideOf(plan);
      const gone = participantId === undefined ? inside.at(-1) : inside.find(({ id }) => id === participantId);
      if (!gone) throw new CheckError("participant", "is not in this session");
      return depart(plan, [gone], {});
    },
    end(sessionId) {
      const plan = planOf(sessionId);
      return depart(plan, insideOf(plan), { endMs: now() });
    },
    sessions: () => [...plans.values()].map(shown),
    take() {
      const news = happened;
      happened = [];
      return news;
    },
  };

  function depart(
    plan: Plan,
    leavers: readonly Participant[],
    { endMs = Infinity }: { endMs?: number },
  ): SteeredSession {
    const atMs = now();
    const ids = new Set(leavers.map(({ id }) => id));
    const everybody = participantsOf(plan);
    const stays = everybody.map(({ id, joinMs, leaveMs }) => ({ joinMs, leaveMs: ids.has(id) ? atMs : leaveMs }));
    const left = { ...plan, stays, endMs };
    const news = participantsOf(left)
      .filter(({ id }) => ids.has(id))
      .map((participant): Happening => ({ event: "meeting.participantLeft", atMs, plan: left, participant }));
    const ended: readonly Happening[] =
      endMs === Infinity ? [] : [{ event: "meeting.ended", atMs, plan: left, reason: "HOST_ENDED_MEETING" }];
    return commit(left, [...news, ...ended]);
  }
}

const insideOf = (plan: Plan) => participantsOf(plan).filter(({ leaveMs }) => leaveMs === Infinity);

const shown = (plan: Plan): SteeredSession => ({
  app_id: plan.appId,
  session_id: plan.id,
  meeting_id: plan.meeting.id,
  status: plan.endMs === Infinity ? "LIVE" : "ENDED",
  participants: insideOf(plan).map(({ id }) => id),
});
