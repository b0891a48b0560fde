// The dashboard in each mode, as `npm start` has it: at once where nobody has to say who they are or a gateway says it, and after a
// credential was pasted where one is wanted. `session` is in element.test.ts, with a real provider.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openDemo } from "../../scripts/demo.ts";
import { withProduct } from "../blackbox/steps.ts";
import { startBrowser } from "../support/browser.ts";
import { startNodeProduct } from "../support/product-node.ts";
import type { Product } from "../support/product.ts";
import { accessibilityFaults } from "./axe.ts";
import { openDashboard } from "./dashboard-rig.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

it.each(["public", "access", "jwt", "key"])("shows who is meeting with AUTH_MODE=%s", async (mode) => {
  const demo = await openDemo((name) => (name === "AUTH_MODE" ? mode : undefined), "http://127.0.0.1:8787");
  const ofMode = /^(?:AUTH_MODE|POLICIES|JWT_|ACCESS_|API_KEYS)/;
  const settings = Object.fromEntries(Object.entries(demo.settings).filter(([name]) => ofMode.test(name)));
  const [, field = "", value = ""] = /^([\w-]+): (.*)$/.exec(demo.credential?.header ?? "") ?? [];
  try {
    await withProduct<Product>(startNodeProduct, settings, (product) => {
      const extraHTTPHeaders = mode === "access" ? { [field]: value } : {};
      return openDashboard(
        browser,
        `${product.url}/`,
        async ({ page }) => {
          if (mode === "jwt" || mode === "key") {
            await page.getByText("It is kept in this tab alone").waitFor();
            expect(await accessibilityFaults(page)).toEqual([]);
            await page.getByLabel("Token or key").fill(value);
            await page.getByRole("button", { name: "Go on" }).click();
          }
          await page.locator("rtk-session-cards li").first().waitFor();
          expect(await accessibilityFaults(page)).toEqual([]);
        },
        { extraHTTPHeaders },
      );
    });
  } finally {
    await demo.close();
  }
});

it("with AUTH_MODE=access and no gateway in front, says that the way in is elsewhere", async () => {
  const demo = await openDemo((name) => (name === "AUTH_MODE" ? "access" : undefined), "http://127.0.0.1:8787");
  const { AUTH_MODE, ACCESS_TEAM, ACCESS_AUDIENCE } = demo.settings;
  try {
    await withProduct<Product>(startNodeProduct, { AUTH_MODE, ACCESS_TEAM, ACCESS_AUDIENCE }, (product) =>
      openDashboard(browser, `${product.url}/`, async ({ page }) => {
        await page.getByText("Sign in to see the sessions").waitFor();
        expect(await page.getByLabel("Token or key").count()).toBe(0);
        await page.getByText("lets in only who comes through its gateway").waitFor();
      }),
    );
  } finally {
    await demo.close();
  }
});
