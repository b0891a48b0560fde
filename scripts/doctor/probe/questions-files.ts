// What is asked of what a session leaves behind: chat, transcript and summary at four ages, recordings and livestreams.
import { field } from "../../../src/ground/plain-data.ts";
import type { Question } from "./question.ts";
import {
  hostOf,
  kind,
  kinds,
  list,
  members,
  seconds,
  seen,
  timesWritten,
  word,
  yesNo,
  count,
  type Seen,
} from "./shapes.ts";
import { momentOf, outcomeOf, pagingOf, rowsIn, type Stage, type Subjects } from "./subjects.ts";

const artefacts = ["chat", "transcript", "summary"] as const;
const noSession = seen`no such session to ask about`;

/** Names of a link and of its expiry, however they are written. */
const linkPattern = /^[a-z]+(?:_download_url|DownloadUrl)$/;
const expiryPattern = /^[a-z]+(?:_download_url_expiry|DownloadUrlExpiry)$/;
const nameIn = (data: unknown, pattern: RegExp) =>
  typeof data === "object" && data !== null ? Object.keys(data).find((name) => pattern.test(name)) : undefined;

/** For how long a link is signed: issued at `X-Amz-Date`, good for `X-Amz-Expires` seconds. */
function signatureOf(link: string, now: number): Seen {
  const query = URL.canParse(link) ? new URL(link).searchParams : new URLSearchParams();
  const [, date, time] = /^(\d{8})T(\d{6})Z$/.exec(query.get("X-Amz-Date") ?? "") ?? [];
  const life = Number(query.get("X-Amz-Expires") ?? Number.NaN);
  if (date === undefined || time === undefined || !Number.isSafeInteger(life)) return seen`signed in no known way`;
  const text = `${date}T${time}Z`.replace(/(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\d)Z/, "$1-$2-$3:$4:$5Z");
  const issued = Date.parse(text);
  return seen`signed for ${seconds(0, life * 1000)}, ${seconds(now, issued + life * 1000)} left`;
}

/** A link with its expiry, of which nothing is told but host, age and form. */
function linkSeen(link: unknown, expiry: unknown, now: number): Seen {
  if (typeof link !== "string") return seen`link ${kind(link)}`;
  const endsAt = momentOf({ expiry }, "expiry");
  const left = endsAt === undefined ? kind(expiry) : seconds(now, endsAt);
  const shared = yesNo(link.includes("/store/default/"));
  return seen`link at ${hostOf(link)}, the same for all ${shared}, expiry ${left} (${timesWritten([expiry])}), ${signatureOf(link, now)}`;
}

async function artefactSeen(
  { ask, look, now }: Subjects,
  id: string,
  { name, looks }: { name: (typeof artefacts)[number]; looks: boolean },
): Promise<Seen> {
  const answer = await ask(`/sessions/${id}/${name}`);
  const told = seen`${word(artefacts, name)} ${outcomeOf(answer)}`;
  if (answer.status !== 200) return told;
  const data = field(answer.body, "data");
  const linkName = nameIn(data, linkPattern);
  if (linkName === undefined) return seen`${told}, data ${kind(data)} without a link`;
  const link = field(data, linkName);
  const style = word(["snake case", "camel case"], linkName.includes("_") ? "snake case" : "camel case");
  const shown = seen`${told}, ${style}, ${linkSeen(link, field(data, nameIn(data, expiryPattern) ?? ""), now())}`;
  if (!looks || typeof link !== "string") return shown;
  return seen`${shown}, file ${word(["filled", "empty", "unavailable"], await look(link))}`;
}

const ages: readonly (readonly [stage: Stage, name: string])[] = [
  ["live", "files of a session that goes on"],
  ["latest", "files of a session that ended within the hour"],
  ["settled", "files of a session that ended days ago"],
  ["expired", "files of a session that ended more than eight days ago"],
];

const recordingMembers = [
  "id",
  "status",
  "session_id",
  "type",
  "output_file_name",
  "file_size",
  "invoked_time",
  "started_time",
  "stopped_time",
  "download_url",
  "audio_download_url",
  "download_url_expiry",
  "recording_duration",
  "meeting",
  "storage_config",
  "start_reason",
  "stop_reason",
] as const;
const recordingStates = ["INVOKED", "RECORDING", "UPLOADING", "UPLOADED", "ERRORED", "PAUSED"] as const;
const livestreamMembers = [
  "id",
  "livestream_id",
  "name",
  "status",
  "disabled",
  "err_message",
  "ingest_seconds",
  "viewer_seconds",
  "invoked_time",
  "started_time",
  "stopped_time",
  "created_at",
  "updated_at",
  "ingest_server",
  "stream_key",
  "playback_url",
  "meeting_id",
] as const;

const statesIn = (rows: readonly unknown[]): Seen =>
  list([...new Set(rows.map((row) => word(recordingStates, field(row, "status"))))].sort());

/** Where the rows of an answer stand. */
function placeOf(body: unknown): Seen {
  const data = field(body, "data");
  return seen`data ${kind(data)}, data.data ${kind(field(data, "data"))}`;
}

export const fileQuestions: readonly Question[] = [
  ...ages.map(([stage, name]): Question => ({
    name,
    callsMax: stage === "settled" ? 6 : 3,
    async look(subjects) {
      const session = subjects.sessions[stage];
      if (!session) return noSession;
      const told: Seen[] = [];
      for (const each of artefacts) {
        told.push(await artefactSeen(subjects, session.id, { name: each, looks: stage === "settled" }));
      }
      return list(told, "; ");
    },
  })),
  {
    name: "recordings",
    callsMax: 1,
    async look({ ask, now }) {
      const answer = await ask("/recordings", "per_page=25");
      const rows = rowsIn(answer.body, "recordings");
      const linked = rows.find((row) => typeof field(row, "download_url") === "string");
      const link = linked
        ? linkSeen(field(linked, "download_url"), field(linked, "download_url_expiry"), now())
        : seen`no link`;
      return seen`${outcomeOf(answer)}, ${placeOf(answer.body)}, ${pagingOf(answer.body)}; states ${statesIn(rows)}; ${members(rows, recordingMembers)}; ${link}`;
    },
  },
  {
    name: "recordings, status UPLOADED and ERRORED: given twice, with a comma",
    callsMax: 2,
    async look({ ask }) {
      const told: Seen[] = [];
      for (const search of ["status=UPLOADED&status=ERRORED", "status=UPLOADED%2CERRORED"]) {
        const answer = await ask("/recordings", `per_page=100&${search}`);
        told.push(seen`${outcomeOf(answer)}, states ${statesIn(rowsIn(answer.body, "recordings"))}`);
      }
      return list(told, "; ");
    },
  },
  {
    name: "livestreams of a session, and of the app",
    callsMax: 2,
    async look({ ask, rows, sessions: { settled } }) {
      const streamed = rows.find((row) => field(row, "livestream_status") === "LIVESTREAMED");
      const id = field(streamed, "id") ?? settled?.id;
      const told: Seen[] = [];
      for (const path of [...(typeof id === "string" ? [`/sessions/${id}/livestream-sessions`] : []), "/livestreams"]) {
        const answer = await ask(path, "per_page=5");
        const found = rowsIn(answer.body, "livestreams");
        const shape = seen`${placeOf(answer.body)}, ${pagingOf(answer.body)}, ${count(found.length)} rows: ${members(found, livestreamMembers)}`;
        told.push(answer.status === 200 ? seen`${outcomeOf(answer)}, ${shape}` : outcomeOf(answer));
      }
      return list(told, "; ");
    },
  },
  {
    name: "analytics of the last 30 days",
    callsMax: 1,
    async look({ ask }) {
      const answer = await ask("/analytics/daywise");
      const stats = field(field(answer.body, "data"), "session_stats");
      const days = field(stats, "day_stats");
      const listed: unknown[] = Array.isArray(days) ? days : [];
      const minutes = kinds(listed.map((one) => field(one, "total_session_minutes")));
      return seen`${outcomeOf(answer)}, ${count(listed.length)} days, written ${timesWritten(listed.map((one) => field(one, "day")))}, minutes ${minutes}`;
    },
  },
];
