// What is in the files: chat and transcript in the words of the session's own participants while they were in, a summary of them, and
// filler for recordings. Texts are made whole; recordings are made while they are read.
import type { ArtefactKind } from "./artefacts.ts";
import { integer, mix, pick, type Stream, streamOf, uuid } from "./chance.ts";
import { type Participant, participantsOf } from "./people.ts";
import type { RecordingPlan } from "./recording-plan.ts";
import { recordingBytes } from "./recording-size.ts";
import type { Plan } from "./timeline.ts";

/** A file: its type, its length in bytes, and any stretch of it. `to` is exclusive. */
export type FileContent = {
  readonly type: string;
  readonly size: number;
  bytes(from: number, to: number): Iterable<Uint8Array>;
};

const types: Readonly<Record<string, string>> = {
  csv: "text/csv",
  json: "application/json",
  srt: "application/x-subrip",
  vtt: "text/vtt",
  txt: "text/plain; charset=utf-8",
  mp4: "video/mp4",
  mp3: "audio/mpeg",
  webm: "audio/webm",
};

const typeOf = (extension: string) => types[extension] ?? "application/octet-stream";

/** A file of 0 bytes. */
export const emptyFile = (extension: string): FileContent => ({ type: typeOf(extension), size: 0, bytes: () => [] });

/** A session's artefact in the form of its extension, or undefined when there is no such form. */
export function artefactFile(plan: Plan, kind: ArtefactKind, extension: string): FileContent | undefined {
  const text = textOf(plan, kind, extension);
  if (text === undefined) return undefined;
  const whole = new TextEncoder().encode(text);
  return { type: typeOf(extension), size: whole.length, bytes: (from, to) => [whole.subarray(from, to)] };
}

/** A recording's file. All of them are filler of about the size that the row tells. */
export function recordingFile(recording: RecordingPlan, file: string): FileContent {
  const extension = file.slice(file.lastIndexOf(".") + 1);
  const size = extension === "mp4" ? recordingBytes(recording) : Math.ceil(recordingBytes(recording) / 20);
  return { type: typeOf(extension), size, bytes: filler };
}

const block = new TextEncoder().encode("simulated media ".repeat(4096));

/** Bytes that depend on their place alone. */
export function* filler(from: number, to: number): Iterable<Uint8Array> {
  for (let at = from; at < to;) {
    const start = at % block.length;
    const piece = block.subarray(start, Math.min(block.length, start + to - at));
    yield piece;
    at += piece.length;
  }
}

function textOf(plan: Plan, kind: ArtefactKind, extension: string): string | undefined {
  if (kind === "chat") return extension === "csv" ? chatCsv(plan) : undefined;
  if (kind === "summary") return extension === "txt" ? summaryText(plan) : undefined;
  const lines = linesOf(plan, "transcript");
  switch (extension) {
    case "csv":
      return csv(
        lines.map(({ offsetMs, speaker, text }) => [
          String(offsetMs),
          speaker.id,
          speaker.userId,
          speaker.customId ?? "",
          speaker.name,
          text,
        ]),
      );
    case "json":
      return JSON.stringify(lines.map((line) => spoken(plan, line)));
    case "srt":
      return lines.map((line, place) => `${place + 1}\n${cue(line, ",")}\n`).join("\n");
    case "vtt":
      return `WEBVTT\n\n${lines.map((line) => `${cue(line, ".")}\n`).join("\n")}`;
    default:
      return undefined;
  }
}

type Line = { readonly offsetMs: number; readonly speaker: Participant; readonly text: string };

const sentences: readonly string[] = [
  "Can everybody hear me?",
  "You are on mute.",
  'Let us look at the plan, the one called "Q4".',
  "Das klingt gut, machen wir so.",
  "次の議題に移りましょう。",
  "I will send the numbers by Friday.",
  '=HYPERLINK("https://example.invalid","click")',
  "<b>not bold</b> & not an entity",
  "Two lines,\nin one message.",
  "👍",
  "שבוע הבא באותה שעה",
];

/** What is said or written, by those who are in at the time, in order of time. */
function linesOf(plan: Plan, what: string): readonly Line[] {
  const next = streamOf(plan.seed, "lines", what);
  const people = participantsOf(plan);
  return Array.from({ length: integer(next, 3, 40) }, (): Line => {
    const speaker = pick(next, people);
    const atMs = integer(next, speaker.joinMs, speaker.leaveMs);
    return { offsetMs: atMs - plan.startMs, speaker, text: pick(next, sentences) };
  }).sort((left, right) => left.offsetMs - right.offsetMs);
}

function chatCsv(plan: Plan): string {
  const header = [
    "id",
    "participantId",
    "sessionId",
    "meetingId",
    "displayName",
    "pinned",
    "isEdited",
    "payloadType",
    "payload",
    "createdAt",
  ];
  const next: Stream = streamOf(plan.seed, "chat ids");
  const rows = linesOf(plan, "chat").map(({ offsetMs, speaker, text }) => {
    const form = pick(next, ["TEXT_MESSAGE", "TEXT_MESSAGE", "TEXT_MESSAGE", "IMAGE_MESSAGE", "FILE_MESSAGE"]);
    const payload = form === "TEXT_MESSAGE" ? text : `https://files.simulator.invalid/chat/${uuid(next)}`;
    return [
      uuid(next),
      speaker.id,
      plan.id,
      plan.meeting.id,
      speaker.name,
      String(next() < 0.1),
      String(next() < 0.1),
      form,
      payload,
      new Date(plan.startMs + offsetMs).toISOString(),
    ];
  });
  return csv([header, ...rows]);
}

function summaryText(plan: Plan): string {
  const names = participantsOf(plan).map(({ name }) => `- ${name}`);
  const points = linesOf(plan, "transcript").slice(0, 5);
  return [
    `# ${plan.meeting.title}`,
    "",
    "## Who took part",
    ...names,
    "",
    "## What was said",
    ...points.map(({ text }) => `- ${text.replaceAll("\n", " ")}`),
    "",
  ].join("\n");
}

function spoken(plan: Plan, { offsetMs, speaker, text }: Line): object {
  return {
    startTime: offsetMs,
    endTime: offsetMs + lengthMs(text),
    sentence: text,
    peerData: {
      id: speaker.id,
      userId: speaker.userId,
      displayName: speaker.name,
      cpi: speaker.customId ?? "",
      joinedAt: new Date(speaker.joinMs).toISOString(),
      leftAt: mix(plan.seed, speaker.id) % 5 === 0 ? "" : new Date(speaker.leaveMs).toISOString(),
    },
  };
}

const lengthMs = (text: string) => 400 + text.length * 60;

function cue({ offsetMs, speaker, text }: Line, mark: "," | "."): string {
  const stamp = (ms: number) => new Date(ms).toISOString().slice(11, 23).replace(".", mark);
  const sentence = text.replaceAll("\n", " ").replaceAll("-->", "->");
  return `${stamp(offsetMs)} --> ${stamp(offsetMs + lengthMs(text))}\n${speaker.name}: ${sentence}`;
}

function csv(rows: readonly (readonly string[])[]): string {
  const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}
