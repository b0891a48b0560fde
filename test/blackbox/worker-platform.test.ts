// The scenarios of the platform against the Worker's bundle, and what only a Worker has.
import { describe } from "vitest";
import { startWorkerProduct } from "../support/product-worker.ts";
import { workerScenarios } from "./scenarios-worker.ts";
import { platformScenarios } from "./scenarios.ts";

platformScenarios("the Worker", startWorkerProduct);
describe("the Worker, with its shield and KV", () => {
  workerScenarios(startWorkerProduct);
});
