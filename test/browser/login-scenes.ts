// People log in in a real browser, as `npm run start:login` prints it: at a real OpenID provider, with the passwords of the demo.
import type { Browser, Page } from "playwright-core";
import { expect } from "vitest";
import * as z from "zod";
import { start, type Started } from "../support/start-script.ts";
import { fetchIn } from "./rig.ts";

export type Demo = {
  origin: string;
  simulator: string;
  meetings: readonly string[];
  password: Readonly<Record<string, string>>;
};

export async function demoOf(started: Started): Promise<Demo> {
  await started.until(/Ctrl-C ends everything/);
  const [, origin = ""] = await started.until(/log in +(http\S+)\/auth\/login/);
  const [, simulator = ""] = await started.until(/simulator +(http\S+)\/__simulator/);
  const [, teacher = "", meetings = ""] = await started.until(/teacher +(\S+) +sees two meetings: (.+)/);
  const [, admin = ""] = await started.until(/admin +(\S+) +sees everything/);
  return { origin, simulator, meetings: meetings.split(", "), password: { teacher, admin } };
}

export async function logIn(page: Page, { origin, password }: Demo, name: string): Promise<void> {
  await page.goto(`${origin}/auth/login?return_to=/docs`);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(password[name] ?? "");
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL(`${origin}/docs`);
}

const Rows = z.object({ data: z.object({ sessions: z.array(z.object({ associated_id: z.string() })) }) });

/** What the page gets to see of the service, with the browser's own cookies. */
export async function see(
  page: Page,
  demo: Demo,
  search: string,
): Promise<{ status: number; meetings: readonly string[] }> {
  const seen = await fetchIn(page, `${demo.origin}/v1/apps/support/sessions${search}`, { credentials: "same-origin" });
  if (typeof seen === "string") throw new Error(seen);
  const rows = seen.status === 200 ? Rows.parse(JSON.parse(seen.text)).data.sessions : [];
  return { status: seen.status, meetings: rows.map((row) => row.associated_id) };
}

/** A teacher logs in, sees two meetings and no other, and logs out here and at the provider; an administrator sees every meeting. */
export async function expectLogin(browser: Browser, args: readonly string[]): Promise<void> {
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
  // In another profile: an administrator.
  const other = await browser.newContext();
  const office = await other.newPage();
  await logIn(office, demo, "admin");
  const everything = await see(office, demo, "?per_page=100");
  expect(everything.status).toBe(200);
  expect(new Set(everything.meetings).size).toBeGreaterThan(2);
  await other.close();
}
