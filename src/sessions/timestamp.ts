// What counts as a moment, in a question and in an upstream row, and the one way we write it: RFC 3339, UTC,
// milliseconds, `Z`.
//
// Two readers over one calendar check. `parseInstant` is strict (a client can be told to fix its question);
// `readTimestamp` repairs what the upstream is known to send: a stray quote, a blank instead of `T`, 0 to 9 fraction
// digits, `'null'`. Neither uses `Date.parse`, which takes 2024-02-30 for 1 March and full-width digits for a year.
// A second 60 is refused: no leap second has been announced since 2016, and none has an instant of its own in UTC
// milliseconds. Digits beyond the millisecond are cut, never rounded, so that a moment can't move into the next second.

const DATE = "([0-9]{4})-([0-9]{2})-([0-9]{2})";
const TIME = "([0-9]{2}):([0-9]{2}):([0-9]{2})";
const OFFSET = "(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))";

/** RFC 3339 section 5.6 with an offset and at most nine fraction digits. Shape only: the calendar is checked after it. */
export const INSTANT_PATTERN = new RegExp(`^${DATE}[Tt]${TIME}(?:\\.([0-9]{1,9}))?${OFFSET}$`);
const REPAIRABLE_PATTERN = new RegExp(`^${DATE}[Tt ]${TIME}(?:\\.([0-9]{0,9}))?${OFFSET}$`);

/** How we write a moment, always 24 characters. */
export const CANONICAL_PATTERN =
  /^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z$/;

/** `2026-11-22T10:00:00.123456789+00:00` */
const INSTANT_LENGTH_MAX = 35;
/** Room for quotes and blanks around a repairable one. */
const RAW_LENGTH_MAX = 48;
/** No session is older; the zero time of some language is not a moment. */
const ROW_EARLIEST = "2000-01-01T00:00:00.000Z";
/** 9999-12-31T23:59:59.999Z: an offset may not push a moment into a five-digit year. */
const LATEST_AT = 253_402_300_799_999;

/** Epoch milliseconds of a strict RFC 3339 text that names a real moment up to the year 9999, else undefined. */
export function parseInstant(text: string): number | undefined {
  return text.length > INSTANT_LENGTH_MAX ? undefined : instantOf(INSTANT_PATTERN.exec(text));
}

/** The canonical text of an instant from 0 to the end of the year 9999. */
export function formatInstant(at: number): string {
  return new Date(at).toISOString();
}

/**
 * An upstream timestamp in canonical form; null when the upstream says there is none (absent, null, `'null'`, empty);
 * undefined when there is one that can't be read.
 */
export function readTimestamp(raw: unknown): string | null | undefined {
  if (raw === undefined || raw === null) return null;
  if (typeof raw !== "string" || raw.length > RAW_LENGTH_MAX) return undefined;
  if (isCanonical(raw)) return raw;
  const text = withoutQuotes(raw);
  if (text === "" || text === "null") return null;
  const at = instantOf(REPAIRABLE_PATTERN.exec(text));
  const canonical = at === undefined ? undefined : formatInstant(at);
  return canonical === undefined || canonical < ROW_EARLIEST ? undefined : canonical;
}

/** The usual case, without taking the text apart: a canonical text of a moment that a row may hold. */
function isCanonical(text: string): boolean {
  if (text.length !== 24 || !CANONICAL_PATTERN.test(text) || text < ROW_EARLIEST) return false;
  return (
    text.slice(8, 10) <= "28" || Number(text.slice(8, 10)) <= daysIn(Number(text.slice(0, 4)), Number(text.slice(5, 7)))
  );
}

function instantOf(match: RegExpExecArray | null): number | undefined {
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHour, offsetMinute] = match;
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  const [h, min, s] = [Number(hour), Number(minute), Number(second)];
  if (y < 1970 || m < 1 || m > 12 || d < 1 || d > daysIn(y, m) || h > 23 || min > 59 || s > 59) return undefined;
  const ms = fraction === undefined ? 0 : Number(`${fraction}000`.slice(0, 3));
  const at = Date.UTC(y, m - 1, d, h, min, s, ms) - offsetMs(sign, Number(offsetHour), Number(offsetMinute));
  return at >= 0 && at <= LATEST_AT ? at : undefined;
}

/** NaN, and so no instant, for an offset beyond 23:59. */
function offsetMs(sign: string | undefined, hours: number, minutes: number): number {
  if (sign === undefined) return 0;
  if (hours > 23 || minutes > 59) return Number.NaN;
  return (sign === "-" ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function withoutQuotes(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isQuoteOrBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isQuoteOrBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

/** `"`, `'`, blank, tab, line feed, carriage return. */
function isQuoteOrBlank(unit: number): boolean {
  return unit === 0x22 || unit === 0x27 || unit === 0x20 || unit === 0x09 || unit === 0x0a || unit === 0x0d;
}
