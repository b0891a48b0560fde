// The fields of a session that no schema lists and that clients of the live service decode all the same. They follow from the
// session's participants, recordings and livestreams, so that they add up with what the other routes say.
import { artefactOf } from "./artefacts.ts";
import { livestreamsOf, streamedSeconds } from "./livestream-plan.ts";
import { participantsOf, viewKindOf } from "./people.ts";
import { recordedMinutes, recordingsOf, recordingStateAt } from "./recording-plan.ts";
import type { SessionRow } from "./row.ts";
import type { Plan } from "./timeline.ts";

const rounded = (minutes: number) => Math.round(minutes * 10_000) / 10_000;
const sum = (numbers: readonly number[]) => rounded(numbers.reduce((total, number) => total + number, 0));

/** The row with the undocumented fields of its session at `nowMs`; its breakout rooms get theirs. */
export function withObservedFields(row: SessionRow, plan: Plan, nowMs: number): SessionRow {
  const rooms = row.breakout_rooms?.map((room) => ({
    ...room,
    ...minutesByKind(plan, room.minutes_consumed),
    total_participants: room.max_concurrent_participants,
    recording_status: "NOT_RECORDED",
    livestream_status: "NOT_LIVESTREAMED",
    parent_session_id: plan.id,
  }));
  const streams = livestreamsOf(plan).filter(({ invokedMs }) => invokedMs <= nowMs);
  const recordings = recordingsOf(plan);
  const transcript = artefactOf(plan, "transcript");
  const hasTranscript = transcript.state === "ready" && transcript.readyMs <= nowMs;
  return {
    ...row,
    ...(rooms && { breakout_rooms: rooms }),
    ...minutesByKind(plan, row.minutes_consumed),
    total_participants: participantsOf(plan).filter(({ joinMs }) => joinMs <= nowMs).length,
    recording_status: recordings.flatMap((one) => recordingStateAt(one, nowMs) ?? []).at(-1) ?? "NOT_RECORDED",
    livestream_status: livestreamStatus(streams, nowMs),
    parent_session_id: null,
    livestream_minutes_consumed: sum(streams.map((stream) => streamedSeconds(stream, nowMs).viewer / 60)),
    recording_minutes_consumed: sum(recordings.map((one) => recordedMinutes(one, nowMs))),
    transcription_minutes_consumed: hasTranscript ? row.minutes_consumed : 0,
    settings: { live_stream_on_start: streams.length > 0 },
  };
}

function minutesByKind(plan: Plan, minutes: number) {
  const kind = viewKindOf(plan);
  return {
    group_call_minutes_consumed: kind === "GROUP_CALL" ? minutes : 0,
    webinar_minutes_consumed: kind === "WEBINAR" ? minutes : 0,
    audio_room_minutes_consumed: kind === "AUDIO_ROOM" ? minutes : 0,
    livestream_minutes_consumed: 0,
    chat_minutes_consumed: 0,
    recording_minutes_consumed: 0,
    transcription_minutes_consumed: 0,
  };
}

function livestreamStatus(streams: readonly { stoppedMs: number }[], nowMs: number): string {
  if (streams.length === 0) return "NOT_LIVESTREAMED";
  return streams.some(({ stoppedMs }) => stoppedMs > nowMs) ? "LIVESTREAMING" : "LIVESTREAMED";
}
