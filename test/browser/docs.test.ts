// The documentation page in a real browser: it renders, from our own files alone, under its own strict policy.
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { startBrowser } from "../support/browser.ts";
import { startWorkerProduct } from "../support/product-worker.ts";
import { visit } from "./rig.ts";

const noteViolations = `
  window.violations = [];
  addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    window.violations.push(violatedDirective + " " + blockedURI));
`;

const Served = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });
const methodsOf = (path: object) => Object.keys(path).filter((key) => key === "get" || key === "post");

describe("the documentation page", () => {
  it("shows every operation without a violation of its policy, an error, or a request to another host", async () => {
    const [browser, product] = await Promise.all([startBrowser(), startWorkerProduct()]);
    try {
      await visit(browser, "about:blank", async ({ page, wire }) => {
        const complaints: string[] = [];
        page.on("pageerror", (error) => complaints.push(error.message));
        page.on("console", (message) => {
          if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
        });
        await page.addInitScript(noteViolations);
        await page.goto(`${product.url}/docs`);
        const operations = page.locator(".opblock");
        await operations.first().waitFor();
        // Those of this deployment: nobody logs in here.
        const { paths } = Served.parse(await (await fetch(`${product.url}/openapi.json`)).json());
        expect(await operations.count()).toBe(Object.values(paths).flatMap(methodsOf).length);

        // An operation opened, tried and answered: that is most of what the page can do.
        const health = operations.filter({ hasText: "/healthz" });
        await health.locator(".opblock-summary-control").click();
        await health.getByRole("button", { name: "Execute" }).click();
        await health.locator(".live-responses-table").getByText("alive").first().waitFor();

        // The list of sessions can be tried as it opens, with an app of this deployment; refusals and headers are folded.
        const list = page.locator("#operations-Sessions-listSessions");
        await list.locator(".opblock-summary-control").click();
        const aliases = product.simulator.apps.map(({ alias }) => alias);
        const offered = list.locator('tr[data-param-name="app"] select option');
        await offered.first().waitFor({ state: "attached" });
        expect((await offered.allTextContents()).filter((text) => text !== "[Modified value]")).toEqual(aliases);
        const refusals = list.locator("tr.response > td > details");
        expect(await refusals.count()).toBeGreaterThan(8);
        expect((await list.boundingBox())?.height).toBeLessThan(3000);
        await refusals.first().locator("summary").first().click();
        await refusals.first().getByText('"invalid_query"').first().waitFor();
        await list.getByRole("button", { name: "Execute" }).click();
        const answer = list.locator(".live-responses-table tbody");
        await answer.getByText('"total_count"').first().waitFor();
        expect(await answer.locator(".response-col_status").first().textContent()).toContain("200");

        // For whoever wants to see it: the name of a PNG file to write.
        const screenshot = process.env["TEST_SCREENSHOT"];
        if (screenshot !== undefined && screenshot !== "") await page.screenshot({ path: screenshot, fullPage: true });

        const violations: unknown = await page.evaluate("window.violations");
        expect(z.array(z.string()).parse(violations)).toEqual([]);
        expect(complaints).toEqual([]);
        const hosts = wire.requests
          .map(({ url }) => new URL(url))
          .filter(({ protocol }) => protocol.startsWith("http"));
        expect(new Set(hosts.map(({ origin }) => origin))).toEqual(new Set([product.url]));
      });
    } finally {
      await browser.close();
      await product.stop();
    }
  });
});
