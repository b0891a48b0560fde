// Processes of a run: started and ended by their id, found on PATH, held to one processor, and asked for the time they took.
//
// Processor time and affinity need Linux; elsewhere they are left out, and said to be.
import { execFile, spawn } from "node:child_process";
import { access, readFile, readdir } from "node:fs/promises";
import { createServer } from "node:net";
import { availableParallelism } from "node:os";
import path from "node:path";

/** The path of a program, also where only root's PATH would have it. */
export async function findProgram(name: string): Promise<string | undefined> {
  const directories = [...(process.env["PATH"] ?? "").split(path.delimiter), "/usr/sbin", "/usr/local/sbin", "/sbin"];
  for (const directory of directories) {
    const candidate = path.join(directory, name);
    if (directory !== "" && (await isThere(candidate))) return candidate;
  }
  return undefined;
}

const isThere = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );

/** What a program printed on both streams, whatever its exit code; empty when it can't be started. */
export function printedBy(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: 300_000 }, (_error, out, err) => resolve(`${out}${err}`));
  });
}

export type Server = { pid: number; stop(): Promise<void> };

/** Starts a server that stays in the foreground. Rejects with what it printed when it ends before `isUp` holds. */
export async function startServer(
  program: string,
  args: readonly string[],
  isUp: () => Promise<boolean>,
): Promise<Server> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (printed = (printed + text).slice(-4_000)));
  }
  const ended = new Promise<void>((resolve) => {
    child.once("error", (error) => {
      printed += error.message;
      resolve();
    });
    child.once("exit", () => resolve());
  });
  let hasEnded = false;
  void ended.then(() => (hasEnded = true));
  for (let tries = 0; tries < 200; tries += 1) {
    if (hasEnded || child.pid === undefined) throw new Error(`${path.basename(program)} did not start:\n${printed}`);
    if (await isUp()) {
      return {
        pid: child.pid,
        async stop() {
          child.kill("SIGTERM");
          const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
          await ended;
          clearTimeout(timer);
        },
      };
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill("SIGKILL");
  throw new Error(`${path.basename(program)} did not answer in ten seconds:\n${printed}`);
}

/** A port of loopback that is free now. */
export function freePort(): Promise<number> {
  const probe = createServer();
  return new Promise((resolve, reject) => {
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** A process and all below it. Empty where there is no /proc. */
export async function familyOf(pid: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir("/proc").catch(() => [])) {
    const stat = /^\d+$/.test(name) ? await statOf(Number(name)) : undefined;
    if (stat) parents.set(Number(name), stat.parent);
  }
  const family = parents.has(pid) ? [pid] : [];
  for (const member of family) {
    for (const [child, parent] of parents) if (parent === member) family.push(child);
  }
  return family;
}

/** Those of a process's family whose program has this name. */
export async function descendantsNamed(pid: number, name: string): Promise<number[]> {
  const family = await familyOf(pid);
  const named = await Promise.all(family.map(async (member) => (await statOf(member))?.name === name));
  return family.filter((_member, index) => named[index]);
}

/** Linux counts in ticks, of which there are a hundred a second on every platform that Node runs on. */
const msPerTick = 10;

/** Milliseconds of processor time that these processes took so far; `undefined` where that can't be read. */
export async function processorMs(pids: readonly number[]): Promise<number | undefined> {
  const stats = await Promise.all(pids.map(statOf));
  if (stats.length === 0 || stats.includes(undefined)) return undefined;
  return stats.reduce((sum, stat) => sum + (stat?.ticks ?? 0), 0) * msPerTick;
}

/** Of `/proc/<pid>/stat` (proc(5)): the name stands in parentheses and may hold anything. */
async function statOf(pid: number): Promise<{ name: string; parent: number; ticks: number } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const parts = /\((.*)\) (.*)$/s.exec(text);
  const fields = parts?.[2]?.split(" ") ?? [];
  if (!parts || fields.length < 13) return undefined;
  return { name: parts[1] ?? "", parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
}

/** Where load and servers run, so that a server has one processor to itself and its load another. */
export const processors = { load: 0, server: availableParallelism() - 1 };

/** Holds processes with all their threads to the servers' processor. Says whether it could. */
export async function holdToOneProcessor(
  pids: readonly number[],
  processor: number = processors.server,
): Promise<boolean> {
  const taskset = await findProgram("taskset");
  if (!taskset || processors.server < 1 || pids.length === 0) return false;
  for (const pid of pids) await printedBy(taskset, ["-a", "-p", "-c", String(processor), String(pid)]);
  return true;
}
