// The Worker entry over Redis: what `deploy/wrangler.redis.toml` deploys.
//
// problem  A connection to Redis made in one request hangs in the next, isolates come and go by the hundred, and a Worker over
//          KV should not carry a Redis client.
// choice   An entry and a configuration file of its own. The shield holds the one connection: readers look into their memory
//          and then ask the shield, which looks into Redis before it asks the upstream. The budget stays in the shield's storage
//          and its flights in its memory: it is the only spender and the only loader of its deployment, so both are exact there,
//          the whole budget can be spent, and a lost Redis closes nothing.
// refused  The budget and the lease in Redis, as Node processes have them: a round trip each, a fifth of the budget set aside,
//          and less of a service while Redis is gone, for nothing that one object does not do better.
// cost     A Worker and Node processes over one Redis share pages, but neither budget nor flights: give each its part of the
//          account's limit with UPSTREAM_BUDGET_REQUESTS. A page that a reader's memory does not have costs a call of the shield.
//
// ioredis is imported when the shield starts: a reader's isolate never runs it.
import { systemClock } from "./ground/runtime.ts";
import { createWorker, ShieldObject } from "./entries/worker-parts.ts";
import type { KeptPages, WorkerEnv } from "./entries/worker-parts.ts";
import { createPageCheck, redisPrefixOf } from "./entries/loader.ts";

const clock = systemClock;
/** The first sign of life of a Redis that is well comes sooner, also through TLS from another continent. */
const firstAnswerMsMax = 500;

const pages: KeptPages<WorkerEnv> = {
  platform: "worker-redis",
  forReader: () => undefined,
  async forShield(_env, config, report) {
    if (config.cacheStore !== "redis" || config.redis === undefined) {
      return { store: undefined, looksUp: false, checks: () => ({}) };
    }
    const [{ openRedis }, { createRedisStore }] = await Promise.all([
      import("./redis/link.ts"),
      import("./cache/store-redis.ts"),
    ]);
    const prefix = redisPrefixOf(config);
    const parts = { prefix, clock, random: Math.random, report };
    const redis = await openRedis(config.redis, parts, { waitMs: firstAnswerMsMax });
    return {
      store: createRedisStore(redis, { prefix, clock, check: createPageCheck(config) }),
      looksUp: true,
      checks: () => ({ redis: redis.isUp() ? "ok" : "degraded" }),
    };
  },
};

export class Shield extends ShieldObject {
  constructor(context: DurableObjectState, env: WorkerEnv) {
    super(context, env, pages);
  }
}

export default createWorker(pages);
