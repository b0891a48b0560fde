// How much memory another process of this machine has, as Linux counts it. Not to be had elsewhere.
import { readFile, writeFile } from "node:fs/promises";

const mebibyte = 1024;

/** Resident memory in MiB: now, and the most there was since the last `forgetPeak`. */
export async function memoryOf(pid: number): Promise<{ nowMiB: number; peakMiB: number }> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const read = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) / mebibyte;
  return { nowMiB: read("VmRSS"), peakMiB: read("VmHWM") };
}

/** The peak begins anew at what there is now. */
export function forgetPeak(pid: number): Promise<void> {
  return writeFile(`/proc/${pid}/clear_refs`, "5");
}
