// The keys that tokens are verified under: a configured one, or a set that is fetched, kept and refreshed.
//
// Problem: an issuer that is slow, down or rotating its keys must not shut everybody out, a key that it took back must not be used
// for long, and callers who name keys at random must not make us hammer it. Choice: keys are fresh for ten minutes; older ones
// are used while one refresh runs after the answer. After twenty minutes (nobody came in between, or the refresh failed)
// whoever comes waits for it, and the kept keys are used, for a day at most, only where it fails. A failure is not tried again
// for 30 s. A key nobody knows causes one fetch in 30 s, and its name is remembered for so long. Nobody waits for longer than a
// fetch may take, and once more where the request that began it died.
import { ok } from "../ground/errors.ts";
import { createBoundedMap } from "../ground/bounded-map.ts";
import { documentTimeoutMs } from "../ground/fetch-json.ts";
import type { FetchDeps } from "../ground/fetch-json.ts";
import { createRefreshed } from "../ground/refreshed.ts";
import { fetchKeySet } from "./key-set.ts";
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
const unknownMax = 1_000;

export function createFetchedKeys(url: string, { fetch, clock }: FetchDeps): KeySource {
  /** By fingerprint: a key that stays in the set stays the same object, with what the platform made of it. */
  type Keys = ReadonlyMap<string, SigningKey>;
  const kept = createRefreshed<Keys, Context>(
    async ({ report }, previous) => {
      const fetched = await fetchKeySet(url, { fetch, clock });
      if (!fetched.ok) {
        report({ type: "identity.keysFailed", reason: fetched.failure });
        return fetched;
      }
      const keys = new Map(fetched.value.map((key) => [key.fingerprint, previous?.get(key.fingerprint) ?? key]));
      report({ type: "identity.keysFetched", count: keys.size });
      return ok(keys);
    },
    { clock, loadMsMax: documentTimeoutMs },
  );
  const { isFetching, otherFetch } = kept;
  let askedAgainAt = Number.NEGATIVE_INFINITY;
  /** Names that were not in a set fetched after they were asked for, and when that was. */
  const unknownAt = createBoundedMap<string, number>({ entriesMax: unknownMax });

  // A clock set back makes no period longer than it is.
  const within = (at: number, periodMs: number) => Math.abs(clock.now() - at) < periodMs;
  const hasKeys = () => kept.ageMs() < keptMs;
  const isUnknown = (kid: string) => within(unknownAt.get(kid) ?? Number.NEGATIVE_INFINITY, coolDownMs);
  const isCoolingDown = () => kept.failedAgoMs() < coolDownMs;
  const isFresh = () => kept.ageMs() < freshMs;
  const isOld = () => kept.ageMs() >= oldMs;
  /** Without keys there is nothing to refresh: whoever asks for one has to wait for it. */
  const isDue = () => hasKeys() && !isFresh() && !isFetching() && !isCoolingDown();

  const unavailable = (): KeyAnswer => {
    const leftMs = isCoolingDown() ? coolDownMs - kept.failedAgoMs() : 0;
    return { state: "unavailable", retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1000)) };
  };

  /** Undefined: a name that is not in the set. */
  function match(question: KeyQuestion): KeyAnswer | undefined {
    const all = [...(kept.value()?.values() ?? [])];
    if (question.kid === undefined) return fitting(all, question);
    const named = all.filter(({ kid }) => kid === question.kid);
    return named.length === 0 ? undefined : fitting(named, question);
  }

  /** Waits for a newer set where one may be fetched for the sake of a name. */
  async function askAgain(context: Context): Promise<void> {
    if (isFetching()) await otherFetch();
    else if (!isCoolingDown() && !within(askedAgainAt, coolDownMs)) {
      askedAgainAt = clock.now();
      await kept.fetch(context);
    }
  }

  function rememberUnknown(kid: string): void {
    unknownAt.set(kid, clock.now());
  }

  async function refresh(context: Context): Promise<void> {
    if (!isOld()) {
      if (isDue()) void kept.fetch(context);
      return;
    }
    // A fetch leaves a newer set or a failure behind, unless its request died: then the next one is begun here.
    while (hasKeys() && isOld() && !isCoolingDown()) {
      // Not until no fetch is under way: another one may have begun for the sake of a name.
      if (isFetching()) await kept.aMoment();
      else await kept.fetch(context);
    }
  }

  return {
    async find(question, context) {
      const { kid } = question;
      const versionAtFirst = kept.version();
      if (hasKeys()) await refresh(context);
      else if (isFetching()) await otherFetch();
      else if (!isCoolingDown()) await kept.fetch(context);
      if (!hasKeys()) return unavailable();

      const known = match(question);
      if (known) return known;
      if (kid === undefined || isUnknown(kid)) return unknownKey;
      if (kept.version() === versionAtFirst) await askAgain(context);
      // No newer set: the issuer may know better, but can't be asked.
      if (kept.version() === versionAtFirst) return isCoolingDown() ? unavailable() : unknownKey;
      const found = match(question);
      if (!found) rememberUnknown(kid);
      return found ?? unknownKey;
    },
    holds: (key) =>
      kept.value()?.has(key.fingerprint) === true &&
      (isFresh() || (hasKeys() && (isCoolingDown() || (!isOld() && isFetching())))),
    refresh,
  };
}
