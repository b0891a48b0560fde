// What the contract does not say of the store in Redis: junk, late answers, how long it lives, and what its keys show.
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRedisStore } from "../../src/cache/store-redis.ts";
import { encodeEntry } from "../../src/cache/envelope.ts";
import { etagOf } from "../../src/cache/store.ts";
import type { Entry, Store } from "../../src/cache/store.ts";
import { systemClock } from "../../src/ground/runtime.ts";
import { openCheck } from "../support/entry-check.ts";
import { closeTestLinks, newPrefix, openTestLink, testSeed } from "../support/redis-rig.ts";
import type { LinkUnderTest } from "../support/redis-rig.ts";
import { startRedis } from "../support/redis-server.ts";
import type { RedisServer } from "../support/redis-server.ts";

const key = "0".repeat(64);

describe("the store in Redis", () => {
  let server: RedisServer;
  let redis: LinkUnderTest;
  let prefix = "";
  let store: Store;

  beforeAll(async () => {
    server = await startRedis();
    prefix = newPrefix();
    redis = await openTestLink(server.url, prefix);
    store = createRedisStore(redis, { prefix, clock: systemClock, check: openCheck });
  });
  afterAll(async () => {
    await closeTestLinks();
    await server.stop();
  });

  const entryOf = async (text: string, sequence = Date.now()): Promise<Entry> => {
    const body = new TextEncoder().encode(text);
    const fetchedAt = Date.now() - 10;
    const times = {
      position: 0,
      fetchedAt,
      freshUntil: fetchedAt + 5_000,
      staleUntil: fetchedAt + 6_000,
      errorUntil: fetchedAt + 60_000,
    };
    return { ...times, sequence, body, etag: await etagOf(body) };
  };
  const plant = (value: Uint8Array) =>
    redis.run(`redis.call("SET", KEYS[1], ARGV[1])`, [`${prefix}{${key}}:page`], [value]);
  const bodyText = async () => {
    const found = await store.get(key);
    return found.state === "entry" ? new TextDecoder().decode(found.entry.body) : found.state;
  };

  it("drops the late answer of an older load, whichever process it comes from", async () => {
    await server.cli("flushall");
    const other = createRedisStore(await openTestLink(server.url, prefix), {
      prefix,
      clock: systemClock,
      check: openCheck,
    });
    const now = Date.now();
    await store.put(key, await entryOf("newer", now));
    await other.put(key, await entryOf("older", now - 1));
    expect(await bodyText()).toBe("newer");
    await other.put(key, await entryOf("as new", now));
    expect(await bodyText()).toBe("as new");
  });

  it("replaces junk, also junk with a sequence from the future or of another kind", async () => {
    await plant(encodeEntry(key, await entryOf("poison", 8e15), openCheck));
    expect(await store.get(key)).toEqual({ state: "rejected", reason: "times" });
    await store.put(key, await entryOf("page"));
    expect(await bodyText()).toBe("page");
    await server.cli("del", `${prefix}{${key}}:page`);
    await server.cli("rpush", `${prefix}{${key}}:page`, "x");
    expect(await store.get(key)).toEqual({ state: "rejected", reason: "wrongtype" });
    await store.put(key, await entryOf("page"));
    expect(await bodyText()).toBe("page");
  });

  it("rejects what is cut, changed, of another key or of another version, and never throws", async () => {
    const whole = encodeEntry(key, await entryOf('{"sessions":[]}'), openCheck);
    const text = new TextDecoder().decode(whole);
    const recoded = (from: string, to: string) => new TextEncoder().encode(text.replace(from, to));
    const cases: [string, Uint8Array][] = [
      ["header", new Uint8Array(0)],
      ["header", whole.subarray(0, 100)],
      ["seal", whole.subarray(0, -1)],
      ["seal", recoded("sessions", "sessionz")],
      ["header", recoded('"v":3', '"v":2')],
      ["key", encodeEntry("1".repeat(64), await entryOf("x"), openCheck)],
      ["times", recoded('"fetchedAt":', '"fetchedAt":9')],
      ["header", new TextEncoder().encode("PONG\n")],
      ["header", new TextEncoder().encode('[]\n{"__proto__":1}')],
    ];
    for (const [reason, value] of cases) {
      await plant(value);
      expect(await store.get(key)).toEqual({ state: "rejected", reason });
    }
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 600 }), fc.nat(whole.length), async (junk, at) => {
        const value = Uint8Array.from(whole);
        value.set(junk.subarray(0, value.length - at), at);
        await plant(value);
        const found = await store.get(key);
        if (found.state === "entry") expect(await etagOf(found.entry.body)).toBe(found.entry.etag);
      }),
      { seed: testSeed("store junk"), numRuns: 100 },
    );
  });

  it("lives in Redis until it may not be shown any more, and a second at the least", async () => {
    await server.cli("flushall");
    await store.put(key, await entryOf("page"));
    const lifeMs = Number(await server.cli("pttl", `${prefix}{${key}}:page`));
    expect(lifeMs).toBeGreaterThan(55_000);
    expect(lifeMs).toBeLessThanOrEqual(60_000);
    await server.cli("flushall");
    await store.put(key, { ...(await entryOf("old")), errorUntil: Date.now() - 5_000 });
    expect(Number(await server.cli("pttl", `${prefix}{${key}}:page`))).toBeGreaterThan(500);
  });

  it("has one key per page, and shows in it the prefix and the hash of the question alone", async () => {
    await server.cli("flushall");
    await store.put(key, await entryOf("page"));
    expect((await server.cli("keys", "*")).split("\n").sort()).toEqual([`${prefix}{${key}}:page`]);
  });
});
