// What a hit costs over no product at all: a Worker that returns the same bytes, in the same workerd.
import { atLeast } from "../figure.ts";
import type { Figure } from "../figure.ts";
import { holdToOneProcessor } from "../support/process.ts";
import { costNote, rate, rateRatio, throughputOf } from "../support/throughput.ts";
import { longFresh, pagePath, startWorkerBench } from "../support/worker.ts";

const bounds = { must: 0.6, aim: 0.9 };

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
      const [product, bare] = await throughputOf(
        [bench.url + pagePath, bench.bareUrl].map((url) => ({ url, pids: bench.pids })),
        { rounds, seconds, isHeld },
        progress,
      );
      if (!product || !bare) throw new Error("nothing was measured");
      const ratio = rateRatio(product, bare);
      return {
        measured: ratio.told,
        verdict: atLeast(ratio.median, bounds),
        notes: [
          `${body.length} bytes, ${[...page.headers].length} headers: ${rate(product)} requests/s beside ${rate(bare)} of the bare Worker, which sends one header of its own.`,
          costNote(product, bare),
          isHeld ? "workerd and wrk had a processor each." : "Processors could not be set apart.",
        ],
      };
    } finally {
      await bench.stop();
    }
  },
};
