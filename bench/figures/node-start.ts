// From nothing to the first page: how long does a new process take?
import { atMost } from "../figure.ts";
import type { Figure, Progress } from "../figure.ts";
import { nodeBuilt } from "../../scripts/local-node.ts";
import { startNodeBench } from "../support/node.ts";
import { median } from "../support/statistics.ts";
import { questionPath } from "../support/worker.ts";

const bounds = { must: 1_000, aim: 300 };

export const nodeStart: Figure = {
  name: "node-start",
  what: "Node: cold start to the first answer",
  must: "≤ 1 s",
  aim: "≤ 0.3 s",
  method:
    "From the start of the process to the last byte of its first page, loaded from the simulator; median of ten, over the process's own memory and over a redis-server, of which the slower counts.",
  async run(effort, progress) {
    await nodeBuilt();
    const times = effort === "quick" ? 3 : 10;
    const memory = await firstAnswers("none", times, progress);
    const redis = await firstAnswers("open", times, progress);
    const told = (values: readonly number[]) =>
      `${(median(values) / 1000).toFixed(2)} s (${(Math.min(...values) / 1000).toFixed(2)} to ${(Math.max(...values) / 1000).toFixed(2)})`;
    return {
      measured: `${told(memory)}; over Redis ${told(redis)}`,
      verdict: atMost(Math.max(median(memory), median(redis)), bounds),
    };
  },
};

async function firstAnswers(redis: "none" | "open", times: number, progress: Progress): Promise<number[]> {
  const bench = await startNodeBench({ processes: 0, redis });
  const took: number[] = [];
  try {
    while (took.length < times) {
      const startedAt = performance.now();
      const local = await bench.start();
      const response = await fetch(local.origin + questionPath(took.length));
      await response.arrayBuffer();
      took.push(performance.now() - startedAt);
      if (response.status !== 200) throw new Error(`the first answer was a ${response.status}`);
      await local.stop();
    }
  } finally {
    await bench.stop();
  }
  progress(`${redis === "none" ? "memory" : "Redis"}: ${took.map((ms) => ms.toFixed(0)).join(", ")} ms`);
  return took;
}
