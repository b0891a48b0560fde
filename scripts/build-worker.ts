// Builds the bundle exactly as a deploy would upload it, without an account and without a network. Also the global set-up
// of the tests that drive the bundle.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";

const root = path.join(import.meta.dirname, "..");
const wrangler = path.join(
  path.dirname(createRequire(import.meta.url).resolve("wrangler/package.json")),
  "bin/wrangler.js",
);

/** Where the tests find the bundle: `worker.js` below it is the one module. */
export const bundleDirectory = path.join(root, "dist", "worker");

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
export async function dryRun(directory: string): Promise<{ exitCode: number; printed: string }> {
  const child = spawn(process.execPath, [wrangler, "deploy", "--dry-run", "--outdir", directory], {
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

/** Builds into `directory`. Throws with the builder's own words when it can't. */
export async function buildWorker(directory: string = bundleDirectory): Promise<void> {
  const { exitCode, printed } = await dryRun(directory);
  if (exitCode !== 0) throw new Error(`the Worker does not build:\n${printed}`);
}

/** Vitest's global set-up: a plain function named `setup`. */
export const setup = (): Promise<void> => buildWorker();
