// `npm run test:repeat`: `npm test` several times, some of the runs with every core busy, to find tests that depend on luck or load.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import * as z from "zod";
import { testResults } from "./check.ts";

const help = `Usage: npm run test:repeat [-- --runs <n>] [--busy <n>]

  --runs <n>   whole runs of npm test, 10 unless given
  --busy <n>   of these the last n with one busy loop for each core beside them, 3 unless given

Prints a line for each run, and the names of tests that failed. Ends with 1 when any did.`;

const Results = z.object({
  startTime: z.number(),
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(
    z.object({ name: z.string(), assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })) }),
  ),
});

const { values } = parseArgs({
  options: {
    help: { type: "boolean", short: "h" },
    runs: { type: "string", default: "10" },
    busy: { type: "string", default: "3" },
  },
});

/** Ends with whoever started it, however that ends. */
const busyLoop = `
const parent = process.ppid;
while (process.ppid === parent) for (let count = 0; count < 1e8; count += 1);`;

/** Keeps every core busy until it is stopped. */
function keepBusy(): () => void {
  const loops = Array.from({ length: availableParallelism() }, () =>
    spawn(process.execPath, ["-e", busyLoop], { stdio: "ignore" }),
  );
  return () => {
    for (const loop of loops) loop.kill("SIGKILL");
  };
}

async function runOnce(isBusy: boolean): Promise<{ isGreen: boolean; lines: string[] }> {
  const stop = isBusy ? keepBusy() : () => {};
  const startedAt = Date.now();
  const child = spawn("npm", ["test"], { stdio: "ignore" });
  await once(child, "close");
  stop();
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  const read = Results.safeParse(JSON.parse(await readFile(testResults, "utf8").catch(() => "null")));
  // What an earlier run has left is not the outcome of this one.
  if (!read.success || read.data.startTime < startedAt) {
    return { isGreen: false, lines: [`no results, exit ${child.exitCode}, ${seconds} s`] };
  }
  const { numPassedTests, numFailedTests } = read.data;
  const failed = read.data.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.filter(({ status }) => status === "failed").map(({ fullName }) => `    ${name}: ${fullName}`),
  );
  return {
    isGreen: child.exitCode === 0,
    lines: [`${numPassedTests} passed, ${numFailedTests} failed, exit ${child.exitCode}, ${seconds} s`, ...failed],
  };
}

async function main(): Promise<number> {
  if (values.help) {
    console.log(help);
    return 0;
  }
  const [runs, busy] = [Number(values.runs), Number(values.busy)];
  if (!Number.isInteger(runs) || runs < 1 || !Number.isInteger(busy) || busy < 0 || busy > runs) {
    console.error("--runs takes a number from 1 on, --busy one from 0 to it");
    return 2;
  }
  let failedCount = 0;
  for (let run = 1; run <= runs; run += 1) {
    const isBusy = run > runs - busy;
    const { isGreen, lines } = await runOnce(isBusy);
    if (!isGreen) failedCount += 1;
    console.log(`run ${run} of ${runs}${isBusy ? ", cores busy" : ""}: ${lines.join("\n")}`);
  }
  console.log(failedCount === 0 ? `all ${runs} runs are green` : `${failedCount} of ${runs} runs failed`);
  return failedCount === 0 ? 0 : 1;
}

process.exitCode = await main();
