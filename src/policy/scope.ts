// What a caller's question becomes once it is known what they may see: the scope is injected last, after everything the
// caller wrote has been read, so that no spelling of a question can widen it.
//
// A meeting outside the scope is refused exactly like one that does not exist. A filter or an order tells of the fields it looks at,
// shown or not: whoever asks for one state, or halves a span of time again and again, learns each row's. So each is for callers
// who are shown these fields. Parameters that reach across meetings as well (a search for a name or an id tells
// whether it is there) are for callers who may see all of them. Left out: the order of creation, which every page has.
import { fail, ok, type QueryIssue, type Result } from "../ground/errors.ts";
import { makeView, type View } from "../resources/cut.ts";
import { readMeetingId } from "../resources/parameters.ts";
import { parameterNames } from "../resources/read-query.ts";
import type { Parameter, Resource, Value, Values } from "../resources/resource.ts";
import type { Scope } from "./access.ts";

/**
 * What is to be asked and cached, and what of the page is shown: all of it where there is no view. `meetings`: whose the page must be,
 * where only its parent can tell.
 */
export type Scoped = { query: Values; view: View | undefined; meetings: readonly string[] | undefined };

/**
 * Failures: `invalid_query` (parameters that reach across meetings, or look at what is not shown, all of them), `meeting_required`
 * (several meetings and none asked), `not_found` (a meeting outside the scope, or an address for those who may see every meeting).
 * They depend on the question and the scope alone, never on what exists.
 */
export function scopeQuery(
  resource: Resource,
  { ids, query }: { ids: Readonly<Record<string, string>>; query: Values },
  { meetings, fields }: Scope,
): Result<Scoped> {
  const { owner } = resource;
  const issues = parameterNames(resource).flatMap((name) => issueOf(name, resource, query, { meetings, fields }));
  if (issues.length > 0) return fail({ code: "invalid_query", issues });
  if (meetings === "*") {
    return ok({ query, view: fields === "*" ? undefined : makeView(resource, fields, undefined), meetings: undefined });
  }
  switch (owner.by) {
    case "field": {
      const asked = query[owner.parameter];
      const meeting = asked === undefined ? onlyOne(meetings) : String(asked);
      if (meeting === undefined) return fail({ code: "meeting_required" });
      if (!meetings.includes(meeting)) return fail({ code: "not_found" });
      const view = makeView(resource, fields, meeting);
      return ok({ query: { ...query, [owner.parameter]: meeting }, view, meetings: undefined });
    }
    case "path": {
      const meeting = readMeetingId(ids[owner.id] ?? "");
      if (meeting === undefined || !meetings.includes(meeting)) return fail({ code: "not_found" });
      return ok({ query, view: viewOf(resource, fields), meetings: undefined });
    }
    case "app":
      return fail({ code: "not_found" });
    case "parent":
      return ok({ query, view: viewOf(resource, fields), meetings });
  }
}

const viewOf = (resource: Resource, fields: Scope["fields"]) =>
  fields === "*" ? undefined : makeView(resource, fields, undefined);

const onlyOne = (meetings: readonly string[]) => (meetings.length === 1 ? meetings[0] : undefined);

function issueOf(name: string, resource: Resource, query: Values, scope: Shown): QueryIssue[] {
  const parameter = resource.parameters[name];
  const value = query[name];
  if (!parameter || value === undefined || isUsual(parameter, value)) return [];
  const who = onlyFor(name, resource, scope);
  if (who === undefined) return [];
  const what = parameter.fallback === undefined ? name : `${name}=${value}`;
  return [{ parameter: name, message: `${what} may be used only by callers who ${who}` }];
}

type Shown = Pick<Scope, "meetings" | "fields">;

/** Whom a parameter, beside its usual value, is for, where a caller is none of them. */
function onlyFor(name: string, { parameters, owner }: Resource, { meetings, fields }: Shown): string | undefined {
  const { looksAt = [], reachesAcross = false } = parameters[name] ?? {};
  // Who is restricted to meetings names their own, which tells nothing.
  if (meetings !== "*" && owner.by === "field" && owner.parameter === name) return undefined;
  if (looksAt.length > 0 && meetings !== "*" && reachesAcross) return "may see every meeting";
  return fields === "*" || looksAt.every((field) => fields.includes(field))
    ? undefined
    : `are shown ${looksAt.join(", ")}`;
}

/** Whether a caller is ever answered at this address. */
export const isWithinReach = ({ owner }: Pick<Resource, "owner">, { meetings }: Pick<Scope, "meetings">): boolean =>
  owner.by !== "app" || meetings === "*";

/** The parameters that a caller may give any value that they take, sorted. */
export const parametersFor = (resource: Resource, scope: Shown): string[] =>
  parameterNames(resource).filter((name) => onlyFor(name, resource, scope) === undefined);

/** What everybody's question says tells nothing. */
const isUsual = ({ fallback }: Parameter, value: Value) => fallback !== undefined && value === fallback;
