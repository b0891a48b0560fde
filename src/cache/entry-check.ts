// What is believed of an entry that comes from a shared store: it may be old, cut, of another deployment, or planted.
//
// It is shown only if its seal fits, its times are possible, and its body has the shape that this service writes. Times that reach
// further than this deployment's own limits are cut to them. The shape is looked at once and remembered by key and seal. Without a
// secret, a seal detects accidents but no attack: anybody who can write to the store can compute it for a page of their own.
import { createBoundedMap } from "../ground/bounded-map.ts";
import { pageLifeMsMax, skewMsMax } from "./freshness.ts";
import type { FreshnessLimits } from "./freshness.ts";
import type { Seal } from "../ground/runtime.ts";
import type { Entry, Found } from "./store.ts";

export type EntryCheck = {
  /** What is kept beside the entry. */
  seal(key: string, entry: Entry): string;
  /** The entry as it may be shown, or why it may not: `times`, `seal` or `shape`. */
  admit(key: string, entry: Entry, seal: string, now: number): Found;
};

export type EntryCheckParts = {
  seal: Seal;
  /** Whether the bytes are a page as this service writes it under such a key. */
  isBody(key: string, body: Uint8Array): boolean;
};

const rememberedMax = 1_000;

/** `deadlineMs` is the longest that a load may take. */
export function createEntryCheck(
  { seal, isBody }: EntryCheckParts,
  limits: FreshnessLimits & { deadlineMs: number },
): EntryCheck {
  const longest = pageLifeMsMax(limits);
  /** By key: what of the entry is told by its seal alone only if there is a secret. */
  const known = createBoundedMap<string, { seal: string; sequence: number; etag: string }>({
    entriesMax: rememberedMax,
  });

  function hasShape(key: string, { sequence, etag, body }: Entry, given: string): boolean {
    const last = known.get(key);
    if (last?.seal === given && last.sequence === sequence && last.etag === etag) return true;
    if (!isBody(key, body)) return false;
    known.set(key, { seal: given, sequence, etag });
    return true;
  }

  function cut({ position, fetchedAt, freshUntil, staleUntil, errorUntil, body, etag, sequence }: Entry): Entry {
    const freshBefore = Math.min(freshUntil, fetchedAt + limits.deadlineMs + longest.freshMs);
    return {
      position,
      fetchedAt,
      freshUntil: freshBefore,
      staleUntil: Math.min(staleUntil, freshBefore + longest.staleMs),
      errorUntil: Math.min(errorUntil, freshBefore + longest.errorMs),
      body,
      etag,
      sequence,
    };
  }

  return {
    seal: (key, entry) => seal.make(textOf(key, entry), entry.body),
    admit(key, entry, given, now) {
      if (!areTimesSound(entry, now)) return { state: "rejected", reason: "times" };
      if (!seal.fits(given, textOf(key, entry), entry.body)) return { state: "rejected", reason: "seal" };
      if (!hasShape(key, entry, given)) return { state: "rejected", reason: "shape" };
      return { state: "entry", entry: cut(entry) };
    },
  };
}

/** Everything of an entry but its body. Neither a key nor an etag has a blank in it. */
const textOf = (key: string, { etag, sequence, position, fetchedAt, freshUntil, staleUntil, errorUntil }: Entry) =>
  `${key} ${sequence} ${etag} ${position} ${fetchedAt} ${freshUntil} ${staleUntil} ${errorUntil}`;

/**
 * Whether times are whole numbers, in order and not from the future. A sequence from the future would keep every newer page out of the
 * memories that took it in, and a position from the future every change.
 */
function areTimesSound(entry: Entry, now: number): boolean {
  const { position, fetchedAt, freshUntil, staleUntil, errorUntil, sequence } = entry;
  return (
    Number.isSafeInteger(position) &&
    Number.isSafeInteger(fetchedAt) &&
    Number.isSafeInteger(freshUntil) &&
    Number.isSafeInteger(staleUntil) &&
    Number.isSafeInteger(errorUntil) &&
    Number.isSafeInteger(sequence) &&
    position <= now + skewMsMax &&
    sequence <= now + skewMsMax &&
    fetchedAt <= freshUntil &&
    freshUntil <= staleUntil &&
    staleUntil <= errorUntil &&
    fetchedAt <= now + skewMsMax
  );
}
