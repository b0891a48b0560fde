// The black-box scenarios: what a deployment does, seen from outside, with the simulator as its upstream; `start` says how it is run.
//
// What depends on where pages and counts are kept runs against every way of running the product. What does not (who is let in, what a
// hostile client can do) runs against each platform once, over the store that is there without Redis.
// A hostile upstream is the matter of `threats/upstream-scenarios.ts`.
import { describe } from "vitest";
import type { StartProduct } from "../support/product.ts";
import { deploymentScenarios } from "./scenarios-deployment.ts";
import { exportScenarios } from "./scenarios-export.ts";
import { identityScenarios } from "./scenarios-identity.ts";
import { liveScenarios } from "./scenarios-live.ts";
import { loginScenarios } from "./scenarios-login.ts";
import { outageScenarios } from "./scenarios-outage.ts";
import { purgeScenarios } from "./scenarios-purge.ts";
import { readingScenarios } from "./scenarios-reading.ts";
import { securityScenarios } from "./scenarios-security.ts";
import { spendingScenarios } from "./scenarios-spending.ts";
import { webhookScenarios } from "./scenarios-webhooks.ts";

/** For every way of running the product. */
export function storeScenarios(name: string, start: StartProduct): void {
  describe(`${name}, reading pages`, () => {
    readingScenarios(start);
  });
  describe(`${name}, when the upstream fails`, () => {
    outageScenarios(start);
  });
  describe(`${name}, when requests run out`, () => {
    spendingScenarios(start);
  });
  describe(`${name}, as it is deployed`, () => {
    deploymentScenarios(start);
  });
  describe(`${name}, when an operator purges`, () => {
    purgeScenarios(start);
  });
}

/** For every platform. */
export function platformScenarios(name: string, start: StartProduct): void {
  describe(`${name}, when a client is hostile`, () => {
    securityScenarios(start);
  });
  describe(`${name}, when callers have to say who they are`, () => {
    identityScenarios(start);
  });
  describe(`${name}, when people log in`, () => {
    loginScenarios(start);
  });
  describe(`${name}, when RealtimeKit tells what happened`, () => {
    webhookScenarios(start);
  });
  describe(`${name}, when pages are listened to`, () => {
    liveScenarios(start);
  });
  describe(`${name}, when lists are exported`, () => {
    exportScenarios(start);
  });
}
