// A limiter in front of a count that all processes share: what it tells that count and when, and what it does without it. The count
// is scripted here; real ones are in test/redis and test/workerd.
import { describe, expect, it } from "vitest";
import { createClientLimiter } from "../../src/http/limiter.ts";
import type { ClientLimiterDeps, FleetCount, Spent } from "../../src/http/limiter.ts";
import type { Event } from "../../src/runtime.ts";
import { createTestClock } from "../support/clock.ts";

type Spending = { client: string; count: number; served: number };

function setUp(given: Partial<Omit<ClientLimiterDeps, "fleet">> & Pick<FleetCount, "isCeiling"> = {}) {
  const { isCeiling = false, ...options } = given;
  const clock = createTestClock();
  const spendings: Spending[] = [];
  const events: Event[] = [];
  let answer = async (): Promise<Spent> => ({ state: "granted" });
  let deferredCount = 0;
  const fleet: FleetCount = {
    isCeiling,
    spend(client, count, served) {
      spendings.push({ client, count, served });
      return answer();
    },
  };
  const limiter = createClientLimiter({
    clock,
    fleet,
    policy: "requests",
    perMinute: 600,
    whenFailed: "open",
    share: 1,
    report: (event) => void events.push(event),
    ...options,
  });
  const take = (client = "a") => limiter.take(client, () => void (deferredCount += 1));
  return {
    clock,
    limiter,
    spendings,
    events,
    take,
    takeMany(count: number, client?: string) {
      let allowed = 0;
      for (let request = 0; request < count; request += 1) if (take(client).code === "allowed") allowed += 1;
      return allowed;
    },
    /** A caller that waits, with time moving on until it is answered. */
    async takeShared(client = "a") {
      const startedAt = clock.now();
      const asked = { isAnswered: false, waitedMs: 0 };
      const taking = limiter.takeShared(client).finally(() => {
        Object.assign(asked, { isAnswered: true, waitedMs: clock.now() - startedAt });
      });
      await clock.settle();
      while (!asked.isAnswered) await clock.advance(10);
      return { ...(await taking), waitedMs: asked.waitedMs };
    },
    answers: (next: () => Promise<Spent>) => void (answer = next),
    deferredCount: () => deferredCount,
  };
}

const granted = async (): Promise<Spent> => ({ state: "granted" });
const failed = async (): Promise<Spent> => ({ state: "failed" });
const refused = (retryAfterSeconds: number) => async (): Promise<Spent> => ({ state: "refused", retryAfterSeconds });
const never = () => new Promise<Spent>(() => undefined);
const limiterFailed = { type: "limiter.failed", policy: "requests" };

describe("slices", () => {
  it("are told after every 50th request of a client, in the background", async () => {
    const set = setUp();
    set.takeMany(49, "a");
    set.takeMany(49, "b");
    expect(set.spendings).toEqual([]);
    set.takeMany(1, "a");
    expect(set.spendings).toEqual([{ client: "a", count: 50, served: 50 }]);
    expect(set.deferredCount()).toBe(1);
    set.takeMany(51, "b");
    expect(set.spendings).toHaveLength(3);
  });

  it.each([
    [5, 1, 1],
    [60, 1, 6],
    [600, 1, 50],
    [1_000_000, 1, 50],
    [600, 100, 6],
    [600, 1_000, 1],
  ])("of %i a minute among %i processes are %i requests", (perMinute, share, slice) => {
    const set = setUp({ perMinute, share });
    set.takeMany(slice);
    expect(set.spendings).toEqual([{ client: "a", count: slice, served: slice }]);
  });

  it("cost nothing while a client asks for less than one a minute", async () => {
    const set = setUp();
    for (let minute = 0; minute < 10; minute += 1) {
      set.takeMany(49);
      await set.clock.advance(60_000);
    }
    expect(set.spendings).toEqual([]);
  });

  it("that are refused keep the client out here until it may come again, and for no longer", async () => {
    const set = setUp();
    set.answers(refused(20));
    expect(set.takeMany(50)).toBe(50);
    await set.clock.settle();
    expect(set.take()).toEqual({ code: "rate_limited", policy: "requests", perMinute: 600, retryAfterSeconds: 20 });
    await set.clock.advance(19_000);
    expect(set.take()).toMatchObject({ code: "rate_limited", retryAfterSeconds: 1 });
    await set.clock.advance(1_000);
    expect(set.take()).toMatchObject({ code: "allowed", remaining: 0 });
    expect(set.take("b")).toMatchObject({ code: "allowed" });
  });

  it("of a debt of a whole minute keep the client out for it", async () => {
    const set = setUp();
    set.answers(refused(61));
    set.takeMany(50);
    await set.clock.settle();
    expect(set.take()).toMatchObject({ retryAfterSeconds: 61 });
    await set.clock.advance(60_000);
    expect(set.take().code).toBe("rate_limited");
    await set.clock.advance(1_000);
    expect(set.take().code).toBe("allowed");
  });

  it("bring home what the client has spent elsewhere", async () => {
    const set = setUp();
    set.answers(async () => ({ state: "granted", fullInMs: 55_000 }));
    set.takeMany(50);
    await set.clock.settle();
    expect(set.take()).toEqual({ code: "allowed", remaining: 49, resetSeconds: 56 });
    expect(set.takeMany(100)).toBe(49);
  });

  it("never give a client more than this process knows it has", async () => {
    const set = setUp();
    set.answers(async () => ({ state: "granted", fullInMs: 0 }));
    expect(set.takeMany(700)).toBe(600);
    await set.clock.settle();
    expect(set.takeMany(100)).toBe(0);
  });
});

describe("a caller that waits", () => {
  it("is asked for before, with what was not told yet", async () => {
    const set = setUp();
    set.takeMany(7);
    expect(await set.takeShared()).toMatchObject({ code: "allowed", remaining: 592 });
    expect(set.spendings).toEqual([{ client: "a", count: 8, served: 7 }]);
    expect(await set.takeShared()).toMatchObject({ code: "allowed" });
    expect(set.spendings[1]).toEqual({ client: "a", count: 1, served: 0 });
  });

  it("is refused when the fleet has nothing left, and the next one without asking", async () => {
    const set = setUp({ perMinute: 60 });
    set.answers(refused(7));
    expect(await set.takeShared()).toMatchObject({ code: "rate_limited", perMinute: 60, retryAfterSeconds: 7 });
    expect(await set.takeShared()).toMatchObject({ code: "rate_limited", retryAfterSeconds: 7 });
    expect(set.spendings).toHaveLength(1);
    await set.clock.advance(7_000);
    set.answers(granted);
    expect(await set.takeShared()).toMatchObject({ code: "allowed" });
  });

  it("does not ask the fleet when this process alone has counted too much", async () => {
    const set = setUp({ perMinute: 2 });
    for (let request = 0; request < 5; request += 1) await set.takeShared();
    expect(set.spendings).toHaveLength(2);
  });

  it("waits a quarter of a second at the most", async () => {
    const set = setUp();
    set.answers(never);
    expect(await set.takeShared()).toMatchObject({ code: "allowed", waitedMs: 250 });
    expect(set.events).toEqual([limiterFailed]);
  });

  it("learns that a count throws as it learns that it fails", async () => {
    const set = setUp();
    set.answers(async () => {
      throw new Error("no such table");
    });
    expect(await set.takeShared()).toMatchObject({ code: "allowed" });
    expect(set.events).toEqual([limiterFailed]);
  });
});

describe("a count that fails", () => {
  it("is reported once, and again only after it was well", async () => {
    const set = setUp();
    set.answers(failed);
    for (let second = 0; second < 5; second += 1) {
      set.takeMany(10, `client ${second}`);
      await set.takeShared();
      await set.clock.advance(1_000);
    }
    expect(set.events).toEqual([limiterFailed]);
    set.answers(granted);
    await set.takeShared();
    set.answers(failed);
    await set.takeShared();
    expect(set.events).toEqual([limiterFailed, limiterFailed]);
  });

  it("is asked once a second, and nobody waits for it in between", async () => {
    const set = setUp();
    set.answers(never);
    await set.takeShared();
    for (let request = 0; request < 20; request += 1) {
      expect(await set.takeShared(`client ${request}`)).toMatchObject({ code: "allowed", waitedMs: 0 });
      set.take();
    }
    expect(set.spendings).toHaveLength(1);
    await set.clock.advance(1_000);
    const probing = [1, 2, 3].map(async () => set.limiter.takeShared("a"));
    await set.clock.advance(250);
    await Promise.all(probing);
    expect(set.spendings).toHaveLength(2);
  });

  it("is asked again by hits alone", async () => {
    const set = setUp({ whenFailed: "closed", share: 100 });
    set.answers(failed);
    await set.takeShared("b");
    set.answers(granted);
    await set.clock.advance(1_000);
    set.take();
    await set.clock.settle();
    // The one that asked was weighed as a hundred, as all while the count failed.
    expect(set.takeMany(600)).toBe(500);
  });

  it("leaves everybody the whole limit of this process when it is open", async () => {
    const set = setUp({ whenFailed: "open", share: 10 });
    set.answers(failed);
    await set.takeShared();
    expect(set.takeMany(700)).toBe(599);
  });

  it("leaves everybody this process's share when it is closed, so that the fleet stays within the limit", async () => {
    const set = setUp({ whenFailed: "closed", share: 10 });
    set.answers(failed);
    expect(await set.takeShared()).toEqual({ code: "allowed", remaining: 59, resetSeconds: 1, waitedMs: 0 });
    expect(set.takeMany(700)).toBe(59);
    expect(set.take()).toMatchObject({ code: "rate_limited", retryAfterSeconds: 1 });
    await set.clock.advance(1_000);
    expect(set.takeMany(10)).toBe(1);
    expect(set.takeMany(700, "b")).toBe(60);
  });

  it("leaves everybody one request a minute in the largest fleet", async () => {
    const set = setUp({ whenFailed: "closed", share: 1_000 });
    set.answers(failed);
    await set.takeShared("b");
    expect(set.takeMany(10)).toBe(1);
    await set.clock.advance(60_000);
    expect(set.takeMany(10)).toBe(1);
  });

  it("counts nobody twice who was counted before it was found out", async () => {
    const set = setUp({ whenFailed: "closed", perMinute: 10, share: 5 });
    set.answers(failed);
    expect((await set.takeShared()).code).toBe("allowed");
    expect((await set.takeShared()).code).toBe("allowed");
    expect((await set.takeShared()).code).toBe("rate_limited");
  });
});

describe("a ceiling", () => {
  it("is asked by who waits, one request at a time, and never by a hit", async () => {
    const set = setUp({ isCeiling: true, perMinute: 60 });
    set.takeMany(30);
    await set.takeShared();
    expect(set.spendings).toEqual([{ client: "a", count: 1, served: 0 }]);
  });

  it("refuses what asked it, and no hit", async () => {
    const set = setUp({ isCeiling: true });
    set.answers(refused(60));
    expect(await set.takeShared()).toMatchObject({ code: "rate_limited", retryAfterSeconds: 60 });
    expect(await set.takeShared()).toMatchObject({ code: "rate_limited" });
    expect(set.spendings).toHaveLength(2);
    expect(set.take()).toMatchObject({ code: "allowed", remaining: 599 });
  });

  it("that fails refuses what asked it when it is closed, for a second or two, and no hit", async () => {
    const set = setUp({ isCeiling: true, whenFailed: "closed", share: 10 });
    set.answers(failed);
    expect(await set.takeShared()).toMatchObject({ code: "rate_limited", retryAfterSeconds: 1 });
    expect(await set.takeShared()).toMatchObject({ code: "rate_limited", retryAfterSeconds: 1 });
    expect(set.spendings).toHaveLength(1);
    expect(set.takeMany(700)).toBe(600);
    expect(set.events).toEqual([limiterFailed]);
    await set.clock.advance(1_000);
    set.answers(granted);
    expect(await set.takeShared("b")).toMatchObject({ code: "allowed" });
    expect(await set.takeShared("b")).toMatchObject({ code: "allowed" });
  });

  it("that fails lets everybody through when it is open, with an event", async () => {
    const set = setUp({ isCeiling: true, whenFailed: "open" });
    set.answers(failed);
    expect(await set.takeShared()).toMatchObject({ code: "allowed", remaining: 599 });
    expect(await set.takeShared()).toMatchObject({ code: "allowed", remaining: 598 });
    expect(set.events).toEqual([limiterFailed]);
  });
});
