// The scenarios of the platform against a Node process.
import { startNodeProduct } from "../support/product-node.ts";
import { platformScenarios } from "./scenarios.ts";

platformScenarios("the Node process", startNodeProduct);
