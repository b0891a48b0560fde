// What an export of a list is: the list's question without pages and orders, and the pages that answer it, oldest first.
//
// An export can be gone on with: `after` says how far it got. It names the next page, the end of the time range that the export began with,
// how long the list was then, and the last row. Whoever makes one up asks for pages that they may ask for anyway.
import { formatInstant, parseInstant } from "../ground/timestamp.ts";
import { PAGE_NO_MAX } from "./parameters.ts";
import { resources } from "./registry.ts";
import type { Parameter, Resource, Values } from "./resource.ts";

export const exportFormats = ["csv", "ndjson"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** How far an export got. `endAt`: epoch milliseconds; `last`: names the last row without telling its id. */
export type ExportCursor = {
  pageNo: number;
  endAt: number | undefined;
  total: number | undefined;
  last: string | undefined;
};

/** Characters of what names a row. */
export const rowNameLength = 16;
const CURSOR = /^([1-9][0-9]{0,4})\.([0-9]{0,15})\.([0-9]{0,10})\.([A-Za-z0-9_-]{16})?$/;
const CURSOR_LENGTH_MAX = 64;

export const writeCursor = ({ pageNo, endAt, total, last }: ExportCursor): string =>
  [pageNo, endAt ?? "", total ?? "", last ?? ""].join(".");

export function readCursor(text: string): ExportCursor | undefined {
  const match = text.length > CURSOR_LENGTH_MAX ? null : CURSOR.exec(text);
  if (!match) return undefined;
  const [, pageNo, endAt, total, last] = match;
  const cursor = { pageNo: Number(pageNo), endAt: numberIn(endAt), total: numberIn(total), last };
  return cursor.pageNo <= PAGE_NO_MAX && writeCursor(cursor) === text ? cursor : undefined;
}

const numberIn = (text: string | undefined) => (text ? Number(text) : undefined);

const after: Parameter = {
  read: (text) => (readCursor(text) ? text : undefined),
  requirement: "must be what the last line of an export said as next",
  document: {
    type: "string",
    minLength: 1,
    maxLength: CURSOR_LENGTH_MAX,
    description:
      "Goes on with an export: what its last line said as `next`. The rest of the query is that of the export.",
  },
};

/** An export decides these by itself. */
const ofPages = ["page_no", "per_page", "sort_by", "sort_order"];

/** The list as an export asks for it: with the parameters of an export. Undefined for what is no list. */
export function exportOf(resource: Resource): Resource | undefined {
  if (resource.shape !== "list") return undefined;
  const filters = Object.entries(resource.parameters).filter(([name]) => !ofPages.includes(name));
  return { ...resource, parameters: { ...Object.fromEntries(filters), after } };
}

/** Every list there is, beside what its export takes. */
export const exportedLists: readonly (readonly [list: Resource, exported: Resource])[] = resources.flatMap((list) => {
  const exported = exportOf(list);
  return exported ? [[list, exported] as const] : [];
});

/** What is asked of every page of an export, and where it begins. */
export type ExportPlan = { filters: Values; start: ExportCursor };

/**
 * `query`: of an export. The end of its time range is fixed where the list has one and the caller may use it, so that what begins
 * meanwhile moves nothing: now, when the export began, or what the caller asks for, whatever is earliest.
 */
export function planOf({ after: given, ...filters }: Values, now: number, mayFixEnd: boolean): ExportPlan {
  const begun = given === undefined ? undefined : readCursor(String(given));
  const start = begun ?? { pageNo: 1, endAt: undefined, total: undefined, last: undefined };
  if (!mayFixEnd) return { filters, start: { ...start, endAt: undefined } };
  const asked = parseInstant(filters["end_time"]) ?? now;
  const endAt = Math.min(asked, start.endAt ?? now, now);
  const from = parseInstant(filters["start_time"]) ?? -Infinity;
  // A range that has not begun has no end yet.
  if (from > endAt) return { filters, start: { ...start, endAt: undefined } };
  return { filters: { ...filters, end_time: formatInstant(endAt) }, start: { ...start, endAt } };
}

/** The canonical question of one page. */
export function exportPage({ parameters, perPageMax = 1 }: Resource, { filters }: ExportPlan, pageNo: number): Values {
  const usual = ofPages.flatMap((name): [string, Values[string]][] => {
    const fallback = parameters[name]?.fallback;
    return fallback === undefined || typeof fallback === "function" ? [] : [[name, fallback]];
  });
  return {
    ...filters,
    ...Object.fromEntries(usual),
    page_no: pageNo,
    per_page: perPageMax,
    ...(parameters["sort_order"] && { sort_order: "ASC" }),
  };
}
