// The Worker over Redis as a product under test: the bundle of `deploy/wrangler.redis.toml` on local workerd, over a redis-server that the
// test may kill. The password of the server is the canary too, and at the end every key and value is searched for it.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { redisBuild } from "../../scripts/build-worker.ts";
import { canaryToken } from "./canary.ts";
import { inspectorOf, startMiniflare } from "./product-worker.ts";
import type { StoredTable } from "./product-worker.ts";
import { createGuard, settingsFor, startUpstream } from "./product.ts";
import type { Product, ProductOptions, Settings } from "./product.ts";
import { startRedis } from "./redis-server.ts";
import type { RedisServer } from "./redis-server.ts";

/** What is asked of a Redis that a product does not own. */
export type RedisAtHand = Pick<RedisServer, "url" | "cli">;

export type RedisWorkerProduct = Product & {
  /** Ends the shield at once, as a deploy or an eviction does; the next call starts it anew over the same storage. */
  restartShield(): Promise<void>;
  /** Every row of the shield's storage. */
  dumpShieldStorage(): Promise<readonly StoredTable[]>;
};

export type OwnRedisWorkerProduct = RedisWorkerProduct & { readonly redis: RedisServer };

export const startGuardedRedis = () => startRedis([], { password: canaryToken });

/** Starts simulator, redis-server and Worker. */
export async function startRedisWorkerProduct(
  settings?: Settings,
  options?: ProductOptions,
): Promise<OwnRedisWorkerProduct> {
  const redis = await startGuardedRedis();
  try {
    const product = await startWorkerOver(redis, settings, options);
    const stop = async () => {
      try {
        await product.stop();
      } finally {
        await redis.stop();
      }
    };
    return { ...product, redis, stop };
  } catch (error) {
    await redis.stop();
    throw error;
  }
}

/** Starts simulator and Worker over a Redis that outlives them. The Durable Object's storage does not. */
export async function startWorkerOver(
  redis: RedisAtHand,
  settings: Settings = {},
  options: ProductOptions = {},
): Promise<RedisWorkerProduct> {
  const upstream = await startUpstream(options.simulator);
  const storage = await mkdtemp(path.join(tmpdir(), "bff-worker-redis-"));
  const lines: string[] = [];
  const bindings = settingsFor(upstream, { REDIS_URL: redis.url, ...settings });
  const miniflare = await startMiniflare(redisBuild, bindings, storage, (line) => void lines.push(line));
  const { origin: url } = await miniflare.ready;
  const guard = createGuard(url, bindings);
  const inspector = inspectorOf(miniflare);
  return {
    ...upstream,
    url,
    fetch: guard.fetch,
    follow: guard.follow,
    logs: () => lines,
    restartShield: inspector.restartShield,
    dumpShieldStorage: inspector.dumpShield,
    async stop() {
      try {
        guard.search("Redis", await dumpRedis(redis));
        guard.search("the shield's storage", JSON.stringify(await inspector.dumpShield()));
        await miniflare.dispose();
        guard.search("the log", lines.join("\n"));
        await guard.searchFiles(storage);
      } finally {
        await miniflare.dispose();
        await upstream.close();
        await rm(storage, { recursive: true, force: true });
      }
      guard.settle();
    },
  };
}

export async function redisKeys(redis: RedisAtHand): Promise<readonly string[]> {
  const keys = await redis.cli("keys", "*");
  return keys === "" ? [] : keys.split("\n");
}

/** Every key and value as text. A server that was killed has none. */
export async function dumpRedis(redis: RedisAtHand): Promise<string> {
  const keys = await redisKeys(redis).catch(() => []);
  const texts = await Promise.all(keys.map((key) => redis.cli("get", key)));
  return [...keys, ...texts].join("\n");
}
