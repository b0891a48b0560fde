// How large the file of a recording is: a function of how long it was recorded, so that the row and the file agree.
import { recordedMinutes, type RecordingPlan } from "./recording-plan.ts";

const bytesPerMinute = 3_750_000;

/** The size of the composite file in bytes. */
export function recordingBytes(recording: RecordingPlan): number {
  return Math.max(1, Math.floor(recordedMinutes(recording, recording.settledMs) * bytesPerMinute));
}
