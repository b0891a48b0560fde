// Where the settings that are looked at come from: the environment, over a file of `NAME=value` lines, over [vars] of a
// wrangler.toml. Blank ones count as absent, as everywhere.
//
// Which secrets a deployed Worker has can't be read from here. Those that are in none of the three are "hidden": stand-ins take their
// place, so that everything else can be looked at, and nobody is asked with them.
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Platform } from "../../src/config/rules.ts";
import { SETTING_NAMES } from "../../src/config/settings.ts";
import { withPoliciesOfFile } from "../../src/entries/node-parts.ts";
import { readEnvFile } from "./env-file.ts";
import { EXIT_MISCONFIGURED, Refusal } from "./findings.ts";
import { misspelledName, nearestName } from "./nearest-name.ts";
import { readWranglerFile, type WranglerFile } from "./wrangler-file.ts";

export type SettingSources = {
  envFile: string | undefined;
  wrangler: string | undefined;
  platform: string | undefined;
};

/** A name that is no setting. `isCertain`: nobody else reads the place where it stands. */
export type UnknownName = { name: string; place: string; nearest: string | undefined; isCertain: boolean };

export type Settings = {
  /** Only names that are set, and that this version knows; stand-ins for the hidden ones. */
  texts: Readonly<Record<string, string>>;
  platform: Platform;
  /** Where each is set: `wrangler.toml:12`, `.dev.vars:3`, or `environment`. */
  places: Readonly<Record<string, string>>;
  /** What [vars] sets, in whatever other place it is set as well. */
  wranglerNames: readonly string[];
  /** What the file of `NAME=value` lines cuts at a `#`, where it is what counts. */
  cutNames: readonly string[];
  unknownNames: readonly UnknownName[];
  /** Secrets of a Worker that are needed and set nowhere that can be read. */
  hiddenNames: readonly string[];
  wrangler: { name: string; file: WranglerFile } | undefined;
};

/** What a setting may be called. */
const names: readonly string[] = SETTING_NAMES;

const platforms: readonly Platform[] = ["worker", "worker-redis", "node"];

/** In a wrangler.toml these are read by everybody who sees the file or the dashboard. */
export const secretNames: readonly string[] = [
  "CLOUDFLARE_API_TOKEN",
  "JWT_SECRET",
  "OIDC_CLIENT_SECRET",
  "SESSION_SECRETS",
  "REDIS_URL",
  "STORE_SECRET",
];

/** Throws a refusal for a file or a platform that can't be used. */
export async function readSettings(
  environment: NodeJS.ProcessEnv,
  { envFile, wrangler, platform: named }: SettingSources,
): Promise<Settings> {
  const envText = envFile === undefined ? "" : await readText("--env-file", envFile);
  const wranglerText = wrangler === undefined ? "" : await readText("--wrangler", wrangler);
  const env = readEnvFile(envText);
  const read = wrangler === undefined ? undefined : await readWranglerFile(wrangler);
  if (read?.ok === false) throw new Refusal(`--wrangler: ${read.failure}`, EXIT_MISCONFIGURED);
  const file = read?.value;
  const standard = file === undefined ? "node" : file.isForRedis ? "worker-redis" : "worker";
  const platform = platforms.find((name) => name === (named ?? standard));
  if (platform === undefined) throw new Refusal(`--platform: is not known (use one of ${platforms.join(", ")})`);

  const placeInEnv = (name: string) => placeOf(envFile ?? "", envText, name);
  const placeInVars = (name: string) => placeOf(wrangler ?? "", wranglerText, name);
  const texts: Record<string, string> = {};
  const places: Record<string, string> = {};
  for (const name of names) {
    const given = [
      { text: environment[name], place: () => "environment" },
      { text: env.texts[name], place: () => placeInEnv(name) },
      { text: file?.vars.get(name), place: () => placeInVars(name) },
    ];
    // One that is blank everywhere stays: of some it is a mistake.
    const found = given.find(({ text }) => text?.trim()) ?? given.find(({ text }) => text !== undefined);
    if (found?.text === undefined) continue;
    texts[name] = found.text;
    places[name] = found.place();
  }
  const withPolicies = platform === "node" ? await withPoliciesOfFile(texts) : texts;
  const hidden = file && platform !== "node" ? hiddenSecrets(texts, platform, file) : {};
  const unknownIn = (given: readonly string[], place: (name: string) => string) =>
    given
      .filter((name) => !names.includes(name))
      .map((name) => ({ name, place: place(name), nearest: nearestName(name, names), isCertain: true }));
  return {
    texts: { ...Object.fromEntries(Object.entries(withPolicies).filter(isText)), ...hidden },
    platform,
    places,
    cutNames: names.filter((name) => env.cutNames.has(name) && !environment[name]?.trim()),
    wranglerNames: names.filter((name) => file?.vars.has(name)),
    unknownNames: [
      ...unknownIn([...(file?.vars.keys() ?? [])], placeInVars),
      ...unknownIn(Object.keys(env.texts), placeInEnv),
      ...misspelledIn(environment),
    ],
    hiddenNames: Object.keys(hidden),
    wrangler: wrangler === undefined || !file ? undefined : { name: path.basename(wrangler), file },
  };
}

/** Of the environment, which holds much that is not ours, only what is nearly a setting. */
function misspelledIn(environment: NodeJS.ProcessEnv): UnknownName[] {
  return Object.keys(environment).flatMap((name) => {
    if (names.includes(name) || name.length < 8 || !name.includes("_")) return [];
    const nearest = misspelledName(name.toUpperCase(), names);
    return nearest === undefined ? [] : [{ name, place: "environment", nearest, isCertain: false }];
  });
}

/** Stand-ins of the right form for secrets that this deployment needs, by name. Only for names that no readable place sets. */
function hiddenSecrets(
  texts: Readonly<Record<string, string>>,
  platform: Platform,
  { secretNames: required, unusableNames }: WranglerFile,
): Record<string, string> {
  const mode = texts["AUTH_MODE"];
  const isMissing = (name: string) => !texts[name]?.trim() && !unusableNames.includes(name);
  const usesRedis = (texts["CACHE_STORE"] ?? "redis") === "redis" && platform === "worker-redis";
  const hasJwtKey = !isMissing("JWT_PUBLIC_KEY") || !isMissing("JWT_JWKS_URL");
  const standIns: readonly [name: string, isNeeded: boolean, text: string][] = [
    ["CLOUDFLARE_API_TOKEN", true, "x".repeat(40)],
    ["JWT_SECRET", mode === "jwt" && !hasJwtKey, "x".repeat(40)],
    ["OIDC_CLIENT_SECRET", mode === "session", "x".repeat(40)],
    ["SESSION_SECRETS", mode === "session", "A".repeat(43)],
    ["API_KEYS", mode === "key", `hidden=${"0".repeat(64)}`],
    ["REDIS_URL", usesRedis, "redis://hidden.invalid:6379"],
    ["STORE_SECRET", required.includes("STORE_SECRET"), "y".repeat(40)],
  ];
  const hidden = standIns.filter(([name, isNeeded]) => isNeeded && isMissing(name));
  return Object.fromEntries(hidden.map(([name, , text]) => [name, text]));
}

const isText = (entry: [string, string | undefined]): entry is [string, string] => entry[1] !== undefined;

/** The file and the last line that sets the name. */
function placeOf(file: string, text: string, name: string): string {
  const sets = new RegExp(String.raw`^\s*(?:export\s+)?["']?${name.replaceAll(/\W/g, String.raw`\$&`)}["']?\s*[=:]`);
  const line = text.split("\n").findLastIndex((one) => sets.test(one));
  return line < 0 ? path.basename(file) : `${path.basename(file)}:${line + 1}`;
}

async function readText(option: string, file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const isAbsent = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw new Refusal(
      isAbsent
        ? `${option}: there is no such file (write its path from the project's folder)`
        : `${option}: the file can't be read (check the path and its permissions)`,
    );
  }
}
