// How much the typed client adds to a page.
import path from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { atMost } from "../figure.ts";
import type { Figure } from "../figure.ts";

const source = path.join(import.meta.dirname, "../../client/src");
const bounds = { must: 6, aim: 4 };

/** kB of 1,000 bytes: a module with everything it needs, minified, compressed. */
async function kilobytes(name: string, external: readonly string[] = []): Promise<number> {
  const { outputFiles } = await build({
    entryPoints: [path.join(source, name)],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    external: [...external],
    write: false,
    logLevel: "silent",
  });
  return gzipSync(outputFiles[0]?.contents ?? "").length / 1_000;
}

export const client: Figure = {
  name: "client",
  what: "typed client, its core with what it needs (minified), gzip",
  must: `≤ ${bounds.must} kB`,
  aim: `≤ ${bounds.aim} kB`,
  method:
    "esbuild makes one module of client/src/client.ts and eventsource-parser, minified for ES2022, compressed with gzip's default level; 1 kB is 1,000 bytes.",
  async run() {
    const core = await kilobytes("client.ts");
    const own = await kilobytes("client.ts", ["eventsource-parser"]);
    const [react, tanstack] = await Promise.all([
      kilobytes("react.ts", ["react"]),
      kilobytes("tanstack.ts", ["eventsource-parser"]),
    ]);
    return {
      measured: `${core.toFixed(1)} kB`,
      verdict: atMost(core, bounds),
      notes: [
        `${own.toFixed(1)} kB of it are the client's own, the rest is eventsource-parser.`,
        `By themselves, realtimekit-bff-client/react is ${react.toFixed(1)} kB, and /tanstack ${tanstack.toFixed(1)} kB, each with what it shares with the core.`,
      ],
    };
  },
};
