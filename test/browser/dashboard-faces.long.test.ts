// What the dashboard shows when there is nothing to show, or not the whole truth: the six faces, by the simulator's faults, each with the
// way out and without a finding of axe, light and dark.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../blackbox/steps.ts";
import { startBrowser } from "../support/browser.ts";
import { keyed, serverKey } from "../support/callers.ts";
import { openDashboard } from "./dashboard-rig.ts";
import { expectFace, faceIn } from "./faces.ts";
import { quick, withNode } from "./quick-node.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

describe("the faces of the dashboard", () => {
  it("loading: while the first page is on its way, and then the page", () =>
    withNode((product) => {
      product.simulator.setFaults([{ kind: "latency", latencyMs: 15_000, times: 1 }]);
      return openDashboard(browser, `${product.url}/`, async ({ page }) => {
        await expectFace(page, "loading", /Loading/);
        await page.locator("rtk-session-cards li").first().waitFor();
      });
    }));

  it("empty: says what will appear, and does", () =>
    withNode((product) => {
      product.simulator.setFaults([{ kind: "empty-list" }]);
      return openDashboard(browser, `${product.url}/?app=support`, async ({ page }) => {
        await expectFace(page, "empty", /Nobody is meeting right now/);
        product.simulator.setFaults([]);
        await page.locator("rtk-session-cards li").first().waitFor();
      });
    }));

  it("empty: filters that nothing fits are taken away with one button", () =>
    withNode((product) =>
      openDashboard(browser, `${product.url}/?screen=sessions&search=nothing-is-called-so`, async ({ page }) => {
        await expectFace(page, "empty", /No session fits these filters/);
        await page.getByRole("button", { name: "Clear the filters" }).click();
        await page.locator("tbody tr").first().waitFor();
        expect(new URL(page.url()).search).toBe("?screen=sessions");
      }),
    ));

  it("limited: says so, counts down, and goes on by itself", () =>
    withNode((product) => {
      const blocked = { kind: "error", shape: "v4", status: 429, code: 971, retryAfter: "3" } as const;
      product.simulator.setFaults([blocked]);
      return openDashboard(browser, `${product.url}/`, async ({ page }) => {
        await expectFace(page, "limited", /at its limit.*Goes on by itself in \d+ s|at its limit.*Trying again/s);
        product.simulator.setFaults([]);
        await page.locator("rtk-session-cards li").first().waitFor();
      });
    }));

  it("stale: what was there stays, with a line that says why and since when, until it is new again", () =>
    withNode((product) =>
      openDashboard(browser, `${product.url}/`, async ({ page }) => {
        await page.locator("rtk-session-cards li").first().waitFor();
        product.simulator.setFaults([{ kind: "error", status: 500 }]);
        await expectFace(page, "stale", /Shown as of/);
        expect(await page.locator("rtk-session-cards li").count()).toBeGreaterThan(0);
        product.simulator.setFaults([]);
        await faceIn(page, "stale").waitFor({ state: "detached" });
      }),
    ));

  it("refused: who may see no app is told so, and can sign out", () =>
    withNode(
      (product) =>
        openDashboard(browser, `${product.url}/`, async ({ page }) => {
          await page.getByLabel("Token or key").fill(serverKey);
          await page.getByRole("button", { name: "Go on" }).click();
          await expectFace(page, "refused", /Nothing is shown to you here/);
          await page.getByRole("button", { name: "Sign out" }).first().click();
          await page.getByLabel("Token or key").waitFor();
        }),
      { ...quick, ...keyed({ when: { claim: "roles", includes: "nobody" } }) },
    ));

  it("offline: says since when, keeps what was there, and is live again once the service is back", () =>
    withNode((product) =>
      openDashboard(browser, `${product.url}/`, async ({ page }) => {
        await page.getByText("Live", { exact: true }).last().waitFor();
        await page.locator("rtk-session-cards li").first().waitFor();
        await product.process.kill();
        await page.getByText(/^\s*Offline, as of/).waitFor();
        await expectFace(page, "stale", /No connection.*Shown as of/s);
        await product.process.start();
        await until(async () => (await page.locator("rtk-freshness .live").count()) === 1);
        await faceIn(page, "stale").waitFor({ state: "detached" });
      }),
    ));

  it("offline: where not even the first answer comes, with a button to try again", () =>
    withNode((product) =>
      openDashboard(browser, `${product.url}/`, async ({ page }) => {
        await page.locator("rtk-session-cards li").first().waitFor();
        await page.route("**/v1/**", (route) => route.abort());
        await page.reload();
        await expectFace(page, "offline", /No connection/);
        await page.unroute("**/v1/**");
        await page.getByRole("button", { name: "Try again" }).click();
        await page.locator("rtk-session-cards li").first().waitFor();
      }),
    ));
});
