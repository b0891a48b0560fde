// Ten thousand streams on one Node process: what each takes, how long until all have a change, and what is left when they are gone.
import { atMost } from "../figure.ts";
import type { Figure, Verdict } from "../figure.ts";
import { createTelling, listStream, withWebhooks } from "../support/live.ts";
import { createMemoryReader } from "../support/memory.ts";
import { startNodeBench } from "../support/node.ts";
import { median } from "../support/statistics.ts";
import { openListeners } from "../support/streams.ts";

const streamCount = 10_000;
const changeCount = 5;
const warmUpCount = 500;

export const liveMemory: Figure = {
  name: "live-memory",
  what: "Node: 10,000 streams, memory of each; from an event taken to the last of them",
  must: "≤ 40 KiB each; ≤ 3 s",
  aim: "≤ 20 KiB each; ≤ 1 s",
  method:
    "One process over its own memory, 10,000 connections to one list of 25 rows, ten of each address; clients and simulator share another process. Resident memory after forced collections, the least of three seconds: at the start, when 500 streams were open and are closed again; with all open; and after all are closed. Five times somebody joins; time is taken as for `live-fanout`, and the slowest counts.",
  async run(effort, progress) {
    const count = effort === "quick" ? 500 : streamCount;
    const telling = createTelling();
    const memory = createMemoryReader();
    const bench = await startNodeBench({
      preload: ["collect.ts"],
      settings: withWebhooks,
      sendWebhook: telling.send,
      write: memory.write,
    });
    const [pid = 0] = bench.pids;
    try {
      telling.begin(bench.simulator, bench.url);
      const warmUp = await openListeners(bench.url, listStream, Math.min(count, warmUpCount));
      await telling.change();
      await warmUp.pages(2 * Math.min(count, warmUpCount));
      await warmUp.close();
      const before = await memory.of(pid);
      const listeners = await openListeners(bench.url, listStream, count);
      progress(`${count} streams are open`);
      const opened = await memory.of(pid);
      const lasts: number[] = [];
      for (let change = 0; change < changeCount; change += 1) {
        await new Promise((resolve) => setTimeout(resolve, 3_000));
        const expected = listeners.pageCount() + count;
        const takenAt = await telling.change();
        await listeners.pages(expected);
        lasts.push(Math.max(...listeners.arrivals) - takenAt);
        progress(`change ${change + 1}: last ${lasts.at(-1)?.toFixed(0)} ms`);
      }
      const changed = await memory.of(pid);
      await listeners.close();
      const after = await memory.of(pid);
      const each = (bytes: number) => bytes / count / 1_024;
      const rss = each(Math.max(opened.rssBytes, changed.rssBytes) - before.rssBytes);
      const slowest = Math.max(...lasts);
      const left = (after.heapBytes - before.heapBytes) / 2 ** 20;
      return {
        measured: `${rss.toFixed(1)} KiB each; ${(slowest / 1_000).toFixed(2)} s (median ${(median(lasts) / 1_000).toFixed(2)} s)`,
        verdict: worse(atMost(rss, { must: 40, aim: 20 }), atMost(slowest, { must: 3_000, aim: 1_000 })),
        notes: [
          `Of the heap: ${each(opened.heapBytes - before.heapBytes).toFixed(1)} KiB each when opened, ${each(changed.heapBytes - before.heapBytes).toFixed(1)} KiB after the changes.`,
          `Resident: ${mib(before.rssBytes)} MiB at the start, ${mib(opened.rssBytes)} with all open, ${mib(changed.rssBytes)} after the changes, ${mib(after.rssBytes)} after all are closed.`,
          `The heap then holds ${left.toFixed(1)} MiB more than at the start (${mib(before.heapBytes)} MiB).`,
        ],
      };
    } finally {
      await bench.stop();
    }
  },
};

const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(0);

function worse(one: Verdict, other: Verdict): Verdict {
  const order: readonly Verdict[] = ["missed", "must met", "aim met"];
  return order.indexOf(one) < order.indexOf(other) ? one : other;
}
