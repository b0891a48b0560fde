// The Numbers screen against the real product: the service's own count where the caller may see it, else one from the pages, and both agree.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { until } from "../blackbox/steps.ts";
import { startBrowser } from "../support/browser.ts";
import { policiesOf } from "../support/callers.ts";
import { testEpoch } from "../support/epoch.ts";
import { startNodeProduct } from "../support/product-node.ts";
import type { NodeProduct } from "../support/product-node.ts";
import { openDashboard } from "./dashboard-rig.ts";
import { expectFace, expectOpenToAll, faceIn, refuse } from "./faces.ts";
import { quick, withNode } from "./quick-node.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

const now = testEpoch;
const dayMs = 86_400_000;
const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);
/** Sees no analytics: everything is counted from pages. */
const withoutAnalytics = {
  ...quick,
  AUTH_MODE: "public",
  POLICIES: policiesOf({
    when: "anyone",
    apps: ["support"],
    resources: ["sessions"],
    fields: ["id", "status", "started_at", "ended_at", "minutes_consumed", "max_concurrent_participants"],
  }),
};

const Analytics = z.object({
  data: z.object({
    session_stats: z.object({
      day_stats: z.array(z.object({ day: z.string(), total_sessions: z.number(), total_session_minutes: z.number() })),
    }),
  }),
});

/** Sessions of each day, oldest first, as the service counts them. */
async function countsOf(product: NodeProduct, days: number): Promise<number[]> {
  const range = `start_date=${dayOf(now - (days - 1) * dayMs)}&end_date=${dayOf(now)}`;
  const answer = await product.fetch(`/v1/apps/support/analytics/daywise?${range}`);
  return Analytics.parse(await answer.json()).data.session_stats.day_stats.map(({ total_sessions: count }) => count);
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
const cardIn = (page: Page, label: string) => page.locator("rtk-numbers-screen section").filter({ hasText: label });
const figureIn = async (page: Page, label: string) =>
  Number((await cardIn(page, label).locator(".figure").textContent())?.replaceAll(",", ""));
const chartsIn = (page: Page) => page.locator("rtk-day-chart canvas");
/** Sessions of each day in the table, newest first. */
const columnIn = async (page: Page) =>
  (await page.locator("rtk-numbers-screen tbody tr td:nth-child(2)").allTextContents()).map(Number);

describe("the Numbers screen", () => {
  it("shows the service's own count beside the period before, with participants from the pages, and says from how many", () =>
    withNode(async (product) => {
      const counts = await countsOf(product, 14);
      await openDashboard(
        browser,
        `${product.url}/?app=support&screen=numbers&range=7d`,
        async ({ page, asked }) => {
          await chartsIn(page).nth(2).waitFor();
          expect(await figureIn(page, "Sessions")).toBe(sum(counts.slice(7)));
          await cardIn(page, "Sessions")
            .getByText(`${sum(counts.slice(0, 7))} in the 7 days before`)
            .waitFor();
          expect(await columnIn(page)).toEqual(counts.slice(7).reverse());
          await page.getByText(`counted from ${sum(counts)} sessions`).waitFor();
          expect(asked.some((url) => url.includes("/analytics/daywise"))).toBe(true);
          await expectOpenToAll(page);
        },
        { now },
      );
    }));

  it("counts the same from the pages for who may not see the analytics, and says from how many", () =>
    withNode(async (product) => {
      const open = await startNodeProduct(quick);
      const counts = await countsOf(open, 14);
      await open.stop();
      await openDashboard(
        browser,
        `${product.url}/?app=support&screen=numbers&range=7d`,
        async ({ page, asked }) => {
          await chartsIn(page).nth(2).waitFor();
          expect(await figureIn(page, "Sessions")).toBe(sum(counts.slice(7)));
          expect(await columnIn(page)).toEqual(counts.slice(7).reverse());
          await page.getByText(`Everything is counted from ${sum(counts)} sessions`).waitFor();
          expect(asked.some((url) => url.includes("/analytics/"))).toBe(false);
        },
        { now },
      );
    }, withoutAnalytics));

  it("loads its charts with the screen and not before, and keeps the period in the address", () =>
    withNode((product) =>
      openDashboard(
        browser,
        `${product.url}/?app=support`,
        async ({ page, asked }) => {
          await page.locator("rtk-session-cards li").first().waitFor();
          const scripts = () => asked.filter((url) => url.endsWith(".js")).length;
          const before = scripts();
          await page.getByRole("link", { name: "Numbers" }).click();
          await chartsIn(page).first().waitFor();
          expect(scripts()).toBeGreaterThan(before);
          await page.getByRole("button", { name: "90 days" }).click();
          expect(new URL(page.url()).searchParams.get("range")).toBe("90d");
          await page.getByText("in the 90 days before").first().waitFor();
          await page.reload();
          await page.getByText("in the 90 days before").first().waitFor();
          await page.goBack();
          await page.getByText("in the 30 days before").first().waitFor();
        },
        { now },
      ),
    ));
});

describe("the faces of the Numbers screen", () => {
  const open = (product: NodeProduct, use: (page: Page) => Promise<void>, at = now) =>
    openDashboard(browser, `${product.url}/?app=support&screen=numbers&range=7d`, ({ page }) => use(page), { now: at });

  it("loading: while the numbers are on their way, and then the charts", () =>
    withNode((product) => {
      product.simulator.setFaults([{ kind: "latency", latencyMs: 12_000, times: 2 }]);
      return open(product, async (page) => {
        await expectFace(page, "loading", /Loading/);
        await chartsIn(page).first().waitFor();
      });
    }));

  it("empty: a time without sessions says so, and offers a longer one", () =>
    withNode((product) =>
      open(
        product,
        async (page) => {
          await expectFace(page, "empty", /No sessions in these 7 days/);
          await page.getByRole("button", { name: "Look at 90 days" }).click();
          expect(new URL(page.url()).searchParams.get("range")).toBe("90d");
        },
        Date.parse("2022-02-02T12:00:00Z"),
      ),
    ));

  it("limited: says so, and goes on by itself", () =>
    withNode((product) => {
      product.simulator.setFaults([{ kind: "error", shape: "v4", status: 429, code: 971, retryAfter: "3" }]);
      return open(product, async (page) => {
        await expectFace(page, "limited", /at its limit/);
        product.simulator.setFaults([]);
        await chartsIn(page).first().waitFor();
      });
    }));

  it("refused: what is not shown to the caller any more", () =>
    withNode((product) =>
      open(product, async (page) => {
        await chartsIn(page).first().waitFor();
        await refuse(page, "**/v1/**/analytics/**");
        await page.getByRole("button", { name: "90 days" }).click();
        await expectFace(page, "refused", /not shown to you/);
      }),
    ));

  it("offline, then stale: no answer has a way to try again; what was there stays, and says since when", () =>
    withNode((product) =>
      open(product, async (page) => {
        await chartsIn(page).nth(2).waitFor();
        await page.route("**/v1/**", (route) => route.abort());
        await page.getByRole("button", { name: "30 days" }).click();
        await expectFace(page, "offline", /No connection/);
        await page.unroute("**/v1/**");
        await page.getByRole("button", { name: "Try again" }).click();
        await chartsIn(page).first().waitFor();
        await product.process.kill();
        await expectFace(page, "stale", /No connection.*Shown as of/s);
        expect(await chartsIn(page).count()).toBeGreaterThan(0);
        await product.process.start();
        await until(async () => (await faceIn(page, "stale").count()) === 0);
      }),
    ));
});
