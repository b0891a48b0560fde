// Builds the Node service as one module, dist/node.mjs: it starts in half the time of the source, and needs no packages beside it.
//
//     node scripts/build-node.ts
//
// Not minified, so that a stack trace says where; without a source map. The static files are built by build-assets.ts.
import { mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";
import type { Plugin } from "esbuild";

const root = path.join(import.meta.dirname, "..");

/** Where the module is; it finds its static files from there as the source does from `src`. */
export const nodeModule = path.join(root, "dist", "node.mjs");

export type NodeBuild = {
  /** `dist/node.mjs` unless given. */
  file?: string;
  /** Another module in place of one that the entry imports: from the import as it is written to a path. */
  replaced?: Readonly<Record<string, string>>;
};

/** Takes a fifth of a second. Throws with the builder's own words. A process that is being started never sees half a file. */
export async function buildNode({ file = nodeModule, replaced = {} }: NodeBuild = {}): Promise<void> {
  const entry = path.join(root, "src", "node.ts");
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    // ioredis is CommonJS and asks for Node's own modules by `require`.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    plugins: [replacing(entry, replaced)],
    logLevel: "silent",
    write: false,
  });
  const half = `${file}.${process.pid}`;
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(half, outputFiles[0]?.contents ?? "");
  await rename(half, file);
}

function replacing(entry: string, replaced: Readonly<Record<string, string>>): Plugin {
  return {
    name: "replacing",
    setup({ onResolve }) {
      onResolve({ filter: /^\./ }, (asked) => {
        const other = asked.importer === entry ? replaced[asked.path] : undefined;
        return other === undefined ? undefined : { path: other };
      });
    },
  };
}

if (import.meta.main) await buildNode();
