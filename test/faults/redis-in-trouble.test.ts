// Redis fails, pages don't: two processes over a real redis-server that is killed, frozen, cut off, filled, locked and made forgetful
// while readers go on asking both.
//
// In each state: every reader gets its page, nobody waits long, the processes come back by themselves, and each change is one line
// in the log.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually, startRedis } from "../support/redis-server.ts";
import type { RedisServer } from "../support/redis-server.ts";
import { expectServed, redisChanges, redisStateOf, startFleet, startReaders } from "./fleet.ts";
import type { Fleet } from "./fleet.ts";

/** How long Redis is frozen; `TEST_FREEZE_MS=30000` for the whole half minute. */
const frozenMs = Number(process.env["TEST_FREEZE_MS"] ?? "8000");
const password = "right-password";

let redis: RedisServer;
let fleet: Fleet;
beforeAll(async () => {
  redis = await startRedis([], { password });
  fleet = await startFleet({ processes: 2, redisUrl: redis.url });
});
afterAll(async () => {
  await fleet.stop();
  await redis.stop();
});

type Trouble = {
  begin(server: RedisServer): unknown;
  lastsMs: number;
  end(server: RedisServer): unknown;
  /** Whether the processes take Redis for lost while it lasts. */
  isLoss: boolean;
};

const fill = `
for place = 1, 400 do redis.call("SET", "filler:" .. place, string.rep("x", 20000), "EX", 600) end
return redis.call("DBSIZE")`;

const troubles: Readonly<Record<string, Trouble>> = {
  "is killed with -9 and comes back empty": {
    begin: (server) => server.kill(),
    lastsMs: 3_000,
    end: (server) => server.restart(),
    isLoss: true,
  },
  "is frozen": {
    begin: (server) => server.freeze(),
    lastsMs: frozenMs,
    end: (server) => server.thaw(),
    isLoss: true,
  },
  "drops every connection": {
    begin: async (server) => {
      await server.cli("client", "kill", "type", "normal");
      await server.cli("client", "kill", "type", "pubsub");
    },
    lastsMs: 500,
    end: () => {},
    isLoss: true,
  },
  "forgets its scripts, again and again": {
    begin: async (server) => {
      for (let round = 0; round < 10; round += 1) {
        await server.cli("script", "flush");
        await sleep(100);
      }
    },
    lastsMs: 0,
    end: () => {},
    isLoss: false,
  },
  "is full and evicts": {
    begin: async (server) => {
      await server.cli("config", "set", "maxmemory-policy", "allkeys-lru");
      await server.cli("config", "set", "maxmemory", "3mb");
      for (let round = 0; round < 5; round += 1) {
        await server.cli("eval", fill, "0");
        await sleep(300);
      }
    },
    lastsMs: 500,
    end: async (server) => {
      await server.cli("config", "set", "maxmemory", "0");
      expect(await server.cli("info", "stats")).toMatch(/evicted_keys:[1-9]/);
    },
    isLoss: false,
  },
  "is full and takes no writes": {
    begin: async (server) => {
      await server.cli("config", "set", "maxmemory-policy", "noeviction");
      await server.cli("config", "set", "maxmemory", "1");
    },
    lastsMs: 2_500,
    end: (server) => server.cli("config", "set", "maxmemory", "0"),
    isLoss: true,
  },
  "has become a replica that can only be read": {
    begin: (server) => server.cli("replicaof", "127.0.0.1", "1"),
    lastsMs: 2_500,
    end: (server) => server.cli("replicaof", "no", "one"),
    isLoss: true,
  },
  "has another password": {
    begin: async (server) => {
      await server.cli("config", "set", "requirepass", "another");
      await server.cli("-a", "another", "client", "kill", "type", "normal");
    },
    lastsMs: 2_500,
    end: (server) => server.cli("-a", "another", "config", "set", "requirepass", password),
    isLoss: true,
  },
};

it.each(Object.entries(troubles))("pages are shown while Redis %s", async (name, { begin, lastsMs, end, isLoss }) => {
  const lines = fleet.nodes.map((node) => node.logs().length);
  const isBack = async () => (await Promise.all(fleet.nodes.map(redisStateOf))).every((state) => state === "ok");
  await eventually("Redis is there", isBack);
  const readers = await startReaders(fleet);
  await sleep(300);
  await begin(redis);
  if (isLoss && lastsMs > 1_000) {
    await eventually("both processes say that Redis is gone, and that they are ready", async () =>
      (await Promise.all(fleet.nodes.map(redisStateOf))).every((state) => state === "degraded"),
    );
  }
  await sleep(lastsMs);
  await end(redis);
  // One trouble soon after another is a server that flaps, which is left alone for up to half a minute.
  await eventually("both processes have come back", isBack);
  await sleep(500);
  expectServed(`Redis ${name}`, await readers.stop());
  for (const [index, node] of fleet.nodes.entries()) {
    const types = redisChanges(node, lines[index]).map(({ type }) => type);
    // Lost, recovered, and so on: never one of them twice. A machine that stalls may add losses of its own, but not one per request.
    expect(types).toEqual(types.map((_, place) => (place % 2 === 0 ? "redis.lost" : "redis.recovered")));
    expect(types.length % 2).toBe(0);
    expect(types.length).toBeGreaterThanOrEqual(isLoss ? 2 : 0);
    expect(types.length).toBeLessThanOrEqual(10);
    expect(node.logs().join("\n")).not.toContain(password);
  }
  expect(fleet.simulator.state().calls.blocked).toBe(0);
});
