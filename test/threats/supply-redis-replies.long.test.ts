// Row 126: bytes that no Redis sends. Whatever comes by the wire, the process lives and serves its pages, and Redis is used again once
// it answers as it should.
import { afterEach, describe, expect, it } from "vitest";
import { ownPath } from "../support/app.ts";
import { startNodeProcess } from "../support/product-node.ts";
import type { NodeProcess } from "../support/product-node.ts";
import { settingsFor, startUpstream } from "../support/product.ts";
import { testSeed } from "../support/redis-rig.ts";
import { startWorkerOver } from "../support/product-worker-redis.ts";
import type { RedisWorkerProduct } from "../support/product-worker-redis.ts";
import { eventually, pause, startRedis } from "../support/redis-server.ts";
import { chanceOf, laySpoiledWire, oddReplies } from "../support/redis-wire.ts";
import type { SpoiledWire } from "../support/redis-wire.ts";

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** Pages age at once, so that requests go on asking Redis. */
const settings = {
  FRESH_LIVE_SECONDS: "1",
  FRESH_RECENT_SECONDS: "1",
  FRESH_SETTLED_SECONDS: "1",
  STALE_SECONDS: "0",
};

/** A real redis-server and the wire to it. */
async function layWire() {
  const redis = await startRedis();
  stops.push(redis.stop);
  const wire = await laySpoiledWire(redis.port);
  stops.push(wire.stop);
  return { redis, wire };
}

type Running = Pick<NodeProcess, "url" | "logs">;

/** The Node entry. */
async function startNode(): Promise<{ running: Running; wire: SpoiledWire; isAlive: () => boolean }> {
  const { wire } = await layWire();
  const upstream = await startUpstream();
  stops.push(upstream.close);
  const running = await startNodeProcess({ ...settingsFor(upstream), ...settings, REDIS_URL: wire.url });
  stops.push(running.stop);
  let isRunning = true;
  void running.ended().then(() => (isRunning = false));
  return { running, wire, isAlive: () => isRunning };
}

/** The bundle of the Worker, whose shield has the connection. */
async function startWorker(): Promise<{ running: RedisWorkerProduct; wire: SpoiledWire; isAlive: () => boolean }> {
  const { redis, wire } = await layWire();
  const running = await startWorkerOver({ url: wire.url, cli: redis.cli }, settings);
  stops.push(running.stop);
  return { running, wire, isAlive: () => !running.logs().join("\n").includes("Uncaught") };
}

async function statusOf({ url }: Running, perPage: number): Promise<number> {
  const answer = await fetch(`${url}${ownPath}?per_page=${perPage}`);
  await answer.arrayBuffer();
  return answer.status;
}

async function untilRedisIs({ url }: Running, state: "ok" | "degraded"): Promise<void> {
  const isSo = async () => JSON.stringify(await (await fetch(`${url}/readyz`)).json()).includes(`"redis":"${state}"`);
  await eventually(`redis is ${state}`, isSo, 60_000);
}

describe.each([
  ["the Node process", startNode],
  ["the Worker", startWorker],
] as const)("row 126: bytes that no Redis sends, to %s", (_, start) => {
  it("row 126: five bytes that nobody asked for cost one connection: it lives, says so, and uses Redis again", async () => {
    const { running, wire, isAlive } = await start();
    expect(await statusOf(running, 1)).toBe(200);
    wire.inject("$-1\r\n");
    const isTold = () => running.logs().some((line) => line.includes(`"redis.lost","reason":"protocol"`));
    await eventually("the loss is told", isTold);
    expect(await statusOf(running, 2)).toBe(200);
    await untilRedisIs(running, "ok");
    expect(running.logs().join("\n")).toContain("redis.recovered");
    expect(isAlive()).toBe(true);
  });

  it("row 126: whatever is put into the replies, it lives, serves every page, and uses Redis again afterwards", async () => {
    const { running, wire, isAlive } = await start();
    const chance = chanceOf(testSeed("row 126"));
    const below = (count: number) => Math.floor(chance() * count);
    // Old pages may be shown from memory; new ones would need a budget that a spoiled Redis does not grant.
    for (let perPage = 1; perPage <= 20; perPage += 1) expect(await statusOf(running, perPage)).toBe(200);
    wire.spoil((chunk) => {
      if (chance() < 0.5) return chunk;
      const at = below(chunk.length + 1);
      const odd = Buffer.from(oddReplies[below(oddReplies.length)] ?? "", "latin1");
      switch (below(4)) {
        case 0:
          return Buffer.concat([chunk.subarray(0, at), odd, chunk.subarray(at)]);
        case 1:
          return Buffer.concat([odd, chunk]);
        case 2:
          return odd;
        default: {
          const changed = Buffer.from(chunk);
          for (let count = below(8); count >= 0; count -= 1) changed[below(changed.length)] = below(256);
          return changed;
        }
      }
    });
    const until = Date.now() + 8_000;
    while (Date.now() < until) {
      wire.inject(oddReplies[below(oddReplies.length)] ?? "");
      expect(await Promise.all([1, 2, 3, 4].map(() => statusOf(running, 1 + below(20))))).toEqual([200, 200, 200, 200]);
      expect(isAlive()).toBe(true);
      await pause(20);
    }
    wire.spoil(undefined);
    await untilRedisIs(running, "ok");
    expect(await statusOf(running, 1)).toBe(200);
    expect(isAlive()).toBe(true);
    expect(running.logs().join("\n")).toContain("redis.recovered");
  });
});
