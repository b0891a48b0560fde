// What becomes of the Worker over Redis when Redis comes and goes.
import { describe, expect, it } from "vitest";
import * as z from "zod";
import {
  dumpRedis,
  redisKeys,
  startGuardedRedis,
  startRedisWorkerProduct,
  startWorkerOver,
} from "../support/product-worker-redis.ts";
import type { RedisAtHand } from "../support/product-worker-redis.ts";
import type { Product } from "../support/product.ts";
import { startRedisCluster, startRedisSentinel } from "../support/redis-server.ts";
import type { RedisServer } from "../support/redis-server.ts";
import { middleOf } from "../support/waits.ts";
import { ask, askPage, callCount, expectUnavailable, outliveOneSecond, pagePath, until, withProduct } from "./steps.ts";

const Readiness = z.object({ status: z.string(), checks: z.record(z.string(), z.string()) });

async function readiness(product: Product) {
  const answer = await product.fetch("/readyz");
  return { http: answer.status, ...Readiness.parse(await answer.json()) };
}

const untilRedisIs = (product: Product, state: string) =>
  until(async () => (await readiness(product)).checks["redis"] === state || undefined);

const untilKept = (redis: RedisAtHand, count: number) =>
  until(async () => {
    const pages = (await redisKeys(redis)).filter((key) => key.endsWith(":page"));
    return pages.length >= count ? pages : undefined;
  });

/** Products that start and end over one Redis. */
const over =
  (redis: RedisAtHand) =>
  (...given: Parameters<typeof startRedisWorkerProduct>) =>
    startWorkerOver(redis, ...given);

const linesOf = (product: Product, type: string) => product.logs().filter((line) => line.includes(`"${type}"`));

/** Lost, recovered, and so on: one line for each change. A machine that stalls may add a loss of its own, but not one per request. */
function expectChangesInTurn(product: Product): void {
  const changes = product.logs().flatMap((line) => /"redis\.(lost|recovered)"/.exec(line)?.[1] ?? []);
  expect(changes).toEqual(changes.map((_, place) => (place % 2 === 0 ? "lost" : "recovered")));
  expect([2, 4, 6]).toContain(changes.length);
}

describe("the Worker, over Redis", () => {
  it("shows after a start elsewhere what Redis has kept, without a call", async () => {
    const redis = await startGuardedRedis();
    const settings = { FRESH_LIVE_SECONDS: "3600" };
    try {
      let kept = "";
      await withProduct(over(redis), settings, async (product) => {
        kept = (await askPage(product, pagePath(2))).etag;
        await untilKept(redis, 1);
        expect(callCount(product)).toBe(1);
      });
      await withProduct(over(redis), settings, async (product) => {
        expect((await askPage(product, pagePath(2))).etag).toBe(kept);
        expect(callCount(product)).toBe(0);
      });
    } finally {
      await redis.stop();
    }
  });

  it("shows a page that has become stale while it was gone, and loads a newer one in the background", async () => {
    const redis = await startGuardedRedis();
    const settings = { FRESH_LIVE_SECONDS: "1", FRESH_RECENT_SECONDS: "1", FRESH_SETTLED_SECONDS: "1" };
    try {
      await withProduct(over(redis), settings, async (product) => {
        await askPage(product, pagePath(2));
        await untilKept(redis, 1);
      });
      await outliveOneSecond();
      await withProduct(over(redis), settings, async (product) => {
        product.simulator.setFaults([{ kind: "latency", latencyMs: 500, times: 1 }]);
        expect((await askPage(product, pagePath(2))).age).toBeGreaterThanOrEqual(1);
        await until(() => callCount(product) === 1 || undefined);
      });
    } finally {
      await redis.stop();
    }
  });

  it("serves requests one after the other, and many at once, over one connection", () =>
    withProduct(startRedisWorkerProduct, { FRESH_LIVE_SECONDS: "3600" }, async (product) => {
      for (let perPage = 1; perPage <= 20; perPage += 1) await askPage(product, pagePath(perPage));
      await Promise.all(Array.from({ length: 20 }, (_, index) => askPage(product, pagePath(21 + index))));
      await untilKept(product.redis, 40);
      await product.restartShield();
      for (let perPage = 1; perPage <= 40; perPage += 1) await askPage(product, pagePath(perPage));
      expect(callCount(product)).toBe(40);
      const clients = (await product.redis.cli("client", "list"))
        .split("\n")
        .filter((line) => !line.includes("redis-cli"));
      // The connection of the shield that was ended may not be closed yet. A machine that stalls may lose one, and have another.
      const lost = linesOf(product, "redis.lost").length;
      expect(clients.filter((line) => !line.includes("cmd=client")).length).toBeLessThanOrEqual(2 + lost);
      expect(lost).toBeLessThanOrEqual(1);
    }));

  it("serves every page while Redis is killed, says so once, and comes back by itself", () =>
    withProduct(startRedisWorkerProduct, {}, async (product) => {
      await askPage(product, pagePath(2));
      expect(await readiness(product)).toEqual({ http: 200, status: "ready", checks: { redis: "ok", shield: "ok" } });
      await product.redis.kill();
      for (let perPage = 2; perPage <= 20; perPage += 1) await askPage(product, pagePath(perPage));
      await untilRedisIs(product, "degraded");
      expect(await readiness(product)).toMatchObject({ http: 200, status: "ready" });
      await product.redis.restart();
      await untilRedisIs(product, "ok");
      await askPage(product, pagePath(30));
      await untilKept(product.redis, 1);
      expectChangesInTurn(product);
    }));

  it("lets nobody wait for a Redis that is frozen", () =>
    withProduct(startRedisWorkerProduct, {}, async (product) => {
      const waitsFor = async (from: number, to: number) => {
        const waitsMs: number[] = [];
        for (let perPage = from; perPage <= to; perPage += 1) {
          const askedAt = performance.now();
          await askPage(product, pagePath(perPage));
          waitsMs.push(performance.now() - askedAt);
        }
        return waitsMs;
      };
      const before = await waitsFor(2, 21);
      product.redis.freeze();
      // One reader finds out, which takes a quarter of a second; it would be added to every wait if each found out anew.
      expect(middleOf(await waitsFor(22, 61))).toBeLessThan(middleOf(before) + 250);
      await untilRedisIs(product, "degraded");
      product.redis.thaw();
      await untilRedisIs(product, "ok");
      expectChangesInTurn(product);
    }));

  it("starts without Redis, and takes it up once it is there", async () => {
    const redis = await startGuardedRedis();
    await redis.kill();
    try {
      await withProduct(over(redis), {}, async (product) => {
        await askPage(product, pagePath(2));
        expect(await readiness(product)).toMatchObject({ http: 200, checks: { redis: "degraded", shield: "ok" } });
        await redis.restart();
        await untilRedisIs(product, "ok");
        await askPage(product, pagePath(3));
        await untilKept(redis, 1);
      });
    } finally {
      await redis.stop();
    }
  });

  it("keeps its pages in a cluster", async () => {
    const cluster = await startRedisCluster();
    // Its dump at the end is of one node; the others hold pages of the same kind.
    const cli: RedisServer["cli"] = async (...command) => (await cluster.nodes[0]?.cli(...command)) ?? "";
    try {
      await withProduct(over({ url: cluster.url, cli }), {}, async (product) => {
        for (let perPage = 1; perPage <= 30; perPage += 1) await askPage(product, pagePath(perPage));
        for (const node of cluster.nodes) await untilKept(node, 1);
        expect(await readiness(product)).toMatchObject({ checks: { redis: "ok" } });
      });
    } finally {
      await cluster.stop();
    }
  });

  it("finds its Redis through a Sentinel", async () => {
    const sentinel = await startRedisSentinel();
    try {
      await withProduct(over({ url: sentinel.url, cli: sentinel.primary.cli }), {}, async (product) => {
        await askPage(product, pagePath(2));
        await untilKept(sentinel.primary, 1);
      });
    } finally {
      await sentinel.stop();
    }
  });

  it("can spend all that new questions may, remembers it over restarts, and does so without Redis", () =>
    withProduct(startRedisWorkerProduct, { UPSTREAM_BUDGET_REQUESTS: "5" }, async (product) => {
      await askPage(product, pagePath(2));
      await product.restartShield();
      await askPage(product, pagePath(3));
      await product.redis.kill();
      await askPage(product, pagePath(4));
      await product.restartShield();
      await askPage(product, pagePath(5));
      expectUnavailable(await ask(product, pagePath(6)), "budget_spent");
      expect(callCount(product)).toBe(4);
    }));

  it("writes pages to Redis and nothing else: no failure, no name and no search in a key", () =>
    withProduct(startRedisWorkerProduct, {}, async (product) => {
      await ask(product, "/v1/apps/support/sessions?search=somebody");
      await ask(product, "/v1/apps/nobody/sessions");
      await askPage(product, pagePath(2));
      await untilKept(product.redis, 1);
      const own = /^rtk-bff:[0-9a-f]{32}:\{(?:\w+\.[0-9a-f]{64}\}:page|start\}:probe)$/;
      expect((await redisKeys(product.redis)).filter((key) => !own.test(key))).toEqual([]);
      expect(await dumpRedis(product.redis)).not.toMatch(/somebody|nobody/);
    }));

  it("refuses a store that its build leaves out, or a missing address, and names the fix", () =>
    withProduct(startRedisWorkerProduct, { CACHE_STORE: "kv", REDIS_URL: "" }, async (product) => {
      expect((await ask(product, pagePath(2))).code).toBe("misconfigured");
      expect(product.logs().join("\n")).toContain("deploy with wrangler.toml");
    }));
});
