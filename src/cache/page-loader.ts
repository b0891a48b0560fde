// The load side: one trip to the upstream per page, however many ask.
//
// It coalesces, looks again (a load that ended a moment ago is an answer), fetches, stamps, keeps and writes. It is generic:
// what a page is, how the upstream is asked and who may ask it comes in as `fetchPage`. A load goes on when its askers have
// left; an answer that arrives after its load was given up is still kept, unless a newer one is there.
//
// A page of an export (lane "warm") is read once. It is taken from a copy that is fresh; else it is loaded for its asker alone and kept
// nowhere: thousands of them would push out the pages that people look at, and whoever joined such a load would wait as long as it may.
import type { Failure } from "../ground/errors.ts";
import type { Clock, Defer, Event, Lane, Payer, Random, Report } from "../ground/runtime.ts";
import { noChanges, type ChangeLog } from "./change-log.ts";
import type { Subject } from "./change-marks.ts";
import type { Coalescer } from "./coalescer.ts";
import { attempt, faultName, settleWithin } from "../ground/deadline.ts";
import type { Settled } from "../ground/deadline.ts";
import { createFailureMemory, isStronger, loadBackOff } from "./failure-memory.ts";
import { judge, mayBeShown, stampTimes } from "./freshness.ts";
import type { FreshnessLimits, Lasting } from "./freshness.ts";
import { noPace, type Pace } from "./pace.ts";
import { etagOf } from "./store.ts";
import type { Entry, MemoryStore, Store } from "./store.ts";

/** Whatever is asked for; `key` and what touches it are functions of the question and of nothing else. */
export type Keyed = { key: string } & Subject;

/** A page from the upstream, already normalised and serialised. */
export type FetchedPage = Lasting & { body: Uint8Array };

export type FetchPage<Query> = (
  query: Query,
  context: { lane: Lane; payer: Payer | undefined; deadlineAt: number; report: Report },
) => Promise<{ ok: true; value: FetchedPage } | { ok: false; failure: Failure }>;

/**
 * The outcome of a load. `via` says where the entry came from. On a failure, `fallback` is the newest copy that the load side
 * still has, if it may be shown (not past its `errorUntil`).
 */
export type LoadResult =
  | { ok: true; entry: Entry; via: "fetched" | "joined" | "recent" }
  | { ok: false; failure: Failure; fallback?: Entry };

export type PageLoader<Query extends Keyed> = {
  /**
   * `payer`: whose share of the budget a load is taken from. Joining a load costs nothing. `floor` (epoch milliseconds): no page that was
   * fetched before is an answer.
   */
  load(query: Query, lane: Lane, payer?: Payer, floor?: number): Promise<LoadResult>;
};

/** Takes an event of a load, with what is loaded and who causes it. */
export type LoadReport<Query> = (event: Event, load: { query: Query; payer: Payer | undefined }) => void;

export type PageLoaderParts<Query extends Keyed> = {
  fetchPage: FetchPage<Query>;
  /** The newest copies, shared by everybody who asks this loader. */
  copies: MemoryStore;
  /** Where pages are written for other readers. Also the last resort when a load fails. */
  store?: Store | undefined;
  coalescer: Coalescer<Flight>;
  /** What changed meanwhile, and how that moves loads. Nothing does unless given. */
  changes?: ChangeLog;
  pace?: Pace<Query>;
  clock: Clock;
  random: Random;
  report: LoadReport<Query>;
  defer: Defer;
};

export type PageLoaderOptions = {
  freshness: FreshnessLimits;
  /** A load is given up this many milliseconds after it began, retries included. */
  deadlineMs: number;
  /** A store that answers later than this counts as one that did not answer. 250 ms by default. */
  storeTimeoutMs?: number;
};

/** What travels from the leader of a load to its followers. `lane` and `client` are the leader's: others may be let through. */
export type Flight =
  | { ok: true; entry: Entry; isNew: boolean }
  | { ok: false; failure: Failure; lane: Lane; client: string | undefined; fallback: Entry | undefined };

/** Why a load is made, and who is told about it. */
type Cause = { lane: Lane; payer: Payer | undefined; floor: number; report: Report };

type Fetched = Exclude<Flight, { ok: false }> | { ok: false; failure: Failure };

/** Builds the load side. One per process or Durable Object: its coalescer and copies are what makes it one load per page. */
export function createPageLoader<Query extends Keyed>(
  parts: PageLoaderParts<Query>,
  options: PageLoaderOptions,
): PageLoader<Query> {
  const { fetchPage, copies, store, coalescer, clock, random, defer } = parts;
  const { changes = noChanges, pace = noPace } = parts;
  const storeTimeoutMs = options.storeTimeoutMs ?? 250;
  const failures = createFailureMemory(clock, loadBackOff);
  let lastSequence = 0;

  /** Larger than every earlier one, across restarts too (it follows the clock). */
  const nextSequence = () => (lastSequence = Math.max(lastSequence + 1, clock.now()));

  async function load(query: Query, lane: Lane, payer?: Payer, floor = 0): Promise<LoadResult> {
    const startedAt = clock.now();
    const report: Report = (event) => parts.report(event, { query, payer });
    const cause: Cause = { lane, payer, floor, report };
    const isAnswer = (flight: Flight) => !flight.ok || judgeFor(flight.entry, query, floor).serve === "fresh";
    const lead = () => loadAsLeader(query, cause);
    const run = async () =>
      lane === "warm" ? ({ value: await lead(), role: "leader" } as const) : coalescer.run(query.key, lead, isAnswer);
    const copy = await copyUntilDue(query, floor);
    if (copy) return { ok: true, entry: copy, via: "recent" };
    let { value: flight, role } = await run();
    // Ends: each round is led by another lane, another client or with another floor, or by this caller; or somebody purged meanwhile.
    while ((role === "follower" && isOfItsLeaderAlone(flight, cause)) || isHidden(flight, query)) {
      ({ value: flight, role } = await run());
    }
    const durationMs = clock.now() - startedAt;
    if (flight.ok) {
      const via = role === "follower" ? "joined" : flight.isNew ? "fetched" : "recent";
      report({ type: "load.completed", via, durationMs });
      return { ok: true, entry: flight.entry, via };
    }
    const { failure, fallback } = flight;
    report({ type: "load.failed", code: failure.code, durationMs });
    return fallback ? { ok: false, failure, fallback } : { ok: false, failure };
  }

  const judgeFor = (copy: Entry | undefined, query: Query, floor?: number) =>
    judge(copy, clock.now(), changes.boundsOf(query), floor);

  /** Whoever has the page can wait until it is to be loaded anew; the copy, where it will do as it is for now. */
  async function copyUntilDue(query: Query, floor: number): Promise<Entry | undefined> {
    const verdict = judgeFor(copies.get(query.key), query, floor);
    if (verdict.serve === "nothing" || verdict.serve === "fresh") return undefined;
    return (await pace.wait(query, verdict.copy)) ? undefined : verdict.copy;
  }

  const isHidden = (flight: Flight, query: Query) =>
    flight.ok && flight.entry.position < changes.boundsOf(query).shownFrom;

  /**
   * The leader's way, the look for an older copy included: ten thousand followers of a failed load ask the store once.
   * Never rejects and never outlives its deadline by more than the store's, so that its followers do neither.
   */
  async function loadAsLeader(query: Query, cause: Cause): Promise<Flight> {
    const { lane, payer, floor, report } = cause;
    const client = payer?.client;
    const copy = copies.get(query.key);
    if (copy && judgeFor(copy, query, floor).serve === "fresh") return { ok: true, entry: copy, isNew: false };
    const remembered = failures.recall(query.key, lane);
    if (remembered) {
      report({ type: "load.remembered", code: remembered.code });
      return { ok: false, failure: remembered, lane, client, fallback: await fallbackFor(query, cause) };
    }
    const settled = await settleWithin(fetchAndKeep(query, cause), options.deadlineMs, clock);
    const outcome =
      settled.state === "value" ? settled.value : { ok: false as const, failure: failureOf(settled, report) };
    if (outcome.ok) return outcome;
    // Here and not where it failed: a load that was given up and fails later must not count once more.
    failures.remember(query.key, outcome.failure, lane);
    return { ok: false, failure: outcome.failure, lane, client, fallback: await fallbackFor(query, cause) };
  }

  const fallbackFor = async (query: Query, { lane, report }: Cause) =>
    lane === "warm" ? undefined : newestCopy(query, report);

  function failureOf(settled: Exclude<Settled<Fetched>, { state: "value" }>, report: Report): Failure {
    if (settled.state === "late") return { code: "upstream_timeout" };
    report({ type: "request.failed", reason: faultName(settled.error) });
    return { code: "internal" };
  }

  async function fetchAndKeep(query: Query, cause: Cause): Promise<Fetched> {
    const sequence = nextSequence();
    const position = changes.head();
    const fetchedAt = clock.now();
    const fetched = await fetchPage(query, { ...cause, deadlineAt: fetchedAt + options.deadlineMs });
    if (!fetched.ok) return fetched;

    const { body, ...lasting } = fetched.value;
    const answeredAt = clock.now();
    const times = stampTimes(
      { position, fetchedAt, answeredAt },
      pace.lasting(query, lasting),
      options.freshness,
      random,
    );
    const entry: Entry = { ...times, sequence, body, etag: await etagOf(body) };
    if (cause.lane === "warm") return { ok: true, entry, isNew: true };
    if (!copies.put(query.key, entry)) {
      const newer = copies.get(query.key);
      if (newer && newer.sequence > sequence) {
        cause.report({ type: "load.droppedLate" });
        return { ok: true, entry: newer, isNew: false };
      }
    }
    failures.forget(query.key);
    if (store) defer(write(store, query.key, entry, cause.report));
    return { ok: true, entry, isNew: true };
  }

  async function write(target: Store, key: string, entry: Entry, report: Report): Promise<void> {
    const settled = await settleWithin(
      attempt(() => target.put(key, entry)),
      options.deadlineMs,
      clock,
    );
    if (settled.state === "value") return;
    const reason = settled.state === "late" ? "late" : faultName(settled.error);
    report({ type: "store.failed", operation: "put", reason });
  }

  /** For a reader with nothing to show: our own copy, else what the store has, if it may still be shown. */
  async function newestCopy(query: Query, report: Report): Promise<Entry | undefined> {
    const { key } = query;
    const copy = copies.get(key);
    if (copy && mayBeShown(copy, clock.now(), changes.boundsOf(query))) return copy;
    if (!store) return undefined;
    const settled = await settleWithin(
      attempt(() => store.get(key)),
      storeTimeoutMs,
      clock,
    );
    if (settled.state !== "value") {
      const reason = settled.state === "late" ? "late" : faultName(settled.error);
      report({ type: "store.failed", operation: "get", reason });
    } else if (settled.value.state === "rejected") {
      report({ type: "cache.rejected", reason: settled.value.reason });
    } else if (settled.value.state === "entry") {
      // Its loader's clock may have been ahead of ours; what is loaded from now on is newer all the same.
      lastSequence = Math.max(lastSequence, settled.value.entry.sequence);
      copies.put(key, settled.value.entry);
    }
    // An answer that came too late for its load may have arrived meanwhile: `copies` has the newest of all.
    const newest = copies.get(key);
    return newest && mayBeShown(newest, clock.now(), changes.boundsOf(query)) ? newest : undefined;
  }

  return { load };
}

/**
 * Whether an outcome says nothing about a follower: its need is greater than its leader's was, another client's share was spent, or its
 * leader took an older page than it does.
 */
function isOfItsLeaderAlone(flight: Flight, { lane, payer, floor }: Cause): boolean {
  if (flight.ok) return flight.entry.fetchedAt < floor;
  if (flight.failure.code === "budget_spent") return isStronger(lane, flight.lane);
  // In another lane the same client may have something left: part of its share is kept for old pages.
  return flight.failure.code === "rate_limited" && (flight.client !== payer?.client || flight.lane !== lane);
}
