// The log of one process under its contract, and the log as those know it who follow it from afar, under a test clock.
import { describe, expect, it } from "vitest";
import { createFollowedLog } from "../../src/cache/change-log-followed.ts";
import { createChangeLog, noChanges, type ChangeJournal } from "../../src/cache/change-log.ts";
import type { Subject } from "../../src/cache/change-marks.ts";
import { changeLogContract } from "../contract/change-log-contract.ts";
import { createTestClock } from "../support/clock.ts";

const clockOfContract = createTestClock();
changeLogContract("createChangeLog", {
  makeJournal: async () => createChangeLog(clockOfContract),
  now: clockOfContract.now,
});

const touch = { tags: ["meeting:a"], kind: "changed" } as const;
const hide = { tags: ["meeting:hidden"], kind: "hidden" } as const;
const about = { tags: ["meeting:a"] };
const never = { freshFrom: Number.POSITIVE_INFINITY, shownFrom: 0 };

describe("the log of one process", () => {
  it("is always current, and tells at once", async () => {
    const clock = createTestClock();
    const log = createChangeLog(clock);
    let heard = 0;
    log.follow(() => (heard += 1));
    const position = await log.append(touch);
    expect([heard, log.head(), log.isCurrent()]).toEqual([1, position, true]);
    await clock.advance(3_600_000);
    await log.sync();
    expect([heard, log.isCurrent(), log.boundsOf(about).freshFrom]).toEqual([1, true, position]);
  });

  it("goes on from what was known: positions, floors and marks", async () => {
    const clock = createTestClock();
    const before = createChangeLog(clock);
    const [hidden, changed] = [await before.append(hide), await before.append({ ...touch, hasEnded: true })];
    const after = createChangeLog({ now: () => clock.now() - 60_000 }, { from: await before.changes(0) });
    expect(after.head()).toBe(changed);
    expect(after.boundsOf({ tags: hide.tags })).toEqual({ freshFrom: hidden, shownFrom: hidden });
    expect(after.lastOf(about)).toEqual({ changedAt: changed, endedAt: changed });
    expect(await after.append(touch)).toBe(changed + 1);
  });

  it("keeps a touch before it answers, and does not have one that could not be kept", async () => {
    const clock = createTestClock();
    const kept: [unknown, number][] = [];
    const log = createChangeLog(clock, {
      keep(given, position) {
        if (given.kind === "purged") throw new Error("full");
        kept.push([given, position]);
      },
    });
    let heard = 0;
    log.follow(() => (heard += 1));
    const position = await log.append(touch);
    await expect(log.append({ ...touch, kind: "purged" })).rejects.toThrow("full");
    expect({ kept, heard, head: log.head() }).toEqual({ kept: [[touch, position]], heard: 1, head: position });
  });

  it("is never heard of where nothing can be written to it", async () => {
    await noChanges.sync();
    expect([noChanges.isCurrent(), noChanges.head()]).toEqual([true, 0]);
    expect(noChanges.boundsOf(about)).toEqual({ freshFrom: 0, shownFrom: 0 });
    expect(noChanges.lastOf(about)).toEqual({ changedAt: 0, endedAt: 0 });
  });
});

describe("a log that is followed from afar", () => {
  /** A log elsewhere, and a line to it: sound, cut, or silent until it is let go on. */
  const setUp = () => {
    const clock = createTestClock();
    const there = createChangeLog(clock);
    const line: { state: "sound" | "cut" | "silent"; goOn: () => void } = { state: "sound", goOn: () => undefined };
    const asked: number[] = [];
    const journal: Pick<ChangeJournal, "changes"> = {
      async changes(after) {
        asked.push(after);
        if (line.state === "cut") throw new Error("cut");
        const answer = await there.changes(after);
        if (line.state === "silent") await new Promise<void>((resolve) => (line.goOn = resolve));
        return answer;
      },
    };
    let failures = 0;
    const log = createFollowedLog(journal, { clock, whenFailed: () => (failures += 1) });
    /** What a reader does: asks if what is known is too old, and looks. */
    const read = async (subject: Subject = about) => {
      if (!log.isCurrent()) await log.sync();
      return log.boundsOf(subject);
    };
    return { clock, there, line, asked, log, read, failures: () => failures };
  };

  it("knows nothing before it has asked: no page is fresh", () => {
    const { log } = setUp();
    expect([log.isCurrent(), log.head()]).toEqual([false, 0]);
    expect(log.boundsOf(about)).toEqual(never);
  });

  it("is asked for nothing while nobody reads", async () => {
    const { clock, log, asked } = setUp();
    await log.sync();
    await clock.advance(60_000);
    expect([asked.length, clock.pendingTimers()]).toEqual([1, 0]);
  });

  it("answers from memory for three quarters of a second, then asks for what is newer than it knows", async () => {
    const { clock, there, log, asked, read } = setUp();
    const { freshFrom } = await read();
    const position = await there.append(touch);
    await clock.advance(749);
    expect([log.isCurrent(), (await read()).freshFrom]).toEqual([true, freshFrom]);
    await clock.advance(1);
    expect(log.isCurrent()).toBe(false);
    expect([(await read()).freshFrom, log.isCurrent()]).toEqual([position, true]);
    expect(asked).toEqual([0, freshFrom]);
  });

  it("is asked by one reader while the others go on with what is known, until that is a second old", async () => {
    const { clock, there, line, log, asked, read } = setUp();
    const { freshFrom } = await read();
    await there.append(touch);
    await clock.advance(800);
    line.state = "silent";
    const first = read();
    await clock.settle();
    for (let reader = 0; reader < 10; reader += 1) expect((await read()).freshFrom).toBe(freshFrom);
    expect(asked).toHaveLength(2);
    await clock.advance(199);
    expect([log.isCurrent(), log.boundsOf(about).freshFrom]).toEqual([true, freshFrom]);
    await clock.advance(1);
    expect([log.isCurrent(), log.boundsOf(about)]).toEqual([false, never]);
    line.goOn();
    expect((await first).freshFrom).toBe(there.head());
  });

  it("is as old as the question, not as the answer", async () => {
    const { clock, line, log, read } = setUp();
    line.state = "silent";
    const first = read();
    await clock.advance(200);
    line.goOn();
    await first;
    await clock.advance(549);
    expect(log.isCurrent()).toBe(true);
    await clock.advance(1);
    expect(log.isCurrent()).toBe(false);
  });

  it("waits a quarter of a second for an answer and no longer, and tells of it", async () => {
    const { clock, line, log, failures } = setUp();
    line.state = "silent";
    let isOver = false;
    void log.sync().then(() => (isOver = true));
    await clock.advance(249);
    expect([isOver, failures()]).toEqual([false, 0]);
    await clock.advance(1);
    expect([isOver, failures(), log.isCurrent()]).toEqual([true, 1, false]);
  });

  it("calls nothing fresh while the log can't be had, keeps hidden what was hidden, and catches up", async () => {
    const { clock, there, line, log, read, failures } = setUp();
    const hidden = await there.append(hide);
    await read();
    line.state = "cut";
    await clock.advance(999);
    await log.sync();
    expect(log.boundsOf({ tags: hide.tags })).toEqual({ freshFrom: hidden, shownFrom: hidden });
    await clock.advance(1);
    for (let reader = 1; reader <= 3; reader += 1) {
      expect(await read()).toEqual(never);
      expect(await read({ tags: hide.tags })).toEqual({ freshFrom: Number.POSITIVE_INFINITY, shownFrom: hidden });
    }
    expect([log.isCurrent(), failures()]).toEqual([false, 7]);
    const position = await there.append(touch);
    line.state = "sound";
    expect((await read()).freshFrom).toBe(position);
    expect(await read({ tags: hide.tags })).toEqual({ freshFrom: hidden, shownFrom: hidden });
  });

  it.each([-500, -10_000, -3_600_000, 3_600_000])(
    "goes by the new time after its clock was set by %i ms",
    async (setMs) => {
      const { there, asked } = setUp();
      let now = 1e9;
      const { timer } = createTestClock();
      const journal = { changes: (after: number) => (asked.push(after), there.changes(after)) };
      const whenFailed = () => expect.unreachable("the log can be had");
      const log = createFollowedLog(journal, { clock: { now: () => now, timer }, whenFailed });
      await log.sync();
      now += 990;
      const position = await there.append(touch);
      now += setMs;
      const askedBefore = asked.length;
      for (let read = 0; read < 5; read += 1) {
        if (read > 0) now += 1_000;
        if (!log.isCurrent()) await log.sync();
        expect(log.boundsOf(about).freshFrom).toBeLessThan(Number.POSITIVE_INFINITY);
      }
      expect(log.boundsOf(about).freshFrom).toBe(position);
      // As often as before: what is known does not count as old until the clock has caught up.
      expect(asked.length - askedBefore).toBeLessThanOrEqual(5);
    },
  );

  it("takes an answer that was overtaken for what it is: nothing that is known is lost", async () => {
    const { clock, there, line, log, read } = setUp();
    await read();
    line.state = "silent";
    const slow = log.sync();
    await clock.advance(100);
    const position = await there.append(touch);
    const { goOn } = line;
    line.state = "sound";
    await log.sync();
    expect(log.head()).toBe(position);
    goOn();
    await slow;
    expect([log.head(), log.boundsOf(about).freshFrom]).toEqual([position, position]);
    await clock.advance(749);
    expect(log.isCurrent()).toBe(true);
  });

  it("tells each news once, also to those who began to listen after it", async () => {
    const { there, log } = setUp();
    let [early, late] = [0, 0];
    log.follow(() => (early += 1));
    await log.sync();
    expect(early).toBe(1);
    await log.sync();
    expect(early).toBe(1);
    log.follow(() => (late += 1));
    await log.sync();
    expect([early, late]).toEqual([1, 0]);
    await there.append(touch);
    await Promise.all([log.sync(), log.sync(), log.sync()]);
    expect([early, late]).toEqual([2, 1]);
  });

  it("says of a page stamped before a change that it is stale, and of one stamped after it that it is fresh", async () => {
    const { clock, there, log, read } = setUp();
    await read();
    const before = log.head();
    await there.append(touch);
    await clock.advance(1_000);
    const { freshFrom } = await read();
    expect([before < freshFrom, log.head() >= freshFrom]).toEqual([true, true]);
  });
});
