// What is asked of the list of sessions: rows, pages, order, filters, and what becomes of a question that is none.
import { field } from "../../../src/ground/plain-data.ts";
import type { Question } from "./question.ts";
import {
  count,
  idsWritten,
  kinds,
  list,
  members,
  missing,
  seen,
  timesWritten,
  word,
  yesNo,
  type Seen,
} from "./shapes.ts";
import { idOf, momentOf, outcomeOf, pagingOf, rowsIn, type Session, type Subjects } from "./subjects.ts";

const documented = [
  "id",
  "associated_id",
  "meeting_display_name",
  "organization_id",
  "type",
  "status",
  "live_participants",
  "max_concurrent_participants",
  "minutes_consumed",
  "started_at",
  "ended_at",
  "created_at",
  "updated_at",
  "breakout_rooms",
] as const;
const undocumented = [
  "total_participants",
  "recording_status",
  "livestream_status",
  "group_call_minutes_consumed",
  "webinar_minutes_consumed",
  "audio_room_minutes_consumed",
  "livestream_minutes_consumed",
  "chat_minutes_consumed",
  "recording_minutes_consumed",
  "transcription_minutes_consumed",
  "parent_session_id",
  "settings",
  "meta",
] as const;
const moments = ["started_at", "created_at", "updated_at", "ended_at"] as const;

const sessionsOf = (answer: { body: unknown }) => rowsIn(answer.body, "sessions");
const search = (pairs: Readonly<Record<string, string>>) => new URLSearchParams(pairs).toString();

/** Whether a list that is asked for has the session on it. */
async function finds({ ask }: Subjects, { id }: Session, pairs: Readonly<Record<string, string>>): Promise<Seen> {
  const answer = await ask("/sessions", search({ per_page: "25", ...pairs }));
  return answer.status === 200 ? yesNo(sessionsOf(answer).some((row) => idOf(row) === id)) : outcomeOf(answer);
}

const noSession = seen`no such session to ask about`;

function order(rows: readonly unknown[], name: (typeof moments)[number]): Seen {
  const told = rows.flatMap((row) => momentOf(row, name) ?? []);
  const steps = told.slice(1).map((at, place) => at - (told[place] ?? 0));
  const isDown = steps.every((step) => step <= 0);
  const isUp = steps.every((step) => step >= 0);
  const direction = steps.length === 0 ? "unknown" : isDown ? "descending" : isUp ? "ascending" : "neither";
  return seen`${word(moments, name)} ${word(["descending", "ascending", "neither", "unknown"], direction)}`;
}

export const listQuestions: readonly Question[] = [
  {
    name: "session rows, documented members",
    callsMax: 0,
    look: async ({ rows }) => seen`${members(rows, documented)}; never there: ${missing(rows, documented)}`,
  },
  {
    name: "session rows, members of no document",
    callsMax: 0,
    look: async ({ rows }) =>
      members(
        rows.map((row) => without(row, documented)),
        undocumented,
      ),
  },
  {
    name: "session rows, ended_at of LIVE ones",
    callsMax: 0,
    look: async ({ rows }) =>
      kinds(rows.filter((row) => field(row, "status") === "LIVE").map((row) => field(row, "ended_at"))),
  },
  {
    name: "session rows, how moments and ids are written",
    callsMax: 0,
    look: async ({ rows }) =>
      seen`${timesWritten(rows.flatMap((row) => moments.flatMap((name) => field(row, name) ?? [])))}; session ${idsWritten(rows.map((row) => field(row, "id")))}; meeting ${idsWritten(rows.map((row) => field(row, "associated_id")))}`,
  },
  {
    name: "list without parameters",
    callsMax: 0,
    look: async ({ first }) => {
      const rows = sessionsOf(first);
      return seen`${count(rows.length)} rows, ${pagingOf(first.body)}; ${list(moments.slice(0, 2).map((name) => order(rows, name)))}`;
    },
  },
  {
    name: "list, per_page 1000 and 0",
    callsMax: 1,
    async look({ ask, long }) {
      const none = await ask("/sessions", "per_page=0");
      const told = [long, none].map((one) => seen`${outcomeOf(one)}, ${count(sessionsOf(one).length)} rows`);
      return list(told, "; ");
    },
  },
  {
    name: "list, which row is first on page_no 0, 1 and 2 of one row",
    callsMax: 3,
    async look({ ask, first }) {
      const ids = sessionsOf(first).map(idOf);
      const places: Seen[] = [];
      for (const page of ["0", "1", "2"]) {
        const answer = await ask("/sessions", search({ per_page: "1", page_no: page }));
        const place = ids.indexOf(idOf(sessionsOf(answer)[0]));
        const name = ["the first", "the second", "the third"][place] ?? "another";
        places.push(answer.status === 200 ? word(["the first", "the second", "the third"], name) : outcomeOf(answer));
      }
      return list(places);
    },
  },
  {
    name: "list, status given twice (LIVE, then ENDED)",
    callsMax: 1,
    async look({ ask, sessions }) {
      const answer = await ask("/sessions", "per_page=25&status=LIVE&status=ENDED");
      const has = (status: string) => yesNo(sessionsOf(answer).some((row) => field(row, "status") === status));
      return seen`${outcomeOf(answer)}, LIVE ${has("LIVE")}, ENDED ${has("ENDED")}; a LIVE one exists ${yesNo(sessions.live !== undefined)}`;
    },
  },
  {
    name: "list, an unknown parameter",
    callsMax: 1,
    async look({ ask, first }) {
      const answer = await ask("/sessions", "per_page=1&x_probe=1");
      const isSame = idOf(sessionsOf(answer)[0]) === idOf(sessionsOf(first)[0]);
      return seen`${outcomeOf(answer)}, the same first row ${yesNo(isSame)}`;
    },
  },
  {
    name: "list, a value that is none (sort_order, page_no)",
    callsMax: 2,
    async look({ ask }) {
      const answers = [
        await ask("/sessions", "sort_order=SIDEWAYS&per_page=1"),
        await ask("/sessions", "page_no=x&per_page=1"),
      ];
      return list(answers.map(outcomeOf), "; ");
    },
  },
  {
    name: "list, start_time and end_time both at started_at, created_at, ended_at: finds it",
    callsMax: 3,
    async look(subjects) {
      const { settled } = subjects.sessions;
      if (!settled) return noSession;
      const told: Seen[] = [];
      for (const name of ["started_at", "created_at", "ended_at"] as const) {
        const at = momentOf(settled.row, name);
        const time = at === undefined ? undefined : new Date(at).toISOString();
        told.push(
          time === undefined ? seen`not told` : await finds(subjects, settled, { start_time: time, end_time: time }),
        );
      }
      return list(told);
    },
  },
  {
    name: "list, search for a session's id; participants at its max_concurrent_participants, at 0: finds it",
    callsMax: 3,
    async look(subjects) {
      const { settled } = subjects.sessions;
      if (!settled) return noSession;
      const most = field(settled.row, "max_concurrent_participants");
      const range = Number.isSafeInteger(most) ? `${String(most)}:${String(most)}` : "0:0";
      const told = [await finds(subjects, settled, { search: settled.id })];
      for (const participants of [range, "0:0"])
        told.push(await finds(subjects, settled, { search: settled.id, participants }));
      return list(told);
    },
  },
];

function without(row: unknown, names: readonly string[]): unknown {
  return typeof row === "object" && row !== null
    ? Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)))
    : row;
}
