// What happens in the world that a webhook tells of, as a function of the timeline: nothing is remembered, and any stretch of time can be
// asked for again.
//
// A start is told when the session can be seen, some milliseconds after it. Told are only the changes that the documents list: a recording
// that pauses, and a transcript that is the shared placeholder, tell nobody.
import { type ArtefactKind, artefactOf, type ArtefactState } from "./artefacts.ts";
import { profiles } from "./catalogue.ts";
import { type LivestreamPlan, livestreamsOf } from "./livestream-plan.ts";
import { type Participant, participantsOf } from "./people.ts";
import { type RecordingPlan, recordingsOf, type RecordingState } from "./recording-plan.ts";
import type { Plan } from "./timeline.ts";
import type { Moment } from "./world.ts";

/** The nine events, in the order of the documents. */
export const eventNames = [
  "meeting.started",
  "meeting.ended",
  "meeting.participantJoined",
  "meeting.participantLeft",
  "meeting.chatSynced",
  "recording.statusUpdate",
  "livestreaming.statusUpdate",
  "meeting.transcript",
  "meeting.summary",
] as const;

export type EventName = (typeof eventNames)[number];

/** What an event of each name is about. */
type Parts = {
  "meeting.started": object;
  "meeting.ended": { readonly reason: "HOST_ENDED_MEETING" | "ALL_PARTICIPANTS_LEFT" };
  "meeting.participantJoined": { readonly participant: Participant };
  "meeting.participantLeft": { readonly participant: Participant };
  "meeting.chatSynced": ReadyFile;
  "meeting.transcript": ReadyFile;
  "meeting.summary": ReadyFile;
  "recording.statusUpdate": { readonly recording: RecordingPlan; readonly state: RecordingState };
  "livestreaming.statusUpdate": { readonly stream: LivestreamPlan; readonly status: "IDLE" | "LIVE" | "OFFLINE" };
};
type ReadyFile = { readonly kind: ArtefactKind; readonly state: ArtefactState };

/** One thing that happens in a session, at `atMs` (epoch milliseconds). */
export type Happening = {
  readonly [Name in EventName]: { readonly event: Name; readonly atMs: number; readonly plan: Plan } & Parts[Name];
}[EventName];

const artefactEvents = {
  chat: "meeting.chatSynced",
  transcript: "meeting.transcript",
  summary: "meeting.summary",
} as const satisfies Record<ArtefactKind, EventName>;

/** No session's last event comes later than this after its start: the longest session, and what its files take. */
const lookBackMs = Math.max(...profiles.map(({ slotMs }) => slotMs)) + 3_600_000;

/** What happens in the sessions of an app after `fromMs` and up to `toMs`, which `moment` must be of; in order. Of steered ones, only files. */
export function happeningsBetween(moment: Moment, fromMs: number, toMs: number): readonly Happening[] {
  const plans: Plan[] = moment.steered.map(({ plan }) => plan);
  for (let place = moment.count - 1; place >= 0; place -= 1) {
    const plan = moment.sessions[place]?.plan;
    if (!plan || plan.startMs < fromMs - lookBackMs) break;
    if (!plan.stays) plans.push(plan);
  }
  return plans
    .flatMap(happeningsOf)
    .filter(({ atMs }) => atMs > fromMs && atMs <= toMs)
    .sort(byTime);
}

/** In order of time; what happens at once, in the order of a session's life. */
export function byTime(left: Happening, right: Happening): number {
  return left.atMs - right.atMs || rankOf(left) - rankOf(right);
}

const rankOf = ({ event }: Happening) => (event === "meeting.started" ? 0 : event === "meeting.ended" ? 2 : 1);

const known = new WeakMap<Plan, readonly Happening[]>();

/** All that ever happens in a session. Of a steered one only its files: what it is steered to is told when that is done. */
function happeningsOf(plan: Plan): readonly Happening[] {
  const remembered = known.get(plan);
  if (remembered) return remembered;
  const all = plan.stays
    ? filesOf(plan)
    : [...meetingOf(plan), ...recordedOf(plan), ...streamedOf(plan), ...filesOf(plan)];
  known.set(plan, all);
  return all;
}

function meetingOf(plan: Plan): readonly Happening[] {
  return [
    { event: "meeting.started", atMs: plan.createdMs, plan },
    ...participantsOf(plan).flatMap((participant): Happening[] => [
      { event: "meeting.participantJoined", atMs: Math.max(plan.createdMs, participant.joinMs), plan, participant },
      { event: "meeting.participantLeft", atMs: participant.leaveMs, plan, participant },
    ]),
    { event: "meeting.ended", atMs: plan.endMs, plan, reason: "ALL_PARTICIPANTS_LEFT" },
  ];
}

function recordedOf(plan: Plan): readonly Happening[] {
  return recordingsOf(plan).flatMap((recording) => {
    const told = (atMs: number, state: RecordingState): Happening => ({
      event: "recording.statusUpdate",
      atMs,
      plan,
      recording,
      state,
    });
    return [
      told(recording.invokedMs, "INVOKED"),
      told(recording.startedMs, "RECORDING"),
      told(recording.stoppedMs, "UPLOADING"),
      told(recording.settledMs, recording.fails ? "ERRORED" : "UPLOADED"),
    ];
  });
}

function streamedOf(plan: Plan): readonly Happening[] {
  return livestreamsOf(plan).flatMap((stream): Happening[] => [
    { event: "livestreaming.statusUpdate", atMs: stream.invokedMs, plan, stream, status: "IDLE" },
    { event: "livestreaming.statusUpdate", atMs: stream.startedMs, plan, stream, status: "LIVE" },
    { event: "livestreaming.statusUpdate", atMs: stream.stoppedMs, plan, stream, status: "OFFLINE" },
  ]);
}

function filesOf(plan: Plan): readonly Happening[] {
  return (["chat", "transcript", "summary"] as const).flatMap((kind): Happening[] => {
    const { state, readyMs } = artefactOf(plan, kind);
    if (state === "absent" || state === "placeholder") return [];
    return [{ event: artefactEvents[kind], atMs: readyMs, plan, kind, state }];
  });
}
