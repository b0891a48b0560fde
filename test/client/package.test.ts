// The package of the typed client, as somebody else's project has it: packed, unpacked, compiled against, and run where clients run.
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { build, transform } from "esbuild";
import { readFile, writeFile } from "node:fs/promises";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterAll, beforeAll, expect, it } from "vitest";
import { client } from "../../bench/figures/client.ts";
import { servePages, visit } from "../browser/rig.ts";
import { startBrowser } from "../support/browser.ts";
import { startNodeProduct } from "../support/product-node.ts";
import type { NodeProduct } from "../support/product-node.ts";
import { startStreamProxy } from "../support/stream-proxy.ts";
import { compileConsumer, packClient, takeReadme } from "./packed.ts";
import type { Packed } from "./packed.ts";

const run = promisify(execFile);
const toured = ["list 2", "again true false", "get true", "problem not_found 404", "all 150", "watch live"];

let packed: Packed;
let product: NodeProduct;
let origin: string;
let closePages: () => Promise<void>;
beforeAll(async () => {
  const pages = await servePages();
  [origin, closePages] = [pages.origin, pages.close];
  [packed, product] = await Promise.all([packClient(), startNodeProduct({ ALLOWED_ORIGINS: origin })]);
});
afterAll(async () => {
  await closePages();
  await packed.remove();
  await product.stop();
});

/** The first program called `node` on the path that is of this version, or the one that runs this. */
async function nodeOf(major: number): Promise<string> {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter);
  for (const program of folders.map((folder) => path.join(folder, "node"))) {
    const version = await run(program, ["--version"]).catch(() => undefined);
    if (version?.stdout.startsWith(`v${major}.`)) return program;
  }
  return process.execPath;
}

/** The consumer and the package in one module, as a bundler makes it. */
async function bundle(entry: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: packed.directory },
    bundle: true,
    format: "esm",
    target: "es2022",
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}

it("holds its modules, their declarations, a licence and a README, and nothing else", () => {
  const unexpected = packed.files.filter(
    (name) => !/^(?:README\.md|package\.json|dist\/(?:[\w.-]+\.(?:js|d\.ts)|LICENSE))$/.test(name),
  );
  expect(unexpected).toEqual([]);
  for (const name of [
    "README.md",
    "dist/LICENSE",
    "dist/client.js",
    "dist/client.d.ts",
    "dist/tanstack.js",
    "dist/react.js",
  ]) {
    expect(packed.files).toContain(name);
  }
});

it.each([
  ["as bundlers resolve it", { module: "esnext", moduleResolution: "bundler" }],
  ["as Node resolves it", { module: "nodenext", moduleResolution: "nodenext" }],
])(
  "has types that hold under strict rules, in its README's code too, and refuse what the document refuses, %s",
  async (_how, options) => {
    expect(await takeReadme(packed)).toBeGreaterThan(4);
    expect(await compileConsumer(packed, options)).toBe("");
  },
);

it("adds no more than 6 kB to a page, compressed, with all that its core needs", async () => {
  expect((await client.run("quick", () => {})).verdict).not.toBe("missed");
});

it("needs nothing of React or TanStack Query where these are not used", async () => {
  for (const name of ["client.d.ts", "client.js"]) {
    const text = await readFile(path.join(packed.directory, "node_modules/realtimekit-bff-client/dist", name), "utf8");
    expect(text).not.toMatch(/"react"|@tanstack/);
  }
});

it("runs in Node 20, where the machine has one, and else in this one", async () => {
  const tour = await readFile(path.join(packed.directory, "tour.ts"), "utf8");
  const { code } = await transform(tour, { loader: "ts", format: "esm", target: "es2022" });
  await writeFile(path.join(packed.directory, "tour.js"), code);
  const program = `import { tour } from "./tour.js"; console.log(JSON.stringify(await tour(${JSON.stringify(product.url)})));`;
  await writeFile(path.join(packed.directory, "run.js"), program);
  const { stdout } = await run(await nodeOf(20), ["run.js"], { cwd: packed.directory, env: {} });
  expect(JSON.parse(stdout)).toEqual(toured);
});

it("runs in a Worker", async () => {
  const script = await bundle(`
    import { tour } from "./tour.ts";
    export default { fetch: async (request) => Response.json(await tour(await request.text())) };
  `);
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: [{ type: "ESModule", path: "worker.js", contents: script }],
      compatibilityDate: "2026-11-01",
      cf: false,
    }),
  );
  try {
    const answer = await miniflare.dispatchFetch("http://worker.invalid/", { method: "POST", body: product.url });
    expect(await answer.json()).toEqual(toured);
  } finally {
    await miniflare.dispose();
  }
});

it("runs in a page of another origin, whose 304s and streams' last ids pass the browser's rules", async () => {
  const script = await bundle(`import { tour } from "./tour.ts"; globalThis.tour = tour;`);
  const proxy = await startStreamProxy(product.url);
  const browser = await startBrowser();
  try {
    await visit(browser, origin, async ({ page }) => {
      await page.addScriptTag({ content: script, type: "module" });
      await page.waitForFunction("globalThis.tour !== undefined");
      expect(await page.evaluate(`tour(${JSON.stringify(proxy.url)})`)).toEqual(toured);
    });
    expect(proxy.pages().some(({ status }) => status === 304)).toBe(true);
  } finally {
    await browser.close();
    await proxy.close();
  }
});
