// Where an export is in its list: which page is next, which rows it has, and what to go on with.
//
// Rows move meanwhile. Those that come in before the export's place push others onto a later page, where they are met again and left out. When rows
// vanish before it, others slip onto a page that was read already: the list has become shorter then, and the export goes back so far.
import { createBoundedMap } from "../ground/bounded-map.ts";
import { rowNameLength, writeCursor, type ExportCursor } from "../resources/export.ts";
import { PAGE_NO_MAX } from "../resources/parameters.ts";
import type { Item, Paging } from "../resources/resource.ts";

/** A page as its caller is shown it: `items` are its rows whole, for their ids, and `shown` what the caller gets of each. */
export type ExportPage = {
  items: readonly Item[];
  shown: readonly Item[];
  droppedCount: number;
  paging: Paging | undefined;
};

export type ExportTrack = {
  /** The page that comes next; undefined beyond the last that can be asked for. */
  pageNo(): number | undefined;
  /** Whether the list is said to be empty where it had rows a moment ago: the upstream is known to say so now and then. */
  isDoubtful(page: ExportPage): boolean;
  /** The rows of that page that are new; "again" where the export goes back instead. */
  take(page: ExportPage): readonly Item[] | "again";
  /** What to go on with; null where nobody can. */
  next(): string | null;
  /** Of the rows that were taken, and of those that could not be made valid. */
  counts(): { rows: number; droppedCount: number };
};

/** A row moves by as many places as rows came in before it: further back than so many, none is met again. */
const idsMax = 10_000;
/** Where rows vanish all the time. */
const goneBackMax = 20;

export function createExportTrack(
  start: ExportCursor,
  { perPage, digest }: { perPage: number; digest: (text: string) => string },
): ExportTrack {
  const taken = createBoundedMap<string, true>({ entriesMax: idsMax });
  let { pageNo, total, last } = start;
  let isResumed = last !== undefined;
  let goneBack = 0;
  let rows = 0;
  let droppedCount = 0;

  const nameOf = ({ id }: Item) => digest(String(id)).slice(0, rowNameLength);

  /** Pages to go back, because the list has become shorter. */
  function slippedPages({ paging }: ExportPage): number {
    const now = paging?.total_count ?? undefined;
    const vanished = total !== undefined && now !== undefined ? Math.max(0, total - now) : 0;
    total = now ?? total;
    return Math.min(pageNo - 1, Math.ceil(vanished / perPage));
  }

  /** The place of the first row that is not in the part of the export before this one. */
  function beginningOf({ items }: ExportPage): number {
    if (!isResumed) return 0;
    isResumed = false;
    return items.findIndex((item) => nameOf(item) === last) + 1;
  }

  function isNew({ id }: Item): boolean {
    if (typeof id !== "string") return true;
    const isKnown = taken.get(id) === true;
    taken.set(id, true);
    return !isKnown;
  }

  return {
    pageNo: () => (pageNo <= PAGE_NO_MAX ? pageNo : undefined),
    isDoubtful: ({ items, paging }) =>
      items.length === 0 && (paging?.total_count ?? 0) === 0 && (total ?? 0) > (pageNo - 1) * perPage,
    take(page) {
      const back = slippedPages(page);
      if (back > 0 && goneBack < goneBackMax) {
        goneBack += 1;
        pageNo -= back;
        return "again";
      }
      const { items, shown } = page;
      const from = beginningOf(page);
      const fresh = shown.filter((_, place) => place >= from && isNew(items[place] ?? {}));
      const end = items.at(-1);
      if (end) last = nameOf(end);
      pageNo += 1;
      rows += fresh.length;
      droppedCount += page.droppedCount;
      return fresh;
    },
    next: () => (pageNo <= PAGE_NO_MAX ? writeCursor({ ...start, pageNo, total, last }) : null),
    counts: () => ({ rows, droppedCount }),
  };
}
