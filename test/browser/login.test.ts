// People log in in a real browser. And pages of another site, in the same browser, want to use their cookie: by a fetch, an image, a frame and a
// form.
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { startBrowser } from "../support/browser.ts";
import { start, stopStarted } from "../support/start-script.ts";
import { demoOf, expectLogin, logIn, see } from "./login-scenes.ts";
import { fetchIn, servePages, type PageServer } from "./rig.ts";

let browser: Browser;
let pages: PageServer;
beforeAll(async () => {
  browser = await startBrowser();
  pages = await servePages();
});
afterAll(async () => {
  await browser.close();
  await pages.close();
});
afterEach(stopStarted);

const Problem = z.object({ code: z.string() });

it("a teacher logs in to the Node process, sees two meetings and no other, and logs out here and at the provider; an administrator sees all", () =>
  expectLogin(browser, ["--login", "--node"]));

describe("a page of another site, in the browser of somebody who is logged in", () => {
  it("reads nothing, costs nothing, and logs nobody out: by fetch, image, frame and form", async () => {
    const demo = await demoOf(start(["--login", "--node"], {}));
    const context = await browser.newContext();
    const [own, foreign] = [await context.newPage(), await context.newPage()];
    await logIn(own, demo, "admin");
    const state = async () =>
      z
        .object({ calls: z.object({ total: z.number() }) })
        .parse(await (await fetch(`${demo.simulator}/__simulator/state`)).json());
    const before = (await state()).calls.total;

    // To a browser `localhost` and `127.0.0.1` are two sites.
    await foreign.goto(pages.origin.replace("127.0.0.1", "localhost"));
    const statuses: [path: string, status: number][] = [];
    foreign.on("response", (answer) => {
      const { pathname, origin } = new URL(answer.url());
      if (origin === demo.origin) statuses.push([pathname, answer.status()]);
    });
    const list = `${demo.origin}/v1/apps/support/sessions?per_page=7`;
    for (const init of [{ credentials: "include" }, { credentials: "include", headers: { "x-bff": "1" } }]) {
      expect(await fetchIn(foreign, list, init)).toBe("TypeError");
    }
    await foreign.evaluate(
      `fetch(${JSON.stringify(list)}, { credentials: "include", mode: "no-cors" }).catch(() => {})`,
    );
    await foreign.evaluate(`new Promise((resolve) => {
      const image = new Image();
      image.onload = image.onerror = resolve;
      image.src = ${JSON.stringify(list)};
    })`);
    await foreign.evaluate(`new Promise((resolve) => {
      const frame = document.createElement("iframe");
      frame.onload = resolve;
      frame.src = ${JSON.stringify(list)};
      document.body.append(frame);
    })`);
    await foreign.evaluate(`{
      const form = document.createElement("form");
      form.method = "post";
      form.action = ${JSON.stringify(`${demo.origin}/auth/logout`)};
      document.body.append(form);
      form.submit();
    }`);
    await foreign.waitForURL(`${demo.origin}/auth/logout`);
    expect(Problem.parse(JSON.parse((await foreign.textContent("body")) ?? ""))).toEqual({ code: "not_first_party" });
    // A link is followed with the cookie: it shows nothing.
    await foreign.goto(pages.origin.replace("127.0.0.1", "localhost"));
    await foreign.evaluate(`location.href = ${JSON.stringify(list)}`);
    await foreign.waitForURL(list);
    expect(Problem.parse(JSON.parse((await foreign.textContent("body")) ?? ""))).toEqual({ code: "not_first_party" });

    // Those of navigations at least: of what a page may not read, its browser tells nothing here.
    expect(statuses.length).toBeGreaterThanOrEqual(3);
    for (const [, status] of statuses) expect([204, 401, 403]).toContain(status);
    expect((await state()).calls.total).toBe(before);
    expect((await see(own, demo, "?per_page=7")).status).toBe(200);
    await context.close();
  });
});
