// Whoever tries keys: nothing to be measured, nothing to be filled up, nothing to be had.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { equalDigests } from "../../src/identity/api-keys.ts";
import type { IdentitySettings } from "../../src/identity/identity.ts";
import { createIdentityRig } from "../support/identity-rig.ts";
import { apiKeyOf } from "../support/tokens.ts";

const unauthorized = { ok: false, failure: { code: "unauthorized" } };
const known = apiKeyOf("ssr");
const settings: IdentitySettings = { mode: "key", keys: new Map([["ssr", known.hash]]) };

/** Bytes that count how often one of them is looked at. */
function watched(bytes: Uint8Array): { bytes: Uint8Array; reads: () => number } {
  let reads = 0;
  const proxy = new Proxy(bytes, {
    get(target, name) {
      if (typeof name === "string" && /^\d+$/.test(name)) reads += 1;
      return Reflect.get(target, name);
    },
  });
  return { bytes: proxy, reads: () => reads };
}

describe("comparing digests", () => {
  it("row 29: looks at every byte of both, wherever they differ", () => {
    const digest = Uint8Array.from({ length: 32 }, (_, index) => index * 7);
    for (let place = -1; place < 32; place += 1) {
      const other = digest.map((byte, index) => (index === place ? byte ^ 0x80 : byte));
      const [one, two] = [watched(digest), watched(other)];
      expect(equalDigests(one.bytes, two.bytes)).toBe(place === -1);
      expect([one.reads(), two.reads()]).toEqual([32, 32]);
    }
  });

  it("row 29: tells apart what differs in any bit, and what is no digest at all", () => {
    const digest = new Uint8Array(32);
    for (let bit = 0; bit < 256; bit += 1) {
      const other = new Uint8Array(32);
      other[bit >> 3] = 1 << (bit & 7);
      expect(equalDigests(digest, other)).toBe(false);
    }
    expect(equalDigests(digest, new Uint8Array(31))).toBe(false);
    expect(equalDigests(new Uint8Array(33), digest)).toBe(false);
    expect(equalDigests(new Uint8Array(0), new Uint8Array(0))).toBe(false);
    expect(equalDigests(digest, new Uint8Array(32))).toBe(true);
  });

  it("row 29: is done in one place, which an unknown id goes through as well", async () => {
    const folder = path.join(import.meta.dirname, "../../src/identity");
    const texts = await Promise.all((await readdir(folder)).map((name) => readFile(path.join(folder, name), "utf8")));
    const code = texts.join("\n");
    expect(code.match(/equalDigests\(/g)).toHaveLength(2);
    expect(code.match(/keys\.get\(id\)/g)).toEqual(["keys.get(id)"]);
    expect(code).toContain("equalDigests(digest, keys.get(id) ?? nobody)");
    expect(code).not.toMatch(/(?:===|!==) *(?:digest|hash|secret)\b|\b(?:digest|hash|secret) *(?:===|!==)/);
  });

  it("row 29: the bytes an unknown id is compared with let nobody in", async () => {
    const rig = createIdentityRig({ mode: "key", keys: new Map() });
    expect(await rig.identify(known.key)).toEqual(unauthorized);
  });
});

describe("guessing keys", () => {
  it("row 30: gets nowhere in twenty thousand tries, and the holder of the key is not shut out by them", async () => {
    const rig = createIdentityRig(settings);
    const identified = await rig.identify(known.key);
    for (let guess = 0; guess < 20_000; guess += 1) {
      const id = guess % 2 === 0 ? "ssr" : `id-${guess}`;
      const { key } = apiKeyOf(id, guess.toString(36).padStart(43, "0"));
      const outcome = await rig.identify(key);
      if (outcome.ok || outcome.failure.code !== "unauthorized") expect(outcome).toEqual(unauthorized);
    }
    expect(rig.reasons()).toHaveLength(20_000);
    expect(new Set(rig.reasons())).toEqual(new Set(["key"]));
    expect(rig.recall(known.key)).toBe(identified.ok && identified.value);
    expect(rig.issuer.asked).toHaveLength(0);
  });
});
