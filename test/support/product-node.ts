// The Node entry as a product under test: a process of its own, as an operator starts it, over memory or over a redis-server of its own.
//
// Over Redis the password of the server is the canary too, and at the end every key and value is searched for it. Two things are
// arranged there so that the same scenarios hold to the call: the window has been open for a day (an empty Redis would keep it closed
// for one window), and the budget is larger by the reserve that Redis never grants.
import { Redis } from "ioredis";
import { startLocalNode } from "../../scripts/local-node.ts";
import type { LocalNode } from "../../scripts/local-node.ts";
import { SIMULATOR_ACCOUNT_ID } from "../../simulator/simulator.ts";
import { openWindowCommand } from "./budget-window.ts";
import { canaryToken } from "./canary.ts";
import { createGuard, settingsFor, startUpstream } from "./product.ts";
import type { Product, ProductOptions, Settings, Upstream } from "./product.ts";
import { startRedis } from "./redis-server.ts";

export type NodeProcess = {
  /** Origin, without a slash at the end; the same after a restart. */
  readonly url: string;
  /** What it was started with: another process with the same is its replica. */
  readonly settings: Readonly<Record<string, string>>;
  /** Every line written so far, over restarts. */
  readonly logs: () => readonly string[];
  /** Of the process that runs now. */
  readonly pid: () => number;
  readonly signal: (name: NodeJS.Signals) => void;
  /** Settles with the exit code of the process that runs now. */
  readonly ended: () => Promise<number | null>;
  /** kill -9. */
  readonly kill: () => Promise<void>;
  /** Starts it anew on the same port, after `kill` or a drain. */
  readonly start: () => Promise<void>;
  /** Drains it. */
  readonly stop: () => Promise<void>;
};

export type NodeProduct = Product & {
  readonly process: NodeProcess;
  /** Every key and value in Redis as text; empty without Redis. */
  readonly dumpRedis: () => Promise<string>;
};

const alive = new Set<LocalNode>();
process.once("exit", () => {
  for (const { pid } of alive) signalTo(pid, "SIGKILL");
});

/** One process with exactly these settings, on a free port of loopback. Rejects with what it wrote when it ends at once. */
export async function startNodeProcess(
  settings: Readonly<Record<string, string>>,
  options: { port?: number; host?: string } = {},
): Promise<NodeProcess> {
  const lines: string[] = [];
  const launch = async (port: number) => {
    const local = await startLocalNode({ ...options, port, settings, write: (line) => lines.push(line) });
    alive.add(local);
    void local.ended.then(() => alive.delete(local));
    return local;
  };
  let local = await launch(options.port ?? 0);
  const { origin } = local;
  return {
    url: origin,
    settings,
    logs: () => lines,
    pid: () => local.pid,
    signal: (name) => signalTo(local.pid, name),
    ended: () => local.ended,
    async kill() {
      signalTo(local.pid, "SIGKILL");
      await local.ended;
    },
    async start() {
      local = await launch(Number(new URL(origin).port));
    },
    stop: () => local.stop(),
  };
}

/** A process that has ended by itself has nothing to be told. */
function signalTo(pid: number, name: NodeJS.Signals): void {
  if (![...alive].some((local) => local.pid === pid)) return;
  process.kill(pid, name);
}

/** Starts simulator and process; pages in the process's memory. */
export async function startNodeProduct(settings?: Settings, options: ProductOptions = {}): Promise<NodeProduct> {
  const upstream = await startUpstream(options.simulator);
  return startProduct(upstream, settings, undefined);
}

/** The same over a redis-server that has served this account for a day. */
export const startNodeProductOverRedis: StartNodeProduct = (settings, options) =>
  startOverRedis(settings, options, async (client) => {
    await client.call(...openWindowCommand(SIMULATOR_ACCOUNT_ID));
  });

/** The same over a redis-server that was started a moment ago: its budget is closed for a window, and processes live on their parts. */
export const startNodeProductOverNewRedis: StartNodeProduct = (settings, options) =>
  startOverRedis(settings, options, async () => {});

type StartNodeProduct = (settings?: Settings, options?: ProductOptions) => Promise<NodeProduct>;

async function startOverRedis(
  settings: Settings = {},
  options: ProductOptions = {},
  prepare: (client: Redis) => Promise<void>,
): Promise<NodeProduct> {
  const upstream = await startUpstream(options.simulator);
  const redis = await startRedis([], { password: canaryToken });
  const client = new Redis(redis.url);
  await prepare(client);
  const spendable = settings["UPSTREAM_BUDGET_REQUESTS"];
  const budget = spendable === undefined ? {} : { UPSTREAM_BUDGET_REQUESTS: withReserve(Number(spendable)) };
  return startProduct(
    upstream,
    { ...settings, ...budget, REDIS_URL: redis.url },
    {
      dump: () => dump(client),
      async stop() {
        client.disconnect();
        await redis.stop();
      },
    },
  );
}

/** Redis grants four fifths of a budget; the rest is for processes that can't reach it. */
const withReserve = (spendable: number) => String(spendable + Math.floor(spendable / 4));

type Storage = { dump(): Promise<string>; stop(): Promise<void> };

async function startProduct(
  upstream: Upstream,
  settings: Settings | undefined,
  storage: Storage | undefined,
): Promise<NodeProduct> {
  const closeAll = async () => {
    await upstream.close();
    await storage?.stop();
  };
  const running = await startNodeProcess(settingsFor(upstream, settings)).catch(async (error: unknown) => {
    await closeAll();
    throw error;
  });
  const guard = createGuard(running.url, settingsFor(upstream, settings));
  const product: NodeProduct = {
    ...upstream,
    url: running.url,
    fetch: guard.fetch,
    follow: guard.follow,
    logs: running.logs,
    process: running,
    dumpRedis: async () => (await storage?.dump()) ?? "",
    async stop() {
      try {
        guard.search("Redis", await product.dumpRedis());
        await running.stop();
        guard.search("the log", running.logs().join("\n"));
      } finally {
        await running.stop();
        await closeAll();
      }
      guard.settle();
    },
  };
  return product;
}

async function dump(client: Redis): Promise<string> {
  const texts: string[] = [];
  for (const key of await client.keys("*")) {
    const value =
      (await client.type(key)) === "zset" ? await client.zrange(key, "0", "-1", "WITHSCORES") : await client.get(key);
    texts.push(key, String(value));
  }
  return texts.join("\n");
}
