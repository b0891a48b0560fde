// One way for a call to be over before its answer is: the deadline, silence for too long, or a caller who left.
//
// The first cause wins and is remembered, because an aborted fetch and an aborted read say nothing reliable about
// why they ended.
import type { Clock } from "../ground/runtime.ts";

export type CutoffCause = "deadline" | "idle" | "caller";

export type Cutoff = {
  /** Handed to fetch. */
  readonly signal: AbortSignal;
  /** Resolves, never rejects, when the call is cut off. */
  readonly ended: Promise<CutoffCause>;
  cause(): CutoffCause | undefined;
  /** From now on `idleMs` without `heard` end the call. */
  listen(idleMs: number): void;
  heard(): void;
  /** Stops every timer and ends whatever is still open on the connection. Must be called once the call is over. */
  release(): void;
};

/** Starts counting at once. `deadlineAt` is in epoch milliseconds; one that has passed ends the call before it began. */
export function createCutoff(clock: Clock, deadlineAt: number, caller: AbortSignal | undefined): Cutoff {
  const controller = new AbortController();
  let cause: CutoffCause | undefined;
  let cancelIdle = () => {};
  let heardAt = clock.now();
  let tell: (cause: CutoffCause) => void = () => {};
  const ended = new Promise<CutoffCause>((resolve) => {
    tell = resolve;
  });

  const end = (because: CutoffCause) => {
    if (cause !== undefined) return;
    cause = because;
    tell(because);
    controller.abort();
  };
  const endByCaller = () => end("caller");

  const cancelDeadline = clock.timer(Math.max(0, deadlineAt - clock.now()), () => end("deadline"));
  if (caller?.aborted === true) end("caller");
  else caller?.addEventListener("abort", endByCaller, { once: true });
  if (deadlineAt <= clock.now()) end("deadline");

  return {
    signal: controller.signal,
    ended,
    cause: () => cause,
    // One timer that looks back, not one per chunk: a body may arrive in very many pieces.
    listen(idleMs) {
      heardAt = clock.now();
      const watch = (delayMs: number) => {
        cancelIdle = clock.timer(delayMs, () => {
          const remainingMs = heardAt + idleMs - clock.now();
          if (remainingMs <= 0) end("idle");
          else watch(remainingMs);
        });
      };
      watch(idleMs);
    },
    heard() {
      heardAt = clock.now();
    },
    release() {
      cancelDeadline();
      cancelIdle();
      caller?.removeEventListener("abort", endByCaller);
      controller.abort();
    },
  };
}
