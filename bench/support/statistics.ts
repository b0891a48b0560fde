// Numbers from noisy runs: medians and quantiles, and ratios of measurements that were taken next to each other.

/** The value below which `share` (0 to 1) of the values lie; the nearest one, not a mean of two. NaN without values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  const index = Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1));
  return sorted[index] ?? Number.NaN;
}

export const median = (values: readonly number[]) => quantile(values, 0.5);

/** Median and quartiles of the ratios of values that belong together by their place. */
export function pairedRatios(values: readonly number[], to: readonly number[]) {
  const ratios = values.map((value, index) => value / (to[index] ?? Number.NaN));
  return { median: median(ratios), low: quantile(ratios, 0.25), high: quantile(ratios, 0.75), count: ratios.length };
}

/**
 * Measures every contender once a round, in an order that turns round each time (A B, B A, A B), so that what slows the
 * machine down for a while slows all of them. Result: per contender one value a round.
 */
export async function interleaved<Reading>(
  rounds: number,
  contenders: readonly (() => Promise<Reading>)[],
  beforeRound: (round: number) => void = () => {},
): Promise<Reading[][]> {
  const readings: Reading[][] = contenders.map(() => []);
  const order = contenders.map((contender, place) => ({ contender, place }));
  for (let round = 0; round < rounds; round += 1) {
    beforeRound(round);
    for (const { contender, place } of round % 2 === 0 ? order : order.toReversed()) {
      readings[place]?.push(await contender());
    }
  }
  return readings;
}

/** The most instants (ascending, ms) in any window of that length. */
export function peakInWindow(instants: readonly number[], windowMs: number): number {
  let first = 0;
  let peak = 0;
  instants.forEach((at, index) => {
    while ((instants[first] ?? at) <= at - windowMs) first += 1;
    peak = Math.max(peak, index - first + 1);
  });
  return peak;
}
