// Moments and spans as people read them, in the reader's own zone and language. Pure: `now` comes as milliseconds.

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });
const year = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
const amounts = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });

/** The reader's zone, as its database names it, for example `Europe/Berlin`. */
export const zone: string = new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The zone with its distance from UTC at that moment: `Europe/Berlin, UTC+1`. */
export function zoneAt(now: number): string {
  const minutes = -new Date(now).getTimezoneOffset();
  const [hours, rest] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const distance = minutes === 0 ? "UTC" : `UTC${minutes < 0 ? "−" : "+"}${hours}${rest ? `:${rest}` : ""}`;
  return zone === "UTC" || zone === "Etc/UTC" ? "UTC" : `${zone.replaceAll("_", " ")}, ${distance}`;
}

const startOfDay = (at: number) => new Date(at).setHours(0, 0, 0, 0);

/** Today's moments by the clock, this year's with the day, older ones with the year. */
export function momentText(at: number, now: number): string {
  const date = new Date(at);
  if (startOfDay(at) === startOfDay(now)) return clock.format(date);
  const isThisYear = date.getFullYear() === new Date(now).getFullYear();
  return `${isThisYear ? day.format(date) : year.format(date)}, ${clock.format(date)}`;
}

/** Everything about a moment, for a tooltip. */
export const momentTitle = (at: number): string => whole.format(new Date(at));

export const clockText = (at: number): string => clock.format(new Date(at));
export const dayText = (at: number): string => day.format(new Date(at));

/** `12 s`, `5 min`, `2 h 05 min`, `3 d 4 h`. Never negative. */
export function spanText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, "0")} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export const amountText = (amount: number): string => amounts.format(amount);

/** `1 person`, `2 people`. */
export const countText = (count: number, one: string, many: string): string =>
  `${amountText(count)} ${count === 1 ? one : many}`;
