// Writes openapi.json, and types and operations of the typed client, from the descriptions in openapi/. `--check` writes nothing and
// fails where a file is not what would be written; `--lint` has Redocly look at openapi.json and at its 3.0.3 twin, as a build
// makes it, and holds their score. Both may be given. No network.
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import openapiTypeScript, { astToString } from "openapi-typescript";
import * as z from "zod";
import { openApiDocument } from "../openapi/document.ts";
import { serialiseDocument } from "../openapi/json.ts";
import type { JsonObject } from "../src/http/document-json.ts";
import { clientDocument, clientOperations } from "./client-operations.ts";
import { clientQueries } from "./client-queries.ts";

const root = path.join(import.meta.dirname, "..");
const documents = ["openapi.json", "dist/assets/openapi-3.0.json"];

async function typesOf(document: JsonObject): Promise<string> {
  const types = astToString(await openapiTypeScript(serialiseDocument(document), { immutable: true }));
  return `// Generated from openapi.json by scripts/openapi.ts.\n${types}`;
}

/** Every file that is generated, by its path. */
const files: Readonly<Record<string, () => string | Promise<string>>> = {
  "openapi.json": () => serialiseDocument(openApiDocument()),
  "client/src/api.generated.ts": () => typesOf(clientDocument(openApiDocument())),
  "client/src/operations.generated.ts": () => clientOperations(openApiDocument()),
  "client/src/queries.generated.ts": () => clientQueries(openApiDocument()),
};

/** Redocly's score for integration simplicity and readiness for agents, of 100. */
const scoreMin = 85;
const Score = z.object({ agentReadiness: z.number() });

async function write(): Promise<void> {
  for (const [name, build] of Object.entries(files)) {
    await writeFile(path.join(root, name), await build());
    console.log(`wrote ${name}`);
  }
}

async function check(): Promise<string[]> {
  const problems: string[] = [];
  for (const [name, build] of Object.entries(files)) {
    const committed = await readFile(path.join(root, name), "utf8").catch(() => "");
    if (committed !== (await build())) {
      problems.push(`${name} is not what the descriptions in openapi/ generate: run \`npm run openapi\` and commit it`);
    }
  }
  return problems;
}

async function lint(): Promise<string[]> {
  const problems: string[] = [];
  await import("./build-assets.ts");
  const linted = await redocly("lint", ...documents, "--format", "stylish");
  if (!linted.ok || /\bwarning\b/.test(linted.output)) problems.push(linted.output);
  for (const name of documents) {
    const scored = await redocly("score", name, "--format", "json");
    const score = scored.ok ? Score.parse(JSON.parse(scored.output)).agentReadiness : 0;
    console.log(`${name}: score ${score} of 100`);
    if (score < scoreMin) problems.push(`${name}: the score is below ${scoreMin}\n${scored.ok ? "" : scored.output}`);
  }
  return problems;
}

/** Runs Redocly's command line with telemetry and its look for a newer version off. */
async function redocly(...options: string[]): Promise<{ ok: boolean; output: string }> {
  const cli = path.join(root, "node_modules", "@redocly", "cli", "bin", "cli.js");
  const config = path.join(import.meta.dirname, "redocly.yaml");
  const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true", NO_COLOR: "1" };
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [cli, ...options, "--config", config], {
      cwd: root,
      env,
    });
    return { ok: true, output: options[0] === "lint" ? stdout + stderr : stdout };
  } catch (error) {
    const { stdout, stderr } = z.object({ stdout: z.string(), stderr: z.string() }).parse(error);
    return { ok: false, output: stdout + stderr };
  }
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((option) => option !== "--check" && option !== "--lint");
if (unknown.length > 0) {
  console.error(`unknown option ${unknown.join(", ")}; there are --check and --lint`);
  process.exitCode = 2;
} else {
  if (wanted.length === 0) await write();
  const problems = [
    ...(wanted.includes("--check") ? await check() : []),
    ...(wanted.includes("--lint") ? await lint() : []),
  ];
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}
