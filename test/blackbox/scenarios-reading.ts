// Cold, hit, 304, stale while revalidating, one call for many: what readers get while all is well.
import { afterAll, beforeAll, expect, it } from "vitest";
import { allowedOrigin } from "../support/product.ts";
import type { Product, StartProduct } from "../support/product.ts";
import { ask, askPage, callCount, outliveOneSecond, pagePath, until, untilInFlight, withProduct } from "./steps.ts";

/** No page becomes stale within a test. */
const longFresh = {
  FRESH_LIVE_SECONDS: "3600",
  FRESH_RECENT_SECONDS: "3600",
  FRESH_SETTLED_SECONDS: "3600",
};
const shortFresh = { FRESH_LIVE_SECONDS: "1", FRESH_RECENT_SECONDS: "1", FRESH_SETTLED_SECONDS: "1" };

export function readingScenarios(start: StartProduct): void {
  let product: Product;
  beforeAll(async () => {
    product = await start(longFresh);
  });
  afterAll(() => product.stop());

  it("loads a cold page with one call and stores it", async () => {
    const before = callCount(product);
    const page = await askPage(product, pagePath(2));
    expect(page.cacheStatus).toBe("rtk-bff; fwd=miss; stored");
    expect(page.age).toBeLessThan(60);
    expect(page.etag).toMatch(/^"[0-9a-f]{32}(?:-gzip|-br)?"$/);
    expect(callCount(product) - before).toBe(1);
  });

  it("answers a hit with the same bytes and without a call", async () => {
    const first = await askPage(product, pagePath(3));
    const before = callCount(product);
    const again = await askPage(product, pagePath(3));
    expect(again.cacheStatus).toMatch(/^rtk-bff; hit; ttl=\d+$/);
    expect({ etag: again.etag, text: again.text }).toEqual({ etag: first.etag, text: first.text });
    expect(callCount(product)).toBe(before);
  });

  it("answers 304 without a body to whoever has the bytes, and the page to everybody else", async () => {
    const { etag } = await askPage(product, pagePath(4));
    for (const header of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const seen = await ask(product, pagePath(4), { headers: { "if-none-match": header } });
      expect(seen).toMatchObject({ status: 304, etag, text: "" });
    }
    expect(await ask(product, pagePath(4), { headers: { "if-none-match": '"other"' } })).toMatchObject({ status: 200 });
  });

  it("answers HEAD like GET, without the body and without a call of its own", async () => {
    const { etag } = await askPage(product, pagePath(5));
    const before = callCount(product);
    expect(await ask(product, pagePath(5), { method: "HEAD" })).toMatchObject({ status: 200, etag, text: "" });
    expect(callCount(product)).toBe(before);
  });

  it("shows one page to two spellings of a question, at both addresses, for one call", async () => {
    const [app] = product.simulator.apps;
    const before = callCount(product);
    const spellings = [
      "/v1/apps/support/sessions?status=ENDED&per_page=6",
      "/v1/apps/support/sessions?sort_order=desc&page_no=1&status=ended&per_page=6",
      `/v1/apps/${app?.id}/sessions?per_page=6&sort_by=createdAt&status=Ended`,
      `/client/v4/accounts/_/realtime/kit/${app?.id}/sessions?status=ENDED&per_page=6`,
    ];
    const pages = [];
    for (const spelling of spellings) pages.push(await askPage(product, spelling));
    expect(new Set(pages.map(({ text }) => text)).size).toBe(1);
    expect(new Set(pages.map(({ etag }) => etag)).size).toBe(1);
    expect(callCount(product) - before).toBe(1);
  });

  it("sends the upstream its own headers and nothing of the request that caused the call (44)", async () => {
    await askPage(product, pagePath(7), {
      headers: {
        authorization: "Bearer of-the-caller",
        cookie: "session=of-the-caller",
        origin: allowedOrigin,
        "x-forwarded-host": "elsewhere.example",
        "x-request-id": "of-the-caller",
      },
    });
    const { last } = product.simulator.state();
    expect(last).toMatchObject({ method: "GET", tokenMatches: true });
    const own = ["accept", "authorization", "user-agent"];
    // The platform adds these by itself: the transport, and the name of the Worker or of the kind of fetch.
    const platform = ["accept-encoding", "accept-language", "cf-worker", "connection", "host", "sec-fetch-mode"];
    expect(Object.keys(last?.headers ?? {}).filter((name) => !own.includes(name) && !platform.includes(name))).toEqual(
      [],
    );
    expect(JSON.stringify(last)).not.toContain("of-the-caller");
  });

  it("refuses a bad question, an unknown app and a wrong method without a call", async () => {
    const before = callCount(product);
    const bad = await ask(product, "/v1/apps/support/sessions?per_page=101&page_no=x&nope=1");
    expect(bad).toMatchObject({ status: 400, code: "invalid_query" });
    for (const parameter of ["per_page", "page_no", "nope"]) expect(bad.text).toContain(`"parameter":"${parameter}"`);
    const unknown = await ask(product, "/v1/apps/unknown/sessions");
    expect(unknown).toMatchObject({ status: 404, code: "not_found" });
    const method = await ask(product, "/v1/apps/support/sessions", { method: "POST", body: "{}" });
    expect(method).toMatchObject({ status: 405, code: "method_not_allowed" });
    expect(callCount(product)).toBe(before);
  });

  it("makes one call for 300 readers of one cold page", async () => {
    const before = callCount(product);
    const path = "/v1/apps/school/sessions?per_page=25";
    const readers = await Promise.all(Array.from({ length: 300 }, () => ask(product, path)));
    expect(new Set(readers.map(({ status, etag, text }) => `${status} ${etag} ${text}`)).size).toBe(1);
    expect(readers[0]?.status).toBe(200);
    expect(callCount(product) - before).toBe(1);
  });

  it("finishes a load whose client has left, and shows the next one its page without another call", async () => {
    const before = callCount(product);
    product.simulator.setFaults([{ kind: "latency", latencyMs: 3_000 }]);
    const leaver = new AbortController();
    const left = product.fetch(pagePath(8), { signal: leaver.signal }).then(
      () => "answered",
      () => "left",
    );
    await untilInFlight(product, 1);
    leaver.abort();
    expect(await left).toBe("left");
    await untilInFlight(product, 0);
    product.simulator.setFaults([]);
    await askPage(product, pagePath(8));
    expect(callCount(product) - before).toBe(1);
    expect(product.simulator.state().calls.byStatus["none"] ?? 0).toBe(0);
  });

  it("shows a stale page at once while one call fetches a newer one", () =>
    withProduct(start, { ...shortFresh, STALE_SECONDS: "600" }, async (own) => {
      const first = await askPage(own, pagePath(2));
      own.simulator.advance(3_600_000);
      await outliveOneSecond();
      own.simulator.setFaults([{ kind: "latency", latencyMs: 2_000 }]);
      const readers = await Promise.all(Array.from({ length: 50 }, () => ask(own, pagePath(2))));
      for (const reader of readers) {
        expect(reader).toMatchObject({ status: 200, text: first.text });
        expect(reader.cacheStatus).toContain("detail=revalidating");
        expect(reader.age).toBeGreaterThanOrEqual(1);
      }
      const newer = await until(async () => {
        const seen = await ask(own, pagePath(2));
        return seen.etag === first.etag ? undefined : seen;
      });
      expect(newer.status).toBe(200);
      // Polling may have outlived the newer page too; what can't be is a call per reader.
      expect(callCount(own)).toBeLessThanOrEqual(4);
    }));
}
