// Would a deploy go through cleanly? Builds both Workers as a deploy does and takes any warning for a fault: wrangler only warns
// of a field it does not know. Also holds two rules of the templates: no secret under [vars], and no source map in the upload.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { dryRun, kvBuild, redisBuild } from "./build-worker.ts";

const root = path.join(import.meta.dirname, "..");
const faults: string[] = [];

const totals: string[] = [];

for (const build of [kvBuild, redisBuild]) {
  const name = path.basename(build.config);
  const { exitCode, printed } = await dryRun(build.directory, build);
  const text = stripVTControlCharacters(printed);
  const faultsBefore = faults.length;
  if (exitCode !== 0) faults.push(`${name}: the dry run failed with exit code ${exitCode}`);
  if (/\b(WARNING|ERROR)\b|▲|✘/.test(text)) faults.push(`${name}: the dry run warned`);
  if (faults.length > faultsBefore) console.error(text.trimEnd());
  totals.push(`${name}: ${/^Total Upload.*$/m.exec(text)?.[0] ?? "built"}`);

  /** Names under [vars], commented examples included: a secret does not belong there even as an example. */
  const template = await readFile(build.config, "utf8");
  for (const [index, line] of template.split("\n").entries()) {
    if (/^[\s#]*[A-Z0-9_]*(TOKEN|SECRET|PASSWORD|API_KEYS?|REDIS_URL)[A-Z0-9_]*\s*=/.test(line)) {
      faults.push(`${name}:${index + 1} sets a secret in the open; use "wrangler secret put"`);
    }
  }
}

for (const directory of [kvBuild.directory, redisBuild.directory, path.join(root, "dist", "assets")]) {
  for (const name of await readdir(directory, { recursive: true })) {
    if (name.endsWith(".map")) faults.push(`${name} is a source map`);
    else if (
      /\.(js|css)$/.test(name) &&
      (await readFile(path.join(directory, name), "utf8")).includes("sourceMappingURL=")
    ) {
      faults.push(`${name} names a source map`);
    }
  }
}

for (const total of totals) console.log(total);
for (const fault of faults) console.error(`deploy: ${fault}`);
if (faults.length > 0) process.exitCode = 1;
