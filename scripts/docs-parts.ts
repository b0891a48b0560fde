// Writes the table of settings between two markers of README.md; with --check, only compares.
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { configurationTable } from "../src/config.ts";

const START = "<!-- settings:start -->";
const END = "<!-- settings:end -->";

const file = path.join(import.meta.dirname, "..", "README.md");
const text = await readFile(file, "utf8").catch(() => "");
const start = text.indexOf(START);
const end = text.indexOf(END, start);

if (start === -1 || end === -1) {
  console.error(`README.md: needs ${START} and, after it, ${END}`);
  process.exitCode = 1;
} else {
  const wanted = `${text.slice(0, start + START.length)}\n${configurationTable()}\n${text.slice(end)}`;
  if (wanted === text) console.log("README.md: the settings are up to date");
  else if (process.argv.includes("--check")) {
    console.error("README.md: the settings are out of date (npm run readme)");
    process.exitCode = 1;
  } else {
    await writeFile(file, wanted);
    console.log("README.md: settings written");
  }
}
