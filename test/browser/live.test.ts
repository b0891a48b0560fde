// Streams in a real browser: its own EventSource and its own streaming fetch, over what each platform puts between a change and a page.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { ageless, expectSoon, live } from "../blackbox/scenarios-live.ts";
import { until, withProduct } from "../blackbox/steps.ts";
import { startBrowser } from "../support/browser.ts";
import { bearer, signed, tokenOf } from "../support/callers.ts";
import { hasCanary } from "../support/canary.ts";
import { startNodeProduct } from "../support/product-node.ts";
import { startWorkerProduct } from "../support/product-worker.ts";
import type { Product } from "../support/product.ts";
import { webhookPath } from "../support/webhooks.ts";
import { servePages, visit } from "./rig.ts";
import type { PageServer } from "./rig.ts";

const list = live("/v1/apps/support/sessions?status=LIVE");
const Heard = z.array(z.string());

/** What an EventSource of the page was sent, problems included, and each end of its connection. */
const listenIn = async (page: Page, url: string) =>
  page.evaluate(`
    window.heard = [];
    window.source = new EventSource(${JSON.stringify(url)});
    for (const type of ["page", "problem"]) source.addEventListener(type, ({ data }) => heard.push(data));
    source.onerror = () => heard.push("cut off");
  `);

/** The same by `fetch`, with the headers that EventSource can't send. */
const streamIn = async (page: Page, url: string, headers: object) =>
  page.evaluate(`
    window.heard = [];
    window.cutOff = new AbortController();
    void (async () => {
      const init = { headers: ${JSON.stringify(headers)}, signal: cutOff.signal };
      const answer = await fetch(${JSON.stringify(url)}, init).catch(() => undefined);
      if (!answer) return heard.push("cut off");
      heard.push(String(answer.status));
      const decoder = new TextDecoder();
      for (const reader = answer.body.getReader(); ; ) {
        const { value, done } = await reader.read().catch(() => ({ done: true }));
        if (done) return;
        heard.push(decoder.decode(value, { stream: true }));
      }
    })();
  `);

const heardIn = async (page: Page) => {
  const heard = Heard.parse(await page.evaluate("window.heard"));
  expect(heard.some(hasCanary)).toBe(false);
  return heard;
};
const hearsIn = async (page: Page, text: string) => (await heardIn(page)).join("").includes(text);

const hearEvents = ({ simulator, url }: Product) => simulator.registerWebhook(url + webhookPath);

let browser: Browser;
let allowed: PageServer;
let other: PageServer;
beforeAll(async () => {
  [browser, allowed, other] = await Promise.all([startBrowser(), servePages(), servePages()]);
});
afterAll(async () => {
  await browser.close();
  await Promise.all([allowed.close(), other.close()]);
});
const settings = () => ({ ...ageless, WEBHOOKS: "on", ALLOWED_ORIGINS: allowed.origin });

describe.each([
  ["Node", startNodeProduct],
  ["the Worker", startWorkerProduct],
])("a page in a real browser, listening to %s", (platform, start) => {
  it("by EventSource is sent the list at once and each change as it happens; another origin is sent nothing", () =>
    withProduct<Product>(start, settings(), async (product) => {
      hearEvents(product);
      await visit(browser, other.origin, async ({ page: foreign }) => {
        await listenIn(foreign, product.url + list);
        await visit(browser, allowed.origin, async ({ page }) => {
          await listenIn(page, product.url + list);
          await until(async () => (await heardIn(page)).length > 0);
          const steering = product.simulator.steering();
          let id = "";
          await expectSoon(`${platform}, a start`, () => void (id = steering.start({ app: "support" }).session_id), {
            EventSource: async () => hearsIn(page, id),
          });
          await page.evaluate("source.close()");
        });
        await until(async () => (await heardIn(foreign)).length > 0);
        expect(new Set(await heardIn(foreign))).toEqual(new Set(["cut off"]));
        await foreign.evaluate("source.close()");
      });
    }));

  it("by fetch with its token is sent the same, and without one is told why not", () =>
    withProduct<Product>(start, { ...settings(), ...signed({}) }, async (product) => {
      hearEvents(product);
      await visit(browser, allowed.origin, async ({ page }) => {
        await streamIn(page, product.url + list, {});
        await until(async () => hearsIn(page, "unauthorized"));
        expect((await heardIn(page))[0]).toBe("401");
        await streamIn(page, product.url + list, bearer(await tokenOf({}, Date.now())));
        await until(async () => hearsIn(page, "event: page\nid: "));
        const steering = product.simulator.steering();
        let id = "";
        await expectSoon(`${platform}, a start`, () => void (id = steering.start({ app: "support" }).session_id), {
          fetch: async () => hearsIn(page, id),
        });
        await page.evaluate("cutOff.abort()");
      });
    }));
});

it("an EventSource comes back by itself after its process was cut down, says what it has, and misses nothing", () =>
  withProduct(startNodeProduct, settings(), async (product) => {
    hearEvents(product);
    const steering = product.simulator.steering();
    const { meeting_id: meeting, session_id: id } = steering.start({ app: "support" });
    await visit(browser, allowed.origin, async ({ page }) => {
      const lastIds: (string | undefined)[] = [];
      page.on("request", (request) => {
        const sent = request.allHeaders().then((headers) => headers["last-event-id"]);
        void sent.catch(() => undefined).then((lastId) => lastIds.push(lastId));
      });
      await listenIn(page, `${product.url}${live("/v1/apps/support/sessions")}?associated_id=${meeting}`);
      await until(async () => hearsIn(page, id));
      await product.process.kill();
      await until(async () => hearsIn(page, "cut off"));
      steering.join(id);
      await product.process.start();
      await until(async () => hearsIn(page, '"live_participants":2'));
      await until(() => /^"[0-9a-f]{32}"$/.test(lastIds.at(-1) ?? ""));
      expect(lastIds[0]).toBeUndefined();
      await expectSoon("after coming back, an end", () => void steering.end(id), {
        EventSource: async () => hearsIn(page, '"status":"ENDED"'),
      });
      expect((await heardIn(page)).filter((text) => text !== "cut off")).toHaveLength(3);
      await page.evaluate("source.close()");
    });
  }));
