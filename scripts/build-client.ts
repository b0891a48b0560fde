// Builds the package of the typed client into client/dist: `npm run build -w client`, and then `npm pack -w client`.
//
// Three modules, for Node 20, browsers, Workers and whoever bundles, not minified and without their dependencies, and the declarations
// beside them.
import { execFile } from "node:child_process";
import { copyFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";

const root = path.join(import.meta.dirname, "..");
const client = path.join(root, "client");

/** Takes some seconds. `client/dist` unless given. Throws with the words of whoever fails. */
export async function buildClient(dist = path.join(client, "dist")): Promise<void> {
  await rm(dist, { recursive: true, force: true });
  await build({
    entryPoints: ["client", "tanstack", "react"].map((name) => path.join(client, "src", `${name}.ts`)),
    outdir: dist,
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    packages: "external",
    logLevel: "silent",
  });
  const tsc = path.join(root, "node_modules", ".bin", "tsc");
  await promisify(execFile)(tsc, ["-p", path.join(client, "tsconfig.build.json"), "--outDir", dist]);
  for (const name of await readdir(dist)) {
    if (!name.endsWith(".d.ts")) continue;
    const file = path.join(dist, name);
    // The compiler leaves the sources' endings in declarations; not every version of it finds them there.
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replaceAll(/(from "\.\/[\w.-]+)\.ts"/g, '$1.js"'));
  }
  await copyFile(path.join(root, "LICENSE"), path.join(dist, "LICENSE"));
}

if (import.meta.main) await buildClient();
