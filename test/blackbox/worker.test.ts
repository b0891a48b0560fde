// The scenarios against the Worker's bundle on local workerd, and what only a Worker has.
import { describe } from "vitest";
import { startWorkerProduct } from "../support/product-worker.ts";
import { workerScenarios } from "./scenarios-worker.ts";
import { blackboxScenarios } from "./scenarios.ts";

blackboxScenarios("the Worker", startWorkerProduct);
describe("the Worker, with its shield and KV", () => {
  workerScenarios(startWorkerProduct);
});
