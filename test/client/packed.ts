// The package of the client as `npm pack` makes it, unpacked into the modules of a project of its own.
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import * as z from "zod";
import { buildClient } from "../../scripts/build-client.ts";

const root = path.join(import.meta.dirname, "../..");
const modules = path.join(root, "node_modules");
const run = promisify(execFile);

export type Packed = {
  /** Of the project, with the package among its modules and the consumer beside them. */
  directory: string;
  /** What the package holds. */
  files: readonly string[];
  remove(): Promise<void>;
};

const Packing = z.array(z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) }));

export async function packClient(): Promise<Packed> {
  const directory = await mkdtemp(path.join(tmpdir(), "bff-client-"));
  const source = path.join(directory, "source");
  await mkdir(source);
  for (const name of ["package.json", "README.md", "src", "tsconfig.json", "tsconfig.build.json"]) {
    await cp(path.join(root, "client", name), path.join(source, name), { recursive: true });
  }
  await buildClient(path.join(source, "dist"));
  const { stdout } = await run("npm", ["pack", "--json", "--ignore-scripts", "--offline"], { cwd: source });
  const [packing] = Packing.parse(JSON.parse(stdout));
  if (!packing) throw new Error("npm packed nothing");

  const home = path.join(directory, "node_modules", "realtimekit-bff-client");
  await mkdir(home, { recursive: true });
  await run("tar", ["-xzf", path.join(source, packing.filename), "-C", home, "--strip-components=1"]);
  for (const name of ["eventsource-parser", "@tanstack", "react", "@types", "csstype"]) {
    await symlink(path.join(modules, name), path.join(directory, "node_modules", name));
  }
  await cp(path.join(import.meta.dirname, "consumer"), directory, { recursive: true });
  await writeFile(path.join(directory, "package.json"), '{ "type": "module" }');
  return {
    directory,
    files: packing.files.map((file) => file.path),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** The compiler's complaints about the consumer; nothing where it has none. */
export async function compileConsumer({ directory }: Packed, options: Record<string, unknown>): Promise<string> {
  const config = {
    compilerOptions: {
      target: "es2022",
      lib: ["es2022", "dom", "dom.iterable"],
      types: [],
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noEmit: true,
      ...options,
    },
    include: ["*.ts"],
  };
  await writeFile(path.join(directory, "tsconfig.json"), JSON.stringify(config));
  const tsc = path.join(modules, ".bin", "tsc");
  return run(tsc, ["-p", directory]).then(
    ({ stdout }) => stdout,
    (error: unknown) => z.object({ stdout: z.string() }).parse(error).stdout,
  );
}

/** The name and version of the package, and whatever else its description says. */
export const descriptionOf = async ({ directory }: Packed): Promise<unknown> =>
  JSON.parse(await readFile(path.join(directory, "node_modules", "realtimekit-bff-client", "package.json"), "utf8"));
