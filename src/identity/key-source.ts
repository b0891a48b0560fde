// The keys that tokens are verified under: a configured one, or a set that is fetched, kept and refreshed.
//
// Problem: an issuer that is slow, down or rotating its keys must not shut everybody out, a key that it took back must not be used
// for long, and callers who name keys at random must not make us hammer it. Choice: keys are fresh for ten minutes; older ones
// are used while one refresh runs after the answer. After twenty minutes (nobody came in between, or the refresh failed)
// whoever comes waits for it, and the kept keys are used, for a day at most, only where it fails. A failure is not tried again
// for 30 s. A key nobody knows causes one fetch in 30 s, and its name is remembered for so long. Nobody waits for longer than a
// fetch may take, and once more where the request that began it died.
//
// Requests share plain data here and never a promise: on Workers one that was made in a request is of no use in another. Who
// finds a fetch under way looks again every 20 ms. A request that died takes no mark away, so a mark also ends by itself.
import { createBoundedMap } from "../ground/bounded-map.ts";
import type { Clock } from "../ground/runtime.ts";
import { fetchKeySet, keySetTimeoutMs } from "./key-set.ts";
import type { Fetch } from "./key-set.ts";
import type { Algorithm, SigningKey } from "./signing-key.ts";
import type { Context } from "./verifier.ts";

export type KeyQuestion = { kid: string | undefined; algorithm: Algorithm };

export type KeyAnswer =
  /** To be tried one after the other: at least one, at most four. */
  | { state: "found"; keys: readonly SigningKey[] }
  | { state: "refused"; reason: "unknown_key" | "unfit_key" }
  /** Keys can't be had at the moment, so nothing can be said of the token. */
  | { state: "unavailable"; retryAfterSeconds: number };

export type KeySource = {
  /** The keys a token may stand under. Never rejects. */
  find(question: KeyQuestion, context: Context): Promise<KeyAnswer>;
  /** Whether what was verified under this key still holds; false as well when a refresh is due or to be waited for. */
  holds(key: SigningKey): boolean;
  /** Starts a refresh, if one is due. Waits for it only where the keys are too old to be used without. Never rejects. */
  refresh(context: Context): Promise<void>;
};

const keysTriedMax = 4;

const fitting = (keys: readonly SigningKey[], { algorithm }: KeyQuestion): KeyAnswer => {
  const fit = keys.filter((key) => key.algorithms.includes(algorithm)).slice(0, keysTriedMax);
  return fit.length === 0 ? { state: "refused", reason: "unfit_key" } : { state: "found", keys: fit };
};

/** One key for good. A token may call it what it likes. */
export function createConfiguredKey(key: SigningKey): KeySource {
  return {
    find: async (question) => fitting([key], question),
    holds: () => true,
    refresh: async () => {},
  };
}

const unknownKey: KeyAnswer = { state: "refused", reason: "unknown_key" };

const freshMs = 10 * 60_000;
/** From this age on keys are not used while it can be found out whether they still hold. */
const oldMs = 2 * freshMs;
const keptMs = 24 * 60 * 60_000;
const coolDownMs = 30_000;
const lookAgainMs = 20;
/** A little longer than a fetch may take, so that its failure is known before its mark ends. */
const markMs = keySetTimeoutMs + 100;
const unknownMax = 1_000;

export function createFetchedKeys(url: string, { fetch, clock }: { fetch: Fetch; clock: Clock }): KeySource {
  /** By fingerprint: a key that stays in the set stays the same object, with what the platform made of it. */
  let keys: ReadonlyMap<string, SigningKey> = new Map();
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let failedAt = Number.NEGATIVE_INFINITY;
  let fetchingSince = Number.NEGATIVE_INFINITY;
  let askedAgainAt = Number.NEGATIVE_INFINITY;
  /** Counts the sets that came. */
  let version = 0;
  /** Names that were not in a set fetched after they were asked for, and when that was. */
  const unknownAt = createBoundedMap<string, number>({ entriesMax: unknownMax });

  // A clock set back makes no period longer than it is.
  const within = (at: number, periodMs: number) => Math.abs(clock.now() - at) < periodMs;
  const hasKeys = () => within(fetchedAt, keptMs);
  const isFetching = () => within(fetchingSince, markMs);
  const isUnknown = (kid: string) => within(unknownAt.get(kid) ?? Number.NEGATIVE_INFINITY, coolDownMs);
  const isCoolingDown = () => within(failedAt, coolDownMs);
  const isFresh = () => within(fetchedAt, freshMs);
  const isOld = () => !within(fetchedAt, oldMs);
  /** Without keys there is nothing to refresh: whoever asks for one has to wait for it. */
  const isDue = () => hasKeys() && !isFresh() && !isFetching() && !isCoolingDown();

  const unavailable = (): KeyAnswer => {
    const leftMs = isCoolingDown() ? coolDownMs - Math.abs(clock.now() - failedAt) : 0;
    return { state: "unavailable", retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1000)) };
  };

  async function fetchKeys({ report }: Context): Promise<void> {
    const since = clock.now();
    fetchingSince = since;
    const fetched = await fetchKeySet(url, { fetch, clock });
    if (fetched.ok) {
      keys = new Map(fetched.value.map((key) => [key.fingerprint, keys.get(key.fingerprint) ?? key]));
      version += 1;
      fetchedAt = clock.now();
      report({ type: "identity.keysFetched", count: keys.size });
    } else {
      failedAt = clock.now();
      report({ type: "identity.keysFailed", reason: fetched.failure });
    }
    if (fetchingSince === since) fetchingSince = Number.NEGATIVE_INFINITY;
  }

  /** Goes on when the caller is gone. */
  function startFetch(context: Context): Promise<void> {
    const work = fetchKeys(context);
    context.defer(work);
    return work;
  }

  const aMoment = () => new Promise<void>((resolve) => void clock.timer(lookAgainMs, resolve));

  async function otherFetch(): Promise<void> {
    while (isFetching()) await aMoment();
  }

  /** Undefined: a name that is not in the set. */
  function match(question: KeyQuestion): KeyAnswer | undefined {
    const all = [...keys.values()];
    if (question.kid === undefined) return fitting(all, question);
    const named = all.filter(({ kid }) => kid === question.kid);
    return named.length === 0 ? undefined : fitting(named, question);
  }

  /** Waits for a newer set where one may be fetched for the sake of a name. */
  async function askAgain(context: Context): Promise<void> {
    if (isFetching()) await otherFetch();
    else if (!isCoolingDown() && !within(askedAgainAt, coolDownMs)) {
      askedAgainAt = clock.now();
      await startFetch(context);
    }
  }

  function rememberUnknown(kid: string): void {
    unknownAt.set(kid, clock.now());
  }

  async function refresh(context: Context): Promise<void> {
    if (!isOld()) {
      if (isDue()) void startFetch(context);
      return;
    }
    // A fetch leaves a newer set or a failure behind, unless its request died: then the next one is begun here.
    while (hasKeys() && isOld() && !isCoolingDown()) {
      if (isFetching()) await aMoment();
      else await startFetch(context);
    }
  }

  return {
    async find(question, context) {
      const { kid } = question;
      const versionAtFirst = version;
      if (hasKeys()) await refresh(context);
      else if (isFetching()) await otherFetch();
      else if (!isCoolingDown()) await startFetch(context);
      if (!hasKeys()) return unavailable();

      const known = match(question);
      if (known) return known;
      if (kid === undefined || isUnknown(kid)) return unknownKey;
      if (version === versionAtFirst) await askAgain(context);
      // No newer set: the issuer may know better, but can't be asked.
      if (version === versionAtFirst) return isCoolingDown() ? unavailable() : unknownKey;
      const found = match(question);
      if (!found) rememberUnknown(kid);
      return found ?? unknownKey;
    },
    holds: (key) =>
      keys.has(key.fingerprint) && (isFresh() || (hasKeys() && (isCoolingDown() || (!isOld() && isFetching())))),
    refresh,
  };
}
