// The two headers in which the upstream tells us to go slower, and everything they might say instead.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rateLimitHint, retryAfterSeconds } from "../../src/upstream/rate-limit.ts";

const now = Date.UTC(2026, 10, 22, 10);

describe("retry-after", () => {
  it.each([
    ["1", 1],
    ["120", 120],
    [" 7 ", 7],
    ["0", 1],
    ["300", 300],
    ["301", 300],
    ["86400", 300],
    ["99999999999999999999999999", 300],
    ["9".repeat(400), 300],
    ["Sun, 22 Nov 2026 10:00:30 GMT", 30],
    ["Sun, 22 Nov 2026 09:00:00 GMT", 1],
    ["Tue, 01 Jan 2030 00:00:00 GMT", 300],
    ["1e99", 300],
    ["1.5", 300],
    ["-5", 300],
    ["+5", 300],
    ["0x10", 300],
    ["NaN", 300],
    ["Infinity", 300],
    ["", 300],
    ["soon", 300],
    ["5, 5", 300],
    ["٣", 300],
    ["Sun, 22 Xxx 2026 10:00:30 GMT", 300],
    ["2026-11-22T10:00:30Z", 300],
  ])("%j means %i seconds", (header, seconds) => {
    expect(retryAfterSeconds(header, now)).toBe(seconds);
  });

  it("means the whole block when it is missing", () => {
    expect(retryAfterSeconds(null, now)).toBe(300);
  });

  it("reads every date as the platform does", () => {
    const day = fc.date({ min: new Date("1970-01-01"), max: new Date("9999-12-30"), noInvalidDate: true });
    fc.assert(
      fc.property(day, fc.integer({ min: 1, max: 300 }), (date, seconds) => {
        const whole = Math.floor(date.getTime() / 1000) * 1000;
        expect(retryAfterSeconds(new Date(whole).toUTCString(), whole - seconds * 1000)).toBe(seconds);
      }),
    );
  });

  it("never throws and always stays between 1 and 300", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.double().map(String)), fc.integer(), (header, at) => {
        const seconds = retryAfterSeconds(header, at);
        expect(Number.isInteger(seconds) && seconds >= 1 && seconds <= 300).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("the Ratelimit header", () => {
  it("is read as calls left and seconds to the reset", () => {
    expect(rateLimitHint('"default";r=50;t=30', null)).toEqual({ remaining: 50, resetSeconds: 30 });
  });

  it("gives the strictest of several items, with its own quota", () => {
    expect(
      rateLimitHint(
        '"default";r=1199;t=1, "burst";r=3;t=40 , tok;r=90;t=2',
        '"default";q=1200;w=300, "burst";q=100;w=60',
      ),
    ).toEqual({ remaining: 3, resetSeconds: 40, quota: 100 });
  });

  it("accepts parameters in any order, unknown ones, and separators inside a name", () => {
    expect(rateLimitHint('"a,b;r=1";t=9;x="y;z,";r=8', '"a,b;r=1";w=1;q=10')).toEqual({
      remaining: 8,
      resetSeconds: 9,
      quota: 10,
    });
  });

  it("clamps what is out of bounds", () => {
    expect(rateLimitHint('"d";r=999999999999999;t=86400', null)).toEqual({ remaining: 1_000_000, resetSeconds: 300 });
    expect(rateLimitHint('"d";r=0;t=0', '"d";q=0')).toEqual({ remaining: 0, resetSeconds: 1 });
  });

  it.each([
    null,
    "",
    "junk",
    '"default"',
    '"default";r=50',
    '"default";t=30',
    '"default";r=-1;t=30',
    '"default";r=1.5;t=30',
    '"default";r=1e3;t=30',
    '"default";r="5";t=30',
    '"default";r=;t=30',
    '"default";R=5;T=30',
    "limit=100, remaining=50, reset=30",
    `"default";r=1;t=1${" ".repeat(3_000)}`,
  ])("is ignored when it is %j", (header) => {
    expect(rateLimitHint(header, null)).toBeUndefined();
  });

  it("keeps the good items beside a broken one", () => {
    expect(rateLimitHint('"a";r=x;t=1, "b";r=7;t=8, ;;;,,"', null)).toEqual({ remaining: 7, resetSeconds: 8 });
  });

  it("never throws on junk, and clamps whatever it does read", () => {
    const piece = fc.oneof(
      fc.constantFrom('"', ";", ",", "=", "r", "t", "q", "r=1", "t=1", '"default"', " ", "\\"),
      fc.string({ unit: "binary", maxLength: 4 }),
      fc.integer().map(String),
    );
    const header = fc.oneof(
      fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join("")),
      fc.constant(null),
    );
    fc.assert(
      fc.property(header, header, (limit, policy) => {
        const hint = rateLimitHint(limit, policy);
        if (hint === undefined) return;
        expect(hint.remaining).toBeGreaterThanOrEqual(0);
        expect(hint.remaining).toBeLessThanOrEqual(1_000_000);
        expect(hint.resetSeconds).toBeGreaterThanOrEqual(1);
        expect(hint.resetSeconds).toBeLessThanOrEqual(300);
        if (hint.quota !== undefined) expect(hint.quota).toBeGreaterThanOrEqual(1);
      }),
      { numRuns: 3_000 },
    );
  });
});
