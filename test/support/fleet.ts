// A fleet under a test clock: several isolates in two locations, one shield that is evicted now and then, KV with its lag, one
// account's budget that survives the shield. Everything between the parts is copied, as it is between machines.
import { createCoalescer } from "../../src/cache/coalescer.ts";
import type { FreshnessLimits } from "../../src/cache/freshness.ts";
import { createPageCache } from "../../src/cache/page-cache.ts";
import type { PageCache, PageCacheOptions } from "../../src/cache/page-cache.ts";
import { createPageLoader } from "../../src/cache/page-loader.ts";
import type { LoadResult } from "../../src/cache/page-loader.ts";
import { createShield, createShieldClient } from "../../src/cache/shield.ts";
import { createKvStore } from "../../src/cache/store-kv.ts";
import { createMemoryStore } from "../../src/cache/store.ts";
import type { MemoryStore } from "../../src/cache/store.ts";
import type { Event, Lane, Payer } from "../../src/ground/runtime.ts";
import { createBreaker } from "../../src/upstream/breaker.ts";
import { createMemoryBudget } from "../../src/upstream/budget.ts";
import type { BudgetLimits } from "../../src/upstream/budget.ts";
import { openCheck } from "./entry-check.ts";
import type { Ask } from "./cache-rig.ts";
import { createFleetKv } from "./fleet-kv.ts";
import type { FleetKv } from "./fleet-kv.ts";
import { createFleetUpstream } from "./fleet-upstream.ts";
import type { FleetUpstream } from "./fleet-upstream.ts";
import { createGuardedFetch } from "./guarded-fetch.ts";
import { createSeededRandom, createTimeline } from "./timeline.ts";
import type { Timeline } from "./timeline.ts";

export type FleetOptions = {
  seed: number;
  freshness: FreshnessLimits;
  limits: BudgetLimits;
  isolates: number;
  deadlines: PageCacheOptions;
  /** Bound of each isolate's memory; small ones forget. */
  memoryBytesMax: number;
};

export type Isolate = { pages: PageCache<Ask>; memory: MemoryStore };

export type Fleet = {
  clock: Timeline;
  upstream: FleetUpstream;
  kv: FleetKv;
  isolates: Isolate[];
  /** Every call that left and was somebody's, and who caused it. */
  granted: readonly { at: number; client: string }[];
  /** A new isolate in the place of an old one, with nothing in memory. */
  restart(index: number): void;
  /** The shield loses its memory, its flights and its callers' calls; the budget stays. */
  evictShield(): void;
  /** What isolates and shields reported outside of requests. */
  events: readonly Event[];
};

const ignore = () => undefined;
const locations = 2;

export function createFleet(options: FleetOptions): Fleet {
  const random = createSeededRandom(options.seed);
  const clock = createTimeline();
  const upstream = createFleetUpstream(clock, random);
  const kv = createFleetKv(clock, random, locations);
  const views = Array.from({ length: locations }, (_, location) => kv.at(location));
  const budget = createMemoryBudget({ clock, limits: options.limits });
  const deadlineMs = options.deadlines.hardDeadlineMs;
  const events: Event[] = [];
  const granted: { at: number; client: string }[] = [];
  const report = (event: Event) => void events.push(event);
  let generation = 0;

  const storeAt = (location: number) => {
    const namespace = views[location % locations];
    if (!namespace) throw new Error("no such location");
    return createKvStore(namespace, { clock, check: openCheck });
  };
  const wait = (ms: number) => new Promise<void>((resolve) => clock.timer(ms, resolve));

  function startShield() {
    generation += 1;
    const own = generation;
    let isAlive = true;
    let die: (error: Error) => void = ignore;
    const death = new Promise<never>((_resolve, reject) => (die = reject));
    death.catch(ignore);
    const breaker = createBreaker({ clock, report });

    const fetchPage = createGuardedFetch({
      breaker,
      budget,
      windowMs: options.limits.windowMs,
      isAlive: () => isAlive,
      call(key, deadlineAt, payer) {
        if (payer) granted.push({ at: clock.now(), client: payer.client });
        return upstream.call(key, own, deadlineAt);
      },
    });

    const copies = createMemoryStore();
    const shared = { clock, random, report, defer: ignore };
    const loader = createPageLoader<Ask>(
      { ...shared, fetchPage, copies, store: storeAt(0), coalescer: createCoalescer() },
      { freshness: options.freshness, deadlineMs },
    );
    const pages = createPageCache<Ask>({ memory: copies, loader, clock }, options.deadlines);
    const shield = createShield<Ask>({ pages, loader, defer: ignore, report });
    return {
      load: (query: Ask, lane: Lane, payer?: Payer) => Promise.race([shield.load(query, lane, payer), death]),
      evict() {
        isAlive = false;
        die(new Error("Durable Object reset"));
      },
    };
  }

  let shield = startShield();

  const connect = () => ({
    async load(query: Ask, lane: Lane, payer?: Payer): Promise<LoadResult> {
      const copy = structuredClone(query);
      await wait(random() * 20);
      const result = structuredClone(await shield.load(copy, lane, payer));
      await wait(random() * 20);
      return result;
    },
  });

  const startIsolate = (index: number): Isolate => {
    const memory = createMemoryStore({ bytesMax: options.memoryBytesMax });
    const loader = createShieldClient<Ask>(connect, { clock, deadlineMs, report });
    const pages = createPageCache<Ask>({ memory, store: storeAt(index), loader, clock }, options.deadlines);
    return { pages, memory };
  };
  const isolates = Array.from({ length: options.isolates }, (_, index) => startIsolate(index));

  return {
    clock,
    upstream,
    kv,
    isolates,
    granted,
    events,
    restart: (index) => void (isolates[index] = startIsolate(index)),
    evictShield() {
      shield.evict();
      shield = startShield();
    },
  };
}
