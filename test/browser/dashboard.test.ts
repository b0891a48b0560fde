// The dashboard against the real product: it opens, moves with the stream, keeps its state in the address.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until, withProduct } from "../blackbox/steps.ts";
import { startBrowser } from "../support/browser.ts";
import { startNodeProduct } from "../support/product-node.ts";
import { startWorkerProduct } from "../support/product-worker.ts";
import type { Product } from "../support/product.ts";
import { openDashboard } from "./dashboard-rig.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

const settings = { FRESH_LIVE_SECONDS: "1" };

describe.each([
  ["Node", startNodeProduct],
  ["the Worker", startWorkerProduct],
])("the dashboard on %s", (_platform, start) => {
  it("shows who is meeting, counts them in the tab, and moves as meetings start and end; a title is text whatever it holds", () =>
    withProduct<Product>(start, settings, (product) =>
      openDashboard(browser, `${product.url}/?app=support`, async ({ page, asked }) => {
        await page.getByText("Live", { exact: true }).last().waitFor();
        const title = `<img src=x onerror="document.title='hacked'"> & more`;
        const steering = product.simulator.steering();
        const { session_id: id } = steering.start({ app: "support", title, participants: 3 });
        const card = page.locator("li").filter({ hasText: title });
        await card.getByText("people now").waitFor();
        expect(await card.locator(".now").textContent()).toBe("3");
        expect(await page.locator("img").count()).toBe(0);
        const cards = await page.locator("li").count();
        await until(async () => (await page.title()) === `(${cards}) Live · Sessions`);
        steering.end(id);
        await card.waitFor({ state: "detached" });
        await until(async () => (await page.title()) === `(${cards - 1}) Live · Sessions`);
        expect(asked.filter((url) => url.includes("/v1/apps/"))).toEqual([]);
      }),
    ));
});
