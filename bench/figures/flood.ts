// Ten thousand questions that nobody asked before, in ten seconds: the budget holds, and who was served stays served.
import { held } from "../figure.ts";
import type { Figure } from "../figure.ts";
import { createClient, paced } from "../support/requests.ts";
import type { Asked } from "../support/requests.ts";
import { median } from "../support/statistics.ts";
import { pagePath, questionPath, startWorkerBench } from "../support/worker.ts";

const budget = 1_080;
const pollMs = 250;

export const flood: Figure = {
  name: "flood",
  what: "10,000 different cold queries in 10 s",
  must: "budget never exceeded; a page in use stays served throughout",
  method:
    "The bundle on workerd with the default budget of 1,080 in 300 s, 1,000 new queries a second at a steady pace, and beside them one page that is asked for every 250 ms. Upstream calls are counted by the simulator, whose window of 300 s holds the whole run.",
  async run(effort, progress) {
    const seconds = effort === "quick" ? 3 : 10;
    const bench = await startWorkerBench({ settings: { UPSTREAM_BUDGET_REQUESTS: String(budget) } });
    const client = createClient(200);
    const poller = createClient(4);
    try {
      const first = await poller.ask(bench.url + pagePath);
      const polled: Promise<Asked>[] = [];
      const timer = setInterval(() => polled.push(poller.ask(bench.url + pagePath)), pollMs);
      const startedAt = performance.now();
      const answers = await paced(seconds * 1_000, seconds * 1_000, (index) =>
        client.ask(bench.url + questionPath(index)),
      );
      clearInterval(timer);
      const reads = [first, ...(await Promise.all(polled))];
      const unserved = reads.filter(({ status }) => status !== 200).length;
      const { calls, peakCallsInWindow } = bench.simulator.state();
      progress(`${calls.total} upstream calls, ${reads.length} polls, ${unserved} of them unserved`);
      const tookSeconds = (performance.now() - startedAt) / 1_000;
      const byStatus = new Map<number, number>();
      for (const { status } of answers) byStatus.set(status, (byStatus.get(status) ?? 0) + 1);
      const told = [...byStatus].map(([status, count]) => `${count} × ${status}`).toSorted();
      const isExpected = [...byStatus.keys()].every((status) => status === 200 || status === 503);
      return {
        measured: `${peakCallsInWindow} of ${budget} calls; ${reads.length - unserved} of ${reads.length} polls served`,
        verdict: held(peakCallsInWindow <= budget && calls.blocked === 0 && unserved === 0 && isExpected),
        notes: [
          `Answers to the new queries: ${told.join(", ")}; the last one came after ${tookSeconds.toFixed(1)} s.`,
          `The page in use took ${median(reads.map(({ durationMs }) => durationMs)).toFixed(1)} ms (median), at most ${Math.max(...reads.map(({ durationMs }) => durationMs)).toFixed(0)} ms.`,
        ],
      };
    } finally {
      client.close();
      poller.close();
      await bench.stop();
    }
  },
};
