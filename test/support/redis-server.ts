// A real Redis of the test's own: its own process, port and folder, nothing on disk, so that it can be killed, frozen and
// filled. Ended by its process id only.
import { execFile, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { redisBinary } from "./redis-binary.ts";

const execute = promisify(execFile);

export type RedisServer = {
  url: string;
  port: number;
  /** Runs one command through redis-cli and gives its raw answer. */
  cli(...command: string[]): Promise<string>;
  /** SIGSTOP and SIGCONT: connections stay, nothing is answered. */
  freeze(): void;
  thaw(): void;
  /** kill -9, and what comes after it: the same port, no data. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
};

const running = new Set<ChildProcess>();
process.once("exit", () => running.forEach((child) => child.kill("SIGKILL")));

/** `TEST_REDIS_URL` if it is set, else a server of its own. For tests that neither kill nor flush. */
export async function sharedRedis(): Promise<{ url: string; stop(): Promise<void> }> {
  const url = process.env["TEST_REDIS_URL"];
  return url === undefined || url === "" ? startRedis() : { url, stop: async () => undefined };
}

export async function startRedis(
  args: readonly string[] = [],
  { password = "" }: { password?: string } = {},
): Promise<RedisServer> {
  const { server, cli, env } = await redisBinary();
  const port = await freePort();
  const folder = await mkdtemp(path.join(os.tmpdir(), "redis-test-"));
  const login = password === "" ? [] : ["--requirepass", password];
  let child: ChildProcess;

  const run = async (...command: string[]) => {
    const auth = password === "" ? [] : ["-a", password, "--no-auth-warning"];
    const { stdout } = await execute(cli, ["-p", String(port), ...auth, ...command], { env });
    return stdout.trim();
  };
  const start = async () => {
    const fixed = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no"];
    child = spawn(server, [...fixed, ...login, ...args], { env, stdio: "ignore" });
    running.add(child);
    const own = child;
    own.once("exit", () => running.delete(own));
    for (let attempt = 0; attempt < 2_000; attempt += 1) {
      const pong = await run("ping").catch(() => "");
      if (pong === "PONG") return;
      await pause(25);
    }
    throw new Error("redis-server did not answer within a minute");
  };
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGKILL");
    await ended;
  };

  await start();
  return {
    url: password === "" ? `redis://127.0.0.1:${port}` : `redis://:${encodeURIComponent(password)}@127.0.0.1:${port}`,
    port,
    cli: run,
    freeze: () => void child.kill("SIGSTOP"),
    thaw: () => void child.kill("SIGCONT"),
    kill,
    restart: async () => {
      await kill();
      await start();
    },
    stop: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export type RedisCluster = { url: string; nodes: readonly RedisServer[]; stop(): Promise<void> };

/** Three primaries without replicas. */
export async function startRedisCluster(args: readonly string[] = []): Promise<RedisCluster> {
  const { cli, env } = await redisBinary();
  const nodes = await Promise.all(
    [1, 2, 3].map(async () => {
      const bus = String(await freePort());
      return startRedis(["--cluster-enabled", "yes", "--cluster-port", bus, "--cluster-node-timeout", "2000", ...args]);
    }),
  );
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  await execute(cli, ["--cluster", "create", ...addresses, "--cluster-replicas", "0", "--cluster-yes"], { env });
  for (const node of nodes) {
    for (let attempt = 0; !(await node.cli("cluster", "info")).includes("cluster_state:ok"); attempt += 1) {
      if (attempt > 2_000) throw new Error("the cluster did not form within a minute");
      await pause(25);
    }
  }
  return {
    url: `redis://${addresses.join(",")}`,
    nodes,
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
  };
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Waits for something to become true; fails with `what` after `withinMs`. */
export async function eventually(what: string, isTrue: () => boolean | Promise<boolean>, withinMs = 120_000) {
  for (const until = Date.now() + withinMs; !(await isTrue());) {
    if (Date.now() > until) throw new Error(`not within ${withinMs} ms: ${what}`);
    await pause(10);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

export type RedisSentinel = { url: string; primary: RedisServer; stop(): Promise<void> };

/** A primary, a replica, and one Sentinel that makes the one the other when it is gone for half a second. */
export async function startRedisSentinel(): Promise<RedisSentinel> {
  const { server, env } = await redisBinary();
  const primary = await startRedis();
  const replica = await startRedis(["--replicaof", "127.0.0.1", String(primary.port)]);
  const port = await freePort();
  const folder = await mkdtemp(path.join(os.tmpdir(), "redis-test-"));
  const file = path.join(folder, "sentinel.conf");
  const lines = [
    `port ${port}`,
    "bind 127.0.0.1",
    `dir ${folder}`,
    `sentinel monitor main 127.0.0.1 ${primary.port} 1`,
    "sentinel down-after-milliseconds main 500",
    "sentinel failover-timeout main 3000",
  ];
  await writeFile(file, `${lines.join("\n")}\n`);
  const child = spawn(server, [file, "--sentinel"], { env, stdio: "ignore" });
  running.add(child);
  child.once("exit", () => running.delete(child));
  await eventually("the replica is in step", async () =>
    (await replica.cli("info", "replication")).includes("master_link_status:up"),
  );
  const { cli } = await redisBinary();
  await eventually("the Sentinel knows the replica", async () => {
    const { stdout } = await execute(cli, ["-p", String(port), "sentinel", "replicas", "main"], { env }).catch(() => ({
      stdout: "",
    }));
    return stdout.includes(String(replica.port));
  });
  return {
    url: `redis+sentinel://127.0.0.1:${port}/main`,
    primary,
    async stop() {
      child.kill("SIGKILL");
      await Promise.all([primary.stop(), replica.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
