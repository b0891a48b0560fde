// Parts for tests of the cache: pages, and a read side and a load side over scripted counterparts under a test clock.
import { createHash } from "node:crypto";
import { afterAll, vi } from "vitest";
import type { ChangeLog } from "../../src/cache/change-log.ts";
import type { Subject } from "../../src/cache/change-marks.ts";
import { createCoalescer } from "../../src/cache/coalescer.ts";
import type { FreshnessLimits } from "../../src/cache/freshness.ts";
import type { Pace } from "../../src/cache/pace.ts";
import { createPageCache } from "../../src/cache/page-cache.ts";
import { createPageLoader } from "../../src/cache/page-loader.ts";
import type { FetchedPage, Keyed, LoadResult, PageLoader } from "../../src/cache/page-loader.ts";
import { createMemoryStore, etagOf } from "../../src/cache/store.ts";
import type { Entry, Store } from "../../src/cache/store.ts";
import type { Failure, Result } from "../../src/ground/errors.ts";
import type { Clock, Event, Lane, Payer } from "../../src/ground/runtime.ts";
import { createTestClock } from "./clock.ts";
import type { TestClock } from "./clock.ts";

export type Ask = Keyed;
export const ask: Ask = { key: "page" };

/** Settled by nobody. */
export const never = <Value>(): Promise<Value> => new Promise<Value>(() => undefined);

/**
 * The same digests without the thread pool, so that nothing but the test clock decides when a promise settles. Holds for
 * the test file that calls it.
 */
export function useInstantDigest(): void {
  const spy = vi.spyOn(crypto.subtle, "digest").mockImplementation(async (_algorithm, data) => {
    const bytes = ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : data;
    return Uint8Array.from(createHash("sha256").update(new Uint8Array(bytes)).digest()).buffer;
  });
  afterAll(() => spy.mockRestore());
}

export const textOf = (entry: Entry | undefined): string | undefined => entry && new TextDecoder().decode(entry.body);

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** An entry loaded at `fetchedAt`: fresh for 5 s, stale for 60 s more, shown on errors for an hour, unless told otherwise. */
export async function makeEntry(
  text: string,
  fetchedAt: number,
  lasts: { freshMs?: number; staleMs?: number; errorMs?: number; sequence?: number; position?: number } = {},
): Promise<Entry> {
  const { freshMs = 5_000, staleMs = 60_000, errorMs = 3_600_000, sequence = fetchedAt } = lasts;
  const body = bytesOf(text);
  const freshUntil = fetchedAt + freshMs;
  return {
    body,
    etag: await etagOf(body),
    sequence,
    position: lasts.position ?? 0,
    fetchedAt,
    freshUntil,
    staleUntil: freshUntil + staleMs,
    errorUntil: freshUntil + errorMs,
  };
}

/** One `get` on its way: what was reported so far, and once it is answered, with what and after how long. */
export type Reading = { events: Event[]; result?: Result<Entry>; waitedMs?: number };

export type ReaderRig = {
  clock: TestClock;
  memory: ReturnType<typeof createMemoryStore>;
  lanes: Lane[];
  /** Decides what the loader does from now on; it hangs until told otherwise. */
  onLoad(answer: (lane: Lane) => Promise<LoadResult>): void;
  deferred: Promise<unknown>[];
  get(key?: string): Reading;
  /** The same, after everything that can settle without time passing. */
  read(key?: string): Promise<Reading>;
};

/** A read side with a soft deadline of 1 s, a hard one of 10 s and 250 ms for its store, over a scripted loader. */
export function createReaderRig(
  parts: {
    clock?: TestClock;
    store?: Store;
    loader?: PageLoader<Ask>;
    soft?: number;
    hard?: number;
    hasDefer?: boolean;
  } = {},
): ReaderRig {
  const clock = parts.clock ?? createTestClock();
  const memory = createMemoryStore();
  const lanes: Lane[] = [];
  const deferred: Promise<unknown>[] = [];
  let answer: (lane: Lane) => Promise<LoadResult> = never;
  const scripted: PageLoader<Ask> = {
    load: (_query, lane) => {
      lanes.push(lane);
      return answer(lane);
    },
  };
  const pages = createPageCache<Ask>(
    { memory, store: parts.store, loader: parts.loader ?? scripted, clock },
    { softDeadlineMs: parts.soft ?? 1_000, hardDeadlineMs: parts.hard ?? 10_000 },
  );
  const get = (key = "page"): Reading => {
    const startedAt = clock.now();
    const reading: Reading = { events: [] };
    const context = {
      defer: (work: Promise<unknown>) => void (parts.hasDefer !== false && deferred.push(work)),
      report: (event: Event) => void reading.events.push(event),
    };
    void pages.get({ key }, context).then((result) => {
      reading.result = result;
      reading.waitedMs = clock.now() - startedAt;
    });
    return reading;
  };
  return {
    clock,
    memory,
    lanes,
    deferred,
    get,
    onLoad: (next) => void (answer = next),
    read: async (key) => {
      const reading = get(key);
      await clock.settle();
      return reading;
    },
  };
}

type Fetched = Result<FetchedPage>;

/** One call to the upstream, held until the test answers it. */
export type HeldFetch = {
  key: string;
  lane: Lane;
  deadlineAt: number;
  answer(text: string, volatility?: FetchedPage["volatility"]): void;
  refuse(failure: Failure): void;
  throw(error: unknown): void;
};

/** 5 s live, 30 s recent, an hour settled; a minute stale, a day on errors. */
export const freshness: FreshnessLimits = {
  freshSeconds: { live: 5, recent: 30, settled: 3_600 },
  staleSeconds: 60,
  staleIfErrorSeconds: 86_400,
};

/** One `load` on its way. */
export type Loading = { result?: LoadResult; waitedMs?: number };

/** A load side with a deadline of 10 s whose fetches are held by the test; no jitter. */
export function createLoaderRig(
  parts: {
    store?: Store;
    clock?: TestClock;
    bytesMax?: number;
    now?: Clock["now"];
    changes?: ChangeLog;
    pace?: Pace<Ask>;
  } = {},
) {
  const clock = parts.clock ?? createTestClock();
  const copies = createMemoryStore(parts.bytesMax === undefined ? {} : { bytesMax: parts.bytesMax });
  const fetches: HeldFetch[] = [];
  const events: Event[] = [];
  const deferred: Promise<unknown>[] = [];
  const loader = createPageLoader<Ask>(
    {
      fetchPage: ({ key }, { lane, deadlineAt }) =>
        new Promise<Fetched>((resolve, reject) => {
          fetches.push({
            key,
            lane,
            deadlineAt,
            answer: (text, volatility = "live") => resolve({ ok: true, value: { body: bytesOf(text), volatility } }),
            refuse: (failure) => resolve({ ok: false, failure }),
            throw: reject,
          });
        }),
      copies,
      store: parts.store,
      coalescer: createCoalescer(),
      ...(parts.changes && { changes: parts.changes }),
      ...(parts.pace && { pace: parts.pace }),
      clock: { now: parts.now ?? clock.now, timer: clock.timer },
      random: () => 0.5,
      report: (event) => void events.push(event),
      defer: (work) => void deferred.push(work),
    },
    { freshness, deadlineMs: 10_000 },
  );
  const load = (lane: Lane = "cold", payer?: Payer, key = "page", subject: Subject = {}): Loading => {
    const startedAt = clock.now();
    const loading: Loading = {};
    void loader.load({ key, ...subject }, lane, payer).then((result) => {
      loading.result = result;
      loading.waitedMs = clock.now() - startedAt;
    });
    return loading;
  };
  return {
    clock,
    copies,
    fetches,
    events,
    deferred,
    loader,
    load,
    /** The call made last. Throws if there was none. */
    lastFetch(): HeldFetch {
      const last = fetches.at(-1);
      if (!last) throw new Error("nothing was fetched");
      return last;
    },
    /** Loads, and answers the call at once in the way given (when there is one). */
    async loaded(respond: (fetch: HeldFetch) => void, lane: Lane = "cold"): Promise<Loading> {
      const count = fetches.length;
      const loading = load(lane);
      await clock.settle();
      const fetch = fetches[count];
      if (fetch) respond(fetch);
      await clock.settle();
      return loading;
    },
  };
}

/** What was reported, without the fields that a trace is not about. */
export const typesOf = (events: readonly Event[]): string[] => events.map(({ type }) => type);
