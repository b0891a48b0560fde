// What a miss costs over asking the upstream oneself.
import { SIMULATOR_TOKEN } from "../../simulator/simulator.ts";
import { atMost } from "../figure.ts";
import type { Figure } from "../figure.ts";
import { createClient } from "../support/requests.ts";
import { interleaved, median, quantile } from "../support/statistics.ts";
import { questionPath, startWorkerBench } from "../support/worker.ts";

const bounds = { must: 5, aim: 1 };
const latencyMs = 20;

type Comparison = { addedMs: number; through: readonly number[]; alone: readonly number[] };

const described = ({ through, alone }: Comparison) =>
  `Medians ${median(through).toFixed(2)} ms through the Worker and ${median(alone).toFixed(2)} ms directly, p99 ${quantile(through, 0.99).toFixed(1)} and ${quantile(alone, 0.99).toFixed(1)} ms`;

export const miss: Figure = {
  name: "miss",
  what: "miss: added to the upstream's own latency, median",
  must: `≤ ${bounds.must} ms`,
  aim: `≤ ${bounds.aim} ms`,
  method:
    "400 pairs, one request at a time, alternating: a query that no cache has through the Worker, and the upstream call that it makes, sent directly. Both from the same client over kept connections; the simulator waits 20 ms before it answers. The difference of the medians.",
  async run(effort, progress) {
    const pairs = effort === "quick" ? 60 : 400;
    const warmUps = 30;
    // The account's own limit as a budget, in windows so short that they never bind: one request at a time.
    const bench = await startWorkerBench({
      settings: { UPSTREAM_BUDGET_REQUESTS: "1200", UPSTREAM_BUDGET_WINDOW_SECONDS: "2" },
    });
    const client = createClient(1);
    try {
      bench.simulator.setFaults([{ kind: "latency", latencyMs }]);
      let asked = 0;
      const cold = async () => {
        const { status, durationMs } = await client.ask(bench.url + questionPath((asked += 1)));
        if (status !== 200) throw new Error(`a cold query was answered with ${status}`);
        return durationMs;
      };
      await cold();
      const template = bench.simulator.state().last?.url ?? "";
      const headers = { authorization: `Bearer ${SIMULATOR_TOKEN}`, accept: "application/json" };
      const direct = async () => {
        const url = new URL(template, bench.simulatorUrl);
        url.searchParams.set("start_time", new Date(Date.UTC(2021, 0, 1) + (asked += 1) * 1_000).toISOString());
        const { status, durationMs } = await client.ask(url.href, headers);
        if (status !== 200) throw new Error(`the simulator answered ${status}`);
        return durationMs;
      };
      const compare = async (rounds: number, name: string): Promise<Comparison> => {
        await interleaved(warmUps, [cold, direct]);
        const callsBefore = bench.simulator.state().calls.total;
        const [through = [], alone = []] = await interleaved(rounds, [cold, direct]);
        const calls = bench.simulator.state().calls.total - callsBefore;
        if (calls !== 2 * rounds) throw new Error(`${rounds} misses made ${calls - rounds} upstream calls`);
        const addedMs = median(through) - median(alone);
        progress(`${name}: ${addedMs.toFixed(2)} ms added`);
        return { addedMs, through, alone };
      };
      const real = await compare(pairs, `simulator takes ${latencyMs} ms`);
      bench.simulator.setFaults([]);
      const bare = await compare(Math.ceil(pairs / 2), "simulator answers at once");
      const spread = real.through.map((value, index) => value - (real.alone[index] ?? Number.NaN));
      return {
        measured: `${real.addedMs.toFixed(2)} ms`,
        verdict: atMost(real.addedMs, bounds),
        notes: [
          `${described(real)}; quartiles of the pairs' differences ${quantile(spread, 0.25).toFixed(2)} to ${quantile(spread, 0.75).toFixed(2)} ms.`,
          `In front of a simulator that answers at once: ${bare.addedMs.toFixed(2)} ms. ${described(bare)}.`,
        ],
      };
    } finally {
      client.close();
      await bench.stop();
    }
  },
};
