// `npm run doctor`: looks at a deployment before its users do. `check` says what is wrong with configuration, token, apps,
// page numbers, identity and Redis; `explain` what the policies make of a caller; `key` makes an API key.
//
// It changes nothing and keeps nothing. What it asks the upstream is counted, bounded, and told. No secret, no session and none of
// the upstream's words are ever printed.
import { parseArgs } from "node:util";
import { type Config, parseConfig } from "../src/config.ts";
import { systemClock } from "../src/runtime.ts";
import { runKey } from "./doctor/api-key.ts";
import { askAround } from "./doctor/around.ts";
import { configurationFindings, problemFindings } from "./doctor/configuration.ts";
import { runExplain } from "./doctor/explain.ts";
import {
  EXIT_FAILED,
  EXIT_MISCONFIGURED,
  EXIT_REFUSED,
  EXIT_USAGE,
  exitCodeOf,
  type Finding,
  lineOf,
  Refusal,
  summaryOf,
  type Tell,
} from "./doctor/findings.ts";
import { readSettings, type SettingSources } from "./doctor/settings.ts";

const help = `Usage: npm run doctor                                is everything right? The same as: npm run doctor -- check
       npm run doctor -- explain --claims '{…}'      what would a caller with these claims see?
       npm run doctor -- key <id>                    makes an API key, and its entry for API_KEYS

Settings, of all commands but key
  --env-file FILE    NAME=value lines, as in .dev.vars
  --wrangler FILE    [vars] of a wrangler.toml; then --platform is worker unless set
  --platform NAME    node (the default), worker or worker-redis
  The environment goes before the file, and the file before [vars].

check
  --offline          only the configuration; nobody is asked
  --strict           warnings count as failures, for CI
  --json             one JSON document in place of lines
  It spends at most 3 upstream calls and 3 more for each app, and says how many.

explain
  --claims JSON      the claims of the token; with AUTH_MODE jwt and access
  --subject TEXT     who it is about: sub in place of the claims' own, or the id of an API key
  --app NAME         only this app, by alias or id
  --query TEXT       a question, as in the address: 'status=LIVE&per_page=5'

Exit codes: 0 all is well, or shown; ${EXIT_FAILED} a check failed; ${EXIT_USAGE} used wrongly; ${EXIT_REFUSED} explain: refused;
            ${EXIT_MISCONFIGURED} the configuration can't be used.`;

type Print = (line: string) => void;
const print: Print = (line) => console.log(line);

type Report = { findings: readonly Finding[]; upstreamCalls: number; exitCode: number };

async function runCheck(
  sources: SettingSources,
  { strict, offline, tell }: { strict: boolean; offline: boolean; tell: Tell },
): Promise<Report> {
  const findings: Finding[] = [];
  const note: Tell = (finding) => {
    findings.push(finding);
    tell(finding);
  };
  const settings = await readSettings(process.env, sources);
  const parsed = parseConfig(settings.texts, settings.platform);
  if (!parsed.ok) {
    problemFindings(parsed.failure.problems, settings).forEach((finding) => note(finding));
    return { findings, upstreamCalls: 0, exitCode: EXIT_MISCONFIGURED };
  }
  configurationFindings(parsed.value, settings).forEach((finding) => note(finding));
  const deps = { fetch: (url: string, init: RequestInit) => fetch(url, init), clock: systemClock, tell: note };
  const upstreamCalls = offline ? 0 : await askAround(parsed.value, settings.platform, deps);
  return { findings, upstreamCalls, exitCode: exitCodeOf(findings, { strict }) };
}

async function readConfig(sources: SettingSources): Promise<Config> {
  const settings = await readSettings(process.env, sources);
  const parsed = parseConfig(settings.texts, settings.platform);
  if (parsed.ok) return parsed.value;
  throw new Refusal(["misconfigured:", ...parsed.failure.problems].join("\n  "), EXIT_MISCONFIGURED);
}

const options = {
  "env-file": { type: "string" },
  wrangler: { type: "string" },
  platform: { type: "string" },
  offline: { type: "boolean" },
  strict: { type: "boolean" },
  json: { type: "boolean" },
  claims: { type: "string" },
  subject: { type: "string" },
  app: { type: "string" },
  query: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

const sourceOptions = ["env-file", "wrangler", "platform"];
const optionsOf: Readonly<Record<string, readonly string[]>> = {
  check: [...sourceOptions, "offline", "strict", "json"],
  explain: [...sourceOptions, "claims", "subject", "app", "query"],
  key: [],
};

/** What was asked for; throws a refusal that repeats no value. */
function readArguments() {
  let parsed;
  try {
    parsed = parseArgs({ options, allowPositionals: true });
  } catch {
    throw new Refusal("there is no such option, or its value is missing; see npm run doctor -- --help");
  }
  const { values, positionals } = parsed;
  const [command = "check", id, ...rest] = positionals;
  const known = Object.hasOwn(optionsOf, command) ? optionsOf[command] : undefined;
  if (!known || rest.length > 0 || (id !== undefined && command !== "key")) {
    throw new Refusal(`there is no such command; there are ${Object.keys(optionsOf).join(", ")}`);
  }
  const foreign = Object.keys(values).find((name) => name !== "help" && !known.includes(name));
  if (foreign !== undefined) throw new Refusal(`--${foreign}: is no option of ${command}`);
  return { values, command, id };
}

async function main(): Promise<number> {
  const { values, command, id } = readArguments();
  if (values.help === true) {
    print(help);
    return 0;
  }
  if (command === "key") return runKey(id, print);
  const sources = { envFile: values["env-file"], wrangler: values.wrangler, platform: values.platform };
  if (command === "explain") {
    const { claims, subject, app, query } = values;
    return runExplain(await readConfig(sources), { claims, subject, app, query }, print);
  }
  const { strict = false, offline = false, json = false } = values;
  const tell: Tell = json ? () => {} : (finding) => print(lineOf(finding));
  const { findings, upstreamCalls, exitCode } = await runCheck(sources, { strict, offline, tell });
  if (json) print(JSON.stringify({ exit_code: exitCode, upstream_calls: upstreamCalls, findings }, undefined, 2));
  else print(`\n${summaryOf(findings, upstreamCalls)}`);
  return exitCode;
}

/** Where in the code, without the message: that may quote what must not be printed. */
function placesOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  return stack.match(/^ +at .*$/gm)?.join("\n") ?? "an unknown place";
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    if (error instanceof Refusal) console.error(error.message);
    else console.error(`doctor failed itself, at\n${placesOf(error)}`);
    process.exit(error instanceof Refusal ? error.exitCode : EXIT_FAILED);
  },
);
