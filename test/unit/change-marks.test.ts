// What is known of changes by tag, beside a model that forgets nothing.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createChangeMarks } from "../../src/cache/change-marks.ts";
import { expectTruth, lastIn, touchesOf, type Touched } from "../support/change-model.ts";

const begin = Date.UTC(2026, 10, 22, 10);
const tags = ["app:one", "meeting:a", "meeting:b", "session:1", "session:1:artefacts"];
const subjects = [...tags.map((tag) => [tag]), tags.slice(0, 2), tags.slice(2), ["session:never"], []];

/** Touches at growing positions, the first after the beginning. */
const history = fc.array(fc.tuple(touchesOf(tags), fc.integer({ min: 1, max: 3 })), { maxLength: 40 }).map((steps) => {
  let position = begin;
  return steps.map(([touch, step]): Touched => ({ ...touch, position: (position += step) }));
});

const marksOf = (touches: readonly Touched[]) => {
  const marks = createChangeMarks({ floor: begin });
  for (const touch of touches) marks.touch(touch, touch.position);
  return marks;
};

describe("the marks of changes", () => {
  it("call a page fresh, and let it be shown, exactly when a model does that forgets nothing", () => {
    fc.assert(
      fc.property(history, fc.option(fc.integer({ min: -2, max: 90 }), { nil: undefined }), (touches, closes) => {
        const marks = marksOf(touches);
        const end = touches.at(-1)?.position ?? begin;
        expect(marks.head()).toBe(end);
        for (const subject of subjects) {
          expect(marks.lastOf({ tags: subject })).toEqual(lastIn(touches, subject));
          for (let stamp = begin; stamp <= end; stamp += 1) {
            const page = { tags: subject, stamp, ...(closes !== undefined && { closesAt: begin + closes }) };
            expectTruth(marks.boundsOf, touches, page);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it("call no page fresh from before the log began, whatever it is about", () => {
    const marks = marksOf([]);
    for (const subject of subjects) {
      expect(marks.boundsOf({ tags: subject })).toEqual({ freshFrom: begin, shownFrom: 0 });
      expect(marks.boundsOf({ tags: subject, closesAt: 0 })).toEqual({ freshFrom: begin, shownFrom: 0 });
    }
  });

  it("never call a page fresh that was touched, nor let one be shown that was hidden, when they have forgotten most", () => {
    const tagOf = (index: number) => `meeting:${index}`;
    const block = fc.record({
      from: fc.nat(30_000),
      count: fc.integer({ min: 1, max: 6_000 }),
      touch: touchesOf(["-"]),
    });
    fc.assert(
      fc.property(fc.array(block, { minLength: 5, maxLength: 15 }), (blocks) => {
        let position = begin;
        const touches = blocks.map(({ from, count, touch }): Touched => {
          const some = Array.from({ length: count }, (_, place) => tagOf(from + place));
          return { ...touch, tags: some, position: (position += 2) };
        });
        const marks = marksOf(touches);
        expect(marks.since(0).touched.length).toBeLessThanOrEqual(10_000);
        expect(marks.since(0).floor).toBeLessThanOrEqual(marks.head());
        for (const tag of blocks.flatMap(({ from, count }) => [from, from + count - 1].map(tagOf))) {
          const own = touches.filter((touch) => touch.tags.includes(tag)).map((touch) => ({ ...touch, tags: [tag] }));
          for (const { position: at } of touches) {
            for (const stamp of [at - 1, at]) {
              expectTruth(marks.boundsOf, own, { tags: [tag], stamp }, { hasForgotten: true });
              expectTruth(marks.boundsOf, own, { tags: [tag], stamp, closesAt: begin + 9 }, { hasForgotten: true });
            }
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it("forget what was touched longest ago first, and what is touched again and again takes the room of one tag", () => {
    const marks = createChangeMarks({ floor: begin });
    marks.touch({ tags: ["first", "second"], kind: "changed" }, begin + 1);
    for (let index = 0; index < 9_998; index += 1)
      marks.touch({ tags: [`meeting:${index}`], kind: "changed" }, begin + 2);
    marks.touch({ tags: ["first"], kind: "purged" }, begin + 3);
    for (let again = 0; again < 20_000; again += 1) marks.touch({ tags: ["first"], kind: "changed" }, begin + 4);
    expect(marks.since(0)).toMatchObject({ floor: begin, head: begin + 4 });
    marks.touch({ tags: ["one too many"], kind: "changed" }, begin + 5);
    expect(marks.since(0)).toMatchObject({ floor: begin + 1, hiddenFloor: 0 });
    expect(marks.since(0).touched).toHaveLength(10_000);
    expect(marks.boundsOf({ tags: ["first"] }).freshFrom).toBe(begin + 4);
  });

  it("give the same bounds to whoever takes them in, by parts that overlap and in any order", () => {
    const asked = fc.array(fc.record({ at: fc.nat(40), back: fc.nat(10) }), { maxLength: 6 });
    fc.assert(
      fc.property(history, asked, fc.infiniteStream(fc.nat(1_000)), (touches, asks, chance) => {
        const source = createChangeMarks({ floor: begin });
        const parts = [source.since(0)];
        for (const [place, touch] of touches.entries()) {
          const known = source.head();
          source.touch(touch, touch.position);
          // Each follows on from the one before it; besides, some that reach further back.
          parts.push(source.since(known));
          for (const { at, back } of asks) if (at === place) parts.push(source.since(known - back));
        }
        const shuffled = parts
          .map((part) => ({ part, place: chance.next().value }))
          .sort((one, other) => one.place - other.place);
        const follower = createChangeMarks({ floor: 0 });
        for (const { part } of shuffled) follower.merge(structuredClone(part));
        expect(follower.head()).toBe(source.head());
        for (const subject of subjects) {
          expect(follower.lastOf({ tags: subject })).toEqual(source.lastOf({ tags: subject }));
          for (const closesAt of [undefined, begin + 5, begin + 20]) {
            expect(follower.boundsOf({ tags: subject, closesAt })).toEqual(
              source.boundsOf({ tags: subject, closesAt }),
            );
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("what closed long ago", () => {
  const closesAt = begin + 100;
  const boundsAfter = (...touches: readonly Touched[]) => marksOf(touches).boundsOf({ tags: ["app:one"], closesAt });
  const change = (position: number) => ({ tags: ["app:one"], kind: "changed" as const, position });

  it("is touched by no change from then on", () => {
    expect(boundsAfter(change(closesAt + 1)).freshFrom).toBe(closesAt);
    expect(boundsAfter(change(closesAt + 1), change(closesAt + 900)).freshFrom).toBe(closesAt);
  });

  it("is touched by a change before then", () => {
    expect(boundsAfter(change(closesAt - 1)).freshFrom).toBe(closesAt - 1);
  });

  it("is stale once, if it was loaded before it closed: the log knows the last change alone", () => {
    expect(boundsAfter(change(closesAt - 50), change(closesAt + 900)).freshFrom).toBe(closesAt);
  });

  it.each(["purged", "hidden"] as const)("is touched when it is %s, whenever", (kind) => {
    const position = closesAt + 500;
    expect(boundsAfter({ tags: ["app:one"], kind, position }, change(position + 1))).toEqual({
      freshFrom: position,
      shownFrom: kind === "hidden" ? position : 0,
    });
  });
});
