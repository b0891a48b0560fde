// How an upstream answer becomes a page of ours: a tolerant reader in front of a strict shape. Property tests hold the result against
// the schema.
//
// One bad row never fails a page; a non-empty answer in which no row is valid is no page. Rows beyond `per_page` are
// left out and reported but not counted as dropped: they are on a later page. `paging` is read where it can be believed
// and reckoned where it can't; offsets are 1-based and inclusive whatever the upstream's are. The body holds no time of
// its own, so that an unchanged answer gives the same bytes.
import * as z from "zod";
import { fail, ok, type Result } from "../ground/errors.ts";
import { field, isRecord } from "../ground/plain-data.ts";
import { readItem, readItems, type ItemKind } from "./fields.ts";
import { count } from "./kinds.ts";
import { PAGE_NO_MAX } from "./parameters.ts";
import type {
  Item,
  LeaveOut,
  Page,
  PageNotes,
  Paging as PagingOf,
  ReadContext,
  ReadPage,
  Resource,
} from "./resource.ts";

const DROPPED_REASONS_MAX = 20;
/** The most rows that any list shows on a page. */
export const ROWS_MAX = 200;

const counted = (description: string, example: number) => count.schema.meta({ description, examples: [example] });

/** Where a page stands in its list. */
export const Paging = z
  .strictObject({
    total_count: counted("Rows in the whole list; null when the upstream does not say.", 123).nullable(),
    start_offset: counted("Position of the first row of the page, from 1; 0 on an empty page.", 1),
    end_offset: counted("Position of the last row of the page, inclusive; 0 on an empty page.", 25),
    page_no: z
      .int()
      .min(1)
      .max(PAGE_NO_MAX)
      .meta({ format: "int32", description: "Number of the page, from 1.", examples: [1] }),
    per_page: z
      .int()
      .min(1)
      .max(ROWS_MAX)
      .meta({ format: "int32", description: "Rows asked for on a page.", examples: [25] }),
    has_more: z.boolean().meta({
      description: "Whether a further page is to be expected. Without a total: whether this page is full.",
      examples: [true],
    }),
  })
  .meta({ id: "Paging", description: "Where the page stands in the list." });

const success = z
  .literal(true)
  .meta({ description: "Always true: anything else is a problem document.", examples: [true] });

/** `inner` below the keys of `at`. */
const wrapSchema = (at: readonly string[], inner: z.ZodType): z.ZodType =>
  at.reduceRight<z.ZodType>(
    (schema, key) => z.strictObject({ [key]: schema }).meta({ description: "The envelope of the upstream." }),
    inner,
  );

/** The body of a list. `rows` describes what is on it. */
export const listSchema = <Schema extends z.ZodObject>(
  schemaId: string,
  { at, item, rows, rowsMax }: { at: readonly string[]; item: ItemKind<Schema>; rows: string; rowsMax: number },
) =>
  z
    .strictObject({
      success,
      data: wrapSchema(
        at,
        z
          .array(item.schema)
          .max(rowsMax)
          .meta({ description: `${rows} of the page in the order asked for, unique by id.` }),
      ),
      paging: Paging,
      dropped_count: counted(
        "Rows, and rows inside them, that the upstream sent and that were left out because they could not be made valid, or were there twice.",
        0,
      ),
    })
    .meta({ id: schemaId, description: `A page: ${rows.toLowerCase()}.` });

/** The body of one thing. */
export const oneSchema = (schemaId: string, description: string, at: readonly string[], item: z.ZodType) =>
  z.strictObject({ success, data: wrapSchema(at, item) }).meta({ id: schemaId, description });

/** `value` below the keys of `at`. */
export const wrap = (at: readonly string[], value: unknown): unknown =>
  at.reduceRight((inner, key) => ({ [key]: inner }), value);

/** The items of a page: one, where it is no list. */
export function itemsOn({ data }: Page, { at }: Pick<Resource, "at">): readonly Item[] {
  const found = at.reduce(field, data);
  return (Array.isArray(found) ? found : [found]) as readonly Item[];
}

/** `data` of a body that calls itself a success. */
export function dataIn(body: unknown): Result<unknown, string> {
  if (!isRecord(body)) return fail("body.invalid");
  if ((field(body, "success") ?? true) !== true) return fail("success.false");
  const data = field(body, "data") ?? undefined;
  if (data === undefined) return fail("data.missing");
  return isRecord(data) || Array.isArray(data) ? ok(data) : fail("data.invalid");
}

/** Rows at one key and nowhere else. */
export const rowsAt =
  (key: string) =>
  (data: unknown): Result<readonly unknown[], string> => {
    if (!isRecord(data)) return fail("data.invalid");
    const rows = field(data, key) ?? undefined;
    if (rows === undefined) return fail(`${key}.missing`);
    return Array.isArray(rows) ? ok(rows) : fail(`${key}.invalid`);
  };

/** Rows wherever they have been seen: at a key, as `data` itself, in `data.data`, or one object that is the only row. */
export const rowsAnywhere =
  (key: string) =>
  (data: unknown): Result<readonly unknown[], string> => {
    if (Array.isArray(data)) return ok(data);
    for (const place of [key, "data"]) {
      const rows = field(data, place);
      if (Array.isArray(rows)) return ok(rows);
    }
    return field(data, "id") === undefined ? fail(`${key}.missing`) : ok([data]);
  };

type ListOptions = {
  at: readonly string[];
  item: ItemKind;
  rowsIn(data: unknown): Result<readonly unknown[], string>;
};

/** Never throws, whatever was parsed. A failure is a code of ours, never the upstream's words. */
export function readList(
  body: unknown,
  { at, item, rowsIn }: ListOptions,
  context: ReadContext,
): Result<ReadPage, string> {
  const data = dataIn(body);
  if (!data.ok) return data;
  const found = rowsIn(data.value);
  if (!found.ok) return found;
  const rows = found.value;
  const perPage = Number(context.query["per_page"] ?? ROWS_MAX);
  const { notes, leaveOut, droppedCount } = takeNotes();
  const items = readItems(rows.slice(0, perPage), item, context, leaveOut);
  if (rows.length > perPage) leaveOut("row.excess", 0);
  if (rows.length > 0 && items.length === 0) {
    return fail(`${at.at(-1) ?? "data"}.noneValid: ${notes.droppedReasons[0] ?? "row.invalid"}`);
  }
  const claimed = field(body, "paging") ?? field(data.value, "paging");
  const { paging, offset } = readPaging(claimed, rows.length, Number(context.query["page_no"] ?? 1), perPage);
  if (offset) notes.offset = offset;
  return ok({
    page: { success: true, data: wrap(at, items), paging, dropped_count: droppedCount() },
    droppedCount: droppedCount(),
    notes,
  });
}

/** One thing: `data` itself, or nested under a key where older versions of the upstream have it. */
export function readOne(
  body: unknown,
  { at, item, nestedUnder }: { at: readonly string[]; item: ItemKind; nestedUnder: readonly string[] },
  context: ReadContext,
): Result<ReadPage, string> {
  const data = dataIn(body);
  if (!data.ok) return data;
  const { notes, leaveOut, droppedCount } = takeNotes();
  const nested = nestedUnder.map((key) => field(data.value, key)).find(isRecord);
  const read = readItem(nested ?? data.value, item, context, leaveOut);
  if (!read.ok) return read;
  return ok({ page: { success: true, data: wrap(at, read.value) }, droppedCount: droppedCount(), notes });
}

function takeNotes() {
  const notes: PageNotes = { droppedReasons: [] };
  let dropped = 0;
  const leaveOut: LeaveOut = (reason, left) => {
    dropped += left;
    if (notes.droppedReasons.length < DROPPED_REASONS_MAX && !notes.droppedReasons.includes(reason)) {
      notes.droppedReasons.push(reason);
    }
  };
  return { notes, leaveOut, droppedCount: () => dropped };
}

/**
 * Offsets of the upstream that contradict our reckoning are noted, because that is how a wrong `UPSTREAM_FIRST_PAGE`
 * shows; they are believed when they fit the number of rows (it knows what it sent). One less than reckoned is the same
 * place counted from 0. The end is always the start plus the rows sent, left-out ones included, because they hold their
 * positions. A total that is smaller than the end is not believed.
 */
function readPaging(raw: unknown, rowCount: number, pageNo: number, perPage: number) {
  const claimed = isRecord(raw) ? raw : {};
  const expected = (pageNo - 1) * perPage + 1;
  const received = readOffset(field(claimed, "start_offset"));
  const isContradiction = rowCount > 0 && received !== undefined && received !== expected && received !== expected - 1;
  const isConsistent = isContradiction && readOffset(field(claimed, "end_offset")) === received + rowCount - 1;

  const start = isConsistent ? Math.max(received, 1) : expected;
  const end = start + Math.min(rowCount, perPage) - 1;
  const claimedTotal = readOffset(field(claimed, "total_count"));
  const total = claimedTotal === undefined || (rowCount > 0 && claimedTotal < end) ? null : claimedTotal;

  const paging: PagingOf = {
    total_count: total,
    start_offset: rowCount === 0 ? 0 : start,
    end_offset: rowCount === 0 ? 0 : end,
    page_no: pageNo,
    per_page: perPage,
    has_more: rowCount > 0 && (total === null ? rowCount >= perPage : end < total),
  };
  return { paging, offset: isContradiction ? { expected, received } : undefined };
}

/** Up to 2^52, so that a page's size can be added to it. */
function readOffset(raw: unknown): number | undefined {
  return typeof raw === "number" && Number.isInteger(raw) && raw >= 0 && raw <= 2 ** 52 ? raw + 0 : undefined;
}

/** Where the rows shown would stand if there were no others. */
export function pagingOfRows(rowCount: number, { page_no, per_page }: PagingOf): PagingOf {
  const start = (page_no - 1) * per_page + 1;
  return {
    total_count: null,
    start_offset: rowCount === 0 ? 0 : start,
    end_offset: rowCount === 0 ? 0 : start + rowCount - 1,
    page_no,
    per_page,
    has_more: rowCount >= per_page,
  };
}
