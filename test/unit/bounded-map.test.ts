// The one map of the house that forgets.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createBoundedMap } from "../../src/ground/bounded-map.ts";
import { testSeed } from "../support/redis-rig.ts";

describe("a bounded map", () => {
  it("forgets what was set longest ago, and counts a key that is set again as the newest", () => {
    const map = createBoundedMap<string, number>({ entriesMax: 2 });
    map.set("a", 1);
    map.set("b", 2);
    map.set("a", 3);
    map.set("c", 4);
    expect([map.get("a"), map.get("b"), map.get("c")]).toEqual([3, undefined, 4]);
  });

  it("reading a key does not make it newer", () => {
    const map = createBoundedMap<string, number>({ entriesMax: 1 });
    map.set("a", 1);
    map.get("a");
    map.set("b", 2);
    expect(map.get("a")).toBeUndefined();
  });

  it("does not keep a value that weighs more than all may together", () => {
    const map = createBoundedMap<string, string>({ weightMax: 3, weightOf: ({ length }) => length });
    map.set("a", "abcd");
    expect([map.get("a"), map.weight()]).toEqual([undefined, 0]);
  });

  it("holds the newest that fit both bounds and knows their weight, whatever is set and deleted", () => {
    const step = fc.record({
      key: fc.constantFrom("a", "b", "c", "d"),
      weight: fc.option(fc.nat(5), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const map = createBoundedMap<string, number>({ entriesMax: 3, weightMax: 9, weightOf: (weight) => weight });
        let model: [key: string, weight: number][] = [];
        const total = () => model.reduce((sum, [, weight]) => sum + weight, 0);
        for (const { key, weight } of steps) {
          model = model.filter(([other]) => other !== key);
          if (weight === undefined) map.delete(key);
          else {
            map.set(key, weight);
            model.push([key, weight]);
            while (model.length > 3 || total() > 9) model.shift();
          }
          expect(map.weight()).toBe(total());
          for (const name of ["a", "b", "c", "d"]) expect(map.get(name)).toBe(new Map(model).get(name));
        }
      }),
      { seed: testSeed("bounded map") },
    );
  });
});
