// `npm run screenshots`: pictures of every screen for the documents, into docs/images. A real browser looks at the real product in front of
// the simulator, with meetings that are started for the picture. Two widths, light and dark; PNG with few colours, so that they stay small.
import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { Browser, Page } from "playwright-core";
import * as z from "zod";
import type { Simulator } from "../simulator/simulator.ts";
import { startBrowser } from "../test/support/browser.ts";
import { startNodeProduct } from "../test/support/product-node.ts";

const directory = path.join(import.meta.dirname, "..", "docs", "images");
const app = "school";

type Shot = {
  name: string;
  query: string;
  width?: number;
  height?: number;
  dark?: boolean;
  /** Shows a session that left much behind. */
  isOfSession?: boolean;
  /** Waits until what the picture is of is there. */
  ready(page: Page): Promise<void>;
  before?(simulator: Simulator): void;
};

const visible = (selector: string) => (page: Page) => page.locator(selector).first().waitFor();

/** Each card of the Numbers screen has its chart. */
const counted = (page: Page) => page.locator("rtk-day-chart canvas").nth(2).waitFor();

/** The Session screen knows what there is. */
const leftBehind = (page: Page) => page.locator("rtk-session-left .state.ready").nth(2).waitFor();

const shots: readonly Shot[] = [
  { name: "live", query: "", ready: visible("rtk-session-cards li") },
  { name: "live-dark", query: "", dark: true, ready: visible("rtk-session-cards li") },
  { name: "live-phone", query: "", width: 360, height: 720, ready: visible("rtk-session-cards li") },
  { name: "sessions", query: "&screen=sessions&range=30d", ready: visible("tbody tr") },
  { name: "sessions-dark", query: "&screen=sessions&range=30d", dark: true, ready: visible("tbody tr") },
  { name: "day", query: "&screen=day", ready: visible("rtk-session-table tr") },
  { name: "week-dark", query: "&screen=day&zoom=week", dark: true, ready: visible("rtk-session-table tr") },
  { name: "day-phone", query: "&screen=day", width: 360, height: 720, ready: visible("rtk-session-table tr") },
  { name: "numbers", query: "&screen=numbers", ready: counted },
  { name: "numbers-dark", query: "&screen=numbers&range=7d", dark: true, ready: counted },
  { name: "session", query: "&screen=session", height: 1180, isOfSession: true, ready: leftBehind },
  { name: "session-dark", query: "&screen=session", height: 1180, dark: true, isOfSession: true, ready: leftBehind },
  {
    name: "limited",
    query: "&screen=sessions&search=anything",
    height: 520,
    before: (simulator) =>
      simulator.setFaults([{ kind: "error", shape: "v4", status: 429, code: 971, retryAfter: "50" }]),
    ready: visible("rtk-face .limited"),
  },
];

/** Meetings for the pictures: titles as teams have them. */
const meetings: readonly [title: string, people: number, peak: number][] = [
  ["Weekly review", 9, 12],
  ["Onboarding, group 4", 14, 15],
  ["Algebra II, room 3", 23, 23],
  ["Support, escalations", 4, 5],
  ["Design critique", 6, 6],
];
/** When the first of them started. */
const agoMs = 65 * 60_000;

async function take(browser: Browser, url: string, shot: Shot): Promise<void> {
  const { name, query, width = 1200, height = 760, dark = false, ready } = shot;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? "dark" : "light",
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  await page.goto(`${url}/?app=${app}${query}`);
  await ready(page);
  await page
    .locator("rtk-freshness .live")
    .first()
    .waitFor({ timeout: 5_000 })
    .catch(() => {});
  await page.screenshot({ path: path.join(directory, `${name}.png`) });
  await context.close();
}

const Rows = z.object({
  data: z.object({
    sessions: z.array(
      z.object({
        id: z.string(),
        meeting_display_name: z.string(),
        recording_status: z.string().nullable(),
        max_concurrent_participants: z.number(),
      }),
    ),
  }),
});

/** One with people, a recording and a summary, and plain names. */
async function richSession(url: string): Promise<string> {
  const answer = await fetch(`${url}/v1/apps/${app}/sessions?status=ENDED&per_page=100`);
  const { sessions } = Rows.parse(await answer.json()).data;
  for (const {
    id,
    meeting_display_name: title,
    recording_status: recorded,
    max_concurrent_participants: peak,
  } of sessions) {
    if (recorded === "NOT_RECORDED" || peak < 4 || peak > 6 || !/^[A-Z][\w ,]{8,}$/.test(title)) continue;
    const [summary, people] = await Promise.all(
      ["summary", "participants"].map(async (part) =>
        (await fetch(`${url}/v1/apps/${app}/sessions/${id}/${part}`)).text(),
      ),
    );
    if (summary?.includes('"ready"') && !/<img|=1\+1/.test(people ?? "")) return id;
  }
  throw new Error("no session of this world is good for a picture");
}

const only = process.argv.slice(2);
await import("./build-assets.ts");
await mkdir(directory, { recursive: true });
const product = await startNodeProduct(
  { FRESH_LIVE_SECONDS: "1" },
  { simulator: { epochMs: Date.now() - agoMs, rowFields: "observed" } },
);
const browser = await startBrowser();
try {
  // Each a while after the one before, the last of them just now.
  const steering = product.simulator.steering();
  for (const [title, people, peak] of meetings) {
    const { session_id: session } = steering.start({ app, title, participants: peak });
    for (let gone = peak; gone > people; gone -= 1) steering.leave(session);
    product.simulator.advance(agoMs / meetings.length);
  }
  const session = await richSession(product.url);
  for (const shot of shots.filter(({ name }) => only.length === 0 || only.includes(name))) {
    product.simulator.setFaults([]);
    shot.before?.(product.simulator);
    const query = shot.isOfSession === true ? `${shot.query}&session=${session}` : shot.query;
    await take(browser, product.url, { ...shot, query });
    console.log(`docs/images/${shot.name}.png`);
  }
} finally {
  await browser.close();
  await product.stop();
}
