// A question: from any spelling of it to one canonical value, and from that to what goes upstream and to the cache key. Two
// spellings of a question share a key; two questions never do.
//
// The grammar is closed: an unknown, repeated, empty or malformed parameter is a fault, and all of them are named at once, so that a
// client is corrected in one round. Nothing is repaired on the way in except what a parameter calls another spelling. No message
// repeats a value; an unknown name is shown cut and in printable ASCII.
import { fail, ok, type QueryIssue, type Result } from "../ground/errors.ts";
import { hexOf } from "../ground/hex.ts";
import type { Resource, Value, Values } from "./resource.ts";

/** In characters, without the leading question mark. A canonical query is at most 1,100. */
export const QUERY_LENGTH_MAX = 2_048;
export const QUERY_ISSUES_MAX = 20;
const UNKNOWN_NAME_LENGTH_MAX = 64;

/** Names sorted by code unit: the order of issues, canonical text, upstream parameters and key. */
export const parameterNames = ({ parameters }: Pick<Resource, "parameters">): string[] =>
  Object.keys(parameters).sort();

/**
 * The canonical question, or every offender: first what is wrong with the query as a whole (`query`), then known
 * parameters by name, then unknown ones by name; at most 20. A string may begin with `?`. Percent signs that encode
 * nothing can be seen only in a string; of bytes that weren't UTF-8 both forms still show U+FFFD, which is refused. `now` in epoch
 * milliseconds, for defaults that move with time.
 */
export function readQuery(
  resource: Resource,
  search: string | URLSearchParams,
  now: number,
): Result<Values, { code: "invalid_query"; issues: QueryIssue[] }> {
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

  const values: Record<string, Value> = {};
  const known: QueryIssue[] = [];
  const names = parameterNames(resource);
  for (const name of names) {
    const parameter = resource.parameters[name];
    if (parameter === undefined) continue;
    const [text, second] = given.get(name) ?? [];
    given.delete(name);
    const { fallback } = parameter;
    const absent = typeof fallback === "function" ? fallback(now) : fallback;
    const value = text === undefined ? absent : second === undefined ? parameter.read(text) : undefined;
    if (value !== undefined) values[name] = value;
    else if (text !== undefined) {
      const requirement = second === undefined ? parameter.requirement : "must be given at most once";
      known.push({ parameter: name, message: `${name} ${requirement}` });
    }
  }
  known.push(...(resource.between?.(values) ?? []));
  known.sort((one, other) => (one.parameter < other.parameter ? -1 : 1));
  issues.push(...known, ...unknownIssues(given.keys(), names, resource.shape));
  if (issues.length > 0) return fail({ code: "invalid_query", issues: issues.slice(0, QUERY_ISSUES_MAX) });
  return ok(values);
}

/** One issue for each name as shown, in the order of the names. */
function unknownIssues(names: Iterable<string>, known: readonly string[], shape: Resource["shape"]): QueryIssue[] {
  const shown = new Set<string>();
  for (const name of names) {
    shown.add(name.slice(0, UNKNOWN_NAME_LENGTH_MAX).replace(/[^ -~]/g, "?") || "(empty name)");
  }
  const takes = known.length === 0 ? "none" : known.join(", ");
  const message = `unknown parameter; this ${shape === "list" ? "list" : "address"} takes ${takes}`;
  return [...shown].sort().map((parameter) => ({ parameter, message }));
}

/** Whether some default changes with time, so that the same words ask for something else tomorrow. */
export const movesWithTime = ({ parameters }: Pick<Resource, "parameters">): boolean =>
  Object.values(parameters).some(({ fallback }) => typeof fallback === "function");

/** Names and values of a canonical question, by name. */
export function canonicalPairs(query: Values): [name: string, value: string][] {
  return Object.keys(query)
    .sort()
    .map((name) => [name, String(query[name])]);
}

/** Our own spelling of a question: every value explicit, sorted by name, without `?`. Reading it gives the question back. */
export const canonicalSearch = (query: Values): string => new URLSearchParams(canonicalPairs(query)).toString();

const PATH_ID = /:(\w+)/g;

/** The path below the app with its ids in place. */
export const pathOf = ({ path }: { path: string }, ids: Readonly<Record<string, string>>): string =>
  path.replaceAll(PATH_ID, (_, name: string) => ids[name] ?? "");

/** The names of a path's ids, in their order. */
export const idNamesOf = ({ path }: { path: string }): string[] =>
  [...path.matchAll(PATH_ID)].map(([, name = ""]) => name);

/**
 * What the upstream is asked, sorted by name. Page size and order are always explicit, because the upstream's defaults
 * are not documented. The first page is asked for without `page_no`: whether the upstream counts from 0 or from 1 is
 * not documented either, and page one must be right both ways. `firstPage` is the number it gives its first page.
 */
export function upstreamParameters(query: Values, firstPage: 0 | 1): URLSearchParams {
  const search = new URLSearchParams();
  for (const [name, value] of canonicalPairs(query)) {
    if (name !== "page_no") search.append(name, value);
    else if (Number(value) > 1) search.append(name, String(Number(value) - 1 + firstPage));
  }
  return search;
}

/**
 * What, apart from the question itself, decides the bytes of a page. Once an operator has corrected `firstPage`, no page loaded under
 * the wrong number may be found again.
 */
export type KeyParts = {
  accountId: string;
  appId: string;
  exposeMeta: boolean;
  firstPage: 0 | 1;
  ids: Readonly<Record<string, string>>;
  query: Values;
};

/**
 * The key of a page: the operation, a dot, and 64 hexadecimal digits, SHA-256 over a JSON array, so that no two lists of parts have one
 * spelling. A function of these parts and of nothing else in the request.
 */
export async function keyOf(
  resource: Pick<Resource, "operationId" | "path" | "version">,
  parts: KeyParts,
): Promise<string> {
  const { accountId, appId, exposeMeta, firstPage, ids, query } = parts;
  const path = pathOf(resource, ids);
  const listed = [resource.version, accountId, appId, path, exposeMeta, firstPage, canonicalPairs(query)];
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(JSON.stringify(listed)));
  return `${resource.operationId}.${hexOf(new Uint8Array(digest))}`;
}
