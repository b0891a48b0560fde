// Hits and a stampede beside caches that were made for nothing else. They keep bytes under a URL; they check no query, keep no
// budget and know no page, so that this says what the product costs, not which of them to take.
import type { Figure, Measurement } from "../figure.ts";
import { startNodeBench } from "../support/node.ts";
import { startOrigin } from "../support/origin.ts";
import { peerKinds } from "../support/peers.ts";
import type { Peer } from "../support/peers.ts";
import { familyOf, holdToOneProcessor } from "../support/process.ts";
import { stampede as rush } from "../support/requests.ts";
import { interleaved, median } from "../support/statistics.ts";
import { longFresh, pagePath, questionPath, startWorkerBench } from "../support/worker.ts";
import { load } from "../support/wrk.ts";

const connections = 32;
const latencyMs = 250;
const stampedeCount = 1_000;
const nodeName = "realtimekit-bff on Node";

/** One row to be: where its hits and its cold pages are, and how to count what its upstream sees. */
type Contender = { name: string; hitUrl: string; coldUrl: string; calls: () => number };

export const peers: Figure = {
  name: "peers",
  what: "hits on workerd and on Node beside nginx `proxy_cache` and Varnish (where installed)",
  must: "reported",
  aim: "Node ahead of both in p99",
  method:
    "The same bytes behind each, memory hits, wrk with 32 connections in turn; medians of the rounds. One worker each (Varnish: one thread pool), held to one processor, wrk to another, where the system can. Then 1,000 concurrent requests for a page that is in no cache, while the upstream takes 250 ms.",
  async run(effort, progress) {
    const { rounds, seconds } = effort === "quick" ? { rounds: 2, seconds: 1 } : { rounds: 8, seconds: 2 };
    const bench = await startWorkerBench({ settings: longFresh });
    const node = await startNodeBench({ settings: longFresh });
    const started: Peer[] = [];
    let origin: Awaited<ReturnType<typeof startOrigin>> | undefined;
    try {
      const page = await (await fetch(bench.url + pagePath)).arrayBuffer();
      const upstream = await startOrigin(new Uint8Array(page));
      origin = upstream;
      const contenders: Contender[] = [
        {
          name: "realtimekit-bff on workerd",
          hitUrl: bench.url + pagePath,
          coldUrl: bench.url + questionPath(1),
          calls: () => bench.simulator.state().calls.total,
        },
        {
          name: nodeName,
          hitUrl: node.url + pagePath,
          coldUrl: node.url + questionPath(1),
          calls: () => node.simulator.state().calls.total,
        },
      ];
      const missing: string[] = [];
      for (const kind of peerKinds) {
        const program = await kind.program();
        if (program === undefined) {
          missing.push(kind.name);
          continue;
        }
        const peer = await kind.start(program, upstream.port);
        started.push(peer);
        contenders.push({
          name: kind.name,
          hitUrl: `${peer.url}/page`,
          coldUrl: `${peer.url}/cold`,
          calls: upstream.calls,
        });
      }
      const pids = [...bench.pids, ...node.pids];
      for (const peer of started) pids.push(...(await familyOf(peer.pid)));
      const isHeld = await holdToOneProcessor(pids);

      const rows = await measureHits(contenders, { rounds, seconds, isHeld }, progress);
      for (const { simulator } of [bench, node]) simulator.setFaults([{ kind: "latency", latencyMs }]);
      upstream.delay(latencyMs);
      for (const [index, { name, coldUrl, calls }] of contenders.entries()) {
        const before = calls();
        const statuses = await rush(coldUrl, stampedeCount);
        const failed = statuses.filter((status) => status !== 200).length;
        rows[index]?.push(String(calls() - before), String(failed));
        progress(`${name}: ${calls() - before} upstream calls in the stampede`);
      }
      return result(rows, missing, isHeld);
    } finally {
      for (const peer of started) await peer.stop();
      await origin?.close();
      await node.stop();
      await bench.stop();
    }
  },
};

async function measureHits(
  contenders: readonly Contender[],
  { rounds, seconds, isHeld }: { rounds: number; seconds: number; isHeld: boolean },
  progress: (text: string) => void,
): Promise<string[][]> {
  const hits = contenders.map(
    ({ hitUrl }) =>
      () =>
        load(hitUrl, { connections, seconds, isHeld }),
  );
  for (const warmUp of hits) await warmUp();
  const readings = await interleaved(rounds, hits, (round) => progress(`round ${round + 1} of ${rounds}`));
  return contenders.map(({ name }, index) => {
    const of = readings[index] ?? [];
    return [
      name,
      String(Math.round(median(of.map(({ requestsPerSecond }) => requestsPerSecond)))),
      median(of.map(({ p50Ms }) => p50Ms)).toFixed(2),
      median(of.map(({ p99Ms }) => p99Ms)).toFixed(2),
    ];
  });
}

function result(rows: string[][], missing: readonly string[], isHeld: boolean): Measurement {
  const columns = ["cache", "hits/s", "p50 ms", "p99 ms", "upstream calls in the stampede", "answers other than 200"];
  const summary = rows.map(([name = "", rate = "", , p99 = ""]) => `${name}: ${rate} hits/s, p99 ${p99} ms`);
  const p99Of = (row: readonly string[]) => Number(row[3]);
  const others = rows.filter(([name = ""]) => peerKinds.some((kind) => kind.name === name)).map(p99Of);
  const own = rows.filter(([name]) => name === nodeName).map(p99Of);
  const isAhead = missing.length === 0 && Math.max(...own) < Math.min(...others);
  return {
    measured: summary.join("; "),
    verdict: isAhead ? "aim met" : "reported",
    table: [columns, ...rows],
    notes: [
      isHeld ? "Servers and wrk had a processor each." : "Processors could not be set apart.",
      ...missing.map((name) => `${name}: not installed.`),
    ],
  };
}
