// The account's limit holds for the fleet, counted where it is spent: the upstream's own sliding window never sees more calls than the
// budget, whatever happens to Redis while readers ask for more than there is. Ours is longer by the deadline of a call.
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { eventually, startRedis } from "../support/redis-server.ts";
import { layCable } from "./cable.ts";
import { askNode, newQuestion, redisStateOf, startFleet, startReaders } from "./fleet.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

it("is never exceeded while Redis is killed, empty, frozen, or cut off from one of two processes, and something can always be spent", async () => {
  const requests = 60;
  const redis = await startRedis();
  stops.push(redis.stop);
  const cable = await layCable(redis.port);
  stops.push(cable.stop);
  const fleet = await startFleet({
    processes: 2,
    redisUrl: [redis.url, cable.url],
    settings: {
      UPSTREAM_BUDGET_REQUESTS: String(requests),
      UPSTREAM_BUDGET_WINDOW_SECONDS: "10",
      UPSTREAM_DEADLINE_MS: "3000",
      SOFT_DEADLINE_MS: "500",
    },
    upstreamBudget: { requests, windowSeconds: 10 },
  });
  stops.push(fleet.stop);
  const callCount = () => fleet.simulator.state().calls.total;
  const spent: Record<string, number> = {};
  const during = async (what: string, lastsMs: number) => {
    const before = callCount();
    await sleep(lastsMs);
    spent[what] = callCount() - before;
  };
  const isBack = async () => (await Promise.all(fleet.nodes.map(redisStateOf))).every((state) => state === "ok");

  const readers = await startReaders(fleet, { coldPerSecond: 25 });
  await during("the first window, which is closed", 13_500);
  await during("an open window", 4_000);
  cable.pull();
  await during("one cut off", 6_000);
  cable.plugIn();
  await eventually("Redis is back", isBack);
  await redis.kill();
  await during("killed", 4_000);
  await redis.restart();
  await eventually("Redis is back", isBack);
  await during("empty", 14_000);
  redis.freeze();
  await during("frozen", 6_000);
  redis.thaw();
  await eventually("Redis is back", isBack);
  await redis.cli("client", "kill", "type", "normal");
  await redis.cli("script", "flush");
  await during("dropped for a moment", 3_000);
  const seen = await readers.stop();

  const { calls, peakCallsInWindow } = fleet.simulator.state();
  console.log(`budget of ${requests}: peak ${peakCallsInWindow}; calls ${JSON.stringify(spent)}`);
  expect(peakCallsInWindow).toBeLessThanOrEqual(requests);
  expect(calls.blocked).toBe(0);
  // Four fifths in a window with Redis, shares of the rest without.
  expect(peakCallsInWindow).toBeGreaterThanOrEqual(requests / 2);
  expect(spent["frozen"]).toBeGreaterThan(0);
  // Whoever has a page to show shows it; who has none is told when to come back.
  expect(seen.filter(({ kind, status }) => kind !== "cold" && status !== 200)).toEqual([]);
  const outcomes = new Set(seen.filter(({ kind }) => kind === "cold").map(({ status, code }) => `${status} ${code}`));
  // A busy machine may be later than the short deadline.
  outcomes.delete("504 upstream_timeout");
  expect([...outcomes].toSorted()).toEqual(["200 ", "503 budget_spent"]);
});

it("is spent by four processes under thousands of different questions, and not exceeded by one call", async () => {
  const requests = 200;
  const redis = await startRedis();
  stops.push(redis.stop);
  const fleet = await startFleet({
    processes: 4,
    redisUrl: redis.url,
    settings: {
      UPSTREAM_BUDGET_REQUESTS: String(requests),
      UPSTREAM_BUDGET_WINDOW_SECONDS: "3",
      UPSTREAM_DEADLINE_MS: "4000",
    },
    upstreamBudget: { requests, windowSeconds: 3 },
  });
  stops.push(fleet.stop);
  const outcomes = new Map<string, number>();
  let asked = 0;
  const until = Date.now() + 10_000;
  const askers = fleet.nodes.flatMap((node) =>
    Array.from({ length: 10 }, async () => {
      while (Date.now() < until) {
        const { status, code } = await askNode(node, newQuestion());
        asked += 1;
        const outcome = `${status} ${code}`.trim();
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
    }),
  );
  await Promise.all(askers);
  const { calls, peakCallsInWindow } = fleet.simulator.state();
  console.log(
    `budget of ${requests}: ${JSON.stringify([...outcomes])}, ${calls.total} calls, peak ${peakCallsInWindow}`,
  );
  expect([...outcomes.keys()].toSorted()).toEqual(["200", "503 budget_spent"]);
  expect(asked).toBeGreaterThan(2 * requests);
  expect(peakCallsInWindow).toBeLessThanOrEqual(requests);
  expect(calls.blocked).toBe(0);
  // Each page that was shown was one call: nothing was asked for twice, and nothing was spent in vain.
  expect(calls.total).toBe(outcomes.get("200"));
  // They are all new questions: three quarters of what Redis grants in a window, and of the parts in the one before.
  expect(calls.total).toBeGreaterThanOrEqual((requests * 3) / 5);
});
