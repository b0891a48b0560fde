// The dashboard in a real browser: opened at an address, its policy's violations and errors noted, and ways to look into its elements.
import type { Browser, Page } from "playwright-core";
import { expect } from "vitest";
import * as z from "zod";
import { hasCanary } from "../support/canary.ts";

const noteViolations = `
  window.violations = [];
  addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    window.violations.push(violatedDirective + " " + blockedURI));
`;

export type Look = {
  width?: number;
  height?: number;
  colorScheme?: "light" | "dark";
  timezoneId?: string;
  reducedMotion?: "reduce" | "no-preference";
  extraHTTPHeaders?: Record<string, string>;
  /** What the page's clock says when it opens, epoch milliseconds; this machine's unless given. */
  now?: number;
};

export type Opened = {
  page: Page;
  /** Addresses asked for, in order. */
  asked: readonly string[];
};

/**
 * Opens `address` in a profile of its own for as long as `use` takes. Fails on any violation of the page's policy, any error of its
 * scripts, any request to another origin, and any answer that holds the token.
 */
export async function openDashboard(
  browser: Browser,
  address: string,
  use: (opened: Opened) => Promise<void>,
  { width = 1280, height = 800, now, ...look }: Look = {},
): Promise<void> {
  const context = await browser.newContext({
    viewport: { width, height },
    locale: "en-GB",
    timezoneId: "UTC",
    ...look,
  });
  try {
    const page = await context.newPage();
    const faults: string[] = [];
    const asked: string[] = [];
    const texts: Promise<string>[] = [];
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("request", (request) => asked.push(request.url()));
    page.on("response", (answer) => {
      // A stream has no end to wait for.
      if (answer.url().includes("/v1/live/")) return;
      texts.push(answer.text().catch(() => ""));
    });
    await page.addInitScript(noteViolations);
    if (now !== undefined) await page.clock.setSystemTime(now);
    await page.goto(address);
    await use({ page, asked });
    const violations: unknown = await page.evaluate("window.violations");
    expect(z.array(z.string()).parse(violations)).toEqual([]);
    expect(faults).toEqual([]);
    const { origin } = new URL(page.url());
    const foreign = asked.filter((url) => url.startsWith("http") && new URL(url).origin !== origin);
    expect(foreign).toEqual([]);
    // Its streams end with it.
    await page.goto("about:blank");
    expect((await Promise.all(texts)).some(hasCanary)).toBe(false);
  } finally {
    await context.close();
  }
}
