// The two shapes of a resource: a list of items, and one item. What follows from the item is filled in here.
import type { Result } from "../ground/errors.ts";
import type { ItemKind } from "./fields.ts";
import { listSchema, oneSchema, readList, readOne } from "./read-page.ts";
import type { Resource } from "./resource.ts";

/** What follows from the item. */
type Derived = "fields" | "secretFields" | "schemas" | "shape" | "page" | "read";

const fieldsIn = ({ fields }: ItemKind) => ({
  fields: Object.keys(fields),
  secretFields: Object.keys(fields).filter((name) => fields[name]?.isSecret === true),
});

/** Names of the schemas of an item and of the items inside it, as they stand in the document. */
const idsOf = (...items: readonly (ItemKind | undefined)[]): string[] =>
  items.flatMap((item) => item?.schema.meta()?.id ?? []);

type ListDefinition = Omit<Resource, Derived | "rowsMax" | "perPageMax"> & {
  /** The schema of a page in the document. */
  pageId: string;
  /** What is on a page: `The sessions`. */
  rows: string;
  perPageMax: number;
  item: ItemKind;
  nestedItem?: ItemKind;
  rowsIn(data: unknown): Result<readonly unknown[], string>;
};

/** A list, asked for in pages of at most `perPageMax` rows. */
export function listResource({
  pageId,
  rows,
  perPageMax,
  item,
  nestedItem,
  rowsIn,
  ...rest
}: ListDefinition): Resource {
  const { at } = rest;
  return {
    ...rest,
    shape: "list",
    rowsMax: ({ per_page }) => Number(per_page),
    perPageMax,
    ...fieldsIn(item),
    schemas: idsOf(item, nestedItem),
    page: listSchema(pageId, { at, item, rows, rowsMax: perPageMax }),
    read: (body, context) => readList(body, { at, item, rowsIn }, context),
  };
}

type OneDefinition = Omit<Resource, Derived | "rowsMax" | "perPageMax"> & {
  pageId: string;
  /** What it is: `A session.` */
  about: string;
  /** As many rows as its answer may weigh; 1 unless given. */
  rowsMax?: number;
  item: ItemKind;
  nestedItem?: ItemKind;
  /** Keys in `data` under which older versions of the upstream have it. */
  nestedUnder?: readonly string[];
};

/** One item. */
export function oneResource({
  pageId,
  about,
  rowsMax = 1,
  item,
  nestedItem,
  nestedUnder = [],
  ...rest
}: OneDefinition): Resource {
  const { at } = rest;
  return {
    ...rest,
    shape: "one",
    rowsMax: () => rowsMax,
    ...fieldsIn(item),
    schemas: idsOf(item, nestedItem),
    page: oneSchema(pageId, about, at, item.schema),
    read: (body, context) => readOne(body, { at, item, nestedUnder }, context),
  };
}
