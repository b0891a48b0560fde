// The envelope of every answer of the kit, `{success, data, paging?}`, with whatever faults say about it.
//
// It is put together as text, from parts that are text already: that is cheap, and faults need things that no value of JavaScript
// can hold (`NaN`, a key twice, `__proto__` as a member).
import type { ActiveFaults } from "./fault-plan.ts";
import type { FaultOf } from "./faults.ts";

type PagingForm = FaultOf<"paging">["form"];

/** Where a page lies: `start` and `end` are 1-based and inclusive, both 0 for a page without rows. */
export type Paging = { readonly total: number; readonly start: number; readonly end: number };

/** What an answer holds, as JSON texts. */
export type Content = {
  /** The rows, joined by commas; of an answer with one thing, that thing. */
  readonly rows: string;
  /** The member of `data` that holds the rows; absent when `data` itself is the array, or the one thing. */
  readonly name?: string;
  /** Whether `rows` stands in an array. */
  readonly isList: boolean;
  readonly paging?: Paging;
  /** Where the paging stands unless a fault moves it. Default `top-level`. */
  readonly pagingPlace?: "top-level" | "in-data";
};

/** How deep the `deep` body nests. Parsers take it, recursive writers do not. */
const depth = 10_000;
export const nested = "[".repeat(depth) + "]".repeat(depth);
export const polluted = '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}';

/** The JSON text of an answer. */
export function envelopeText(content: Content, faults: ActiveFaults): string {
  const form = faults.one("body")?.form;
  const pagingForm = faults.one("paging")?.form;
  const place = placeOf(content, pagingForm);
  const paging = content.paging && place !== "nowhere" ? `"paging":${pagingText(content.paging, pagingForm)}` : "";
  const outer = place === "top-level" && paging !== "" ? `,${paging}` : "";
  const inner = place === "in-data" ? paging : "";
  const { rows } = content;
  const data = dataText(content, rows, inner);
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
      return `{"success":true,"data":${dataOfObject(content)}${outer}}`;
    case "success-false":
      return `{"success":false,"data":${data}${outer}}`;
    case "success-missing":
      return `{"data":${data}${outer}}`;
    case "duplicate-keys":
      return `{"success":true,"data":${data},"data":${content.isList ? dataText(content, "", "") : "{}"}${outer}}`;
    case "nan":
      return `{"success":true,"data":${data},"load":NaN${outer}}`;
    case "deep":
      return `{"success":true,"deep":${nested},"data":${data}${outer}}`;
    case "proto":
      return `{${polluted},"success":true,"data":${insert(data, polluted)}${outer}}`;
    default:
      return `{"success":true,"data":${data}${outer}}`;
  }
}

function placeOf(content: Content, form: PagingForm | undefined): "top-level" | "in-data" | "nowhere" {
  if (form === "missing") return "nowhere";
  if (form === "in-data" || form === "top-level") return form;
  return content.pagingPlace ?? "top-level";
}

function dataText({ name, isList }: Content, rows: string, paging: string): string {
  const inside = isList ? `[${rows}]` : rows;
  if (name !== undefined) return `{"${name}":${inside}${paging === "" ? "" : `,${paging}`}}`;
  return paging === "" ? inside : `{"data":${inside},${paging}}`;
}

/** `data` with an object where the array of rows should be. */
function dataOfObject({ name, rows }: Content): string {
  const inside = `{"0":${rows === "" ? "null" : `[${rows}]`}}`;
  return name === undefined ? inside : `{"${name}":${inside}}`;
}

/** Puts a member at the front of an object that has some. */
export function insert(objectText: string, member: string): string {
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
    case "top-level":
    case undefined:
      return members(`${total}`, `${start}`, `${end}`);
  }
}
