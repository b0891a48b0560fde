// The scenarios against the bundle of the Worker over Redis.
import { startRedisWorkerProduct } from "../support/product-worker-redis.ts";
import { storeScenarios } from "./scenarios.ts";

storeScenarios("the Worker, over Redis", startRedisWorkerProduct);
