// Where files lie on their origin, and what a path says is there: the one place that both links and the origin go by.
import type { ArtefactKind, ArtefactState } from "./artefacts.ts";
import type { RecordingPlan } from "./recording-plan.ts";
import type { Plan } from "./timeline.ts";

const buckets: Readonly<Record<ArtefactKind, string>> = {
  chat: "rtk-prod-chat",
  transcript: "rtk-prod-transcription",
  summary: "rtk-prod-summary",
};

/** The path of a session's artefact. A placeholder lies outside the folders of sessions: the same for all of them, and always a CSV. */
export function artefactPath(plan: Plan, kind: ArtefactKind, state: ArtefactState, extension: string): string {
  const bucket = `/${buckets[kind]}/store`;
  if (state === "placeholder") return `${bucket}/default/${kind}.csv`;
  return `${bucket}/${plan.appId}/${plan.id}/${state === "empty" ? "empty/" : ""}${kind}.${extension}`;
}

/** The path of a file of a recording: `composite.mp4`, `audio.mp3`, a track. */
export function recordingPath({ session, id }: RecordingPlan, file: string): string {
  return `/rtk-prod-recordings/store/${session.appId}/${session.id}/${id}/${file}`;
}

/** What lies at a path. */
export type FileAt =
  | { readonly what: "empty"; readonly extension: string }
  | {
      readonly what: "artefact";
      readonly kind: ArtefactKind;
      readonly appId: string;
      readonly sessionId: string;
      readonly extension: string;
    }
  | {
      readonly what: "recording";
      readonly appId: string;
      readonly sessionId: string;
      readonly recordingId: string;
      readonly file: string;
    };

const artefact = /^\/rtk-prod-[a-z]+\/store\/([^/]+)\/([^/]+)\/(chat|transcript|summary)\.([a-z0-9]+)$/;
const empty = /^\/rtk-prod-[a-z]+\/store\/(?:default|[^/]+\/[^/]+\/empty)\/[a-z]+\.([a-z0-9]+)$/;
const recording = /^\/rtk-prod-recordings\/store\/([^/]+)\/([^/]+)\/([^/]+)\/([a-z0-9.-]+)$/;

/** What a path says is there, if anything. Whether the session exists is for the caller to see. */
export function fileAt(path: string): FileAt | undefined {
  const [, emptyExtension] = empty.exec(path) ?? [];
  if (emptyExtension !== undefined) return { what: "empty", extension: emptyExtension };
  const [, appId = "", sessionId = "", name, extension = ""] = artefact.exec(path) ?? [];
  if (name === "chat" || name === "transcript" || name === "summary") {
    return { what: "artefact", kind: name, appId, sessionId, extension };
  }
  const [, app = "", session = "", recordingId = "", file] = recording.exec(path) ?? [];
  return file === undefined ? undefined : { what: "recording", appId: app, sessionId: session, recordingId, file };
}
