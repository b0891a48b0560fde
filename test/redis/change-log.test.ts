// The log of changes in a Redis that is well: what lies there, whose clock it goes by, and how soon a fleet knows of a change.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createRedisJournal, followRedis } from "../../src/cache/change-log-redis.ts";
import { changesScript } from "../../src/cache/change-log-redis-script.ts";
import { systemClock } from "../../src/ground/runtime.ts";
import type { Redis, RedisAnswer } from "../../src/ground/runtime.ts";
import { closeTestLinks, newPrefix, openTestLink, patiently, withServerTime } from "../support/redis-rig.ts";
import { eventually, pause, startRedis } from "../support/redis-server.ts";
import type { RedisServer } from "../support/redis-server.ts";
import { middleOf } from "../support/waits.ts";

const touch = { tags: ["meeting:a"], kind: "changed" } as const;
const about = { tags: ["meeting:a"] };
const hide = { tags: ["meeting:hidden"], kind: "hidden" } as const;

let server: RedisServer;
let prefix = "";
beforeAll(async () => {
  server = await startRedis();
});
beforeEach(() => {
  prefix = newPrefix();
});
afterEach(closeTestLinks);
afterAll(() => server.stop());

const connect = async (url = server.url) => patiently(await openTestLink(url, prefix));
/** A process that follows the log. A question that was late on a busy machine is put again. */
const startProcess = async (redis?: Redis, clock = systemClock) => {
  const whenFailed = () => void pause(10).then(() => log.sync());
  const log = followRedis(redis ?? (await connect()), { prefix, clock, whenFailed });
  return log;
};
const listening = (count: number) =>
  eventually(`${count} listen`, async () =>
    (await server.cli("pubsub", "numsub", `${prefix}changes`)).endsWith(`\n${count}`),
  );

describe("the log of changes in Redis", () => {
  it("lies in one key, and what is of another kind there gives way to a log that begins anew", async () => {
    const journal = createRedisJournal(await connect(), { prefix });
    const position = await journal.append({ ...touch, hasEnded: true });
    const key = `${prefix}{changes}`;
    const keys = (await server.cli("keys", `${prefix}*`)).split("\n");
    expect(keys.filter((name) => !name.endsWith(":probe"))).toEqual([key]);
    for (const junk of [
      ["set", key, "junk"],
      ["rpush", key, "junk"],
      ["del", key],
    ]) {
      await server.cli("del", key);
      await server.cli(...junk);
      const { floor, head, touched } = await journal.changes(0);
      expect(floor).toBeGreaterThan(position);
      expect([head, touched]).toEqual([floor, []]);
    }
    expect(await server.cli("ttl", key)).toBe("-1");
  });

  it("is there for a process that starts later: its positions, floor and marks", async () => {
    const [first, second] = [await connect(), await connect()].map((redis) => createRedisJournal(redis, { prefix }));
    if (!first || !second) throw new Error("two were made");
    await first.append(hide);
    await first.append({ ...touch, hasEnded: true });
    const told = await first.changes(0);
    expect(await second.changes(0)).toEqual(told);
    expect(await second.append(touch)).toBeGreaterThan(told.head);
  });

  it("forgets nothing else, however often the same is touched", async () => {
    const journal = createRedisJournal(await connect(), { prefix });
    const quiet = await journal.append({ tags: ["meeting:quiet"], kind: "changed" });
    for (let round = 0; round < 21; round += 1) {
      await Promise.all(Array.from({ length: 500 }, () => journal.append({ ...touch, hasEnded: true })));
    }
    const { floor, touched } = await journal.changes(0);
    expect(floor).toBeLessThan(quiet);
    expect(touched).toHaveLength(2);
    expect(Number(await server.cli("zcard", `${prefix}{changes}`))).toBeLessThan(10);
  });

  it("gives larger positions than before although the clock of Redis was set back, and follows it when it was set forth", async () => {
    let now = Date.UTC(2026, 10, 22, 10);
    const journal = createRedisJournal(
      withServerTime(await connect(), () => now),
      { prefix },
    );
    const first = await journal.append(touch);
    expect(first).toBe(now + 1);
    now -= 3_600_000;
    expect(await journal.append(touch)).toBe(first + 1);
    expect((await journal.changes(first)).head).toBe(first + 1);
    now += 7_200_000;
    expect(await journal.append(touch)).toBe(now);
  });

  it("begins after all that a process has seen, when it was lost together with the time", async () => {
    let now = Date.UTC(2026, 10, 22, 10);
    const timed = withServerTime(await connect(), () => now);
    const [knowing, other] = [createRedisJournal(timed, { prefix }), createRedisJournal(timed, { prefix })];
    const seen = await knowing.append(touch);
    await server.cli("del", `${prefix}{changes}`);
    now -= 3_600_000;
    expect((await other.changes(0)).floor).toBe(now);
    const { floor, head } = await knowing.changes(seen);
    expect([floor, head]).toEqual([seen + 1, seen + 1]);
    expect((await other.changes(0)).floor).toBe(seen + 1);
    expect(await other.append(touch)).toBe(seen + 2);
  });

  it("calls all from before stale where a process knows more than is there, whichever server it is", async () => {
    const [redis, copy] = [await connect(), `redis.call("COPY", KEYS[1], KEYS[2], "REPLACE")`];
    const [key, saved] = [`${prefix}{changes}`, `${prefix}{changes}:saved`];
    const [knowing, newcomer] = [createRedisJournal(redis, { prefix }), createRedisJournal(redis, { prefix })];
    await knowing.append(touch);
    await redis.run(copy, [key, saved], []);
    const lost = await knowing.append({ tags: ["meeting:lost"], kind: "changed" });
    const hidden = await knowing.append(hide);
    await redis.run(copy, [saved, key], []);
    expect((await newcomer.changes(0)).head).toBeLessThan(lost);
    await knowing.changes(hidden);
    // What was hidden was lost as well, and whose it was: nothing from before may be shown.
    const { floor, hiddenFloor } = await newcomer.changes(0);
    expect(floor).toBeGreaterThan(hidden);
    expect(hiddenFloor).toBe(hidden);
  });

  it("is told again what was hidden, by whoever knows, when all was lost", async () => {
    const processes = await Promise.all([startProcess(), startProcess()]);
    const [knowing, other] = processes;
    const hidden = await knowing.append(hide);
    await server.cli("flushall");
    await other.sync();
    await knowing.sync();
    const newcomer = await startProcess();
    for (const process of [...processes, newcomer]) {
      await process.sync();
      const { freshFrom, shownFrom } = process.boundsOf({ tags: hide.tags });
      expect(shownFrom).toBe(hidden);
      expect(freshFrom).toBeGreaterThan(hidden);
      expect(process.head()).toBeGreaterThanOrEqual(freshFrom);
    }
  });

  it("rejects with the reason where Redis is gone, refuses, or answers what is none of ours", async () => {
    const line: { answer: RedisAnswer<unknown> } = { answer: { state: "gone" } };
    const redis: Redis = { ...(await connect()), run: async () => line.answer };
    const journal = createRedisJournal(redis, { prefix });
    const rejects = async (name: string) => {
      await expect(journal.append(touch)).rejects.toMatchObject({ name });
      await expect(journal.changes(0)).rejects.toMatchObject({ name });
    };
    await rejects("redis_gone");
    line.answer = { state: "refused", code: "err" };
    await rejects("redis_refused");
    const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
    const members = [
      {},
      ["changed a"],
      ["changed a", "-1"],
      ["changed a", "x"],
      ["erased a", "1"],
      ["changed", "1"],
      [1, 1],
    ];
    const odd = [
      null,
      -1,
      0.5,
      2 ** 60,
      "7",
      [],
      [1, 1],
      [1, 1, 1, "[]"],
      [1, -1, 1, text([])],
      [1, 1, 1, new Uint8Array(3)],
    ];
    for (const value of [...odd, ...members.map((one) => [1, 1, 1, text(one)])]) {
      line.answer = { state: "answered", value };
      await rejects("redis_reply");
    }
    line.answer = { state: "answered", value: [1, 1, 0, text(["changed a b", "1"])] };
    expect((await journal.changes(0)).touched).toHaveLength(1);
  });

  it("asks for no more than the documented login may do, and tells of a change although the channel is refused", async () => {
    const commands =
      "eval evalsha info ping quit select subscribe del publish time zadd zcount zrangebyscore zremrangebyscore zscore";
    const rights = ["on", ">secret", `~${prefix}*`, ...commands.split(" ").map((command) => `+${command}`), "+set"];
    await server.cli("acl", "setuser", "bff", "reset", ...rights, `&${prefix}*`);
    await server.cli("acl", "setuser", "mute", "reset", ...rights, "-publish");
    const urlOf = (name: string) => server.url.replace("redis://", `redis://${name}:secret@`);
    const [one, other] = [
      await startProcess(await connect(urlOf("bff"))),
      await startProcess(await connect(urlOf("mute"))),
    ];
    const position = await one.append(touch);
    await other.sync();
    expect(other.head()).toBe(position);
    const next = await other.append(touch);
    await one.sync();
    expect(one.head()).toBe(next);
  });
});

describe("a fleet that follows the log of changes", () => {
  it("knows of a change within milliseconds, without asking", async () => {
    const [one, other] = await Promise.all([startProcess(), startProcess()]);
    let heard = 0;
    other.follow(() => (heard += 1));
    await listening(2);
    await other.sync();
    heard = 0;
    const waits: number[] = [];
    for (let round = 1; round <= 30; round += 1) {
      const position = await one.append(touch);
      const startedAt = performance.now();
      await eventually("the other knows", () => other.head() === position);
      waits.push(performance.now() - startedAt);
      expect([other.isCurrent(), other.boundsOf(about).freshFrom, heard]).toEqual([true, position, round]);
    }
    expect(middleOf(waits)).toBeLessThan(100);
  });

  it("knows its own change when that is answered", async () => {
    const one = await startProcess();
    for (let round = 0; round < 20; round += 1) {
      const before = one.head();
      const position = await one.append(touch);
      expect([one.head(), one.boundsOf(about).freshFrom, before < position]).toEqual([position, position, true]);
    }
  });

  it("asks once more for all the changes that came while it asked, and not at all for what it knows", async () => {
    const asking = { count: 0, underWay: 0, underWayMax: 0, goOn: Promise.resolve() };
    const redis = await connect();
    const watched: Redis = {
      ...redis,
      async run(...asked) {
        if (asked[0] !== changesScript) return redis.run(...asked);
        asking.count += 1;
        asking.underWay += 1;
        asking.underWayMax = Math.max(asking.underWayMax, asking.underWay);
        const answer = await redis.run(...asked);
        await asking.goOn;
        asking.underWay -= 1;
        return answer;
      },
    };
    // No question is late.
    const one = await startProcess(watched, { ...systemClock, timer: () => () => undefined });
    let messages = 0;
    redis.listen(`${prefix}changes`, () => (messages += 1));
    const journal = createRedisJournal(await connect(), { prefix });
    await listening(1);
    await one.sync();

    const held = Promise.withResolvers<void>();
    Object.assign(asking, { count: 0, underWayMax: 0, goOn: held.promise });
    const burst = messages;
    const positions = await Promise.all(Array.from({ length: 200 }, () => journal.append(touch)));
    await eventually("all were heard", () => messages >= burst + 200);
    const readers = [one.sync(), one.sync()];
    expect([asking.count, asking.underWay]).toEqual([1, 1]);
    held.resolve();
    await Promise.all(readers);
    await eventually("it knows the last", () => one.head() === Math.max(...positions));
    await server.cli("publish", `${prefix}changes`, String(Math.min(...positions)));
    await eventually("the repetition was heard", () => messages >= burst + 201);
    await pause(50);
    expect([asking.count, asking.underWayMax]).toEqual([2, 1]);
  });

  it("is told of nothing by a message that says nothing: it asks", async () => {
    const [one, journal] = [await startProcess(), createRedisJournal(await connect(), { prefix })];
    await eventually("it listens", async () =>
      (await server.cli("pubsub", "numsub", `${prefix}changes`)).endsWith("1"),
    );
    await journal.changes(0);
    await server.cli("publish", `${prefix}changes`, "junk");
    await eventually("it has asked", () => one.isCurrent());
  });
});
