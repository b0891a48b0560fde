// Runs the Node service as a process of its own, with the settings it is given and nothing else of this environment.
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import { buildNode, nodeModule } from "./build-node.ts";

const root = path.join(import.meta.dirname, "..");
const killMs = 12_000;

/**
 * What a process of the service is started with, in the container too: a young generation of 16 MiB, so that pages that come and go
 * leave less behind (see docs/node.md).
 */
export const nodeFlags = ["--max-semi-space-size=16"] as const;

/** And with what in its environment: the C library's allocator would keep a reserve for each of its many arenas. */
export const nodeEnvironment = { MALLOC_ARENA_MAX: "2" } as const;

let built: Promise<void> | undefined;

/** Settles when the module is built from the source as it was when this process asked first. */
export function nodeBuilt(): Promise<void> {
  built ??= buildNode();
  return built;
}

export type LocalNodeOptions = {
  /** The module to run; the service's own, which is built first, unless given. */
  file?: string;
  /** 0 takes any free port. */
  port: number;
  host?: string;
  settings: Readonly<Record<string, string>>;
  /** Takes each line the process writes. */
  write?: (line: string) => void;
};

export type LocalNode = {
  /** Without a trailing slash. */
  origin: string;
  pid: number;
  /** Settles with the exit code once the process is gone, whoever ended it. */
  ended: Promise<number | null>;
  /** Asks it to drain, and waits. */
  stop(): Promise<void>;
};

/** Settles when the process listens. Rejects with what it wrote when it ends before. */
export async function startLocalNode(options: LocalNodeOptions): Promise<LocalNode> {
  const { file = nodeModule, port, host = "127.0.0.1", settings, write = () => {} } = options;
  if (options.file === undefined) await nodeBuilt();
  const child = spawn(process.execPath, [...nodeFlags, file], {
    cwd: root,
    env: { PATH: process.env["PATH"], ...nodeEnvironment, ...settings, PORT: String(port), HOST: host },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close").then(() => child.exitCode);
  const written: string[] = [];
  const listening = Promise.withResolvers<number>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      const listened = /"type":"node\.listening","port":(\d+)/.exec(line)?.[1];
      if (listened !== undefined) listening.resolve(Number(listened));
      else write(line);
      if (written.length < 100) written.push(line);
    });
  }
  void ended.then((code) => listening.reject(new Error(`exit ${code}\n${written.join("\n")}`)));
  const listened = await listening.promise;
  return {
    origin: `http://${host}:${listened}`,
    pid: child.pid ?? 0,
    ended,
    async stop() {
      child.kill("SIGTERM");
      const kill = setTimeout(() => child.kill("SIGKILL"), killMs);
      await ended;
      clearTimeout(kill);
    },
  };
}
