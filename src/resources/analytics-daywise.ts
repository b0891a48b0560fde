// Sessions and recordings of an app, day by day. The upstream leaves out days without any; here every day of the range has its figures.
import { formatInstant, parseInstant } from "../ground/timestamp.ts";
import { field } from "../ground/plain-data.ts";
import * as fields from "./fields.ts";
import * as kinds from "./kinds.ts";
import { readDay } from "./parameters.ts";
import { oneResource } from "./define.ts";
import type { Parameter, ReadContext, Resource, Values } from "./resource.ts";
import { volatilityAfter } from "./settling.ts";

const DAY_MS = 86_400_000;
const DAYS_MAX = 366;
const DAYS_DEFAULT = 30;
/** Of a range whose last day is not settled. */
const TODAY_SECONDS = 60;
const { defaulted, required } = fields;

const day = required(kinds.moment, "The day, as its first moment in UTC.", "2026-11-22T00:00:00.000Z");
const sessionDay = fields.itemOf("SessionDay", "Sessions of a day.", {
  day,
  total_sessions: required(kinds.countOrText, "Sessions that started.", 26),
  total_session_minutes: required(kinds.amountOrText, "Their participant minutes.", 1323.23),
});
const recordingDay = fields.itemOf("RecordingDay", "Recordings of a day.", {
  day,
  total_recordings: required(kinds.countOrText, "Recordings that started.", 3),
  total_recording_minutes: required(kinds.amountOrText, "Their minutes.", 93.5),
});

const sessionStats = fields.itemOf("SessionStats", "Sessions of the range.", {
  sessions_count: defaulted(kinds.countOrText, 0, "Sessions of all days.", 26),
  sessions_minutes_consumed: defaulted(kinds.amountOrText, 0, "Participant minutes of all days.", 1323.23),
  day_stats: defaulted(fields.listOf(sessionDay, DAYS_MAX), [], "Every day of the range, oldest first."),
});
const recordingStats = fields.itemOf("RecordingStats", "Recordings of the range.", {
  recording_count: defaulted(kinds.countOrText, 0, "Recordings of all days.", 3),
  recording_minutes_consumed: defaulted(kinds.amountOrText, 0, "Minutes of all days.", 93.5),
  day_stats: defaulted(fields.listOf(recordingDay, DAYS_MAX), [], "Every day of the range, oldest first."),
});

const noSessions = { total_sessions: 0, total_session_minutes: 0 };
const noRecordings = { total_recordings: 0, total_recording_minutes: 0 };

const item = fields.itemOf(
  "DaywiseAnalytics",
  "Sessions and recordings, day by day.",
  {
    session_stats: fields.part(sessionStats),
    recording_stats: fields.part(recordingStats),
  },
  (draft, context) => {
    for (const [name, none] of [
      ["session_stats", noSessions],
      ["recording_stats", noRecordings],
    ] as const) {
      const stats = draft[name];
      const told = field(stats, "day_stats");
      if (typeof stats === "object")
        draft[name] = { ...stats, day_stats: everyDay(Array.isArray(told) ? told : [], none, context) };
    }
  },
);

/** The days that were asked for, each with what was told of it, or nothing. */
function everyDay(told: readonly unknown[], none: object, { query }: ReadContext): unknown[] {
  const byDay = new Map(told.map((one) => [String(field(one, "day")).slice(0, 10), one]));
  return daysOf(query).map((at) => byDay.get(at.slice(0, 10)) ?? { day: at, ...none });
}

function daysOf({ start_date: start, end_date: end }: Values): string[] {
  const [first, last] = [startOf(start), startOf(end)];
  return Array.from({ length: Math.min(DAYS_MAX, (last - first) / DAY_MS + 1) }, (_, index) =>
    formatInstant(first + index * DAY_MS),
  );
}

const startOf = (date: Values[string] | undefined): number => parseInstant(`${String(date)}T00:00:00Z`) ?? 0;
const dayOf = (at: number): string => formatInstant(at).slice(0, 10);

/** By the last moment of its last day. */
const rangeVolatility: Resource["volatility"] = (_items, { query, now }) =>
  volatilityAfter(startOf(query["end_date"]) + DAY_MS - 1, now);

const date = (description: string, fallback: (now: number) => string): Parameter => ({
  read: readDay,
  requirement: "must be a day of the calendar, for example 2026-11-22, in 2020 or later",
  fallback,
  document: { type: "string", format: "date", maxLength: 10, description },
});

export const analyticsDaywise = oneResource({
  name: "analytics",
  operationId: "getDaywiseAnalytics",
  summary: "Get analytics day by day",
  description: "Sessions and recordings of an app, for every day of a range, for callers who may see every meeting.",
  version: 1,
  path: "/analytics/daywise",
  parameters: {
    start_date: date("First day, in UTC, at most 366 days before the last. Without it, the day 29 days ago.", (now) =>
      dayOf(now - (DAYS_DEFAULT - 1) * DAY_MS),
    ),
    end_date: date("Last day, in UTC. Without it, today.", dayOf),
  },
  between({ start_date: start, end_date: end }) {
    const days = (startOf(end) - startOf(start)) / DAY_MS + 1;
    if (start === undefined || end === undefined || (days >= 1 && days <= DAYS_MAX)) return [];
    const rule = days < 1 ? "must not be after end_date" : `must be at most ${DAYS_MAX} days before end_date`;
    return [{ parameter: "start_date", message: `start_date ${rule}` }];
  },
  rowsMax: DAYS_MAX,
  pageId: "DaywiseAnalyticsDetails",
  about: "Analytics day by day.",
  item,
  at: [],
  owner: { by: "app" },
  freshBy: [],
  volatility: rangeVolatility,
  freshSeconds: (items, context) => (rangeVolatility(items, context) === "settled" ? undefined : TODAY_SECONDS),
  isShownByDefault: true,
  example: {
    success: true,
    data: {
      session_stats: {
        sessions_count: 26,
        sessions_minutes_consumed: 1323.23,
        day_stats: [{ day: "2026-11-22T00:00:00.000Z", total_sessions: 26, total_session_minutes: 1323.23 }],
      },
      recording_stats: {
        recording_count: 3,
        recording_minutes_consumed: 93.5,
        day_stats: [{ day: "2026-11-22T00:00:00.000Z", total_recordings: 3, total_recording_minutes: 93.5 }],
      },
    },
  },
});
