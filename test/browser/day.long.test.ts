// The Day screen against the real product: bars and table of a day or a week, by pointer and by keyboard, with its state in the address.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { until } from "../blackbox/steps.ts";
import { startBrowser } from "../support/browser.ts";
import { policiesOf } from "../support/callers.ts";
import { testEpoch } from "../support/epoch.ts";
import type { NodeProduct } from "../support/product-node.ts";
import { openDashboard } from "./dashboard-rig.ts";
import { expectFace, expectOpenToAll, faceIn, focusedRole, refuse } from "./faces.ts";
import { quick, withNode } from "./quick-node.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser.close());

const dayMs = 86_400_000;
const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);
/** The last whole day of the simulator's world, and its midnight in the page's zone, UTC. */
const day = dayOf(testEpoch - dayMs);
const midnight = Date.parse(`${day}T00:00:00Z`);
const now = testEpoch;
const plotIn = (page: Page) => page.getByRole("application");
const detailIn = (page: Page) => page.locator("rtk-timeline .detail");

const Sessions = z.object({
  data: z.object({
    sessions: z.array(z.object({ id: z.string(), started_at: z.string(), ended_at: z.string().nullable() })),
  }),
  paging: z.object({ has_more: z.boolean() }),
});

/** Sessions of the app that were going on at some time of the day, by their ids, oldest first. */
async function sessionsOf(product: NodeProduct, from: number, to: number): Promise<string[]> {
  const found: z.infer<typeof Sessions>["data"]["sessions"] = [];
  for (let pageNo = 1; ; pageNo += 1) {
    const query = new URLSearchParams({
      start_time: new Date(from - dayMs).toISOString(),
      end_time: new Date(to - 1).toISOString(),
      per_page: "100",
      page_no: String(pageNo),
    });
    const answer = await product.fetch(`/v1/apps/support/sessions?${query.toString()}`);
    const { data, paging } = Sessions.parse(await answer.json());
    found.push(...data.sessions);
    if (!paging.has_more) break;
  }
  return found
    .filter(({ ended_at }) => ended_at === null || Date.parse(ended_at) >= from)
    .sort((one, other) => Date.parse(one.started_at) - Date.parse(other.started_at))
    .map(({ id }) => id);
}

/** A page of 100 out of 25,000 sessions of the day. */
function pageOfMany(pageNo: number) {
  const first = (pageNo - 1) * 99;
  const sessions = Array.from({ length: 100 }, (_, index) => ({
    id: `s${first + index}`,
    status: "ENDED",
    meeting_display_name: `Session ${first + index}`,
    started_at: new Date(midnight + dayMs - (first + index + 1) * 3_000).toISOString(),
    ended_at: new Date(midnight + dayMs - (first + index) * 3_000).toISOString(),
    max_concurrent_participants: index,
  }));
  const paging = {
    total_count: 25_000,
    start_offset: first + 1,
    end_offset: first + 100,
    page_no: pageNo,
    per_page: 100,
  };
  return { success: true, data: { sessions }, paging: { ...paging, has_more: true }, dropped_count: 0 };
}

describe("the Day screen", () => {
  it("has a bar and a row for each session of the day, and the keyboard alone goes through them, opens one, and comes back", () =>
    withNode(async (product) => {
      const ids = await sessionsOf(product, midnight, midnight + dayMs);
      expect(ids.length).toBeGreaterThan(3);
      await openDashboard(
        browser,
        `${product.url}/?app=support&screen=day&day=${day}`,
        async ({ page }) => {
          const plot = plotIn(page);
          await page.getByRole("heading", { level: 2 }).first().waitFor();
          await until(async () => (await plot.getAttribute("aria-label"))?.includes(` ${ids.length} sessions`));
          expect(await page.locator("rtk-session-table tbody tr").count()).toBe(Math.min(50, ids.length));
          await expectOpenToAll(page);

          await page.getByRole("button", { name: "Skip to the content" }).focus();
          await page.keyboard.press("Enter");
          await until(async () => {
            await page.keyboard.press("Tab");
            return (await focusedRole(page)) === "application";
          });
          await page.keyboard.press("ArrowRight");
          await page.keyboard.press("ArrowRight");
          const hrefs = async () => detailIn(page).locator("a").getAttribute("href");
          expect(await hrefs()).toContain(ids[1]);
          await page.keyboard.press("End");
          expect(await hrefs()).toContain(ids.at(-1));
          await page.keyboard.press("Home");
          expect(await hrefs()).toContain(ids[0]);
          await page.keyboard.press("Enter");
          await until(() => page.url().includes(`screen=session&session=${ids[0]}`));
          await page.goBack();
          await until(() => page.url().endsWith(`screen=day&day=${day}`));
          await plot.waitFor();
          await page.keyboard.press("PageUp");
        },
        { now },
      );
    }));

  it("keeps day and zoom in the address: steps, weeks, today, reload and back", () =>
    withNode((product) =>
      openDashboard(
        browser,
        `${product.url}/?app=support&screen=day`,
        async ({ page }) => {
          const query = () => new URL(page.url()).searchParams;
          const heading = page.locator("rtk-day-screen h2").first();
          const today = await heading.textContent();
          await page.getByRole("button", { name: "Previous day" }).click();
          expect(query().get("day")).toBe(day);
          await plotIn(page).press("PageUp");
          expect(query().get("day")).toBe(dayOf(midnight - dayMs));
          await page.getByRole("button", { name: "Week" }).click();
          expect([query().get("day"), query().get("zoom")]).toEqual([dayOf(midnight - dayMs), "week"]);
          const week = await heading.textContent();
          await page.reload();
          await heading.waitFor();
          expect(await heading.textContent()).toBe(week);
          await page.getByRole("button", { name: "Previous week" }).click();
          expect(await heading.textContent()).not.toBe(week);
          await page.goBack();
          await until(async () => (await heading.textContent()) === week);
          await page.getByRole("button", { name: "Day", exact: true }).click();
          await page.getByRole("button", { name: "Today" }).click();
          expect([query().get("day"), query().get("zoom")]).toEqual([null, null]);
          expect(await heading.textContent()).toBe(today);
          expect(await page.getByRole("button", { name: "Next day" }).isDisabled()).toBe(true);
        },
        { now },
      ),
    ));

  it("moves with the stream, and a title is text whatever it holds", () =>
    withNode((product) =>
      openDashboard(
        browser,
        `${product.url}/?app=support&screen=day`,
        async ({ page }) => {
          await page.locator("rtk-freshness .live").waitFor();
          const title = `<img src=x onerror="document.title='hacked'">`;
          product.simulator.steering().start({ app: "support", title, participants: 3 });
          await page.locator("rtk-session-table").getByText(title).waitFor();
          await plotIn(page).focus();
          await page.keyboard.press("End");
          await detailIn(page).getByText(title).waitFor();
          expect(await page.locator("img").count()).toBe(0);
        },
        { now },
      ),
    ));

  it("asks for days of the reader's own zone, whose lengths differ when the clock changes", () =>
    withNode((product) =>
      openDashboard(
        browser,
        `${product.url}/?app=support&screen=day&day=2026-10-25`,
        async ({ page, asked }) => {
          const questions = () =>
            asked.filter((url) => url.includes("/sessions?")).map((url) => new URL(url).searchParams);
          await until(() => questions().length > 0);
          expect(questions()[0]?.get("start_time")).toBe("2026-10-23T22:00:00.000Z");
          expect(questions()[0]?.get("end_time")).toBe("2026-10-25T22:59:59.999Z");
          await page.getByRole("heading", { name: "Sunday, 25 October 2026" }).waitFor();
        },
        { now, timezoneId: "Europe/Berlin" },
      ),
    ));

  it("shows ten thousand sessions, each with a bar that the keyboard reaches", () =>
    withNode((product) =>
      openDashboard(
        browser,
        `${product.url}/?app=support&screen=day&day=${day}`,
        async ({ page }) => {
          await plotIn(page).waitFor();
          await page.evaluate(`(() => {
            const screen = document.querySelector("rtk-dashboard").shadowRoot.querySelector("rtk-day-screen");
            const timeline = screen.shadowRoot.querySelector("rtk-timeline");
            const { from, to } = timeline.span;
            const at = (ms) => new Date(from + ms).toISOString();
            timeline.rows = Array.from({ length: 10000 }, (_, index) => ({
              id: "s" + index,
              status: "ENDED",
              meeting_display_name: "Session " + index,
              started_at: at(index * ((to - from) / 10001)),
              ended_at: at(index * ((to - from) / 10001) + 2400000),
              max_concurrent_participants: index % 40,
            }));
          })()`);
          await until(async () => (await plotIn(page).getAttribute("aria-label"))?.includes(" 10,000 sessions"));
          await plotIn(page).press("End");
          await detailIn(page).getByText("Session 9999").waitFor();
        },
        { now },
      ),
    ));

  it("names each of the meetings of a caller who may see no other, and shows their sessions alone", () =>
    withNode(async (open) => {
      const ids = await sessionsOf(open, midnight, midnight + dayMs);
      const details = await Promise.all(
        ids.map(async (id) => (await open.fetch(`/v1/apps/support/sessions/${id}`)).json()),
      );
      const meetings = z
        .array(z.object({ data: z.object({ associated_id: z.string() }) }))
        .parse(details)
        .map(({ data }) => data.associated_id);
      const [one = "", other = ""] = new Set(meetings);
      const count = meetings.filter((id) => id === one || id === other).length;
      await withNode(
        (product) =>
          openDashboard(
            browser,
            `${product.url}/?screen=day&day=${day}`,
            async ({ page }) => {
              await until(async () => (await plotIn(page).getAttribute("aria-label"))?.includes(` ${count} session`));
              expect(await page.locator("rtk-session-table tbody tr").count()).toBe(count);
            },
            { now },
          ),
        {
          ...quick,
          AUTH_MODE: "public",
          POLICIES: policiesOf({
            when: "anyone",
            apps: ["support"],
            meetings: [one, other],
            fields: ["id", "associated_id", "status", "meeting_display_name", "started_at", "ended_at"],
          }),
        },
      );
    }));

  it("shows what came while a later page fails, says why, and goes on by itself until all are there", () =>
    withNode(async (product) => {
      await openDashboard(
        browser,
        `${product.url}/?app=school&screen=day&zoom=week&day=${day}`,
        async ({ page }) => {
          await page.route("**/sessions?*page_no=2*", (route) => route.abort());
          await page.reload();
          await faceIn(page, "stale").getByText("No connection").waitFor();
          await page.getByText("more are coming").waitFor();
          await plotIn(page).waitFor();
          await page.unroute("**/sessions?*page_no=2*");
          await faceIn(page, "stale").waitFor({ state: "detached" });
          await page.getByText("more are coming").waitFor({ state: "detached" });
        },
        { now },
      );
    }));

  it("shows the newest ten thousand of more, each once, and says so", () =>
    withNode((product) =>
      openDashboard(
        browser,
        `${product.url}/?app=support&screen=day&day=${day}`,
        async ({ page }) => {
          const asked: number[] = [];
          // More than the simulator has: a world of 25,000, in which each page begins with the last row of the one before.
          await page.route(/\/v1\/(?:live\/)?apps\/support\/sessions\?/, async (route) => {
            const url = new URL(route.request().url());
            if (url.pathname.startsWith("/v1/live/")) return route.abort();
            const pageNo = Number(url.searchParams.get("page_no") ?? 1);
            asked.push(pageNo);
            return route.fulfill({ json: pageOfMany(pageNo) });
          });
          await page.reload();
          await page.getByText("only the newest 9,901 are here").waitFor();
          expect(await plotIn(page).getAttribute("aria-label")).toContain(" 9,901 sessions");
          expect(new Set(asked)).toEqual(new Set(Array.from({ length: 100 }, (_, index) => index + 1)));
        },
        { now },
      ),
    ));

  it("is not there for who may not see when sessions were", () =>
    withNode(
      (product) =>
        openDashboard(browser, `${product.url}/?screen=day`, async ({ page }) => {
          await page.getByRole("link", { name: "Sessions" }).waitFor();
          expect(await page.getByRole("link", { name: "Day" }).count()).toBe(0);
          expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Live");
        }),
      {
        ...quick,
        AUTH_MODE: "public",
        POLICIES: policiesOf({ when: "anyone", apps: ["support"], fields: ["id", "status", "meeting_display_name"] }),
      },
    ));
});

describe("the faces of the Day screen", () => {
  const open = (product: NodeProduct, use: (page: Page) => Promise<void>, of = day) =>
    openDashboard(browser, `${product.url}/?app=support&screen=day&day=${of}`, ({ page }) => use(page), { now });

  it("loading: while the first page is on its way, and then the bars", () =>
    withNode((product) => {
      product.simulator.setFaults([{ kind: "latency", latencyMs: 15_000, times: 1 }]);
      return open(product, async (page) => {
        await expectFace(page, "loading", /Loading/);
        await plotIn(page).waitFor();
      });
    }));

  it("empty: a day without sessions says so, and leads on", () =>
    withNode((product) =>
      open(
        product,
        async (page) => {
          await expectFace(page, "empty", /No sessions on this day/);
          await faceIn(page, "empty").getByRole("button", { name: "Previous day" }).click();
          expect(new URL(page.url()).searchParams.get("day")).toBe("2022-02-01");
        },
        "2022-02-02",
      ),
    ));

  it("limited: says so, and goes on by itself", () =>
    withNode((product) => {
      product.simulator.setFaults([{ kind: "error", shape: "v4", status: 429, code: 971, retryAfter: "3" }]);
      return open(product, async (page) => {
        await expectFace(page, "limited", /at its limit/);
        product.simulator.setFaults([]);
        await plotIn(page).waitFor();
      });
    }));

  it("refused: what is not shown to the caller any more", () =>
    withNode((product) =>
      open(product, async (page) => {
        await plotIn(page).waitFor();
        await refuse(page, "**/v1/**/sessions?**");
        await page.getByRole("button", { name: "Week" }).click();
        await expectFace(page, "refused", /not shown to you/);
      }),
    ));

  it("offline, then stale: no answer has a way to try again; what was there stays, and says since when", () =>
    withNode((product) =>
      open(product, async (page) => {
        await plotIn(page).waitFor();
        await page.route("**/v1/**/sessions?**", (route) => route.abort());
        await page.getByRole("button", { name: "Week" }).click();
        await expectFace(page, "offline", /No connection/);
        await page.unroute("**/v1/**/sessions?**");
        await page.getByRole("button", { name: "Try again" }).click();
        await plotIn(page).waitFor();
        await product.process.kill();
        await expectFace(page, "stale", /No connection.*Shown as of/s);
        expect(await plotIn(page).count()).toBe(1);
        await product.process.start();
        await faceIn(page, "stale").waitFor({ state: "detached" });
      }),
    ));
});
