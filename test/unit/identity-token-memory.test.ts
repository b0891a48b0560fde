// Tokens that were verified before: how long they are remembered, and how many.
import { describe, expect, it } from "vitest";
import { secretKey } from "../../src/identity/signing-key.ts";
import { createTokenMemory } from "../../src/identity/token-memory.ts";
import type { Verified } from "../../src/identity/verifier.ts";
import { createTestClock } from "../support/clock.ts";

const clock = createTestClock();
const verifiedUntil = (expiresAt: number, subject = "user-1"): Verified => ({
  principal: { mode: "jwt", issuer: "https://login.example", subject, claims: {}, expiresAt },
  key: undefined,
});

describe("the memory of tokens", () => {
  it("gives back the one object until the token ends, and not a millisecond longer", async () => {
    const memory = createTokenMemory({ clock });
    const verified = verifiedUntil(clock.now() + 60_000);
    expect(memory.remember("digest", verified, 650)).toBe(verified);
    await clock.advance(59_999);
    expect(memory.recall("digest")).toBe(verified);
    await clock.advance(1);
    expect(memory.recall("digest")).toBeUndefined();
  });

  it("keeps nothing that has ended, even where it is still taken", () => {
    const memory = createTokenMemory({ clock });
    const verified = verifiedUntil(clock.now());
    expect(memory.remember("digest", verified, 650)).toBe(verified);
    expect(memory.recall("digest")).toBeUndefined();
  });

  it("gives two requests that verified one token the same object", () => {
    const memory = createTokenMemory({ clock });
    const first = verifiedUntil(clock.now() + 60_000);
    expect(memory.remember("digest", first, 650)).toBe(first);
    expect(memory.remember("digest", verifiedUntil(clock.now() + 60_000), 650)).toBe(first);
  });

  it("forgets nobody for the sake of what has ended", () => {
    const memory = createTokenMemory({ clock, entriesMax: 2 });
    memory.remember("live", verifiedUntil(clock.now() + 60_000), 1);
    for (const digest of ["a", "b", "c"]) memory.remember(digest, verifiedUntil(clock.now()), 1);
    expect(memory.recall("live")).toBeDefined();
  });

  it("takes a token anew that stands under another key now", () => {
    const memory = createTokenMemory({ clock });
    const expiresAt = clock.now() + 60_000;
    memory.remember("digest", { ...verifiedUntil(expiresAt), key: secretKey(new Uint8Array(32)) }, 650);
    const anew = { ...verifiedUntil(expiresAt), key: secretKey(new Uint8Array(32)) };
    expect(memory.remember("digest", anew, 650)).toBe(anew);
    expect(memory.recall("digest")).toBe(anew);
  });

  it("holds at most 10,000, the oldest forgotten first", () => {
    const memory = createTokenMemory({ clock });
    for (let number = 0; number < 25_000; number += 1)
      memory.remember(`${number}`, verifiedUntil(clock.now() + 60_000), 1);
    const kept = Array.from({ length: 25_000 }, (_, number) => number).filter((number) => memory.recall(`${number}`));
    expect(kept).toHaveLength(10_000);
    expect(kept[0]).toBe(15_000);
  });

  it("holds at most 8 Mi characters of tokens, also after some have ended", async () => {
    const memory = createTokenMemory({ clock, charactersMax: 1_000 });
    memory.remember("short", verifiedUntil(clock.now() + 1_000), 900);
    await clock.advance(1_000);
    expect(memory.recall("short")).toBeUndefined();
    for (let number = 0; number < 5; number += 1)
      memory.remember(`${number}`, verifiedUntil(clock.now() + 60_000), 300);
    expect(["0", "1", "2", "3", "4"].filter((digest) => memory.recall(digest))).toEqual(["2", "3", "4"]);

    const whole = createTokenMemory({ clock });
    for (let number = 0; number < 2_000; number += 1)
      whole.remember(`${number}`, verifiedUntil(clock.now() + 60_000), 8_192);
    expect(whole.recall("975")).toBeUndefined();
    expect(whole.recall("976")).toBeDefined();
  });
});
