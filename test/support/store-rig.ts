// Stores that misbehave on purpose, and the least of Workers KV that the adapter needs.
import type { Entry, Found, Store } from "../../src/cache/store.ts";
import type { Clock } from "../../src/ground/runtime.ts";

export type ScriptedStore = Store & {
  gets: string[];
  puts: { key: string; entry: Entry }[];
  onGet(answer: (key: string) => Promise<Found>): void;
  onPut(answer: (key: string, entry: Entry) => Promise<void>): void;
};

/** Finds nothing and takes everything until told otherwise. */
export function createScriptedStore(): ScriptedStore {
  let get: (key: string) => Promise<Found> = async () => ({ state: "absent" });
  let put: (key: string, entry: Entry) => Promise<void> = async () => undefined;
  const gets: string[] = [];
  const puts: { key: string; entry: Entry }[] = [];
  return {
    gets,
    puts,
    onGet: (answer) => void (get = answer),
    onPut: (answer) => void (put = answer),
    get: (key) => {
      gets.push(key);
      return get(key);
    },
    put: (key, entry) => {
      puts.push({ key, entry });
      return put(key, entry);
    },
  };
}

export type KvRow = { value: ArrayBuffer; metadata: unknown; expiresAt: number };
export type KvWrite = { key: string; at: number; expirationTtl: number; metadata: unknown };

export type FakeKv = {
  namespace: KVNamespace;
  rows: Map<string, KvRow>;
  writes: KvWrite[];
  cacheTtls: number[];
};

/**
 * One location's view of a namespace with the platform's refusals: one write a second per key, `expirationTtl` of 60 s or
 * more, 1,024 bytes of metadata, `cacheTtl` of 30 s or more. No lag; the fleet's model has that.
 */
export function createFakeKv(clock: Pick<Clock, "now">): FakeKv {
  const rows = new Map<string, KvRow>();
  const writes: KvWrite[] = [];
  const cacheTtls: number[] = [];
  const lastWriteAt = new Map<string, number>();
  const namespace = asKvNamespace({
    async getWithMetadata(key, { cacheTtl }) {
      if (cacheTtl < 30) throw new Error("KV GET failed: 400 Invalid cache_ttl");
      cacheTtls.push(cacheTtl);
      const row = rows.get(key);
      if (!row || row.expiresAt <= clock.now()) return { value: null, metadata: null, cacheStatus: null };
      return { value: row.value.slice(0), metadata: row.metadata, cacheStatus: null };
    },
    async put(key, body, { expirationTtl, metadata }) {
      const now = clock.now();
      checkKvPut(expirationTtl, metadata);
      if (now - (lastWriteAt.get(key) ?? -Infinity) < 1_000) throw new Error("KV PUT failed: 429 Too Many Requests");
      lastWriteAt.set(key, now);
      writes.push({ key, at: now, expirationTtl, metadata });
      rows.set(key, {
        value: Uint8Array.from(body).buffer,
        metadata: JSON.parse(JSON.stringify(metadata)),
        expiresAt: now + expirationTtl * 1000,
      });
    },
  });
  return { namespace, rows, writes, cacheTtls };
}

export function checkKvPut(expirationTtl: number, metadata: unknown): void {
  if (!Number.isInteger(expirationTtl) || expirationTtl < 60)
    throw new Error("KV PUT failed: 400 Invalid expiration_ttl");
  if (JSON.stringify(metadata).length > 1_024) throw new Error("KV PUT failed: 413 Metadata too large");
}

/** The two verbs of KV that the adapter uses, in the one form in which it uses them. */
export type KvVerbs = {
  getWithMetadata(
    key: string,
    options: { type: "arrayBuffer"; cacheTtl: number },
  ): Promise<{ value: ArrayBuffer | null; metadata: unknown; cacheStatus: string | null }>;
  put(key: string, body: Uint8Array, options: { expirationTtl: number; metadata: unknown }): Promise<void>;
};

/** Passes two verbs off as a whole namespace. Sound as long as the adapter calls no other. */
export function asKvNamespace(verbs: KvVerbs): KVNamespace {
  return verbs as unknown as KVNamespace;
}
