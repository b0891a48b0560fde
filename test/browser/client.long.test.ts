// The example pages of the typed client, and its hooks and queries, in a real browser in front of a service that runs.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { until } from "../blackbox/steps.ts";
import { startBrowser } from "../support/browser.ts";
import { startNodeProduct } from "../support/product-node.ts";
import type { NodeProduct } from "../support/product-node.ts";
import { startStreamProxy } from "../support/stream-proxy.ts";
import type { StreamProxy } from "../support/stream-proxy.ts";
import { examples, serveClientPages } from "./client-pages.ts";
import { visit } from "./rig.ts";
import type { PageServer } from "./rig.ts";

let browser: Browser;
let pages: PageServer;
let product: NodeProduct;
let proxy: StreamProxy;
beforeAll(async () => {
  pages = await serveClientPages({
    react: path.join(examples, "react.jsx"),
    vue: path.join(examples, "vue.mjs"),
    hooks: path.join(import.meta.dirname, "hooks.mjs"),
  });
  [browser, product] = await Promise.all([
    startBrowser(),
    startNodeProduct({ ALLOWED_ORIGINS: pages.origin, FRESH_LIVE_SECONDS: "1" }),
  ]);
});
beforeEach(async () => {
  proxy = await startStreamProxy(product.url);
});
afterEach(() => proxy.close());
afterAll(async () => {
  await browser.close();
  await pages.close();
  await product.stop();
});

const address = (name: string) => `${pages.origin}/${name}.html?service=${proxy.url}`;
const textIn = async (page: Page, selector: string) => (await page.locator(selector).textContent()) ?? "";

it("every example page is under 40 lines", async () => {
  for (const name of await readdir(examples)) {
    const lines = (await readFile(path.join(examples, name), "utf8")).trimEnd().split("\n");
    expect(lines.length, name).toBeLessThan(40);
  }
});

describe.each(["plain", "react", "vue"])("the example in %s", (name) => {
  it("is live: shows what starts and ends, and a title as the text it is", () =>
    visit(browser, address(name), async ({ page }) => {
      await until(async () => (await textIn(page, "#state")) === "live");
      const title = `<img src=x> in ${name}`;
      const { session_id: id } = product.simulator.steering().start({ app: "support", title, participants: 3 });
      await until(async () => (await textIn(page, "#list")).includes(`${title}: 3`));
      expect(await page.locator("img").count()).toBe(0);
      product.simulator.steering().end(id);
      await until(async () => !(await textIn(page, "#list")).includes(title));
      expect(proxy.pages().filter(({ path: asked }) => asked.includes("/v1/apps/"))).toEqual([]);
      await page.goto("about:blank");
    }));

  it("polls where streams don't pass, and says what is wrong while nothing can be had", () =>
    visit(browser, address(name), async ({ page }) => {
      await until(async () => (await textIn(page, "#state")) === "live");
      proxy.treat("down");
      proxy.cut();
      await until(async () => (await textIn(page, "#problem")) !== "");
      expect(await textIn(page, "#state")).toContain("offline");
      proxy.treat("refuse");
      await until(async () => (await textIn(page, "#state")).startsWith("polling"));
      await until(async () => (await textIn(page, "#problem")) === "");
      await page.goto("about:blank");
    }));
});

it("the example in React shows who was in the session that is clicked", () =>
  visit(browser, address("react"), async ({ page }) => {
    const { session_id: id } = product.simulator
      .steering()
      .start({ app: "support", title: "The clicked one", participants: 2 });
    await page.locator("li", { hasText: "The clicked one" }).click();
    await until(async () => (await textIn(page, "#people")).split(", ").length === 2);
    product.simulator.steering().end(id);
    await page.goto("about:blank");
  }));

it("the example in Vue listens to the app that is chosen, and no longer to the other", () =>
  visit(browser, address("vue"), async ({ page }) => {
    const { session_id: id } = product.simulator.steering().start({ app: "school", title: "At school" });
    await page.locator("select").selectOption("school");
    await until(async () => (await textIn(page, "#list")).includes("At school"));
    product.simulator.steering().end(id);
    await page.goto("about:blank");
  }));

it("a watch that is offline is live again when the browser's network comes back, without a wait of its own", () =>
  visit(browser, address("hooks"), async ({ page }) => {
    const isIn = async (state: string) => (await page.evaluate("window.patientState")) === state;
    await page.evaluate("window.watchPatiently()");
    await until(() => isIn("live"));
    await page.context().setOffline(true);
    proxy.cut();
    await until(() => isIn("offline"));
    await page.context().setOffline(false);
    await until(() => isIn("live"));
    await page.goto("about:blank");
  }));

describe("React hooks and queries, in strict mode", () => {
  const Noted = z.array(z.string());
  const notesIn = async (page: Page) => Noted.parse(await page.evaluate("window.notes"));

  it("a page of another question is never shown for this one, and a component that is gone stops its stream", () =>
    visit(browser, address("hooks"), async ({ page }) => {
      await until(async () => (await textIn(page, "#state")) === "live");
      await page.evaluate(`window.render({ query: { status: "ENDED", per_page: 1 } })`);
      await until(async () => (await textIn(page, "#shown")) === "ENDED");
      const notes = await notesIn(page);
      const at = notes.indexOf("ENDED asked");
      expect(notes.slice(at).filter((note) => note.includes("LIVE"))).toEqual([]);
      await until(() => proxy.openCount() === 1);
      await page.evaluate("window.render(undefined)");
      await until(() => proxy.openCount() === 0);
      const started = product.simulator.steering().start({ app: "support" });
      const count = (await notesIn(page)).length;
      await page.evaluate("window.probe()");
      product.simulator.steering().end(started.session_id);
      expect((await notesIn(page)).length).toBe(count);
      await page.goto("about:blank");
    }));

  it("a query that is read again costs a 304 and draws nothing anew; one prefix invalidates what hangs on a session", () =>
    visit(browser, address("hooks"), async ({ page }) => {
      const result: unknown = await page.evaluate("window.queried()");
      expect(result).toEqual({
        isSame: true,
        draws: 0,
        invalidated: { list: false, details: true, participants: true, chat: true },
        problem: "not_found",
        requestsForProblem: 1,
      });
      expect(proxy.pages().some(({ status }) => status === 304)).toBe(true);
      await page.goto("about:blank");
    }));
});
