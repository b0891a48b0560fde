// An export of 7,500 rows from a Node process: upstream calls, memory, and what becomes of a page in use meanwhile.
import { setTimeout as pause } from "node:timers/promises";
import { linesOf } from "../../test/support/exports.ts";
import { forgetPeak, memoryOf } from "../../test/support/process-memory.ts";
import { held } from "../figure.ts";
import type { Figure } from "../figure.ts";
import { createMemoryReader } from "../support/memory.ts";
import { startNodeBench, type NodeBench } from "../support/node.ts";
import { median } from "../support/statistics.ts";
import { pagePath, questionPath } from "../support/worker.ts";

const dayMs = 86_400_000;
/** The simulator has 90 days of sessions when it begins; in so many more the app has 7,500. */
const daysMore = 119;
/** So that the export lasts longer than the page may be old. */
const latencyMs = 1_000;
/** `Age` counts from when the page was asked for, its bound from when the upstream answered: fresh 5 s, a tenth more by chance, and stale 60 s. */
const most = { MiB: 32, ageSeconds: 65.5 + latencyMs / 1_000 };
const lookEveryMs = 250;
/** Of a hundred rows: the memory for pages holds some 180. */
const warmUpPages = 220;
const scarceBudget = 240;

export const exporting: Figure = {
  name: "export",
  what: "Node: export of 7,500 rows, and a page in use meanwhile",
  must: `≤ rows/100 + 1 upstream calls; ≤ ${most.MiB} MiB above idle; the page never older than its bound`,
  method: `Processes over their own memory with the default settings; the simulator has 7,500 sessions. First an export alone: its calls count. Then one with answers after ${latencyMs} ms while the same client looks at a live page every ${lookEveryMs} ms, so that both spend one client's fifth of the budget. Memory is the peak of the resident size during that export, garbage included, above the least of three seconds after forced collections before it; the process has answered hits by then and loaded ${warmUpPages} pages, so that its memory for pages is full. Last the same with a budget of ${scarceBudget}, of which an export gets too little: the page's age for two minutes. The bound is 65 s and a tenth of the 5 s in it, from the upstream's answer on: ${most.ageSeconds} s by the header.`,
  async run(effort, progress) {
    const isQuick = effort === "quick";
    const slow = { kind: "latency", latencyMs: isQuick ? 5 : latencyMs } as const;

    const alone = await withBench({}, async (bench) => {
      const before = callsOf(bench);
      const { rows, last } = linesOf(await exportOf(bench.url));
      return { rows: rows.length, isComplete: last.complete, calls: callsOf(bench) - before };
    });
    progress(`alone: ${alone.rows} rows with ${alone.calls} calls`);

    const memory = createMemoryReader();
    const ample = await withBench({ write: memory.write }, async (bench) => {
      const [pid = 0] = bench.pids;
      await warmUp(bench.url, isQuick ? 20 : warmUpPages);
      const idleMiB = (await memory.of(pid)).rssBytes / 2 ** 20;
      bench.simulator.setFaults([slow]);
      await forgetPeak(pid);
      const looked = await exportWhileLooking(bench.url);
      return { ...looked, idleMiB, grownMiB: (await memoryOf(pid)).peakMiB - idleMiB };
    });
    progress(
      `beside a page: ${ample.rows} rows in ${ample.seconds.toFixed(0)} s, ${ample.grownMiB.toFixed(1)} MiB more`,
    );

    const settings = { UPSTREAM_BUDGET_REQUESTS: String(scarceBudget) };
    const scarce = await withBench({ settings }, async (bench) => {
      bench.simulator.setFaults([slow]);
      return exportWhileLooking(bench.url, isQuick ? 2 : 120);
    });
    progress(`with a budget of ${scarceBudget}: ${scarce.rows} rows`);

    const callsMost = Math.ceil(alone.rows / 100) + 1;
    const oldest = Math.max(...ample.ages, ...scarce.ages);
    const isWhole = alone.isComplete && ample.isComplete && alone.calls <= callsMost;
    return {
      measured: `${alone.rows} rows with ${alone.calls} calls (at most ${callsMost}); ${ample.grownMiB.toFixed(1)} MiB above ${ample.idleMiB.toFixed(0)}; the page at most ${oldest} s old`,
      verdict: held(isWhole && ample.grownMiB <= most.MiB && oldest <= most.ageSeconds),
      notes: [
        `Beside a page the export took ${ample.seconds.toFixed(0)} s; the page was looked at ${ample.ages.length} times and was ${median(ample.ages)} s old in the median, ${Math.max(...ample.ages)} s at most.`,
        `With a budget of ${scarceBudget} the export came to ${scarce.rows} rows and ${scarce.isComplete ? "was complete" : "said that it was not complete"}; the page, looked at ${scarce.ages.length} times, was ${median(scarce.ages)} s old in the median, ${Math.max(...scarce.ages)} s at most.`,
      ],
    };
  },
};

type BenchOptions = { settings?: Readonly<Record<string, string>>; write?: (line: string) => void };

async function withBench<Outcome>(
  options: BenchOptions,
  use: (bench: NodeBench) => Promise<Outcome>,
): Promise<Outcome> {
  const { settings = {}, write = () => {} } = options;
  const bench = await startNodeBench({
    epochMs: Date.now() - daysMore * dayMs,
    preload: ["collect.ts"],
    settings: { CLIENT_BUDGET_PERCENT: "20", TRUSTED_PROXIES: "127.0.0.1", ...settings },
    write,
  });
  try {
    // No more than 90 days at once.
    for (const share of [0.5, 0.5]) bench.simulator.advance(share * daysMore * dayMs);
    return await use(bench);
  } finally {
    await bench.stop();
  }
}

const callsOf = ({ simulator }: NodeBench) => simulator.state().calls.total;
const from = (address: string) => ({ headers: { "x-forwarded-for": address } });
/** Who exports, and looks at the page. */
const client = from("203.0.113.1");

async function read(address: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(address, init);
  return new Response(await answer.text(), answer);
}

const exportOf = async (url: string) => (await read(`${url}${pagePath}.ndjson`, client)).text();

/** Pages are asked for by many clients, so that none has spent its share. */
async function warmUp(url: string, pages: number): Promise<void> {
  for (let hit = 0; hit < 2_000; hit += 1) await read(url + pagePath, from("198.51.100.1"));
  for (let page = 0; page < pages; page += 1) {
    await read(`${url}${questionPath(page)}&per_page=100`, from(`198.51.100.${2 + (page % 50)}`));
  }
}

type Looked = { rows: number; isComplete: boolean; seconds: number; ages: number[] };

/** Exports everything and looks at a live page until that is over, for `secondsMin` at the least. */
async function exportWhileLooking(url: string, secondsMin = 0): Promise<Looked> {
  const page = `${url}${pagePath}?status=LIVE`;
  await read(page, client);
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 1_000;
  const state = { seconds: 0 };
  const exported = exportOf(url).finally(() => (state.seconds = elapsed()));
  const ages: number[] = [];
  while (state.seconds === 0 || elapsed() < secondsMin) {
    const { headers } = await read(page, client);
    ages.push(Number(headers.get("age") ?? Infinity));
    await pause(lookEveryMs);
  }
  const { rows, last } = linesOf(await exported);
  return { rows: rows.length, isComplete: last.complete, seconds: state.seconds, ages };
}
