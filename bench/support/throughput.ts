// Servers next to each other: requests per second in interleaved rounds, and the processor time of a request where it can be read.
import type { Progress } from "../figure.ts";
import { processorMs } from "./process.ts";
import { interleaved, median, pairedRatios } from "./statistics.ts";
import { load } from "./wrk.ts";

const connections = 32;

/** `pids`: the processes whose time counts. */
export type Contender = { url: string; pids: readonly number[]; headers?: Readonly<Record<string, string>> };

export type Throughput = {
  /** One value a round. */
  requestsPerSecond: readonly number[];
  /** Processor time per request, one value a round; NaN where it can't be read. */
  microseconds: readonly number[];
};

export type Rounds = { rounds: number; seconds: number; isHeld: boolean };

/** Warms every contender up, then measures them in turn. */
export async function throughputOf(
  contenders: readonly Contender[],
  { rounds, seconds, isHeld }: Rounds,
  progress: Progress,
): Promise<Throughput[]> {
  const measure = async ({ url, pids, headers = {} }: Contender) => {
    const before = await processorMs(pids);
    const { requestsPerSecond, requests } = await load(url, { connections, seconds, isHeld, headers });
    const after = await processorMs(pids);
    const microseconds = before === undefined || after === undefined ? NaN : ((after - before) * 1000) / requests;
    return { requestsPerSecond, microseconds };
  };
  const tasks = contenders.map((contender) => () => measure(contender));
  for (const warmUp of tasks) await warmUp();
  const readings = await interleaved(rounds, tasks, (round) => progress(`round ${round + 1} of ${rounds}`));
  return readings.map((of) => ({
    requestsPerSecond: of.map(({ requestsPerSecond }) => requestsPerSecond),
    microseconds: of.map(({ microseconds }) => microseconds),
  }));
}

/** The ratio of throughputs, and as a sentence what it is and how far it varied. */
export function rateRatio(one: Throughput, other: Throughput): { median: number; told: string } {
  const ratio = pairedRatios(one.requestsPerSecond, other.requestsPerSecond);
  return { median: ratio.median, told: spread(ratio) };
}

export const rate = ({ requestsPerSecond }: Throughput) => Math.round(median(requestsPerSecond));

/** A sentence about processor time, which other work on the machine moves less than throughput. */
export function costNote(one: Throughput, other: Throughput): string {
  const ratio = pairedRatios(other.microseconds, one.microseconds);
  if (Number.isNaN(ratio.median)) return "Processor time per request could not be read on this system.";
  const [own, theirs] = [one, other].map(({ microseconds }) => median(microseconds).toFixed(0));
  return `Processor time per request: ${own} µs beside ${theirs} µs, a ratio of ${spread(ratio)} that other work on the machine moves less.`;
}

const spread = ({ median: middle, low, high }: { median: number; low: number; high: number }) =>
  `${middle.toFixed(2)} (quartiles ${low.toFixed(2)} to ${high.toFixed(2)})`;
