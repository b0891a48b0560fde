// Load from wrk: one thread, so that it takes one processor at most, and as many requests as the server answers.
import { findProgram, printedBy, processors } from "./process.ts";

export type Load = {
  requestsPerSecond: number;
  requests: number;
  p50Ms: number;
  p99Ms: number;
};

export type LoadOptions = { connections: number; seconds: number; isHeld?: boolean };

/** Starts wrk against one address. Throws when an answer was not 2xx or a connection failed: the number would mean nothing. */
export async function load(url: string, { connections, seconds, isHeld = false }: LoadOptions): Promise<Load> {
  const program = await requireWrk();
  const args = ["-t1", `-c${connections}`, `-d${seconds}s`, "--latency", url];
  const taskset = isHeld ? await findProgram("taskset") : undefined;
  const printed = taskset
    ? await printedBy(taskset, ["-c", String(processors.load), program, ...args])
    : await printedBy(program, args);
  const wrong = /Non-2xx or 3xx responses: \d+|Socket errors: .*/.exec(printed)?.[0];
  if (wrong !== undefined) throw new Error(`wrk against ${url}: ${wrong}`);
  const rate = /Requests\/sec:\s+([\d.]+)/.exec(printed)?.[1];
  const requests = /(\d+) requests in/.exec(printed)?.[1];
  if (rate === undefined || requests === undefined) throw new Error(`wrk against ${url} printed:\n${printed}`);
  return {
    requestsPerSecond: Number(rate),
    requests: Number(requests),
    p50Ms: latencyMs(printed, "50%"),
    p99Ms: latencyMs(printed, "99%"),
  };
}

function latencyMs(printed: string, share: string): number {
  const [, number, unit = ""] = new RegExp(`${share}\\s+([\\d.]+)(us|ms|s|m)\\b`).exec(printed) ?? [];
  const factor = { us: 0.001, ms: 1, s: 1_000, m: 60_000 }[unit];
  return factor === undefined ? Number.NaN : Number(number) * factor;
}

let installing: Promise<string> | undefined;

/** wrk's path; gets it from the system's packages where we may. Throws with what to install otherwise. */
export function requireWrk(): Promise<string> {
  installing ??= findOrInstall();
  return installing;
}

async function findOrInstall(): Promise<string> {
  const present = await findProgram("wrk");
  if (present) return present;
  const aptGet = process.getuid?.() === 0 ? await findProgram("apt-get") : undefined;
  if (aptGet) {
    await printedBy(aptGet, ["update"]);
    await printedBy(aptGet, ["install", "-y", "--no-install-recommends", "wrk"]);
  }
  const installed = await findProgram("wrk");
  if (installed) return installed;
  throw new Error("wrk is not installed (Debian and Ubuntu: apt-get install wrk; macOS: brew install wrk)");
}
