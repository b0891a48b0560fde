// The one repetition: when it is allowed and how long it waits.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RetrySituation } from "../../src/upstream/retry.ts";
import { attemptMsMin, backoffMsMax, decideRetry, firstBackoff, next } from "../../src/upstream/retry.ts";

const situation: RetrySituation = {
  retriable: true,
  backoff: firstBackoff,
  left: 1_000,
  requests: 1_080,
  now: 0,
  deadlineAt: 10_000,
};

describe("the retry", () => {
  it("repeats a curable failure once, after a jittered wait", () => {
    expect(decideRetry(situation, () => 0.5)).toEqual({
      retry: true,
      delayMs: 100,
      backoff: { triesLeft: 0, ceilingMs: 400 },
    });
  });

  it("does not repeat a second time", () => {
    expect(decideRetry({ ...situation, backoff: next(firstBackoff) }, () => 0)).toEqual({
      retry: false,
      because: "tries_spent",
    });
  });

  it("does not repeat what a repetition can't cure", () => {
    expect(decideRetry({ ...situation, retriable: false }, () => 0)).toEqual({
      retry: false,
      because: "not_retriable",
    });
  });

  it("needs more than a fifth of the budget", () => {
    expect(decideRetry({ ...situation, left: 216 }, () => 0)).toEqual({ retry: false, because: "budget_low" });
    expect(decideRetry({ ...situation, left: 217 }, () => 0)).toMatchObject({ retry: true });
  });

  it("needs room for the wait and for an attempt before the deadline", () => {
    const tight = { ...situation, deadlineAt: attemptMsMin + 100 };
    expect(decideRetry(tight, () => 0.5)).toMatchObject({ retry: true, delayMs: 100 });
    expect(decideRetry(tight, () => 0.51)).toEqual({ retry: false, because: "deadline_near" });
  });

  it("waits from nothing up to the ceiling, and never longer than a second however often it doubles", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (doublings, chance) => {
          let backoff = { ...firstBackoff, triesLeft: 100 };
          for (let round = 0; round < doublings; round += 1) backoff = next(backoff);
          const decision = decideRetry({ ...situation, backoff }, () => chance);
          if (!decision.retry) throw new Error(decision.because);
          expect(decision.delayMs).toBeGreaterThanOrEqual(0);
          expect(decision.delayMs).toBeLessThan(Math.min(backoffMsMax, backoff.ceilingMs));
        },
      ),
    );
  });

  it("leaves the back-off it was given as it was", () => {
    const before = { ...firstBackoff };
    next(firstBackoff);
    decideRetry(situation, () => 0);
    expect(firstBackoff).toEqual(before);
  });
});
