// What `npm run export` is asked: which list of which app, its filters, and where the rows go. Lists and filters come from the registry.
import path from "node:path";
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { exportMountsOf } from "../../src/http/data-routes.ts";
import { exportedLists, exportFormats, type ExportFormat } from "../../src/resources/export.ts";
import { isId } from "../../src/resources/parameters.ts";
import { idNamesOf, readQuery } from "../../src/resources/read-query.ts";
import type { Resource } from "../../src/resources/resource.ts";
import { Refusal } from "../doctor/findings.ts";
import { originOf } from "../service-caller.ts";

export type ExportOptions = {
  /** Whole, with the filters. */
  url: string;
  /** The same below the origin. */
  target: string;
  format: ExportFormat;
  out: string;
  patienceMs: number;
};

/** `sessions`, `participants`: the last segment of a list's path. */
const nameOf = ({ path: template }: Pick<Resource, "path">) => path.basename(template);
const lists = new Map(exportedLists.map(([list, exported]) => [nameOf(list), { list, exported }]));

const filtersOf = (exported: Resource) => Object.keys(exported.parameters).filter((name) => name !== "after");
const idNames = [...new Set(exportedLists.flatMap(([list]) => idNamesOf(list)))];
const filters = [...new Set(exportedLists.flatMap(([, exported]) => filtersOf(exported)))].sort();

const text = { type: "string" } as const;
const ownOptions = {
  url: text,
  app: text,
  list: text,
  format: text,
  out: text,
  "max-wait": text,
  help: { type: "boolean", short: "h" },
} as const;

const options: ParseArgsOptionsConfig = {
  ...ownOptions,
  ...Object.fromEntries([...idNames, ...filters].map((name) => [name, text])),
};

const defaultWaitMinutes = 15;
const waitMinutesMax = 1_440;

export const help = `Usage: npm run export -- --url https://… --app support --out sessions.csv

Writes every row of a list to a file, oldest first, and says whether it is all. It goes on by itself where the service or the connection
breaks off. What is not complete is in <out>.partial: run the same command again, and it goes on from there.

  --url URL          the service: https, or http on loopback
  --app NAME         alias or id of the app
  --list NAME        ${[...lists.keys()].join(", ")}; sessions unless given
${idNames.map((name) => `  --${name.padEnd(16)} for a list below it\n`).join("")}  --format NAME      ${exportFormats.join(" or ")}; by the ending of --out unless given
  --out FILE         where to; must not be there yet
  --max-wait MINUTES for so long without a row it goes on trying; ${defaultWaitMinutes} unless given

Filters, each as the list takes it
${[...lists].map(([name, { exported }]) => `  ${name}: ${filtersOf(exported).join(", ") || "none"}`).join("\n")}

The credential comes from the environment: RTKB_TOKEN (an API key or a token), or CF_ACCESS_CLIENT_ID and CF_ACCESS_CLIENT_SECRET behind
Cloudflare Access. A public service needs none.

Exit codes: 0 complete, 1 not complete, 2 the command can't be understood.`;

/** "help" where that is asked for. Throws a refusal for what can't be understood. */
export function readOptions(args: readonly string[], now: number): ExportOptions | "help" {
  const values = parse(args);
  if (values["help"] === true) return "help";
  const given = (name: string) => (typeof values[name] === "string" ? values[name] : undefined);
  const origin = originOf(given("url"));
  const [app, out] = [given("app"), given("out")];
  if (app === undefined || !isId(app)) throw new Refusal("--app: is required (write the app's alias, or its id)");
  if (out === undefined || out === "") throw new Refusal("--out: is required (write the name of a file)");
  const found = lists.get(given("list") ?? "sessions");
  if (!found) throw new Refusal(`--list: is none of ${[...lists.keys()].join(", ")}`);
  const { list, exported } = found;
  const format = formatOf(given("format"), out);
  const ids = Object.fromEntries(idNamesOf(list).map((name) => [name, idOf(name, given(name))]));
  const foreign = [...idNames, ...filters].find(
    (name) => given(name) !== undefined && !Object.hasOwn(ids, name) && !filtersOf(exported).includes(name),
  );
  if (foreign !== undefined) throw new Refusal(`--${foreign}: is nothing that ${nameOf(list)} take`);
  const search = searchOf(exported, given, now);
  const template = exportMountsOf(list).find((one) => one.format === format)?.path ?? "";
  const target = `${template.replaceAll(/:(\w+)/g, (_, name: string) => (name === "app" ? app : (ids[name] ?? "")))}${search}`;
  return { url: `${origin}${target}`, target, format, out, patienceMs: 60_000 * minutesOf(given("max-wait")) };
}

function parse(args: readonly string[]): Readonly<Record<string, unknown>> {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    // The parser's first sentence names the option and no value.
    const [what = ""] = (error instanceof Error ? error.message : "").split(". ");
    throw new Refusal(`${what} (npm run export -- --help shows what there is)`);
  }
}

function formatOf(asked: string | undefined, out: string): ExportFormat {
  const name = asked ?? path.extname(out).slice(1);
  const format = exportFormats.find((one) => one === name);
  if (!format)
    throw new Refusal(`--format: is required (write ${exportFormats.join(" or ")}, or let --out end with one)`);
  return format;
}

function idOf(name: string, id: string | undefined): string {
  if (id === undefined || !isId(id)) throw new Refusal(`--${name}: is required for this list (write an id)`);
  return id;
}

function searchOf(exported: Resource, given: (name: string) => string | undefined, now: number): string {
  const pairs = filtersOf(exported).flatMap((name): [string, string][] => {
    const value = given(name);
    return value === undefined ? [] : [[name, value]];
  });
  const search = new URLSearchParams(pairs).toString();
  const read = readQuery(exported, search, now);
  if (!read.ok) throw new Refusal(read.failure.issues.map(({ message }) => `--${message}`).join("\n"));
  return search === "" ? "" : `?${search}`;
}

function minutesOf(given: string | undefined): number {
  if (given === undefined) return defaultWaitMinutes;
  const minutes = /^\d{1,4}$/.test(given) ? Number(given) : undefined;
  if (minutes !== undefined && minutes <= waitMinutesMax) return minutes;
  throw new Refusal(`--max-wait: must be a whole number of minutes from 0 to ${waitMinutesMax}`);
}
