// Writes the generated parts of the documents between their markers: the tables of settings, problems and events, and examples as they are tested. With
// --check, only compares.
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { configurationTable } from "../src/config/settings.ts";
import { failureCodes, problemTable } from "../src/http/problem.ts";
import { eventsTable } from "./event-texts.ts";

const root = path.join(import.meta.dirname, "..");
const isCheck = process.argv.includes("--check");

const example = async (name: string) =>
  `\`\`\`js\n${(await readFile(path.join(root, "examples", name), "utf8")).trimEnd()}\n\`\`\``;

/** Every problem a client can get, and what to do about it. */
const problemsTable = () =>
  [
    "| code | status | what happened | what to do |",
    "| --- | --- | --- | --- |",
    ...failureCodes.map((code) => {
      const { status, detail, advice } = problemTable[code];
      return `| \`${code}\` | ${status} | ${detail} | ${advice} |`;
    }),
  ].join("\n");

/** Document, the name in its markers, and what stands between them. */
const parts: readonly [file: string, marker: string, build: () => string | Promise<string>][] = [
  ["docs/settings.md", "settings", configurationTable],
  ["docs/api.md", "problems", problemsTable],
  ["docs/events.md", "events", eventsTable],
  ["docs/identity-jwt.md", "token-backend.node.mjs", () => example("token-backend.node.mjs")],
  ["docs/identity-jwt.md", "token-backend.worker.mjs", () => example("token-backend.worker.mjs")],
  ["docs/identity-jwt.md", "page.mjs", () => example("page.mjs")],
];

for (const [name, marker, build] of parts) {
  const [opening, closing] = [`<!-- ${marker}:start -->`, `<!-- ${marker}:end -->`];
  const file = path.join(root, name);
  const text = await readFile(file, "utf8").catch(() => "");
  const start = text.indexOf(opening);
  const end = text.indexOf(closing, start);
  if (start === -1 || end === -1) {
    console.error(`${name}: needs ${opening} and, after it, ${closing}`);
    process.exitCode = 1;
    continue;
  }
  const wanted = `${text.slice(0, start + opening.length)}\n${await build()}\n${text.slice(end)}`;
  if (wanted === text) console.log(`${name}: ${marker} is up to date`);
  else if (isCheck) {
    console.error(`${name}: ${marker} is out of date (npm run readme)`);
    process.exitCode = 1;
  } else {
    await writeFile(file, wanted);
    console.log(`${name}: ${marker} written`);
  }
}
