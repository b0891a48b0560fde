// Each parameter of the session list on its own: what is accepted, its canonical value, the sentence a client gets when
// it is wrong, and how the document describes it. What only shows between parameters (repeated, unknown, start before
// end) is decided in `query.ts`.
//
// Readers return undefined for anything they don't take, check the length before any pattern, and use only patterns
// that can't backtrack. Identifiers and enums are ASCII: the Kelvin sign, full-width and Arabic digits are nobody's
// spelling of anything here.

import * as z from "zod";
import { formatInstant, parseInstant } from "../ground/timestamp.ts";

const ASSOCIATED_ID = /^[A-Za-z0-9-]{1,64}$/;
const PARTICIPANTS = /^([0-9]{1,6}):([0-9]{1,6})$/;
const PARTICIPANTS_MAX = 100_000;
const PAGE_NO = /^(?:0|[1-9][0-9]{0,4})$/;
export const PAGE_NO_MAX = 10_000;
const PER_PAGE = /^[1-9][0-9]{0,2}$/;
export const PER_PAGE_MAX = 100;
export const PER_PAGE_DEFAULT = 25;
const SEARCH_MAX = 64;
const SEARCH_REFUSED = /[\p{Cc}\p{Cs}\u2028\u2029\uFFFD]/u;
/** 2020-01-01T00:00:00.000Z */
const EARLIEST_AT = 1_577_836_800_000;

export const SessionStatus = z.enum(["LIVE", "ENDED"]);
export type SessionStatus = z.infer<typeof SessionStatus>;
export const SortBy = z.enum(["minutesConsumed", "createdAt"]);
export type SortBy = z.infer<typeof SortBy>;
export const SortOrder = z.enum(["ASC", "DESC"]);
export type SortOrder = z.infer<typeof SortOrder>;

/** A UUID of any version or a V1 room name, lower case. A UUID is written in a room name's characters, so one pattern is both. */
export function readAssociatedId(text: string): string | undefined {
  return text.length <= 64 && ASSOCIATED_ID.test(text) ? text.toLowerCase() : undefined;
}

/** LIVE or ENDED from any ASCII case. */
export function readStatus(text: string): SessionStatus | undefined {
  return asciiUpperIn(SessionStatus.options, text);
}

export function readSortOrder(text: string): SortOrder | undefined {
  return asciiUpperIn(SortOrder.options, text);
}

export function readSortBy(text: string): SortBy | undefined {
  return SortBy.options.find((option) => option === text);
}

/** A moment in 2020 or later, in canonical form. */
export function readTime(text: string): string | undefined {
  const at = parseInstant(text);
  return at === undefined || at < EARLIEST_AT ? undefined : formatInstant(at);
}

/** `min:max` without leading zeros, both 0 to 100000, min ≤ max. */
export function readParticipants(text: string): string | undefined {
  if (text.length > 13) return undefined;
  const match = PARTICIPANTS.exec(text);
  if (match === null) return undefined;
  const [min, max] = [Number(match[1]), Number(match[2])];
  return min <= max && max <= PARTICIPANTS_MAX ? `${min}:${max}` : undefined;
}

/** 1 to 10000. 0 is taken as 1, because the upstream's documents allow it. */
export function readPageNo(text: string): number | undefined {
  if (text.length > 5 || !PAGE_NO.test(text)) return undefined;
  const page = Number(text);
  return page > PAGE_NO_MAX ? undefined : Math.max(page, 1);
}

/** 1 to 100. */
export function readPerPage(text: string): number | undefined {
  if (text.length > 3 || !PER_PAGE.test(text)) return undefined;
  const size = Number(text);
  return size > PER_PAGE_MAX ? undefined : size;
}

/**
 * 1 to 64 code points as they were typed, without white space around: how the upstream compares is unknown, and a title copied from a
 * page must find its session, so nothing is normalised. Control characters, line and paragraph separators, lone
 * surrogates and U+FFFD (what a decoder leaves of bytes that weren't UTF-8) are refused. Format characters stay:
 * zero-width (non-)joiners belong to emoji and to Persian and Indic words, and since the text is only sent upstream and
 * hashed, never shown back, a bidirectional mark has nobody to mislead.
 */
export function readSearch(text: string): string | undefined {
  const canonical = text.trim();
  if (canonical.length === 0 || canonical.length > 2 * SEARCH_MAX || SEARCH_REFUSED.test(canonical)) return undefined;
  return [...canonical].length > SEARCH_MAX ? undefined : canonical;
}

/** ASCII only, because `ı` and `ſ` upper-case into I and S. */
function asciiUpperIn<Option extends string>(options: readonly Option[], text: string): Option | undefined {
  return options.find(
    (option) => option.length === text.length && /^[A-Za-z]+$/.test(text) && option === text.toUpperCase(),
  );
}

const MOMENT =
  "must be an RFC 3339 date-time with an offset, for example 2026-11-22T10:00:00Z, in 2020 or later (a plus sign is written %2B)";

/** The end of the sentence that begins with the parameter's name. */
export const requirements = {
  associated_id: "must be a UUID or a room name of 1 to 64 letters, digits and hyphens",
  end_time: MOMENT,
  page_no: `must be an integer from 1 to ${PAGE_NO_MAX}`,
  participants: `must be min:max, two integers from 0 to ${PARTICIPANTS_MAX} with min not above max`,
  per_page: `must be an integer from 1 to ${PER_PAGE_MAX}`,
  search: `must be 1 to ${SEARCH_MAX} characters of valid UTF-8 without control characters`,
  sort_by: "must be minutesConsumed or createdAt",
  sort_order: "must be ASC or DESC",
  start_time: MOMENT,
  status: "must be LIVE or ENDED",
} as const;

export type ParameterName = keyof typeof requirements;

/** Both spellings that people use; every other mixture of cases is accepted as well. */
const inEitherCase = (options: readonly string[]) => [...options, ...options.map((option) => option.toLowerCase())];

/** A parameter as the document shows it. It takes anything: `parseSessionQuery` alone judges, and says what is wrong. */
const documented = (schema: Record<string, unknown>) => z.unknown().optional().meta(schema);

/**
 * The accepted inputs, for the OpenAPI document only. Not a validator: hand the query to `parseSessionQuery`. What fits a
 * schema here is accepted but for what a pattern can't say (a real date in 2020 or later, min ≤ max, start ≤ end); a little
 * more is accepted too (mixed cases of enums).
 */
export const SessionQueryParameters = z.object({
  associated_id: documented({
    type: "string",
    minLength: 1,
    maxLength: 64,
    description:
      "Only sessions of this meeting: its UUID, or the room name of a V1 meeting, of letters, digits and hyphens. Upper and lower case are the same.",
  }),
  status: documented({
    type: "string",
    enum: inEitherCase(SessionStatus.options),
    description: "Only sessions in this state. Without it, both.",
  }),
  start_time: documented({
    type: "string",
    format: "date-time",
    maxLength: 35,
    description:
      "Start of the time range: RFC 3339 with an offset, 2020-01-01 or later, not after `end_time`. Digits beyond the millisecond are cut. A plus sign is written `%2B`. For example 2026-11-01T00:00:00Z.",
  }),
  end_time: documented({
    type: "string",
    format: "date-time",
    maxLength: 35,
    description: "End of the time range, written like `start_time`.",
  }),
  participants: documented({
    type: "string",
    pattern: PARTICIPANTS.source,
    maxLength: 13,
    description: `A range of participant counts, \`min:max\`, both from 0 to ${PARTICIPANTS_MAX}, min not above max, for example 1:10.`,
  }),
  search: documented({
    type: "string",
    minLength: 1,
    maxLength: SEARCH_MAX,
    description:
      "Text to look for in the meeting title, the meeting id and the session id, without control characters. White space around it is left out.",
  }),
  sort_by: documented({
    type: "string",
    enum: SortBy.options,
    default: "createdAt",
    description: "What the list is sorted by. `minutesConsumed` moves while sessions are live, so pages may shift.",
    examples: ["createdAt"],
  }),
  sort_order: documented({
    type: "string",
    enum: inEitherCase(SortOrder.options),
    default: "DESC",
    description: "Ascending or descending.",
    examples: ["DESC"],
  }),
  page_no: documented({
    type: "integer",
    format: "int32",
    minimum: 0,
    maximum: PAGE_NO_MAX,
    default: 1,
    description: "Number of the page, from 1. 0 is taken as 1. Decimal digits without leading zeros.",
    examples: [1],
  }),
  per_page: documented({
    type: "integer",
    format: "int32",
    minimum: 1,
    maximum: PER_PAGE_MAX,
    default: PER_PAGE_DEFAULT,
    description: "Sessions on a page. Decimal digits without leading zeros.",
    examples: [PER_PAGE_DEFAULT],
  }),
});
