// A thousand streams of one page, and somebody joins: how long until the last of them has the new page?
import { atMost } from "../figure.ts";
import type { Effort, Figure, Measurement, Progress } from "../figure.ts";
import { createTelling, listStream, listTarget, withWebhooks } from "../support/live.ts";
import type { Telling } from "../support/live.ts";
import { startNodeBench } from "../support/node.ts";
import { median, quantile } from "../support/statistics.ts";
import { openListeners } from "../support/streams.ts";
import { startWorkerBench } from "../support/worker.ts";
import type { Simulator } from "../../simulator/simulator.ts";

const streamCount = 1_000;
const method =
  "1,000 connections listen to one list of 25 rows, ten of each address; clients and simulator share one process. Twenty times, some seconds apart, somebody joins a session of the list, and the simulator sends the event of it. From the moment the product has answered that with 204 to the end of the last stream's new page: that holds the 250 ms for which a page must be quiet before it is read again, the upstream call, and the sending.";

type Product = { url: string; simulator: Simulator; stop(): Promise<void> };
type Bounds = { must: number; aim: number };

export const liveFanout: Figure = {
  name: "live-fanout",
  what: "Node: from an event taken to the last of 1,000 streams",
  must: "p99 ≤ 1 s",
  aim: "p99 ≤ 0.3 s",
  method: `One process over its own memory. ${method}`,
  run: (effort, progress) =>
    measure({ must: 1_000, aim: 300 }, effort, progress, (telling) =>
      startNodeBench({ settings: withWebhooks, sendWebhook: telling.send }),
    ),
};

export const liveFanoutWorker: Figure = {
  name: "live-fanout-worker",
  what: "workerd: from an event taken to the last of 1,000 streams",
  must: "p99 ≤ 2 s",
  aim: "p99 ≤ 1 s",
  method: `One isolate on local workerd, and its shield. There a stream looks once a second, and no sooner. ${method}`,
  run: (effort, progress) =>
    measure({ must: 2_000, aim: 1_000 }, effort, progress, (telling) =>
      startWorkerBench({ settings: withWebhooks, sendWebhook: telling.send }),
    ),
};

async function measure(
  bounds: Bounds,
  effort: Effort,
  progress: Progress,
  start: (telling: Telling) => Promise<Product>,
): Promise<Measurement> {
  const [count, changes] = effort === "quick" ? [100, 3] : [streamCount, 20];
  const telling = createTelling();
  const bench = await start(telling);
  try {
    telling.begin(bench.simulator, bench.url);
    const page = await fetch(bench.url + listTarget);
    const pageBytes = (await page.arrayBuffer()).byteLength;
    const listeners = await openListeners(bench.url, listStream, count);
    progress(`${count} streams are open, of a page of ${pageBytes} bytes`);
    const lasts: number[] = [];
    const firsts: number[] = [];
    for (let change = 0; change < changes; change += 1) {
      // At another moment of the second each time.
      await new Promise((resolve) => setTimeout(resolve, 2_000 + ((change * 370) % 1_000)));
      const expected = listeners.pageCount() + count;
      const takenAt = await telling.change();
      await listeners.pages(expected);
      lasts.push(Math.max(...listeners.arrivals) - takenAt);
      firsts.push(Math.min(...listeners.arrivals) - takenAt);
      progress(`change ${change + 1}: first ${firsts.at(-1)?.toFixed(0)} ms, last ${lasts.at(-1)?.toFixed(0)} ms`);
    }
    await listeners.close();
    const p99 = quantile(lasts, 0.99);
    return {
      measured: `${p99.toFixed(0)} ms (median ${median(lasts).toFixed(0)} ms)`,
      verdict: atMost(p99, bounds),
      notes: [
        `The first stream had it after ${median(firsts).toFixed(0)} ms (median); of ${changes} changes the p99 is the slowest.`,
        `The page has ${pageBytes} bytes.`,
      ],
    };
  } finally {
    await bench.stop();
  }
}
