// A question for the session list: from any spelling of it to one canonical value, and from that to what goes upstream
// and to the cache key. Two spellings of a question share a key; two questions never do.
//
// The grammar is closed: an unknown, repeated, empty or malformed parameter is a fault, and all of them are named at
// once, so that a client is corrected in one round. Nothing is repaired on the way in except what `parameters.ts` calls
// another spelling. No message repeats a value; an unknown name is shown cut and in printable ASCII.

import { hexOf } from "../ground/hex.ts";
import * as z from "zod";
import { fail, ok, type QueryIssue, type Result } from "../ground/errors.ts";
import * as parameters from "./parameters.ts";
import { PAGE_SCHEMA_VERSION } from "./session.ts";

export { SessionQueryParameters } from "./parameters.ts";

/** In characters, without the leading question mark. A canonical query is at most 1,100. */
export const QUERY_LENGTH_MAX = 2_048;
export const QUERY_ISSUES_MAX = 20;
const UNKNOWN_NAME_LENGTH_MAX = 64;

/** A text that its reader gives back unchanged. */
const canonical = (read: (text: string) => string | undefined) => z.string().refine((text) => read(text) === text);

/** The canonical question: defaults filled in, an absent filter absent. */
export const SessionQuery = z
  .strictObject({
    associated_id: canonical(parameters.readAssociatedId).optional(),
    status: parameters.SessionStatus.optional(),
    start_time: canonical(parameters.readTime).optional(),
    end_time: canonical(parameters.readTime).optional(),
    participants: canonical(parameters.readParticipants).optional(),
    search: canonical(parameters.readSearch).optional(),
    sort_by: parameters.SortBy,
    sort_order: parameters.SortOrder,
    page_no: z.int().min(1).max(parameters.PAGE_NO_MAX),
    per_page: z.int().min(1).max(parameters.PER_PAGE_MAX),
  })
  .refine(({ start_time, end_time }) => start_time === undefined || end_time === undefined || start_time <= end_time)
  .meta({ description: "A question for the session list in canonical form." });
export type SessionQuery = z.infer<typeof SessionQuery>;

/** Sorted by code unit, which is the order of everything below: issues, canonical text, upstream parameters, key. */
const NAMES = [
  "associated_id",
  "end_time",
  "page_no",
  "participants",
  "per_page",
  "search",
  "sort_by",
  "sort_order",
  "start_time",
  "status",
] as const satisfies readonly parameters.ParameterName[];

/**
 * The canonical question, or every offender: first what is wrong with the query as a whole (`query`), then known
 * parameters by name, then unknown ones by name; at most 20. A string may begin with `?`. Percent signs that encode
 * nothing can be seen only in a string; of bytes that weren't UTF-8 both forms still show U+FFFD, which is refused.
 */
export function parseSessionQuery(
  search: string | URLSearchParams,
): Result<SessionQuery, { code: "invalid_query"; issues: QueryIssue[] }> {
  const raw = typeof search === "string" ? search : search.toString();
  if (raw.length > QUERY_LENGTH_MAX + (raw.startsWith("?") ? 1 : 0)) {
    const message = `query must be at most ${QUERY_LENGTH_MAX} characters long`;
    return fail({ code: "invalid_query", issues: [{ parameter: "query", message }] });
  }

  const issues: QueryIssue[] = [];
  if (/%(?![0-9A-Fa-f]{2})/.test(raw)) {
    issues.push({ parameter: "query", message: "query must be percent-encoded; a percent sign itself is written %25" });
  }

  const given = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(search)) {
    const values = given.get(name);
    if (values === undefined) given.set(name, [value]);
    else values.push(value);
  }

  function take<Value>(name: parameters.ParameterName, read: (text: string) => Value | undefined): Value | undefined {
    const values = given.get(name);
    given.delete(name);
    const [text, second] = values ?? [];
    if (text === undefined) return undefined;
    const value = second === undefined ? read(text) : undefined;
    if (value === undefined) {
      const requirement = second === undefined ? parameters.requirements[name] : "must be given at most once";
      issues.push({ parameter: name, message: `${name} ${requirement}` });
    }
    return value;
  }

  const associatedId = take("associated_id", parameters.readAssociatedId);
  const endTime = take("end_time", parameters.readTime);
  const pageNo = take("page_no", parameters.readPageNo);
  const participants = take("participants", parameters.readParticipants);
  const perPage = take("per_page", parameters.readPerPage);
  const text = take("search", parameters.readSearch);
  const sortBy = take("sort_by", parameters.readSortBy);
  const sortOrder = take("sort_order", parameters.readSortOrder);
  const startTime = take("start_time", parameters.readTime);
  if (startTime !== undefined && endTime !== undefined && startTime > endTime) {
    issues.push({ parameter: "start_time", message: "start_time must not be after end_time" });
  }
  const status = take("status", parameters.readStatus);

  issues.push(...unknownIssues(given.keys()));
  if (issues.length > 0) return fail({ code: "invalid_query", issues: issues.slice(0, QUERY_ISSUES_MAX) });

  return ok({
    ...(associatedId !== undefined && { associated_id: associatedId }),
    ...(status !== undefined && { status }),
    ...(startTime !== undefined && { start_time: startTime }),
    ...(endTime !== undefined && { end_time: endTime }),
    ...(participants !== undefined && { participants }),
    ...(text !== undefined && { search: text }),
    sort_by: sortBy ?? "createdAt",
    sort_order: sortOrder ?? "DESC",
    page_no: pageNo ?? 1,
    per_page: perPage ?? parameters.PER_PAGE_DEFAULT,
  });
}

/** One issue for each name as shown, in the order of the names. */
function unknownIssues(names: Iterable<string>): QueryIssue[] {
  const shown = new Set<string>();
  for (const name of names) {
    shown.add(name.slice(0, UNKNOWN_NAME_LENGTH_MAX).replace(/[^ -~]/g, "?") || "(empty name)");
  }
  const message = `unknown parameter; this list takes ${NAMES.join(", ")}`;
  return [...shown].sort().map((parameter) => ({ parameter, message }));
}

/** Our own spelling of a question: every value explicit, sorted by name, without `?`. Parsing it gives the question back. */
export function canonicalSearch(query: SessionQuery): string {
  return new URLSearchParams(canonicalPairs(query)).toString();
}

/**
 * What the upstream is asked, sorted by name. Page size and order are always explicit, because the upstream's defaults
 * are not documented. The first page is asked for without `page_no`: whether the upstream counts from 0 or from 1 is
 * not documented either, and page one must be right both ways. `firstPage` is the number it gives its first page.
 */
export function upstreamParameters(query: SessionQuery, firstPage: 0 | 1): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, value] of canonicalPairs(query)) {
    if (name !== "page_no") search.append(name, value);
    else if (query.page_no > 1) search.append(name, String(query.page_no - 1 + firstPage));
  }
  return search;
}

/**
 * What, apart from the question itself, decides the bytes of a page. `firstPage` is the upstream's number of its first page, 1
 * unless given: once an operator has corrected it, no page loaded under the wrong number may be found again.
 */
export type PageKeyParts = {
  accountId: string;
  appId: string;
  exposeMeta: boolean;
  firstPage?: 0 | 1;
  query: SessionQuery;
};

/**
 * The key of a page: 64 hexadecimal digits, SHA-256 over a JSON array, so that no two lists of parts have one spelling.
 * A function of these parts and of nothing else in the request.
 */
export async function sessionPageKey(parts: PageKeyParts): Promise<string> {
  const { accountId, appId, exposeMeta, firstPage = 1, query } = parts;
  const listed = [PAGE_SCHEMA_VERSION, accountId, appId, "sessions", exposeMeta, firstPage, canonicalPairs(query)];
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(listed)));
  return hexOf(new Uint8Array(digest));
}

function canonicalPairs(query: SessionQuery): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (const name of NAMES) {
    const value = query[name];
    if (value !== undefined) pairs.push([name, String(value)]);
  }
  return pairs;
}
