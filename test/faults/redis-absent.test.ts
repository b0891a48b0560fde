// Redis that is not there when a process starts, that refuses its password, or that is a cluster without one of its nodes: pages are
// shown, and Redis is used as soon as it can be.
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { eventually, startRedis, startRedisCluster } from "../support/redis-server.ts";
import { expectServed, redisChanges, redisStateOf, startFleet, startReaders } from "./fleet.ts";
import type { Fleet } from "./fleet.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function startUnderTest(redisUrl: string): Promise<Fleet> {
  const fleet = await startFleet({ processes: 2, redisUrl });
  stops.push(fleet.stop);
  return fleet;
}

async function expectState({ nodes }: Fleet, state: "ok" | "degraded"): Promise<void> {
  const isSo = async () => (await Promise.all(nodes.map(redisStateOf))).every((other) => other === state);
  await eventually(`Redis is ${state} for every process`, isSo);
}

it("starts without Redis, shows pages, and uses it once it is there", async () => {
  const redis = await startRedis();
  stops.push(redis.stop);
  await redis.kill();
  const fleet = await startUnderTest(redis.url);
  await expectState(fleet, "degraded");
  const readers = await startReaders(fleet);
  await sleep(1_500);
  for (const node of fleet.nodes) {
    expect(redisChanges(node)).toEqual([{ type: "redis.lost", reason: "econnrefused" }]);
  }
  await redis.restart();
  await expectState(fleet, "ok");
  await sleep(500);
  expectServed("connections refused at start", await readers.stop());
  for (const node of fleet.nodes) {
    expect(redisChanges(node).map(({ type }) => type)).toEqual(["redis.lost", "redis.recovered"]);
  }
  expect(await redis.cli("dbsize")).not.toBe("0");
});

it("shows pages with a password that Redis refuses, says so once, and never shows the password", async () => {
  const redis = await startRedis([], { password: "right-password" });
  stops.push(redis.stop);
  const fleet = await startUnderTest(redis.url.replace("right-password", "wrong-password"));
  await expectState(fleet, "degraded");
  const readers = await startReaders(fleet);
  await sleep(2_500);
  expectServed("a wrong password", await readers.stop());
  for (const node of fleet.nodes) {
    expect(redisChanges(node)).toEqual([{ type: "redis.lost", reason: "wrongpass" }]);
    expect(node.logs().join("\n")).not.toMatch(/right-password|wrong-password/);
  }
});

it("shows pages while a cluster has lost one of its nodes, and uses all of it when the node is back", async () => {
  const cluster = await startRedisCluster(["--cluster-require-full-coverage", "no"]);
  stops.push(cluster.stop);
  const fleet = await startUnderTest(cluster.url);
  await expectState(fleet, "ok");
  const readers = await startReaders(fleet);
  await sleep(500);
  await cluster.nodes[1]?.kill();
  await expectState(fleet, "degraded");
  await sleep(3_000);
  await cluster.nodes[1]?.restart();
  await expectState(fleet, "ok");
  await sleep(500);
  expectServed("a cluster without one of its nodes", await readers.stop());
  for (const node of fleet.nodes) {
    const types = redisChanges(node).map(({ type }) => type);
    expect(types).toEqual(types.map((_, place) => (place % 2 === 0 ? "redis.lost" : "redis.recovered")));
    expect(types.length).toBeLessThanOrEqual(10);
  }
});
