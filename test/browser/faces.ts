// A face of the dashboard as people meet it: its words, in both colour schemes and in a narrow window, with nobody shut out of it.
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { accessibilityFaults, overflowOf } from "./axe.ts";

export const faceIn = (page: Page, kind: string) => page.locator(`rtk-face .${kind}`);

/** Waits for the face, and leaves the window as it was. */
export async function expectFace(page: Page, kind: string, words: RegExp): Promise<void> {
  const face = faceIn(page, kind).first();
  await face.waitFor();
  expect(await face.textContent()).toMatch(words);
  await expectOpenToAll(page);
}

/** Without a finding of axe, light and dark, and no wider than a narrow window. */
export async function expectOpenToAll(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await accessibilityFaults(page)).toEqual([]);
  }
  const size = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 640 });
  expect(await overflowOf(page)).toBe(0);
  if (size) await page.setViewportSize(size);
}

/** Answers every page below the pattern as a gateway that lets the caller in no more. */
export async function refuse(page: Page, pattern: string): Promise<void> {
  await page.route(pattern, (route) =>
    route.fulfill({
      status: 403,
      contentType: "application/problem+json",
      body: JSON.stringify({ code: "forbidden", status: 403, detail: "Not for you.", retry_after: null, errors: [] }),
    }),
  );
}

/** The role of what has the focus, through shadow roots. */
export const focusedRole = async (page: Page): Promise<unknown> =>
  page.evaluate(`(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element?.getAttribute("role");
  })()`);
