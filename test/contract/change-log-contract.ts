// What every journal of changes must hold, in a process or kept elsewhere, and what those who follow it know. Uses nothing but vitest,
// fast-check and the web's own APIs, so that it runs wherever the adapter does.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFollowedLog } from "../../src/cache/change-log-followed.ts";
import type { ChangeJournal } from "../../src/cache/change-log.ts";
import { createChangeMarks } from "../../src/cache/change-marks.ts";
import { expectTruth, lastIn, touchesOf, type Touched } from "../support/change-model.ts";

/** `makeJournal` gives a new log each time; `now` is the time that it goes by, in epoch milliseconds. */
export type JournalUnderTest = { makeJournal: () => Promise<ChangeJournal>; now: () => number };

/** `propertyRuns`, and the number of `touches` of a thousand tags each, may be lowered for a journal that is slow. */
export function changeLogContract(
  name: string,
  { makeJournal, now }: JournalUnderTest,
  { propertyRuns = 100, touches = 1_000 }: { propertyRuns?: number; touches?: number } = {},
): void {
  const touchedIn = async (journal: ChangeJournal, after: number) => (await journal.changes(after)).touched.length;

  /** Somebody who asks when what is known is old, by a clock of its own. Nobody tells it of anything. */
  const follow = (journal: ChangeJournal) => {
    let at = 0;
    const whenFailed = () => expect.unreachable("the log can be had");
    const log = createFollowedLog(journal, { clock: { now: () => at, timer: () => () => undefined }, whenFailed });
    const read = async () => {
      if (!log.isCurrent()) await log.sync();
      expect(log.isCurrent()).toBe(true);
      return log;
    };
    return { log, read, advance: (ms: number) => void (at += ms) };
  };

  describe(`${name} as a journal of changes`, () => {
    it("begins now: what was loaded before is stale, what is loaded from now on is fresh, and nothing is hidden", async () => {
      const begunAt = now();
      const journal = await makeJournal();
      const { head, floor, hiddenFloor, touched } = await journal.changes(0);
      expect(floor).toBeGreaterThanOrEqual(begunAt);
      expect({ head, hiddenFloor, touched }).toEqual({ head: floor, hiddenFloor: 0, touched: [] });
    });

    it("gives each touch a larger position than every touch that was answered before, however many come at once", async () => {
      const journal = await makeJournal();
      const touch = (tag: number) => journal.append({ tags: [`meeting:${tag}`], kind: "changed" });
      const first = await touch(0);
      const many = await Promise.all(Array.from({ length: 200 }, (_, tag) => touch(tag)));
      const last = await touch(0);
      expect(new Set(many).size).toBe(200);
      expect(Math.min(...many)).toBeGreaterThan(first);
      expect(Math.max(...many)).toBeLessThan(last);
      expect((await journal.changes(0)).head).toBe(last);
      expect(await touchedIn(journal, first)).toBe(200);
    });

    it("lets positions follow its clock", async () => {
      const journal = await makeJournal();
      const [before, count] = [now(), 20];
      for (let touch = 0; touch < count; touch += 1) {
        const position = await journal.append({ tags: ["app:one"], kind: "changed" });
        expect(position).toBeGreaterThanOrEqual(before);
        expect(position).toBeLessThanOrEqual(now() + count);
      }
    });

    it("tells what is newer than a position and nothing else, so that who follows knows what a model knows that forgets nothing", async () => {
      const tags = ["app:one", "meeting:a", "meeting:b", "session:1:artefacts"];
      const subjects = [...tags.map((tag) => [tag]), tags.slice(0, 3), ["session:never"]];
      const steps = fc.array(fc.record({ touch: touchesOf(tags), isAsked: fc.boolean() }), { maxLength: 25 });
      await fc.assert(
        fc.asyncProperty(steps, async (taken) => {
          const journal = await makeJournal();
          const follower = createChangeMarks({ floor: 0 });
          follower.merge(await journal.changes(0));
          const begin = follower.head();
          const known: Touched[] = [];
          for (const { touch, isAsked } of taken) {
            known.push({ ...touch, position: await journal.append(touch) });
            if (isAsked) follower.merge(await journal.changes(follower.head()));
          }
          follower.merge(await journal.changes(follower.head()));
          const newcomer = createChangeMarks({ floor: 0 });
          newcomer.merge(await journal.changes(0));

          const positions = [begin, ...known.map(({ position }) => position)];
          for (const marks of [follower, newcomer]) {
            expect(marks.head()).toBe(positions.at(-1));
            for (const subject of subjects) {
              expect(marks.lastOf({ tags: subject })).toEqual(lastIn(known, subject));
              for (const stamp of positions) {
                for (const closesAt of [undefined, positions[Math.floor(positions.length / 2)]]) {
                  const page = { tags: subject, stamp, ...(closesAt !== undefined && { closesAt }) };
                  expectTruth(marks.boundsOf, known, page);
                }
              }
            }
          }
          for (const after of positions) {
            const newer = known.filter(({ position }) => position > after).flatMap((touch) => touch.tags);
            expect(await touchedIn(journal, after)).toBe(new Set(newer).size);
          }
        }),
        { numRuns: propertyRuns },
      );
    });

    it("knows of nothing after its head, and is not misled by who asks for it", async () => {
      const journal = await makeJournal();
      const position = await journal.append({ tags: ["app:one"], kind: "changed" });
      for (const after of [position, position + 1, position + 1e9]) expect(await touchedIn(journal, after)).toBe(0);
      expect(await journal.append({ tags: ["app:one"], kind: "changed" })).toBeLessThan(position + 1e6);
    });

    it("takes any text for a tag, the same one twice, and none", async () => {
      const journal = await makeJournal();
      const odd = ["", " ", "changed x", "a\nb\0c", "ünïcode 🙂", "__proto__", "floor", "x".repeat(500)];
      const position = await journal.append({ tags: [...odd, ...odd], kind: "purged" });
      const empty = await journal.append({ tags: [], kind: "changed" });
      const { head, touched } = await journal.changes(0);
      expect([head, touched.length]).toEqual([empty, odd.length]);
      const marks = createChangeMarks({ floor: 0 });
      marks.merge(await journal.changes(0));
      for (const tag of odd) expect(marks.boundsOf({ tags: [tag] }).freshFrom).toBe(position);
    });

    it("shows a change to whoever follows it within a second, without a push, and not to fewer than all", async () => {
      const journal = await makeJournal();
      const followers = Array.from({ length: 5 }, () => follow(journal));
      const stamps = await Promise.all(followers.map(async ({ read }) => (await read()).head()));
      expect(new Set(stamps).size).toBe(1);
      const position = await journal.append({ tags: ["meeting:a"], kind: "changed" });
      for (const { read, advance } of followers) {
        advance(1_000);
        const log = await read();
        expect(log.boundsOf({ tags: ["app:one", "meeting:a"] }).freshFrom).toBe(position);
        expect(log.boundsOf({ tags: ["app:one"] }).freshFrom).toBeLessThanOrEqual(stamps[0] ?? 0);
        expect(log.head()).toBe(position);
      }
    });

    it(`stays small after ${touches},000 tags: what it forgot is stale for all, old followers and new, and what was hidden stays hidden`, async () => {
      const journal = await makeJournal();
      const gone = follow(journal);
      await gone.read();
      const hidden = await journal.append({ tags: ["session:hidden"], kind: "hidden" });
      const tagOf = (touch: number, place: number) => `meeting:${touch}-${place}`;
      const tagsEach = 1_000;
      const positions: number[] = [];
      for (let touch = 0; touch < touches; touch += 1) {
        const tags = Array.from({ length: tagsEach }, (_, place) => tagOf(touch, place));
        positions.push(await journal.append({ tags, kind: touch % 2 ? "changed" : "purged" }));
      }
      const all = await journal.changes(0);
      expect(all.touched.length).toBeLessThanOrEqual(10_000);
      expect(all.touched.length).toBeGreaterThan(5_000);

      const present = follow(journal);
      gone.advance(60_000);
      for (const { read } of [gone, present]) {
        const { boundsOf, head } = await read();
        for (const [touch, position] of positions.entries()) {
          const { freshFrom, shownFrom } = boundsOf({ tags: [tagOf(touch, (touch * 7) % tagsEach)] });
          expect(freshFrom).toBeGreaterThanOrEqual(position);
          expect(freshFrom).toBeLessThanOrEqual(head());
          expect(shownFrom).toBeLessThanOrEqual(hidden);
        }
        expect(boundsOf({ tags: ["session:hidden"] }).shownFrom).toBeGreaterThanOrEqual(hidden);
        expect(boundsOf({ tags: ["session:hidden"] }).freshFrom).toBeLessThan(positions.at(-1) ?? 0);
      }
    });

    it("takes a touch of more tags than it keeps for one of everything", async () => {
      const journal = await makeJournal();
      const tags = Array.from({ length: 10_050 }, (_, place) => `meeting:${place}`);
      await journal.append({ tags: ["meeting:10049"], kind: "changed" });
      const position = await journal.append({ tags, kind: "changed" });
      const marks = createChangeMarks({ floor: 0 });
      marks.merge(await journal.changes(0));
      for (const tag of [...tags, "app:one"]) expect(marks.boundsOf({ tags: [tag] }).freshFrom).toBe(position);
      expect(marks.boundsOf({ tags: ["app:one"] }).shownFrom).toBe(0);
      expect(marks.head()).toBe(position);
    });
  });
}
