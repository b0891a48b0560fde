// Ranges of time as people name them. Each begins at midnight of the reader's own zone, so that everybody there asks the same question
// all day, and a cached page serves them all.

export type Range = { start: number | undefined; end: number | undefined };

export const presets = [
  { name: "today", label: "Today", days: 1 },
  { name: "7d", label: "Last 7 days", days: 7 },
  { name: "30d", label: "Last 30 days", days: 30 },
  { name: "90d", label: "Last 90 days", days: 90 },
] as const;

/** Midnight of the day `days` before, in the reader's zone; a day of the clock change has its own length. */
export function midnight(now: number, days = 0): number {
  const date = new Date(now);
  date.setHours(0, 0, 0, 0);
  date.setDate(date.getDate() - days);
  return date.getTime();
}

/** `from` and `to` are days as `2026-11-27`; both count whole. */
export function rangeOf(query: URLSearchParams, now: number): Range {
  const preset = presets.find(({ name }) => name === query.get("range"));
  if (preset) return { start: midnight(now, preset.days - 1), end: undefined };
  const from = dayAt(query.get("from"));
  const to = dayAt(query.get("to"));
  return { start: from, end: to === undefined ? undefined : midnight(to, -1) - 1 };
}

/** Midnight of a day as an input of type `date` has it. */
export function dayAt(text: string | null): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text ?? "");
  if (!match) return undefined;
  const at = new Date(Number(match[1]), Number(match[2]) - 1, Number(match[3])).getTime();
  return Number.isNaN(at) ? undefined : at;
}

/** The day of a moment as an input of type `date` wants it. */
export function dayOf(at: number): string {
  const date = new Date(at);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export const instantText = (at: number | undefined): string | undefined =>
  at === undefined ? undefined : new Date(at).toISOString();
