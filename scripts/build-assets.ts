// Puts the static files of the documentation into dist/assets: the OpenAPI document as it is committed, its 3.0.3 twin, which is made of it
// here, our own page, and from swagger-ui-dist exactly the bundle, its licence notice and its style sheet, without source maps. The rest of
// that package stays at home. And the dashboard with the embeddable element, see build-web.ts.
// Into dist/encoded go the compressed twins of what is served as it is, for Node processes; the network in front of a Worker compresses by
// itself. A document is made true of each deployment, and compressed there.
//
// A running server may be reading the directories, so files are replaced in place, and only strangers are removed. What is there
// already is left, because compressing takes longer than everything else.
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { parseDocument, serialiseDocument } from "../openapi/json.ts";
import { toOpenApi30 } from "../openapi/version-30.ts";
import { encodings } from "../src/http/encodings.ts";
import type { Encoding } from "../src/http/encodings.ts";
import { buildWeb } from "./build-web.ts";

const root = path.join(import.meta.dirname, "..");
const target = path.join(root, "dist", "assets");
const twins = path.join(root, "dist", "encoded");
const swaggerUi = path.dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));

/** From the path below the assets' root to where the file comes from. */
const files = new Map([["openapi.json", path.join(root, "openapi.json")]]);
for (const name of await readdir(path.join(root, "assets", "docs"))) {
  files.set(path.join("docs", name), path.join(root, "assets", "docs", name));
}
for (const name of ["swagger-ui.css", "swagger-ui-bundle.js", "swagger-ui-bundle.js.LICENSE.txt"]) {
  files.set(path.join("docs", name), path.join(swaggerUi, name));
}

/** Brotli at its best would take four seconds for a tenth less. Files whose twin would save less than a packet have none. */
const twinBytesMin = 1_024;
const brotli = promisify(brotliCompress);
const deflate = promisify(gzip);
const compress: Readonly<Record<Encoding, (bytes: Uint8Array) => Promise<Uint8Array>>> = {
  br: (bytes) =>
    brotli(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
  gzip: (bytes) => deflate(bytes, { level: constants.Z_BEST_COMPRESSION }),
};

const written = new Set<string>();
for (const [name, source] of files) {
  const text = await readFile(source, "utf8");
  const withoutMap = text.replace(/\s*(?:\/\*# sourceMappingURL=.*\*\/|\/\/# sourceMappingURL=.*)\s*$/, "\n");
  await put(name, withoutMap);
}
// The page last: it names the others.
for (const [name, text] of (await buildWeb()).files) await put(name, text);
const published = parseDocument(await readFile(path.join(root, "openapi.json"), "utf8"));
await put("openapi-3.0.json", serialiseDocument(toOpenApi30(published)));
for (const directory of [target, twins]) {
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile() && !written.has(file)) await rm(file, { force: true });
  }
}

/** The file and its twins. */
async function put(name: string, text: string): Promise<void> {
  const file = path.join(target, name);
  const bytes = new TextEncoder().encode(text);
  const isThere = await readFile(file).then(
    (present) => present.equals(bytes),
    () => false,
  );
  if (!isThere) await replace(file, bytes);
  written.add(file);
  const isServedAsIs = !name.startsWith("openapi");
  for (const encoding of isServedAsIs && bytes.length >= twinBytesMin ? encodings : []) {
    const twin = path.join(twins, encoding, name);
    if (!isThere || !existsSync(twin)) await replace(twin, await compress[encoding](bytes));
    written.add(twin);
  }
}

/** Written outside the served directories and renamed, so that nobody ever sees half a file. */
async function replace(file: string, bytes: Uint8Array): Promise<void> {
  const half = path.join(root, "dist", `.${path.basename(file)}.${process.pid}`);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(half, bytes);
  await rename(half, file);
}
