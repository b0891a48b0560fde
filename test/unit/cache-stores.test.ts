// The stores and the coalescer under their contracts, the memory's bound against a model, and KV's rules.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCoalescer } from "../../src/cache/coalescer.ts";
import { createEntryCheck } from "../../src/cache/entry-check.ts";
import { createKvStore } from "../../src/cache/store-kv.ts";
import { decodeEntry, encodeEntry } from "../../src/cache/envelope.ts";
import { asStore, createMemoryStore } from "../../src/cache/store.ts";
import type { Entry } from "../../src/cache/store.ts";
import { sealWith } from "../../src/entries/digest.ts";
import { coalescerContract } from "../contract/coalescer-contract.ts";
import { storeContract } from "../contract/store-contract.ts";
import { openCheck } from "../support/entry-check.ts";
import { makeEntry, textOf, useInstantDigest } from "../support/cache-rig.ts";
import { createFakeKv } from "../support/store-rig.ts";

useInstantDigest();

const start = Date.UTC(2026, 10, 22, 10);

coalescerContract("createCoalescer", async () => createCoalescer());
storeContract("asStore(createMemoryStore)", { makeStore: async () => asStore(createMemoryStore()), now: () => start });
storeContract("createKvStore", {
  makeStore: async () => {
    let kvNow = start;
    const { namespace } = createFakeKv({ now: () => (kvNow += 1_000) });
    return createKvStore(namespace, { clock: { now: () => start, timer: () => () => undefined }, check: openCheck });
  },
  now: () => start,
});

const sized = (bytes: number, sequence = 1): Entry => ({
  body: new Uint8Array(bytes),
  etag: '"x"',
  sequence,
  position: 0,
  fetchedAt: 0,
  freshUntil: 0,
  staleUntil: 0,
  errorUntil: 0,
});

describe("the memory store", () => {
  it("keeps to its bound in bytes and throws out what was used least recently, like a ten-line model", () => {
    const step = fc.record({
      key: fc.constantFrom("a", "bb", "ccc", "dddd", "eeeee"),
      put: fc.option(fc.record({ bytes: fc.nat(4_000), sequence: fc.nat(20) }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 600, max: 9_000 }), (steps, bytesMax) => {
        const memory = createMemoryStore({ bytesMax });
        let model: { key: string; size: number; entry: Entry }[] = [];
        for (const { key, put } of steps) {
          const present = model.find((slot) => slot.key === key);
          if (put) {
            const entry = sized(put.bytes, put.sequence);
            const size = put.bytes + key.length + 512;
            const isKept = size <= bytesMax && (present?.entry.sequence ?? -1) <= put.sequence;
            if (isKept) model = [...model.filter((slot) => slot !== present), { key, size, entry }];
            while (model.reduce((sum, slot) => sum + slot.size, 0) > bytesMax) model.shift();
            expect(memory.put(key, entry)).toBe(isKept);
          } else {
            if (present) model = [...model.filter((slot) => slot !== present), present];
            expect(memory.get(key)).toBe(present?.entry);
          }
          expect(memory.bytes()).toBe(model.reduce((sum, slot) => sum + slot.size, 0));
          expect(memory.bytes()).toBeLessThanOrEqual(bytesMax);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("holds 16 MiB unless told otherwise", () => {
    const memory = createMemoryStore();
    for (let page = 0; page < 40; page += 1) memory.put(`page ${page}`, sized(1024 * 1024));
    expect(memory.bytes()).toBeLessThanOrEqual(16 * 1024 * 1024);
    expect(memory.bytes()).toBeGreaterThan(15 * 1024 * 1024);
  });

  it("keeps its books when a body's buffer was handed on and is empty now", () => {
    const memory = createMemoryStore();
    const entry = sized(1_000);
    memory.put("page", entry);
    const before = memory.bytes();
    structuredClone(entry.body, { transfer: [entry.body.buffer] });
    memory.put("page", sized(1_000));
    expect(memory.bytes()).toBe(before);
  });

  it("refuses an older page and takes one of the same load again", () => {
    const memory = createMemoryStore();
    expect([memory.put("page", sized(1, 2)), memory.put("page", sized(1, 1)), memory.put("page", sized(1, 2))]).toEqual(
      [true, false, true],
    );
  });
});

describe("an entry as one value", () => {
  const times = { position: 7, fetchedAt: start, freshUntil: start + 1, staleUntil: start + 2, errorUntil: start + 3 };
  const entry: Entry = {
    ...times,
    sequence: start,
    etag: '"e"',
    body: new TextEncoder().encode("a page of some words"),
  };
  const asText = (value: Uint8Array) => new TextDecoder().decode(value);

  it("is written as processes of other releases read it", () => {
    expect(asText(encodeEntry("k", entry, openCheck))).toBe(
      `{"v":3,"sequence":${start},"etag":"\\"e\\"","seal":"1325a931","key":"k","position":7,"fetchedAt":${start},"freshUntil":${start + 1},` +
        `"staleUntil":${start + 2},"errorUntil":${start + 3}}\na page of some words`,
    );
  });

  it("is read back from wherever in a buffer it lies", () => {
    const value = encodeEntry("k", entry, openCheck);
    for (let at = 0; at < 9; at += 1) {
      const buffer = new Uint8Array(at + value.length + 3).fill(255);
      buffer.set(value, at);
      const found = decodeEntry("k", buffer.subarray(at, at + value.length), start, openCheck);
      expect(found.state === "entry" && asText(found.entry.body)).toBe("a page of some words");
    }
  });

  it.each(['"a\r\nx: y"', '"a\n"', '"\u0000"', '"\u20ac"', 'W/"a"', "a", '""', '"a" "b"', `"${"a".repeat(65)}"`])(
    "is refused with an etag that no header could hold, or that none of ours is: %j",
    (etag) => {
      expect(decodeEntry("k", encodeEntry("k", { ...entry, etag }, openCheck), start, openCheck)).toEqual({
        state: "rejected",
        reason: "header",
      });
    },
  );

  it("is refused with any field of its header missing or of another kind, and with any byte of its body changed", () => {
    const text = asText(encodeEntry("k", entry, openCheck));
    const [line = "", body = ""] = text.split("\n");
    const header = JSON.parse(line) as Record<string, unknown>;
    const read = (changed: unknown, bytes = body) =>
      decodeEntry("k", new TextEncoder().encode(`${JSON.stringify(changed)}\n${bytes}`), start, openCheck);
    expect(read(header)).toMatchObject({ state: "entry" });
    for (const name of Object.keys(header)) {
      for (const value of [undefined, null, [header[name]], typeof header[name] === "number" ? "1" : 1]) {
        expect(read({ ...header, [name]: value })).toEqual({ state: "rejected", reason: "header" });
      }
    }
    for (const other of [null, [], "text", 1, {}]) expect(read(other)).toEqual({ state: "rejected", reason: "header" });
    for (let at = 0; at < body.length; at += 1) {
      const changed = `${body.slice(0, at)}${body[at] === "x" ? "y" : "x"}${body.slice(at + 1)}`;
      expect(read(header, changed)).toEqual({ state: "rejected", reason: "seal" });
    }
  });
});

describe("the check on an entry", () => {
  const setUp = (secret?: string) => {
    const looked: string[] = [];
    const isBody = (_key: string, body: Uint8Array) => {
      looked.push(new TextDecoder().decode(body));
      return body.byteLength > 0;
    };
    const limits = { freshSeconds: { live: 5, recent: 30, settled: 60 }, staleSeconds: 10, staleIfErrorSeconds: 100 };
    return { looked, check: createEntryCheck({ seal: sealWith(secret), isBody }, { ...limits, deadlineMs: 1_000 }) };
  };

  it.each([undefined, "s".repeat(32)])(
    "looks at the shape of an entry once, and anew at another one (%s)",
    async (secret) => {
      const { looked, check } = setUp(secret);
      const [one, other] = [await makeEntry("one", start), await makeEntry("other", start)];
      for (const entry of [one, one, other, other, one]) {
        expect(check.admit("k", entry, check.seal("k", entry), start).state).toBe("entry");
      }
      expect(check.admit("l", one, check.seal("l", one), start).state).toBe("entry");
      expect(looked).toEqual(["one", "other", "one", "one"]);
    },
  );

  it("looks again at what it has forgotten, and remembers no more than a thousand", async () => {
    const { looked, check } = setUp();
    const entry = await makeEntry("one", start);
    const ask = (key: string) => check.admit(key, entry, check.seal(key, entry), start);
    for (let key = 0; key <= 1_000; key += 1) ask(`${key}`);
    ask("1000");
    expect(looked).toHaveLength(1_001);
    ask("0");
    expect(looked).toHaveLength(1_002);
  });

  it("does not remember what had the wrong shape", async () => {
    const { looked, check } = setUp();
    const entry = await makeEntry("", start);
    for (let round = 0; round < 2; round += 1) {
      expect(check.admit("k", entry, check.seal("k", entry), start)).toEqual({ state: "rejected", reason: "shape" });
    }
    expect(looked).toHaveLength(2);
  });

  it("cuts times that reach further than the limits, in order, and leaves all others as they are", () => {
    const time = fc.integer({ min: 0, max: 200_000 });
    fc.assert(
      fc.property(fc.tuple(time, time, time), (spans) => {
        const { check } = setUp();
        const [fresh = 0, stale = 0, error = 0] = spans.toSorted((one, other) => one - other);
        const times = {
          position: 7,
          fetchedAt: start,
          freshUntil: start + fresh,
          staleUntil: start + stale,
          errorUntil: start + error,
        };
        const entry = { ...times, sequence: start, etag: '"e"', body: new Uint8Array(1) };
        const found = check.admit("k", entry, check.seal("k", entry), start);
        if (found.state !== "entry") throw new Error(found.state);
        // 60 s and a tenth of jitter, after a load of a second.
        const freshUntil = Math.min(times.freshUntil, start + 67_000);
        const { body: _body, ...shown } = found.entry;
        expect(shown).toEqual({
          position: 7,
          fetchedAt: start,
          freshUntil,
          staleUntil: Math.min(times.staleUntil, freshUntil + 10_000),
          errorUntil: Math.min(times.errorUntil, freshUntil + 100_000),
          sequence: start,
          etag: '"e"',
        });
      }),
    );
  });
});

describe("the KV store", () => {
  const setUp = () => {
    let now = start;
    const clock = { now: () => now, timer: () => () => undefined };
    const kv = createFakeKv(clock);
    return {
      kv,
      clock,
      store: createKvStore(kv.namespace, { clock, check: openCheck }),
      advance: (ms: number) => void (now += ms),
    };
  };
  const put = async ({ store, clock }: ReturnType<typeof setUp>, text: string, lasts = {}) =>
    store.put("page", await makeEntry(text, clock.now(), lasts));

  it("writes a short-lived page at most every 60 seconds, and without its stale window", async () => {
    const set = setUp();
    for (let second = 0; second <= 120; second += 5) {
      await put(set, `v${second}`);
      set.advance(5_000);
    }
    expect(set.kv.writes.map(({ at }) => (at - start) / 1_000)).toEqual([0, 60, 120]);
    const found = await set.store.get("page");
    expect(found).toMatchObject({ entry: { freshUntil: start + 125_000, staleUntil: start + 125_000 } });
  });

  it("writes a long-lived page at once, even right after a short-lived one, and with its stale window", async () => {
    const set = setUp();
    await put(set, "live");
    set.advance(5_000);
    await put(set, "settled", { freshMs: 3_600_000 });
    const found = await set.store.get("page");
    expect(found.state === "entry" && textOf(found.entry)).toBe("settled");
    expect(found).toMatchObject({ entry: { staleUntil: start + 5_000 + 3_660_000 } });
  });

  it("tries again at once after a write that failed", async () => {
    const { clock } = setUp();
    const { namespace, writes } = createFakeKv({ now: () => Number.NaN });
    let isDown = true;
    const store = createKvStore(
      { ...namespace, put: async (...args) => (isDown ? Promise.reject(new Error("429")) : namespace.put(...args)) },
      { clock, check: openCheck },
    );
    const entry = await makeEntry("v1", clock.now());
    await expect(store.put("page", entry)).rejects.toThrow("429");
    isDown = false;
    await store.put("page", entry);
    expect(writes).toHaveLength(1);
  });

  it("writes again although its clock was set back", async () => {
    const { clock, advance } = setUp();
    const { namespace, writes } = createFakeKv({ now: () => Number.NaN });
    const store = createKvStore(namespace, { clock, check: openCheck });
    await store.put("page", await makeEntry("v1", clock.now()));
    advance(-600_000);
    await store.put("page", await makeEntry("v2", clock.now()));
    expect(writes).toHaveLength(2);
  });

  it.each([
    [1_000, 60],
    [55_000, 60],
    [55_001, 61],
    [3_600_000, 3_605],
  ])("lets an entry that may be shown for %i ms beyond freshness expire after %i s", async (errorMs, seconds) => {
    const set = setUp();
    await put(set, "v1", { staleMs: 0, errorMs });
    expect(set.kv.writes).toMatchObject([{ expirationTtl: seconds }]);
  });

  it("asks for an edge cache of 30 seconds, the least there is", async () => {
    const set = setUp();
    await set.store.get("page");
    expect(set.kv.cacheTtls).toEqual([30]);
  });

  const junk: [string, string, (metadata: Record<string, unknown>) => unknown][] = [
    ["no metadata", "metadata", () => null],
    ["metadata that is text", "metadata", () => "junk"],
    ["another schema version", "metadata", (metadata) => ({ ...metadata, v: 0 })],
    ["a missing time", "metadata", (metadata) => ({ ...metadata, errorUntil: undefined })],
    ["a time that is text", "metadata", (metadata) => ({ ...metadata, freshUntil: "soon" })],
    ["another page's key", "key", (metadata) => ({ ...metadata, key: "other" })],
    ["times out of order", "times", (metadata) => ({ ...metadata, freshUntil: 0 })],
    ["a time with a fraction", "times", (metadata) => ({ ...metadata, errorUntil: start + 1e8 + 0.5 })],
    [
      "a page from the future",
      "times",
      (metadata) => ({
        ...metadata,
        fetchedAt: start + 300_001,
        freshUntil: start + 400_000,
        staleUntil: start + 400_000,
      }),
    ],
    ["a sequence from the future", "times", (metadata) => ({ ...metadata, sequence: 1e15 })],
    ["an etag that would end its header line", "metadata", (metadata) => ({ ...metadata, etag: '"a\r\nx: y"' })],
    ["another page's etag", "seal", (metadata) => ({ ...metadata, etag: '"0"' })],
  ];
  it.each(junk)("refuses %s (%s)", async (_what, reason, spoil) => {
    const set = setUp();
    await put(set, "v1");
    const row = set.kv.rows.get("page");
    const metadata: unknown = row?.metadata;
    if (!row || typeof metadata !== "object" || metadata === null) throw new Error("nothing was written");
    set.kv.rows.set("page", { ...row, metadata: spoil({ ...metadata }) });
    expect(await set.store.get("page")).toEqual({ state: "rejected", reason });
  });

  it("refuses a body that lost its end", async () => {
    const set = setUp();
    await put(set, "version one");
    const row = set.kv.rows.get("page");
    if (row) set.kv.rows.set("page", { ...row, value: row.value.slice(0, 5) });
    expect(await set.store.get("page")).toEqual({ state: "rejected", reason: "seal" });
  });

  it("never writes metadata of more than 1,024 bytes, not even under KV's longest key", async () => {
    const set = setUp();
    const far = 8_640_000_000_000_000;
    const entry = { ...(await makeEntry("v1", start)), freshUntil: far, staleUntil: far, errorUntil: far };
    await set.store.put("k".repeat(512), entry);
    expect(JSON.stringify(set.kv.writes[0]?.metadata).length).toBeLessThanOrEqual(1_024);
  });
});
