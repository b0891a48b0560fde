// `npm run bench`: measures the figures one after the other and writes them down.
//
// A figure that misses is a result; only a figure that can't be measured makes the run fail.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import type { Figure } from "./figure.ts";
import { bundle } from "./figures/bundle.ts";
import { dashboardBytes, dashboardRender, dashboardTime } from "./figures/dashboard.ts";
import { exporting } from "./figures/export.ts";
import { client } from "./figures/client.ts";
import { flood } from "./figures/flood.ts";
import { hit } from "./figures/hit.ts";
import { firstSeenToken, jwtHit, loginHit, randomKids, restrictedHit } from "./figures/identity.ts";
import { liveBurst } from "./figures/live-burst.ts";
import { liveCost } from "./figures/live-cost.ts";
import { liveFanout, liveFanoutWorker } from "./figures/live-fanout.ts";
import { liveMemory } from "./figures/live-memory.ts";
import { livePolling } from "./figures/live-polling.ts";
import { miss } from "./figures/miss.ts";
import { nodeFlood } from "./figures/node-flood.ts";
import { nodeHit, nodeRedisHit } from "./figures/node-hit.ts";
import { nodeMemory } from "./figures/node-memory.ts";
import { nodeStampede } from "./figures/node-stampede.ts";
import { nodeStart } from "./figures/node-start.ts";
import { peers } from "./figures/peers.ts";
import { polling } from "./figures/polling.ts";
import { stampede } from "./figures/stampede.ts";
import { asMarkdown, asText } from "./results.ts";
import type { Result } from "./results.ts";
import { machineFacts, versionFacts } from "./support/machine.ts";
import { removeBundle } from "./support/worker.ts";

const workerFigures: readonly Figure[] = [stampede, polling, flood, hit, miss, bundle];
const nodeFigures: readonly Figure[] = [nodeStampede, nodeFlood, nodeHit, nodeRedisHit, nodeMemory, nodeStart];
const identityFigures: readonly Figure[] = [jwtHit, loginHit, restrictedHit, firstSeenToken, randomKids];
const liveFigures: readonly Figure[] = [liveFanout, liveFanoutWorker, liveMemory, liveBurst, livePolling, liveCost];
const peopleFigures: readonly Figure[] = [dashboardBytes, dashboardTime, dashboardRender, exporting, client];
const figures = [...workerFigures, ...nodeFigures, ...identityFigures, ...liveFigures, ...peopleFigures, peers];
const resultsFile = path.join(import.meta.dirname, "RESULTS.md");

const help = `Usage: npm run bench                          measures everything and writes bench/RESULTS.md
       npm run bench -- --only <name>           measures one figure (may be repeated); writes nothing
       npm run bench -- --quick                 shows in some minutes that everything can be measured; writes nothing

Figures
${figures.map(({ name, what }) => `  ${name.padEnd(18)} ${what}`).join("\n")}

Needs wrk, which it gets by itself as root on Debian and Ubuntu, and redis-server, the same way; nginx and varnishd are measured where
they are installed.
Best on a machine that does nothing else. Exit codes: 0 measured (whatever the numbers), 1 a figure could not be measured.`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: "string", multiple: true, default: [] },
      quick: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const unknown = values.only.filter((name) => !figures.some((figure) => figure.name === name));
  if (unknown.length > 0) {
    console.error(`no figure is called ${unknown.join(", ")}; there are ${figures.map(({ name }) => name).join(", ")}`);
    return 1;
  }
  const chosen = figures.filter(({ name }) => values.only.length === 0 || values.only.includes(name));
  const { results, hasFailed } = await measure(chosen, values.quick ? "quick" : "full");
  console.log(`\n${asText(results)}`);
  if (hasFailed || values.quick || chosen.length < figures.length) {
    console.log(`\n${path.basename(resultsFile)} is left as it was: this was not a whole run.`);
  } else {
    const date = new Date().toISOString().slice(0, 10);
    const run = { date, machine: await machineFacts(), versions: await versionFacts(), results };
    await writeFile(resultsFile, asMarkdown(run));
    console.log(`\nWritten to bench/${path.basename(resultsFile)}.`);
  }
  return hasFailed ? 1 : 0;
}

async function measure(chosen: readonly Figure[], effort: "quick" | "full") {
  const results: Result[] = [];
  let hasFailed = false;
  try {
    for (const figure of chosen) {
      console.log(`${figure.name}: ${figure.what}`);
      try {
        const measurement = await figure.run(effort, (text) => console.log(`  ${text}`));
        results.push({ figure, measurement });
      } catch (error) {
        hasFailed = true;
        console.error(`  can't be measured: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  } finally {
    await removeBundle();
  }
  return { results, hasFailed };
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
