// The embeddable element in a plain HTML page of another origin: with a token that a callback gives, and with the cookie of a login at a
// sibling subdomain. And people who log in to the dashboard itself, at a real provider.
import { createServer } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildWeb } from "../../scripts/build-web.ts";
import type { OpenIdProvider } from "../../scripts/openid-provider.ts";
import type { Simulator } from "../../simulator/simulator.ts";
import { withProduct } from "../blackbox/steps.ts";
import { startBrowser } from "../support/browser.ts";
import { policiesOf, signed, tokenOf } from "../support/callers.ts";
import { loginSettings } from "../support/login-settings.ts";
import { startTestProvider } from "../support/openid-provider.ts";
import { settingsFor, startUpstream } from "../support/product.ts";
import type { Product, Upstream } from "../support/product.ts";
import { startNodeProcess, startNodeProduct } from "../support/product-node.ts";
import type { NodeProcess } from "../support/product-node.ts";
import { startWorkerProduct } from "../support/product-worker.ts";
import { accessibilityFaults } from "./axe.ts";
import { servePages, visit } from "./rig.ts";
import type { PageServer } from "./rig.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

const cardOf = (page: Page, title: string) => page.locator("rtk-sessions li").filter({ hasText: title });
const hostile = `<b onclick=alert(1)>Tea & cake</b>`;

describe.each([
  ["Node", startNodeProduct],
  ["the Worker", startWorkerProduct],
])("the element in a page of another origin, over %s", (_platform, start) => {
  let pages: PageServer;
  let body = "";
  beforeAll(async () => {
    pages = await servePages(() => body);
  });
  afterAll(() => pages.close());

  it("is loaded by version and hash, asks its callback for a token, shows and follows, and says what was selected", async () => {
    const { element } = await buildWeb();
    await withProduct<Product>(
      start,
      { ...signed({}), ALLOWED_ORIGINS: pages.origin, FRESH_LIVE_SECONDS: "1" },
      async (product) => {
        body = `
        <style>rtk-sessions { --rtk-accent: rgb(1, 2, 3) } rtk-sessions::part(card) { border-color: rgb(9, 8, 7) }</style>
        <main><h1>Somebody's own page</h1>
        <rtk-sessions base="${product.url}" app="support" status="LIVE"></rtk-sessions>
        <rtk-sessions base="${product.url}" app="support" status="LIVE" view="badge"></rtk-sessions>
        <rtk-sessions base="${product.url}" app="support" view="timeline"></rtk-sessions></main>
        <script type="module" crossorigin src="${product.url}${element.path}" integrity="${element.integrity}"></script>
        <script>
          addEventListener("session-select", ({ detail }) => { window.selected = detail; });
          for (const each of document.querySelectorAll("rtk-sessions")) each.token = async () => giveToken();
        </script>`;
        const { session_id: id, meeting_id: meeting } = product.simulator
          .steering()
          .start({ app: "support", title: hostile, participants: 4 });
        await visit(browser, "about:blank", async ({ page }) => {
          let given = 0;
          await page.exposeFunction("giveToken", () => {
            given += 1;
            return tokenOf({}, Date.now());
          });
          await page.goto(pages.origin);
          await cardOf(page, hostile).getByText("people now").waitFor();
          expect(given).toBeGreaterThan(0);
          expect(await page.locator("rtk-sessions b").count()).toBe(0);
          expect(await page.evaluate("document.documentElement.outerHTML")).not.toContain("eyJ");
          const live = await page.locator("rtk-sessions").first().locator("li").count();
          await page.getByText(`${live} live`, { exact: true }).waitFor();
          await page.locator("rtk-timeline canvas").waitFor();
          expect(await accessibilityFaults(page)).toEqual([]);
          const colour =
            "getComputedStyle(document.querySelector('rtk-sessions').shadowRoot.querySelector('rtk-session-cards').shadowRoot.querySelector('li')).borderColor";
          expect(await page.evaluate(colour)).toBe("rgb(9, 8, 7)");
          await cardOf(page, hostile).getByRole("button").click();
          expect(await page.evaluate("window.selected")).toEqual({ id, meeting });
          product.simulator.steering().end(id);
          await cardOf(page, hostile).waitFor({ state: "detached" });
          await page.goto("about:blank");
        });
      },
    );
  });
});

it("the element without a token says that nobody is signed in, and shows nothing", async () => {
  let body = "";
  const pages = await servePages(() => body);
  await withProduct<Product>(startNodeProduct, { ...signed({}), ALLOWED_ORIGINS: pages.origin }, async (product) => {
    body = `<rtk-sessions base="${product.url}" app="support"></rtk-sessions><script type="module" src="${product.url}/elements.js"></script>`;
    await visit(browser, pages.origin, async ({ page }) => {
      await page.getByText("You are signed out").waitFor();
      expect(await page.locator("rtk-sessions li").count()).toBe(0);
      await page.goto("about:blank");
    });
  });
  await pages.close();
});

const teacher = {
  name: "teacher",
  password: "chalk-and-talk",
  claims: { roles: ["teacher"], meetings: ["lesson-a", "lesson-b"] },
};

/** Meetings of the teacher, and somebody else's. */
const startLessons = (simulator: Simulator) =>
  (
    [
      ["lesson-a", "Algebra"],
      ["lesson-b", "Biology"],
      ["lesson-c", "Chemistry"],
    ] as const
  ).map(([meeting, title]) => simulator.steering().start({ app: "support", meeting, title, participants: 2 }));

describe("people who log in", () => {
  let pages: PageServer;
  let upstream: Upstream;
  let provider: OpenIdProvider;
  let product: NodeProcess;
  let lessons: ReturnType<typeof startLessons>;
  let publicUrl = "";
  let body = "";

  beforeAll(async () => {
    const port = await freePort();
    publicUrl = `http://bff.team.localhost:${port}`;
    [pages, upstream, provider] = await Promise.all([
      servePages(() => body),
      startUpstream(),
      startTestProvider({ publicUrls: [publicUrl], users: [teacher] }),
    ]);
    lessons = startLessons(upstream.simulator);
    const settings = {
      ...loginSettings(provider, publicUrl),
      POLICIES: policiesOf({ apps: ["support"], meetings: { fromClaim: "meetings" } }),
      ALLOWED_ORIGINS: siblingOf(pages.origin),
      FRESH_LIVE_SECONDS: "1",
    };
    product = await startNodeProcess(settingsFor(upstream, settings), { port });
  });
  afterAll(async () => {
    await product.stop();
    await Promise.all([pages.close(), upstream.close(), provider.close()]);
  });

  const logIn = async (page: Page) => {
    await page.getByRole("link", { name: "Sign in" }).click();
    await page.locator("input[name=name]").fill(teacher.name);
    await page.locator("input[name=password]").fill(teacher.password);
    await page.locator("button, input[type=submit]").first().click();
    await cardOf(page, "Algebra").waitFor();
  };

  it("see their own meetings alone in the dashboard, come back to where they were, and log out", () =>
    visit(browser, "about:blank", async ({ page }) => {
      await page.goto(`${publicUrl}/?app=support`);
      await page.getByRole("link", { name: "Sign in" }).waitFor();
      expect(await accessibilityFaults(page)).toEqual([]);
      await logIn(page);
      expect(new URL(page.url()).search).toBe("?app=support");
      await cardOf(page, "Biology").waitFor();
      expect(await cardOf(page, "Chemistry").count()).toBe(0);
      await page.getByText("teacher", { exact: true }).waitFor();
      await page.getByRole("link", { name: "Sessions" }).click();
      await page.getByRole("cell", { name: "Live" }).or(page.getByText("Algebra")).first().waitFor();
      await page.getByRole("combobox", { name: "Meeting" }).selectOption("lesson-b");
      await page.locator("tbody").getByText("Biology").waitFor();
      expect(await page.locator("tbody").getByText("Algebra").count()).toBe(0);
      await page.getByRole("button", { name: "Sign out" }).click();
      await page
        .getByRole("link", { name: "Sign in" })
        .or(page.getByRole("button", { name: "Log out" }))
        .first()
        .waitFor();
      const cookies = await page.context().cookies(publicUrl);
      expect(cookies.filter(({ name }) => name.includes("rtkbff"))).toEqual([]);
    }));

  it("are known to the element in a page of a sibling subdomain by their cookie, and nobody is in a page of another site", () =>
    visit(browser, "about:blank", async ({ page }) => {
      await page.goto(`${publicUrl}/?app=support`);
      await logIn(page);
      body = `<rtk-sessions base="${publicUrl}" app="support" status="LIVE" meeting="lesson-a, lesson-b" credentials></rtk-sessions>
        <script defer src="${publicUrl}/elements.js"></script>`;
      await page.goto(siblingOf(pages.origin));
      await cardOf(page, "Algebra").waitFor();
      await cardOf(page, "Biology").waitFor();
      const [, biology] = lessons;
      upstream.simulator.steering().end(biology?.session_id ?? "");
      await cardOf(page, "Biology").waitFor({ state: "detached" });
      expect(await cardOf(page, "Algebra").count()).toBe(1);
      await page.goto(pages.origin);
      await page.getByText("No connection").waitFor();
      expect(await page.locator("rtk-sessions li").count()).toBe(0);
      await page.goto("about:blank");
    }));
});

/** The same server by a name of the service's site; names below `localhost` are this machine. */
const siblingOf = (origin: string) => origin.replace("127.0.0.1", "pages.team.localhost");

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => void server.close(resolve));
  if (typeof address !== "object" || address === null) throw new Error("there is no free port");
  return address.port;
}
