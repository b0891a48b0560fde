// `npm run test:repeat`: whole test runs one after the other, some of them with every core busy, to find tests that depend on luck or load.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import * as z from "zod";
import { testResults } from "./check.ts";

const help = `Usage: npm run test:repeat [-- --runs <n>] [--busy <n>]

  --runs <n>   whole runs of npm test, 10 unless given
  --busy <n>   of these the last n with one busy loop for each core beside them, 3 unless given

Prints a line for each run, and the names of tests that failed. Ends with 1 when any did.`;

const Results = z.object({
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

/** Keeps every core busy until it is stopped. */
function keepBusy(): () => void {
  const loops = Array.from({ length: availableParallelism() }, () =>
    spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" }),
  );
  return () => {
    for (const loop of loops) loop.kill("SIGKILL");
  };
}

async function runOnce(isBusy: boolean): Promise<{ isGreen: boolean; lines: string[] }> {
  await rm(testResults, { force: true });
  const stop = isBusy ? keepBusy() : () => {};
  process.once("exit", stop);
  const startedAt = performance.now();
  const child = spawn("vitest", ["run", "--reporter=json", `--outputFile=${testResults}`], { stdio: "ignore" });
  await once(child, "close");
  stop();
  process.removeListener("exit", stop);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const read = Results.safeParse(JSON.parse(await readFile(testResults, "utf8").catch(() => "null")));
  if (!read.success) return { isGreen: false, lines: [`no results, exit ${child.exitCode}, ${seconds} s`] };
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
