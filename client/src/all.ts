// Every row of a list, page by page, each row once.
//
// The list may change meanwhile: a row that moves to a later page is there once, and one that moves to an earlier page may be missed. Ask
// for ended sessions up to an `end_time` where that matters.
import type { ReadOptions, Transport } from "./transport.ts";

const waitMsMax = 600_000;

/** `pathOf` a page's number, from 1. Ends with the last page, or rejects as `read` does. */
export async function* everyRow(
  { read }: Pick<Transport, "read">,
  pathOf: (pageNo: number) => string,
  options: ReadOptions | undefined,
): AsyncGenerator<object> {
  const seen = new Set<string>();
  for (let pageNo = 1; ; pageNo += 1) {
    const page = asList(await read(pathOf(pageNo), { waitMsMax, ...options }));
    for (const row of Object.values(page.data).flat()) {
      if (seen.has(row.id)) continue;
      seen.add(row.id);
      yield row;
    }
    if (!page.paging.has_more) return;
  }
}

type Row = { id: string };
type List = { data: Record<string, Row | readonly Row[]>; paging: { has_more: boolean } };

/** Holds for every list of the document: `data` is rows with ids, or has them in one array. */
const asList = (page: object) => page as List;
