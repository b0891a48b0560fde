// A million questions that nobody asked before: what does a process keep of them?
import { atMost } from "../figure.ts";
import type { Figure } from "../figure.ts";
import { createMemoryReader } from "../support/memory.ts";
import { startNodeBench } from "../support/node.ts";
import { median } from "../support/statistics.ts";
import { pagePath, questionPath } from "../support/worker.ts";
import { load, loadDistinct } from "../support/wrk.ts";

const mostMiB = 64;
const chunkSeconds = 5;
/** More queries than can be asked in a chunk. */
const chunkQueries = 500_000;
/** The memory for pages holds some 800 of these. */
const warmUpPages = 5_000;
const firstQuery = Date.UTC(2020, 0, 1) / 1000;

export const nodeMemory: Figure = {
  name: "node-memory",
  what: "Node: memory after 1,000,000 different queries",
  must: `≤ ${mostMiB} MiB more than at the start`,
  method:
    "One process over its own memory; wrk with 32 connections, each request with a query of its own, and a budget of 1,200 in 1 s, so that a part is loaded from the simulator and pushes older pages out and the rest is refused. The start is a process at work: it has answered hits and then so many new queries that its memory for pages was full more than once; a million new queries follow. Resident memory is the least of three seconds, after forced collections, each time.",
  async run(effort, progress) {
    const isQuick = effort === "quick";
    const wanted = isQuick ? 20_000 : 1_000_000;
    const memory = createMemoryReader();
    const bench = await startNodeBench({
      preload: ["collect.ts"],
      settings: {
        UPSTREAM_BUDGET_REQUESTS: "1200",
        UPSTREAM_BUDGET_WINDOW_SECONDS: "1",
        UPSTREAM_DEADLINE_MS: "1000",
      },
      write: memory.write,
    });
    const resident = async () => (await memory.of(bench.pids[0] ?? 0)).rssBytes / 2 ** 20;
    try {
      await load(bench.url + pagePath, { connections: 32, seconds: isQuick ? 2 : 10 });
      const idleMiB = await resident();
      let chunks = 0;
      const ask = async () => {
        const first = firstQuery + chunks * chunkQueries;
        chunks += 1;
        const seconds = isQuick ? 2 : chunkSeconds;
        return loadDistinct(bench.url + pagePath, { connections: 32, seconds, first });
      };
      for (let loaded = 0; loaded < warmUpPages;) loaded += (await ask()).pages;
      const startMiB = await resident();
      progress(`${idleMiB.toFixed(0)} MiB after hits, ${startMiB.toFixed(0)} MiB at the start`);
      const readings: number[] = [];
      let pages = 0;
      let refusals = 0;
      for (let chunk = 0; pages + refusals < wanted; chunk += 1) {
        const part = await ask();
        pages += part.pages;
        refusals += part.refusals;
        if (chunk % 6 === 0) readings.push(await resident());
        progress(`${pages + refusals} queries, ${refusals} refused; ${(readings.at(-1) ?? startMiB).toFixed(0)} MiB`);
      }
      const endMiB = await resident();
      const after = await fetch(bench.url + questionPath(1));
      await after.arrayBuffer();
      const grownMiB = endMiB - startMiB;
      return {
        measured: `${grownMiB.toFixed(0)} MiB more (${startMiB.toFixed(0)} at the start, ${endMiB.toFixed(0)} at the end)`,
        verdict: atMost(grownMiB, { must: mostMiB }),
        notes: [
          `${pages + refusals} different queries: ${pages} pages, ${refusals} refused for want of budget (503); the upstream saw ${bench.simulator.state().calls.total} calls.`,
          `After hits alone, before it had loaded more than one page, the process was at ${idleMiB.toFixed(0)} MiB: what it took on then is pages, the young generation of the heap and the allocator's reserve.`,
          `On the way: median ${median(readings).toFixed(0)} MiB, at most ${Math.max(...readings).toFixed(0)} MiB of ${readings.length} looks. A query afterwards was answered with ${after.status}.`,
        ],
      };
    } finally {
      await bench.stop();
    }
  },
};
