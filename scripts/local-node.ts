// Runs the Node entry as a process of its own, with the settings it is given and nothing else of this environment.
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";

const root = path.join(import.meta.dirname, "..");
const killMs = 12_000;

/**
 * What a process of the service is started with, in the container too: a young generation of 16 MiB, so that pages that come and go
 * leave less behind (see docs/node.md).
 */
export const nodeFlags = ["--max-semi-space-size=16"] as const;

export type LocalNodeOptions = {
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
  const { port, host = "127.0.0.1", settings, write = () => {} } = options;
  const child = spawn(process.execPath, [...nodeFlags, path.join(root, "src", "node.ts")], {
    cwd: root,
    env: { PATH: process.env["PATH"], ...settings, PORT: String(port), HOST: host },
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
