// How fresh a page may be taken to be, by what ended on it and when: what goes on changes every second, what ended lately still settles,
// and the rest stays as it is. All times in epoch milliseconds but for the fields of items, which are RFC 3339.
import { parseInstant } from "../ground/timestamp.ts";
import type { Volatility } from "../ground/volatility.ts";
import type { Item, ReadContext, Values } from "./resource.ts";

/** Minutes and states of files settle this long after a session's end. */
const SESSION_SETTLES_MS = 6 * 3_600_000;
/** A row may still enter a list this long after the end of the list's window. */
const WINDOW_SETTLES_MS = 600_000;

/** Of what ended at a moment; undefined where that is not known. */
export const volatilityAfter = (endedAt: number | undefined, now: number): "settled" | "recent" =>
  endedAt !== undefined && endedAt < now - SESSION_SETTLES_MS ? "settled" : "recent";

/** Of items with a field that tells their end: live until each of them has one, and while there is none. */
export const volatilityByEnd =
  (endField: string) =>
  (items: readonly Item[], { now }: Pick<ReadContext, "now">): Volatility => {
    const ends = items.flatMap((item) => parseInstant(item[endField]) ?? []);
    return ends.length === 0 || ends.length < items.length ? "live" : volatilityAfter(Math.max(...ends), now);
  };

/** When the window of a list is closed for good; undefined where it is open. */
export function windowClosesAt({ end_time: end }: Values): number | undefined {
  const endsAt = parseInstant(end);
  return endsAt === undefined ? undefined : endsAt + WINDOW_SETTLES_MS;
}

/** Of a list on which nothing goes on: settled once its window (`end_time`) is closed; empty before that, it may fill at any moment. */
export function volatilityOfWindow(rowCount: number, { query, now }: Pick<ReadContext, "query" | "now">): Volatility {
  const closesAt = windowClosesAt(query);
  if (closesAt !== undefined && closesAt < now) return "settled";
  return rowCount === 0 ? "live" : "recent";
}
