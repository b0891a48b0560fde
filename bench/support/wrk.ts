// Load from wrk: one thread, so that it takes one processor at most, and as many requests as the server answers.
import path from "node:path";
import { findProgram, printedBy, processors } from "./process.ts";

export type Load = {
  requestsPerSecond: number;
  requests: number;
  p50Ms: number;
  p99Ms: number;
};

export type LoadOptions = {
  connections: number;
  seconds: number;
  isHeld?: boolean;
  /** Sent with each request. */
  headers?: Readonly<Record<string, string>>;
};

/** Starts wrk against one address. Throws when an answer was not 2xx or a connection failed: the number would mean nothing. */
export async function load(url: string, options: LoadOptions): Promise<Load> {
  const printed = await runWrk(options, ["--latency", url]);
  const wrong = /Non-2xx or 3xx responses: \d+|Socket errors: .*/.exec(printed)?.[0];
  if (wrong !== undefined) throw new Error(`wrk against ${url}: ${wrong}`);
  const rate = /Requests\/sec:\s+([\d.]+)/.exec(printed)?.[1];
  if (rate === undefined) throw new Error(`wrk against ${url} printed:\n${printed}`);
  return {
    requestsPerSecond: Number(rate),
    requests: requestsIn(printed),
    p50Ms: latencyMs(printed, "50%"),
    p99Ms: latencyMs(printed, "99%"),
  };
}

const distinctQueries = path.join(import.meta.dirname, "distinct-queries.lua");

export type DistinctLoad = { pages: number; refusals: number };

/** The same with a query of its own for each request, from `first` (epoch seconds) on; each gets its page or a 503, or it throws. */
export async function loadDistinct(url: string, options: LoadOptions & { first: number }): Promise<DistinctLoad> {
  const printed = await runWrk(options, ["-s", distinctQueries, url, "--", String(options.first)]);
  const counts = /answers: (\d+) pages, (\d+) refusals, 0 others/.exec(printed);
  if (!counts || printed.includes("Socket errors")) throw new Error(`wrk against ${url} printed:\n${printed}`);
  return { pages: Number(counts[1]), refusals: Number(counts[2]) };
}

async function runWrk(options: LoadOptions, rest: readonly string[]): Promise<string> {
  const { connections, seconds, isHeld = false, headers = {} } = options;
  const program = await requireWrk();
  const sent = Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
  const args = ["-t1", `-c${connections}`, `-d${seconds}s`, ...sent, ...rest];
  const taskset = isHeld ? await findProgram("taskset") : undefined;
  return taskset ? printedBy(taskset, ["-c", String(processors.load), program, ...args]) : printedBy(program, args);
}

function requestsIn(printed: string): number {
  const requests = /(\d+) requests in/.exec(printed)?.[1];
  if (requests === undefined) throw new Error(`wrk printed:\n${printed}`);
  return Number(requests);
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
