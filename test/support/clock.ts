// A clock that moves only when a test says so. Timers fire in order of time; between two of them every promise that can
// settle does, so that a trace under this clock is the same on every run.
import type { Clock } from "../../src/ground/runtime.ts";

export type TestClock = Clock & {
  /** Moves time forward by `ms`, firing every timer that falls due on the way. */
  advance(ms: number): Promise<void>;
  /** Lets every settled promise run its continuations without moving time. */
  settle(): Promise<void>;
  pendingTimers(): number;
};

/** Starts at 2026-11-22T10:00:00Z unless told otherwise. */
export function createTestClock(startAt = Date.UTC(2026, 10, 22, 10)): TestClock {
  let now = startAt;
  let nextId = 0;
  const timers = new Map<number, { at: number; wake: () => void }>();

  const settle = async () => {
    for (let round = 0; round < 3; round += 1) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      // Digests are made on other threads, which may be late on a busy machine: this one comes after those that were asked for before.
      await crypto.subtle.digest("SHA-256", new Uint8Array());
    }
  };

  return {
    now: () => now,
    timer(delayMs, wake) {
      const id = nextId++;
      timers.set(id, { at: now + Math.max(0, delayMs), wake });
      return () => void timers.delete(id);
    },
    settle,
    pendingTimers: () => timers.size,
    async advance(ms) {
      const target = now + ms;
      await settle();
      for (;;) {
        let due: [number, { at: number; wake: () => void }] | undefined;
        for (const entry of timers) {
          if (entry[1].at <= target && (!due || entry[1].at < due[1].at)) due = entry;
        }
        if (!due) break;
        timers.delete(due[0]);
        now = Math.max(now, due[1].at);
        due[1].wake();
        await settle();
      }
      now = target;
      await settle();
    },
  };
}
