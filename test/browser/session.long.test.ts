// The Session screen against the real product: facts, attendance and what a session left behind, each as far as the caller may see it.
import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { until } from "../blackbox/steps.ts";
import { startBrowser } from "../support/browser.ts";
import { bearer, keyed, policiesOf, serverKey } from "../support/callers.ts";
import type { NodeProduct } from "../support/product-node.ts";
import { openDashboard } from "./dashboard-rig.ts";
import { expectFace, expectOpenToAll, faceIn } from "./faces.ts";
import { quick, withNode } from "./quick-node.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

const Rows = z.object({ data: z.object({ sessions: z.array(z.object({ id: z.string() })) }) });
const People = z.object({
  data: z.object({ participants: z.array(z.object({ display_name: z.string().nullable() })) }),
  paging: z.object({ total_count: z.number().nullable() }),
});
const File = z.object({ data: z.object({ state: z.enum(["ready", "pending", "empty", "absent"]) }) });

const listPath = "/v1/apps/support/sessions";
const bodyOf = async (product: NodeProduct, path: string): Promise<unknown> => (await product.fetch(path)).json();

/** Ended sessions, newest first. */
async function endedIn(product: NodeProduct): Promise<string[]> {
  return Rows.parse(await bodyOf(product, `${listPath}?status=ENDED&per_page=60`)).data.sessions.map(({ id }) => id);
}

const stateOf = async (product: NodeProduct, id: string, kind: string): Promise<string> =>
  File.parse(await bodyOf(product, `${listPath}/${id}/${kind}`)).data.state;

/** The first ended session whose chat is in this state. */
async function sessionWithChat(product: NodeProduct, state: string): Promise<string> {
  for (const id of await endedIn(product)) if ((await stateOf(product, id, "chat")) === state) return id;
  throw new Error(`no chat of this world is ${state}`);
}

const addressOf = (product: NodeProduct, id: string) => `${product.url}/?app=support&screen=session&session=${id}`;
const leftIn = (page: Page, label: string) =>
  page.locator("rtk-session-left li").filter({ has: page.getByText(label, { exact: true }) });
const peopleIn = (page: Page) => page.locator("rtk-attendance tbody tr");

describe("the Session screen", () => {
  it("is reached from the table and from a card, and reload and back keep it", () =>
    withNode((product) =>
      openDashboard(browser, `${product.url}/?app=support&screen=sessions&status=ENDED`, async ({ page }) => {
        const link = page.locator("rtk-session-table tbody a").first();
        const title = ((await link.textContent()) ?? "").trim();
        await link.click();
        const heading = page.locator("rtk-session-screen h1");
        await until(async () => ((await heading.textContent()) ?? "").trim() === title);
        const address = page.url();
        expect(new URL(address).searchParams.get("session")).toMatch(/^[\w-]+$/);
        await page.reload();
        await until(async () => ((await heading.textContent()) ?? "").trim() === title);
        expect(page.url()).toBe(address);
        await page.goBack();
        await page.locator("rtk-session-table tbody a").first().waitFor();
        expect(new URL(page.url()).searchParams.get("status")).toBe("ENDED");
        await page.getByRole("link", { name: "Live" }).click();
        const card = page.locator("rtk-session-cards a").first();
        await card.focus();
        await page.keyboard.press("Enter");
        await page.locator("rtk-session-screen dl").waitFor();
        await page.getByText("Live", { exact: true }).first().waitFor();
      }),
    ));

  it("shows everybody who was there with joining and leaving, names as text whatever they hold, open to all", () =>
    withNode(async (product) => {
      for (const id of await endedIn(product)) {
        const people = People.parse(await bodyOf(product, `${listPath}/${id}/participants?per_page=50`)).data
          .participants;
        if (!people.some(({ display_name: name }) => name?.startsWith("<img") === true)) continue;
        await openDashboard(browser, addressOf(product, id), async ({ page }) => {
          await peopleIn(page).first().waitFor();
          expect(await peopleIn(page).count()).toBe(people.length);
          await peopleIn(page).getByText("<img").first().waitFor();
          expect(await page.locator("img").count()).toBe(0);
          expect(await page.locator("rtk-attendance tbody .axis rect").count()).toBe(people.length);
          expect(await page.locator("rtk-attendance tbody time").count()).toBe(2 * people.length);
          await page.locator("rtk-session-left .state").nth(3).waitFor();
          await expectOpenToAll(page);
        });
        return;
      }
      throw new Error("nobody of this world has such a name");
    }));

  it("moves with the stream: who joins is there, and is in", () =>
    withNode((product) => {
      const steering = product.simulator.steering();
      const { session_id: id } = steering.start({ app: "support", title: "Just now", participants: 0 });
      return openDashboard(browser, addressOf(product, id), async ({ page }) => {
        await expectFace(page, "empty", /Nobody has joined yet/);
        steering.join(id, 2);
        await until(async () => (await peopleIn(page).getByText("is in").count()) === 2);
        steering.end(id);
        await page.getByText("Ended", { exact: true }).first().waitFor();
        await until(async () => (await peopleIn(page).getByText("is in").count()) === 0);
      });
    }));

  it("says of each file whether it is ready, pending, empty or absent, as the service does", () =>
    withNode(async (product) => {
      const live = product.simulator.steering().start({ app: "support" }).session_id;
      const states = await Promise.all(["ready", "empty", "absent"].map((state) => sessionWithChat(product, state)));
      for (const [id, state] of [
        ...states.map((each, at) => [each, ["ready", "empty", "absent"][at]]),
        [live, "pending"],
      ]) {
        if (id === undefined) throw new Error("unreachable");
        await openDashboard(browser, addressOf(product, id), async ({ page }) => {
          await leftIn(page, "Chat").locator(`.state.${state}`).waitFor();
          for (const kind of ["Transcript", "Summary"]) {
            const word = await stateOf(product, id, kind.toLowerCase());
            await leftIn(page, kind).locator(`.state.${word}`).waitFor();
          }
          await leftIn(page, "Recording").first().or(leftIn(page, "Recording 1")).waitFor();
        });
      }
    }));

  it("has no link to a file in the page, asks for one when it is opened, and opens it in a tab that is told nothing", () =>
    withNode(async (product) => {
      const id = await sessionWithChat(product, "ready");
      await openDashboard(browser, addressOf(product, id), async ({ page, asked }) => {
        const files = product.simulator.filesBaseUrl();
        const askedFor = () => asked.filter((url) => url.endsWith(`/${id}/chat`)).length;
        const open = leftIn(page, "Chat").getByRole("button", { name: "Open" });
        await open.waitFor();
        expect(await page.locator(`[href^="${files}"]`).count()).toBe(0);
        const before = askedFor();
        const opened = page.context().waitForEvent("request", (request) => request.url().startsWith(files));
        await open.focus();
        await page.keyboard.press("Enter");
        const request = await opened;
        expect(request.headers()["referer"]).toBeUndefined();
        expect(askedFor()).toBe(before + 1);
        await leftIn(page, "Chat").getByText("Opened in a tab of its own").waitFor();
        expect(await page.locator(`[href^="${files}"]`).count()).toBe(0);
      });
    }));

  it("saves the attendance as the service exports it, for callers with a key too", () =>
    withNode(
      async (product) => {
        const auth = { headers: bearer(serverKey) };
        const list = await product.fetch(`${listPath}?status=ENDED&per_page=1`, auth);
        const [session] = Rows.parse(await list.json()).data.sessions;
        const id = session?.id ?? "";
        const csv = await (await product.fetch(`${listPath}/${id}/participants.csv`, auth)).text();
        await openDashboard(browser, addressOf(product, id), async ({ page }) => {
          await page.getByLabel("Token or key").fill(serverKey);
          await page.getByRole("button", { name: "Go on" }).click();
          const download = page.waitForEvent("download");
          await page.getByRole("button", { name: "Attendance as CSV" }).click();
          const file = await download;
          expect(file.suggestedFilename()).toBe(`attendance-${id}.csv`);
          expect(await readFile(await file.path(), "utf8")).toBe(csv);
          expect(csv).toContain('"complete":true');
        });
      },
      { ...quick, ...keyed({ resources: ["sessions", "participants"] }) },
    ));

  it("has nothing of what the policy withholds: no column, no fact, no file", () =>
    withNode(
      async (product) => {
        const [id = ""] = await endedIn(product);
        await openDashboard(browser, addressOf(product, id), async ({ page, asked }) => {
          await peopleIn(page).first().waitFor();
          expect(await page.locator("rtk-attendance thead th").allTextContents()).toEqual(["Name", "Joined"]);
          expect(await page.locator("rtk-session-screen dt").allTextContents()).toEqual([
            "Status",
            "Started",
            "Session id",
          ]);
          await leftIn(page, "Chat").waitFor();
          expect(await page.locator("rtk-session-left li").count()).toBe(1);
          await leftIn(page, "Chat").locator(".state:not(:text('…'))").waitFor();
          expect(await leftIn(page, "Chat").getByRole("button", { name: "Open" }).count()).toBe(0);
          expect(asked.some((url) => /transcript|summary|recordings/.test(url))).toBe(false);
        });
      },
      {
        ...quick,
        AUTH_MODE: "public",
        POLICIES: policiesOf({
          when: "anyone",
          apps: ["support"],
          resources: ["sessions", "participants", "chat"],
          fields: {
            sessions: ["id", "status", "started_at"],
            participants: ["display_name", "joined_at"],
            chat: ["state"],
          },
        }),
      },
    ));
});

describe("the faces of the Session screen", () => {
  const unknown = "00000000-0000-4000-8000-000000000000";
  const newest = async (product: NodeProduct) => (await endedIn(product))[0] ?? "";

  it("loading: while it is on its way, and then the facts", () =>
    withNode(async (product) => {
      const id = await newest(product);
      product.simulator.setFaults([{ kind: "latency", latencyMs: 12_000, times: 1 }]);
      await openDashboard(browser, addressOf(product, id), async ({ page }) => {
        await expectFace(page, "loading", /Loading/);
        await page.locator("rtk-session-screen dl").waitFor();
      });
    }));

  it("refused: what does not exist, or is not the caller's, is one sentence, and leads to what is", () =>
    withNode((product) =>
      openDashboard(browser, addressOf(product, unknown), async ({ page }) => {
        await expectFace(page, "refused", /does not exist, or is not shown to you/);
        await page.getByRole("button", { name: "All sessions" }).click();
        await page.locator("rtk-session-table tbody tr").first().waitFor();
      }),
    ));

  it("limited: says so, and goes on by itself", () =>
    withNode(async (product) => {
      const id = await newest(product);
      product.simulator.setFaults([{ kind: "error", shape: "v4", status: 429, code: 971, retryAfter: "3" }]);
      await openDashboard(browser, addressOf(product, id), async ({ page }) => {
        await expectFace(page, "limited", /at its limit/);
        product.simulator.setFaults([]);
        await page.locator("rtk-session-screen dl").waitFor();
        await peopleIn(page).first().waitFor();
      });
    }));

  it("offline, then stale: no answer has a way to try again; what was there stays, and says since when", () =>
    withNode(async (product) => {
      const [one = "", other = ""] = await endedIn(product);
      await openDashboard(browser, addressOf(product, one), async ({ page }) => {
        await peopleIn(page).first().waitFor();
        await product.process.kill();
        await expectFace(page, "stale", /No connection.*Shown as of/s);
        expect(await page.locator("rtk-session-screen dl").count()).toBe(1);
        await product.process.start();
        await faceIn(page, "stale").first().waitFor({ state: "detached" });
        await page.route("**/v1/**/sessions/**", (route) => route.abort());
        await page.goto(addressOf(product, other));
        await expectFace(page, "offline", /No connection/);
        await page.unroute("**/v1/**/sessions/**");
        await page.getByRole("button", { name: "Try again" }).first().click();
        await page.locator("rtk-session-screen dl").waitFor();
      });
    }));
});
