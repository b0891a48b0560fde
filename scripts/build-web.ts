// Makes the dashboard and the script of the embeddable element out of `web`, as texts by their paths below the assets' root.
//
// The dashboard is split: what its first screen needs, and every other screen in a file of its own. Names carry a hash of their content;
// the page and the list of files (what the service may hand out) are written last, by what came out. The element is one plain script.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";
import type { BuildOptions, Metafile, OutputFile } from "esbuild";

const root = path.join(import.meta.dirname, "..");
const web = path.join(root, "web");

const shared = {
  bundle: true,
  minify: true,
  write: false,
  charset: "utf8",
  // Browsers of the last three years.
  target: "es2022",
  legalComments: "none",
  logLevel: "silent",
  absWorkingDir: root,
} as const satisfies BuildOptions;

export type WebBuild = {
  /** Path below the assets' root to text. */
  files: ReadonlyMap<string, string>;
  /** What the element's script is, for whoever embeds it. */
  element: { path: string; integrity: string };
  /** What a browser loads before it shows the first screen. */
  firstScreen: readonly string[];
};

/** Takes a fifth of a second. Throws with the builder's own words. */
export async function buildWeb(): Promise<WebBuild> {
  const [pageBuild, styleBuild, elementsBuild, template, icon, version] = await Promise.all([
    build({
      ...shared,
      entryPoints: ["web/dashboard/main.ts"],
      outdir: "dist/assets/dashboard",
      format: "esm",
      splitting: true,
      metafile: true,
      entryNames: "[name]-[hash]",
      chunkNames: "[name]-[hash]",
      loader: { ".css": "text" },
    }),
    build({
      ...shared,
      entryPoints: ["web/page/page.css"],
      outdir: "dist/assets/dashboard",
      entryNames: "[name]-[hash]",
    }),
    build({ ...shared, entryPoints: ["web/elements/elements.ts"], outdir: "dist/assets", format: "iife" }),
    readFile(path.join(web, "page", "index.html"), "utf8"),
    readFile(path.join(web, "page", "icon.svg"), "utf8"),
    versionOf(),
  ]);
  const [style] = styleBuild.outputFiles;
  const [elements] = elementsBuild.outputFiles;
  if (!style || !elements) throw new Error("the dashboard was not built");

  const iconName = `icon-${digestOf(icon, "sha256").toString("hex").slice(0, 8)}.svg`;
  const dashboard = [...pageBuild.outputFiles, style];
  const scripts = neededAtFirst(pageBuild.metafile);
  const names = [...dashboard.map(nameOf), iconName];
  const elementName = `${version}.js`;
  const list = JSON.stringify({ dashboard: names, elements: [elementName] });
  const page = template
    .replace("%style%", `/dashboard/${nameOf(style)}`)
    .replace("%icon%", `/dashboard/${iconName}`)
    .replace("%main%", `/dashboard/${scripts[0] ?? ""}`)
    .replace(/^.*%chunk%.*\n/m, (line) =>
      scripts
        .slice(1)
        .map((name) => line.replace("%chunk%", `/dashboard/${name}`))
        .join(""),
    );
  return {
    files: new Map([
      ...dashboard.map((file): [string, string] => [`dashboard/${nameOf(file)}`, file.text]),
      [`dashboard/${iconName}`, icon],
      ["elements.js", elements.text],
      [`elements/${elementName}`, elements.text],
      ["dashboard/index.html", page],
      ["dashboard/files.json", list],
    ]),
    element: {
      path: `/elements/${elementName}`,
      integrity: `sha384-${digestOf(elements.text, "sha384").toString("base64")}`,
    },
    firstScreen: ["index.html", nameOf(style), iconName, ...scripts].map((name) => `dashboard/${name}`),
  };
}

const nameOf = (file: OutputFile) => path.basename(file.path);

const digestOf = (text: string, algorithm: string) => createHash(algorithm).update(text).digest();

/** The entry, and what it and its imports import at once; not what is loaded later. */
function neededAtFirst({ outputs }: Metafile): string[] {
  const entry = Object.keys(outputs).find((file) => outputs[file]?.entryPoint === "web/dashboard/main.ts");
  const needed = new Set(entry === undefined ? [] : [entry]);
  for (const file of needed) {
    for (const { path: imported, kind } of outputs[file]?.imports ?? []) {
      if (kind === "import-statement") needed.add(imported);
    }
  }
  return [...needed].map((file) => path.basename(file));
}

async function versionOf(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(path.join(root, "package.json"), "utf8"));
  const version = typeof manifest === "object" && manifest !== null && "version" in manifest ? manifest.version : "";
  return String(version);
}
