// What pages in a real browser can and can't read. The rules of origins are the browser's own: nothing here is simulated but the
// upstream.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SessionPage } from "../support/session-list.ts";
import { startBrowser } from "../support/browser.ts";
import { startWorkerProduct } from "../support/product-worker.ts";
import type { WorkerProduct } from "../support/product-worker.ts";
import { fetchIn, fetchInSandbox, servePages, visit } from "./rig.ts";
import type { Fetched, PageServer } from "./rig.ts";

describe("a page in a real browser", () => {
  let browser: Browser;
  let allowed: PageServer;
  let other: PageServer;
  let product: WorkerProduct;
  let list: string;

  beforeAll(async () => {
    [browser, allowed, other] = await Promise.all([startBrowser(), servePages(), servePages()]);
    product = await startWorkerProduct({ ALLOWED_ORIGINS: allowed.origin, FRESH_LIVE_SECONDS: "3600" });
    list = `${product.url}/v1/apps/support/sessions`;
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all([allowed.close(), other.close()]);
    await product.stop();
  });

  const readable = (outcome: Fetched | string): Fetched => {
    if (typeof outcome === "string") throw new Error(`the page could not read the answer: ${outcome}`);
    return outcome;
  };

  it("on an allowed origin lists sessions with fetch alone, and sees ETag, Age and Cache-Status", () =>
    visit(browser, allowed.origin, async ({ page }) => {
      const { status, headers, text } = readable(await fetchIn(page, `${list}?per_page=5`));
      expect(status).toBe(200);
      expect(SessionPage.parse(JSON.parse(text)).data.sessions).toHaveLength(5);
      expect(headers).toMatchObject({
        age: "0",
        "cache-status": "rtk-bff; fwd=miss; stored",
        etag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
        "x-request-id": expect.any(String),
      });
      const again = readable(await fetchIn(page, `${list}?per_page=5`, { cache: "no-store" }));
      expect(again).toMatchObject({ status: 200, text });
      expect(again.headers["cache-status"]).toContain("; hit");
    }));

  it("on an allowed origin is spared the bytes that its browser has: the wire carries a 304", () =>
    visit(browser, allowed.origin, async ({ page, wire }) => {
      const first = readable(await fetchIn(page, `${list}?per_page=6`));
      const before = wire.statuses.length;
      const again = readable(await fetchIn(page, `${list}?per_page=6`));
      expect(again).toMatchObject({ status: 200, text: first.text });
      expect(wire.statuses.slice(before)).toEqual([304]);
    }));

  it("on an allowed origin may send the headers of SDKs and tracers, after one preflight", () =>
    visit(browser, allowed.origin, async ({ page, wire }) => {
      const init = { headers: { "x-request-id": "of-the-page", "x-stainless-lang": "js", traceparent: "00-0-0-00" } };
      expect(readable(await fetchIn(page, `${list}?per_page=7`, init)).status).toBe(200);
      expect(readable(await fetchIn(page, `${list}?per_page=7`, init)).status).toBe(200);
      expect(wire.requests.filter(({ method }) => method === "OPTIONS")).toHaveLength(1);
      // A page that keeps validators itself takes the browser's caches out of it, that of preflights included.
      const own = { headers: { "if-none-match": "*" } };
      expect(readable(await fetchIn(page, `${list}?per_page=7`, own)).status).toBe(304);
      expect(await fetchIn(page, `${list}?per_page=7`, { headers: { "x-other": "1" } })).toBe("TypeError");
      expect(await fetchIn(page, `${list}?per_page=7`, { method: "DELETE" })).toBe("TypeError");
      expect(await fetchIn(page, `${list}?per_page=7`, { credentials: "include" })).toBe("TypeError");
    }));

  it("on an allowed origin reads problems too, and when to come back", async () => {
    const scarce = await startWorkerProduct({
      ALLOWED_ORIGINS: allowed.origin,
      CLIENT_REQUESTS_PER_MINUTE: "3",
      UPSTREAM_BUDGET_REQUESTS: "1",
    });
    await visit(browser, allowed.origin, async ({ page }) => {
      const path = `${scarce.url}/v1/apps/support/sessions?per_page=`;
      const outcomes: Fetched[] = [];
      for (const perPage of [5, 6, 5, 5]) outcomes.push(readable(await fetchIn(page, path + perPage)));
      expect(outcomes.map(({ status }) => status)).toEqual([200, 503, 200, 429]);
      for (const { status, headers, text } of outcomes) {
        if (status === 200) continue;
        expect(Number(headers["retry-after"])).toBeGreaterThanOrEqual(1);
        expect(Number(headers["retry-after"])).toBeLessThanOrEqual(60);
        expect(JSON.parse(text)).toMatchObject({ status, success: false });
      }
    });
    await scarce.stop();
  });

  it("on any other origin can't read, whatever it tries", () =>
    visit(browser, other.origin, async ({ page }) => {
      const refused = [{}, { credentials: "include" }, { mode: "no-cors" }, { headers: { "x-request-id": "x" } }];
      for (const init of refused) expect(await fetchIn(page, `${list}?per_page=5`, init)).toBe("TypeError");
      for (const path of ["/healthz", "/openapi.json", "/docs", "/nowhere"]) {
        expect(await fetchIn(page, product.url + path)).toBe("TypeError");
      }
    }));

  it("without an origin of its own can't read, even inside an allowed page", () =>
    visit(browser, allowed.origin, async ({ page }) => {
      expect(await fetchInSandbox(page, `${list}?per_page=5`)).toBe("TypeError");
    }));
});
