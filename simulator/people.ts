// Who takes part in a session: the timeline says when somebody comes and goes, this file says who that is. A few dozen people make
// up an app, so that the same ones turn up again. Some have names that a careless page would choke on.
//
// The first eight digits of a participant's id are its session's: that is how a participant's session is found.
import { integer, mix, streamOf, uuid } from "./chance.ts";
import { minutesBetween, type Plan, staysOf } from "./timeline.ts";

/** Somebody who may take part, with an account of their own. */
export type Person = { readonly userId: string; readonly customId: string | null; readonly name: string };

/** A person in a session. `leaveMs` may lie in the future. */
export type Participant = Person & {
  /** Also called the peer's id. */
  readonly id: string;
  readonly preset: string;
  readonly joinMs: number;
  readonly leaveMs: number;
};

/** How the upstream calls what a session is shown as. */
export type ViewKind = "GROUP_CALL" | "WEBINAR" | "AUDIO_ROOM";

const names: readonly string[] = [
  "Ada Lovelace",
  "Grace Hopper",
  "Jean-Luc Ménard",
  "Søren Ångström",
  "李小龍",
  "山田 花子",
  "Олена Шевченко",
  "محمد عبد الله",
  "דוד כהן",
  "Ngô Bảo Châu",
  "O'Brien, Máire",
  "Zoë",
  '<img src=x onerror="alert(1)">',
  "\u202Egnp.exe\u202C",
  "👩‍🚀 Sally 🚀",
  "=1+1",
  '"quoted", with a comma',
  "  spaces around  ",
  "Alan Turing",
  "Katherine Johnson",
  "Chien-Shiung Wu",
  "Emmy Noether",
  "Rosalind Franklin",
  "Niels Bohr",
  "Mary Somerville",
  "Subrahmanyan Chandrasekhar",
  "Tu Youyou",
  "Hypatia",
  "Maryam Mirzakhani",
  "Srinivasa Ramanujan",
  "Barbara Liskov",
  "Edsger Dijkstra",
];

/** More people than any session holds. A power of two, so that odd steps visit everybody once. */
const peopleCount = 64;

function personOf(appId: string, place: number): Person {
  const next = streamOf(place, "person", appId);
  const name = names[place % names.length] ?? "";
  const custom = next();
  return {
    userId: uuid(next),
    customId: custom < 0.05 ? null : custom < 0.1 ? `-2+3@${place}` : `user-${place}`,
    name: place < names.length ? name : `${name} (2)`,
  };
}

/** What a session is shown as. */
export function viewKindOf({ meeting }: Plan): ViewKind {
  return meeting.type === "meeting" ? "GROUP_CALL" : meeting.type === "livestream" ? "WEBINAR" : "AUDIO_ROOM";
}

const presets: Readonly<Record<ViewKind, readonly [first: string, others: string]>> = {
  GROUP_CALL: ["group_call_host", "group_call_participant"],
  WEBINAR: ["webinar_presenter", "webinar_viewer"],
  AUDIO_ROOM: ["audio_room_host", "audio_room_participant"],
};

const known = new WeakMap<Plan, readonly Participant[]>();

/** Everybody who ever joins a session, whoever opened it first. */
export function participantsOf(plan: Plan): readonly Participant[] {
  const remembered = known.get(plan);
  if (remembered) return remembered;
  const next = streamOf(plan.seed, "people");
  const first = integer(next, 0, peopleCount - 1);
  const step = integer(next, 0, peopleCount / 2 - 1) * 2 + 1;
  const [host, guest] = presets[viewKindOf(plan)];
  const participants = staysOf(plan).map(({ joinMs, leaveMs }, place) => ({
    ...personOf(plan.appId, (first + place * step) % peopleCount),
    id: plan.id.slice(0, 8) + uuid(next).slice(8),
    preset: place === 0 ? host : guest,
    joinMs,
    leaveMs,
  }));
  known.set(plan, participants);
  return participants;
}

/** Whether an id may be a participant's of this session. */
export const mayBeOf = (plan: Plan, participantId: string): boolean => participantId.startsWith(plan.id.slice(0, 8));

const iso = (ms: number) => new Date(ms).toISOString();

/** How a participant's row is to be made. `extraMinutes` is added to the time in the session. */
export type ParticipantView = { readonly withEvents: boolean; readonly extraMinutes?: number };

/** A participant who has joined by `nowMs`, as the upstream shows one. Minutes are counted when somebody leaves, 0 before. */
export function participantRow(
  plan: Plan,
  participant: Participant,
  nowMs: number,
  { withEvents, extraMinutes = 0 }: ParticipantView,
): Record<string, unknown> {
  const { id, joinMs, leaveMs } = participant;
  const hasLeft = leaveMs <= nowMs;
  const next = streamOf(mix(plan.seed, id), "row");
  const createdMs = joinMs + integer(next, 7, 14);
  const duration = (hasLeft ? minutesBetween(joinMs, leaveMs) : 0) + extraMinutes;
  return {
    id,
    user_id: participant.userId,
    custom_participant_id: participant.customId,
    display_name: participant.name,
    preset_name: participant.preset,
    joined_at: iso(joinMs),
    left_at: hasLeft ? iso(leaveMs) : null,
    duration: Math.round(duration * 10_000) / 10_000,
    created_at: iso(createdMs),
    updated_at: iso(hasLeft ? leaveMs + integer(next, 6, 35) : createdMs),
    ...(withEvents && { peer_events: peerEvents(plan, participant, nowMs) }),
  };
}

function peerEvents(plan: Plan, { id, joinMs, leaveMs }: Participant, nowMs: number): readonly object[] {
  const next = streamOf(mix(plan.seed, id), "events");
  const event = (name: string, atMs: number, minutes: number) => ({
    id: uuid(next),
    peer_id: id,
    participant_id: id,
    session_id: plan.id,
    socket_session_id: null,
    event_name: name,
    minutes_consumed: minutes,
    preset_view_type: viewKindOf(plan),
    created_at: iso(atMs),
    updated_at: iso(atMs),
  });
  return [
    event("PEER_CREATED", joinMs, 0),
    event("PEER_JOINING", joinMs + 5, 0),
    ...(leaveMs <= nowMs ? [event("PEER_LEAVING", leaveMs, minutesBetween(joinMs, leaveMs))] : []),
  ];
}
