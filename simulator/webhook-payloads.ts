// The body of each event, as the documents show it. Ids are true; whatever a careful reader must not keep is a canary or holds one: names,
// titles, links, stream keys.
//
// Traps of the real service are kept: `meeting.status` is LIVE whatever happened, `meeting.chatSynced` is flat, a livestream names no
// session, sizes are texts, and the `meetingId` of a recording is not that of its meeting.
import { artefactPath, recordingPath } from "./file-paths.ts";
import { canaries } from "./canaries.ts";
import { streamOf, uuid } from "./chance.ts";
import { linkLifeMs, signedLink } from "./links.ts";
import type { Participant } from "./people.ts";
import { recordedMinutes, type RecordingPlan, type RecordingState } from "./recording-plan.ts";
import { recordingBytes } from "./recording-size.ts";
import type { Happening } from "./webhook-events.ts";

/** What links need, and whose event it is said to be. */
export type PayloadOptions = {
  readonly seed: number;
  /** Where links lead; no slash at the end. */
  readonly filesBaseUrl: string;
  /** The app the event names as its own; the session's unless given. */
  readonly organizationId?: string | undefined;
};

const iso = (ms: number) => new Date(ms).toISOString();
const extensions = { chat: "csv", transcript: "csv", summary: "txt" } as const;

/** The payload of an event, to be written as JSON. */
export function payloadOf(happening: Happening, options: PayloadOptions): Readonly<Record<string, unknown>> {
  const { event, plan } = happening;
  const organizedBy = { id: options.organizationId ?? plan.appId, name: text("organization") };
  const times = { createdAt: iso(plan.createdMs), startedAt: iso(plan.startMs) };
  const meeting = (end: { readonly endedAt?: string | null }) => ({
    id: plan.meeting.id,
    sessionId: plan.id,
    title: text("title"),
    roomName: plan.meeting.id,
    status: "LIVE",
    ...times,
    ...end,
    organizedBy,
  });
  const ended = () => ({ endedAt: iso(plan.endMs) });
  switch (happening.event) {
    case "meeting.started":
      return { event, meeting: meeting({}) };
    case "meeting.ended":
      return { event, meeting: meeting(ended()), reason: happening.reason };
    case "meeting.participantJoined":
      return { event, meeting: meeting({}), participant: participantOf(happening.participant) };
    case "meeting.participantLeft": {
      const { participant } = happening;
      const left = { ...participantOf(participant), leftAt: iso(participant.leaveMs) };
      return { event, meeting: meeting({ endedAt: null }), participant: left };
    }
    case "meeting.chatSynced": {
      const named = { sessionId: plan.id, meetingId: plan.meeting.id, title: text("title") };
      return { event, ...named, ...linkOf(happening, options), ...times, ...ended(), organizedBy };
    }
    case "meeting.transcript":
    case "meeting.summary":
      return { event, meeting: meeting(ended()), ...linkOf(happening, options) };
    case "recording.statusUpdate": {
      const end = plan.endMs <= happening.atMs ? ended() : {};
      const recording = recordingOf(happening, { ...options, organizationId: organizedBy.id });
      return { event, recording, meeting: meeting(end) };
    }
    case "livestreaming.statusUpdate": {
      const { sessionId: _left, startedAt: _absent, ...named } = meeting({});
      return { event, ...streamOfHappening(happening), meeting: named };
    }
  }
}

const text = (name: string) => `${canaries.eventText}_${name}`;

/** A link with a canary of its own, so that it is told apart from the link that the API answers with. */
const marked = (url: string) => `${url}&X-Amz-Security-Token=${canaries.eventLink}`;

function participantOf({ id, customId, joinMs }: Participant): Readonly<Record<string, unknown>> {
  const own = customId === null ? null : `${canaries.eventText}_${customId}`;
  return {
    peerId: id,
    userDisplayName: `${canaries.eventName}_${id}`,
    customParticipantId: own,
    clientSpecificId: own,
    joinedAt: iso(joinMs),
  };
}

function linkOf(
  { plan, kind, state, atMs }: Extract<Happening, { readonly kind: unknown }>,
  { seed, filesBaseUrl }: PayloadOptions,
): Readonly<Record<string, unknown>> {
  const expiresMs = plan.endMs + linkLifeMs;
  const path = artefactPath(plan, kind, state, extensions[kind]);
  return {
    [`${kind}DownloadUrl`]: marked(signedLink(seed, filesBaseUrl, path, { issuedMs: atMs, expiresMs })),
    [`${kind}DownloadUrlExpiry`]: iso(expiresMs),
  };
}

function recordingOf(
  {
    recording,
    state,
    atMs,
  }: { readonly recording: RecordingPlan; readonly state: RecordingState; readonly atMs: number },
  { seed, filesBaseUrl, organizationId }: PayloadOptions,
): Readonly<Record<string, unknown>> {
  const { id, session, form, startedMs, stoppedMs, settledMs } = recording;
  const expiresMs = stoppedMs + linkLifeMs;
  const link = (file: string) =>
    marked(signedLink(seed, filesBaseUrl, recordingPath(recording, file), { issuedMs: settledMs, expiresMs }));
  return {
    id,
    recordingId: id,
    status: state,
    ...(startedMs <= atMs && { startedTime: iso(startedMs) }),
    ...(stoppedMs <= atMs && {
      stoppedTime: iso(stoppedMs),
      recordingDuration: Math.round(recordedMinutes(recording, atMs) * 60),
    }),
    ...(state === "UPLOADED" && { fileSize: form === "track" ? "0" : String(recordingBytes(recording)) }),
    ...(state === "UPLOADED" &&
      form === "composite" && {
        downloadUrl: link("composite.mp4"),
        audioDownloadUrl: link("audio.mp3"),
        downloadUrlExpiry: iso(expiresMs),
      }),
    ...(state === "ERRORED" && { stopReason: `{reason:${recording.stopReason},caller:${text("caller")}}` }),
    outputFileName: text(`${id}.mp4`),
    meetingId: uuid(streamOf(session.seed, "recording's meeting")),
    organizationId,
    roomUUID: session.id,
  };
}

function streamOfHappening({
  stream,
  status,
}: Extract<Happening, { readonly stream: unknown }>): Readonly<Record<string, unknown>> {
  const { livestreamId } = stream;
  return {
    streamId: livestreamId,
    status,
    manualIngest: false,
    playbackUrl: `https://playback.simulator.invalid/${livestreamId}/video.m3u8?token=${canaries.eventLink}`,
    ingestServer: `rtmps://${canaries.ingestServer}_${livestreamId}.invalid/live`,
    streamKey: `${canaries.streamKey}_${livestreamId}`,
  };
}
