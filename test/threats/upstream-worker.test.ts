// The hostile upstream against the Worker's bundle on local workerd, and what only there can go wrong: work of one request that
// another one waits for.
import { describe, expect, it } from "vitest";
import { askPage, pagePath } from "../blackbox/steps.ts";
import { echo, goodPage } from "../support/hostile-upstream.ts";
import { startWorkerProduct } from "../support/product-worker.ts";
import { mayBeShared } from "./cache-service.ts";
import { upstreamThreats } from "./upstream-scenarios.ts";
import { useStage } from "./upstream-stage.ts";

upstreamThreats("the Worker", startWorkerProduct);

describe("the Worker and many who wait for one page", () => {
  const stage = useStage(startWorkerProduct, { UPSTREAM_DEADLINE_MS: "10000" });

  it("row 66: a load that one request began answers all others too, also when that request has gone", async () => {
    const { hostile, product, freshPath } = stage();
    const path = freshPath();
    hostile.behave((answer, request, count) => void setTimeout(() => goodPage(answer, request, count), 3_000));
    const left = new AbortController();
    const first = product.fetch(path, { signal: left.signal }).catch(() => "gone");
    const readers = Array.from({ length: 100 }, () => askPage(product, path));
    setTimeout(() => left.abort(), 300);
    expect(await first).toBe("gone");
    const texts = new Set((await Promise.all(readers)).map(({ text }) => text));
    expect(texts.size).toBe(1);
    expect(hostile.requests).toHaveLength(1);
  });
});

describe("the Worker and whatever caches in front of it", () => {
  const stage = useStage(startWorkerProduct);

  it("row 60: gives no answer that a shared cache may store, cold, kept, refused or failed", async () => {
    const { hostile, product, freshPath } = stage();
    const kept = pagePath(9);
    const files = ["/", "/docs", "/docs/swagger-ui.css", "/openapi.json", "/healthz", "/readyz", "/problems/internal"];
    const refused = ["/nowhere", "/docs/x.css", "/v1/apps/nobody/sessions", `${kept}&per_page=8`, `${kept}/x.js`];
    const statuses = new Set<number>();
    const judge = async (path: string, init: RequestInit = {}) => {
      const answer = await product.fetch(path, init);
      statuses.add(answer.status);
      expect(`${init.method ?? "GET"} ${path} ${mayBeShared(answer)}`).toBe(`${init.method ?? "GET"} ${path} false`);
    };
    for (const path of [kept, kept, ...files, ...refused]) {
      for (const method of ["GET", "HEAD", "OPTIONS", "DELETE"]) await judge(path, { method });
    }
    hostile.behave(echo(500));
    await judge(freshPath());
    expect([...statuses]).toEqual(expect.arrayContaining([200, 204, 400, 404, 405, 502]));
  });
});
