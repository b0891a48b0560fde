// What counts as a moment, in a question, an upstream row and an upstream header, and the one way we write it: RFC 3339, UTC,
// milliseconds, `Z`.
//
// Readers over the platform's calendar. `parseInstant` is strict (a client can be told to fix its question);
// `readTimestamp` repairs what the upstream is known to send: a stray quote, a blank instead of `T`, 0 to 9 fraction
// digits, `'null'`. The platform is asked only about texts in one exact form: by itself it takes full-width digits for a year.
// A second 60 is refused: no leap second has been announced since 2016, and none has an instant of its own in UTC
// milliseconds. Digits beyond the millisecond are cut, never rounded, so that a moment can't move into the next second.

const DATE = "([0-9]{4}-[0-9]{2}-[0-9]{2})";
const TIME = "([0-9]{2}:[0-9]{2}:[0-9]{2})";
const OFFSET = "([Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])";

/** RFC 3339 section 5.6 with an offset and at most nine fraction digits. Shape only: the calendar is checked after it. */
const INSTANT_PATTERN = new RegExp(`^${DATE}[Tt]${TIME}(?:\\.([0-9]{1,9}))?${OFFSET}$`);
const STRAY = "[\"' \\t\\n\\r]*";
const REPAIRABLE_PATTERN = new RegExp(`^${STRAY}${DATE}[Tt ]${TIME}(?:\\.([0-9]{0,9}))?${OFFSET}${STRAY}$`);
const NONE_PATTERN = new RegExp(`^${STRAY}(?:null${STRAY})?$`);

/** How we write a moment, always 24 characters. */
export const CANONICAL_PATTERN =
  /^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z$/;

/** `2026-11-22T10:00:00.123456789+00:00` */
const INSTANT_LENGTH_MAX = 35;
/** Room for quotes and blanks around a repairable one. */
const RAW_LENGTH_MAX = 48;
/** Nothing upstream is older; the zero time of some language is not a moment. */
const ROW_EARLIEST = "2000-01-01T00:00:00.000Z";
/** 9999-12-31T23:59:59.999Z: an offset may not push a moment into a five-digit year. */
const LATEST_AT = 253_402_300_799_999;

/** Epoch milliseconds of a strict RFC 3339 text that names a real moment up to the year 9999, else undefined. */
export function parseInstant(raw: unknown): number | undefined {
  return typeof raw !== "string" || raw.length > INSTANT_LENGTH_MAX ? undefined : instantOf(INSTANT_PATTERN.exec(raw));
}

/** Epoch milliseconds of an IMF-fixdate such as `Sun, 22 Nov 2026 10:00:30 GMT` (RFC 9110 section 5.6.7), else undefined. */
export function parseHttpDate(text: string): number | undefined {
  const date = new Date(text.length === 29 ? text : Number.NaN);
  // The platform reads many other texts as dates, but gives no other form back as it was.
  return date.toUTCString() === text ? date.getTime() : undefined;
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
  if (NONE_PATTERN.test(raw)) return null;
  const at = instantOf(REPAIRABLE_PATTERN.exec(raw));
  const canonical = at === undefined ? undefined : formatInstant(at);
  return canonical === undefined || canonical < ROW_EARLIEST ? undefined : canonical;
}

/** The usual case, without taking the text apart: a canonical text of a moment that a row may hold. */
function isCanonical(text: string): boolean {
  if (text.length !== 24 || !CANONICAL_PATTERN.test(text) || text < ROW_EARLIEST) return false;
  return text.slice(8, 10) <= "28" || isReal(text);
}

/** The platform takes 2024-02-30 for 1 March and 24:00 for the next day: real is a text whose day comes back as it was. */
function isReal(canonical: string): boolean {
  return new Date(canonical).getUTCDate() === Number(canonical.slice(8, 10));
}

function instantOf(match: RegExpExecArray | null): number | undefined {
  if (match === null) return undefined;
  const [, date, time, fraction = "", offset = ""] = match;
  const local = `${date}T${time}.${fraction.slice(0, 3).padEnd(3, "0")}`;
  if (!isReal(`${local}Z`)) return undefined;
  const at = Date.parse(`${local}${offset.toUpperCase()}`);
  return at >= 0 && at <= LATEST_AT ? at : undefined;
}
