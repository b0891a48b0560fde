// What the generator of a resource is asked, and what all of them share: how a page is cut, and how things that are not there
// are refused.
import { type Answer, jsonAnswer, realtimekitError } from "./answer.ts";
import { type Content, envelopeText, type Paging } from "./envelope.ts";
import type { ActiveFaults } from "./fault-plan.ts";
import type { createLister } from "./list.ts";
import type { QueryReader } from "./query-reader.ts";
import { variedText } from "./variants.ts";
import type { Moment, Session } from "./world.ts";

/** Whether session rows carry the undocumented fields seen in live answers. */
export type RowFields = "documented" | "observed";

/** A call that has passed the door: the token, the account and the app are right. */
export type Question = {
  /** The variable segments of the path, as written. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The sessions of the app. */
  readonly moment: Moment;
  /** Epoch milliseconds, the simulator's own time. */
  readonly nowMs: number;
  readonly faults: ActiveFaults;
  readonly seed: number;
  /** The number of the call, for draws. */
  readonly call: number;
  readonly rowFields: RowFields;
  /** Where links to files lead; no slash at the end. */
  readonly filesBaseUrl: string;
  readonly list: ReturnType<typeof createLister>;
  /** How many rows the list has shifted by before this call; counts on. */
  readonly takeShift: () => number;
};

/** Answers the questions of one resource. */
export type Generator = (question: Question) => Answer;

/** 404 as the kit words it. */
export const notFound = (message = "Error: resource not found"): Answer => realtimekitError(404, message);

/** 400 as the kit words it. */
export const badRequest = (problem: string): Answer => realtimekitError(400, `BAD_REQUEST: ${problem}`);

/** The session that the path names. */
export function sessionOf({ params, moment }: Question): Session | undefined {
  return moment.find(params["session_id"] ?? "");
}

/** 200 with one thing: in `data` itself, or in the member `name` of it. */
export function thingAnswer(question: Question, thing: unknown, name?: string): Answer {
  const { faults } = question;
  const content: Content = { rows: variedText(thing, faults), isList: false, ...(name !== undefined && { name }) };
  return jsonAnswer(200, envelopeText(content, faults));
}

/** 200 with rows. */
export function rowsAnswer(
  question: Question,
  rows: readonly unknown[],
  envelope: Pick<Content, "name" | "paging" | "pagingPlace">,
): Answer {
  const { faults } = question;
  const content: Content = { rows: rows.map((row) => variedText(row, faults)).join(","), isList: true, ...envelope };
  return jsonAnswer(200, envelopeText(content, faults));
}

/** The page of `rows` that a query asks for. `page` as sent; absent, 0 and 1 are the first, unless pages count from 0. */
export function cut<Row>(
  rows: readonly Row[],
  { page, perPage, faults }: { page: number | undefined; perPage: number; faults: ActiveFaults },
): { rows: readonly Row[]; paging: Paging } {
  const all = faults.one("empty-list") ? [] : rows;
  const first = faults.one("pages-from-zero") ? 0 : 1;
  const from = Math.max(0, (page ?? first) - first) * perPage;
  const shown = all.slice(from, from + perPage);
  const isEmpty = shown.length === 0;
  const paging = { total: all.length, start: isEmpty ? 0 : from + 1, end: isEmpty ? 0 : from + shown.length };
  return { rows: shown, paging };
}

/** `page_no` and `per_page` of a list that takes 1 to 200 rows a page, 25 unless asked. */
export function pageOf(reader: QueryReader): { page: number | undefined; perPage: number } {
  return { page: reader.count("page_no"), perPage: reader.bounded("per_page", 1, 200) ?? 25 };
}
