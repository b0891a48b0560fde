// Whoever tries keys: nothing to be measured, nothing to be filled up, nothing to be had.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { IdentitySettings } from "../../src/identity/identity.ts";
import { createIdentityRig } from "../support/identity-rig.ts";
import { apiKeyOf } from "../support/tokens.ts";

const unauthorized = { ok: false, failure: { code: "unauthorized" } };
const known = apiKeyOf("ssr");
const settings: IdentitySettings = { mode: "key", keys: new Map([["ssr", known.hash]]) };

describe("comparing digests", () => {
  it("row 29: tells apart what differs in any bit", async () => {
    for (let bit = 0; bit < 256; bit += 1) {
      const other = known.hash.with(bit >> 3, (known.hash[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
      const rig = createIdentityRig({ mode: "key", keys: new Map([["ssr", other]]) });
      expect(await rig.identify(known.key)).toEqual(unauthorized);
      expect(rig.reasons()).toEqual(["key"]);
    }
  });

  it("row 29: is the platform's, in one place, which an unknown id goes through as well", async () => {
    const folder = path.join(import.meta.dirname, "../../src/identity");
    const texts = await Promise.all((await readdir(folder)).map((name) => readFile(path.join(folder, name), "utf8")));
    const code = texts.join("\n");
    expect(code.match(/keys\.get\(id\)/g)).toEqual(["keys.get(id)"]);
    expect(code).toContain('timingSafeEqual(hash("sha256", token, "buffer"), keys.get(id) ?? nobody)');
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
