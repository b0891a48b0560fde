// What a session left behind: recordings, transcript, summary, chat, and how far each is. Pure.
import { instantOf } from "../elements/rows.ts";

/** As the service says it; `absent` for a recording that failed too. */
export type FileState = "ready" | "pending" | "empty" | "absent";

export const stateTexts: Readonly<Record<FileState, { word: string; meaning: string }>> = {
  ready: { word: "Ready", meaning: "It is there." },
  pending: { word: "Pending", meaning: "It is made while the session runs, or in the hour after." },
  empty: { word: "Empty", meaning: "There is a file, with nothing in it." },
  absent: { word: "Absent", meaning: "There is none." },
};

export type FileKind = "transcript" | "summary" | "chat";

/** `link`: the field of its answer in which the link is. */
export const fileKinds: readonly { kind: FileKind; label: string; about: string; link: string }[] = [
  { kind: "transcript", label: "Transcript", about: "What was said", link: "transcript_download_url" },
  { kind: "summary", label: "Summary", about: "The transcript in short", link: "summaryDownloadUrl" },
  { kind: "chat", label: "Chat", about: "What was written", link: "chat_download_url" },
];

/** Holds for every answer about a file. */
const partsOf = (page: object) => (page as { data: Readonly<Record<string, unknown>> }).data;

export function stateIn(page: object): FileState | undefined {
  const { state } = partsOf(page);
  return state === "ready" || state === "pending" || state === "empty" || state === "absent" ? state : undefined;
}

export const linkIn = (page: object, link: string): string | undefined => webLink(partsOf(page)[link]);

/** Nothing else is ever opened: no script, no data. */
function webLink(value: unknown): string | undefined {
  return typeof value === "string" && /^https?:\/\//.test(value) ? value : undefined;
}

export type Recording = {
  id: string | undefined;
  state: FileState;
  name: string | undefined;
  seconds: number | undefined;
  bytes: number | undefined;
  startedAt: number | undefined;
};

type RecordingRow = Partial<{
  id: string;
  session_id: string | null;
  status: string;
  output_file_name: string | null;
  file_size: number | null;
  recording_duration: number | null;
  started_time: string | null;
  invoked_time: string | null;
  download_url: string | null;
}>;

/** Holds for every page of recordings. */
const rowsIn = (page: object) => (page as { data: readonly RecordingRow[] }).data;

export const recordingsIn = (page: object, sessionId: string): Recording[] =>
  rowsIn(page)
    .filter(({ session_id: session }) => session === sessionId)
    .map((row) => ({
      id: row.id,
      state: recordingState(row),
      name: row.output_file_name ?? undefined,
      seconds: row.recording_duration ?? undefined,
      bytes: row.file_size ?? undefined,
      startedAt: instantOf(row.started_time ?? row.invoked_time),
    }));

export const recordingLink = (page: object, id: string | undefined): string | undefined =>
  webLink(rowsIn(page).find((row) => row.id === id)?.download_url);

function recordingState({ status, file_size: bytes, download_url: link }: RecordingRow): FileState {
  if (status === "ERRORED") return "absent";
  if (status !== undefined && status !== "UPLOADED") return "pending";
  if (bytes === 0) return "empty";
  // Undefined: whether there is a link is not shown to this caller.
  return link === null ? "absent" : "ready";
}
