// Every port's contract on Redis: one server, and a cluster of three.
import { afterAll, beforeAll, describe } from "vitest";
import { createRedisJournal } from "../../src/cache/change-log-redis.ts";
import { createRedisCoalescer } from "../../src/cache/coalescer-redis.ts";
import type { Sharing } from "../../src/cache/sharing.ts";
import { createRedisStore } from "../../src/cache/store-redis.ts";
import { systemClock } from "../../src/ground/runtime.ts";
import { createRedisBudget } from "../../src/upstream/budget-redis.ts";
import { openCheck } from "../support/entry-check.ts";
import { budgetContract } from "../contract/budget-contract.ts";
import { changeLogContract } from "../contract/change-log-contract.ts";
import { coalescerContract } from "../contract/coalescer-contract.ts";
import { storeContract } from "../contract/store-contract.ts";
import { closeTestLinks, newPrefix, openTestLink, patiently, withServerTime } from "../support/redis-rig.ts";
import { eventually, sharedRedis, startRedisCluster } from "../support/redis-server.ts";

const nothingShared = <Value>(): Sharing<Value> => ({
  fromPage: async () => undefined,
  toText: () => undefined,
  fromText: () => undefined,
});

describe.each([
  ["one server", sharedRedis],
  ["a cluster of three", startRedisCluster],
])("on %s", (name, start) => {
  let redis: Awaited<ReturnType<typeof openTestLink>>;
  let stop = async () => {};

  beforeAll(async () => {
    const server = await start();
    stop = server.stop;
    redis = await openTestLink(server.url);
  }, 120_000);
  afterAll(async () => {
    await closeTestLinks();
    await stop();
  });

  storeContract(`createRedisStore on ${name}`, {
    makeStore: async () => createRedisStore(redis, { prefix: newPrefix(), clock: systemClock, check: openCheck }),
    now: () => Date.now(),
  });

  coalescerContract(`createRedisCoalescer on ${name}`, async () =>
    createRedisCoalescer(redis, { prefix: newPrefix(), clock: systemClock, sharing: nothingShared<string>() }),
  );

  changeLogContract(
    `createRedisJournal on ${name}`,
    {
      makeJournal: async () => createRedisJournal(patiently(redis), { prefix: newPrefix() }),
      now: () => Date.now(),
    },
    { propertyRuns: 30, touches: 50 },
  );

  budgetContract(
    `createRedisBudget on ${name}`,
    async ({ limits }) => {
      // Lost for a moment on a busy machine, it says nothing of the budget.
      await eventually("Redis is there", redis.isUp);
      let now = Date.UTC(2026, 10, 22, 10);
      const timed = withServerTime(redis, () => now);
      const parts = { prefix: newPrefix(), clock: { now: () => now }, report: () => undefined, maxReplicas: 1 };
      const budget = createRedisBudget(timed, { ...parts, limits, reservePercent: 0 });
      // The first question begins the window, which is closed until it has passed once.
      await budget.take("cold");
      now += limits.windowMs;
      return { budget, time: { advance: async (ms) => void (now += ms) } };
    },
    { propertyRuns: 40 },
  );
});
