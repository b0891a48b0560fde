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

describe("the dashboard on Node", () => {
  it("polls where no stream passes, says as of when, and is live again once streams pass", () =>
    withProduct<Product>(startNodeProduct, settings, (product) =>
      openDashboard(browser, "about:blank", async ({ page }) => {
        let isBlocked = true;
        await page.route("**/v1/live/**", (route) => (isBlocked ? route.abort() : route.continue()));
        await page.clock.install();
        await page.goto(`${product.url}/?app=support`);
        const steering = product.simulator.steering();
        const freshness = page.locator("rtk-freshness").filter({ hasText: /as of \d+ s ago/ });
        await freshness.waitFor();
        const { session_id: id } = steering.start({ app: "support", title: "Found by polling" });
        const card = page.locator("li").filter({ hasText: "Found by polling" });
        await until(async () => {
          await page.clock.runFor(5_000);
          return (await card.count()) === 1;
        });
        expect(await freshness.count()).toBe(1);
        isBlocked = false;
        await until(async () => {
          await page.clock.runFor(20_000);
          return (await page.locator("rtk-freshness .live").count()) === 1;
        });
        steering.end(id);
        await card.waitFor({ state: "detached" });
      }),
    ));

  it("says a sentence where there is no JavaScript, and where the browser keeps nothing", () =>
    withProduct<Product>(startNodeProduct, settings, async (product) => {
      const context = await browser.newContext({ javaScriptEnabled: false });
      const plain = await context.newPage();
      await plain.goto(`${product.url}/`);
      await plain.locator("noscript p").waitFor();
      expect(await plain.locator("noscript p").textContent()).toContain("This page needs JavaScript.");
      expect(await plain.locator("rtk-dashboard p").isVisible()).toBe(false);
      await context.close();
      await openDashboard(browser, "about:blank", async ({ page }) => {
        await page.addInitScript(`
          for (const name of ["localStorage", "sessionStorage"]) {
            Object.defineProperty(window, name, { get() { throw new DOMException("no", "SecurityError"); } });
          }`);
        await page.goto(`${product.url}/?app=support`);
        await page.locator("li").first().waitFor();
        await page.getByText("This browser keeps nothing").waitFor();
      });
    }));

  it("remembers the app, leads back and forward between screens, and names what cannot be loaded", () =>
    withProduct<Product>(startNodeProduct, settings, (product) =>
      openDashboard(browser, `${product.url}/`, async ({ page }) => {
        await page.locator("rtk-session-cards li").first().waitFor();
        await page.getByLabel("App").selectOption("school");
        await page.getByRole("link", { name: "Sessions" }).click();
        await page.locator("tbody tr").first().waitFor();
        expect(new URL(page.url()).search).toBe("?app=school&screen=sessions");
        await page.goBack();
        await page.getByRole("heading", { level: 1, name: "Live" }).waitFor();
        await page.goForward();
        await page.getByRole("heading", { level: 1, name: "Sessions" }).waitFor();
        await page.goto(`${product.url}/`);
        await until(async () => (await page.getByLabel("App").inputValue()) === "school");
        await page.route("**/sessions-screen-*.js", (route) => route.abort());
        await page.reload();
        await page.getByRole("link", { name: "Sessions" }).click();
        await page.getByText("This screen could not be loaded").waitFor();
      }),
    ));

  it.each([
    ["", 1280],
    ["", 360],
    ["&screen=sessions", 1280],
    ["&screen=sessions", 360],
  ])("lets nothing jump while it opens (%s, %i px wide)", (screen, width) =>
    withProduct<Product>(startNodeProduct, settings, (product) =>
      openDashboard(
        browser,
        "about:blank",
        async ({ page }) => {
          await page.addInitScript(`
            window.shift = 0;
            new PerformanceObserver((list) => {
              for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) window.shift += value;
            }).observe({ type: "layout-shift", buffered: true });`);
          await page.goto(`${product.url}/?app=support${screen}`);
          await page.locator("li, tbody tr").first().waitFor();
          await page.locator("rtk-freshness .live").first().waitFor();
          // What Core Web Vitals call good.
          expect(await page.evaluate<number>("window.shift")).toBeLessThan(0.1);
        },
        { width },
      ),
    ),
  );

  it("is not there with DASHBOARD=off, nor is the element", () =>
    withProduct<Product>(startNodeProduct, { DASHBOARD: "off" }, async (product) => {
      const root = await product.fetch("/");
      expect([root.status, root.headers.get("location")]).toEqual([302, "/docs"]);
      for (const path of ["/elements.js", "/dashboard/files.json", "/dashboard/main.js"]) {
        expect((await product.fetch(path)).status).toBe(404);
      }
    }));
});

it("no path of a request reaches the asset store: only files of the build's own list are there, for good and of their type", () =>
  withProduct<Product>(startNodeProduct, {}, async (product) => {
    const page = await (await product.fetch("/")).text();
    const named = [...page.matchAll(/(?:src|href)="(\/dashboard\/[^"]+)"/g)].map(([, path]) => path ?? "");
    expect(named.length).toBeGreaterThan(4);
    for (const path of named) {
      const answer = await product.fetch(path);
      expect([path, answer.status]).toEqual([path, 200]);
      expect(answer.headers.get("cache-control")).toBe("private, max-age=31536000, immutable");
      expect(answer.headers.get("content-type")).toMatch(
        /^(?:text\/(?:javascript|css); charset=utf-8|image\/svg\+xml)$/,
      );
    }
    for (const path of [
      "/dashboard/files.json",
      "/dashboard/index.html",
      "/dashboard/openapi.json",
      "/dashboard/..%2fopenapi.json",
      "/elements/elements.js",
    ]) {
      expect([path, (await product.fetch(path)).status]).toEqual([path, 404]);
    }
  }));
