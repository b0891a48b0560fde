// The typed client on a page of the service's own, whose people log in: a cookie says who asks, and the page holds no token.
import path from "node:path";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { until } from "../blackbox/steps.ts";
import { startBrowser } from "../support/browser.ts";
import { start, stopStarted } from "../support/start-script.ts";

const source = path.join(import.meta.dirname, "../../client/src/client.ts");

let browser: Browser;
let script: string;
beforeAll(async () => {
  browser = await startBrowser();
  const { outputFiles } = await build({
    entryPoints: [source],
    bundle: true,
    format: "iife",
    globalName: "realtimekit",
    target: "es2022",
    write: false,
  });
  script = outputFiles[0]?.text ?? "";
});
afterAll(() => browser.close());
afterEach(stopStarted);

/** Puts the client into a page, past the page's own rules, and watches a meeting. */
const watchIn = async (page: Page, meeting: string) =>
  page.evaluate(`${script}
    window.noted = [];
    window.client = realtimekit.createClient({ baseUrl: "", credentials: "same-origin", waits: { pollMs: 200, streamRetryMs: 500 } });
    client.sessions.watch("support", { associated_id: ${JSON.stringify(meeting)} },
      ({ data }) => noted.push("page of " + [...new Set(data.sessions.map((session) => session.associated_id))]),
      { onProblem: ({ code, body }) => noted.push(code + " " + (body?.login_url ?? "")) });
  `);
const noted = async (page: Page) => String(await page.evaluate("noted.join()"));

it("a page is told where to log in, sees its person's meeting by the cookie and without a token, and nothing after the logout", async () => {
  const demo = start(["--login", "--node"], {});
  await demo.until(/Ctrl-C ends everything/);
  const [, origin = ""] = await demo.until(/log in +(http\S+)\/auth\/login/);
  const [, password = "", meetings = ""] = await demo.until(/teacher +(\S+) +sees two meetings: (.+)/);
  const [meeting = ""] = meetings.split(", ");
  const context = await browser.newContext();
  const page = await context.newPage();

  await page.goto(`${origin}/docs`);
  await watchIn(page, meeting);
  await until(async () => (await noted(page)).startsWith(`unauthorized ${origin}/auth/login`));

  await page.goto(`${origin}/auth/login?return_to=/docs`);
  await page.getByLabel("Name").fill("teacher");
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL(`${origin}/docs`);
  const sent: (string | undefined)[] = [];
  page.on("request", (request) => {
    if (request.url().includes("/v1/live/")) sent.push(request.headers()["x-bff"], request.headers()["authorization"]);
  });
  await watchIn(page, meeting);
  await until(async () => (await noted(page)).startsWith(`page of ${meeting}`));
  expect(sent).toEqual(["1", undefined]);

  const loggedOut = await page.evaluate(`fetch("/auth/logout", { method: "POST" }).then(({ ok }) => ok)`);
  expect(loggedOut).toBe(true);
  const failure = await page.evaluate(
    `client.sessions.list("support", { associated_id: ${JSON.stringify(meeting)} }).catch(({ code, status }) => [code, status])`,
  );
  expect(failure).toEqual(["unauthorized", 401]);
  await context.close();
});
