// Builds the bundles exactly as a deploy would upload them, without an account and without a network. Also the global set-up
// of the tests that drive them.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";

const root = path.join(import.meta.dirname, "..");
const wrangler = path.join(
  path.dirname(createRequire(import.meta.url).resolve("wrangler/package.json")),
  "bin/wrangler.js",
);

/** One of the two Workers: its configuration file, the directory of its bundle, and the name of the one module there. */
export type WorkerBuild = { config: string; directory: string; module: string };

/** Over KV, as `npm run deploy` has it. */
export const kvBuild: WorkerBuild = {
  config: path.join(root, "wrangler.toml"),
  directory: path.join(root, "dist", "worker"),
  module: "worker.js",
};

/** Over Redis, as `npm run deploy:redis` has it. */
export const redisBuild: WorkerBuild = {
  config: path.join(root, "deploy", "wrangler.redis.toml"),
  directory: path.join(root, "dist", "worker-redis"),
  module: "worker-redis.js",
};

/** What wrangler is told, whoever starts it: no questions, no reports home, and the Node of this process in its build. */
export function quietEnvironment(): NodeJS.ProcessEnv {
  const directories = [
    path.dirname(process.execPath),
    path.join(root, "node_modules", ".bin"),
    process.env["PATH"] ?? "",
  ];
  return {
    ...process.env,
    PATH: directories.join(path.delimiter),
    CI: "1",
    NO_COLOR: "1",
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_WRITE_LOGS: "false",
  };
}

/** Runs `wrangler deploy --dry-run` into `directory`; gives back what it printed, whether or not it went well. */
export async function dryRun(
  directory: string,
  { config }: Pick<WorkerBuild, "config"> = kvBuild,
): Promise<{ exitCode: number; printed: string }> {
  const command = [wrangler, "deploy", "--dry-run", "--config", config, "--outdir", directory];
  const child = spawn(process.execPath, command, {
    cwd: root,
    env: quietEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
  }
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
  return { exitCode, printed };
}

/** Throws with the builder's own words when it can't be built. */
export async function buildWorker(build: WorkerBuild): Promise<void> {
  const { exitCode, printed } = await dryRun(build.directory, build);
  if (exitCode !== 0) throw new Error(`the Worker does not build:\n${printed}`);
}

const bothBuilt = Symbol.for("realtimekit-bff: both Workers are built");

/** Vitest's global set-up: a plain function named `setup`. Each project loads this module anew; they build once between them. */
export async function setup(): Promise<void> {
  const shared = asShared(globalThis);
  await (shared[bothBuilt] ??= Promise.all([buildWorker(kvBuild), buildWorker(redisBuild)]));
}

/** Holds while nobody else writes under this symbol. */
const asShared = (global: object) => global as { [bothBuilt]?: Promise<unknown> };
