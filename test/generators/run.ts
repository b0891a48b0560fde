// Proves that generators of clients understand the documents that a running deployment serves.
//
// For each tool and each version of the document: generate, compile under strict TypeScript 5.9, run the client in `clients` against
// the product in front of the simulator. The tools are packages of this directory alone; this script installs them first.
import { spawn } from "node:child_process";
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { startNodeProcess } from "../support/product-node.ts";
import { settingsFor, startUpstream } from "../support/product.ts";
import { rows } from "./matrix.ts";
import type { Row } from "./matrix.ts";

const here = import.meta.dirname;
const root = path.join(here, "..", "..");
const output = path.join(here, "dist");
const versions = [
  { name: "3.1", path: "/openapi.json" },
  { name: "3.0", path: "/openapi-3.0.json" },
] as const;
type Version = (typeof versions)[number];

const zod3 = path.join(here, "node_modules", "zod3");
const cellsAtOnce = 2;
/** Ends a tool that hangs; no judgement on a busy machine. */
const commandMs = 300_000;

const help = `Usage: node test/generators/run.ts [--only NAME]…

Installs the generators, starts the product in front of the simulator, and for each generator and each version of the document:
generates a client, compiles it strictly, makes calls with it. Ends with a table; fails unless every cell is ok.

  --only NAME   this row alone; may be repeated. One of: ${rows.map(({ name }) => name).join(", ")}
  --help        this text

What was generated stays in test/generators/dist.`;

/** What a tool wrote before it failed. */
class Failed extends Error {}

type Options = { cwd?: string; environment?: Record<string, string> };

async function run([program = "", ...args]: readonly string[], options: Options = {}): Promise<string> {
  const search = [path.join(here, "node_modules", ".bin"), path.dirname(process.execPath), process.env["PATH"] ?? ""];
  const child = spawn(program, args, {
    cwd: options.cwd ?? here,
    env: { ...process.env, PATH: search.join(path.delimiter), NO_COLOR: "1", ...options.environment },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: commandMs,
    killSignal: "SIGKILL",
  });
  let written = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      written = (written + text).slice(-100_000);
    });
  }
  const code = await new Promise<number | string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (status, signal) => resolve(status ?? signal ?? "?"));
  });
  if (code !== 0) throw new Failed(`${program} ended with ${code}\n${written.trim()}`);
  return written;
}

const compilerOptions = {
  target: "es2024",
  lib: ["es2024", "dom", "dom.iterable"],
  module: "esnext",
  moduleResolution: "bundler",
  types: ["node"],
  jsx: "react-jsx",
  strict: true,
  noUncheckedIndexedAccess: true,
  allowImportingTsExtensions: true,
  isolatedModules: true,
  skipLibCheck: true,
  noEmit: true,
};

type Cell = { ok: true; note: string } | { ok: false; step: string; reason: string };
type Deployment = { baseUrl: string; app: string };

async function fillCell(row: Row, version: Version, { baseUrl, app }: Deployment): Promise<Cell> {
  const directory = path.join(output, row.name, version.name);
  const place = { document: documentFile(version), output: path.join(directory, "generated"), baseUrl };
  const environment = { DOCUMENT: place.document, OUTPUT: place.output, BASE_URL: baseUrl, APP: app };
  const client = path.join(directory, "client.ts");
  const bundle = path.join(directory, "client.mjs");

  async function generate() {
    await mkdir(place.output, { recursive: true });
    for (const command of row.commands(place)) await run(command, { environment });
  }
  async function compile() {
    await copyFile(path.join(here, "clients", `${row.name}.ts`), client);
    await copyFile(path.join(here, "clients", "expected.ts"), path.join(directory, "expected.ts"));
    const paths = row.usesZod3 ? { zod: [zod3] } : {};
    const project = { compilerOptions: { ...compilerOptions, paths }, include: ["client.ts", "generated"] };
    await writeFile(path.join(directory, "tsconfig.json"), JSON.stringify(project, null, 2));
    await run(["tsc", "--pretty", "false", "-p", directory]);
  }
  async function call() {
    const alias: Record<string, string> = row.usesZod3 ? { zod: zod3 } : {};
    await build({
      entryPoints: [client],
      outfile: bundle,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node24",
      alias,
      logLevel: "silent",
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    });
    return (await run([process.execPath, bundle], { environment })).trim();
  }

  const steps = row.hasClient ? { generate, compile, call } : { check: generate };
  let note = "";
  for (const [step, take] of Object.entries(steps)) {
    try {
      note = (await take()) ?? "";
    } catch (error) {
      return { ok: false, step, reason: error instanceof Error ? error.message : String(error) };
    }
  }
  return { ok: true, note };
}

const documentFile = ({ name }: Version) => path.join(output, `openapi-${name}.json`);

async function fetchDocument(version: Version, { baseUrl }: Deployment): Promise<void> {
  const answer = await fetch(new URL(version.path, baseUrl));
  if (!answer.ok) throw new Failed(`${version.path}: ${answer.status}`);
  await writeFile(documentFile(version), await answer.text());
}

type Named = { row: Row; version: Version; cell: Cell };

/** Fills the cells, some at once, and says each as it is done. */
async function fillMatrix(wanted: readonly Row[], deployment: Deployment): Promise<Named[]> {
  const waiting = wanted.flatMap((row) => versions.map((version) => ({ row, version })));
  const count = waiting.length;
  const filled: Named[] = [];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const startedAt = performance.now();
      const cell = await fillCell(next.row, next.version, deployment);
      filled.push({ ...next, cell });
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      const note = cell.ok && cell.note !== "" ? `; ${cell.note}` : "";
      console.log(
        `[${filled.length}/${count}] ${next.row.name} ${next.version.name}: ${wordsOf(cell)}${note} (${seconds} s)`,
      );
    }
  };
  await Promise.all(Array.from({ length: cellsAtOnce }, work));
  return filled;
}

const wordsOf = (cell: Cell) => (cell.ok ? "ok" : `FAILED to ${cell.step}`);
const reasonLinesMax = 25;

function print(filled: readonly Named[], wanted: readonly Row[]): void {
  for (const { row, version, cell } of filled) {
    if (cell.ok) continue;
    const lines = cell.reason.split("\n");
    const rest = lines.length > reasonLinesMax ? [`… ${lines.length - reasonLinesMax} lines more`] : [];
    console.log(`\n== ${row.name} ${version.name}: ${wordsOf(cell)}`);
    console.log([...lines.slice(0, reasonLinesMax), ...rest].map((line) => `   ${line.slice(0, 400)}`).join("\n"));
  }
  const cellOf = (row: Row, version: Version) =>
    filled.find((each) => each.row === row && each.version === version)?.cell ?? failedUnseen;
  const table = [
    ["", "", ...versions.map(({ name }) => name)],
    ...wanted.map((row) => [row.name, row.makes, ...versions.map((version) => wordsOf(cellOf(row, version)))]),
  ];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0))) ?? [];
  const lineOf = (line: string[]) => line.map((text, column) => text.padEnd(widths[column] ?? 0)).join("  ");
  console.log(["", ...table.map((line) => `  ${lineOf(line).trimEnd()}`), ""].join("\n"));
}

const failedUnseen: Cell = { ok: false, step: "start", reason: "" };

async function main(wanted: readonly Row[]): Promise<boolean> {
  await rm(output, { recursive: true, force: true });
  await mkdir(output, { recursive: true });
  console.log("installing the generators");
  await run(["npm", "install", "--no-fund", "--no-audit"]);
  console.log("starting the product in front of the simulator");
  await run([process.execPath, path.join(root, "scripts", "build-assets.ts")]);
  const upstream = await startUpstream();
  try {
    const product = await startNodeProcess(settingsFor(upstream));
    try {
      const deployment = { baseUrl: product.url, app: upstream.simulator.apps[0]?.alias ?? "" };
      for (const version of versions) await fetchDocument(version, deployment);
      const filled = await fillMatrix(wanted, deployment);
      print(filled, wanted);
      return filled.every(({ cell }) => cell.ok);
    } finally {
      await product.stop();
    }
  } finally {
    await upstream.close();
  }
}

function readArguments(): { wanted: readonly Row[] } | { say: string; exitCode: number } {
  const parsed = (() => {
    try {
      return parseArgs({ options: { only: { type: "string", multiple: true }, help: { type: "boolean" } } }).values;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  })();
  if (typeof parsed === "string") return { say: `${parsed}\n\n${help}`, exitCode: 2 };
  if (parsed.help) return { say: help, exitCode: 0 };
  const names = parsed.only ?? rows.map(({ name }) => name);
  const unknown = names.filter((name) => !rows.some((row) => row.name === name));
  if (unknown.length > 0) return { say: `no such row: ${unknown.join(", ")}\n\n${help}`, exitCode: 2 };
  return { wanted: rows.filter(({ name }) => names.includes(name)) };
}

const read = readArguments();
if ("say" in read) {
  (read.exitCode === 0 ? console.log : console.error)(read.say);
  process.exitCode = read.exitCode;
} else {
  try {
    process.exitCode = (await main(read.wanted)) ? 0 : 1;
  } catch (error) {
    console.error(error instanceof Failed ? error.message : error);
    process.exitCode = 1;
  }
}
