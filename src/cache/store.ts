// Where pages are kept: the entry, the port that every store fulfils, and the in-process store with its bound.
//
// A store is a bag of bytes with a key. It does not know what a page is, does not decide freshness and may lose anything at
// any time; the read side treats a store that throws, hangs or returns junk as a miss.
import { createBoundedMap } from "../ground/bounded-map.ts";
import { hexOf } from "../ground/hex.ts";
import type { Times } from "./freshness.ts";

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
  const slots = createBoundedMap<string, { entry: Entry; size: number }>({
    weightMax: bytesMax,
    weightOf: ({ size }) => size,
  });
  /** The last in the order already: a page that everybody asks for is not put there anew each time. */
  let newestKey: string | undefined;

  return {
    get(key) {
      const slot = slots.get(key);
      if (slot && key !== newestKey) {
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
      slots.set(key, { entry: withOwnBuffer(entry), size });
      newestKey = key;
      return true;
    },
    bytes: slots.weight,
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
  return `"${hexOf(digest.subarray(0, 16))}"`;
}
