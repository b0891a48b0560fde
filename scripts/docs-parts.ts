// Writes the generated parts of the documents between their markers: the tables of settings, problems and events, and examples as they are tested. With
// --check, only compares.
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { configurationTable } from "../src/config/settings.ts";
import { templateOf } from "../src/http/deployment-document.ts";
import { failureCodes, problemTable } from "../src/http/problem-table.ts";
import { exportedLists } from "../src/resources/export.ts";
import { fieldsOf, resourceNames, resources } from "../src/resources/registry.ts";
import type { Owner, Parameter } from "../src/resources/resource.ts";
import { buildWeb } from "./build-web.ts";
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

const seenBy = (owner: Owner): string => {
  switch (owner.by) {
    case "field":
      return `rows of the caller's meetings, by \`${owner.parameter}\``;
    case "parent":
      return "callers whose meeting the session is of";
    case "path":
      return "callers who may see the meeting";
    case "app":
      return "callers who may see every meeting";
  }
};

/** Every resource, with its word in policies. */
const resourcesTable = () =>
  [
    "| below the app | what | in policies | who sees it |",
    "| --- | --- | --- | --- |",
    ...resources.map(({ path: below, summary, name, owner, isShownByDefault, holdsLinks }) => {
      const more = holdsLinks ? "; holds links that end, which nobody keeps" : "";
      const granted = isShownByDefault ? "" : ", granted by name";
      return `| \`${templateOf(below)}\` | ${summary}${more} | \`${name}\`${granted} | ${seenBy(owner)} |`;
    }),
  ].join("\n");

const fallbackOf = ({ fallback }: Parameter): string => {
  if (fallback === undefined) return "";
  return typeof fallback === "function" ? "moves with the day" : `\`${fallback}\``;
};

/** The parameters of each resource that has some. */
const parametersTable = () =>
  [
    "| resource | parameter | rule | default |",
    "| --- | --- | --- | --- |",
    ...resources.flatMap(({ path: below, parameters }) =>
      Object.entries(parameters).map(
        ([name, parameter], index) =>
          `| ${index === 0 ? `\`${templateOf(below)}\`` : ""} | \`${name}\` | ${parameter.requirement} | ${fallbackOf(parameter)} |`,
      ),
    ),
  ].join("\n");

/** Every list that can be exported, with its filters. */
const exportsTable = () =>
  [
    "| below the app, with `.csv` or `.ndjson` | filters |",
    "| --- | --- |",
    ...exportedLists.map(([{ path: below }, { parameters }]) => {
      const filters = Object.keys(parameters).filter((name) => name !== "after");
      return `| \`${templateOf(below)}\` | ${filters.map((name) => `\`${name}\``).join(", ") || "none"} |`;
    }),
  ].join("\n");

/** The fields that policies may show, by resource. */
const fieldsTable = () =>
  [
    "| resource | fields |",
    "| --- | --- |",
    ...resourceNames.map(
      (name) =>
        `| \`${name}\` | ${fieldsOf(name)
          .map((one) => `\`${one}\``)
          .join(", ")} |`,
    ),
  ].join("\n");

/** The element's script by its version, with the hash that a browser holds it to. */
async function elementScript(): Promise<string> {
  const { element } = await buildWeb();
  const attributes = [
    `src="https://sessions.example.com${element.path}"`,
    `integrity="${element.integrity}"`,
    'crossorigin="anonymous"',
  ];
  return `\`\`\`html\n<script\n  type="module"\n  ${attributes.join("\n  ")}\n></script>\n\`\`\``;
}

/** Document, the name in its markers, and what stands between them. */
const parts: readonly [file: string, marker: string, build: () => string | Promise<string>][] = [
  ["docs/settings.md", "settings", configurationTable],
  ["docs/api.md", "resources", resourcesTable],
  ["docs/api.md", "parameters", parametersTable],
  ["docs/api.md", "problems", problemsTable],
  ["docs/exports.md", "exports", exportsTable],
  ["docs/policies.md", "fields", fieldsTable],
  ["docs/events.md", "events", eventsTable],
  ["docs/identity-jwt.md", "token-backend.node.mjs", () => example("token-backend.node.mjs")],
  ["docs/identity-jwt.md", "token-backend.worker.mjs", () => example("token-backend.worker.mjs")],
  ["docs/identity-jwt.md", "page.mjs", () => example("page.mjs")],
  ["docs/element.md", "element", elementScript],
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
