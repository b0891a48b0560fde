// Would a deploy go through cleanly? Builds as a deploy does and takes any warning for a fault: wrangler only warns of a
// field it does not know. Also holds two rules of the template: no secret under [vars], and no source map in the upload.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { bundleDirectory, dryRun } from "./build-worker.ts";

const root = path.join(import.meta.dirname, "..");
const faults: string[] = [];

const { exitCode, printed } = await dryRun(bundleDirectory);
const text = stripVTControlCharacters(printed);
if (exitCode !== 0) faults.push(`the dry run failed with exit code ${exitCode}`);
if (/\b(WARNING|ERROR)\b|▲|✘/.test(text)) faults.push("the dry run warned");

/** Names under [vars], commented examples included: a secret does not belong there even as an example. */
const template = await readFile(path.join(root, "wrangler.toml"), "utf8");
for (const [index, line] of template.split("\n").entries()) {
  if (/^[\s#]*[A-Z0-9_]*(TOKEN|SECRET|PASSWORD|API_KEYS?)[A-Z0-9_]*\s*=/.test(line)) {
    faults.push(`wrangler.toml:${index + 1} sets a secret in the open; use "wrangler secret put"`);
  }
}

for (const directory of [bundleDirectory, path.join(root, "dist", "assets")]) {
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

if (faults.length === 0) {
  console.log(/^Total Upload.*$/m.exec(text)?.[0] ?? "built");
} else {
  console.error(text.trimEnd());
  for (const fault of faults) console.error(`deploy: ${fault}`);
  process.exitCode = 1;
}
