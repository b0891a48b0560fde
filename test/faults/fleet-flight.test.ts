// One call for a page, however many processes are asked for it; and a process that dies while all wait for it.
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { startRedis } from "../support/redis-server.ts";
import { eventually } from "../support/redis-server.ts";
import type { Settings } from "../support/product.ts";
import { askNode, startFleet } from "./fleet.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function startUnderTest(processes: number, settings: Settings = {}) {
  const redis = await startRedis();
  stops.push(redis.stop);
  const fleet = await startFleet({ processes, redisUrl: redis.url, settings });
  stops.push(fleet.stop);
  const callCount = () => fleet.simulator.state().calls.total;
  /** A process whose Redis was silent for a quarter of a second says so and loads by itself. A busy machine makes that happen. */
  function expectOneCall() {
    const losses = fleet.nodes.flatMap((node) => node.logs()).filter((line) => line.includes('"redis.lost"')).length;
    expect(callCount()).toBeGreaterThanOrEqual(1);
    expect(callCount()).toBeLessThanOrEqual(1 + losses);
  }
  return { ...fleet, callCount, expectOneCall };
}

const path = "/v1/apps/support/sessions?per_page=100";

it("makes one call for a cold page that 250 readers want of each of 4 processes at once", async () => {
  const { nodes, simulator, expectOneCall } = await startUnderTest(4, { FRESH_LIVE_SECONDS: "3600" });
  simulator.setFaults([{ kind: "latency", latencyMs: 2_000 }]);
  const asked = nodes.flatMap((node) => Array.from({ length: 250 }, () => askNode(node, path)));
  const seen = await Promise.all(asked);
  expect(new Set(seen.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  expect(seen[0]?.status).toBe(200);
  expectOneCall();
  console.log(`a stampede of ${seen.length}: the last has its page after ${longest(seen)} ms`);
});

it("shares one failure among all who wait for a page in 4 processes", async () => {
  const { nodes, simulator, expectOneCall } = await startUnderTest(4);
  simulator.setFaults([
    { kind: "latency", latencyMs: 2_000 },
    { kind: "error", status: 500 },
  ]);
  const seen = await Promise.all(nodes.flatMap((node) => Array.from({ length: 50 }, () => askNode(node, path))));
  expect(new Set(seen.map(({ status, code }) => `${status} ${code}`))).toEqual(new Set(["502 upstream_failed"]));
  expectOneCall();
});

it("gives the readers of another process their page within the lease when the one that loads it is killed", async () => {
  const { nodes, simulator, callCount } = await startUnderTest(2);
  const [leader, follower] = nodes;
  if (!leader || !follower) throw new Error("there are two processes");
  simulator.setFaults([{ kind: "hang", times: 1 }]);
  const cutOff = askNode(leader, path);
  await eventually("the first is loading", () => simulator.state().calls.inFlight === 1);
  const startedAt = Date.now();
  const waiting = Array.from({ length: 50 }, () => askNode(follower, path));
  await sleep(500);
  expect(callCount()).toBe(1);
  await leader.kill();
  expect((await cutOff).status).toBe(0);
  const seen = await Promise.all(waiting);
  expect(seen.filter(({ status }) => status !== 200)).toEqual([]);
  expect(callCount()).toBe(2);
  console.log(`a leader killed: its followers have their page ${Date.now() - startedAt} ms after they asked`);
  // The lease is three seconds long; whoever waited for the load that was cut off would wait ten.
  expect(longest(seen)).toBeLessThan(9_500);
});

const longest = (seen: readonly { waitedMs: number }[]) => Math.ceil(Math.max(...seen.map(({ waitedMs }) => waitedMs)));
