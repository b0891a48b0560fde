// The black-box scenarios: what a deployment does, seen from outside, with the simulator as its upstream. The same run against every
// way of running the product; `start` says which.
import { describe } from "vitest";
import type { StartProduct } from "../support/product.ts";
import { deploymentScenarios } from "./scenarios-deployment.ts";
import { hostileScenarios } from "./scenarios-hostile.ts";
import { identityScenarios } from "./scenarios-identity.ts";
import { outageScenarios } from "./scenarios-outage.ts";
import { readingScenarios } from "./scenarios-reading.ts";
import { securityScenarios } from "./scenarios-security.ts";
import { spendingScenarios } from "./scenarios-spending.ts";

export function blackboxScenarios(name: string, start: StartProduct): void {
  describe(`${name}, reading pages`, () => {
    readingScenarios(start);
  });
  describe(`${name}, when the upstream fails`, () => {
    outageScenarios(start);
  });
  describe(`${name}, when requests run out`, () => {
    spendingScenarios(start);
  });
  describe(`${name}, when the upstream is hostile`, () => {
    hostileScenarios(start);
  });
  describe(`${name}, when a client is hostile`, () => {
    securityScenarios(start);
  });
  describe(`${name}, when callers have to say who they are`, () => {
    identityScenarios(start);
  });
  describe(`${name}, as it is deployed`, () => {
    deploymentScenarios(start);
  });
}
