// Time and chance, handed in so that tests can hold both, and how long things are waited for.

export type Timing = {
  /** Epoch milliseconds. */
  now(): number;
  /** From 0 (inclusive) to 1 (exclusive). */
  random(): number;
  /** Calls `wake` once, `delayMs` from now. The returned function cancels. */
  timer(delayMs: number, wake: () => void): () => void;
};

/** Between `ms` and one and a half times that, so that many clients don't come back at once. */
export const jittered = (ms: number, { random }: Timing): number => ms * (1 + random() / 2);

/** Twice as long with each failure (1, 2, 3, …), up to `msMax`. */
export const backoff = (failures: number, ms: number, msMax: number): number =>
  Math.min(msMax, ms * 2 ** Math.min(failures - 1, 20));

/** Settles after `ms`, and rejects with the signal's reason once that is aborted. */
export function wait(ms: number, { timer }: Timing, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const abort = () => {
      cancel();
      reject(asError(signal?.reason));
    };
    const cancel = timer(ms, () => {
      signal?.removeEventListener("abort", abort);
      resolve();
    });
    signal?.addEventListener("abort", abort, { once: true });
  });
}

/** A signal of our own that follows the caller's, and `release`, which ends what it is for and lets go of the caller's. */
export function follow(signal: AbortSignal | undefined): {
  signal: AbortSignal;
  abort: () => void;
  release: () => void;
} {
  const controller = new AbortController();
  const abort = () => controller.abort(signal?.reason);
  if (signal?.aborted) abort();
  else signal?.addEventListener("abort", abort, { once: true });
  return {
    signal: controller.signal,
    abort: () => controller.abort(),
    release() {
      signal?.removeEventListener("abort", abort);
      controller.abort();
    },
  };
}

/** The promise, or the signal's reason once that is aborted first. */
export const orAborted = <Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> =>
  new Promise((resolve, reject) => {
    const abort = () => reject(asError(signal.reason));
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });

/** A signal's reason is an error, unless somebody aborted with something else. */
const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));
