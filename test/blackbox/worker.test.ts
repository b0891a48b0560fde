// The scenarios against the Worker's bundle on local workerd.
import { startWorkerProduct } from "../support/product-worker.ts";
import { storeScenarios } from "./scenarios.ts";

storeScenarios("the Worker", startWorkerProduct);
