// Many ask four processes for one page that nobody has: how many calls does the upstream see?
import { held } from "../figure.ts";
import type { Figure } from "../figure.ts";
import { startNodeBench } from "../support/node.ts";
import { stampedeOn } from "../support/requests.ts";
import { questionPath } from "../support/worker.ts";

const processes = 4;
const eachCount = 250;
const latencyMs = 250;

export const nodeStampede: Figure = {
  name: "node-stampede",
  what: "4 Node processes × 250 concurrent cold requests for one page",
  must: "1 upstream call",
  method:
    "Four processes over one redis-server, 250 open connections to each, all of which send the same request in one turn, for a page that is in no cache, while the simulator takes 250 ms to answer; a new page each round. Calls are counted by the simulator.",
  async run(effort, progress) {
    const rounds = effort === "quick" ? 2 : 10;
    const settings = { MAX_REPLICAS: String(processes) };
    const bench = await startNodeBench({ processes, redis: "open", settings });
    const calls: number[] = [];
    let failed = 0;
    try {
      for (let round = 0; round < rounds; round += 1) {
        bench.simulator.reset();
        bench.simulator.setFaults([{ kind: "latency", latencyMs }]);
        const urls = bench.urls.map((url) => url + questionPath(round));
        const statuses = await stampedeOn(urls, eachCount);
        failed += statuses.filter((status) => status !== 200).length;
        calls.push(bench.simulator.state().calls.total);
        progress(`${statuses.length} requests: ${calls.at(-1)} upstream calls`);
      }
    } finally {
      await bench.stop();
    }
    const most = Math.max(...calls);
    return {
      measured: `${most} (the most of ${rounds} rounds)`,
      verdict: held(most === 1 && failed === 0),
      notes: [`Answers other than 200: ${failed} of ${rounds * processes * eachCount}.`],
    };
  },
};
