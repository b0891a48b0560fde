// What every store of pages must hold, in memory or shared. Uses nothing but vitest and the web's own APIs, so that it runs
// wherever the adapter does. A store may lose anything at any time, but not in the moment of a test.
import { describe, expect, it } from "vitest";
import { etagOf } from "../../src/cache/store.ts";
import type { Entry, Found, Store } from "../../src/cache/store.ts";

/** `makeStore` may give stores that share their keys; `now` is the time that the store goes by. */
export type StoreUnderTest = { makeStore: () => Promise<Store>; now: () => number };

let nextKey = 0;
const newKey = () => `contract-${nextKey++}-${crypto.randomUUID()}`;

export function storeContract(name: string, { makeStore, now }: StoreUnderTest): void {
  const makeEntry = async (body: Uint8Array, freshMs: number, sequence = now() - 500): Promise<Entry> => {
    const fetchedAt = now() - 500;
    const freshUntil = fetchedAt + freshMs;
    const etag = await etagOf(body);
    return {
      body,
      etag,
      sequence,
      position: 0,
      fetchedAt,
      freshUntil,
      staleUntil: freshUntil + 60_000,
      errorUntil: freshUntil + 1e7,
    };
  };
  const bytes = (text: string) => new TextEncoder().encode(text);
  const entryIn = (found: Found): Entry => {
    if (found.state !== "entry") throw new Error(`expected an entry, found ${JSON.stringify(found)}`);
    return found.entry;
  };

  describe(`${name} as a store`, () => {
    it("finds nothing where nothing was put", async () => {
      const store = await makeStore();
      expect(await store.get(newKey())).toEqual({ state: "absent" });
    });

    it("gives a long-lived entry back as it was put: every byte, time and number", async () => {
      const store = await makeStore();
      const [key, entry] = [newKey(), await makeEntry(bytes('{"title":"Ünïcode 🙂"}'), 3_600_000)];
      await store.put(key, entry);
      const found = entryIn(await store.get(key));
      expect([...found.body]).toEqual([...entry.body]);
      expect({ ...found, body: null }).toEqual({ ...entry, body: null });
    });

    it("gives a short-lived entry back with all but its stale window, which it may shorten", async () => {
      const store = await makeStore();
      const [key, entry] = [newKey(), await makeEntry(bytes("live"), 5_000)];
      await store.put(key, entry);
      const { staleUntil, ...found } = entryIn(await store.get(key));
      expect({ ...found, body: [...found.body] }).toEqual({
        body: [...entry.body],
        etag: entry.etag,
        sequence: entry.sequence,
        position: entry.position,
        fetchedAt: entry.fetchedAt,
        freshUntil: entry.freshUntil,
        errorUntil: entry.errorUntil,
      });
      expect(staleUntil).toBeGreaterThanOrEqual(entry.freshUntil);
      expect(staleUntil).toBeLessThanOrEqual(entry.staleUntil);
    });

    it("replaces a long-lived entry by a newer one, however soon it comes", async () => {
      const store = await makeStore();
      const key = newKey();
      await store.put(key, await makeEntry(bytes("v1"), 3_600_000));
      await store.put(key, await makeEntry(bytes("v2"), 3_600_000, now()));
      expect([...entryIn(await store.get(key)).body]).toEqual([...bytes("v2")]);
    });

    it("replaces a short-lived entry by a long-lived one, however soon it comes", async () => {
      const store = await makeStore();
      const key = newKey();
      await store.put(key, await makeEntry(bytes("live"), 5_000));
      await store.put(key, await makeEntry(bytes("settled"), 3_600_000, now()));
      expect([...entryIn(await store.get(key)).body]).toEqual([...bytes("settled")]);
    });

    it("keeps keys apart", async () => {
      const store = await makeStore();
      const keys = Array.from({ length: 20 }, newKey);
      await Promise.all(keys.map(async (key) => store.put(key, await makeEntry(bytes(key), 3_600_000))));
      const found = await Promise.all(keys.map((key) => store.get(key)));
      expect(found.map((one) => new TextDecoder().decode(entryIn(one).body))).toEqual(keys);
    });

    it("takes any bytes: none at all, every value, a million", async () => {
      const store = await makeStore();
      const bodies = [
        new Uint8Array(0),
        Uint8Array.from({ length: 256 }, (_, value) => value),
        new Uint8Array(1_000_000).fill(65),
        new Uint8Array([0, 1, 2, 3, 4, 5]).subarray(2, 4),
      ];
      for (const body of bodies) {
        const key = newKey();
        await store.put(key, await makeEntry(body, 3_600_000));
        const found = entryIn(await store.get(key));
        expect(await etagOf(found.body)).toBe(await etagOf(body));
        expect(found.body.byteLength).toBe(body.byteLength);
      }
    });

    it("answers many readers of one entry at the same time with the same bytes", async () => {
      const store = await makeStore();
      const key = newKey();
      await store.put(key, await makeEntry(bytes("v1"), 3_600_000));
      const found = await Promise.all(Array.from({ length: 50 }, () => store.get(key)));
      expect(new Set(found.map((one) => entryIn(one).etag)).size).toBe(1);
    });
  });
}
