// Many ask for one page that nobody has: how many calls does the upstream see?
import { createSimulator } from "../../simulator/simulator.ts";
import { held } from "../figure.ts";
import type { Figure } from "../figure.ts";
import { createCoreReader } from "../support/core.ts";
import { stampede as rush } from "../support/requests.ts";
import { questionPath, startWorkerBench } from "../support/worker.ts";
import { testEpoch } from "../../test/support/epoch.ts";

const latencyMs = 250;
const inWorkerCount = 1_000;
const inCoreCount = 10_000;

export const stampede: Figure = {
  name: "stampede",
  what: "1,000 concurrent cold requests for one page through workerd; 10,000 in the core",
  must: "1 upstream call",
  method:
    "1,000 open connections send the same request in one turn, for a page that is in no cache, while the simulator takes 250 ms to answer; a new page each round. In the core, 10,000 readers of one read side over one load side, in this process. Calls are counted by the simulator.",
  async run(effort, progress) {
    const rounds = effort === "quick" ? 1 : 5;
    const bench = await startWorkerBench();
    const calls: number[] = [];
    let failed = 0;
    try {
      for (let round = 0; round < rounds; round += 1) {
        bench.simulator.reset();
        bench.simulator.setFaults([{ kind: "latency", latencyMs }]);
        const statuses = await rush(bench.url + questionPath(round), inWorkerCount);
        failed += statuses.filter((status) => status !== 200).length;
        calls.push(bench.simulator.state().calls.total);
        progress(`${inWorkerCount} through workerd: ${calls.at(-1)} upstream calls`);
      }
    } finally {
      await bench.stop();
    }
    const core = await inCore();
    const worst = Math.max(...calls);
    return {
      measured: `${worst} (the most of ${rounds} rounds); ${core.calls} in the core`,
      verdict: held(worst === 1 && core.calls === 1 && failed + core.failed === 0),
      notes: [`Answers other than 200: ${failed} through workerd, ${core.failed} in the core.`],
    };
  },
};

async function inCore(): Promise<{ calls: number; failed: number }> {
  const simulator = createSimulator({ epochMs: testEpoch });
  simulator.setFaults([{ kind: "latency", latencyMs }]);
  const read = createCoreReader(simulator);
  const results = await Promise.all(Array.from({ length: inCoreCount }, () => read("per_page=100")));
  return { calls: simulator.state().calls.total, failed: results.filter((result) => !result.ok).length };
}
