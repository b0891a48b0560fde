// The read side: look, judge, serve, and ask the loader only when the verdict says so.
//
// No reader waits past its deadline, and no fault of a store or of the loader reaches a reader who can be shown an older
// page. Only plain data outlives a request: on Workers one request can't await the promise of another.
import type { Failure, Result } from "../ground/errors.ts";
import type { Clock, Defer, Lane, Payer, Report } from "../ground/runtime.ts";
import { attempt, faultName, settleWithin } from "../ground/deadline.ts";
import { createFailureMemory, readBackOff } from "./failure-memory.ts";
import { noChanges, type ChangeLog } from "./change-log.ts";
import { ageMs, judge, mayBeShown } from "./freshness.ts";
import { createMarkers } from "./markers.ts";
import type { Keyed, LoadResult, PageLoader } from "./page-loader.ts";
import type { Entry, MemoryStore, Store } from "./store.ts";

export type ReadContext = {
  defer: Defer;
  report: Report;
  /** Why this reader may not cause a load, if so. A reader with something to show is shown that. */
  loadRefusal?: Failure | undefined;
  /** Whose share of the budget a load is taken from; asked when there is one. */
  payer?: () => Payer;
  /** Told why a newer page could not be had where an older one is shown; also after the answer. */
  whenFailed?: ((failure: Failure) => void) | undefined;
  /** Epoch milliseconds: no page that was fetched before is an answer to this reader, not even when all else fails. */
  floor?: number | undefined;
};

export type PageCache<Query extends Keyed> = {
  /** The page's entry (fresh, stale or old, as the events tell), or why there is none. Never rejects. */
  get(query: Query, context: ReadContext): Promise<Result<Entry>>;
  /** The page for who reads it once: as it is where it is fresh in memory, else loaded in the lane "warm" and kept nowhere. Never rejects. */
  once(query: Query, context: Pick<ReadContext, "report" | "payer">): Promise<Result<Entry>>;
  /** The entry if it is fresh in memory: the hit path, without a promise. */
  peek(query: Query, report: Report, floor?: number): Entry | undefined;
  /** Whether memory has an entry that could be shown, fresh or not. */
  holds(query: Query): boolean;
};

export type PageCacheParts<Query extends Keyed> = {
  memory: MemoryStore;
  store?: Store | undefined;
  loader: PageLoader<Query>;
  /** What changed meanwhile. Nothing does unless given. */
  changes?: ChangeLog;
  clock: Clock;
};

/**
 * All in milliseconds, from the moment of asking: after `soft` an old page is shown if there is one, after `hard` the reader
 * is told 504. The look into the store counts, and ends with the deadline that applies.
 */
export type PageCacheOptions = {
  softDeadlineMs: number;
  hardDeadlineMs: number;
  storeTimeoutMs?: number;
  /** Others load pages into the store as well: it is looked into before a page is renewed, which then costs nobody a load. */
  renewsFromStore?: boolean;
};

/** Builds the read side over a memory, an optional shared store and a loader. */
export function createPageCache<Query extends Keyed>(
  parts: PageCacheParts<Query>,
  options: PageCacheOptions,
): PageCache<Query> {
  const { memory, store, loader, changes = noChanges, clock } = parts;
  const storeTimeoutMs = options.storeTimeoutMs ?? 250;
  const refreshing = createMarkers({ clock, lastsMs: options.hardDeadlineMs });
  const failures = createFailureMemory(clock, readBackOff);
  /** Clients that were refused a refresh a moment ago: they are not asked for again at once, and do not stand in others' way. */
  const refused = createMarkers({ clock, lastsMs: refusedMs });

  function peek(query: Query, report: Report, floor?: number): Entry | undefined {
    const now = clock.now();
    const entry = memory.get(query.key);
    if (!entry || !changes.isCurrent() || judge(entry, now, changes.boundsOf(query), floor).serve !== "fresh") {
      return undefined;
    }
    report({ type: "cache.hit", from: "memory", ageMs: ageMs(entry, now), ttlMs: entry.freshUntil - now });
    return entry;
  }

  function holds(query: Query): boolean {
    const entry = memory.get(query.key);
    return entry !== undefined && mayBeShown(entry, clock.now(), changes.boundsOf(query));
  }

  async function get(query: Query, context: ReadContext): Promise<Result<Entry>> {
    const { floor } = context;
    const hit = peek(query, context.report, floor);
    if (hit) return { ok: true, value: hit };
    const startedAt = clock.now();
    const deadlines = {
      softAt: startedAt + options.softDeadlineMs,
      hardAt: startedAt + options.hardDeadlineMs,
    };
    if (!changes.isCurrent()) {
      await changes.sync();
      // Nothing has touched it: the store knows no better.
      const untouched = peek(query, context.report, floor);
      if (untouched) return { ok: true, value: untouched };
    }
    const { found, late } = await look(query, context.report);
    const verdict = judge(found, clock.now(), changes.boundsOf(query), floor);

    switch (verdict.load) {
      case "none":
        return serveFresh(verdict.copy, "store", context.report);
      case "background":
        refreshLater(query, context);
        return serveOlder(verdict.copy, "revalidating", context.report);
      case "soft":
        return waitForNewer(query, "old", { ...deadlines, older: verdict.copy, late }, context);
      case "hard":
        context.report({ type: "cache.missed" });
        return waitForNewer(query, "cold", { ...deadlines, older: undefined, late }, context);
    }
  }

  /** Memory first; the store only where memory has nothing that may be shown at once. The newer of the two wins. */
  async function look(query: Query, report: Report): Promise<Looked> {
    const { key } = query;
    const kept = memory.get(key);
    const verdict = judge(kept, clock.now(), changes.boundsOf(query));
    if (!store || verdict.load === "background") return { found: kept, late: undefined };
    const patienceMs = verdict.load === "soft" ? options.softDeadlineMs : options.hardDeadlineMs;
    if (patienceMs <= 0) return { found: kept, late: undefined };
    let isAwaited = true;
    const lookup = lookInStore(store, key, (event) => {
      if (isAwaited) report(event);
    });
    const timeoutMs = Math.min(storeTimeoutMs, patienceMs);
    const keepsTime = store.answerMsMax !== undefined && store.answerMsMax <= timeoutMs;
    const settled = keepsTime
      ? ({ state: "value", value: await lookup } as const)
      : await settleWithin(lookup, timeoutMs, clock);
    // Memory again: while the store was asked, a load may have ended.
    if (settled.state === "value") return { found: newest(memory.get(key) ?? kept, settled.value), late: undefined };
    isAwaited = false;
    report({ type: "store.failed", operation: "get", reason: "late" });
    return { found: memory.get(key) ?? kept, late: lookup.then(() => {}) };
  }

  /** What the store has goes into memory, however late it comes. Never rejects. */
  async function lookInStore(target: Store, key: string, report: Report): Promise<Entry | undefined> {
    try {
      const found = await target.get(key);
      if (found.state === "rejected") report({ type: "cache.rejected", reason: found.reason });
      if (found.state !== "entry") return undefined;
      memory.put(key, found.entry);
      return found.entry;
    } catch (error) {
      report({ type: "store.failed", operation: "get", reason: faultName(error) });
      return undefined;
    }
  }

  function serveFresh(entry: Entry, from: "memory" | "store", report: Report): Result<Entry> {
    const now = clock.now();
    report({ type: "cache.hit", from, ageMs: ageMs(entry, now), ttlMs: entry.freshUntil - now });
    return { ok: true, value: entry };
  }

  function serveOlder(entry: Entry, because: "revalidating" | "deadline" | "failed", report: Report): Result<Entry> {
    const now = clock.now();
    report({ type: "cache.servedStale", ageMs: ageMs(entry, now), ttlMs: entry.freshUntil - now, because });
    return { ok: true, value: entry };
  }

  /**
   * Waits for a load: up to the soft deadline, and on to the hard one while there is nothing to show. A look into the store that
   * is late may still bring the page that a failed load leaves as the only one.
   */
  async function waitForNewer(
    query: Query,
    lane: Lane,
    { softAt, hardAt, older, late }: Patience,
    context: ReadContext,
  ): Promise<Result<Entry>> {
    const { defer, report, floor } = context;
    const toShow = (newer?: Entry): Entry | undefined => {
      const shown = newest(newest(older, memory.get(query.key)), newer);
      return shown && mayBeShown(shown, clock.now(), changes.boundsOf(query), floor) ? shown : undefined;
    };
    const unserved = async (failure: Failure, newer?: Entry): Promise<Result<Entry>> => {
      if (!toShow(newer) && late) await settleWithin(late, hardAt - clock.now(), clock);
      const shown = toShow(newer);
      if (!shown) return { ok: false, failure };
      context.whenFailed?.(failure);
      return serveOlder(shown, "failed", report);
    };
    const remembered = failures.recall(query.key, lane);
    if (remembered) return unserved(remembered);
    const work = loadAndKeep(query, lane, context);
    defer(work);
    let settled = await settleWithin(work, softAt - clock.now(), clock);
    if (settled.state === "late" && !toShow()) settled = await settleWithin(work, hardAt - clock.now(), clock);
    if (settled.state === "late") {
      const shown = toShow();
      return shown ? serveOlder(shown, "deadline", report) : { ok: false, failure: { code: "upstream_timeout" } };
    }
    if (settled.state === "error") return unserved({ code: "internal" });
    const result = settled.value;
    if (!result.ok) return unserved(result.failure, result.fallback);
    // The loader may answer with an older page of its own rather than let a reader wait.
    return judge(result.entry, clock.now(), changes.boundsOf(query)).serve === "fresh"
      ? { ok: true, value: result.entry }
      : serveOlder(result.entry, "revalidating", report);
  }

  /** Never rejects: whoever gave up waiting has nobody left to tell. */
  async function loadAndKeep(query: Query, lane: Lane, context: ReadContext): Promise<LoadResult> {
    const { report, loadRefusal, payer, floor } = context;
    if (loadRefusal) return { ok: false, failure: loadRefusal };
    const startedAt = clock.now();
    const result = await attempt(() => loader.load(query, lane, payer?.(), floor)).catch(
      (error: unknown): LoadResult => {
        report({ type: "request.failed", reason: faultName(error) });
        return { ok: false, failure: { code: "internal" } };
      },
    );
    const entry = result.ok ? result.entry : result.fallback;
    if (entry) memory.put(query.key, entry);
    if (result.ok) {
      failures.forget(query.key);
      report({ type: "load.served", via: result.via, durationMs: clock.now() - startedAt });
    } else {
      failures.remember(query.key, result.failure, lane);
    }
    return result;
  }

  function refreshLater(query: Query, context: ReadContext): void {
    if (refreshing.isSet(query.key) || failures.recall(query.key, "refresh")) return;
    const client = context.payer?.().client;
    if (client !== undefined && refused.isSet(client)) return;
    const done = refreshing.set(query.key);
    const refresh = async () => {
      const settled = await settleWithin(renew(query, context), options.hardDeadlineMs, clock);
      done();
      const isRefused = settled.state === "value" && settled.value?.code === "rate_limited";
      if (isRefused && client !== undefined) refused.set(client);
    };
    context.defer(refresh());
  }

  /** Why not, if not. Never rejects, as `loadAndKeep`. A client that may not have the page loaded leaves it to the next one who comes. */
  async function renew(query: Query, context: ReadContext): Promise<Failure | undefined> {
    if (store && options.renewsFromStore) {
      await settleWithin(lookInStore(store, query.key, context.report), storeTimeoutMs, clock);
      if (judge(memory.get(query.key), clock.now(), changes.boundsOf(query)).serve === "fresh") return undefined;
    }
    const result = await loadAndKeep(query, "refresh", context);
    if (!result.ok) context.whenFailed?.(result.failure);
    return result.ok ? undefined : result.failure;
  }

  async function once(query: Query, { report, payer }: Pick<ReadContext, "report" | "payer">): Promise<Result<Entry>> {
    const hit = peek(query, report);
    if (hit) return { ok: true, value: hit };
    const work = attempt(() => loader.load(query, "warm", payer?.()));
    const settled = await settleWithin(work, options.hardDeadlineMs, clock);
    switch (settled.state) {
      case "late":
        return { ok: false, failure: { code: "upstream_timeout" } };
      case "error":
        report({ type: "request.failed", reason: faultName(settled.error) });
        return { ok: false, failure: { code: "internal" } };
      case "value":
        return settled.value.ok ? { ok: true, value: settled.value.entry } : settled.value;
    }
  }

  return { get, once, peek, holds };
}

/** How long a client that was refused a refresh is not asked for again. */
const refusedMs = 1_000;

/** What a look brought; `late` settles when a store that was not waited for has answered, into memory. */
type Looked = { found: Entry | undefined; late: Promise<void> | undefined };

/** How long a reader waits, and for what besides the load. */
type Patience = { softAt: number; hardAt: number; older: Entry | undefined; late: Promise<void> | undefined };

function newest(one: Entry | undefined, other: Entry | undefined): Entry | undefined {
  if (!one || !other) return one ?? other;
  return other.sequence > one.sequence ? other : one;
}
