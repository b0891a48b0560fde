// What failed a moment ago: for how long, for whom, and in how much memory.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFailureMemory, isStronger, loadBackOff, readBackOff } from "../../src/cache/failure-memory.ts";
import type { Failure } from "../../src/ground/errors.ts";
import type { Lane } from "../../src/ground/runtime.ts";

const fault: Failure = { code: "upstream_timeout" };
const spent: Failure = { code: "budget_spent", retryAfterSeconds: 9 };

function setUp(options = loadBackOff) {
  let now = 1_000_000;
  const clock = { now: () => now, timer: () => () => undefined };
  return { memory: createFailureMemory(clock, options), advance: (ms: number) => void (now += ms) };
}

describe("the memory of failures", () => {
  it("doubles from one second up to thirty and starts again after a success", () => {
    const { memory, advance } = setUp();
    for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
      memory.remember("page", fault, "cold");
      advance(seconds * 1_000 - 1);
      expect(memory.recall("page", "cold")).toBe(fault);
      advance(1);
      expect(memory.recall("page", "cold")).toBeUndefined();
    }
    memory.forget("page");
    memory.remember("page", fault, "cold");
    advance(1_000);
    expect(memory.recall("page", "cold")).toBeUndefined();
  });

  it("stays at one second on the read side, for any failure, however many readers were told of it", () => {
    const { memory, advance } = setUp(readBackOff);
    for (let reader = 0; reader < 10_000; reader += 1) memory.remember("page", spent, "cold");
    advance(999);
    expect(memory.recall("page", "cold")).toBe(spent);
    advance(1);
    expect(memory.recall("page", "cold")).toBeUndefined();
  });

  it("holds a spent budget against the lanes that reach no deeper, and any other failure against all", () => {
    const lanes: Lane[] = ["old", "refresh", "cold", "warm"];
    for (const refused of lanes) {
      for (const asking of lanes) {
        const { memory } = setUp(readBackOff);
        memory.remember("page", spent, refused);
        expect(memory.recall("page", asking)).toBe(isStronger(asking, refused) ? undefined : spent);
        memory.remember("page", fault, refused);
        expect(memory.recall("page", asking)).toBe(fault);
      }
    }
    expect(isStronger("old", "refresh") && isStronger("refresh", "cold") && isStronger("cold", "warm")).toBe(true);
    expect(isStronger("cold", "cold")).toBe(false);
  });

  it("holds no failure for longer than its back-off, wherever the clock goes", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1e7, max: 1e7 }), { maxLength: 20 }), (steps) => {
        const { memory, advance } = setUp();
        memory.remember("page", fault, "cold");
        for (const step of steps) advance(step);
        const total = steps.reduce((sum, step) => sum + step, 0);
        expect(memory.recall("page", "cold")).toBe(total >= 0 && total < 1_000 ? fault : undefined);
      }),
    );
  });

  it("forgets the oldest beyond 10,000 keys", () => {
    const { memory } = setUp();
    for (let key = 0; key < 10_001; key += 1) memory.remember(`page ${key}`, fault, "cold");
    expect(memory.recall("page 0", "cold")).toBeUndefined();
    expect(memory.recall("page 1", "cold")).toBe(fault);
    expect(memory.recall("page 10000", "cold")).toBe(fault);
  });
});
