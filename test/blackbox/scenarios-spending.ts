// Requests are scarce: our own budget, the upstream's block, and the limit of one client.
import { expect, it } from "vitest";
import type { StartProduct } from "../support/product.ts";
import { ask, askPage, callCount, expectUnavailable, outliveOneSecond, pagePath, until, withProduct } from "./steps.ts";

const quicklyOld = {
  FRESH_LIVE_SECONDS: "1",
  FRESH_RECENT_SECONDS: "1",
  FRESH_SETTLED_SECONDS: "1",
  STALE_SECONDS: "0",
};

const shortDeadline = { UPSTREAM_DEADLINE_MS: "1000", SOFT_DEADLINE_MS: "1000" };

export function spendingScenarios(start: StartProduct): void {
  it("spends its budget and not one call more, and goes on showing the pages in use", () =>
    withProduct(start, { ...quicklyOld, UPSTREAM_BUDGET_REQUESTS: "8" }, async (product) => {
      const kept = new Map<string, string>();
      for (let page = 1; page <= 6; page += 1) {
        kept.set(pagePath(page), (await askPage(product, pagePath(page))).etag);
      }
      // The last quarter is for pages in use, past their bound as these are now.
      expectUnavailable(await ask(product, pagePath(7)), "budget_spent");
      expect(callCount(product)).toBe(6);
      await outliveOneSecond();
      const isRenewed: boolean[] = [];
      for (const [path, etag] of kept) {
        const shown = await askPage(product, path);
        expect(shown.etag).toBe(etag);
        isRenewed.push(shown.cacheStatus !== "rtk-bff; fwd=stale; detail=failed");
      }
      expect(isRenewed).toEqual([true, true, false, false, false, false]);
      expectUnavailable(await ask(product, pagePath(8)), "budget_spent");
      expect(callCount(product)).toBe(8);
    }));

  it("keeps its budget under a storm of different cold questions", () =>
    withProduct(start, { UPSTREAM_BUDGET_REQUESTS: "20" }, async (product) => {
      const inUse = await askPage(product, pagePath(25));
      const paths = Array.from({ length: 300 }, (_, index) => `/v1/apps/school/sessions?search=storm-${index}`);
      const seen = await Promise.all(paths.map((path) => ask(product, path)));
      const shownCount = seen.filter(({ status }) => status === 200).length;
      for (const one of seen) if (one.status !== 200) expectUnavailable(one, "budget_spent");
      expect(callCount(product)).toBe(1 + shownCount);
      // Three quarters are for new questions. Where Redis counts, a busy machine may be too late for it, and spends of its own part.
      expect(callCount(product)).toBeGreaterThanOrEqual(15);
      expect(callCount(product)).toBeLessThan(20);
      expect(await askPage(product, pagePath(25))).toMatchObject({ etag: inUse.etag });
    }));

  it("spends again when calls leave the window, and is never blocked by the upstream", () =>
    withProduct(
      start,
      { UPSTREAM_BUDGET_REQUESTS: "8", UPSTREAM_BUDGET_WINDOW_SECONDS: "2", ...shortDeadline },
      async (product) => {
        let question = 0;
        let shown = 0;
        await until(async () => {
          const paths = Array.from({ length: 10 }, () => `${pagePath(1)}&search=question-${(question += 1)}`);
          const seen = await Promise.all(paths.map((path) => ask(product, path)));
          shown += seen.filter(({ status }) => status === 200).length;
          // A busy machine may be later than the short deadline; such a call counts all the same.
          const refused = seen.filter(({ status, code }) => status !== 200 && code !== "upstream_timeout");
          for (const one of refused) expectUnavailable(one, "budget_spent");
          return shown >= 20 || undefined;
        });
        expect(product.simulator.state().calls.blocked).toBe(0);
        expect(product.simulator.state().peakCallsInWindow).toBeLessThanOrEqual(8);
      },
      { simulator: { budget: { requests: 8, windowSeconds: 2 } } },
    ));

  it("sends nothing after a 429 until the freeze has ended, and shows old pages meanwhile", () =>
    withProduct(start, quicklyOld, async (product) => {
      const kept = await askPage(product, pagePath(2));
      await outliveOneSecond();
      product.simulator.setFaults([
        { kind: "error", shape: "v4", status: 429, code: 971, retryAfter: "200", times: 1 },
      ]);
      const before = callCount(product);
      expectUnavailable(await ask(product, pagePath(3)), "upstream_limited");
      for (let page = 4; page < 24; page += 1) {
        expectUnavailable(await ask(product, pagePath(page)), "upstream_limited");
      }
      expect(await askPage(product, pagePath(2))).toMatchObject({
        etag: kept.etag,
        cacheStatus: "rtk-bff; fwd=stale; detail=failed",
      });
      expect(callCount(product) - before).toBe(1);
    }));

  it("asks again once the freeze has ended, with one call", () =>
    withProduct(start, quicklyOld, async (product) => {
      product.simulator.setFaults([{ kind: "error", shape: "empty", status: 429, retryAfter: "2", times: 1 }]);
      expectUnavailable(await ask(product, pagePath(2)), "upstream_limited");
      const shown = await until(async () => {
        const seen = await ask(product, pagePath(2));
        return seen.status === 200 ? seen : undefined;
      });
      expect(shown.cacheStatus).toBe("rtk-bff; fwd=miss; stored");
      expect(callCount(product)).toBe(2);
    }));

  it("makes a client that asks too often wait, without a call", () =>
    withProduct(start, { CLIENT_REQUESTS_PER_MINUTE: "5" }, async (product) => {
      for (let request = 0; request < 5; request += 1) await askPage(product, pagePath(2));
      const refused = await ask(product, pagePath(2));
      expect(refused).toMatchObject({ status: 429, code: "rate_limited" });
      expect(refused.retryAfter).toBeGreaterThanOrEqual(1);
      expect(refused.retryAfter).toBeLessThanOrEqual(59);
      expect(callCount(product)).toBe(1);
      expect(await ask(product, "/healthz")).toMatchObject({ status: 200 });
    }));
}
