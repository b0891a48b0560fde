// What one client may ask in this process: the bucket, the ceiling above it, who a client is, and the headers.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allowanceHeaders, policyHeaders } from "../../src/http/rate-limit.ts";
import { clientOf } from "../../src/limits/client.ts";
import { createClientLimiter } from "../../src/limits/limiter.ts";
import type { Ceiling } from "../../src/limits/limiter.ts";
import type { Event } from "../../src/ground/runtime.ts";
import { createTestClock } from "../support/clock.ts";

const ignore = () => undefined;

function setUp(perMinute: number) {
  const clock = createTestClock();
  let aheadMs = 0;
  const limiter = createClientLimiter({
    clock: { ...clock, now: () => clock.now() + aheadMs },
    policy: "requests",
    perMinute,
    report: ignore,
  });
  const take = (client = "somebody") => limiter.take(client);
  const takeMany = (count: number, client?: string) => {
    let allowed = 0;
    for (let request = 0; request < count; request += 1) if (take(client).code === "allowed") allowed += 1;
    return allowed;
  };
  return { clock, limiter, take, takeMany, setClock: (ms: number) => void (aheadMs += ms) };
}

describe("a client's bucket", () => {
  it("counts down with every request and refuses the one after the last, with the time until the next", () => {
    const { take } = setUp(5);
    for (let remaining = 4; remaining >= 0; remaining -= 1) {
      expect(take()).toEqual({ code: "allowed", remaining, resetSeconds: 12 * (5 - remaining) });
    }
    expect(take()).toEqual({
      code: "rate_limited",
      policy: "requests",
      quota: 5,
      windowSeconds: 60,
      retryAfterSeconds: 12,
    });
  });

  it("is refilled evenly, and a client that waits as long as it was told is let in again", async () => {
    const { clock, take } = setUp(5);
    for (let request = 0; request < 5; request += 1) take();
    await clock.advance(11_000);
    expect(take()).toMatchObject({ code: "rate_limited", retryAfterSeconds: 1 });
    await clock.advance(1_000);
    expect(take()).toEqual({ code: "allowed", remaining: 0, resetSeconds: 60 });
    expect(take().code).toBe("rate_limited");
  });

  it("says that the whole limit is there again when it is", async () => {
    const { clock, take } = setUp(600);
    for (let request = 0; request < 25; request += 1) take();
    expect(take()).toEqual({ code: "allowed", remaining: 574, resetSeconds: 3 });
    await clock.advance(3_000);
    expect(take()).toEqual({ code: "allowed", remaining: 599, resetSeconds: 1 });
  });

  it("is one client's alone", () => {
    const { take, takeMany } = setUp(3);
    expect(takeMany(10, "one")).toBe(3);
    expect(take("another")).toMatchObject({ code: "allowed", remaining: 2 });
  });

  it.each([1, 7, 60, 600, 999, 30_000])("holds exactly %i requests, however they are refilled", (perMinute) => {
    const { takeMany } = setUp(perMinute);
    expect(takeMany(perMinute + 10)).toBe(perMinute);
  });

  it("keeps nobody out for longer than a minute when the clock is set back", () => {
    const { takeMany, take, setClock } = setUp(60);
    expect(takeMany(100)).toBe(60);
    setClock(-3_600_000);
    expect(take()).toMatchObject({ code: "rate_limited", retryAfterSeconds: 1 });
    setClock(60_000);
    expect(takeMany(100)).toBe(60);
  });

  it("is not filled faster by a clock that is set back and forth", () => {
    const { takeMany, setClock } = setUp(60);
    expect(takeMany(100)).toBe(60);
    setClock(-30_000);
    expect(takeMany(100)).toBe(0);
    setClock(30_000);
    expect(takeMany(100)).toBe(0);
  });

  it("is remembered for the 50,000 clients that asked last", async () => {
    const { clock, take } = setUp(1);
    take("early");
    take("often");
    for (let client = 0; client < 49_998; client += 1) {
      if (client === 1_000) {
        await clock.advance(1_000);
        take("often");
      }
      take(`client ${client}`);
    }
    expect(take("often").code).toBe("rate_limited");
    take("one more");
    expect(take("early").code).toBe("allowed");
    expect(take("often").code).toBe("rate_limited");
  });

  it("lets through no more than its burst and its refill, in any span of any traffic", () => {
    const wait = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 20_000 }));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.array(wait, { maxLength: 200 }), (perMinute, waits) => {
        const { take, setClock } = setUp(perMinute);
        let now = 0;
        const allowedAt: number[] = [];
        for (const ms of waits) {
          setClock(ms);
          now += ms;
          if (take().code === "allowed") allowedAt.push(now);
        }
        for (const [first, start] of allowedAt.entries()) {
          for (const [last, end] of allowedAt.entries()) {
            if (last < first) continue;
            expect(last - first + 1).toBeLessThanOrEqual(perMinute + ((end - start) * perMinute) / 60_000 + 0.001);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  it("has a ticket more when one is given back", () => {
    const { limiter, takeMany } = setUp(2);
    expect(takeMany(5)).toBe(2);
    limiter.giveBack("somebody");
    expect(takeMany(5)).toBe(1);
  });
});

describe("the ceiling above the buckets", () => {
  function setUpCeiling(whenFailed: "open" | "closed", answers: Awaited<ReturnType<Ceiling["ask"]>>[]) {
    const clock = createTestClock();
    const events: Event[] = [];
    let asked = 0;
    const ceiling: Ceiling = {
      ask: async () => {
        const answer = answers[Math.min(asked, answers.length - 1)] ?? "granted";
        asked += 1;
        return answer;
      },
    };
    const report = (event: Event) => void events.push(event);
    const deps = { clock, policy: "requests", perMinute: 3, ceiling, whenFailed, report } as const;
    const limiter = createClientLimiter(deps);
    const codes = async (count: number) => {
      const seen: string[] = [];
      for (let request = 0; request < count; request += 1) seen.push((await limiter.takeBelowCeiling("a")).code);
      return seen;
    };
    return { clock, events, limiter, codes, asked: () => asked };
  }

  it("is not there: the bucket alone decides", async () => {
    const { limiter } = setUp(2);
    const taken = [limiter.takeBelowCeiling("a"), limiter.takeBelowCeiling("a"), limiter.takeBelowCeiling("a")];
    expect((await Promise.all(taken)).map(({ code }) => code)).toEqual(["allowed", "allowed", "rate_limited"]);
  });

  it("is asked by what the bucket lets through, and by nothing else", async () => {
    const { codes, asked, limiter } = setUpCeiling("open", ["granted"]);
    limiter.take("a");
    expect(await codes(4)).toEqual(["allowed", "allowed", "rate_limited", "rate_limited"]);
    expect(asked()).toBe(2);
  });

  it("refuses for almost a minute, and what it refuses is not taken from the bucket", async () => {
    const { codes, limiter } = setUpCeiling("open", ["refused"]);
    expect(await limiter.takeBelowCeiling("a")).toMatchObject({ code: "rate_limited", retryAfterSeconds: 59 });
    expect(await codes(5)).toEqual(Array<string>(5).fill("rate_limited"));
    expect(limiter.take("a")).toMatchObject({ code: "allowed", remaining: 2 });
  });

  it.each(["open", "closed"] as const)(
    "that fails is reported once and asked again after a second: %s",
    async (whenFailed) => {
      const { codes, events, asked, clock } = setUpCeiling(whenFailed, ["failed", "failed", "granted"]);
      const expected = whenFailed === "open" ? "allowed" : "rate_limited";
      expect(await codes(2)).toEqual([expected, expected]);
      expect(asked()).toBe(1);
      await clock.advance(1_001);
      expect(await codes(1)).toEqual([expected]);
      await clock.advance(61_000);
      expect(await codes(1)).toEqual(["allowed"]);
      expect(asked()).toBe(3);
      expect(events).toEqual([{ type: "limiter.failed", policy: "requests" }]);
    },
  );
});

describe("the client that an address stands for", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:192.0.2.1", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:0001:0002:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"],
    ["2001:db8:1:2::1", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    [undefined, "unknown"],
    ["", "unknown"],
    ["1".repeat(65), "unknown"],
  ])("of %s is %s", (address, client) => {
    expect(clientOf(address)).toBe(client);
  });

  it("is one for a whole /64, however its addresses are spelled, and another for the next", () => {
    const group = fc.integer({ min: 0, max: 0xffff });
    const spell = (groups: readonly number[], isLong: boolean) =>
      groups.map((part) => (isLong ? part.toString(16).padStart(4, "0").toUpperCase() : part.toString(16))).join(":");
    fc.assert(
      fc.property(
        fc.tuple(group, group, group, group),
        fc.array(group, { minLength: 4, maxLength: 4 }),
        fc.array(group, { minLength: 4, maxLength: 4 }),
        fc.boolean(),
        (network, one, other, isLong) => {
          expect(clientOf(spell([...network, ...one], isLong))).toBe(clientOf(spell([...network, ...other], false)));
          const next: readonly number[] = [network[0], network[1], network[2], network[3] ^ 1];
          expect(clientOf(spell([...next, ...one], false))).not.toBe(clientOf(spell([...network, ...one], false)));
        },
      ),
    );
  });
});

describe("the headers", () => {
  it("name the policy, what is left of it, and when it is whole again", () => {
    const { limiter, take } = setUp(600);
    const allowed = take();
    if (allowed.code !== "allowed") throw new Error("refused");
    expect({ ...allowanceHeaders(limiter, allowed), ...policyHeaders(limiter) }).toEqual({
      ratelimit: '"requests";r=599;t=1',
      "ratelimit-policy": '"requests";q=600;w=60',
    });
  });
});
