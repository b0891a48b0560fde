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

/** What the README's code takes from what stands before it. */
const given: Readonly<Record<string, string>> = {
  client: 'declare const client: import("realtimekit-bff-client").Client;',
  page: 'declare const page: import("realtimekit-bff-client").SessionPage;',
  queries: 'declare const queries: import("realtimekit-bff-client/tanstack").Queries;',
  query: 'declare const query: { status: "LIVE" };',
  queryClient: 'declare const queryClient: import("@tanstack/react-query").QueryClient;',
  sessionId: "declare const sessionId: string;",
  useQuery: 'import { useQuery } from "@tanstack/react-query";',
  show: "declare const show: (what: unknown) => void;",
  say: "declare const say: (state: string, asOf: number | undefined) => void;",
  warn: "declare const warn: (text: string) => void;",
  count: "declare const count: (minutes: number) => void;",
};

/** Puts each piece of code of the README beside the consumer, as a module of its own, and says how many there are. */
export async function takeReadme({ directory }: Packed): Promise<number> {
  const readme = await readFile(path.join(root, "client", "README.md"), "utf8");
  const pieces = [...readme.matchAll(/```tsx?\n(.*?)```/gs)].map(([, code = ""]) => code);
  for (const [place, code] of pieces.entries()) {
    const names = Object.keys(given).filter(
      (name) => !new RegExp(`const (?:${name}\\b|\\{[^}]*\\b${name}\\b)`).test(code),
    );
    const module = [...names.map((name) => given[name]), code, "export {};"].join("\n");
    await writeFile(path.join(directory, `readme-${place}.ts`), module);
  }
  return pieces.length;
}
