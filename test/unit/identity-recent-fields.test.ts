// Fields that were shown a moment ago: for how long, how many, and that nothing but the very same field is one.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRecentFields } from "../../src/identity/recent-fields.ts";
import type { Verified } from "../../src/identity/verifier.ts";
import { createTestClock } from "../support/clock.ts";

const clock = createTestClock();
const verifiedUntil = (expiresAt: number): Verified => ({
  principal: { mode: "jwt", issuer: "https://login.example", subject: "user-1", claims: {}, expiresAt },
  key: undefined,
});
const hour = 60 * 60_000;

describe("fields shown a moment ago", () => {
  it("are known for a minute, and not a millisecond longer", async () => {
    const recent = createRecentFields({ clock });
    const verified = verifiedUntil(clock.now() + hour);
    recent.remember("Bearer a.b.c", verified);
    await clock.advance(59_999);
    expect(recent.recall("Bearer a.b.c")).toBe(verified);
    await clock.advance(1);
    expect(recent.recall("Bearer a.b.c")).toBeUndefined();
  });

  it("are not known any longer once their token has ended", async () => {
    const recent = createRecentFields({ clock });
    recent.remember("Bearer a.b.c", verifiedUntil(clock.now() + 1_000));
    await clock.advance(999);
    expect(recent.recall("Bearer a.b.c")).toBeDefined();
    await clock.advance(1);
    expect(recent.recall("Bearer a.b.c")).toBeUndefined();
  });

  it("are known by every character: no other field is taken for one, whatever its end", () => {
    const field = fc.string({ minLength: 1, maxLength: 60, unit: "grapheme-ascii" });
    fc.assert(
      fc.property(field, field, field, (end, one, other) => {
        fc.pre(one !== other);
        const recent = createRecentFields({ clock });
        const verified = verifiedUntil(clock.now() + hour);
        recent.remember(one + end, verified);
        expect(recent.recall(one + end)).toBe(verified);
        expect(recent.recall(other + end)).toBeUndefined();
      }),
    );
  });

  it("are 500 at the most, the oldest forgotten first, and none over 2,048 characters", () => {
    const recent = createRecentFields({ clock });
    const verified = verifiedUntil(clock.now() + hour);
    const fields = Array.from({ length: 2_000 }, (_, number) => `Bearer ${number}`);
    for (const field of fields) recent.remember(field, verified);
    expect(fields.filter((field) => recent.recall(field))).toEqual(fields.slice(1_500));

    recent.remember("a".repeat(2_048), verified);
    recent.remember("b".repeat(2_049), verified);
    expect(recent.recall("a".repeat(2_048))).toBe(verified);
    expect(recent.recall("b".repeat(2_049))).toBeUndefined();
  });

  it("are let go of a minute later by whoever comes next, called for or not", async () => {
    const recent = createRecentFields({ clock, fieldsMax: 2 });
    const verified = verifiedUntil(clock.now() + hour);
    recent.remember("one", verified);
    await clock.advance(60_000);
    recent.remember("two", verified);
    recent.remember("three", verified);
    expect(recent.recall("two")).toBe(verified);
    expect(recent.recall("three")).toBe(verified);
  });
});
