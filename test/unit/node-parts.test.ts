// What a Node process has to itself where nothing holds it together with others.
import { expect, it } from "vitest";
import { parseConfig } from "../../src/config/config.ts";
import { connectParts } from "../../src/entries/node-parts.ts";
import { createTestClock } from "../support/clock.ts";

const settings = {
  CLOUDFLARE_API_TOKEN: "test-token-not-a-secret-000000000000000000",
  CLOUDFLARE_ACCOUNT_ID: "a".repeat(32),
  REALTIMEKIT_APPS: "support=app",
  AUTH_MODE: "key",
  API_KEYS: `server=${"ab".repeat(32)}`,
};

it.each([
  ["1", 108],
  ["4", 27],
  ["1000", 1],
])(
  "without Redis each of MAX_REPLICAS=%s processes may spend its share of the budget: %i of 108",
  async (replicas, share) => {
    const config = parseConfig({ ...settings, UPSTREAM_BUDGET_REQUESTS: "108", MAX_REPLICAS: replicas }, "node");
    if (!config.ok) throw new Error(config.failure.problems.join("\n"));
    const { budget } = await connectParts(config.value, {
      clock: createTestClock(),
      random: () => 0,
      report: () => {},
    });
    let granted = 0;
    for (let call = 0; call < 200; call += 1) if ((await budget.take("old")).granted) granted += 1;
    expect(granted).toBe(share);
  },
);
