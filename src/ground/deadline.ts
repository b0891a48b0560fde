// Waiting with an end. A promise that nobody waits for any more is left to settle on its own; its rejection is swallowed
// here, because whoever gave it up has already been told "late".
import type { Clock } from "./runtime.ts";

export type Settled<Value> = { state: "value"; value: Value } | { state: "error"; error: unknown } | { state: "late" };

/**
 * The deadline of a load inside a reader's deadline: a little earlier, so that what the load side falls back to still reaches
 * the reader. A tenth less, at most half a second.
 */
export function loadDeadlineMs(readerDeadlineMs: number): number {
  return readerDeadlineMs - Math.min(500, Math.ceil(readerDeadlineMs / 10));
}

/** Waits for `work` at most `delayMs`. Never rejects. A delay of zero or less still lets settled work win. */
export function settleWithin<Value>(work: Promise<Value>, delayMs: number, clock: Clock): Promise<Settled<Value>> {
  return new Promise((resolve) => {
    const cancel = clock.timer(Math.max(0, delayMs), () => resolve({ state: "late" }));
    work.then(
      (value) => {
        cancel();
        resolve({ state: "value", value });
      },
      (error: unknown) => {
        cancel();
        resolve({ state: "error", error });
      },
    );
  });
}

/** Work that may also throw before it returns a promise; this makes both a rejection. */
export async function attempt<Value>(work: () => Promise<Value>): Promise<Value> {
  return work();
}

/** A short code for a thrown thing: its name, never its message, which may quote a URL or a value. */
export function faultName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
