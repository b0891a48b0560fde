// The read side: look, judge, serve, and ask the loader only when the verdict says so.
//
// No reader waits past its deadline, and no fault of a store or of the loader reaches a reader who can be shown an older
// page. Nothing here outlives a request but plain data: on Workers a promise of one request is of no use to another.
import type { Failure, Result } from "../errors.ts";
import type { Clock, Defer, Lane, Report } from "../runtime.ts";
import { attempt, faultName, settleWithin } from "./deadline.ts";
import { createFailureMemory, readBackOff } from "./failure-memory.ts";
import { ageMs, judge, mayBeShown } from "./freshness.ts";
import type { Keyed, LoadResult, PageLoader } from "./page-loader.ts";
import type { Entry, MemoryStore, Store } from "./store.ts";

export type ReadContext = { defer: Defer; report: Report };

export type PageCache<Query extends Keyed> = {
  /** The page's entry (fresh, stale or old, as the events tell), or why there is none. Never rejects. */
  get(query: Query, context: ReadContext): Promise<Result<Entry>>;
  /** The entry if it is fresh in memory: the hit path, without a promise. */
  peek(query: Query, report: Report): Entry | undefined;
};

export type PageCacheParts<Query extends Keyed> = {
  memory: MemoryStore;
  store?: Store | undefined;
  loader: PageLoader<Query>;
  clock: Clock;
};

/**
 * All in milliseconds, from the moment of asking: after `soft` an old page is shown if there is one, after `hard` the reader
 * is told 504. The look into the store counts, and ends with the deadline that applies.
 */
export type PageCacheOptions = { softDeadlineMs: number; hardDeadlineMs: number; storeTimeoutMs?: number };

/** How many pages may be under background refresh from one reader at a time. */
const refreshingMax = 10_000;

/** Builds the read side over a memory, an optional shared store and a loader. */
export function createPageCache<Query extends Keyed>(
  parts: PageCacheParts<Query>,
  options: PageCacheOptions,
): PageCache<Query> {
  const { memory, store, loader, clock } = parts;
  const storeTimeoutMs = options.storeTimeoutMs ?? 250;
  /** When this reader last began a background refresh of a key: a marker, not a promise. */
  const refreshing = new Map<string, number>();
  const failures = createFailureMemory(clock, readBackOff);

  function peek(query: Query, report: Report): Entry | undefined {
    const now = clock.now();
    const entry = memory.get(query.key);
    if (!entry || judge(entry, now).serve !== "fresh") return undefined;
    report({ type: "cache.hit", from: "memory", ageMs: ageMs(entry, now), ttlMs: entry.freshUntil - now });
    return entry;
  }

  async function get(query: Query, context: ReadContext): Promise<Result<Entry>> {
    const hit = peek(query, context.report);
    if (hit) return { ok: true, value: hit };
    const startedAt = clock.now();
    const softAt = startedAt + options.softDeadlineMs;
    const hardAt = startedAt + options.hardDeadlineMs;
    const found = await look(query.key, context.report);
    const verdict = judge(found, clock.now());

    switch (verdict.load) {
      case "none":
        return serveFresh(verdict.copy, "store", context.report);
      case "background":
        refreshLater(query, context);
        return serveOlder(verdict.copy, "revalidating", context.report);
      case "soft":
        // A copy that may not be shown any more at the soft deadline is no reason to give up there.
        return waitForNewer(query, "old", verdict.copy, verdict.copy.errorUntil > softAt ? softAt : hardAt, context);
      case "hard":
        context.report({ type: "cache.missed" });
        return waitForNewer(query, "cold", undefined, hardAt, context);
    }
  }

  /** Memory first; the store only where memory has nothing that may be shown at once. The newer of the two wins. */
  async function look(key: string, report: Report): Promise<Entry | undefined> {
    const kept = memory.get(key);
    const verdict = judge(kept, clock.now());
    if (!store || verdict.load === "background") return kept;
    const patienceMs = verdict.load === "soft" ? options.softDeadlineMs : options.hardDeadlineMs;
    if (patienceMs <= 0) return kept;
    const stored = await lookInStore(store, key, Math.min(storeTimeoutMs, patienceMs), report);
    if (stored) memory.put(key, stored);
    // Memory again: while the store was asked, a load may have ended.
    return newest(memory.get(key) ?? kept, stored);
  }

  async function lookInStore(
    target: Store,
    key: string,
    timeoutMs: number,
    report: Report,
  ): Promise<Entry | undefined> {
    const settled = await settleWithin(
      attempt(() => target.get(key)),
      timeoutMs,
      clock,
    );
    if (settled.state !== "value") {
      const reason = settled.state === "late" ? "late" : faultName(settled.error);
      report({ type: "store.failed", operation: "get", reason });
      return undefined;
    }
    if (settled.value.state === "rejected") report({ type: "cache.rejected", reason: settled.value.reason });
    return settled.value.state === "entry" ? settled.value.entry : undefined;
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

  async function waitForNewer(
    query: Query,
    lane: Lane,
    older: Entry | undefined,
    until: number,
    { defer, report }: ReadContext,
  ): Promise<Result<Entry>> {
    const unserved = (failure: Failure, because: "deadline" | "failed", newer?: Entry): Result<Entry> => {
      const shown = newest(older, newer);
      return shown && mayBeShown(shown, clock.now()) ? serveOlder(shown, because, report) : { ok: false, failure };
    };
    const remembered = failures.recall(query.key, lane);
    if (remembered) return unserved(remembered, "failed");

    const work = loadAndKeep(query, lane, report);
    defer(work);
    const settled = await settleWithin(work, until - clock.now(), clock);
    if (settled.state === "late") return unserved({ code: "upstream_timeout" }, "deadline");
    if (settled.state === "error") return unserved({ code: "internal" }, "failed");
    const result = settled.value;
    if (!result.ok) return unserved(result.failure, "failed", result.fallback);
    // The loader may answer with an older page of its own rather than let a reader wait.
    return judge(result.entry, clock.now()).serve === "fresh"
      ? { ok: true, value: result.entry }
      : serveOlder(result.entry, "revalidating", report);
  }

  /** Never rejects: whoever gave up waiting has nobody left to tell. */
  async function loadAndKeep(query: Query, lane: Lane, report: Report): Promise<LoadResult> {
    const startedAt = clock.now();
    const result = await attempt(() => loader.load(query, lane)).catch((error: unknown): LoadResult => {
      report({ type: "request.failed", reason: faultName(error) });
      return { ok: false, failure: { code: "internal" } };
    });
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

  function refreshLater(query: Query, { defer, report }: ReadContext): void {
    const now = clock.now();
    const startedAt = refreshing.get(query.key);
    if (startedAt !== undefined && Math.abs(now - startedAt) < options.hardDeadlineMs) return;
    if (failures.recall(query.key, "refresh")) return;
    refreshing.delete(query.key);
    refreshing.set(query.key, now);
    for (const oldest of refreshing.keys()) {
      if (refreshing.size <= refreshingMax) break;
      refreshing.delete(oldest);
    }
    const refresh = async () => {
      await settleWithin(loadAndKeep(query, "refresh", report), options.hardDeadlineMs, clock);
      // Not the marker of a later refresh.
      if (refreshing.get(query.key) === now) refreshing.delete(query.key);
    };
    defer(refresh());
  }

  return { get, peek };
}

function newest(one: Entry | undefined, other: Entry | undefined): Entry | undefined {
  if (!one || !other) return one ?? other;
  return other.sequence > one.sequence ? other : one;
}
