// The query of the list, as this simulator takes it. Where the documents are silent it chooses: times are compared with
// `started_at`, both ends inclusive; `participants` is min:max of `max_concurrent_participants`; a repeated parameter
// counts once, with its first value; an unknown one is ignored; an empty one is absent; a malformed one is a 400.

/** A question to the list. Times in epoch milliseconds. `pageNo` is as sent (default 1), `perPage` at most 1,000. */
export type ListQuery = {
  readonly associatedId: string | undefined;
  readonly status: "LIVE" | "ENDED" | undefined;
  readonly startMs: number;
  readonly endMs: number;
  readonly participantsMin: number;
  readonly participantsMax: number;
  readonly search: string;
  readonly sortBy: "createdAt" | "minutesConsumed";
  readonly sortOrder: "ASC" | "DESC";
  readonly pageNo: number | undefined;
  readonly perPage: number;
};

/** Rows in one answer, at most. */
export const perPageMax = 1000;
export const perPageDefault = 25;

/** The query, or a sentence on the first thing wrong with it. */
export function parseListQuery(params: URLSearchParams): ListQuery | string {
  const problems: string[] = [];
  const read = (name: string) => params.get(name) || undefined;
  const choice = <Value extends string>(name: string, allowed: readonly Value[]) => {
    const text = read(name);
    const value = allowed.find((candidate) => candidate === text);
    if (text !== undefined && value === undefined) {
      problems.push(`"${name}" must be one of [${allowed.join(", ")}]`);
    }
    return value;
  };
  const instant = (name: string, absent: number) => {
    const text = read(name);
    if (text === undefined) return absent;
    const ms = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(ms)) problems.push(`"${name}" must be a valid ISO 8601 date`);
    return ms;
  };
  const count = (name: string) => {
    const text = read(name);
    if (text === undefined) return undefined;
    const value = Math.floor(Number(text));
    if (!Number.isFinite(value) || value < 0) problems.push(`"${name}" must be 0 or greater`);
    return value;
  };
  const range = read("participants");
  const bounds = range === undefined ? undefined : /^(\d{1,9}):(\d{1,9})$/.exec(range);
  if (bounds === null) problems.push('"participants" must look like 1:10');

  const query: ListQuery = {
    associatedId: read("associated_id"),
    status: choice("status", ["LIVE", "ENDED"]),
    startMs: instant("start_time", -Infinity),
    endMs: instant("end_time", Infinity),
    participantsMin: bounds ? Number(bounds[1]) : 0,
    participantsMax: bounds ? Number(bounds[2]) : Infinity,
    search: (read("search") ?? "").toLowerCase(),
    sortBy: choice("sort_by", ["minutesConsumed", "createdAt"]) ?? "createdAt",
    sortOrder: choice("sort_order", ["ASC", "DESC"]) ?? "DESC",
    pageNo: count("page_no"),
    perPage: Math.min(perPageMax, count("per_page") ?? perPageDefault),
  };
  return problems[0] ?? query;
}
