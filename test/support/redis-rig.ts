// Processes of a fleet as a test needs them: each link has connections of its own, and tells what it reported.
import { afterEach } from "vitest";
import { openRedis } from "../../src/redis/link.ts";
import type { RedisLink } from "../../src/redis/link.ts";
import { parseRedisUrl } from "../../src/redis/url.ts";
import { systemClock } from "../../src/ground/runtime.ts";
import type { Event, Redis } from "../../src/ground/runtime.ts";
import { eventually, startRedis } from "./redis-server.ts";

export type LinkUnderTest = RedisLink & { events: Event[] };

let nextPrefix = 0;
/** A prefix that no other test has, also not in another process. */
export const newPrefix = () => `t${nextPrefix++}-${crypto.randomUUID().slice(0, 8)}:`;

const open = new Set<RedisLink>();

export async function openTestLink(url: string, prefix = newPrefix()): Promise<LinkUnderTest> {
  const target = parseRedisUrl(url);
  if (!target.ok) throw new Error(target.failure);
  const events: Event[] = [];
  const report = (event: Event) => void events.push(event);
  const link = await openRedis(target.value, { prefix, clock: systemClock, random: Math.random, report });
  open.add(link);
  return { ...link, events };
}

export async function closeTestLinks(): Promise<void> {
  const links = [...open];
  open.clear();
  await Promise.all(links.map((link) => link.close()));
}

/** Servers that end after each test of the file or the `describe` that calls this, once the links to them are closed. `stops`: others that do. */
export function useServers() {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await closeTestLinks();
    await Promise.all(stops.splice(0).map((stop) => stop()));
  });
  const serve = async (...args: Parameters<typeof startRedis>) => {
    const server = await startRedis(...args);
    stops.push(server.stop);
    return server;
  };
  return { serve, stops };
}

/**
 * The same Redis, asked again where it counts as gone: on a busy machine that may be for a moment, and says nothing of who asks. For
 * scripts that may run twice.
 */
export function patiently(redis: LinkUnderTest): Redis {
  return {
    ...redis,
    async run(...asked) {
      for (;;) {
        await eventually("Redis is there", redis.isUp);
        const answer = await redis.run(...asked);
        if (answer.state !== "gone") return answer;
      }
    },
  };
}

/** The same Redis with a server time of the test's own: every script runs as it is but for the one command `TIME`. */
export function withServerTime(redis: Redis, now: () => number): Redis {
  return {
    ...redis,
    run(script, keys, args) {
      const [seconds, microseconds] = [Math.floor(now() / 1000), (now() % 1000) * 1000];
      return redis.run(script.replace(`redis.call("TIME")`, `{ "${seconds}", "${microseconds}" }`), keys, args);
    },
  };
}

/** Seeds are printed, so that a run can be repeated: `TEST_SEED=…`. */
export function testSeed(name: string): number {
  const given = process.env["TEST_SEED"];
  const seed = given === undefined || given === "" ? Math.floor(Math.random() * 2 ** 31) : Number(given);
  console.log(`${name}: TEST_SEED=${seed}`);
  return seed;
}
