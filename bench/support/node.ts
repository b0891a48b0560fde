// The product as Node processes, started as an operator starts them, in front of one simulator that counts every call; over their
// own memory, or over one real redis-server.
import path from "node:path";
import { buildNode } from "../../scripts/build-node.ts";
import { startLocalNode } from "../../scripts/local-node.ts";
import type { LocalNode } from "../../scripts/local-node.ts";
import { serveSimulator } from "../../simulator/server.ts";
import { createSimulator, SIMULATOR_ACCOUNT_ID } from "../../simulator/simulator.ts";
import type { Simulator } from "../../simulator/simulator.ts";
import type { SendWebhook } from "../../simulator/webhook-delivery.ts";
import { openWindowCommand } from "../../test/support/budget-window.ts";
import { startRedis } from "../../test/support/redis-server.ts";
import type { RedisServer } from "../../test/support/redis-server.ts";
import { freePort, startServer } from "./process.ts";
import type { Server } from "./process.ts";
import { benchSettings } from "./worker.ts";
import { testEpoch } from "../../test/support/epoch.ts";

export type NodeBench = {
  processes: readonly LocalNode[];
  /** Origins of the processes, without a slash at the end. */
  urls: readonly string[];
  /** Of the first process, for figures about one. */
  url: string;
  pids: readonly number[];
  redis: RedisServer | undefined;
  simulator: Simulator;
  /** One more process, with the same settings. */
  start(): Promise<LocalNode>;
  stop(): Promise<void>;
};

export type NodeBenchOptions = {
  /** 1 unless given. */
  processes?: number;
  settings?: Readonly<Record<string, string>>;
  /** When the simulator's world begins, epoch milliseconds; that of the tests unless given. */
  epochMs?: number;
  /** The simulator's limit: ample unless given. */
  budget?: { requests: number; windowSeconds: number };
  /** How the simulator's webhooks leave. */
  sendWebhook?: SendWebhook;
  /** Over a redis-server of the bench's own; `open` as if it had been there for a day, `new` as it starts: empty. */
  redis?: "none" | "new" | "open";
  /** Modules of this directory that each process loads before its own. */
  preload?: readonly string[];
  /** A memory for pages of no bytes in place of the product's own: no setting switches it off. */
  hasMemory?: boolean;
  /** Takes each line that a process writes. */
  write?: (line: string) => void;
};

const root = path.join(import.meta.dirname, "..", "..");
const withoutMemory = path.join(root, "dist", "node-without-memory.mjs");
const storeWithoutMemory = path.join(import.meta.dirname, "store-without-memory.ts");

export async function startNodeBench(options: NodeBenchOptions = {}): Promise<NodeBench> {
  const { processes: count = 1, redis: kind = "none", preload = [], hasMemory = true, write = () => {} } = options;
  const simulator = createSimulator({
    epochMs: options.epochMs ?? testEpoch,
    budget: options.budget ?? { requests: 1_000_000, windowSeconds: 300 },
    ...(options.sendWebhook && { sendWebhook: options.sendWebhook }),
  });
  const upstream = await serveSimulator(simulator, { port: 0 });
  const redis = kind === "none" ? undefined : await startRedis();
  const processes: LocalNode[] = [];
  const stop = async () => {
    await Promise.all(processes.map((local) => local.stop()));
    await upstream.close();
    await redis?.stop();
  };
  const imports = preload.map((file) => `--import=${path.join(import.meta.dirname, file)}`);
  const settings: Record<string, string> = {
    ...benchSettings(simulator, upstream.url, options.settings),
    ...(redis === undefined ? {} : { REDIS_URL: redis.url }),
    ...(preload.length === 0 ? {} : { NODE_OPTIONS: ["--expose-gc", ...imports].join(" ") }),
  };
  const start = async () => {
    const local = await startLocalNode({ ...(hasMemory ? {} : { file: withoutMemory }), port: 0, settings, write });
    processes.push(local);
    return local;
  };
  try {
    if (!hasMemory) await buildNode({ file: withoutMemory, replaced: { "./cache/store.ts": storeWithoutMemory } });
    if (redis !== undefined && kind === "open") await redis.cli(...openWindowCommand(SIMULATOR_ACCOUNT_ID));
    while (processes.length < count) await start();
  } catch (error) {
    await stop();
    throw error;
  }
  const urls = processes.map(({ origin }) => origin);
  const [url = ""] = urls;
  return { processes, urls, url, pids: processes.map(({ pid }) => pid), redis, simulator, start, stop };
}

export type RawServer = Server & { url: string };

/** What a raw server does: its bytes under two headers, under all the product's, or fetched from Redis for each request. */
export type RawKind = "two-headers" | "same-headers" | "redis";

/** A bare `node:http` server in a process of its own, which answers everything with one page. */
export async function startRawServer(
  kind: RawKind,
  page: { headers: Headers; body: Uint8Array },
  redisUrl = "",
): Promise<RawServer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const script = path.join(import.meta.dirname, "raw-server.ts");
  const teach = () =>
    fetch(url, {
      method: "PUT",
      headers: { "x-page-headers": JSON.stringify(Object.fromEntries(page.headers)) },
      body: Uint8Array.from(page.body),
    }).then(
      ({ ok }) => ok,
      () => false,
    );
  const server = await startServer(process.execPath, [script, kind, String(port), redisUrl], teach);
  return { url, ...server };
}
