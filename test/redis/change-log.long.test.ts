// The log of changes over Redis, with a million tags.
import { afterAll, beforeAll } from "vitest";
import { createRedisJournal } from "../../src/cache/change-log-redis.ts";
import { changeLogContract } from "../contract/change-log-contract.ts";
import { closeTestLinks, newPrefix, openTestLink, patiently } from "../support/redis-rig.ts";
import { sharedRedis } from "../support/redis-server.ts";

let redis: Awaited<ReturnType<typeof openTestLink>>;
let stop = async () => {};

beforeAll(async () => {
  const server = await sharedRedis();
  stop = server.stop;
  redis = await openTestLink(server.url);
});
afterAll(async () => {
  await closeTestLinks();
  await stop();
});

changeLogContract(
  "createRedisJournal",
  {
    makeJournal: async () => createRedisJournal(patiently(redis), { prefix: newPrefix() }),
    now: () => Date.now(),
  },
  { propertyRuns: 300, touches: 1_000 },
);
