// When a session is recorded, and what becomes of the recordings. A recording is asked for, starts a little later, may pause, stops
// before the last one leaves, is uploaded for some minutes, and is then there, or failed.
import { integer, pick, streamOf, uuid } from "./chance.ts";
import { minutesBetween, type Plan, staysOf } from "./timeline.ts";

/** A recording's state, in the upstream's words. */
export type RecordingState = "INVOKED" | "RECORDING" | "PAUSED" | "UPLOADING" | "UPLOADED" | "ERRORED";

/** A recording's life. Instants in epoch milliseconds. */
export type RecordingPlan = {
  readonly id: string;
  readonly session: Plan;
  readonly invokedMs: number;
  readonly startedMs: number;
  /** A pause is the stretch between these two; equal when there is none. */
  readonly pausedMs: number;
  readonly resumedMs: number;
  readonly stoppedMs: number;
  /** When it is uploaded, or known to have failed. */
  readonly settledMs: number;
  readonly fails: boolean;
  /** `track`: each participant's sound apart. `custom`: only in the customer's own storage, without links. */
  readonly form: "composite" | "track" | "custom";
  readonly startReason: "API_CALL" | "RECORD_ON_START";
  readonly stopReason: "API_CALL" | "INTERNAL_ERROR" | "ALL_PEERS_LEFT";
};

/** One in so many recordings is a track recording. */
export const trackRecordingEvery = 10;

const known = new WeakMap<Plan, readonly RecordingPlan[]>();

/** All recordings that a session ever has: none, one or two. */
export function recordingsOf(plan: Plan): readonly RecordingPlan[] {
  if (plan.stays) return [];
  const remembered = known.get(plan);
  if (remembered) return remembered;
  const next = streamOf(plan.seed, "recordings");
  const draw = next();
  const count = draw < 0.55 ? 0 : draw < 0.93 ? 1 : 2;
  const untilMs = staysOf(plan)[0]?.leaveMs ?? plan.endMs;
  const shareMs = Math.floor((untilMs - plan.startMs) / Math.max(1, count));
  const recordings = Array.from({ length: count }, (_, place): RecordingPlan => {
    const fromMs = plan.startMs + place * shareMs;
    const invokedMs = fromMs + integer(next, 1_000, Math.floor(shareMs * 0.2));
    const startedMs = invokedMs + integer(next, 2_000, 8_000);
    const isLast = place === count - 1;
    const runsOut = isLast && next() < 0.6;
    const stoppedMs = runsOut ? untilMs : startedMs + integer(next, 1_000, Math.floor(shareMs * 0.7));
    const pausedMs = startedMs + integer(next, 0, Math.floor((stoppedMs - startedMs) / 2));
    const pauseMs = next() < 0.2 ? integer(next, 0, Math.floor((stoppedMs - startedMs) / 4)) : 0;
    const fails = next() < 0.06;
    const form = next() * trackRecordingEvery < 1 ? "track" : next() < 0.12 ? "custom" : "composite";
    return {
      id: uuid(next),
      session: plan,
      invokedMs,
      startedMs,
      pausedMs,
      resumedMs: pausedMs + pauseMs,
      stoppedMs,
      settledMs: stoppedMs + integer(next, 60_000, 480_000),
      fails,
      form,
      startReason: place === 0 ? pick(next, ["API_CALL", "RECORD_ON_START"]) : "API_CALL",
      stopReason: fails ? "INTERNAL_ERROR" : runsOut ? "ALL_PEERS_LEFT" : "API_CALL",
    };
  });
  known.set(plan, recordings);
  return recordings;
}

/** The state at `nowMs`, or undefined before the recording was asked for. */
export function recordingStateAt(recording: RecordingPlan, nowMs: number): RecordingState | undefined {
  if (nowMs < recording.invokedMs) return undefined;
  if (nowMs < recording.startedMs) return "INVOKED";
  if (nowMs < recording.stoppedMs) {
    return nowMs >= recording.pausedMs && nowMs < recording.resumedMs ? "PAUSED" : "RECORDING";
  }
  if (nowMs < recording.settledMs) return "UPLOADING";
  return recording.fails ? "ERRORED" : "UPLOADED";
}

/** Minutes recorded: from start to stop without the pause, 0 before the stop. */
export function recordedMinutes(recording: RecordingPlan, nowMs: number): number {
  if (nowMs < recording.stoppedMs) return 0;
  const pauseMs = recording.resumedMs - recording.pausedMs;
  return minutesBetween(recording.startedMs, recording.stoppedMs - pauseMs);
}
