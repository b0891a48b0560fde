// A log of changes in ten lines that forgets nothing, and what any log must say of a page beside it.
import fc from "fast-check";
import { expect } from "vitest";
import type { Bounds, Subject, Touch } from "../../src/cache/change-marks.ts";

export type Touched = Touch & { position: number };
export type Page = { tags: readonly string[]; closesAt?: number; stamp: number };

/** What has touched a page since it was stamped: all of it, and what counts. */
function truthOf(touches: readonly Touched[], { tags, closesAt = Infinity, stamp }: Page) {
  const since = touches.filter((touch) => touch.position > stamp && touch.tags.some((tag) => tags.includes(tag)));
  return {
    isFresh: !since.some(({ kind, position }) => kind !== "changed" || position < closesAt),
    isShown: !since.some(({ kind }) => kind === "hidden"),
    /** Loaded before its window closed and touched after that: of several touches, a log knows the last. */
    isInDoubt: stamp < closesAt && since.some(({ position }) => position >= closesAt),
  };
}

/**
 * No page is fresh that was touched, and none is shown that was hidden. Where nothing was forgotten, every other page is shown, and fresh
 * unless in doubt.
 */
export function expectTruth(
  boundsOf: (subject: Subject) => Bounds,
  touches: readonly Touched[],
  page: Page,
  { hasForgotten = false }: { hasForgotten?: boolean } = {},
): void {
  const { freshFrom, shownFrom } = boundsOf(page);
  const says = { isFresh: page.stamp >= freshFrom, isShown: page.stamp >= shownFrom };
  const { isFresh, isShown, isInDoubt } = truthOf(touches, page);
  const expected = {
    isFresh: isFresh && (hasForgotten || isInDoubt) ? says.isFresh : isFresh,
    isShown: isShown && hasForgotten ? says.isShown : isShown,
  };
  if (says.isFresh === expected.isFresh && says.isShown === expected.isShown) return;
  expect({ page, freshFrom, shownFrom, ...says }).toEqual({ page, freshFrom, shownFrom, ...expected });
}

/** The last change and the last end, as the log tells them. */
export function lastIn(touches: readonly Touched[], tags: readonly string[]) {
  const last = (isMeant: (touch: Touched) => boolean) =>
    Math.max(
      0,
      ...touches
        .filter((touch) => isMeant(touch) && touch.tags.some((tag) => tags.includes(tag)))
        .map(({ position }) => position),
    );
  return { changedAt: last(({ kind }) => kind === "changed"), endedAt: last(({ hasEnded }) => hasEnded === true) };
}

/** Touches of some of these tags. */
export function touchesOf(tags: readonly string[]): fc.Arbitrary<Touch> {
  const some = fc.array(fc.constantFrom(...tags), { minLength: 1, maxLength: 3 });
  return fc.oneof(
    fc.record({ tags: some, kind: fc.constantFrom("changed" as const, "purged" as const, "hidden" as const) }),
    fc.record({ tags: some, kind: fc.constant("changed" as const), hasEnded: fc.constant(true as const) }),
  );
}
