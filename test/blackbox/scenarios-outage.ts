// The upstream is down, broken or slow: an old page where there is one, an honest failure where there is none.
import { afterAll, beforeAll, expect, it } from "vitest";
import type { FaultInput } from "../../simulator/faults.ts";
import type { Product, StartProduct } from "../support/product.ts";
import { ask, askPage, callCount, expectUnavailable, outliveOneSecond, pagePath, until, withProduct } from "./steps.ts";

/** Pages are old after a second: no reader is shown one without an attempt at a newer one. */
const quicklyOld = {
  FRESH_LIVE_SECONDS: "1",
  FRESH_RECENT_SECONDS: "1",
  FRESH_SETTLED_SECONDS: "1",
  STALE_SECONDS: "0",
};

/** Each with what a reader is told who has no old page to be shown. */
const outages: readonly (readonly [string, FaultInput, object])[] = [
  ["an error of its own", { kind: "error", status: 500 }, { status: 502, code: "upstream_failed" }],
  ["an HTML page of the edge", { kind: "error", shape: "html", status: 503 }, { status: 502, code: "upstream_failed" }],
  ["a dropped connection", { kind: "reset" }, { status: 502, code: "upstream_failed" }],
  ["no answer at all", { kind: "hang" }, { status: 504, code: "upstream_timeout" }],
  ["a page that makes no sense", { kind: "body", form: "truncated" }, { status: 502, code: "upstream_malformed" }],
  [
    "a refusal of our token",
    { kind: "error", shape: "v4", status: 401 },
    { status: 502, code: "upstream_unauthorized" },
  ],
];

export function outageScenarios(start: StartProduct): void {
  let product: Product;
  beforeAll(async () => {
    product = await start({ ...quicklyOld, SOFT_DEADLINE_MS: "1000", UPSTREAM_DEADLINE_MS: "6000" });
  });
  afterAll(() => product.stop());

  /** A call that goes well keeps failures from adding up to an open breaker. */
  const calmDown = async () => {
    product.simulator.setFaults([]);
    nextPage += 1;
    await askPage(product, pagePath(nextPage));
  };
  let nextPage = 10;

  it.each(outages)("shows the old page when the upstream gives %s", async (_, fault) => {
    nextPage += 1;
    const path = pagePath(nextPage);
    const first = await askPage(product, path);
    await outliveOneSecond();
    product.simulator.setFaults([fault]);
    const old = await askPage(product, path);
    expect(old.cacheStatus).toMatch(/^rtk-bff; fwd=stale; detail=(failed|deadline)$/);
    expect({ etag: old.etag, text: old.text }).toEqual({ etag: first.etag, text: first.text });
    expect(old.age).toBeGreaterThanOrEqual(1);
    await calmDown();
  });

  it.each(outages)("tells a reader without a page the truth about %s", async (_, fault, told) => {
    nextPage += 1;
    product.simulator.setFaults([fault]);
    const seen = await ask(product, pagePath(nextPage));
    expect(seen).toMatchObject(told);
    if (seen.status === 502) expect(seen.shouldRetry).toBe("false");
    expect(seen.cacheStatus).toBe("");
    await calmDown();
  });

  it("loses nothing that was kept, and shows it without a call, when the upstream sends 60 MB or quotes our headers", async () => {
    const long = { FRESH_LIVE_SECONDS: "3600", FRESH_RECENT_SECONDS: "3600", FRESH_SETTLED_SECONDS: "3600" };
    await withProduct(start, long, async (own) => {
      const kept = await askPage(own, pagePath(100));
      own.simulator.setFaults([{ kind: "huge-body", times: 1 }]);
      expect((await ask(own, pagePath(2))).status).toBe(502);
      own.simulator.setFaults([{ kind: "echo", status: 401, times: 1 }]);
      expect((await ask(own, pagePath(3))).status).toBe(502);
      const before = callCount(own);
      expect(await askPage(own, pagePath(100))).toMatchObject({ etag: kept.etag });
      expect(callCount(own)).toBe(before);
    });
  });

  it("shares one failure among all who wait for the page", async () => {
    nextPage += 1;
    const path = pagePath(nextPage);
    // The failure comes when all of them have had the time to ask.
    product.simulator.setFaults([
      { kind: "latency", latencyMs: 2_000 },
      { kind: "error", status: 500 },
    ]);
    const before = callCount(product);
    const readers = await Promise.all(Array.from({ length: 100 }, () => ask(product, path)));
    expect(new Set(readers.map(({ status, code }) => `${status} ${code}`))).toEqual(new Set(["502 upstream_failed"]));
    expect(callCount(product) - before).toBe(1);
    await calmDown();
  });

  it("shows the old page after the soft deadline, and the newer one to the next reader", () =>
    withProduct(start, { ...quicklyOld, SOFT_DEADLINE_MS: "500" }, async (own) => {
      const path = pagePath(2);
      const first = await askPage(own, path);
      await outliveOneSecond();
      own.simulator.advance(3_600_000);
      own.simulator.setFaults([{ kind: "latency", latencyMs: 2_000, times: 1 }]);
      const old = await askPage(own, path);
      expect(old).toMatchObject({ cacheStatus: "rtk-bff; fwd=stale; detail=deadline", etag: first.etag });
      const newer = await until(async () => {
        const seen = await ask(own, path);
        return seen.etag === first.etag ? undefined : seen;
      });
      expect(newer.status).toBe(200);
    }));

  it("leaves an upstream alone that fails five times in a row, and shows old pages meanwhile", () =>
    withProduct(start, quicklyOld, async (own) => {
      const kept = await askPage(own, pagePath(2));
      await outliveOneSecond();
      own.simulator.setFaults([{ kind: "error", status: 500 }]);
      const before = callCount(own);
      for (let page = 3; page < 8; page += 1) {
        expect(await ask(own, pagePath(page))).toMatchObject({ status: 502, code: "upstream_failed" });
      }
      for (let page = 8; page < 12; page += 1) expectUnavailable(await ask(own, pagePath(page)), "circuit_open");
      expect(callCount(own) - before).toBe(5);
      expect(await askPage(own, pagePath(2))).toMatchObject({ etag: kept.etag });
    }));

  it("shows newer pages again as soon as the upstream is back", () =>
    withProduct(start, quicklyOld, async (own) => {
      const first = await askPage(own, pagePath(2));
      await outliveOneSecond();
      own.simulator.setFaults([{ kind: "error", status: 500 }]);
      expect(await askPage(own, pagePath(2))).toMatchObject({ etag: first.etag });
      own.simulator.advance(3_600_000);
      own.simulator.setFaults([]);
      const newer = await until(async () => {
        const seen = await ask(own, pagePath(2));
        return seen.etag === first.etag ? undefined : seen;
      });
      expect(newer).toMatchObject({ status: 200, cacheStatus: "rtk-bff; fwd=stale; stored" });
    }));
}
