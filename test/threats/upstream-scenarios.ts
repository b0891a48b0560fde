// What a hostile upstream tries, run against every way of running the product.
import { describe, expect, it } from "vitest";
import { expectUnavailable, ask } from "../blackbox/steps.ts";
import { answer } from "../support/hostile-upstream.ts";
import type { StartProduct } from "../support/product.ts";
import { bodyScenarios } from "./upstream-scenarios-bodies.ts";
import { leakScenarios } from "./upstream-scenarios-leaks.ts";
import { useStage } from "./upstream-stage.ts";

export function upstreamThreats(name: string, start: StartProduct): void {
  describe(`${name} and an upstream that wants its token`, () => {
    leakScenarios(start);
  });

  describe(`${name} and an upstream that sends what it likes`, () => {
    bodyScenarios(start);
  });

  describe(`${name} and an upstream that says to wait for ever`, () => {
    const stage = useStage(start);

    it("row 84: sends nothing after a 429, and tells nobody to wait for longer than a minute", async () => {
      const { hostile, product, freshPath } = stage();
      hostile.behave(answer(429, "", { "retry-after": "1e99" }));
      for (let round = 0; round < 5; round += 1) expectUnavailable(await ask(product, freshPath()), "upstream_limited");
      expect(hostile.requests).toHaveLength(1);
    });
  });
}
