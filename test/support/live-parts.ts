// What both forms of the live simulation are put together from, as the entries do it: the side that loads, and the one that reads and listens.
// A mutation takes one guarantee away, to show that it is missed.
import type { ChangeLog } from "../../src/cache/change-log.ts";
import type { Changes, Touch } from "../../src/cache/change-marks.ts";
import { createCoalescer } from "../../src/cache/coalescer.ts";
import type { FreshnessLimits } from "../../src/cache/freshness.ts";
import { createPace, type Pace } from "../../src/cache/pace.ts";
import { createPageCache, type PageCache } from "../../src/cache/page-cache.ts";
import { createPageLoader, type PageLoader } from "../../src/cache/page-loader.ts";
import { withReloads } from "../../src/cache/reloads.ts";
import type { MemoryStore, Store } from "../../src/cache/store.ts";
import type { Clock, Payer, Random } from "../../src/ground/runtime.ts";
import type { Admission } from "../../src/service/answer.ts";
import { createWatches, type Watches } from "../../src/service/watches.ts";
import { createBreaker } from "../../src/upstream/breaker.ts";
import type { Budget } from "../../src/upstream/budget.ts";
import { createGuardedFetch } from "./guarded-fetch.ts";
import { heard, livePages, type LivePage, type LiveWorld } from "./live-world.ts";
import type { Timeline } from "./timeline.ts";

export const softDeadlineMs = 1_000;
export const hardDeadlineMs = 10_000;
export const windowMs = 60_000;
export const sharePercent = 50;
export const withWebhooksSeconds = 60;
export const freshness: FreshnessLimits = {
  freshSeconds: { live: 5, recent: 30, settled: 120 },
  staleSeconds: 60,
  staleIfErrorSeconds: 1_800,
};

type Sides = { loader: PageLoader<LivePage>; copies: MemoryStore; changes: ChangeLog; clock: Clock };
export type Mutation = {
  /** In the place of `withReloads`. */
  reloads?: (sides: Sides) => PageLoader<LivePage>;
  pace?: (real: Pace<LivePage>, changes: ChangeLog) => Pace<LivePage>;
  budget?: (real: Budget) => Budget;
  /** By which a follower tells how old its log is. */
  followersClock?: (real: Clock) => Clock;
  /** The log as readers see it. */
  readersLog?: (real: ChangeLog) => ChangeLog;
  /** What a shield knows after a restart. */
  restored?: (kept: Changes) => Changes;
};

export type LiveOptions = {
  seed: number;
  requests: number;
  hasWebhooks: boolean;
  mutation: Mutation;
};

/** A touch as it was written, by the clock of the log. `isLost`: with the data of the log. */
export type Recorded = Touch & { at: number; isLost: boolean };

export type LiveNode = { pages: PageCache<LivePage>; memory: MemoryStore; watches: Watches; changes: ChangeLog };
export type LoadSide = { loader: PageLoader<LivePage>; copies: MemoryStore; askedAt: ReadonlyMap<string, number> };

export type LiveRig = {
  clock: Timeline;
  world: LiveWorld;
  nodes: LiveNode[];
  loadSides(): readonly LoadSide[];
  touches: readonly Recorded[];
  /** For so long a node may not know of a touch. */
  logAgeMsMax: number;
  /** Whether a node was told of a touch, as far as that can be told from its questions. */
  knows(node: number, touch: Recorded): boolean;
  /** Writes what somebody told this node. Rejects where it can't. */
  append(node: number, touch: Touch): Promise<number>;
  /** A new one in the place of an old one, with nothing in memory. */
  restart(node: number): void;
  /** Something happens to what the nodes share; answers with what it was. */
  upset(): string;
  /** All that is shared can be had again. */
  heal(): void;
};

type LoadParts = {
  clock: Timeline;
  random: Random;
  world: LiveWorld;
  budget: Budget;
  changes: ChangeLog;
  copies: MemoryStore;
  store: Store | undefined;
  isAlive: () => boolean;
};

const ignore = () => undefined;

/** A minute more than a live page is fresh. */
export const inUseMs = (withWebhooksSeconds + 60) * 1000;

export function createLoadSide(
  { clock, random, world, changes, copies, store, isAlive, ...parts }: LoadParts,
  { requests, hasWebhooks, mutation }: LiveOptions,
): LoadSide {
  const budget = mutation.budget?.(parts.budget) ?? parts.budget;
  let left = Infinity;
  const watched: Budget = {
    ...budget,
    async take(lane, payer) {
      const verdict = await budget.take(lane, payer);
      left = verdict.left;
      return verdict;
    },
  };
  const realPace = createPace<LivePage>({
    changes,
    clock,
    freshLiveSeconds: freshness.freshSeconds.live,
    ...(hasWebhooks && {
      webhooks: {
        freshLiveSeconds: withWebhooksSeconds,
        heardBy: () => ({ tags: [heard] }),
        whenSilent: ignore,
      },
    }),
    isBudgetLow: () => left < requests / 2,
  });
  const fetchPage = createGuardedFetch({
    breaker: createBreaker({ clock, report: ignore }),
    budget: watched,
    windowMs,
    isAlive,
    call: world.call,
  });
  const pace = mutation.pace?.(realPace, changes) ?? realPace;
  const shared = { clock, random, changes, copies, defer: ignore, report: ignore };
  const inner = createPageLoader<LivePage>(
    { ...shared, fetchPage, store, coalescer: createCoalescer(), pace },
    { freshness, deadlineMs: hardDeadlineMs - 500 },
  );
  const { reloads = ({ loader, ...rest }: Sides) => withReloads(loader, { ...rest, defer: ignore, inUseMs }) } =
    mutation;
  const loader = reloads({ loader: inner, copies, changes, clock });
  const askedAt = new Map<string, number>();
  return {
    copies,
    askedAt,
    loader: {
      load(query, ...rest) {
        askedAt.set(query.key, clock.now());
        return loader.load(query, ...rest);
      },
    },
  };
}

export const payerOf = (client: string): Payer => ({ client, percent: sharePercent });

type NodeParts = {
  clock: Clock;
  memory: MemoryStore;
  store: Store | undefined;
  loader: PageLoader<LivePage>;
  changes: ChangeLog;
  /** Listeners share a watch, and the store is looked into before a page is renewed. */
  isProcess: boolean;
};

export function createLiveNode(parts: NodeParts, { mutation }: LiveOptions): LiveNode {
  const { clock, memory, isProcess } = parts;
  const changes = mutation.readersLog?.(parts.changes) ?? parts.changes;
  const pages = createPageCache<LivePage>(
    { ...parts, changes },
    { softDeadlineMs, hardDeadlineMs, renewsFromStore: isProcess },
  );
  const watches = createWatches({
    answers: {
      reload({ ask, client }, { defer, report, loadRefusal, whenFailed }) {
        const page = livePages.find(({ key }) => key === ask.question.key);
        if (!page) throw new Error("no such page");
        const hit = pages.peek(page, report);
        if (hit) return { ok: true, value: hit };
        return pages.get(page, { defer, report, loadRefusal, whenFailed, payer: () => payerOf(client) });
      },
    },
    changes,
    clock,
    isShared: isProcess,
  });
  return { pages, memory, watches, changes };
}

/** As much of an admission as a watch looks at. */
export const admissionOf = (page: LivePage, client: string): Admission =>
  ({ client, endsAt: Infinity, ask: { question: { key: page.key } } }) as unknown as Admission;
