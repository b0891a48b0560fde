// `GET /recordings`: the recordings of an app, the last asked for first. Rows hold secrets: the settings of the customer's own storage, and
// of the meeting an address to stream to.
import { canaries } from "./canaries.ts";
import { expiryMember } from "./artefact-answer.ts";
import { recordingPath } from "./file-paths.ts";
import { linkLifeMs, signedLink } from "./links.ts";
import { participantsOf } from "./people.ts";
import { createQueryReader } from "./query-reader.ts";
import { badRequest, cut, type Generator, pageOf, type Question, rowsAnswer } from "./question.ts";
import { recordedMinutes, type RecordingPlan, recordingsOf, recordingStateAt } from "./recording-plan.ts";
import { recordingBytes } from "./recording-size.ts";

const states = ["INVOKED", "RECORDING", "UPLOADING", "UPLOADED", "ERRORED", "PAUSED"] as const;
const iso = (ms: number) => new Date(ms).toISOString();

export const recordings: Generator = (question) => {
  const { moment, nowMs, faults } = question;
  const reader = createQueryReader(question.query);
  const { page, perPage } = pageOf(reader);
  const meetingId = reader.text("meeting_id");
  const search = (reader.text("search") ?? "").toLowerCase();
  const startMs = reader.instant("start_time", -Infinity);
  const endMs = reader.instant("end_time", Infinity);
  const sign = reader.choice("sort_order", ["ASC", "DESC"]) === "ASC" ? 1 : -1;
  reader.choice("sort_by", ["invokedTime"]);
  // Whether the service reads a list with commas or the parameter several times is not known: both are read here.
  const wanted = question.query.getAll("status").flatMap((text) => (text === "" ? [] : text.split(",")));
  const stranger = wanted.find((word) => !states.some((state) => state === word));
  if (stranger !== undefined) reader.refuse(`"status" must be one of [${states.join(", ")}]`);
  const problem = reader.problem();
  if (problem !== undefined) return badRequest(problem);

  const matching = moment.sessions
    .slice(0, moment.count)
    .filter(({ plan }) => meetingId === undefined || plan.meeting.id === meetingId)
    .flatMap(({ plan }) => recordingsOf(plan))
    .filter((recording) => {
      const state = recordingStateAt(recording, nowMs);
      if (state === undefined || (wanted.length > 0 && !wanted.includes(state))) return false;
      if (recording.invokedMs < startMs || recording.invokedMs > endMs) return false;
      const { title } = recording.session.meeting;
      return [recording.id, title, fileName(recording)].some((text) => text.toLowerCase().includes(search));
    })
    .sort((left, right) => (left.invokedMs - right.invokedMs || (left.id < right.id ? -1 : 1)) * sign);
  const { rows, paging } = cut(matching, { page, perPage, faults });
  return rowsAnswer(
    question,
    rows.map((recording) => recordingRow(recording, question)),
    { paging },
  );
};

const fileName = ({ session, id, form }: RecordingPlan) =>
  `${session.meeting.id}_${id}.${form === "track" ? "zip" : "mp4"}`;

function recordingRow(recording: RecordingPlan, question: Question): Record<string, unknown> {
  const { id, session, form, invokedMs, startedMs, stoppedMs } = recording;
  const { nowMs } = question;
  const state = recordingStateAt(recording, nowMs);
  const isThere = state === "UPLOADED";
  const hasStopped = stoppedMs <= nowMs;
  const expiresMs = stoppedMs + linkLifeMs;
  const isLinked = isThere && form !== "custom";
  const link = (file: string) =>
    signedLink(question.seed, question.filesBaseUrl, recordingPath(recording, file), {
      issuedMs: recording.settledMs,
      expiresMs,
    });
  return {
    id,
    status: state,
    session_id: session.id,
    type: form === "track" ? "" : "COMPOSITE",
    output_file_name: fileName(recording),
    file_size: isThere ? (form === "track" ? 0 : recordingBytes(recording)) : null,
    invoked_time: iso(invokedMs),
    started_time: startedMs <= nowMs ? iso(startedMs) : null,
    stopped_time: hasStopped ? iso(stoppedMs) : null,
    download_url: isLinked ? (form === "track" ? trackLinks(recording, link) : link("composite.mp4")) : null,
    audio_download_url: isLinked && form === "composite" ? link("audio.mp3") : null,
    ...(isLinked ? expiryMember("download_url_expiry", expiresMs, question) : { download_url_expiry: null }),
    ...(hasStopped && { recording_duration: Math.round(recordedMinutes(recording, nowMs) * 60) }),
    meeting: {
      id: session.meeting.id,
      title: session.meeting.title,
      recording_config: {
        live_streaming_config: { rtmp_url: `rtmps://live.invalid/app/${canaries.rtmpUrl}_${session.meeting.id}` },
      },
    },
    storage_config: form === "custom" ? storageConfig(recording) : null,
    start_reason: { caller: callerOf(recording, "starter"), reason: recording.startReason },
    stop_reason: hasStopped ? { caller: callerOf(recording, "stopper"), reason: recording.stopReason } : null,
  };
}

/** A track recording's links: each participant's sound apart, of those who were in when it stopped or before. */
function trackLinks(recording: RecordingPlan, link: (file: string) => string): readonly object[] {
  const heard = participantsOf(recording.session).filter(({ joinMs }) => joinMs < recording.stoppedMs);
  return heard.slice(0, 4).map((participant, place) => ({
    layer_name: place === 0 ? "default" : `layer_${place}`,
    download_urls: { [participant.id]: { download_url: link(`track-${participant.id}.webm`) } },
  }));
}

function storageConfig({ id }: RecordingPlan): object {
  const canary = (name: string) => `${canaries.storageConfig}_${name}_${id}`;
  return {
    type: "aws",
    bucket: canary("bucket"),
    host: canary("host"),
    username: canary("username"),
    access_key: canary("access_key"),
    secret: canary("secret"),
    private_key: canary("private_key"),
    path: canary("path"),
    region: "us-east-1",
    auth_method: "KEY",
    port: 443,
  };
}

function callerOf({ session, startReason }: RecordingPlan, role: string): object {
  const isOwner = startReason === "RECORD_ON_START";
  return {
    name: `${canaries.caller}_${role}_${session.id}`,
    type: isOwner ? "ORGANIZATION" : "USER",
    user_Id: `${canaries.caller}_${role}_id_${session.id}`,
  };
}
