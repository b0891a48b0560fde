// `npm run test:epochs`: the tests that look at the simulator's world, once for each of seven instants at which calendars go wrong.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { parseArgs } from "node:util";

const help = `Usage: npm run test:epochs [-- --only <n>]

Runs the tests that look at the simulator's world with TEST_EPOCH at each of these instants, one after the other.
  --only <n>   only the n-th of them, from 1`;

const epochs: readonly (readonly [name: string, at: string])[] = [
  ["the last second of a year", "2026-12-31T23:59:59.000Z"],
  ["the first second of a year", "2027-01-01T00:00:00.000Z"],
  ["a leap day", "2028-02-29T12:00:00.000Z"],
  ["the night on which Europe's clocks go forward", "2027-03-28T00:59:59.500Z"],
  ["the night on which America's clocks go back", "2026-11-01T05:59:59.500Z"],
  ["just before a page of the last ten minutes settles", "2026-11-22T10:09:59.999Z"],
  ["a day on which tests were red once", "2026-11-26T12:00:00.000Z"],
];

/** What of the run depends on when sessions took place. */
const tests = (
  "--project core --project threats --project blackbox --project browser --project long " +
  "test/app test/blackbox/sdk test/blackbox/node.test test/blackbox/worker.test test/browser/reading " +
  "test/threats/oracle-differential test/threats/matrix test/threats/cache"
).split(" ");

const { values } = parseArgs({ options: { help: { type: "boolean", short: "h" }, only: { type: "string" } } });

async function main(): Promise<number> {
  if (values.help) {
    console.log(help);
    return 0;
  }
  const only = values.only === undefined ? undefined : Number(values.only);
  if (only !== undefined && !epochs[only - 1]) {
    console.error(`--only takes a number from 1 to ${epochs.length}`);
    return 2;
  }
  const lines: string[] = [];
  let failedCount = 0;
  for (const [place, [name, at]] of epochs.entries()) {
    if (only !== undefined && only !== place + 1) continue;
    console.log(`\n== ${place + 1} of ${epochs.length}: ${at}, ${name}`);
    const startedAt = performance.now();
    const child = spawn("vitest", ["run", "--reporter=dot", ...tests], {
      env: { ...process.env, TEST_EPOCH: at },
      stdio: ["ignore", "inherit", "inherit"],
    });
    await once(child, "close");
    const isGreen = child.exitCode === 0;
    if (!isGreen) failedCount += 1;
    lines.push(
      `  ${isGreen ? "ok    " : "FAILED"}  ${at}  ${Math.round((performance.now() - startedAt) / 1000)} s  ${name}`,
    );
  }
  console.log(["", ...lines, ""].join("\n"));
  return failedCount === 0 ? 0 : 1;
}

process.exitCode = await main();
