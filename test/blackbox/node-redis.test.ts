// The scenarios against a Node process over a real Redis, and what Redis remembers while the process does not.
import { describe } from "vitest";
import { startNodeProductOverRedis } from "../support/product-node.ts";
import { redisScenarios } from "./scenarios-redis.ts";
import { storeScenarios } from "./scenarios.ts";

storeScenarios("the Node process, over Redis", startNodeProductOverRedis);
describe("the Node process, over Redis, when it restarts", () => {
  redisScenarios(startNodeProductOverRedis);
});
