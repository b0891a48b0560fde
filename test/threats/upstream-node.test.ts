// The hostile upstream against a Node process.
import { startNodeProduct } from "../support/product-node.ts";
import { upstreamThreats } from "./upstream-scenarios.ts";

upstreamThreats("a Node process", startNodeProduct);
