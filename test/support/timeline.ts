// A test clock for long histories: thousands of timers, hours in a second. Where only microtasks stand between a cause and
// its effect (see `useInstantDigest`), one turn of the event loop after each timer settles all there is.
import type { Clock, Random } from "../../src/ground/runtime.ts";

export type Timeline = Clock & {
  /** Moves to `at` (a whole millisecond, as all its instants are), firing every timer on the way in order of time, then of creation. */
  runUntil(at: number): Promise<void>;
  settle(): Promise<void>;
};

type Timer = { at: number; id: number; wake: (() => void) | undefined };

export function createTimeline(startAt = Date.UTC(2026, 10, 22, 10)): Timeline {
  let now = startAt;
  let nextId = 0;
  const heap: Timer[] = [];
  const settle = () => new Promise<void>((resolve) => void setImmediate(resolve));

  return {
    now: () => now,
    settle,
    timer(delayMs, wake) {
      const timer: Timer = { at: now + Math.max(0, Math.ceil(delayMs)), id: nextId++, wake };
      push(heap, timer);
      return () => void (timer.wake = undefined);
    },
    async runUntil(at) {
      await settle();
      for (let first = heap[0]; first && first.at <= at; first = heap[0]) {
        pop(heap);
        if (!first.wake) continue;
        now = first.at;
        first.wake();
        await settle();
      }
      now = Math.max(now, at);
    },
  };
}

const isBefore = (one: Timer | undefined, other: Timer | undefined) =>
  one !== undefined && (other === undefined || one.at < other.at || (one.at === other.at && one.id < other.id));

function push(heap: Timer[], timer: Timer): void {
  let index = heap.length;
  for (let parent = (index - 1) >> 1; index > 0 && isBefore(timer, heap[parent]); parent = (index - 1) >> 1) {
    const above = heap[parent];
    if (above) heap[index] = above;
    index = parent;
  }
  heap[index] = timer;
}

function pop(heap: Timer[]): void {
  const last = heap.pop();
  if (!last || heap.length === 0) return;
  let index = 0;
  for (;;) {
    const left = 2 * index + 1;
    const child = isBefore(heap[left + 1], heap[left]) ? left + 1 : left;
    const below = heap[child];
    if (!below || !isBefore(below, last)) break;
    heap[index] = below;
    index = child;
  }
  heap[index] = last;
}

/** Repeatable chance (mulberry32): the same seed, the same numbers. */
export function createSeededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
