// `GET /analytics/daywise`: sessions and recordings by UTC day, added up from the sessions that started and the recordings that were
// asked for on that day. Days without any are left out.
import { createQueryReader } from "./query-reader.ts";
import { badRequest, type Generator, type Question, thingAnswer } from "./question.ts";
import { recordedMinutes, recordingsOf } from "./recording-plan.ts";
import { dayMs } from "./timeline.ts";

type Sums = { count: number; minutes: number };

const dayOf = (ms: number) => Math.floor(ms / dayMs);
const isoDay = (day: number) => new Date(day * dayMs).toISOString();
const rounded = (minutes: number) => Math.round(minutes * 10_000) / 10_000;

export const analytics: Generator = (question) => {
  const today = dayOf(question.nowMs);
  const reader = createQueryReader(question.query);
  const date = (name: string, absent: number) => {
    const text = reader.text(name);
    if (text !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(text))
      reader.refuse(`"${name}" must be in YYYY-MM-DD format`);
    return dayOf(reader.instant(name, absent * dayMs));
  };
  const last = date("end_date", today);
  const first = date("start_date", last - 29);
  if (first > last) reader.refuse('"end_date" must not be before "start_date"');
  const problem = reader.problem();
  if (problem !== undefined) return badRequest(problem);

  const { sessions, recordings } = question.faults.one("empty-list")
    ? { sessions: new Map<number, Sums>(), recordings: new Map<number, Sums>() }
    : sumsOf(question, first, last);
  return thingAnswer(question, {
    session_stats: {
      sessions_count: total(sessions, "count"),
      sessions_minutes_consumed: total(sessions, "minutes"),
      day_stats: days(sessions).map(([day, { count, minutes }]) => ({
        day: isoDay(day),
        total_sessions: count,
        total_session_minutes: rounded(minutes),
      })),
    },
    recording_stats: {
      recording_count: total(recordings, "count"),
      recording_minutes_consumed: total(recordings, "minutes"),
      day_stats: days(recordings).map(([day, { count, minutes }]) => ({
        day: isoDay(day),
        total_recordings: count,
        total_recording_minutes: rounded(minutes),
      })),
    },
  });
};

function sumsOf({ moment, nowMs }: Question, first: number, last: number) {
  const sessions = new Map<number, Sums>();
  const recordings = new Map<number, Sums>();
  const add = (sums: Map<number, Sums>, atMs: number, minutes: number) => {
    const day = dayOf(atMs);
    if (day < first || day > last) return;
    const before = sums.get(day) ?? { count: 0, minutes: 0 };
    sums.set(day, { count: before.count + 1, minutes: before.minutes + minutes });
  };
  for (const session of moment.sessions.slice(0, moment.count)) {
    const { startMs } = session.plan;
    // A recording may be asked for on the day after its session's start.
    if (dayOf(startMs) < first - 1 || dayOf(startMs) > last) continue;
    add(sessions, startMs, session.viewAt(nowMs).row.minutes_consumed);
    for (const recording of recordingsOf(session.plan)) {
      if (recording.invokedMs <= nowMs) add(recordings, recording.invokedMs, recordedMinutes(recording, nowMs));
    }
  }
  return { sessions, recordings };
}

const days = (sums: ReadonlyMap<number, Sums>) => [...sums].sort(([left], [right]) => left - right);

function total(sums: ReadonlyMap<number, Sums>, member: keyof Sums): number {
  return rounded([...sums.values()].reduce((sum, day) => sum + day[member], 0));
}
