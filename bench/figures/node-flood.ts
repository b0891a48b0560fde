// Ten thousand questions that nobody asked before, to four processes in ten seconds: the fleet spends no more than its budget.
import { held } from "../figure.ts";
import type { Figure, Progress } from "../figure.ts";
import { startNodeBench } from "../support/node.ts";
import { createClient, paced } from "../support/requests.ts";
import { questionPath } from "../support/worker.ts";

const processes = 4;

type Case = {
  name: string;
  redis: "new" | "open";
  budget: { requests: number; windowSeconds: number };
  settings?: Readonly<Record<string, string>>;
};

const budget = { requests: 1_080, windowSeconds: 300 };

const cases: readonly Case[] = [
  { name: "default budget", redis: "open", budget },
  { name: "default budget, empty Redis", redis: "new", budget },
  {
    name: "short windows, empty Redis",
    redis: "new",
    budget: { requests: 300, windowSeconds: 2 },
    settings: { UPSTREAM_DEADLINE_MS: "1000" },
  },
];

export const nodeFlood: Figure = {
  name: "node-flood",
  what: "4 Node processes, 10,000 different cold queries in 10 s",
  must: "≤ the budget",
  method:
    "Four processes over one redis-server, 1,000 new queries a second at a steady pace, each process a quarter of them. Once with the default budget of 1,080 in 300 s over a Redis that has been there for a day; once over an empty one, where for one window each process has only its share of the fifth that is set aside; once with 300 in 2 s over an empty one, so that windows open and slide within the run. Calls are counted by the simulator, in windows of the same length, and refused by it above the budget.",
  async run(effort, progress) {
    const seconds = effort === "quick" ? 4 : 10;
    const rows: string[][] = [];
    let isHeld = true;
    for (const one of cases) {
      const { peak, blocked, others, row } = await flood(one, seconds, progress);
      rows.push(row);
      isHeld &&= peak <= one.budget.requests && blocked === 0 && others === 0;
    }
    return {
      measured: rows.map(([name = "", of = "", peak = ""]) => `${name}: ${peak} of ${of}`).join("; "),
      verdict: held(isHeld),
      table: [
        ["case", "budget", "most calls in a window", "calls in all", "refused by the upstream", "answers"],
        ...rows,
      ],
    };
  },
};

async function flood(one: Case, seconds: number, progress: Progress) {
  const { requests, windowSeconds } = one.budget;
  const bench = await startNodeBench({
    processes,
    redis: one.redis,
    budget: one.budget,
    settings: {
      UPSTREAM_BUDGET_REQUESTS: String(requests),
      UPSTREAM_BUDGET_WINDOW_SECONDS: String(windowSeconds),
      MAX_REPLICAS: String(processes),
      ...one.settings,
    },
  });
  const client = createClient(100);
  try {
    const answers = await paced(seconds * 1_000, seconds * 1_000, (index) =>
      client.ask((bench.urls[index % processes] ?? "") + questionPath(index)),
    );
    const { calls, peakCallsInWindow: peak } = bench.simulator.state();
    progress(`${one.name}: ${peak} calls in a window of ${windowSeconds} s, ${calls.total} in all`);
    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    const others = answers.length - count(200) - count(503);
    const told = `${count(200)} × 200, ${count(503)} × 503${others > 0 ? `, ${others} others` : ""}`;
    const limit = `${requests} in ${windowSeconds} s`;
    const row = [one.name, limit, String(peak), String(calls.total), String(calls.blocked), told];
    return { peak, blocked: calls.blocked, others, row };
  } finally {
    client.close();
    await bench.stop();
  }
}
