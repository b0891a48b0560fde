// What a hit costs over no product at all: a Worker that returns the same bytes, in the same workerd.
import { atLeast } from "../figure.ts";
import type { Figure } from "../figure.ts";
import { holdToOneProcessor, processorMs } from "../support/process.ts";
import { interleaved, median, pairedRatios } from "../support/statistics.ts";
import { longFresh, pagePath, startWorkerBench } from "../support/worker.ts";
import { load } from "../support/wrk.ts";

const bounds = { must: 0.6, aim: 0.9 };
const connections = 32;

export const hit: Figure = {
  name: "hit",
  what: "hit: throughput against a bare Worker that returns the same bytes in the same workerd",
  must: `≥ ${bounds.must}`,
  aim: `≥ ${bounds.aim}`,
  method:
    "wrk with 32 connections against both in turn, 12 rounds of 2 s each in alternating order; median and quartiles of the ratios of neighbours. Each Worker has a socket of its own; workerd is held to one processor, wrk to another, where the system can.",
  async run(effort, progress) {
    const { rounds, seconds } = effort === "quick" ? { rounds: 4, seconds: 1 } : { rounds: 12, seconds: 2 };
    const bench = await startWorkerBench({ settings: longFresh });
    try {
      const page = await fetch(bench.url + pagePath);
      const body = new Uint8Array(await page.arrayBuffer());
      await bench.teachBare(body);
      const isHeld = await holdToOneProcessor(bench.pids);
      const measure = async (url: string) => {
        const before = await processorMs(bench.pids);
        const { requestsPerSecond, requests } = await load(url, { connections, seconds, isHeld });
        const after = await processorMs(bench.pids);
        const microseconds = before === undefined || after === undefined ? NaN : ((after - before) * 1000) / requests;
        return { requestsPerSecond, microseconds };
      };
      const contenders = [() => measure(bench.url + pagePath), () => measure(bench.bareUrl)];
      for (const contender of contenders) await contender();
      const [product = [], bare = []] = await interleaved(rounds, contenders, (round) =>
        progress(`round ${round + 1} of ${rounds}`),
      );
      const rate = (readings: typeof product) => readings.map(({ requestsPerSecond }) => requestsPerSecond);
      const cost = (readings: typeof product) => readings.map(({ microseconds }) => microseconds);
      const ratio = pairedRatios(rate(product), rate(bare));
      const costRatio = pairedRatios(cost(bare), cost(product));
      return {
        measured: `${ratio.median.toFixed(2)} (quartiles ${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)})`,
        verdict: atLeast(ratio.median, bounds),
        notes: [
          `${body.length} bytes, ${[...page.headers].length} headers: ${Math.round(median(rate(product)))} requests/s beside ${Math.round(median(rate(bare)))} of the bare Worker, which sends one header of its own.`,
          Number.isNaN(costRatio.median)
            ? "Processor time per request could not be read on this system."
            : `Processor time per request: ${median(cost(product)).toFixed(0)} µs beside ${median(cost(bare)).toFixed(0)} µs, a ratio of ${costRatio.median.toFixed(2)} (quartiles ${costRatio.low.toFixed(2)} to ${costRatio.high.toFixed(2)}) that other work on the machine moves less.`,
          isHeld ? "workerd and wrk had a processor each." : "Processors could not be set apart.",
        ],
      };
    } finally {
      await bench.stop();
    }
  },
};
