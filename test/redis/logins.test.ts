// The record of logins in Redis: the contract, and what is said when Redis is gone or holds junk.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../src/ground/runtime.ts";
import { createRedisLogins } from "../../src/login/logins-redis.ts";
import { loginsContract } from "../contract/logins-contract.ts";
import { closeTestLinks, newPrefix, openTestLink, patiently } from "../support/redis-rig.ts";
import type { LinkUnderTest } from "../support/redis-rig.ts";
import { startRedis } from "../support/redis-server.ts";
import type { RedisServer } from "../support/redis-server.ts";

let server: RedisServer;
let link: LinkUnderTest;
const prefix = newPrefix();
const clock = systemClock;
const report = () => {};

beforeAll(async () => {
  server = await startRedis();
  link = await openTestLink(server.url, prefix);
});
afterAll(async () => {
  await closeTestLinks();
  await server.stop();
});

loginsContract("Redis", {
  make: async () => createRedisLogins(patiently(link), { prefix, clock, report }),
  now: clock.now,
});

describe("the record of logins in Redis", () => {
  it("is the same for every process", async () => {
    const other = await openTestLink(server.url, prefix);
    const [here, there] = [link, other].map((one) => createRedisLogins(patiently(one), { prefix, clock, report }));
    await here?.record({ id: "shared", owners: ["person"], until: clock.now() + 600_000 });
    expect(await there?.isLive("shared")).toBe(true);
    await there?.endAllOf("person");
    expect(await here?.isLive("shared")).toBe(false);
  });

  it("keeps no login beyond its end, and nothing of whose it is", async () => {
    const logins = createRedisLogins(patiently(link), { prefix, clock, report });
    await logins.record({ id: "ending", owners: ["person-2"], until: clock.now() + 600_000 });
    const ttl = await patiently(link).run(
      `return { redis.call("PTTL", KEYS[1]), redis.call("PTTL", KEYS[2]), redis.call("GET", KEYS[1]) }`,
      [`${prefix}{logins}:ending`, `${prefix}{logins}:of:person-2`],
      [],
    );
    expect(ttl.state).toBe("answered");
    const [own, owner, value] = ttl.state === "answered" && Array.isArray(ttl.value) ? ttl.value : [];
    for (const left of [own, owner]) {
      expect(left).toBeGreaterThan(500_000);
      expect(left).toBeLessThanOrEqual(600_000);
    }
    expect(new TextDecoder().decode(value)).toBe("1");
  });

  it("is not put out by a value of another kind where its own should be", async () => {
    const logins = createRedisLogins(patiently(link), { prefix, clock, report });
    await patiently(link).run(`return redis.call("SET", KEYS[1], "junk")`, [`${prefix}{logins}:of:person-3`], []);
    expect(await logins.endAllOf("person-3")).toBe(true);
    expect(await logins.record({ id: "after", owners: ["person-3"], until: clock.now() + 600_000 })).toBe(true);
    expect(await logins.endAllOf("person-3")).toBe(true);
    expect(await logins.isLive("after")).toBe(false);
  });

  it("says of nothing that it is live, ended or recorded while Redis is gone", async () => {
    const own = await startRedis();
    const lost = await openTestLink(own.url, prefix);
    const events: string[] = [];
    const logins = createRedisLogins(lost, { prefix, clock, report: (event) => void events.push(event.type) });
    await own.stop();
    expect(await logins.isLive("one")).toBeUndefined();
    expect(await logins.record({ id: "one", owners: [], until: clock.now() + 600_000 })).toBe(false);
    expect(await logins.endAllOf("person")).toBe(false);
    expect(new Set(events)).toEqual(new Set(["login.storeFailed"]));
  });
});
