// Finds a redis-server, or gets one: on PATH, else by apt as root, else unpacked from Debian's packages into a temporary folder.
// Never skips: a machine on which none can be had fails with what was tried.
import { execFile } from "node:child_process";
import { access, constants, mkdir, readdir, rm, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);
const toolsRoot = path.join(os.tmpdir(), "redis-for-tests");

export type RedisBinary = { server: string; cli: string; env: NodeJS.ProcessEnv };

let found: Promise<RedisBinary> | undefined;

export function redisBinary(): Promise<RedisBinary> {
  return (found ??= oneAtATime(find));
}

async function find(): Promise<RedisBinary> {
  const present = await onPath();
  if (present) return present;
  const tried: string[] = ["redis-server and valkey-server on PATH"];
  const attempt = async (what: string, get: () => Promise<RedisBinary | undefined>) => {
    try {
      const binary = await get();
      tried.push(what);
      return binary;
    } catch (error) {
      tried.push(`${what}: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : "failed"}`);
      return undefined;
    }
  };
  const got =
    (await attempt("apt-get install -y redis-server", install)) ?? (await attempt("apt-get download", unpack));
  if (got) return got;
  throw new Error(
    `No redis-server can be had for the tests. Install one or set TEST_REDIS_URL. Tried ${tried.join("; ")}`,
  );
}

async function onPath(): Promise<RedisBinary | undefined> {
  for (const name of ["redis", "valkey"]) {
    const server = await which(`${name}-server`);
    const cli = await which(`${name}-cli`);
    if (server !== undefined && cli !== undefined) return { server, cli, env: process.env };
  }
  return undefined;
}

async function which(name: string): Promise<string | undefined> {
  for (const folder of (process.env["PATH"] ?? "").split(path.delimiter)) {
    const file = path.join(folder, name);
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (folder !== "" && isThere) return file;
  }
  return undefined;
}

async function install(): Promise<RedisBinary | undefined> {
  if (process.getuid?.() !== 0) throw new Error("not root");
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  await execute("apt-get", ["update"], { env });
  await execute("apt-get", ["install", "-y", "--no-install-recommends", "redis-server"], { env });
  return onPath();
}

/** The packages and what they link to, one level deep; the rest is on any Debian. */
async function unpack(): Promise<RedisBinary | undefined> {
  const folder = path.join(toolsRoot, "unpacked");
  await mkdir(folder, { recursive: true });
  const names = ["redis-server", "redis-tools"];
  const { stdout } = await execute("apt-cache", ["depends", "--important", ...names]);
  const depends = [...stdout.matchAll(/^\s*\|?Depends: ([a-z0-9][a-z0-9.+-]*)$/gm)].map((match) => match[1] ?? "");
  const wanted = [...new Set([...names, ...depends.filter((name) => /^(lib|lua)/.test(name))])];
  for (const name of wanted) await execute("apt-get", ["download", name], { cwd: folder });
  for (const file of await readdir(folder)) {
    if (file.endsWith(".deb")) await execute("dpkg", ["-x", file, "."], { cwd: folder });
  }
  const bin = path.join(folder, "usr", "bin");
  const libraries = (await readdir(path.join(folder, "usr", "lib"))).map((name) =>
    path.join(folder, "usr", "lib", name),
  );
  const env = { ...process.env, LD_LIBRARY_PATH: libraries.join(":") };
  const binary = { server: path.join(bin, "redis-server"), cli: path.join(bin, "redis-cli"), env };
  await execute(binary.server, ["--version"], { env });
  return binary;
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
