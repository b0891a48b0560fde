// What is asked of one session: its details, the people who were in it, how the call was for them, and what goes on in its meeting.
import { field } from "../../../src/ground/plain-data.ts";
import type { Asker } from "./ask.ts";
import type { Question } from "./question.ts";
import { count, kind, list, members, seconds, seen, size, word, yesNo, type Seen } from "./shapes.ts";
import { idOf, outcomeOf, pagingOf, rowsIn, type Session } from "./subjects.ts";

const unknownId = "00000000-0000-4000-8000-000000000000";
const noSession = seen`no such session to ask about`;

/** Whether a session stands in `data` itself. */
function nesting(body: unknown): Seen {
  const data = field(body, "data");
  const place =
    field(data, "id") !== undefined ? "flat" : field(data, "session") !== undefined ? "in data.session" : "elsewhere";
  return word(["flat", "in data.session", "elsewhere"], place);
}

const person = [
  "id",
  "user_id",
  "custom_participant_id",
  "display_name",
  "preset_name",
  "joined_at",
  "left_at",
  "duration",
  "created_at",
  "updated_at",
  "peer_events",
  "peer_stats",
  "quality_stats",
  "role",
  "session_id",
  "peer_report",
] as const;

const peopleIn = ({ body }: { body: unknown }) => rowsIn(body, "participants");

/** Somebody who was in a session; an empty text where nobody is told. */
async function personOf({ ask }: Asker, { id }: Session): Promise<string> {
  return idOf(peopleIn(await ask(`/sessions/${id}/participants`, "per_page=1"))[0]);
}

export const sessionQuestions: readonly Question[] = [
  {
    name: "details of a session, then with include_breakout_rooms",
    callsMax: 2,
    async look({ ask, sessions: { settled } }) {
      if (!settled) return noSession;
      const told: Seen[] = [];
      for (const search of ["", "include_breakout_rooms=true"]) {
        const answer = await ask(`/sessions/${settled.id}`, search);
        const { body } = answer;
        const row = field(field(body, "data"), "session") ?? field(body, "data");
        told.push(seen`${outcomeOf(answer)}, ${nesting(body)}, breakout_rooms ${kind(field(row, "breakout_rooms"))}`);
      }
      return list(told, "; ");
    },
  },
  {
    name: "refusals: an unknown session, a malformed id, an unknown app",
    callsMax: 3,
    async look({ ask, askApp }) {
      const answers = [
        await ask(`/sessions/${unknownId}`),
        await ask("/sessions/none"),
        await askApp(unknownId, "/sessions"),
      ];
      return list(answers.map(outcomeOf), "; ");
    },
  },
  {
    name: "participants without parameters, with per_page 1, with per_page 201",
    callsMax: 3,
    async look({ ask, sessions: { settled } }) {
      if (!settled) return noSession;
      const told: Seen[] = [];
      for (const search of ["", "per_page=1", "per_page=201"]) {
        const answer = await ask(`/sessions/${settled.id}/participants`, search);
        told.push(seen`${outcomeOf(answer)}, ${count(peopleIn(answer).length)} rows, ${pagingOf(answer.body)}`);
      }
      return list(told, "; ");
    },
  },
  {
    name: "participants, one row for each",
    callsMax: 1,
    async look({ ask, sessions: { settled } }) {
      if (!settled) return noSession;
      const rows = peopleIn(await ask(`/sessions/${settled.id}/participants`, "per_page=200&include_peer_events=true"));
      const people = new Set(
        rows.map((row) => field(row, "user_id") ?? field(row, "custom_participant_id") ?? idOf(row)),
      );
      const joins = rows.flatMap((row) => (Array.isArray(field(row, "peer_events")) ? [joinsOf(row)] : []));
      return seen`${count(rows.length)} rows of ${count(people.size)} people; joins of a row at most ${count(Math.max(0, ...joins))}; ${members(rows, person)}`;
    },
  },
  {
    name: "one participant",
    callsMax: 2,
    async look(subjects) {
      const { settled } = subjects.sessions;
      const id = settled && (await personOf(subjects, settled));
      if (!settled || id === undefined || id === "") return noSession;
      const answer = await subjects.ask(`/sessions/${settled.id}/participants/${id}`);
      const data = field(answer.body, "data");
      return seen`${outcomeOf(answer)}, in data.participant ${yesNo(field(data, "participant") !== undefined)}; ${members([field(data, "participant") ?? data], person)}`;
    },
  },
  {
    name: "peer report of a session that is over for long",
    callsMax: 2,
    async look(subjects) {
      const { settled } = subjects.sessions;
      const id = settled && (await personOf(subjects, settled));
      if (id === undefined || id === "") return noSession;
      const answer = await subjects.ask(`/sessions/peer-report/${id}`);
      const data = field(answer.body, "data");
      const report = field(field(data, "participant") ?? data, "peer_report");
      return seen`${outcomeOf(answer)}, ${size(answer.bytes)}; peer_report ${kind(report)}: metadata ${members([field(report, "metadata")], metadata)}; quality ${members([field(report, "quality")], quality)}`;
    },
  },
  {
    name: "peer report of a session that ended within the hour",
    callsMax: 2,
    async look(subjects) {
      const { latest } = subjects.sessions;
      const id = latest && (await personOf(subjects, latest));
      if (latest?.endedAt === undefined || id === undefined || id === "") return noSession;
      const answer = await subjects.ask(`/sessions/peer-report/${id}`);
      return seen`${outcomeOf(answer)}, ${seconds(latest.endedAt, subjects.now())} after the end`;
    },
  },
  {
    name: "active session of a meeting that goes on, and of one that does not",
    callsMax: 2,
    async look({ ask, sessions: { live } }) {
      const quiet = outcomeOf(await ask(`/meetings/${unknownId}/active-session`));
      if (!live) return seen`${noSession}; ${quiet}`;
      const answer = await ask(`/meetings/${live.meeting}/active-session`);
      return seen`${outcomeOf(answer)}, ${nesting(answer.body)}; ${quiet}`;
    },
  },
];

function joinsOf(row: unknown): number {
  const events = field(row, "peer_events");
  return Array.isArray(events) ? events.filter((event) => field(event, "event_name") === "PEER_JOINING").length : 0;
}

const metadata = [
  "audio_devices_updates",
  "browser_metadata",
  "candidate_pairs",
  "device_info",
  "events",
  "ip_information",
  "native_metadata",
  "pc_metadata",
  "room_view_type",
  "sdk_name",
  "sdk_type",
  "sdk_version",
  "selected_device_updates",
  "speaker_devices_updates",
  "video_devices_updates",
] as const;
const quality = [
  "audio_consumer",
  "audio_consumer_cumulative",
  "audio_producer",
  "audio_producer_cumulative",
  "video_consumer",
  "video_consumer_cumulative",
  "video_producer",
  "video_producer_cumulative",
] as const;
