// What a caller's question becomes once it is known what they may see: the scope is injected last, after everything the
// caller wrote has been read, so that no spelling of a question can widen it.
//
// A meeting outside the scope is refused exactly like one that does not exist. `search` and `participants` reach across
// meetings (a search for a name or an id tells whether it is there), so they are for callers who may see all of them, and
// who are shown what these look at: else guessing would tell what is left out.

import { fail, ok, type QueryIssue, type Result } from "../errors.ts";
import type { SessionQuery } from "../sessions/query.ts";
import { makeView, type SessionField, type SessionView } from "../sessions/view.ts";
import type { Scope } from "./access.ts";

/** Parameters that reach across meetings, by name like all issues of a query, and the fields that they look at. */
const ACROSS_MEETINGS = [
  ["participants", ["live_participants", "max_concurrent_participants"]],
  ["search", ["id", "associated_id", "meeting_display_name"]],
] as const satisfies readonly (readonly [keyof SessionQuery, readonly SessionField[]])[];

/**
 * The question to be asked and cached, and the view its page is cut to; no view where everything may be shown. Failures:
 * `invalid_query` (a parameter that reaches across meetings, or looks at what is not shown), `meeting_required` (several meetings and none asked),
 * `not_found` (a meeting outside the scope). They depend on the question and the scope alone, never on what exists.
 */
export function scopedQuery(
  query: SessionQuery,
  { meetings, fields }: Scope,
): Result<{ query: SessionQuery; view: SessionView | undefined }> {
  const issues: QueryIssue[] = [];
  for (const [parameter, fieldsLookedAt] of ACROSS_MEETINGS) {
    if (query[parameter] === undefined) continue;
    const isShown = fields === "*" || fieldsLookedAt.every((name) => fields.includes(name));
    const who = meetings === "*" ? `are shown ${fieldsLookedAt.join(", ")}` : "may see every meeting";
    if (meetings !== "*" || !isShown) {
      issues.push({ parameter, message: `${parameter} may be used only by callers who ${who}` });
    }
  }
  if (issues.length > 0) return fail({ code: "invalid_query", issues });

  if (meetings === "*") return ok({ query, view: fields === "*" ? undefined : makeView(fields, undefined) });

  const meeting = query.associated_id ?? (meetings.length === 1 ? meetings[0] : undefined);
  if (meeting === undefined) return fail({ code: "meeting_required" });
  if (!meetings.includes(meeting)) return fail({ code: "not_found" });
  return ok({ query: { ...query, associated_id: meeting }, view: makeView(fields, meeting) });
}
