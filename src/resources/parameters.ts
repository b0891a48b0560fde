// The parameters that resources share, and the makers of those that differ: what is accepted, its canonical value, the sentence a
// client gets when it is wrong, and how the document describes it.
//
// Readers return undefined for anything they don't take, check the length before any pattern, and use only patterns that can't
// backtrack. Identifiers and enums are ASCII: the Kelvin sign, full-width and Arabic digits are nobody's spelling of anything here.
import { formatInstant, parseInstant } from "../ground/timestamp.ts";
import type { Parameter, Values } from "./resource.ts";
import type { QueryIssue } from "../ground/errors.ts";

/** Room for every id the upstream is known to use; the address template upstream takes no more. */
const ID = /^[A-Za-z0-9_-]{1,64}$/;
const MEETING_ID = /^[A-Za-z0-9-]{1,64}$/;
const PAGE_NO = /^(?:0|[1-9][0-9]{0,4})$/;
export const PAGE_NO_MAX = 10_000;
const PER_PAGE = /^[1-9][0-9]{0,2}$/;
const PER_PAGE_DEFAULT = 25;
const SEARCH_MAX = 64;
const SEARCH_REFUSED = /[\p{Cc}\p{Cs}\u2028\u2029\uFFFD]/u;
const DAY = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
/** 2020-01-01T00:00:00.000Z */
const EARLIEST_AT = 1_577_836_800_000;

/** An id in a path: opaque. A literal segment that stands beside ids is none of them. */
export const isId = (text: string): boolean => ID.test(text) && text !== "peer-report";

/** A UUID of any version or a V1 room name, lower case. A UUID is written in a room name's characters, so one pattern is both. */
export function readMeetingId(text: string): string | undefined {
  return text.length <= 64 && MEETING_ID.test(text) ? text.toLowerCase() : undefined;
}

/** A moment in 2020 or later, in canonical form. */
export function readTime(text: string): string | undefined {
  const at = parseInstant(text);
  return at === undefined || at < EARLIEST_AT ? undefined : formatInstant(at);
}

/** A day of the calendar in 2020 or later, as it is. */
export function readDay(text: string): string | undefined {
  if (text.length !== 10 || !DAY.test(text)) return undefined;
  return readTime(`${text}T00:00:00Z`) === undefined ? undefined : text;
}

/** 1 to 10000. 0 is taken as 1, because the upstream's documents allow it. */
export function readPageNo(text: string): number | undefined {
  if (text.length > 5 || !PAGE_NO.test(text)) return undefined;
  const page = Number(text);
  return page > PAGE_NO_MAX ? undefined : Math.max(page, 1);
}

const readPerPage = (text: string, most: number): number | undefined => {
  if (text.length > 3 || !PER_PAGE.test(text)) return undefined;
  const size = Number(text);
  return size > most ? undefined : size;
};

/**
 * 1 to 64 code points as they were typed, without white space around: how the upstream compares is unknown, and a title copied from a
 * page must find its session, so nothing is normalised. Control characters, line and paragraph separators, lone
 * surrogates and U+FFFD (what a decoder leaves of bytes that weren't UTF-8) are refused. Format characters stay:
 * zero-width (non-)joiners belong to emoji and to Persian and Indic words, and since the text is only sent upstream and
 * hashed, never shown back, a bidirectional mark has nobody to mislead.
 */
function readSearch(text: string): string | undefined {
  const canonical = text.trim();
  if (canonical.length === 0 || canonical.length > 2 * SEARCH_MAX || SEARCH_REFUSED.test(canonical)) return undefined;
  return [...canonical].length > SEARCH_MAX ? undefined : canonical;
}

/** An option from any ASCII case of it. ASCII only, because `ı` and `ſ` upper-case into I and S. */
function asciiUpperIn<Option extends string>(options: readonly Option[], text: string): Option | undefined {
  return options.find(
    (option) => option.length === text.length && /^[A-Za-z]+$/.test(text) && option === text.toUpperCase(),
  );
}

/** Both spellings that people use; every other mixture of cases is accepted as well. */
const inEitherCase = (options: readonly string[]) => [...options, ...options.map((option) => option.toLowerCase())];
const alternatives = (options: readonly string[]) =>
  options.length < 3 ? options.join(" or ") : `${options.slice(0, -1).join(", ")} or ${options.at(-1)}`;

/** One of some words, in any case where all of them are upper case. */
export function choice(
  options: readonly string[],
  description: string,
  more: Pick<Parameter, "looksAt"> & { fallback?: string; anyCase?: boolean } = {},
): Parameter {
  const { fallback, anyCase = false, looksAt } = more;
  return {
    read: (text) => (anyCase ? asciiUpperIn(options, text) : options.find((option) => option === text)),
    requirement: `must be ${alternatives(options)}`,
    ...(fallback !== undefined && { fallback }),
    ...(looksAt && { looksAt }),
    document: {
      type: "string",
      enum: anyCase ? inEitherCase(options) : options,
      ...(fallback !== undefined && { default: fallback }),
      description,
      ...(fallback !== undefined && { examples: [fallback] }),
    },
  };
}

export const sortOrder: Parameter = choice(["ASC", "DESC"], "Ascending or descending.", {
  anyCase: true,
  fallback: "DESC",
});

/** `true` or `false`. */
export const flag = (description: string): Parameter => ({
  read: (text) => (text === "true" ? true : text === "false" ? false : undefined),
  requirement: "must be true or false",
  fallback: false,
  document: { type: "boolean", default: false, description },
});

/** `start_time` and `end_time`. */
export function timeRange(looksAt: readonly string[]): Readonly<Record<"start_time" | "end_time", Parameter>> {
  const moment = (description: string): Parameter => ({
    read: readTime,
    requirement:
      "must be an RFC 3339 date-time with an offset, for example 2026-11-22T10:00:00Z, in 2020 or later (a plus sign is written %2B)",
    looksAt,
    document: { type: "string", format: "date-time", maxLength: 35, description },
  });
  return {
    start_time: moment(
      "Start of the time range: RFC 3339 with an offset, 2020-01-01 or later, not after `end_time`. Digits beyond the millisecond are cut. A plus sign is written `%2B`. For example 2026-11-01T00:00:00Z.",
    ),
    end_time: moment("End of the time range, written like `start_time`."),
  };
}

/** Canonical moments sort as texts. */
export function startsBeforeEnd({ start_time: start, end_time: end }: Values): readonly QueryIssue[] {
  const isTurned = start !== undefined && end !== undefined && start > end;
  return isTurned ? [{ parameter: "start_time", message: "start_time must not be after end_time" }] : [];
}

export const meetingId = (description: string, looksAt: readonly string[]): Parameter => ({
  read: readMeetingId,
  requirement: "must be a UUID or a room name of 1 to 64 letters, digits and hyphens",
  looksAt,
  document: { type: "string", minLength: 1, maxLength: 64, description },
});

export const search = (description: string, looksAt: readonly string[], reachesAcross = false): Parameter => ({
  read: readSearch,
  requirement: `must be 1 to ${SEARCH_MAX} characters of valid UTF-8 without control characters`,
  looksAt,
  ...(reachesAcross && { reachesAcross }),
  document: { type: "string", minLength: 1, maxLength: SEARCH_MAX, description },
});

/** `page_no` and `per_page`. `rows`: what is on a page, such as `Sessions`. */
export function paging(rows: string, perPageMax: number): Readonly<Record<"page_no" | "per_page", Parameter>> {
  return {
    page_no: {
      read: readPageNo,
      requirement: `must be an integer from 1 to ${PAGE_NO_MAX}`,
      fallback: 1,
      document: {
        type: "integer",
        format: "int32",
        minimum: 0,
        maximum: PAGE_NO_MAX,
        default: 1,
        description: "Number of the page, from 1. 0 is taken as 1. Decimal digits without leading zeros.",
        examples: [1],
      },
    },
    per_page: {
      read: (text) => readPerPage(text, perPageMax),
      requirement: `must be an integer from 1 to ${perPageMax}`,
      fallback: PER_PAGE_DEFAULT,
      document: {
        type: "integer",
        format: "int32",
        minimum: 1,
        maximum: perPageMax,
        default: PER_PAGE_DEFAULT,
        description: `${rows} on a page. Decimal digits without leading zeros.`,
        examples: [PER_PAGE_DEFAULT],
      },
    },
  };
}
