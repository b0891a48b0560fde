// Puts the static files of the documentation into dist/assets: the OpenAPI documents, our own page, and from swagger-ui-dist exactly the
// bundle, its licence notice and its style sheet, without source maps. The rest of that package stays at home.
//
// A running server may be reading the directory, so files are replaced in place, and only strangers are removed.
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { documentPaths } from "../src/http/docs.ts";

const root = path.join(import.meta.dirname, "..");
const target = path.join(root, "dist", "assets");
const swaggerUi = path.dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));

/** From the path below the assets' root to where the file comes from. */
const files = new Map(documentPaths.map((name) => [name.slice(1), path.join(root, name)]));
for (const name of await readdir(path.join(root, "assets", "docs"))) {
  files.set(path.join("docs", name), path.join(root, "assets", "docs", name));
}
for (const name of ["swagger-ui.css", "swagger-ui-bundle.js", "swagger-ui-bundle.js.LICENSE.txt"]) {
  files.set(path.join("docs", name), path.join(swaggerUi, name));
}

const written = new Set<string>();
await mkdir(path.join(target, "docs"), { recursive: true });
for (const [name, source] of files) {
  const text = await readFile(source, "utf8");
  const withoutMap = text.replace(/\s*(?:\/\*# sourceMappingURL=.*\*\/|\/\/# sourceMappingURL=.*)\s*$/, "\n");
  await put(name, withoutMap);
}
for (const entry of await readdir(target, { recursive: true, withFileTypes: true })) {
  const file = path.join(entry.parentPath, entry.name);
  if (entry.isFile() && !written.has(path.relative(target, file))) await rm(file);
}

/** Written outside the served directory and renamed, so that nobody ever sees half a file. */
async function put(name: string, text: string): Promise<void> {
  const half = path.join(root, "dist", `.${path.basename(name)}.${process.pid}`);
  await writeFile(half, text);
  await rename(half, path.join(target, name));
  written.add(name);
}
