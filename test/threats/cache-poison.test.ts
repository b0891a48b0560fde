// What may stand in a shared store, and for how long: junk of others is a miss, and no page outlives its windows.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEntryCheck } from "../../src/cache/entry-check.ts";
import { decodeEntry, encodeEntry } from "../../src/cache/envelope.ts";
import { etagOf } from "../../src/cache/store.ts";
import { sealWith } from "../../src/entries/digest.ts";
import { ownPath } from "../support/app.ts";
import { goodName, pageText, rowOf } from "../support/hostile-upstream.ts";
import { checkOf, createByteStore, createCountedService, jsonAnswer } from "./cache-service.ts";

const now = () => Date.UTC(2026, 10, 22, 10);

/** A store with the page of a sound service in it, and that page. */
async function keptPage() {
  const store = createByteStore(now);
  const answer = await createCountedService({ store }).ask(ownPath);
  const [[key, value] = ["", new Uint8Array()]] = [...store.values];
  return { store, key, value, etag: answer.headers.get("etag"), text: await answer.text() };
}

const encoder = new TextEncoder();
const withHeader = (value: Uint8Array, change: (header: string) => string) => {
  const end = value.indexOf(10);
  const header = change(new TextDecoder().decode(value.subarray(0, end)));
  return Buffer.concat([encoder.encode(`${header}\n`), value.subarray(end + 1)]);
};

const forged = pageText(rowOf({ meeting_display_name: "forged" }));
const junk: readonly (readonly [string, (value: Uint8Array, key: string) => Uint8Array])[] = [
  ["nothing", () => new Uint8Array()],
  ["HTML", () => encoder.encode("<html>forged</html>")],
  ["a page without an envelope", () => encoder.encode(forged)],
  ["an envelope without a page", (value) => value.subarray(0, value.indexOf(10) + 1)],
  ["an envelope of another version", (value) => withHeader(value, (text) => text.replace('"v":3', '"v":4'))],
  ["an envelope of the version before", (value) => withHeader(value, (text) => text.replace('"v":3', '"v":2'))],
  ["an envelope of an older service", (value) => withHeader(value, (text) => text.replace('"v":3,', ""))],
  ["the page of another key", (value, key) => withHeader(value, (text) => text.replace(key, "0".repeat(64)))],
  ["a page from the future", (value) => withHeader(value, (text) => text.replace(/"fetchedAt":\d/, '"fetchedAt":9'))],
  [
    "a page that never ends",
    (value) => withHeader(value, (text) => text.replace(/"errorUntil":\d+/, '"errorUntil":1e300')),
  ],
  ["a page that is fresh for centuries", (value) => withHeader(value, (text) => text.replace(/Until":/g, 'Until":1'))],
  [
    "times that are texts",
    (value) => withHeader(value, (text) => text.replace(/"freshUntil":(\d+)/, '"freshUntil":"$1"')),
  ],
  ["another body", (value) => Buffer.concat([value.subarray(0, value.indexOf(10) + 1), encoder.encode(forged)])],
  ["another etag", (value) => withHeader(value, (text) => text.replace(/"etag":"\\"\w{4}/, '"etag":"\\"ffff'))],
  ["a header of a megabyte", (value) => withHeader(value, (text) => text.replace("{", `{${" ".repeat(1_048_576)}`))],
  ["a polluted prototype", (value) => withHeader(value, (text) => `{"__proto__":${text}}`)],
  ["bytes in no order", () => Buffer.alloc(4_096, 0xff)],
];

describe("row 64: junk in the store", () => {
  it.each(junk)("row 64: %s is a miss, is told, and gives way to a page", async (_, spoil) => {
    const { store, key, value, text, etag } = await keptPage();
    store.values.set(key, spoil(value, key));
    const service = createCountedService({ store });
    const answer = await service.ask(ownPath);
    expect({ status: answer.status, etag: answer.headers.get("etag"), text: await answer.text() }).toEqual({
      status: 200,
      etag,
      text,
    });
    expect(answer.headers.get("cache-status")).toBe("rtk-bff; fwd=miss; stored");
    expect(JSON.stringify(service.lines)).toContain("cache.rejected");
    expect(Buffer.from(store.values.get(key) ?? []).toString()).toContain(goodName);
  });

  it("row 64: whatever bytes are changed, cut off or put in, a reader is shown the page or its replacement", async () => {
    const { store, key, value, text, etag } = await keptPage();
    const place = fc.integer({ min: 0, max: value.byteLength - 1 });
    const change = fc.record({
      place,
      removed: fc.integer({ min: 0, max: 20 }),
      added: fc.uint8Array({ maxLength: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        let spoiled = Buffer.from(value);
        for (const { place: at, removed, added } of changes) {
          spoiled = Buffer.concat([spoiled.subarray(0, at), added, spoiled.subarray(at + removed)]);
        }
        store.values.set(key, spoiled);
        const answer = await createCountedService({ store }).ask(ownPath);
        expect([answer.status, answer.headers.get("etag"), await answer.text()]).toEqual([200, etag, text]);
      }),
      { numRuns: 60 },
    );
  });
});

const dayMs = 86_400_000;

/** An entry as somebody writes it who knows how a seal is made, with or without a secret. */
async function plantedEntry(
  key: string,
  text: string,
  { lastsMs = 30 * dayMs, secret = undefined as string | undefined } = {},
) {
  const body = encoder.encode(text);
  const until = now() + lastsMs;
  const times = { position: 0, fetchedAt: now(), freshUntil: until, staleUntil: until, errorUntil: until };
  const seal = sealWith(secret);
  const check = createEntryCheck(
    { seal, isBody: () => true },
    {
      freshSeconds: { live: 1, recent: 1, settled: 1 },
      staleSeconds: 1,
      staleIfErrorSeconds: 1,
      deadlineMs: 1,
    },
  );
  return encodeEntry(key, { ...times, sequence: now(), etag: await etagOf(body), body }, check);
}

const ownSecret = "a secret of this deployment only".replaceAll(" ", "-");
const otherSecret = "a secret of another one, not ours".replaceAll(" ", "-");

/** Asks a new process over a store in which a value was planted; answers what it showed and reported. */
async function askOver(plant: (key: string) => Promise<Uint8Array>, settings: Readonly<Record<string, string>> = {}) {
  const { store, key, text } = await keptPage();
  const values = new Map([[key, await plant(key)]]);
  const own = createByteStore(now, { check: checkOf(settings), values });
  const service = createCountedService({ store: own, settings });
  const answer = await service.ask(ownPath);
  expect(store.values.size).toBe(1);
  return {
    status: answer.status,
    isOurs: (await answer.text()) === text,
    cacheStatus: answer.headers.get("cache-status"),
    rejected: /"cache.rejected","reason":"(\w+)"/.exec(JSON.stringify(service.lines))?.[1],
    again: await service.ask(ownPath),
    service,
  };
}

describe("row 127: what somebody has planted", () => {
  const page = async (change: (page: Record<string, unknown>) => unknown) => {
    const { text } = await keptPage();
    return JSON.stringify(change(JSON.parse(text) as Record<string, unknown>));
  };
  const row = (change: (row: Record<string, unknown>) => unknown) =>
    page((whole) => {
      const { sessions } = whole["data"] as { sessions: Record<string, unknown>[] };
      return { ...whole, data: { sessions: sessions.map(change) } };
    });
  const bodies: readonly (readonly [string, () => Promise<string>])[] = [
    ["no JSON at all", async () => "not json at all"],
    ["HTML", async () => "<script>alert(1)</script>"],
    ["nothing", async () => ""],
    ["null", async () => "null"],
    ["a list", async () => "[]"],
    ["an object of its own", async () => '{"success":true}'],
    ["a page of the upstream", async () => forged],
    ["a page with one key more", () => page((whole) => ({ ...whole, note: "planted" }))],
    ["a page with one key less", () => page(({ dropped_count: _count, ...rest }) => rest)],
    ["a row with one key more", () => row((one) => ({ ...one, note: "planted" }))],
    ["a row with a time that is none", () => row((one) => ({ ...one, started_at: "now" }))],
    ["a row with an id that means something in an address", () => row((one) => ({ ...one, id: "../../x" }))],
    ["a page and something behind it", async () => `${await page((whole) => whole)} planted`],
    ["a prototype", () => page((whole) => whole).then((text) => text.replace("{", '{"__proto__":{},'))],
  ];

  it.each(bodies)("row 127: %s with a seal that fits, for thirty days, is a miss and is told", async (_, body) => {
    const seen = await askOver(async (key) => plantedEntry(key, await body()));
    expect(seen).toMatchObject({ status: 200, isOurs: true, rejected: "shape" });
    expect(seen.cacheStatus).toBe("rtk-bff; fwd=miss; stored");
  });

  it("row 127: a page of the right shape for thirty days lives no longer than this deployment lets a page live", async () => {
    const settings = { FRESH_SETTLED_SECONDS: "60", STALE_SECONDS: "60", STALE_IF_ERROR_SECONDS: "600" };
    const { key, text } = await keptPage();
    const value = await plantedEntry(key, text.replace(goodName, "planted"));
    const found = decodeEntry(key, value, now(), checkOf(settings));
    if (found.state !== "entry") throw new Error("without a secret nobody can tell");
    const { fetchedAt, freshUntil, staleUntil, errorUntil } = found.entry;
    // The longest fresh time with its jitter, and the deadline of the load before it.
    expect(freshUntil - fetchedAt).toBeLessThanOrEqual(66_000 + 15_000);
    expect(staleUntil - freshUntil).toBe(60_000);
    expect(errorUntil - freshUntil).toBe(600_000);
  });

  it("row 127: what was looked at once is not believed again with other bytes under the same header", async () => {
    const { key, value } = await keptPage();
    const check = checkOf();
    expect(decodeEntry(key, value, now(), check).state).toBe("entry");
    const found = decodeEntry(key, value, now(), check);
    if (found.state !== "entry") throw new Error("the page is gone");
    const entry = { ...found.entry, body: encoder.encode("not json at all") };
    expect(decodeEntry(key, encodeEntry(key, entry, check), now(), check)).toEqual({
      state: "rejected",
      reason: "shape",
    });
  });

  const sealed: readonly (readonly [string, (key: string, text: string) => Promise<Uint8Array>])[] = [
    ["by a deployment without a secret", (key, text) => plantedEntry(key, text, { lastsMs: 1_000 })],
    ["with another secret", (key, text) => plantedEntry(key, text, { lastsMs: 1_000, secret: otherSecret })],
    [
      "with our secret, and moved to another key",
      async (key, text) => {
        const value = await plantedEntry("0".repeat(64), text, { lastsMs: 1_000, secret: ownSecret });
        return withHeader(value, (header) => header.replace("0".repeat(64), key));
      },
    ],
    [
      "with our secret, and made to last",
      async (key, text) => {
        const value = await plantedEntry(key, text, { lastsMs: 1_000, secret: ownSecret });
        return withHeader(value, (header) => header.replaceAll(`Until":${now() + 1_000}`, `Until":${now() + dayMs}`));
      },
    ],
    [
      "with our secret, under another etag",
      async (key, text) => {
        const value = await plantedEntry(key, text, { lastsMs: 1_000, secret: ownSecret });
        return withHeader(value, (header) => header.replace(/"etag":"\\"\w{4}/, '"etag":"\\"ffff'));
      },
    ],
    [
      "with our secret, and another body of the same length",
      async (key, text) => {
        const value = await plantedEntry(key, text, { lastsMs: 1_000, secret: ownSecret });
        return Buffer.from(Buffer.from(value).toString().replace(goodName, goodName.replace(/./g, "x")));
      },
    ],
  ];
  it.each(sealed)("row 127: with STORE_SECRET a page %s is a miss and is told", async (_, plant) => {
    const { text } = await keptPage();
    const seen = await askOver((key) => plant(key, text), { STORE_SECRET: ownSecret });
    expect(seen).toMatchObject({ status: 200, isOurs: true, rejected: "seal" });
    expect(seen.cacheStatus).toBe("rtk-bff; fwd=miss; stored");
  });

  it("row 127: with STORE_SECRET its own pages are hits, and without it they are misses, never errors", async () => {
    const { text } = await keptPage();
    const planted = (key: string) => plantedEntry(key, text, { lastsMs: 1_000, secret: ownSecret });
    const same = await askOver(planted, { STORE_SECRET: ownSecret });
    expect(same).toMatchObject({ status: 200, isOurs: true, rejected: undefined });
    expect(same.cacheStatus).toMatch(/^rtk-bff; hit/);
    expect(await askOver(planted)).toMatchObject({ status: 200, isOurs: true, rejected: "seal" });
  });
});

describe("row 67: what was taken back upstream", () => {
  const settings = { FRESH_RECENT_SECONDS: "30", STALE_SECONDS: "60", STALE_IF_ERROR_SECONDS: "600" };

  it("row 67: is shown for the fresh and the stale window at most while the upstream answers", async () => {
    let isErased = false;
    const rows = () => (isErased ? [] : [rowOf({ meeting_display_name: "somebody's name" })]);
    const service = createCountedService({ settings, upstream: async () => jsonAnswer(pageText(...rows())) });
    expect(await (await service.ask(ownPath)).text()).toContain("somebody's name");
    isErased = true;
    // Ten percent of jitter, and one reader who gets the stale page while the newer one is loaded.
    await service.clock.advance((30 * 1.1 + 60) * 1000);
    await service.ask(ownPath);
    expect(await (await service.ask(ownPath)).text()).not.toContain("somebody's name");
  });

  it("row 67: is shown for the error window at most while the upstream fails, and then by nobody, from memory or store", async () => {
    let isDown = false;
    const name = "somebody's name";
    const store = createByteStore(() => service.clock.now());
    const upstream = async () =>
      isDown ? jsonAnswer("{}", 500) : jsonAnswer(pageText(rowOf({ meeting_display_name: name })));
    const service = createCountedService({ settings, upstream, store });
    await service.ask(ownPath);
    isDown = true;
    await service.clock.advance(300_000);
    expect(await (await service.ask(ownPath)).text()).toContain(name);
    await service.clock.advance((30 * 1.1 + 600 - 300) * 1000);
    const late = await service.ask(ownPath);
    expect(late.status).toBe(502);
    expect(await late.text()).not.toContain(name);
    expect(store.values.size).toBe(1);
  });
});
