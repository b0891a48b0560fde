// Where and with what a run was made: numbers without it say nothing.
import { createRequire } from "node:module";
import { arch, cpus, platform, totalmem } from "node:os";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { findProgram, printedBy } from "./process.ts";

export type Fact = readonly [name: string, value: string];

export async function machineFacts(): Promise<Fact[]> {
  const processors = cpus();
  return [
    ["processor", `${processors[0]?.model.trim() ?? arch()}, ${processors.length} cores`],
    ["memory", `${Math.round(totalmem() / 2 ** 30)} GiB`],
    ["system", `${await systemName()} (${platform()}, ${arch()})`],
  ];
}

async function systemName(): Promise<string> {
  const text = await readFile("/etc/os-release", "utf8").catch(() => "");
  return /^PRETTY_NAME="?([^"\n]*)/m.exec(text)?.[1] ?? platform();
}

export async function versionFacts(): Promise<Fact[]> {
  const packages = await Promise.all(
    ["workerd", "miniflare", "wrangler"].map(async (name): Promise<Fact> => [name, await packageVersion(name)]),
  );
  const programs = await Promise.all([
    programVersion("wrk", ["-v"], /wrk (\S+)/),
    programVersion("redis-server", ["--version"], /v=(\S+)/),
    programVersion("nginx", ["-v"], /nginx\/(\S+)/),
    programVersion("varnishd", ["-V"], /varnish-([\d.]+)/),
  ]);
  return [["node", process.versions.node], ...packages, ...programs];
}

/** As installed for wrangler and miniflare, whichever of them brings the package. */
async function packageVersion(name: string): Promise<string> {
  const require = createRequire(createRequire(import.meta.url).resolve("miniflare"));
  for (const directory of require.resolve.paths(name) ?? []) {
    const text = await readFile(path.join(directory, name, "package.json"), "utf8").catch(() => "");
    const version = /"version": "([^"]+)"/.exec(text)?.[1];
    if (version !== undefined) return version;
  }
  return "unknown";
}

async function programVersion(name: string, args: readonly string[], pattern: RegExp): Promise<Fact> {
  const program = await findProgram(name);
  if (program === undefined) return [name, "not installed"];
  return [name, pattern.exec(await printedBy(program, args))?.[1] ?? "unknown"];
}
