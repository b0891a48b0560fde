// How long readers had to wait, judged so that a machine whose cores are all busy does not decide.
//
// A busy machine makes single requests late, in any number of ways. A product that makes readers wait for something makes all of them
// late. So it is the usual wait that is judged; that nobody waits without an end is judged by the test's own time limit.

/** The wait of the reader in the middle, in milliseconds. Infinity where there were no readers. */
export function usualWait(waitsMs: readonly number[]): number {
  return waitsMs.toSorted((one, other) => one - other)[Math.floor(waitsMs.length / 2)] ?? Infinity;
}
