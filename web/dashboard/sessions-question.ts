// From the address of the Sessions screen to the question it asks. What the address says and the caller may not ask, or nobody could, is
// left out, so that an old link still shows something.
import { instantText, rangeOf } from "./ranges.ts";

export type SessionsQuestion = {
  associated_id?: string;
  status?: "LIVE" | "ENDED";
  start_time?: string;
  end_time?: string;
  participants?: string;
  search?: string;
  sort_by?: "createdAt" | "minutesConsumed";
  sort_order?: "ASC" | "DESC";
  page_no?: number;
  per_page?: number;
};

export const pageSizes = [25, 50, 100] as const;

/** `meetings`: of which the question has to name one, the first unless another is chosen. */
export function questionOf(
  query: URLSearchParams,
  { parameters, meetings }: { parameters: ReadonlySet<string>; meetings: readonly string[] | undefined },
  now: number,
): SessionsQuestion {
  const { start, end } = rangeOf(query, now);
  const meeting = query.get("meeting")?.trim();
  const status = query.get("status");
  const sortBy = query.get("sort");
  const page = Number(query.get("page") ?? 1);
  const size = Number(query.get("size") ?? 25);
  const people = peopleOf(query);
  const all: Record<keyof SessionsQuestion, string | number | undefined> = {
    associated_id: meetings ? (meetings.find((id) => id === meeting) ?? meetings[0]) : meeting || undefined,
    status: status === "LIVE" || status === "ENDED" ? status : undefined,
    start_time: instantText(start),
    end_time: instantText(end),
    participants: people && `${people.min}:${people.max}`,
    search: query.get("search")?.trim() || undefined,
    sort_by: sortBy === "minutesConsumed" ? sortBy : undefined,
    sort_order: query.get("order") === "ASC" ? "ASC" : undefined,
    page_no: Number.isInteger(page) && page > 1 && page <= 10_000 ? page : undefined,
    per_page: pageSizes.find((possible) => possible === size) ?? 25,
  };
  return asQuestion(
    Object.fromEntries(Object.entries(all).filter(([name, value]) => value !== undefined && parameters.has(name))),
  );
}

/** What an export asks: all pages, in the order that it chooses. */
export function withoutPages(question: SessionsQuestion): Record<string, string> {
  const ofPages = ["page_no", "per_page", "sort_by", "sort_order"];
  const filters = Object.entries(question).filter(([name]) => !ofPages.includes(name));
  return Object.fromEntries(filters.map(([name, value]) => [name, String(value)]));
}

/** At least and at most so many people; undefined where neither was said. */
export function peopleOf(query: URLSearchParams): { min: number; max: number } | undefined {
  const [min, max] = [countAt(query.get("min")), countAt(query.get("max"))];
  if (min === undefined && max === undefined) return undefined;
  const low = min ?? 0;
  return { min: low, max: Math.max(low, max ?? peopleMax) };
}

const peopleMax = 100_000;

function countAt(text: string | null): number | undefined {
  const count = Number(text ?? Number.NaN);
  return text !== "" && Number.isInteger(count) && count >= 0 && count <= peopleMax ? count : undefined;
}

/** Holds for what is left of `all`: names and values are those of the type. */
const asQuestion = (question: object) => question as SessionsQuestion;
