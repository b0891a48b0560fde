// What of a page a caller is shown: which fields of its items, and whether of one meeting alone.
//
// The page in the cache is whole; it is cut after it was read, so that everybody who may ask the same question shares one
// upstream request. Rows of another meeting are there only when the upstream ignored the filter that was sent with the
// question. Once one of them is left out, nothing is said any more that was counted with them: then the paging is
// reckoned from the question and the rows shown alone.
import { field } from "../ground/plain-data.ts";
import { itemsOn, pagingOfRows, wrap } from "./read-page.ts";
import type { Item, Page, Resource } from "./resource.ts";

/**
 * meeting: canonical id; rows of any other are left out. fields: in the order of the schema. id: a short text without
 * slashes, the same for equal views of a resource and for no others; it holds no secret, but the meeting.
 */
export type View = { id: string; fields: "*" | readonly string[]; meeting: string | undefined };

/** Every spelling of the same fields gives the same view; all of them listed are "*". `meeting` is a canonical id. */
export function makeView(
  resource: Pick<Resource, "fields">,
  fields: "*" | readonly string[],
  meeting: string | undefined,
): View {
  const shown = fields === "*" ? fields : inSchemaOrder(resource.fields, fields);
  // One bit for each field of the schema. No meeting has a dot or a star in its id.
  const bits =
    shown === "*" ? "*" : shown.reduce((sum, name) => sum + 2 ** resource.fields.indexOf(name), 0).toString(36);
  return { id: `${bits}.${meeting ?? "*"}`, fields: shown, meeting };
}

function inSchemaOrder(known: readonly string[], fields: readonly string[]): "*" | readonly string[] {
  const shown = known.filter((name) => fields.includes(name));
  return shown.length === known.length ? "*" : shown;
}

/**
 * The page as the view shows it; the page given is left as it is. Every object has the schema's order of keys, so that
 * equal cuts have equal bytes. items: those that are shown, whole. rowsCut: rows left out because they are another meeting's. Items inside an item belong to
 * it: where they have its fields they lose the same, and none is left out.
 */
export function cutPage(
  page: Page,
  { at, shape, owner, nested }: Pick<Resource, "at" | "shape" | "owner" | "nested">,
  { fields, meeting }: View,
): { page: Page; items: readonly Item[]; rowsCut: number } {
  const all = itemsOn(page, { at });
  const items =
    owner.by === "field" && meeting !== undefined ? all.filter((row) => isOf(meeting, row[owner.field])) : all;
  const shown = fields === "*" ? items : items.map((item) => cutItem(item, fields, nested));
  const rowsCut = all.length - items.length;
  const { paging, dropped_count } = page;
  return {
    page: {
      success: true,
      data: wrap(at, shape === "list" ? shown : shown[0]),
      ...(paging && { paging: rowsCut === 0 ? paging : pagingOfRows(items.length, paging) }),
      ...(dropped_count !== undefined && { dropped_count: rowsCut === 0 ? dropped_count : 0 }),
    },
    items,
    rowsCut,
  };
}

/** Whether an id names the meeting, which is canonical. */
export const isOf = (meeting: string, id: unknown): boolean => typeof id === "string" && id.toLowerCase() === meeting;

function cutItem(item: Item, fields: readonly string[], nested: string | undefined): Item {
  const cut: Record<string, unknown> = {};
  for (const name of fields) {
    const value = field(item, name);
    if (value === undefined) continue;
    cut[name] =
      name === nested && Array.isArray(value) ? value.map((inner: Item) => cutItem(inner, fields, undefined)) : value;
  }
  return cut;
}

/** Whether a reader may know how long a page is fresh: certain fields decide that, and no others. */
export const showsFreshness = ({ freshBy }: Pick<Resource, "freshBy">, view: View | undefined): boolean =>
  view === undefined || view.fields === "*" || freshBy.every((name) => view.fields.includes(name));
