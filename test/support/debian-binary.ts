// Finds programs that no npm package ships, or gets them: on PATH, else by apt as root, else unpacked from Debian's packages into a
// temporary folder. Never skips: a machine on which none can be had fails with what was tried.
import { execFile } from "node:child_process";
import { access, constants, mkdir, readdir, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);
const toolsRoot = path.join(os.tmpdir(), "programs-for-tests");
/** Servers live in `sbin`, which is not on everybody's PATH. */
const systemFolders = ["/usr/sbin", "/usr/local/sbin"];

export type DebianPrograms = {
  /** Names of programs that do the same, each list whole and in the same order: the first list that is there is taken. */
  alternatives: readonly (readonly string[])[];
  /** The packages that bring the first of them. */
  packages: readonly string[];
  /** What makes the first program say its version and end. */
  versionFlag: string;
};

/** `files` are in the order of the alternative's names; `env` is what they must be started with. */
export type FoundPrograms = { files: readonly string[]; env: NodeJS.ProcessEnv };

export function findPrograms(programs: DebianPrograms): Promise<FoundPrograms> {
  return oneAtATime(() => find(programs));
}

async function find(programs: DebianPrograms): Promise<FoundPrograms> {
  const names = programs.alternatives.map((alternative) => alternative.join(" with "));
  const present = await onPath(programs);
  if (present) return present;
  const tried: string[] = [`${names.join(", ")} on PATH`];
  for (const [what, get] of [
    ["apt-get install", install],
    ["apt-get download", unpack],
  ] as const) {
    try {
      const got = await get(programs);
      if (got) return got;
      tried.push(what);
    } catch (error) {
      tried.push(`${what}: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : "failed"}`);
    }
  }
  throw new Error(`The tests need ${names.join(" or ")}, and none can be had. Tried ${tried.join("; ")}`);
}

async function onPath({ alternatives }: DebianPrograms): Promise<FoundPrograms | undefined> {
  const folders = [...(process.env["PATH"] ?? "").split(path.delimiter).filter(Boolean), ...systemFolders];
  for (const names of alternatives) {
    const files = await filesIn(folders, names);
    if (files) return { files, env: process.env };
  }
  return undefined;
}

/** Every name, each in the first folder that has it; undefined when one is nowhere. */
async function filesIn(folders: readonly string[], names: readonly string[]): Promise<string[] | undefined> {
  const files: string[] = [];
  for (const name of names) {
    for (const folder of folders) {
      const file = path.join(folder, name);
      const isThere = await access(file, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (isThere) {
        files.push(file);
        break;
      }
    }
  }
  return files.length === names.length ? files : undefined;
}

async function install(programs: DebianPrograms): Promise<FoundPrograms | undefined> {
  if (process.getuid?.() !== 0) throw new Error("not root");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  await execute("apt-get", ["update"], { env });
  await execute("apt-get", ["install", "-y", "--no-install-recommends", ...programs.packages], { env });
  return onPath(programs);
}

/** The packages and what they link to, two levels deep; the rest is on any Debian. */
async function unpack({ alternatives, packages, versionFlag }: DebianPrograms): Promise<FoundPrograms | undefined> {
  const folder = path.join(toolsRoot, packages.join("+"));
  await mkdir(folder, { recursive: true });
  const libraryPackages = await librariesOf(packages);
  const wanted = new Set([...packages, ...libraryPackages, ...(await librariesOf(libraryPackages))]);
  for (const name of wanted) await execute("apt-get", ["download", name], { cwd: folder });
  for (const file of await readdir(folder)) {
    if (file.endsWith(".deb")) await execute("dpkg", ["-x", file, "."], { cwd: folder });
  }
  const programFolders = ["usr/bin", "usr/sbin"].map((name) => path.join(folder, name));
  const files = await filesIn(programFolders, alternatives[0] ?? []);
  const first = files?.[0];
  if (!files || first === undefined) return undefined;
  const libraries = await Promise.all(["usr/lib", "lib"].map((name) => foldersIn(path.join(folder, name))));
  const env = { ...process.env, LD_LIBRARY_PATH: libraries.flat().join(":") };
  await execute(first, [versionFlag], { env });
  return { files, env };
}

/** Not the C library: the loader of this machine wants its own. */
async function librariesOf(packages: readonly string[]): Promise<string[]> {
  const { stdout } = await execute("apt-cache", ["depends", "--important", ...packages]);
  const depends = [...stdout.matchAll(/^\s*\|?Depends: ([a-z0-9][a-z0-9.+-]*)$/gm)].map((match) => match[1] ?? "");
  return depends.filter((name) => /^(?:lib|lua)/.test(name) && name !== "libc6");
}

async function foldersIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).map((name) => path.join(folder, name));
}

/** Test files run in processes of their own, and apt has one lock. */
async function oneAtATime<Value>(work: () => Promise<Value>): Promise<Value> {
  await mkdir(toolsRoot, { recursive: true });
  const lock = path.join(toolsRoot, "lock");
  for (;;) {
    try {
      await mkdir(lock);
      break;
    } catch {
      const age = await stat(lock).then(
        ({ mtimeMs }) => Date.now() - mtimeMs,
        () => 0,
      );
      if (age > 300_000) await rm(lock, { recursive: true, force: true });
      await new Promise<void>((resolve) => setTimeout(resolve, 100));
    }
  }
  try {
    return await work();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}
