// Sessions, minutes and people per day: of a period that ends today, and of the one before it. Pure.
//
// The service counts by days in UTC, the pages of sessions can be counted by the reader's own days. One screen has one kind of day.
import { instantOf } from "../elements/rows.ts";
import type { SessionRow } from "../elements/rows.ts";
import { dayAt, dayOf, midnight } from "./ranges.ts";

const dayMs = 86_400_000;

export const periods = [
  { name: "7d", label: "7 days", days: 7 },
  { name: "30d", label: "30 days", days: 30 },
  { name: "90d", label: "90 days", days: 90 },
] as const;
export type PeriodName = (typeof periods)[number]["name"];
const usual = periods[1];

export type DayKind = "utc" | "own";
/** Days as `2026-11-27`, oldest first, as many before as now. */
export type Period = { name: PeriodName; days: readonly string[]; before: readonly string[]; kind: DayKind };

export function periodOf(query: URLSearchParams, now: number, kind: DayKind): Period {
  const { name, days: count } = periods.find((each) => each.name === query.get("range")) ?? usual;
  const dayAgo = (ago: number) => (kind === "utc" ? utcDay(now - ago * dayMs) : dayOf(midnight(now, ago)));
  const all = Array.from({ length: 2 * count }, (_, index) => dayAgo(2 * count - 1 - index));
  return { name, days: all.slice(count), before: all.slice(0, count), kind };
}

/** When the first day of both begins, as the service wants to be asked. */
export function startOf({ before, kind }: Period): string {
  const first = before[0] ?? "";
  return kind === "utc" ? `${first}T00:00:00.000Z` : new Date(dayAt(first) ?? 0).toISOString();
}

const utcDay = (at: number): string => new Date(at).toISOString().slice(0, 10);

export type Amounts = ReadonlyMap<string, number>;
export type Metric = { total: number; totalBefore: number; values: readonly number[]; valuesBefore: readonly number[] };

/** A day that is not in it had none. */
export function metricOf(amounts: Amounts, { days, before }: Period): Metric {
  const [values, valuesBefore] = [days, before].map((each) => each.map((day) => amounts.get(day) ?? 0));
  return { values: values ?? [], valuesBefore: valuesBefore ?? [], total: sum(values), totalBefore: sum(valuesBefore) };
}

const sum = (values: readonly number[] = []): number => values.reduce((total, value) => total + value, 0);

export type CountedRows = {
  sessions: Amounts;
  minutes: Amounts;
  people: Amounts;
  /** Everybody who joined; else the peaks are added up, because the service does not say. */
  areAllPeople: boolean;
};

export function countRows(rows: readonly SessionRow[], kind: DayKind): CountedRows {
  const areAllPeople = rows.some(({ total_participants: all }) => typeof all === "number");
  const sums = {
    sessions: new Map<string, number>(),
    minutes: new Map<string, number>(),
    people: new Map<string, number>(),
  };
  for (const row of rows) {
    const at = instantOf(row.started_at);
    if (at === undefined) continue;
    const day = kind === "utc" ? utcDay(at) : dayOf(at);
    add(sums.sessions, day, 1);
    add(sums.minutes, day, row.minutes_consumed ?? 0);
    add(sums.people, day, (areAllPeople ? row.total_participants : undefined) ?? row.max_concurrent_participants ?? 0);
  }
  return { ...sums, areAllPeople };
}

const add = (sums: Map<string, number>, day: string, amount: number) => sums.set(day, (sums.get(day) ?? 0) + amount);

type SessionStats = { day_stats: readonly { day: string; total_sessions: number; total_session_minutes: number }[] };

/** Of a page of analytics. */
export function countDays(page: object): { sessions: Amounts; minutes: Amounts } {
  const days = statsIn(page).day_stats;
  return {
    sessions: new Map(days.map(({ day, total_sessions: count }) => [day.slice(0, 10), count])),
    minutes: new Map(days.map(({ day, total_session_minutes: minutes }) => [day.slice(0, 10), minutes])),
  };
}

/** Holds for every page of analytics that a caller is shown who may see the sessions' part. */
const statsIn = (page: object) => (page as { data: { session_stats: SessionStats } }).data.session_stats;

const percents = new Intl.NumberFormat(undefined, {
  style: "percent",
  maximumFractionDigits: 0,
  signDisplay: "exceptZero",
});

/** `+12%`; nothing where there is nothing to compare with. */
export const changeText = ({ total, totalBefore }: Metric): string | undefined =>
  totalBefore === 0 ? undefined : percents.format((total - totalBefore) / totalBefore);
