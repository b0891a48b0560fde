// Reloads pages in use as soon as a change touches them, so that the next reader gets the new page.
//
// A page is in use if somebody asked this loader for it within `inUseMs`. Readers ask again only when the page is no longer fresh, so that
// must be longer than any live page is fresh. The client that asked last pays for the reload. If its share is spent, the page turns stale
// and the next reader loads it.
import { createBoundedMap } from "../ground/bounded-map.ts";
import type { Clock, Defer, Payer } from "../ground/runtime.ts";
import type { ChangeLog } from "./change-log.ts";
import type { Keyed, PageLoader } from "./page-loader.ts";
import type { MemoryStore } from "./store.ts";

const pagesMax = 1_000;

export type ReloadParts = { changes: ChangeLog; copies: MemoryStore; clock: Clock; defer: Defer; inUseMs: number };

type InUse<Query> = { query: Query; payer: Payer | undefined; at: number };

/** The same loader, which also reloads pages in use when they change. */
export function withReloads<Query extends Keyed>(
  loader: PageLoader<Query>,
  { changes, copies, clock, defer, inUseMs }: ReloadParts,
): PageLoader<Query> {
  const inUse = createBoundedMap<string, InUse<Query>>({ entriesMax: pagesMax });
  const reloading = new Set<string>();

  function isTouched({ query }: InUse<Query>): boolean {
    const copy = copies.get(query.key);
    return copy !== undefined && changes.isCurrent() && copy.position < changes.boundsOf(query).freshFrom;
  }

  async function reload(page: InUse<Query>): Promise<void> {
    const { key } = page.query;
    reloading.add(key);
    try {
      const result = await loader.load(page.query, "refresh", page.payer);
      if (!result.ok) inUse.delete(key);
    } finally {
      reloading.delete(key);
    }
    // Touched again while it was loaded.
    if (!changes.isCurrent()) await changes.sync();
    if (inUse.get(key) && isTouched(page)) await reload(page);
  }

  changes.follow(() => {
    const since = clock.now() - inUseMs;
    for (const page of inUse.values()) {
      if (page.at > since && !reloading.has(page.query.key) && isTouched(page)) defer(reload(page));
    }
  });

  return {
    load(query, lane, payer, floor) {
      // What is read once is not in use.
      if (lane !== "warm") inUse.set(query.key, { query, payer, at: clock.now() });
      return loader.load(query, lane, payer, floor);
    },
  };
}
