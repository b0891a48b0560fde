// Who waits for Redis and how long, under a test clock and over a client that answers when the test says so.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RedisClient } from "../../src/redis/client.ts";
import { openLink } from "../../src/redis/link.ts";
import type { Event, RedisAnswer } from "../../src/ground/runtime.ts";
import { createTestClock } from "../support/clock.ts";

const bytes = new Uint8Array([1]);

/** A link that is up. Reads are answered by the test, scripts at once while `isServing`. */
async function openScriptedLink() {
  const clock = createTestClock();
  const asked: PromiseWithResolvers<unknown>[] = [];
  const events: Event[] = [];
  let stepMs = 0;
  let isServing = true;
  let probeCount = 0;
  const client: RedisClient = {
    get() {
      const reply = Promise.withResolvers<unknown>();
      asked.push(reply);
      return reply.promise;
    },
    evaluate: async () => {
      probeCount += 1;
      return isServing ? "OK" : new Promise(() => {});
    },
    listen: () => {},
    onFault: () => {},
    quit: async () => {},
    disconnect: () => {},
  };
  const link = await openLink(
    client,
    {
      prefix: "t:",
      clock: { now: () => clock.now() + stepMs, timer: clock.timer },
      random: () => 0.5,
      report: (event) => void events.push(event),
    },
    1_000,
  );
  await clock.advance(1_000);
  /** What the question came to, once it came to something. */
  const ask = () => {
    const question: { answer?: RedisAnswer<Uint8Array | null>["state"] } = {};
    void link.get("page").then(({ state }) => (question.answer = state));
    return question;
  };
  return {
    link,
    clock,
    asked,
    events,
    ask,
    probeCount: () => probeCount,
    stepClock: (ms: number) => void (stepMs += ms),
    serve: (does: boolean) => void (isServing = does),
  };
}

describe("the link to Redis", () => {
  it("gives a question up after a quarter of a second, and with it all that wait, at once and reported once", async () => {
    const { link, clock, ask, serve, events } = await openScriptedLink();
    serve(false);
    const first = ask();
    await clock.advance(200);
    const second = ask();
    await clock.advance(49);
    expect([first.answer, second.answer]).toEqual([undefined, undefined]);
    await clock.advance(1);
    expect([first.answer, second.answer]).toEqual(["gone", "gone"]);
    expect(events).toEqual([{ type: "redis.lost", reason: "late" }]);
    expect(link.isUp()).toBe(false);
    expect(await link.get("page")).toEqual({ state: "gone" });
  });

  it("gives each question a quarter of a second of its own", async () => {
    const { clock, ask, asked } = await openScriptedLink();
    const first = ask();
    await clock.advance(100);
    const second = ask();
    asked[0]?.resolve(bytes);
    await clock.advance(249);
    expect([first.answer, second.answer]).toEqual(["answered", undefined]);
    await clock.advance(1);
    expect(second.answer).toBe("gone");
  });

  it("takes an answer that comes with the last of the time", async () => {
    const { link, clock, ask, asked } = await openScriptedLink();
    const question = ask();
    await clock.advance(249);
    asked[0]?.resolve(bytes);
    await clock.advance(1_000);
    expect(question.answer).toBe("answered");
    expect(link.isUp()).toBe(true);
  });

  it("passes every answer on that comes in time, in whatever order questions and answers come", async () => {
    const question = fc.record({ pauseMs: fc.nat(60), answerMs: fc.nat(239) });
    await fc.assert(
      fc.asyncProperty(fc.array(question, { minLength: 1, maxLength: 25 }), async (questions) => {
        const { link, clock, ask, asked, events } = await openScriptedLink();
        const made = [];
        for (const { pauseMs, answerMs } of questions) {
          made.push(ask());
          const reply = asked.at(-1);
          clock.timer(answerMs, () => reply?.resolve(bytes));
          await clock.advance(pauseMs);
        }
        await clock.advance(1_000);
        expect(made.map(({ answer }) => answer)).toEqual(made.map(() => "answered"));
        expect([link.isUp(), events]).toEqual([true, []]);
      }),
      { numRuns: 60 },
    );
  });

  it("needs one timer, however many wait, and none for long when nobody does", async () => {
    const { link, clock, ask, asked } = await openScriptedLink();
    for (let count = 0; count < 1_000; count += 1) ask();
    expect(clock.pendingTimers()).toBe(1);
    for (const reply of asked) reply.resolve(null);
    await clock.advance(250);
    expect(clock.pendingTimers()).toBe(0);
    ask();
    await link.close();
    expect(clock.pendingTimers()).toBe(0);
  });

  it.each([-3_600_000, 3_600_000])(
    "lets nobody wait longer although the clock is set by %i ms meanwhile",
    async (stepMs) => {
      const { clock, ask, stepClock, serve } = await openScriptedLink();
      serve(false);
      const before = ask();
      await clock.advance(100);
      stepClock(stepMs);
      const after = ask();
      await clock.advance(150);
      expect([before.answer, after.answer]).toEqual(["gone", "gone"]);
    },
  );

  describe("flapping: a server that takes the probe and refuses what is asked", () => {
    /** Somebody asks every 100 ms, and is refused as by a login that may not read. */
    const askFor = async ({ link, clock, asked }: Awaited<ReturnType<typeof openScriptedLink>>, forMs: number) => {
      for (const until = clock.now() + forMs; clock.now() < until; await clock.advance(100)) {
        void link.get("page");
        asked.pop()?.reject(new Error("NOPERM this user has no permissions to run the 'get' command"));
      }
    };
    const losses = (events: readonly Event[]) => events.filter(({ type }) => type === "redis.lost").length;

    it("is reported ever more seldom, down to twice a minute or so", async () => {
      const one = await openScriptedLink();
      await askFor(one, 60_000);
      expect(losses(one.events)).toBeLessThanOrEqual(8);
      const before = losses(one.events);
      await askFor(one, 600_000);
      expect(losses(one.events) - before).toBeLessThanOrEqual(600 / 20);
      expect(losses(one.events) - before).toBeGreaterThanOrEqual(600 / 40);
    });

    it("is left alone before it is asked again, twice as long each time", async () => {
      const one = await openScriptedLink();
      await askFor(one, 100_000);
      const recoveries = one.events.flatMap((event) => (event.type === "redis.recovered" ? [event.afterMs] : []));
      // Three quarters of the pause: what chance makes of it here.
      expect(recoveries.slice(0, 8)).toEqual([0, 750, 1_500, 3_000, 6_000, 12_000, 22_500, 22_500]);
    });

    it("is forgiven once it was steady", async () => {
      const one = await openScriptedLink();
      await askFor(one, 60_000);
      await one.clock.advance(60_000);
      expect(one.link.isUp()).toBe(true);
      one.events.length = 0;
      void one.link.get("page");
      one.asked.pop()?.reject(new Error("LOADING Redis is loading the dataset in memory"));
      await one.clock.settle();
      expect(one.events).toEqual([
        { type: "redis.lost", reason: "loading" },
        { type: "redis.recovered", afterMs: 0 },
      ]);
    });

    it("keeps no process alive that has closed the link meanwhile, and is not asked again", async () => {
      const one = await openScriptedLink();
      await askFor(one, 20_000);
      expect(one.link.isUp()).toBe(false);
      const before = one.probeCount();
      await one.link.close();
      expect(one.clock.pendingTimers()).toBe(0);
      await one.clock.advance(60_000);
      expect(one.probeCount()).toBe(before);
    });
  });

  it.each([undefined, 7, "text", true, [], [bytes], { page: bytes }])(
    "refuses a reply to GET that is neither bytes nor nil: %j",
    async (reply) => {
      const { link, asked, events } = await openScriptedLink();
      const answer = link.get("page");
      asked[0]?.resolve(reply);
      expect(await answer).toEqual({ state: "refused", code: "reply" });
      expect([link.isUp(), events]).toEqual([true, []]);
    },
  );

  it.each([undefined, null, "NOPERM no", new Error("x"), new Error(""), { code: "E" }])(
    "survives whatever a client throws: %s",
    async (thrown) => {
      const { link, clock, asked, events } = await openScriptedLink();
      const answer = link.get("page");
      asked[0]?.reject(thrown);
      expect(await answer).toEqual({ state: "gone" });
      await clock.settle();
      expect(events.map(({ type }) => type)).toEqual(["redis.lost", "redis.recovered"]);
    },
  );
});
