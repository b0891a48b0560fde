// `npm run check`: everything that must hold before a change goes in, in order, stopping at the first that does not.
// Continuous integration runs exactly this.
import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import path from "node:path";
import { quietEnvironment } from "./build-worker.ts";

const root = path.join(import.meta.dirname, "..");

/** Where the test run leaves its own count (see `vitest.config.ts`). */
export const testResults = path.join(root, "dist", "test-results.json");

type Step = { name: string; command: readonly string[] };

const steps: readonly Step[] = [
  { name: "format", command: ["oxfmt", "--check"] },
  { name: "lint, types in mind, and layers", command: ["oxlint"] },
  { name: "types", command: ["tsc", "-p", "."] },
  { name: "types of the client, which runs in browsers", command: ["tsc", "-p", "client"] },
  { name: "types of the dashboard", command: ["tsc", "-p", "web"] },
  { name: "OpenAPI document up to date", command: ["node", "scripts/openapi.ts", "--check"] },
  { name: "OpenAPI document lint", command: ["node", "scripts/openapi.ts", "--lint"] },
  { name: "generated parts of the documents up to date", command: ["node", "scripts/docs-parts.ts", "--check"] },
  { name: "deploy without a warning", command: ["node", "scripts/check-deploy.ts"] },
  { name: "tests", command: ["vitest", "run"] },
  { name: "clients generated from the OpenAPI document", command: ["node", "test/generators/run.ts"] },
];

function run([program = "", ...args]: readonly string[]): Promise<number> {
  const child = spawn(program, args, {
    cwd: root,
    env: { ...quietEnvironment(), REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" },
    stdio: ["ignore", "inherit", "inherit"],
  });
  return new Promise((resolve) => {
    child.once("error", (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.once("close", (code) => resolve(code ?? 1));
  });
}

async function check(): Promise<number> {
  await rm(testResults, { force: true });
  const lines: string[] = [];
  let exitCode = 0;
  for (const { name, command } of steps) {
    if (exitCode !== 0) {
      lines.push(`  not run  ${name}`);
      continue;
    }
    console.log(`\n== ${name}: ${command.join(" ")}`);
    const startedAt = performance.now();
    exitCode = await run(command);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    lines.push(`  ${exitCode === 0 ? "ok     " : "FAILED "}  ${name} (${seconds} s)`);
  }
  console.log(["", "== summary", ...lines, ""].join("\n"));
  return exitCode;
}

if (import.meta.main) process.exitCode = await check();
