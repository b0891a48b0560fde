// The example of a page that listens, in a real browser: it streams, and polls where something on the way lets no stream pass.
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { until } from "../blackbox/steps.ts";
import { startBrowser } from "../support/browser.ts";
import { startNodeProduct } from "../support/product-node.ts";
import type { NodeProduct } from "../support/product-node.ts";
import { servePages, visit } from "./rig.ts";
import type { PageServer } from "./rig.ts";

let browser: Browser;
let pages: PageServer;
let product: NodeProduct;
let source: string;
beforeAll(async () => {
  [browser, pages] = await Promise.all([startBrowser(), servePages()]);
  product = await startNodeProduct({ ALLOWED_ORIGINS: pages.origin, FRESH_LIVE_SECONDS: "1" });
  source = await readFile(path.join(import.meta.dirname, "../../examples/live.mjs"), "utf8");
});
afterAll(async () => {
  await browser.close();
  await pages.close();
  await product.stop();
});

const streams = "**/v1/live/**";
const show = async (page: Page) =>
  page.evaluate(`
    document.body.innerHTML = "<p></p><ul></ul>";
    const module = URL.createObjectURL(new Blob([${JSON.stringify(source)}], { type: "text/javascript" }));
    import(module).then(({ showLive }) =>
      showLive(document.querySelector("ul"), document.querySelector("p"), { service: ${JSON.stringify(product.url)} }));
  `);
const saysIn = async (page: Page, how: string) => (await page.locator("p").textContent()) === how;
const showsIn = async (page: Page, text: string) => ((await page.locator("ul").textContent()) ?? "").includes(text);

it("streams where it can: shows what starts and ends, and a title as the text it is", () =>
  visit(browser, pages.origin, async ({ page, wire }) => {
    await show(page);
    await until(() => saysIn(page, "streaming"));
    const title = "<img src=x> starts";
    const { session_id: id } = product.simulator.steering().start({ app: "support", title, participants: 3 });
    await until(() => showsIn(page, `${title}: 3`));
    expect(await page.locator("img").count()).toBe(0);
    product.simulator.steering().end(id);
    await until(async () => !(await showsIn(page, title)));
    expect(wire.requests.filter(({ url }) => url.includes("/v1/apps/"))).toEqual([]);
    await page.goto("about:blank");
  }));

it.each(["cut off", "held back"])("polls while streams are %s, shows what starts, and streams once they pass", (how) =>
  visit(browser, pages.origin, async ({ page }) => {
    let isBlocked = true;
    const free = Promise.withResolvers<void>();
    await page.route(streams, async (route) => {
      if (!isBlocked) return route.continue();
      // One that is held back is neither answered nor refused, until the test lets go of it.
      if (how === "held back") await free.promise;
      return route.abort();
    });
    await show(page);
    await until(() => saysIn(page, "polling"));
    const title = `starts while ${how}`;
    product.simulator.steering().start({ app: "support", title });
    await until(() => showsIn(page, title));
    expect(await saysIn(page, "polling")).toBe(true);
    isBlocked = false;
    free.resolve();
    await until(() => saysIn(page, "streaming"));
    await page.goto("about:blank");
  }),
);

it("says that it is offline when neither passes, and goes on once the process is back", () =>
  visit(browser, pages.origin, async ({ page }) => {
    await show(page);
    await until(() => saysIn(page, "streaming"));
    await product.process.kill();
    await until(() => saysIn(page, "offline"));
    await product.process.start();
    await until(() => saysIn(page, "streaming"));
    await page.goto("about:blank");
  }));
