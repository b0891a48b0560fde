// Preloaded into the product's process: collects garbage on SIGUSR2 and writes down what memory is left then.
import { setTimeout as pause } from "node:timers/promises";

/** The allocator gives memory back some time after the heap has: the least of some seconds counts. */
const looks = 5;
const lookMs = 600;

process.on("SIGUSR2", () => void tell());

async function tell(): Promise<void> {
  let rssBytes = Infinity;
  for (let look = 0; look < looks; look += 1) {
    globalThis.gc?.();
    await pause(lookMs);
    rssBytes = Math.min(rssBytes, process.memoryUsage.rss());
  }
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  console.log(JSON.stringify({ bench: "memory", rssBytes, heapUsed, external, arrayBuffers }));
}
