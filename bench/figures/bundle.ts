// How much a deploy uploads.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { atMost } from "../figure.ts";
import type { Figure } from "../figure.ts";
import { builtBundle } from "../support/worker.ts";

const bounds = { must: 150, aim: 100 };

export const bundle: Figure = {
  name: "bundle",
  what: "bundle as deployed (minified), gzip",
  must: `≤ ${bounds.must} kB`,
  aim: `≤ ${bounds.aim} kB`,
  method:
    "Every module that `wrangler deploy --dry-run --outdir` emits, compressed with gzip's default level; 1 kB is 1,000 bytes.",
  async run() {
    const directory = await builtBundle();
    const files = (await readdir(directory, { recursive: true })).filter((file) => /\.(?:js|mjs|wasm)$/.test(file));
    const modules = await Promise.all(files.map((file) => readFile(path.join(directory, file))));
    const kilobytes = (sizes: number[]) => sizes.reduce((sum, size) => sum + size, 0) / 1_000;
    const compressed = kilobytes(modules.map((module) => gzipSync(module).length));
    const plain = kilobytes(modules.map((module) => module.length));
    return {
      measured: `${compressed.toFixed(1)} kB`,
      verdict: atMost(compressed, bounds),
      notes: [
        `${plain.toFixed(1)} kB before compression, in ${modules.length} module${modules.length === 1 ? "" : "s"}.`,
      ],
    };
  },
};
