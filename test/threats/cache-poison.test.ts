// What may stand in a shared store, and for how long: junk of others is a miss, and no page outlives its windows.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ownPath } from "../support/app.ts";
import { goodName, pageText, rowOf } from "../support/hostile-upstream.ts";
import { createByteStore, createCountedService, jsonAnswer } from "./cache-service.ts";

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
  ["an envelope of another version", (value) => withHeader(value, (text) => text.replace('"v":1', '"v":2'))],
  ["an envelope of an older service", (value) => withHeader(value, (text) => text.replace('"v":1,', ""))],
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
