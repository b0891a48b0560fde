// Where pages are kept: the entry, the port that every store fulfils, and the in-process store with its bound.
//
// A store is a bag of bytes with a key. It does not know what a page is, does not decide freshness and may lose anything at
// any time; the read side treats a store that throws, hangs or returns junk as a miss.
import { skewMsMax } from "./freshness.ts";
import type { Times } from "./freshness.ts";

/** The version of the envelope around an entry. An entry of another version is a miss. */
export const ENTRY_VERSION = 1;

/**
 * A page as it is kept. `body` is the answer's exact bytes, serialised once; `etag` is the quoted strong validator over
 * them (RFC 9110 section 8.8.3); `sequence` was taken before the fetch began, so that of two loads the later question wins.
 * It follows the clock in milliseconds.
 */
export type Entry = Times & {
  body: Uint8Array;
  etag: string;
  sequence: number;
};

/** What a store found: an entry, nothing, or something that is not ours (`reason` is a short code). */
export type Found = { state: "entry"; entry: Entry } | { state: "absent" } | { state: "rejected"; reason: string };

/** A shared store. Both verbs may reject or hang; callers give them a time-out. `put` replaces. */
export type Store = {
  get(key: string): Promise<Found>;
  put(key: string, entry: Entry): Promise<void>;
  /** Within so long `get` settles by itself, so that callers who have as much time need no time-out. */
  answerMsMax?: number;
};

/** The bounded store inside one process or isolate. Synchronous, so that a hit costs no turn of the event loop. */
export type MemoryStore = {
  get(key: string): Entry | undefined;
  /** Keeps the entry unless a newer one (by `sequence`) is there; answers whether it was kept. */
  put(key: string, entry: Entry): boolean;
  bytes(): number;
};

/** What an entry costs beside its body: key, strings, numbers and the map's own cells, rounded up. */
const overheadBytes = 512;

/** Least recently used first out, bounded by `bytesMax` (16 MiB by default) of bodies and overhead. */
export function createMemoryStore(options: { bytesMax?: number } = {}): MemoryStore {
  const bytesMax = options.bytesMax ?? 16 * 1024 * 1024;
  /** The size is the one at the time of `put`: a body whose buffer was handed on since counts nothing. */
  const slots = new Map<string, { entry: Entry; size: number }>();
  let bytes = 0;
  /** The last in the order already: a page that everybody asks for is not put there anew each time. */
  let newestKey: string | undefined;

  const remove = (key: string, size: number) => {
    slots.delete(key);
    bytes -= size;
  };

  return {
    get(key) {
      const slot = slots.get(key);
      if (slot && key !== newestKey) {
        slots.delete(key);
        slots.set(key, slot);
        newestKey = key;
      }
      return slot?.entry;
    },
    put(key, entry) {
      const present = slots.get(key);
      if (present && present.entry.sequence > entry.sequence) return false;
      const size = entry.body.byteLength + key.length + overheadBytes;
      if (size > bytesMax) return false;
      if (present) remove(key, present.size);
      slots.set(key, { entry: withOwnBuffer(entry), size });
      newestKey = key;
      bytes += size;
      for (const [oldestKey, oldest] of slots) {
        if (bytes <= bytesMax) break;
        remove(oldestKey, oldest.size);
      }
      return true;
    },
    bytes: () => bytes,
  };
}

/** A body read from a connection is a view of a larger buffer, which would be kept with it, uncounted. */
function withOwnBuffer(entry: Entry): Entry {
  return entry.body.buffer.byteLength === entry.body.byteLength ? entry : { ...entry, body: entry.body.slice() };
}

/** The same store behind the asynchronous port, for deployments without a shared one and for the contract suite. */
export function asStore(memory: MemoryStore): Store {
  return {
    get: async (key) => {
      const entry = memory.get(key);
      return entry ? { state: "entry", entry } : { state: "absent" };
    },
    put: async (key, entry) => {
      memory.put(key, entry);
    },
  };
}

/** RFC 9110 section 8.8.3, strong and ASCII: what comes from a store ends in a header, where nothing else may get. */
export const etagPattern = /^"[!#-~]{1,64}"$/;

/** The strong validator of some bytes: the first 128 bits of their SHA-256, quoted. */
export async function etagOf(body: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(body)));
  let hex = "";
  for (const byte of digest.subarray(0, 16)) hex += byte.toString(16).padStart(2, "0");
  return `"${hex}"`;
}

/**
 * 32 bits over etag and bytes, in microseconds and without a promise: tells an entry that was cut, changed or mixed up. A
 * cryptographic digest would tell no more, because whoever can write to a store can write one that fits.
 */
export function checksumOf(etag: string, body: Uint8Array): number {
  // Asked for once: in the loop it would cost more than the sums.
  const length = body.byteLength;
  // Four sums side by side: one alone would wait for each multiplication before it begins the next.
  let one = length | 0;
  let two = 1;
  let three = 2;
  let four = 3;
  for (let place = 0; place < etag.length; place += 1) one = step(one, etag.charCodeAt(place));
  const view = new DataView(body.buffer, body.byteOffset, length);
  let place = 0;
  for (; place + 16 <= length; place += 16) {
    one = step(one, view.getInt32(place, true));
    two = step(two, view.getInt32(place + 4, true));
    three = step(three, view.getInt32(place + 8, true));
    four = step(four, view.getInt32(place + 12, true));
  }
  for (; place < length; place += 1) one = step(one, view.getUint8(place));
  return step(step(step(one, two), three), four) >>> 0;
}

/** Multiplies by an odd number and folds the high half in, so that each bit of the past counts, and its place too. */
function step(sum: number, word: number): number {
  const mixed = Math.imul(sum ^ word, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

/** Longer than any configuration lets a page live. */
const lifeMsMax = 40 * 86_400_000;

/**
 * Whether times are numbers, in order, not from the future and not for ever: the check on everything a shared store returns. A sequence from
 * the future would keep every newer page out of the memories that took it in.
 */
export function timesAreSound(times: Times & { sequence: number }, now: number): boolean {
  const { fetchedAt, freshUntil, staleUntil, errorUntil, sequence } = times;
  return (
    Number.isSafeInteger(fetchedAt) &&
    Number.isSafeInteger(freshUntil) &&
    Number.isSafeInteger(staleUntil) &&
    Number.isSafeInteger(errorUntil) &&
    Number.isSafeInteger(sequence) &&
    sequence <= now + skewMsMax &&
    fetchedAt <= freshUntil &&
    freshUntil <= staleUntil &&
    staleUntil <= errorUntil &&
    errorUntil - fetchedAt <= lifeMsMax &&
    fetchedAt <= now + skewMsMax
  );
}

type Header = Times & { v: typeof ENTRY_VERSION; sequence: number; etag: string; check: number; key: string };

const headerBytesMax = 1024;
const lineFeed = 10;

/**
 * An entry as one value, for stores that keep nothing beside it: a line of JSON that begins with version and sequence (a
 * script can compare them without reading on), a line feed, and the body's bytes.
 */
export function encodeEntry(key: string, { body, ...rest }: Entry): Uint8Array {
  const { sequence, etag, fetchedAt, freshUntil, staleUntil, errorUntil } = rest;
  const times = { fetchedAt, freshUntil, staleUntil, errorUntil };
  const header: Header = {
    v: ENTRY_VERSION,
    sequence,
    etag,
    check: checksumOf(etag, body),
    key,
    ...times,
  };
  const line = new TextEncoder().encode(`${JSON.stringify(header)}\n`);
  const value = new Uint8Array(line.byteLength + body.byteLength);
  value.set(line);
  value.set(body, line.byteLength);
  return value;
}

/** Reads it back. Anything that `encodeEntry` did not write for this key, or not all of it, is rejected; never throws. */
export function decodeEntry(key: string, value: Uint8Array, now: number): Found {
  const end = value.subarray(0, headerBytesMax).indexOf(lineFeed);
  const header = end === -1 ? undefined : headerIn(value.subarray(0, end));
  if (!header) return { state: "rejected", reason: "header" };
  if (header.key !== key) return { state: "rejected", reason: "key" };
  if (!timesAreSound(header, now)) return { state: "rejected", reason: "times" };
  const { sequence, etag, fetchedAt, freshUntil, staleUntil, errorUntil } = header;
  const body = value.subarray(end + 1);
  if (checksumOf(etag, body) !== header.check) return { state: "rejected", reason: "bytes" };
  return { state: "entry", entry: { sequence, etag, fetchedAt, freshUntil, staleUntil, errorUntil, body } };
}

const texts = new TextDecoder();

/** By hand and not by a schema: it stands before every page that comes from a store. */
function headerIn(line: Uint8Array): Header | undefined {
  const parsed = parseJson(texts.decode(line));
  if (!isRecord(parsed)) return undefined;
  const { v, sequence, etag, check, key, fetchedAt, freshUntil, staleUntil, errorUntil } = parsed;
  if (v !== ENTRY_VERSION || typeof key !== "string" || typeof etag !== "string") return undefined;
  if (!etagPattern.test(etag)) return undefined;
  if (typeof sequence !== "number" || typeof check !== "number" || typeof fetchedAt !== "number") return undefined;
  if (typeof freshUntil !== "number" || typeof staleUntil !== "number" || typeof errorUntil !== "number")
    return undefined;
  return { v, sequence, etag, check, key, fetchedAt, freshUntil, staleUntil, errorUntil };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
