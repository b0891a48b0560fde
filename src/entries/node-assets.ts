// The static files of a Node process: read once, when it starts, and shared by all answers.
//
// Beside each file the build has put its compressed twins, so that nothing is compressed here and no request reads a disk.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { ReadAsset } from "../http/static-file.ts";
import { encodingFor, encodings } from "../http/encodings.ts";
import type { Encoding } from "../http/encodings.ts";

/** Path below the root, with a slash in front, to bytes. */
type Files = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** `dist` is where the build put `assets`, and `encoded/<coding>` with the twins. What is not there is a 404. */
export async function loadAssets(dist: string): Promise<ReadAsset> {
  const plain = await filesBelow(path.join(dist, "assets"));
  const twins = new Map<Encoding, Files>();
  for (const encoding of encodings) twins.set(encoding, await filesBelow(path.join(dist, "encoded", encoding)));

  return async (file, acceptEncoding) => {
    const body = plain.get(file);
    const encoding = encodingFor(acceptEncoding);
    const twin = encoding && twins.get(encoding)?.get(file);
    return twin ? { body: twin, encoding } : body && { body };
  };
}

async function filesBelow(root: string): Promise<Files> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    files.set(`/${path.relative(root, file).replaceAll(path.sep, "/")}`, new Uint8Array(await readFile(file)));
  }
  return files;
}
