// What the platform lends to the core: time, chance, work after the answer, and one way to tell what happened.
//
// The core never reads `Date`, `Math.random`, `fetch` or `console` itself. Entries (and tests) hand these in, so that
// every decision can be replayed under a test clock and a seed.

/** Wall clock and timers. `now` is in epoch milliseconds. On Workers it moves only at I/O, which is enough here. */
export type Clock = {
  now(): number;
  /** Calls `wake` once, `delayMs` from now. The returned function cancels; cancelling twice is harmless. */
  timer(delayMs: number, wake: () => void): () => void;
};

/** A number from 0 (inclusive) to 1 (exclusive). */
export type Random = () => number;

/** Keeps work alive after the answer has been sent (`waitUntil` on Workers). Never throws; the work reports its own faults. */
export type Defer = (work: Promise<unknown>) => void;

/** Shows that a text and bytes are the ones that were sealed. Both verbs are synchronous and never throw. */
export type Seal = {
  /** Printable ASCII without quotes, at most 64 characters. */
  make(text: string, bytes: Uint8Array): string;
  fits(seal: string, text: string, bytes: Uint8Array): boolean;
};

/**
 * What a call to the upstream is for; decides how deep into the budget it may reach. Strongest first: a page in use that is past its
 * bound, one that is stale, a question nobody has a page of, a page of an export, which is read once and kept nowhere.
 */
export type Lane = "old" | "refresh" | "cold" | "warm";

/**
 * Who causes a load: a digest that names a client, and the percentage (1 to 100) of the budget that client may cause in a window.
 * `requestId`: the request that begins it, for the log.
 */
export type Payer = { readonly client: string; readonly percent: number; readonly requestId?: string };

/**
 * Everything worth telling about a request or a load, named `area.pastTense`. Values are counts, codes and times: never
 * a query text, a token, a name or an upstream body, so that any event may be logged. The one text of a request is the origin of a page
 * that may not read (`cors.refused`). A new one needs a row in log-levels.ts and words in scripts/event-texts.ts.
 */
export type Event =
  | { type: "cache.hit"; from: "memory" | "store"; ageMs: number; ttlMs: number }
  | { type: "cache.servedStale"; ageMs: number; ttlMs: number; because: "revalidating" | "deadline" | "failed" }
  | { type: "cache.missed" }
  | { type: "cache.rejected"; reason: string }
  | { type: "store.failed"; operation: "get" | "put"; reason: string }
  | { type: "load.served"; via: "fetched" | "joined" | "recent"; durationMs: number }
  | { type: "load.completed"; via: "fetched" | "joined" | "recent"; durationMs: number }
  | { type: "load.failed"; code: string; durationMs: number }
  | { type: "load.droppedLate" }
  | { type: "load.remembered"; code: string }
  | { type: "upstream.answered"; status: number; durationMs: number }
  | { type: "upstream.failed"; code: string; reason: string; durationMs: number }
  | { type: "upstream.retried"; reason: string }
  | { type: "upstream.limited"; frozenSeconds: number }
  | { type: "upstream.unauthorized"; status: number }
  | { type: "shield.failed"; reason: string }
  | { type: "changes.failed"; operation: "append" | "read"; reason: string }
  | { type: "webhooks.silent" }
  | { type: "stream.ended"; reason: "gone" | "slow" | "failed" | "expired" | "ended"; seconds: number }
  | {
      type: "export.ended";
      because: "complete" | "incomplete" | "gone" | "slow";
      /** Why it is not complete. */
      code: string;
      rows: number;
      seconds: number;
    }
  | { type: "budget.refused"; lane: Lane | "retry"; left: number; retryAfterSeconds: number }
  | { type: "breaker.opened"; forMs: number }
  | { type: "breaker.closed" }
  | { type: "redis.lost"; reason: string }
  | { type: "redis.recovered"; afterMs: number }
  | { type: "budget.closed"; forSeconds: number }
  | { type: "budget.opened" }
  | { type: "page.rowsDropped"; count: number; reasons: readonly string[] }
  | { type: "page.offsetContradicted"; expected: number; received: number }
  | { type: "request.refused"; code: string; limit?: "requests" | "budget" | "checks" | "streams" | "exports" }
  | { type: "request.failed"; reason: string }
  | { type: "cors.refused"; origin: string }
  | { type: "proxy.untrusted" }
  | { type: "node.listening"; port: number }
  | { type: "node.draining" }
  | { type: "connection.dropped" }
  | { type: "identity.refused"; reason: string }
  | { type: "identity.keysFetched"; count: number }
  | { type: "identity.keysFailed"; reason: string }
  | { type: "login.began" }
  | { type: "login.completed" }
  | { type: "login.refused"; reason: string }
  | { type: "login.unavailable"; reason: string }
  | { type: "login.ended"; by: "person" | "provider" }
  | { type: "login.providerFetched" }
  | { type: "login.providerFailed"; reason: string }
  | { type: "login.storeFailed"; reason: string }
  | { type: "webhook.taken"; event: string; sequence: number }
  | { type: "webhook.ignored"; because: "foreign_app" | "no_app" | "unknown_event" | "duplicate" }
  | { type: "webhook.refused"; reason: "no_signature" | "wrong_signature" | "body" }
  | { type: "webhook.postponed"; because: "key" | "log" }
  | { type: "webhook.keyFetched" }
  | { type: "webhook.keyFailed"; reason: string }
  | { type: "page.rowsCut"; count: number }
  | { type: "artefact.unavailable"; reason: string }
  | { type: "purge.recorded"; of: string; isHard: boolean; sequence: number }
  | { type: "limiter.failed"; policy: "requests" | "checks" }
  | { type: "config.warned"; warnings: readonly string[] }
  | { type: "config.rejected"; problems: readonly string[] };

/** What an event is about, as far as that is known: an app by its alias, and the request that began it. */
export type About = { readonly app?: string | undefined; readonly requestId?: string | undefined };

/** Takes one event. Must not throw and must not wait. */
export type Report = (event: Event, about?: About) => void;

/** The platform's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  timer(delayMs, wake) {
    const handle = setTimeout(wake, delayMs);
    return () => clearTimeout(handle);
  },
};

/** `2026-11-22T10:00:00.000Z` of epoch milliseconds. */
export const isoTime = (epochMs: number): string => new Date(epochMs).toISOString();

/** Epoch milliseconds that no setting of the system's clock moves, for sums over time. On Node only: on Workers it stands still. */
export const steadyNow = (): number => performance.timeOrigin + performance.now();

/**
 * What became of a question to Redis. "gone": it can't be reached, is late, or takes no writes at the moment; nobody waited
 * longer than a quarter of a second to learn that. "refused": it answered, and does not do that with this key.
 */
export type RedisAnswer<Value> =
  | { state: "answered"; value: Value }
  | { state: "gone" }
  | { state: "refused"; code: string };

/** Redis (one server or a cluster) as the adapters see it. No verb rejects. */
export type Redis = {
  /** The bytes at a key, or null. */
  get(key: string): Promise<RedisAnswer<Uint8Array | null>>;
  /**
   * Runs a Lua script as one step, in the order of the calls. All keys lie in one slot. Texts in the reply are
   * bytes (`Uint8Array`), numbers are whole, nil is null.
   */
  run(
    script: string,
    keys: readonly [string, ...string[]],
    args: readonly (string | number | Uint8Array)[],
  ): Promise<RedisAnswer<unknown>>;
  /** Hears the messages of a channel for good. Those sent while the connection is down are never heard. */
  listen(channel: string, hear: (message: string) => void): void;
};
