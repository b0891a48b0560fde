// The list's body: rows and paging put into the envelope, with whatever faults say about rows, paging and envelope.
//
// Bodies are put together as text, from rows that are text already: that is cheap, and faults need things that no value of
// JavaScript can hold (`NaN`, a key twice, `__proto__` as a member).
import type { ActiveFaults } from "./fault-plan.ts";
import { integer, pick, streamOf, uuid } from "./chance.ts";
import type { FaultOf } from "./faults.ts";
import type { ListPage, Paging } from "./list.ts";
import { rowFault, rowFaults } from "./row-faults.ts";
import type { RowView, SessionRow } from "./row.ts";

type BodyForm = FaultOf<"body">["form"];
type PagingForm = FaultOf<"paging">["form"];

/** How deep the `deep` body nests. Parsers take it, recursive writers do not. */
const depth = 10_000;
const nested = "[".repeat(depth) + "]".repeat(depth);
const polluted = '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}';

/** The JSON text of a page. `seed` and `call` decide the draws of row faults. */
export function listText(page: ListPage, faults: ActiveFaults, seed: number, call: number): string {
  if (faults.all().length === 0) {
    return wrap(page.rows.map((view) => view.text).join(","), pagingText(page.paging, undefined), undefined, undefined);
  }
  const isEmpty = faults.one("empty-list") !== undefined;
  const form = faults.one("body")?.form;
  const pagingForm = faults.one("paging")?.form;
  const rows = isEmpty ? [] : rowTexts(page, faults, seed, call);
  if (form === "proto") rows.splice(0, 1, ...rows.slice(0, 1).map((row) => insert(row, polluted)));
  if (form === "deep") rows.splice(0, 1, ...rows.slice(0, 1).map((row) => insert(row, `"deep":${nested}`)));
  const paging = isEmpty ? { total: 0, start: 0, end: 0 } : page.paging;
  return wrap(rows.join(","), pagingText(paging, pagingForm), form, pagingForm);
}

function rowTexts(page: ListPage, faults: ActiveFaults, seed: number, call: number): string[] {
  const views = [...newcomersOf(page, seed), ...page.rows];
  const isBare = faults.one("ended-at-absent") !== undefined;
  const broken = faults.all().filter((fault) => fault.kind === "rows");
  return views.flatMap(({ row, text }, place) => {
    const fault = broken.find(({ which }) => which === "all" || (which === "first" ? place === 0 : place % 2 === 0));
    const sent = isBare ? withoutEnd(row) : row;
    if (!fault) return sent === row ? [text] : [JSON.stringify(sent)];
    const chosen =
      fault.fault === "any" ? pick(streamOf(seed, "row-fault", call, place), rowFaults) : rowFault(fault.fault);
    return chosen ? [...chosen.apply(sent)] : [text];
  });
}

/** Rows that a shift pretends to have come in: LIVE, fresh ids, otherwise like the page's first. */
function newcomersOf(page: ListPage, seed: number): readonly Pick<RowView, "row" | "text">[] {
  const model = page.rows[0]?.row;
  if (!model) return [];
  return Array.from({ length: page.newcomers }, (_, index) => {
    const next = streamOf(seed, "newcomer", page.paging.total - index);
    const row: SessionRow = {
      ...model,
      id: uuid(next),
      status: "LIVE",
      ended_at: null,
      live_participants: integer(next, 1, 3),
    };
    return { row, text: JSON.stringify(row) };
  });
}

function withoutEnd(row: SessionRow): SessionRow {
  if (row.ended_at !== null) return row;
  const { ended_at: _left, ...rest } = row;
  return rest;
}

function insert(objectText: string, member: string): string {
  return objectText.startsWith('{"') ? `{${member},${objectText.slice(1)}` : objectText;
}

function pagingText({ total, start, end }: Paging, form: PagingForm | undefined): string {
  const members = (totalText: string, startText: string, endText: string) =>
    `{"total_count":${totalText},"start_offset":${startText},"end_offset":${endText}}`;
  switch (form) {
    case "zero-based":
      return members(`${total}`, `${Math.max(0, start - 1)}`, `${Math.max(0, end - 1)}`);
    case "strings":
      return members(`"${total}"`, `"${start}"`, `"${end}"`);
    case "negative":
      return members("-1", "-1", "-1");
    case "contradicting":
      return members(`${Math.max(0, total - 1)}`, `${end + 7}`, `${start + 7}`);
    case "null":
      return "null";
    case "empty-object":
      return "{}";
    case "missing":
    case "in-data":
    case undefined:
      return members(`${total}`, `${start}`, `${end}`);
  }
}

function wrap(rows: string, paging: string, form: BodyForm | undefined, pagingForm: PagingForm | undefined): string {
  const isInside = pagingForm === "in-data";
  const inner = isInside ? `,"paging":${paging}` : "";
  const outer = isInside || pagingForm === "missing" ? "" : `,"paging":${paging}`;
  switch (form) {
    case "top-level-array":
      return `[${rows}]`;
    case "top-level-null":
      return "null";
    case "data-missing":
      return `{"success":true${outer}}`;
    case "data-null":
      return `{"success":true,"data":null${outer}}`;
    case "data-array":
      return `{"success":true,"data":[${rows}]${outer}}`;
    case "sessions-missing":
      return `{"success":true,"data":{}${outer}}`;
    case "sessions-object":
      return `{"success":true,"data":{"sessions":{"0":${rows === "" ? "null" : `[${rows}]`}}}${outer}}`;
    case "success-false":
      return `{"success":false,"data":{"sessions":[${rows}]${inner}}${outer}}`;
    case "success-missing":
      return `{"data":{"sessions":[${rows}]${inner}}${outer}}`;
    case "duplicate-keys":
      return `{"success":true,"data":{"sessions":[${rows}]${inner}},"data":{"sessions":[]}${outer}}`;
    case "nan":
      return `{"success":true,"data":{"sessions":[${rows}]${inner}},"load":NaN${outer}}`;
    case "deep":
      return `{"success":true,"deep":${nested},"data":{"sessions":[${rows}]${inner}}${outer}}`;
    case "proto":
      return `{${polluted},"success":true,"data":{${polluted},"sessions":[${rows}]${inner}}${outer}}`;
    default:
      return `{"success":true,"data":{"sessions":[${rows}]${inner}}${outer}}`;
  }
}
