// The span of days that the Day screen shows, out of the address and back: one day, or a week from Monday on. Days are those of the reader's
// own zone. Pure.
import type { TimeSpan } from "../elements/time-ticks.ts";
import type { Change } from "./address.ts";
import { dayAt, dayOf, midnight } from "./ranges.ts";

export type Zoom = "day" | "week";
export type DaySpan = TimeSpan & { zoom: Zoom };

/** The service knows of no session before 2020, and what began the day before is asked for too. */
const earliest = Date.UTC(2020, 0, 10);

export function daySpanOf(query: URLSearchParams, now: number): DaySpan {
  const zoom = query.get("zoom") === "week" ? "week" : "day";
  const asked = dayAt(query.get("day"));
  const day = asked === undefined || asked < earliest ? midnight(now) : asked;
  if (zoom === "day") return { zoom, from: day, to: midnight(day, -1) };
  const from = midnight(day, (new Date(day).getDay() + 6) % 7);
  return { zoom, from, to: midnight(from, -7) };
}

/** One day or week on, or back. Today needs no word in the address. */
export function stepOf({ zoom, from }: DaySpan, by: number, now: number): Change {
  return changeTo(midnight(from, -by * (zoom === "day" ? 1 : 7)), now);
}

export function changeTo(day: number, now: number): Change {
  return { day: day === midnight(now) ? undefined : dayOf(day) };
}

const long = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const middle = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });

/** The days in words. */
export const daysText = ({ zoom, from, to }: DaySpan): string =>
  zoom === "day" ? long.format(from) : middle.formatRange(from, to - 1);
