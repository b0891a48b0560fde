// What no source of the dashboard or the element may hold: ways from text to markup, inline styles that the page's policy would refuse, and
// places where a credential would outlive its tab.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";

const web = path.join(import.meta.dirname, "..", "..", "web");
const names = (await readdir(web, { recursive: true })).filter((name) => /\.(?:ts|html)$/.test(name));
const sources = await Promise.all(
  names.map(async (name) => [name, await readFile(path.join(web, name), "utf8")] as const),
);

const forbidden: readonly [what: string, pattern: RegExp][] = [
  [
    "makes markup of text",
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|unsafeHTML|unsafeSVG|srcdoc|DOMParser/,
  ],
  ["runs text", /\beval\(|new Function\b|setTimeout\("|javascript:/],
  ["has an inline style or handler in a template", /\sstyle="|\sstyle=\$|<style|\son[a-z]+="/],
  ["writes a cookie", /document\.cookie/],
];

it.each(forbidden)("no source of the pages %s", (_what, pattern) => {
  expect(sources.length).toBeGreaterThan(20);
  expect(sources.filter(([, text]) => pattern.test(text)).map(([name]) => name)).toEqual([]);
});

it("only one source keeps a credential, and only in the storage of its tab", () => {
  const inTab = sources.filter(([, text]) => text.includes("sessionStorage")).map(([name]) => name);
  expect(inTab).toEqual([path.join("dashboard", "credential.ts")]);
  const forLong = sources.filter(([, text]) => text.includes("localStorage")).map(([name]) => name);
  expect(forLong).toEqual([path.join("dashboard", "preference.ts")]);
});
