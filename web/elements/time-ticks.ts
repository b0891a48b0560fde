// The marks of a time axis: round moments of the reader's own clock. A day on which the clock changes has its own length. Pure.

export type Tick = { at: number; label: string };
/** From the first moment on, up to the second, as milliseconds since 1970. */
export type TimeSpan = { from: number; to: number };

const minute = 60_000;
const day = 1_440;
/** In minutes. */
const steps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, day, 2 * day, 7 * day, 14 * day, 28 * day];

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric" });
const date = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

/** At most about `countMax` marks, never none. Beyond two days each mark is a midnight. */
export function ticksOf({ from, to }: TimeSpan, countMax: number): Tick[] {
  const minutes = Math.max(1, (to - from) / minute);
  const least = minutes > 2 * day ? day : 1;
  const step = steps.find((each) => each >= least && minutes / each <= Math.max(1, countMax)) ?? minutes;
  const labels = step < day ? clock : step === day ? weekday : date;
  const ticks: Tick[] = [];
  // By the clock on the wall, not by adding up: so every mark stays round when the clock changes.
  const cursor = new Date(from);
  cursor.setHours(0, 0, 0, 0);
  while (cursor.getTime() < to) {
    const at = cursor.getTime();
    if (at >= from && at !== ticks.at(-1)?.at) ticks.push({ at, label: labels.format(cursor) });
    if (step < day) cursor.setMinutes(cursor.getMinutes() + step);
    else cursor.setDate(cursor.getDate() + Math.round(step / day));
  }
  return ticks.length > 0 ? ticks : [{ at: from, label: clock.format(from) }];
}
