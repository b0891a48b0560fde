// What a hit costs on Node over no product at all: `node:http` that writes the same bytes, and `node:http` with one GET to Redis.
import { atLeast } from "../figure.ts";
import type { Figure, Measurement, Progress } from "../figure.ts";
import { startNodeBench, startRawServer } from "../support/node.ts";
import type { NodeBench, NodeBenchOptions, RawKind, RawServer } from "../support/node.ts";
import { holdToOneProcessor, processors } from "../support/process.ts";
import { costNote, rate, rateRatio, throughputOf } from "../support/throughput.ts";
import { longFresh, pagePath } from "../support/worker.ts";

const wayOfMeasuring =
  "wrk with 32 connections against each in turn, in rounds of 2 s in alternating order; median and quartiles of the ratios of neighbours. The servers are held to one processor, wrk to another, where the system can.";

export const nodeHit: Figure = {
  name: "node-hit",
  what: "Node, hit from memory: throughput against a raw `node:http` server that writes the same bytes",
  must: "≥ 0.6",
  aim: "≥ 0.9",
  method: `One process each; the raw server sets content-type and content-length and nothing else. A third server, raw too, sends all of the product's headers, to tell what they cost. ${wayOfMeasuring}`,
  run: (effort, progress) =>
    besideRaw(["two-headers", "same-headers"], {}, { must: 0.6, aim: 0.9 }, effort === "quick" ? 4 : 12, progress),
};

export const nodeRedisHit: Figure = {
  name: "node-redis-hit",
  what: "Node, hit from Redis (memory off): beside a raw ioredis `GET` and write",
  must: "≥ 0.6",
  aim: "≥ 0.8",
  method: `The product's own entry with a memory for pages of no bytes, so that each hit is read from one redis-server, checked and served; beside it a raw \`node:http\` server that gets the bare body from the same redis-server by ioredis, reads of one turn in one packet as in the product, and writes it. redis-server shares the processor of wrk. ${wayOfMeasuring}`,
  run: (effort, progress) =>
    besideRaw(
      ["redis"],
      { redis: "open", hasMemory: false },
      { must: 0.6, aim: 0.8 },
      effort === "quick" ? 4 : 12,
      progress,
    ),
};

/** The ratio is to the first of the raw servers. */
async function besideRaw(
  kinds: readonly RawKind[],
  options: NodeBenchOptions,
  bounds: { must: number; aim: number },
  rounds: number,
  progress: Progress,
): Promise<Measurement> {
  const bench = await startNodeBench({ ...options, settings: longFresh });
  const raws: RawServer[] = [];
  try {
    const page = await fetch(bench.url + pagePath);
    const body = new Uint8Array(await page.arrayBuffer());
    for (const kind of kinds) raws.push(await startRawServer(kind, { headers: page.headers, body }, bench.redis?.url));
    const isHeld = await hold(bench, raws);
    const readsBefore = await redisReads(bench);
    const contenders = [{ url: bench.url + pagePath, pids: bench.pids }];
    for (const { url, pid } of raws) contenders.push({ url, pids: [pid] });
    const seconds = 2;
    const [product, raw, sameHeaders] = await throughputOf(contenders, { rounds, seconds, isHeld }, progress);
    if (!product || !raw) throw new Error("nothing was measured");
    const ratio = rateRatio(product, raw);
    const notes = [
      `${body.length} bytes, ${[...page.headers].length} headers: ${rate(product)} requests/s beside ${rate(raw)}.`,
      costNote(product, raw),
    ];
    if (sameHeaders) {
      const [ours, theirs] = [rateRatio(product, sameHeaders), rateRatio(sameHeaders, raw)];
      notes.push(
        `Raw \`node:http\` with all of the product's headers has a ratio of ${theirs.told} itself; the product's to that is ${ours.told}.`,
      );
    }
    const reads = (await redisReads(bench)) - readsBefore;
    if (bench.redis) notes.push(`redis-server found a key ${reads} times in the run.`);
    notes.push(isHeld ? "Servers and wrk had a processor each." : "Processors could not be set apart.");
    return { measured: ratio.told, verdict: atLeast(ratio.median, bounds), notes };
  } finally {
    for (const raw of raws) await raw.stop();
    await bench.stop();
  }
}

async function hold(bench: NodeBench, raws: readonly RawServer[]): Promise<boolean> {
  const redisPid = /process_id:(\d+)/.exec((await bench.redis?.cli("info", "server")) ?? "")?.[1];
  if (redisPid !== undefined) await holdToOneProcessor([Number(redisPid)], processors.load);
  return holdToOneProcessor([...bench.pids, ...raws.map(({ pid }) => pid)]);
}

async function redisReads({ redis }: NodeBench): Promise<number> {
  return Number(/keyspace_hits:(\d+)/.exec((await redis?.cli("info", "stats")) ?? "")?.[1] ?? 0);
}
