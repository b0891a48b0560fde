// What a caller's question becomes once it is known what they may see: the scope is injected last, after everything the
// caller wrote has been read, so that no spelling of a question can widen it.
//
// A meeting outside the scope is refused exactly like one that does not exist. A filter or an order tells of the fields it looks at,
// shown or not: whoever asks for one state, or halves a span of time again and again, learns each row's. So each is for callers
// who are shown these fields. `search` and `participants` reach across meetings as well (a search for a name or an id tells
// whether it is there), so they are for callers who may see all of them. Left out: the order of creation, which every page has.

import { fail, ok, type QueryIssue, type Result } from "../ground/errors.ts";
import type { SessionQuery } from "../sessions/query.ts";
import { makeView, type SessionField, type SessionView } from "../sessions/view.ts";
import type { Scope } from "./access.ts";

/** Parameters and the fields that they look at, by name like all issues of a query. */
const LOOKS_AT = [
  ["associated_id", ["associated_id"]],
  ["end_time", ["started_at", "ended_at"]],
  ["participants", ["live_participants", "max_concurrent_participants"]],
  ["search", ["id", "associated_id", "meeting_display_name"]],
  ["sort_by", ["minutes_consumed"]],
  ["start_time", ["started_at", "ended_at"]],
  ["status", ["status"]],
] as const satisfies readonly (readonly [keyof SessionQuery, readonly SessionField[]])[];
type Looking = (typeof LOOKS_AT)[number][0];

const ACROSS_MEETINGS: readonly Looking[] = ["participants", "search"];

/**
 * The question to be asked and cached, and the view its page is cut to; no view where everything may be shown. Failures:
 * `invalid_query` (parameters that reach across meetings, or look at what is not shown, all of them), `meeting_required` (several
 * meetings and none asked), `not_found` (a meeting outside the scope). They depend on the question and the scope alone, never on
 * what exists.
 */
export function scopedQuery(
  query: SessionQuery,
  { meetings, fields }: Scope,
): Result<{ query: SessionQuery; view: SessionView | undefined }> {
  const issues: QueryIssue[] = [];
  for (const [parameter, looksAt] of LOOKS_AT) {
    if (!isLooking(parameter, query, meetings)) continue;
    const isTooWide = meetings !== "*" && ACROSS_MEETINGS.includes(parameter);
    if (!isTooWide && (fields === "*" || looksAt.every((name) => fields.includes(name)))) continue;
    const what = parameter === "sort_by" ? `sort_by=${query.sort_by}` : parameter;
    const who = isTooWide ? "may see every meeting" : `are shown ${looksAt.join(", ")}`;
    issues.push({ parameter, message: `${what} may be used only by callers who ${who}` });
  }
  if (issues.length > 0) return fail({ code: "invalid_query", issues });

  if (meetings === "*") return ok({ query, view: fields === "*" ? undefined : makeView(fields, undefined) });

  const meeting = query.associated_id ?? (meetings.length === 1 ? meetings[0] : undefined);
  if (meeting === undefined) return fail({ code: "meeting_required" });
  if (!meetings.includes(meeting)) return fail({ code: "not_found" });
  return ok({ query: { ...query, associated_id: meeting }, view: makeView(fields, meeting) });
}

/** Who is restricted to meetings names their own, which tells nothing. */
function isLooking(parameter: Looking, query: SessionQuery, meetings: Scope["meetings"]): boolean {
  if (parameter === "sort_by") return query.sort_by !== "createdAt";
  return query[parameter] !== undefined && (parameter !== "associated_id" || meetings === "*");
}
