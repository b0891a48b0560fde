// People log in in a real browser, as `npm run start:login` prints it: at a real OpenID provider, with the passwords of the demo. And pages of
// another site, in the same browser, want to use their cookie: by a fetch, an image, a frame and a form.
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { startBrowser } from "../support/browser.ts";
import { start, stopStarted, type Started } from "../support/start-script.ts";
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

type Demo = {
  origin: string;
  simulator: string;
  meetings: readonly string[];
  password: Readonly<Record<string, string>>;
};

async function demoOf(started: Started): Promise<Demo> {
  await started.until(/Ctrl-C ends everything/);
  const [, origin = ""] = await started.until(/log in +(http\S+)\/auth\/login/);
  const [, simulator = ""] = await started.until(/simulator +(http\S+)\/__simulator/);
  const [, teacher = "", meetings = ""] = await started.until(/teacher +(\S+) +sees two meetings: (.+)/);
  const [, admin = ""] = await started.until(/admin +(\S+) +sees everything/);
  return { origin, simulator, meetings: meetings.split(", "), password: { teacher, admin } };
}

async function logIn(page: Page, { origin, password }: Demo, name: string): Promise<void> {
  await page.goto(`${origin}/auth/login?return_to=/docs`);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(password[name] ?? "");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL(`${origin}/docs`);
}

const Rows = z.object({ data: z.object({ sessions: z.array(z.object({ associated_id: z.string() })) }) });
const Problem = z.object({ code: z.string() });

/** What the page gets to see of the service, with the browser's own cookies. */
async function see(page: Page, demo: Demo, search: string): Promise<{ status: number; meetings: readonly string[] }> {
  const seen = await fetchIn(page, `${demo.origin}/v1/apps/support/sessions${search}`, { credentials: "same-origin" });
  if (typeof seen === "string") throw new Error(seen);
  const rows = seen.status === 200 ? Rows.parse(JSON.parse(seen.text)).data.sessions : [];
  return { status: seen.status, meetings: rows.map((row) => row.associated_id) };
}

describe.each([
  ["the Node process", ["--login", "--node"]],
  ["the Worker", ["--login"]],
] as const)("%s", (_name, args) => {
  it("lets a teacher log in, see two meetings and no other, and log out here and at the provider", async () => {
    const demo = await demoOf(start(args, {}));
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${demo.origin}/docs`);
    expect((await see(page, demo, "")).status).toBe(401);
    await logIn(page, demo, "teacher");

    expect(demo.meetings).toHaveLength(2);
    for (const meeting of demo.meetings) {
      const { status, meetings } = await see(page, demo, `?associated_id=${meeting}`);
      expect(status).toBe(200);
      expect(meetings.length).toBeGreaterThan(0);
      expect(new Set(meetings)).toEqual(new Set([meeting]));
    }
    expect((await see(page, demo, "")).status).toBe(400);
    expect((await see(page, demo, "?associated_id=nobodys")).status).toBe(404);
    expect(await page.evaluate("document.cookie")).toBe("");

    const out = await fetchIn(page, `${demo.origin}/auth/logout`, { method: "POST", credentials: "same-origin" });
    const { redirect_to: provider } = z
      .object({ redirect_to: z.string() })
      .parse(JSON.parse(typeof out === "string" ? out : out.text));
    expect((await see(page, demo, "")).status).toBe(401);
    await page.goto(provider);
    await page.getByRole("button", { name: "Log out" }).click();
    await page.waitForURL(`${demo.origin}/**`);
    // Logged out there as well: the password is asked for again.
    await page.goto(`${demo.origin}/auth/login`);
    await page.getByLabel("Password").waitFor();
    await context.close();
  });

  it("shows an administrator every meeting", async () => {
    const demo = await demoOf(start(args, {}));
    const context = await browser.newContext();
    const page = await context.newPage();
    await logIn(page, demo, "admin");
    const { status, meetings } = await see(page, demo, "?per_page=100");
    expect(status).toBe(200);
    expect(new Set(meetings).size).toBeGreaterThan(2);
    await context.close();
  });
});

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
