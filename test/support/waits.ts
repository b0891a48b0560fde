// How long readers had to wait, and how old a page was, judged so that a machine whose cores are all busy does not decide.
//
// A busy machine makes single requests late, in any number of ways. A product that makes readers wait for something makes all of them
// late. So it is the usual figure that is judged; that nobody waits without an end is judged by the test's own time limit.

/** The figure in the middle. Infinity where there are none. */
export function middleOf(figures: readonly number[]): number {
  return figures.toSorted((one, other) => one - other)[Math.floor(figures.length / 2)] ?? Infinity;
}
