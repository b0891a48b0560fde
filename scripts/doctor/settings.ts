// Where the settings that are looked at come from: the environment, over a file of `NAME=value` lines, over [vars] of a
// wrangler.toml. Blank ones count as absent, as everywhere.
//
// Nothing is looked up elsewhere: which secrets a deployed Worker has can't be read from here, so that they have to be given in
// the environment or in the file.
import { readFile } from "node:fs/promises";
import type { Platform } from "../../src/config-rules.ts";
import { SETTING_NAMES } from "../../src/config-settings.ts";
import { withPoliciesOfFile } from "../../src/node-parts.ts";
import { readEnvFile } from "./env-file.ts";
import { EXIT_MISCONFIGURED, Refusal } from "./findings.ts";
import { readWranglerVars } from "./wrangler-vars.ts";

export type SettingSources = {
  envFile: string | undefined;
  wrangler: string | undefined;
  platform: string | undefined;
};

export type Settings = {
  /** Only names that are set, and that this version knows. */
  texts: Readonly<Record<string, string>>;
  platform: Platform;
  /** What [vars] sets, in whatever other place it is set as well. */
  wranglerNames: readonly string[];
  /** What the file of `NAME=value` lines cuts at a `#`, where it is what counts. */
  cutNames: readonly string[];
};

const platforms: readonly Platform[] = ["worker", "worker-redis", "node"];

/** Throws a refusal for a file or a platform that can't be used. */
export async function readSettings(
  environment: NodeJS.ProcessEnv,
  { envFile, wrangler, platform: named }: SettingSources,
): Promise<Settings> {
  const platform = platforms.find((name) => name === (named ?? (wrangler === undefined ? "node" : "worker")));
  if (platform === undefined) throw new Refusal(`--platform: is not known (use one of ${platforms.join(", ")})`);

  const file = readEnvFile(envFile === undefined ? "" : await readText("--env-file", envFile));
  const vars = wrangler === undefined ? undefined : readWranglerVars(await readText("--wrangler", wrangler));
  if (vars?.ok === false) throw new Refusal(`--wrangler: ${vars.failure}`, EXIT_MISCONFIGURED);

  const texts: Record<string, string> = {};
  for (const name of SETTING_NAMES) {
    const given = [environment[name], file.texts[name], vars?.value.get(name)?.toString()];
    // One that is blank everywhere stays: of some it is a mistake.
    const text = given.find((value) => value !== undefined && value.trim() !== "") ?? given.find(isGiven);
    if (text !== undefined) texts[name] = text;
  }
  const withPolicies = platform === "node" ? await withPoliciesOfFile(texts) : texts;
  return {
    texts: Object.fromEntries(Object.entries(withPolicies).filter(isText)),
    platform,
    cutNames: SETTING_NAMES.filter((name) => file.cutNames.has(name) && !environment[name]?.trim()),
    wranglerNames: SETTING_NAMES.filter((name) => vars?.value.has(name)),
  };
}

const isGiven = (value: string | undefined) => value !== undefined;

const isText = (entry: [string, string | undefined]): entry is [string, string] => entry[1] !== undefined;

async function readText(option: string, file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch {
    throw new Refusal(`${option}: the file can't be read (check the path and its permissions)`);
  }
}
