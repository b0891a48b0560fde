// A server that speaks the protocol and answers otherwise than Redis would: nobody is kept waiting, nothing is thrown, and each adapter
// does what it does without Redis.
import { createServer } from "node:net";
import type { Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createRedisCoalescer } from "../../src/cache/coalescer-redis.ts";
import { createRedisStore } from "../../src/cache/store-redis.ts";
import { systemClock } from "../../src/ground/runtime.ts";
import type { Redis } from "../../src/ground/runtime.ts";
import { createRedisBudget } from "../../src/upstream/budget-redis.ts";
import { openCheck } from "../support/entry-check.ts";
import { closeTestLinks, newPrefix, openTestLink } from "../support/redis-rig.ts";

const servers: Server[] = [];
afterEach(async () => {
  await closeTestLinks();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

/** Knows INFO and the probe; answers all else with `reply`, and a subscription never. */
async function startOddServer(reply: string): Promise<string> {
  const info = "redis_version:7.0.0\r\n";
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.on("data", (data) => {
      for (const command of data
        .toString("latin1")
        .split(/(?=\*\d+\r\n\$\d+\r\n(?:info|get|eval|evalsha|subscribe|quit)\r\n)/i)) {
        const name = /^\*\d+\r\n\$\d+\r\n(\w+)/.exec(command)?.[1]?.toLowerCase();
        if (name === "info") socket.write(`$${info.length}\r\n${info}\r\n`);
        else if (name === "quit" || command.includes(":probe")) socket.write("+OK\r\n");
        else if (name === "get" || name === "eval" || name === "evalsha") socket.write(reply);
      }
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return `redis://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

/** What each adapter makes of it, asked twice: at first by the script, then by its hash. */
async function walk(redis: Redis) {
  const [prefix, clock] = [newPrefix(), systemClock];
  const nothing = async () => undefined;
  const sharing = { fromPage: nothing, toText: () => undefined, fromText: () => undefined };
  const store = createRedisStore(redis, { prefix, clock, check: openCheck });
  const coalescer = createRedisCoalescer<string>(redis, { prefix, clock, sharing });
  const budget = createRedisBudget(redis, { prefix, clock, report: () => undefined, maxReplicas: 1 });
  const entry = {
    position: 0,
    fetchedAt: 0,
    freshUntil: 0,
    staleUntil: 0,
    errorUntil: 0,
    sequence: 0,
    etag: "",
    body: new Uint8Array(0),
  };
  const seen = [];
  for (let round = 0; round < 2; round += 1) {
    const found = await store.get("page");
    await store.put("page", entry);
    const { value, role } = await coalescer.run("page", async () => "loaded");
    const { granted } = await budget.take("cold");
    seen.push({ found: found.state, value, role, granted });
  }
  await budget.freeze(1);
  return seen;
}

describe("a reply that no Redis gives", () => {
  it.each([
    ["nil", "$-1\r\n", "absent"],
    ["a nil list", "*-1\r\n", "absent"],
    ["a nil of RESP3", "_\r\n", "absent"],
    ["a number", ":7\r\n", "rejected"],
    ["a number beyond all", ":9999999999999999999999\r\n", "rejected"],
    ["a text", "+OK\r\n", "rejected"],
    ["bytes", "$4\r\nlead\r\n", "rejected"],
    ["no bytes", "$0\r\n\r\n", "rejected"],
    ["an empty list", "*0\r\n", "rejected"],
    ["a list of numbers", "*3\r\n:1\r\n:2\r\n:3\r\n", "rejected"],
    ["a list of lists", "*1\r\n*1\r\n*1\r\n:1\r\n", "rejected"],
    ["a list with an error in it", "*2\r\n$4\r\nlead\r\n-ERR no\r\n", "rejected"],
    ["a page that is none", "*1\r\n$4\r\npage\r\n", "rejected"],
    ["a page of no bytes", "*2\r\n$4\r\npage\r\n$0\r\n\r\n", "rejected"],
    ["the same page for ever", "*2\r\n$4\r\npage\r\n$4\r\njunk\r\n", "rejected"],
    ["an outcome that is none", "*1\r\n$4\r\ntold\r\n", "rejected"],
    ["a grant of nothing", "*1\r\n$7\r\ngranted\r\n", "rejected"],
    ["a map", "%1\r\n+a\r\n:1\r\n", "absent"],
    ["a boolean", "#t\r\n", "absent"],
    ["an error about the key", "-WRONGTYPE Operation against a key\r\n", "rejected"],
    ["an error", "-ERR odd\r\n", "rejected"],
    ["an error of the server", "-NOPERM no\r\n", "absent"],
    ["an error without a word", "-\r\n", "absent"],
    ["no end", "$99999999\r\n", "absent"],
    ["another protocol", "HTTP/1.1 400 Bad Request\r\n\r\n", "absent"],
  ])("%s is survived", async (_, reply, found) => {
    const link = await openTestLink(await startOddServer(reply));
    expect(link.isUp()).toBe(true);
    const [first, second] = await walk(link);
    expect(first).toEqual({ found, value: "loaded", role: "leader", granted: true });
    expect(second).toMatchObject({ value: "loaded", role: "leader", granted: true });
  });
});
