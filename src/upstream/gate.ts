// How many calls may be under way at once, and who goes first when more want to.
//
// Workers let six connections of one context wait for their headers and queue the rest without telling. A call in that queue would
// already be counted in the budget, and its time-out would blame the upstream. So the queue is here, before the budget: pages that
// somebody looks at go before questions that nobody has asked before, and who waits past the deadline has cost nothing.
import type { Clock, Lane } from "../ground/runtime.ts";

export type Gate = {
  /** Waits for a slot until `deadlineAt`; the returned function gives it back. Undefined when there was none in time. */
  enter(lane: Lane, deadlineAt: number): Promise<(() => void) | undefined>;
};

/** Earlier ones first; within one lane whoever came first. */
const order: readonly Lane[] = ["old", "refresh", "cold", "warm"];

/** `slots` calls at once: 5 by default, one below the limit of the platform. */
export function createGate({ clock, slots = 5 }: { clock: Clock; slots?: number }): Gate {
  const queues = new Map<Lane, Set<() => void>>(order.map((lane) => [lane, new Set()]));
  let free = slots;

  function release(): void {
    for (const lane of order) {
      for (const admit of queues.get(lane) ?? []) {
        admit();
        return;
      }
    }
    free += 1;
  }

  const slot = () => {
    let isHeld = true;
    return () => {
      if (isHeld) release();
      isHeld = false;
    };
  };

  return {
    async enter(lane, deadlineAt) {
      if (free > 0) {
        free -= 1;
        return slot();
      }
      const queue = queues.get(lane);
      return new Promise((resolve) => {
        const leave = (outcome: (() => void) | undefined) => {
          queue?.delete(admit);
          cancel();
          resolve(outcome);
        };
        const admit = () => leave(slot());
        const cancel = clock.timer(deadlineAt - clock.now(), () => leave(undefined));
        queue?.add(admit);
      });
    },
  };
}
