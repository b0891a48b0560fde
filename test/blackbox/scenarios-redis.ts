// What Redis remembers while a process does not: the budget, a freeze, pages, and that somebody was loading one.
import { expect, it } from "vitest";
import type { NodeProduct } from "../support/product-node.ts";
import type { ProductOptions, Settings } from "../support/product.ts";
import { ask, askPage, callCount, expectUnavailable, pagePath, until, untilInFlight, withProduct } from "./steps.ts";

type StartNode = (settings?: Settings, options?: ProductOptions) => Promise<NodeProduct>;

async function crash({ process }: NodeProduct): Promise<void> {
  await process.kill();
  await process.start();
}

export function redisScenarios(start: StartNode): void {
  it("counts the call of a process that was killed in mid-load, and loads the page anew once its lease has ended", () =>
    withProduct(start, { UPSTREAM_BUDGET_REQUESTS: "3" }, async (product) => {
      product.simulator.setFaults([{ kind: "latency", latencyMs: 20_000, times: 1 }]);
      const reader = ask(product, pagePath(2)).then(
        () => "answered",
        () => "cut off",
      );
      await untilInFlight(product, 1);
      await crash(product);
      expect(await reader).toBe("cut off");
      await askPage(product, pagePath(2));
      await askPage(product, pagePath(3));
      expectUnavailable(await ask(product, pagePath(4)), "budget_spent");
      expect(callCount(product)).toBe(3);
    }));

  it("remembers over a restart what was spent", () =>
    withProduct(start, { UPSTREAM_BUDGET_REQUESTS: "6" }, async (product) => {
      for (let page = 1; page <= 5; page += 1) {
        await askPage(product, pagePath(page));
        await crash(product);
      }
      expectUnavailable(await ask(product, pagePath(6)), "budget_spent");
      expect(callCount(product)).toBe(5);
    }));

  it("remembers a freeze over a restart", () =>
    withProduct(start, {}, async (product) => {
      product.simulator.setFaults([{ kind: "error", shape: "v4", status: 429, retryAfter: "300", times: 1 }]);
      expectUnavailable(await ask(product, pagePath(2)), "upstream_limited");
      await crash(product);
      expectUnavailable(await ask(product, pagePath(3)), "upstream_limited");
      expect(callCount(product)).toBe(1);
    }));

  it("shows after a restart what it has kept, without a call", () =>
    withProduct(start, { FRESH_LIVE_SECONDS: "3600" }, async (product) => {
      const kept = await askPage(product, pagePath(2));
      await until(async () => (await product.dumpRedis()).includes(":page") || undefined);
      await crash(product);
      const { etag, text, cacheStatus } = await askPage(product, pagePath(2));
      expect({ etag, text }).toEqual({ etag: kept.etag, text: kept.text });
      expect(cacheStatus).toMatch(/^rtk-bff; hit; ttl=\d+$/);
      expect(callCount(product)).toBe(1);
    }));

  it("writes pages, leases and a window to Redis: no failure, no name and no search in a key (63, 119, 120)", () =>
    withProduct(start, {}, async (product) => {
      await ask(product, "/v1/apps/support/sessions?search=somebody");
      await ask(product, "/v1/apps/nobody/sessions");
      await askPage(product, pagePath(2));
      const dumped = await until(async () => {
        const text = await product.dumpRedis();
        return text.split(":page\n").length > 2 ? text : undefined;
      });
      const ownKeys = /^rtk-bff:[0-9a-f]{32}:\{(?:\w+\.[0-9a-f]{64}\}:(?:page|lease)|budget\}:window|start\}:probe)$/;
      const keys = dumped.split("\n").filter((line) => line.startsWith("rtk-bff:"));
      expect(keys.filter((key) => !ownKeys.test(key))).toEqual([]);
      expect(dumped).not.toMatch(/somebody|nobody/);
    }));
}
