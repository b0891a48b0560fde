// The Sessions screen: filters, sorting, pages and columns, all kept in the address or for the next visit; by keyboard alone; in a narrow
// window; without a finding of axe; and its files.
import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../blackbox/steps.ts";
import { startBrowser } from "../support/browser.ts";
import { keyed, serverKey } from "../support/callers.ts";
import { startNodeProduct } from "../support/product-node.ts";
import type { NodeProduct } from "../support/product-node.ts";
import { accessibilityFaults, overflowOf } from "./axe.ts";
import { openDashboard } from "./dashboard-rig.ts";
import type { Look } from "./dashboard-rig.ts";

let browser: Browser;
let product: NodeProduct;
beforeAll(async () => {
  [browser, product] = await Promise.all([startBrowser(), startNodeProduct({ FRESH_LIVE_SECONDS: "1" })]);
});
afterAll(async () => {
  await browser.close();
  await product.stop();
});

const open = (query: string, use: (page: Page) => Promise<void>, look?: Look) =>
  openDashboard(
    browser,
    `${product.url}/?app=support&screen=sessions${query}`,
    async ({ page }) => {
      await page.locator("tbody tr").first().waitFor();
      await use(page);
    },
    look,
  );

const titlesIn = async (page: Page) =>
  (await page.locator("tbody th .title").allTextContents()).map((text) => text.trim());
const searchOf = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);
const shown = (page: Page) => page.locator(".pages [role=status]").textContent();

describe("the Sessions screen", () => {
  it("pages and sizes are in the address, and back leads to the page before", () =>
    open("", async (page) => {
      const first = await titlesIn(page);
      expect(first).toHaveLength(25);
      await page.getByRole("button", { name: "Next" }).click();
      await until(async () => ((await shown(page)) ?? "").startsWith("26–50 of"));
      expect(searchOf(page)).toMatchObject({ page: "2" });
      await page.reload();
      await until(async () => ((await shown(page)) ?? "").startsWith("26–50 of"));
      await page.goBack();
      await until(async () => ((await shown(page)) ?? "").startsWith("1–25 of"));
      await page.getByLabel("Rows a page").selectOption("100");
      await until(async () => (await page.locator("tbody tr").count()) === 100);
      expect(searchOf(page)).toMatchObject({ size: "100" });
    }));

  it("every filter narrows the list, is in the address, and is there again after a reload", () =>
    open("", async (page) => {
      await page.getByRole("combobox", { name: "Status" }).selectOption("LIVE");
      await until(
        async () => (await page.locator("tbody td .status.live").count()) === (await page.locator("tbody tr").count()),
      );
      await page.getByRole("combobox", { name: "Status" }).selectOption("ENDED");
      await page.getByRole("combobox", { name: "Started" }).selectOption("30d");
      await page.getByLabel("At least").fill("3");
      await page.getByLabel("Search", { exact: true }).fill("Office");
      await until(
        async () =>
          (await page.locator(".page:not(.pending) tbody tr").count()) > 0 &&
          (await titlesIn(page)).every((title) => title.includes("Office")),
      );
      expect(searchOf(page)).toEqual({
        app: "support",
        screen: "sessions",
        status: "ENDED",
        range: "30d",
        min: "3",
        search: "Office",
      });
      const before = await titlesIn(page);
      await page.reload();
      await page.locator("tbody tr").first().waitFor();
      expect(await titlesIn(page)).toEqual(before);
      expect(await page.getByLabel("Search", { exact: true }).inputValue()).toBe("Office");
      await page.getByRole("button", { name: "Clear" }).click();
      await until(async () => Object.keys(searchOf(page)).length === 2);
      await page.getByRole("combobox", { name: "Started" }).selectOption("own");
      await page.getByLabel("First day").fill("2020-01-01");
      await until(async () => searchOf(page)["from"] === "2020-01-01");
    }));

  it("sorts all pages by what the service can sort by, and says so to a screen reader", () =>
    open("&status=ENDED", async (page) => {
      const minutes = async () =>
        (await page.locator("tbody td:last-child").allTextContents()).map((text) => Number(text.replaceAll(/\D/g, "")));
      await page.getByRole("columnheader", { name: "Minutes" }).getByRole("button").click();
      const isSorted = async (sign: number) => {
        const found = await minutes();
        return found.join() === found.toSorted((one, other) => sign * (one - other)).join();
      };
      await until(async () => isSorted(-1));
      expect(await page.getByRole("columnheader", { name: "Minutes" }).getAttribute("aria-sort")).toBe("descending");
      await page.getByRole("columnheader", { name: "Minutes" }).getByRole("button").click();
      await until(async () => isSorted(1));
      expect(searchOf(page)).toMatchObject({ sort: "minutesConsumed", order: "ASC" });
    }));

  it("columns that were chosen are there at the next visit, and only those", () =>
    open("", async (page) => {
      await page.getByText("Columns", { exact: true }).click();
      await page.getByLabel("Session id").check();
      await page.getByLabel("Peak").uncheck();
      const names = async () => (await page.locator("thead th").allTextContents()).map((text) => text.trim());
      expect(await names()).toContain("Session id");
      await page.keyboard.press("Escape");
      expect(await page.getByLabel("Session id").isVisible()).toBe(false);
      await page.goto(`${product.url}/?app=school&screen=sessions`);
      await page.locator("tbody tr").first().waitFor();
      expect(await names()).toContain("Session id");
      expect(await names()).not.toContain("Peak");
    }));

  it("can be used by keyboard alone: skip to the content, filter, sort, choose, page", () =>
    open("", async (page) => {
      const focused = () =>
        page.evaluate<string>(`(() => {
          let element = document.activeElement;
          while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
          return (element?.ariaLabel || element?.textContent || element?.name || "").trim().replaceAll(/\\s+/g, " ");
        })()`);
      const tabTo = async (name: RegExp) => {
        for (let step = 0; step < 60; step += 1) {
          if (name.test(await focused())) return;
          await page.keyboard.press("Tab");
        }
        throw new Error(`no way to ${name.source} by Tab`);
      };
      await page.keyboard.press("Tab");
      expect(await focused()).toBe("Skip to the content");
      await page.keyboard.press("Enter");
      await tabTo(/^Columns/);
      await page.keyboard.press("Enter");
      await tabTo(/^status$/);
      await page.keyboard.press("Space");
      await until(async () =>
        (await page.locator("thead th").allTextContents()).every((text) => text.trim() !== "Status"),
      );
      await page.keyboard.press("Escape");
      expect(await focused()).toMatch(/^Columns/);
      await tabTo(/^search$/);
      await page.keyboard.type("Office");
      await until(async () => (await titlesIn(page)).every((title) => title.includes("Office")));
      await tabTo(/^Minutes/);
      await page.keyboard.press("Enter");
      await until(async () => searchOf(page)["sort"] === "minutesConsumed");
      await tabTo(/^Next/);
      await page.keyboard.press("Space");
      await until(async () => searchOf(page)["page"] === "2");
    }));

  it.each(["light", "dark"] as const)(
    "has no finding of axe, %s, wide and at 320 px, and is never wider than its window",
    (colorScheme) =>
      open(
        "&range=90d",
        async (page) => {
          for (const width of [1280, 320]) {
            await page.setViewportSize({ width, height: 800 });
            expect(await accessibilityFaults(page)).toEqual([]);
            expect(await overflowOf(page)).toBe(0);
            if (width === 320) {
              await page.getByRole("button", { name: /^Filters/ }).click();
              await page.getByLabel("Search", { exact: true }).waitFor();
              expect(await accessibilityFaults(page)).toEqual([]);
            }
            await page.getByText("Export", { exact: true }).click();
            await page.getByRole("button", { name: "All as CSV" }).waitFor();
            expect(await accessibilityFaults(page)).toEqual([]);
            expect(await overflowOf(page)).toBe(0);
            await page.keyboard.press("Escape");
          }
        },
        { colorScheme },
      ),
  );

  it("saves what is shown, and all pages with their number, complete and said so", () =>
    open("&range=7d&search=Office", async (page) => {
      const total = Number(/of (\d+)$/.exec((await shown(page)) ?? "")?.[1]);
      const save = async (name: string) => {
        const [download] = await Promise.all([
          page.waitForEvent("download"),
          page.getByRole("button", { name, exact: true }).click(),
        ]);
        return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
      };
      await page.getByText("Export", { exact: true }).click();
      const shownRows = await page.locator("tbody tr").count();
      const csv = await save("CSV");
      expect(csv.name).toMatch(/^support-sessions-\d{4}-\d{2}-\d{2}\.csv$/);
      expect(csv.text.trimEnd().split("\r\n")).toHaveLength(shownRows + 1);
      expect((await save("NDJSON")).text.trimEnd().split("\n")).toHaveLength(shownRows);
      const all = await save("All as NDJSON");
      const lines = all.text.trimEnd().split("\n");
      expect(JSON.parse(lines.at(-1) ?? "")).toEqual({ complete: true, rows: total });
      expect(lines).toHaveLength(total + 1);
      await page.getByText(`Complete and saved: ${total}`).waitFor();
    }));
});

it("a caller who is shown less sees fewer columns and filters, and a reload keeps the credential of the tab", async () => {
  const policy = { fields: ["id", "status", "meeting_display_name"] };
  const narrow = await startNodeProduct({ ...keyed(policy), FRESH_LIVE_SECONDS: "1" });
  try {
    await openDashboard(browser, `${narrow.url}/?app=support&screen=sessions`, async ({ page }) => {
      await page.getByLabel("Token or key").fill("rtkb_server_wrong");
      await page.getByRole("button", { name: "Go on" }).click();
      await page.getByText("That one is not accepted").waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      await page.getByLabel("Token or key").fill(`Bearer ${serverKey}`);
      await page.getByRole("button", { name: "Go on" }).click();
      await page.locator("tbody tr").first().waitFor();
      await page.reload();
      await page.locator("tbody tr").first().waitFor();
      expect((await page.locator("thead th").allTextContents()).map((text) => text.trim())).toEqual([
        "Meeting",
        "Status",
      ]);
      expect(await page.getByLabel("At least").count()).toBe(0);
      expect(await page.getByRole("columnheader").getByRole("button").count()).toBe(0);
      expect(
        await page.evaluate<string>("document.documentElement.outerHTML + document.cookie + location.href"),
      ).not.toContain(serverKey);
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByLabel("Token or key").waitFor();
      expect(await page.evaluate<string>("JSON.stringify([{ ...sessionStorage }, { ...localStorage }])")).not.toContain(
        serverKey,
      );
    });
  } finally {
    await narrow.stop();
  }
});

it("an export that stops on its way says so, goes on by itself, and becomes one whole file", async () => {
  const whole = await startNodeProduct({ FRESH_LIVE_SECONDS: "1" });
  try {
    await openDashboard(browser, `${whole.url}/?app=support&screen=sessions&status=ENDED`, async ({ page }) => {
      await page.locator("tbody tr").first().waitFor();
      const total = Number(/of ([\d,]+)$/.exec((await shown(page)) ?? "")?.[1]?.replaceAll(",", ""));
      whole.simulator.setFaults([{ kind: "error", status: 500, match: "page_no=5" }]);
      await page.getByText("Export", { exact: true }).click();
      await page.getByRole("button", { name: "All as CSV" }).click();
      await page.getByText(/Not complete: 400 of/).waitFor();
      await page.getByText(/Goes on by itself in \d+ s/).waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      const saving = page.waitForEvent("download");
      whole.simulator.setFaults([]);
      const text = await readFile(await (await saving).path(), "utf8");
      expect(text.split("\n").filter((line) => line.startsWith("id,"))).toHaveLength(1);
      expect(text.split("\n").filter((line) => line.startsWith("# "))).toEqual([
        expect.stringContaining('"complete":true'),
      ]);
      const ids = text.split("\n").flatMap((line) => /^[0-9a-f]{8}-[0-9a-f-]{27}(?=,)/.exec(line)?.[0] ?? []);
      expect(new Set(ids).size).toBe(total);
      expect(ids).toHaveLength(total);
    });
  } finally {
    await whole.stop();
  }
});
