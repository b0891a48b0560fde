// The store over Workers KV. The body is the value, everything else is metadata (at most 1,024 bytes), so that one read
// answers both questions.
//
// KV takes one write a second per key and shows it to other locations up to a minute later, negative look-ups included. So
// a page that lives shorter than a minute is written at most once a minute, and without its stale-while-revalidate
// window: elsewhere it is a back-up for errors, while the shield has the newest copy.
import * as z from "zod";
import { createBoundedMap } from "../ground/bounded-map.ts";
import type { Clock } from "../ground/runtime.ts";
import type { EntryCheck } from "./entry-check.ts";
import { ENTRY_VERSION } from "./envelope.ts";
import { etagPattern } from "./store.ts";
import type { Entry, Store } from "./store.ts";

/** KV refuses an `expirationTtl` under 60 s and a `cacheTtl` under 30 s. */
const writeIntervalMs = 60_000;
const expirationSecondsMin = 60;
const edgeCacheSeconds = 30;
const rememberedWritesMax = 10_000;

const Metadata = z.object({
  v: z.literal(ENTRY_VERSION),
  key: z.string(),
  etag: z.string().regex(etagPattern),
  seal: z.string(),
  sequence: z.number(),
  position: z.number(),
  fetchedAt: z.number(),
  freshUntil: z.number(),
  staleUntil: z.number(),
  errorUntil: z.number(),
});

/**
 * Builds the store over one KV namespace. `put` resolves at once, unwritten, where the entry is short-lived and its key was
 * written less than a minute ago. A long-lived entry is always written: nothing newer may come for an hour. `writeDelayMs`
 * holds writes back a moment, so that they do not compete with the answer to whoever waits for the page.
 */
export function createKvStore(
  namespace: KVNamespace,
  { clock, check, writeDelayMs = 0 }: { clock: Clock; check: EntryCheck; writeDelayMs?: number },
): Store {
  const writtenAt = createBoundedMap<string, number>({ entriesMax: rememberedWritesMax });

  return {
    async get(key) {
      const { value, metadata } = await namespace.getWithMetadata(key, {
        type: "arrayBuffer",
        cacheTtl: edgeCacheSeconds,
      });
      if (value === null) return { state: "absent" };
      const parsed = Metadata.safeParse(metadata);
      if (!parsed.success) return { state: "rejected", reason: "metadata" };
      const { v: _version, key: ownKey, seal, ...rest } = parsed.data;
      if (ownKey !== key) return { state: "rejected", reason: "key" };
      return check.admit(key, { ...rest, body: new Uint8Array(value) }, seal, clock.now());
    },

    async put(key, entry) {
      const now = clock.now();
      const last = writtenAt.get(key);
      const isRecent = last !== undefined && now >= last && now - last < writeIntervalMs;
      if (isRecent && isShortLived(entry, now)) return;
      writtenAt.set(key, now);
      if (writeDelayMs > 0) await new Promise<void>((resolve) => clock.timer(writeDelayMs, resolve));
      try {
        await namespace.put(key, entry.body, {
          expirationTtl: Math.max(expirationSecondsMin, Math.ceil((entry.errorUntil - now) / 1000)),
          metadata: metadataOf(key, asWritten(entry, now), check),
        });
      } catch (error) {
        writtenAt.delete(key);
        throw error;
      }
    },
  };
}

const isShortLived = (entry: Entry, now: number) => entry.freshUntil - now < writeIntervalMs;

/** A short-lived page has no stale window there. */
const asWritten = (entry: Entry, now: number): Entry =>
  isShortLived(entry, now) ? { ...entry, staleUntil: entry.freshUntil } : entry;

function metadataOf(key: string, entry: Entry, check: EntryCheck): z.infer<typeof Metadata> {
  const { body: _body, ...rest } = entry;
  return { v: ENTRY_VERSION, key, seal: check.seal(key, entry), ...rest };
}
