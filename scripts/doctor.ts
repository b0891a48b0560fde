// `npm run doctor`: looks at a deployment before its users do. `check` says what is wrong with configuration, token, apps,
// page numbers, identity and Redis; `webhook` whether webhooks arrive; `explain` what the policies make of a caller; `key` makes an API key;
// `purge` has pages forgotten.
//
// It keeps nothing, and changes nothing but what `webhook --create` registers and `purge` purges. What it asks the upstream is counted,
// bounded, and told. No secret, no session and none of the upstream's words are ever printed.
import { parseArgs } from "node:util";
import { type Config, parseConfig } from "../src/config/config.ts";
import { type Clock, systemClock } from "../src/ground/runtime.ts";
import { runKey } from "./doctor/api-key.ts";
import { askAround } from "./doctor/around.ts";
import { configurationFindings, problemFindings } from "./doctor/configuration.ts";
import { cookieFinding } from "./doctor/cookie-size.ts";
import { parseClaims, runExplain } from "./doctor/explain.ts";
import { help } from "./doctor/help.ts";
import {
  EXIT_FAILED,
  EXIT_MISCONFIGURED,
  exitCodeOf,
  type Finding,
  lineOf,
  Refusal,
  summaryOf,
  type Tell,
  wrapped,
} from "./doctor/findings.ts";
import { misspelledName } from "./doctor/nearest-name.ts";
import { runProbe } from "./doctor/probe/report.ts";
import { purge } from "./doctor/purge.ts";
import { readSettings, type Settings, type SettingSources } from "./doctor/settings.ts";
import { checkWebhook } from "./doctor/webhook.ts";

/** Where the command runs. */
export type World = {
  environment: NodeJS.ProcessEnv;
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** The system's unless given. */
  clock?: Clock;
  /** Take one text, which may have several lines. */
  print: (text: string) => void;
  complain: (text: string) => void;
  /** Of the screen. */
  columns?: number;
};

type ReportOptions = { strict: boolean; tell: Tell };
type Report = { findings: readonly Finding[]; upstreamCalls: number; exitCode: number };
/** Tells what it finds of a deployment; gives how many upstream calls that took. */
type Look = (config: Config, settings: Settings, tell: Tell) => Promise<number>;

/** What `look` finds of a configuration that can be used; else what is wrong with it. */
async function report(
  look: Look,
  sources: SettingSources,
  { strict, tell, environment }: ReportOptions & Pick<World, "environment">,
): Promise<Report> {
  const findings: Finding[] = [];
  const settings = await readSettings(environment, sources);
  const note: Tell = (finding) => {
    const place = finding.place ?? settings.places[finding.check];
    const placed = place === undefined ? finding : { ...finding, place };
    findings.push(placed);
    tell(placed);
  };
  const parsed = parseConfig(settings.texts, settings.platform);
  if (!parsed.ok) {
    problemFindings(parsed.failure.problems, settings).forEach((finding) => note(finding));
    return { findings, upstreamCalls: 0, exitCode: EXIT_MISCONFIGURED };
  }
  const upstreamCalls = await look(parsed.value, settings, note);
  return { findings, upstreamCalls, exitCode: exitCodeOf(findings, { strict }) };
}

async function runProbeOf(
  sources: SettingSources,
  app: string | undefined,
  { environment, fetch, clock = systemClock, print, columns }: World,
): Promise<number> {
  const { config, hiddenNames } = await readConfig(environment, sources);
  if (hiddenNames.includes("CLOUDFLARE_API_TOKEN")) {
    throw new Refusal("CLOUDFLARE_API_TOKEN is not visible here (set it in the environment or with --env-file)");
  }
  const found = [...config.apps].find(([alias, id]) => app === undefined || alias === app || id === app);
  if (!found)
    throw new Refusal(`--app: is none of REALTIMEKIT_APPS (write one of ${[...config.apps.keys()].join(", ")})`);
  return runProbe(config, found[1], { fetch, clock, print: (line) => print(wrapped(line, columns)) });
}

async function readConfig(
  environment: NodeJS.ProcessEnv,
  sources: SettingSources,
): Promise<Pick<Settings, "hiddenNames"> & { config: Config }> {
  const settings = await readSettings(environment, sources);
  const parsed = parseConfig(settings.texts, settings.platform);
  if (parsed.ok) return { config: parsed.value, hiddenNames: settings.hiddenNames };
  throw new Refusal(["misconfigured:", ...parsed.failure.problems].join("\n  "), EXIT_MISCONFIGURED);
}

const options = {
  "env-file": { type: "string" },
  wrangler: { type: "string" },
  platform: { type: "string" },
  offline: { type: "boolean" },
  "no-resources": { type: "boolean" },
  probe: { type: "boolean" },
  strict: { type: "boolean" },
  json: { type: "boolean" },
  claims: { type: "string" },
  subject: { type: "string" },
  app: { type: "string" },
  resource: { type: "string" },
  query: { type: "string" },
  url: { type: "string" },
  meeting: { type: "string" },
  session: { type: "string" },
  hard: { type: "boolean" },
  token: { type: "string" },
  create: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;
const optionNames = Object.keys(options);

const sourceOptions = ["env-file", "wrangler", "platform"];
const optionsOf: Readonly<Record<string, readonly string[]>> = {
  check: [...sourceOptions, "offline", "no-resources", "claims", "strict", "json"],
  webhook: [...sourceOptions, "url", "app", "create", "strict", "json"],
  explain: [...sourceOptions, "claims", "subject", "app", "resource", "query"],
  key: [],
  purge: ["url", "app", "meeting", "session", "hard", "token"],
};

/** Of check where it only probes. */
const probeOptions = [...sourceOptions, "probe", "app"];

const seeHelp = "see npm run doctor -- --help";

/** What was asked for; throws a refusal that repeats no value. */
function readArguments(args: readonly string[], environment: NodeJS.ProcessEnv) {
  // What stands before -- is npm's, and comes as its configuration. It has options of its own with two of these names.
  const taken = optionNames.find(
    (name) =>
      !["json", "offline"].includes(name) && environment[`npm_config_${name.replaceAll("-", "_")}`] !== undefined,
  );
  if (taken !== undefined)
    throw new Refusal(`--${taken}: npm took it for its own (write npm run doctor -- --${taken} …)`);
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true });
  } catch {
    throw new Refusal(optionProblem(args));
  }
  const { values, positionals } = parsed;
  const [command = "check", id, ...rest] = positionals;
  const known = Object.hasOwn(optionsOf, command) ? optionsOf[command] : undefined;
  if (!known || rest.length > 0 || (id !== undefined && command !== "key")) {
    const nearest = misspelledName(command, Object.keys(optionsOf));
    const meant = !known && nearest !== undefined ? `, and ${nearest} may be meant` : "";
    throw new Refusal(`there is no such command; there are ${Object.keys(optionsOf).join(", ")}${meant} (${seeHelp})`);
  }
  const isProbe = command === "check" && values.probe === true;
  const allowed = isProbe ? probeOptions : known;
  const foreign = Object.keys(values).find((name) => name !== "help" && !allowed.includes(name));
  if (foreign !== undefined) {
    throw new Refusal(`--${foreign}: is no option of ${isProbe ? "--probe" : command} (${seeHelp})`);
  }
  return { values, command, id };
}

/** Why the options can't be read: the first that is unknown, or that lacks its value. */
function optionProblem(args: readonly string[]): string {
  const { tokens } = parseArgs({ args: [...args], options, allowPositionals: true, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const option = Object.entries(options).find(([name]) => name === token.name)?.[1];
    if (option === undefined) {
      const nearest = misspelledName(token.name, optionNames);
      return `there is no such option${nearest === undefined ? "" : `; --${nearest} may be meant`} (${seeHelp})`;
    }
    if (option.type === "boolean" && token.value !== undefined) return `--${token.name}: takes no value (${seeHelp})`;
    if (option.type === "string" && (token.value === undefined || token.value.startsWith("-"))) {
      return `--${token.name}: needs a value (${seeHelp})`;
    }
  }
  return `the options can't be read (${seeHelp})`;
}

async function run(args: readonly string[], world: World): Promise<number> {
  const { environment, fetch, clock = systemClock, print, columns } = world;
  const { values, command, id } = readArguments(args, environment);
  if (values.help === true) {
    print(help);
    return 0;
  }
  if (command === "key") return runKey(id, print);
  if (command === "purge") {
    const { url, app, meeting, session, hard, token } = values;
    const asked = { url, app, meeting, session, hard, token };
    const found = await purge(asked, { environment, fetch: world.fetch, clock });
    print(wrapped(lineOf(found), columns));
    return exitCodeOf([found], { strict: false });
  }
  const sources = { envFile: values["env-file"], wrangler: values.wrangler, platform: values.platform };
  if (command === "explain") {
    const { claims, subject, app, resource, query } = values;
    const { config } = await readConfig(environment, sources);
    return runExplain(config, { claims, subject, app, resource, query }, (text) => print(wrapped(text, columns)));
  }
  if (values.probe === true) return runProbeOf(sources, values.app, world);
  const { strict = false, offline = false, json = false, create: creates = false } = values;
  const claims = command === "check" && values.claims !== undefined ? parseClaims(values.claims) : undefined;
  const asksResources = values["no-resources"] !== true;
  const tell: Tell = json ? () => {} : (finding) => print(wrapped(lineOf(finding), columns));
  const check: Look = async (config, settings, note) => {
    configurationFindings(config, settings).forEach((finding) => note(finding));
    if (config.login && claims) note(await cookieFinding(config, config.login, claims));
    return offline ? 0 : askAround(config, settings, { fetch, clock, tell: note, asksResources });
  };
  const webhook: Look = (config, settings, note) => {
    const deps = { fetch, clock, tell: note };
    return checkWebhook(config, settings, { options: { url: values.url, app: values.app, creates }, deps });
  };
  const look = command === "webhook" ? webhook : check;
  const { findings, upstreamCalls, exitCode } = await report(look, sources, { strict, tell, environment });
  if (json) print(JSON.stringify({ exit_code: exitCode, upstream_calls: upstreamCalls, findings }, undefined, 2));
  else print(`\n${summaryOf(findings, upstreamCalls)}`);
  return exitCode;
}

/** Where in the code, without the message: that may quote what must not be printed. */
function placesOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  return stack.match(/^ +at .*$/gm)?.join("\n") ?? "an unknown place";
}

/** The command with its arguments; gives the exit code. Never rejects. */
export async function runDoctor(args: readonly string[], world: World): Promise<number> {
  try {
    return await run(args, world);
  } catch (error) {
    const told =
      error instanceof Refusal ? wrapped(error.message, world.columns) : `doctor failed itself, at\n${placesOf(error)}`;
    world.complain(told);
    return error instanceof Refusal ? error.exitCode : EXIT_FAILED;
  }
}

if (import.meta.main) {
  const code = await runDoctor(process.argv.slice(2), {
    environment: process.env,
    fetch: (url, init) => fetch(url, init),
    print: (text) => console.log(text),
    complain: (text) => console.error(text),
    columns: Math.max(40, Math.min(process.stdout.columns ?? 80, 100)),
  });
  process.exit(code);
}
