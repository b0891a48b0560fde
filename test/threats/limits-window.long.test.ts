// Row 122: what one client may take from the others, against a Node process over Redis and the Worker's bundle.
//
// Time is real, so windows are short: six seconds stand for 310, and pages of one second for those of five.
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { ask, askPage, pagePath, withProduct } from "../blackbox/steps.ts";
import { bearer, policiesOf } from "../support/callers.ts";
import { startNodeProductOverNewRedis, startNodeProductOverRedis } from "../support/product-node.ts";
import { startWorkerProduct } from "../support/product-worker.ts";
import type { Product, Settings, StartProduct } from "../support/product.ts";
import { middleOf } from "../support/waits.ts";

const keyOf = (id: string) => `rtkb_${id}_${id.padEnd(43, "0")}`;
const hashOf = (key: string) => createHash("sha256").update(key).digest("hex");

const settings: Settings = {
  AUTH_MODE: "key",
  API_KEYS: ["admin", "guest"].map((id) => `${id}=${hashOf(keyOf(id))}`).join(","),
  POLICIES: policiesOf({ when: { claim: "sub", equals: "admin" } }, { fields: ["id"] }),
  CLIENT_REQUESTS_PER_MINUTE: undefined,
  CLIENT_BUDGET_PERCENT: undefined,
  FRESH_LIVE_SECONDS: "1",
  FRESH_RECENT_SECONDS: "1",
  FRESH_SETTLED_SECONDS: "1",
  UPSTREAM_BUDGET_WINDOW_SECONDS: "4",
  UPSTREAM_DEADLINE_MS: "2000",
  SOFT_DEADLINE_MS: "500",
};
const windowMs = 6_000;

/**
 * The usual age, in seconds, of a page that the admin looks at five times a second for one window, while the guest asks `count` different
 * questions, eight at a time, and all of them again as soon as their pages are stale.
 */
async function usualAge(product: Product, count: number): Promise<number> {
  const look = () => askPage(product, pagePath(25), { headers: bearer(keyOf("admin")) });
  await look();
  const endsAt = performance.now() + windowMs;
  const isOver = () => performance.now() >= endsAt;
  const asker = async (first: number) => {
    while (!isOver()) {
      for (let page = first; page <= count && !isOver(); page += 8) {
        const path = `/v1/apps/school/sessions?per_page=1&page_no=${page}`;
        await ask(product, path, { headers: bearer(keyOf("guest")) });
      }
      await sleep(500);
    }
  };
  const attack = Promise.all(Array.from({ length: 8 }, (_, place) => asker(place + 1)));
  const ages: number[] = [];
  while (!isOver()) {
    ages.push((await look()).age ?? 0);
    await sleep(200);
  }
  await attack;
  return middleOf(ages);
}

const platforms: readonly [string, { afterRestart: StartProduct; inAnOpenWindow: StartProduct }][] = [
  [
    "the Node process over Redis",
    { afterRestart: startNodeProductOverNewRedis, inAnOpenWindow: startNodeProductOverRedis },
  ],
  [
    "the Worker",
    {
      async afterRestart(given, options) {
        // As much as one of four Node processes may spend without Redis.
        const product = await startWorkerProduct({ ...given, UPSTREAM_BUDGET_REQUESTS: "54" }, options);
        await product.restartShield();
        return product;
      },
      inAnOpenWindow: startWorkerProduct,
    },
  ],
];

describe.each(platforms)("%s", (_, start) => {
  it("row 122: keeps a live page within its bound while one client asks sixty questions in the window after a restart", () =>
    withProduct(start.afterRestart, { ...settings, STALE_SECONDS: "1", MAX_REPLICAS: "4" }, async (product) => {
      // Fresh for one second and stale for another; three or more, were it not renewed in all this time.
      expect(await usualAge(product, 60)).toBeLessThanOrEqual(2);
    }));

  it("row 122: goes on renewing a live page as soon as it is stale while one client asks all it may", () =>
    withProduct(
      start.inAnOpenWindow,
      { ...settings, STALE_SECONDS: "60", UPSTREAM_BUDGET_REQUESTS: "70" },
      async (product) => {
        expect(await usualAge(product, 100)).toBeLessThanOrEqual(2);
      },
    ));
});
