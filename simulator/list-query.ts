// The query of the list, as this simulator takes it. Where the documents are silent it chooses: times are compared with
// `started_at`, both ends inclusive; `participants` is min:max of `max_concurrent_participants`; a malformed value is a 400.
import { createQueryReader } from "./query-reader.ts";

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
  const { text, choice, instant, count, refuse, problem } = createQueryReader(params);
  const range = text("participants");
  const bounds = range === undefined ? undefined : /^(\d{1,9}):(\d{1,9})$/.exec(range);
  if (bounds === null) refuse('"participants" must look like 1:10');

  const query: ListQuery = {
    associatedId: text("associated_id"),
    status: choice("status", ["LIVE", "ENDED"]),
    startMs: instant("start_time", -Infinity),
    endMs: instant("end_time", Infinity),
    participantsMin: bounds ? Number(bounds[1]) : 0,
    participantsMax: bounds ? Number(bounds[2]) : Infinity,
    search: (text("search") ?? "").toLowerCase(),
    sortBy: choice("sort_by", ["minutesConsumed", "createdAt"]) ?? "createdAt",
    sortOrder: choice("sort_order", ["ASC", "DESC"]) ?? "DESC",
    pageNo: count("page_no"),
    perPage: Math.min(perPageMax, count("per_page") ?? perPageDefault),
  };
  return problem() ?? query;
}
