// An hour of dashboards: 200 of them, 20 pages, one account.
import type { FreshnessLimits } from "../../src/cache/freshness.ts";
import { createFleet } from "../../test/support/fleet.ts";
import { createSeededRandom } from "../../test/support/timeline.ts";
import { held } from "../figure.ts";
import type { Figure, Progress } from "../figure.ts";
import { useInstantDigest } from "../support/instant-digest.ts";
import { peakInWindow } from "../support/statistics.ts";

const clients = 200;
const pages = 20;
const pollMs = 5_000;
const isolates = 4;
const limits = { requests: 1_080, windowMs: 300_000 };
const thousands = new Intl.NumberFormat("en");

type Hour = { freshSeconds: number; calls: number; callsMax: number; peak: number; reads: number; failed: number };

export const polling: Figure = {
  name: "polling",
  what: "200 clients polling 20 pages for a simulated hour",
  must: "≤ pages × (3600 / fresh + 1) upstream calls, never over budget",
  method:
    "Each client asks for its page every 5 s, through one of four isolates in two locations with KV lag, one shield and the default budget of 1,080 in 300 s, under a test clock; once with pages that are fresh for 5 s, once for 30 s.",
  async run(effort, progress) {
    const hours = effort === "quick" ? 0.1 : 1;
    const runs = [await poll(5, hours, progress), await poll(30, hours, progress)];
    return {
      measured: runs
        .map(({ freshSeconds, calls, callsMax }) => {
          return `${thousands.format(calls)} of ${thousands.format(callsMax)} (fresh ${freshSeconds} s)`;
        })
        .join("; "),
      verdict: held(
        runs.every(({ calls, callsMax, peak, failed }) => calls <= callsMax && peak <= limits.requests && failed === 0),
      ),
      notes: runs.map(
        ({ freshSeconds, peak, reads, failed }) =>
          `Fresh ${freshSeconds} s: ${thousands.format(reads)} reads, ${failed} of them without a page; at most ${thousands.format(peak)} upstream calls in any 300 s.`,
      ),
    };
  },
};

async function poll(freshSeconds: number, hours: number, progress: Progress): Promise<Hour> {
  const restore = useInstantDigest();
  const random = createSeededRandom(1);
  const freshness: FreshnessLimits = {
    freshSeconds: { live: freshSeconds, recent: freshSeconds, settled: freshSeconds },
    staleSeconds: 60,
    staleIfErrorSeconds: 86_400,
  };
  const fleet = createFleet({
    seed: 1,
    freshness,
    limits,
    isolates,
    deadlines: { softDeadlineMs: 1_000, hardDeadlineMs: 10_000 },
    memoryBytesMax: 16 * 1024 * 1024,
  });
  const { clock } = fleet;
  const endsAt = clock.now() + hours * 3_600_000;
  const hour: Hour = {
    freshSeconds,
    calls: 0,
    callsMax: pages * ((hours * 3_600) / freshSeconds + 1),
    peak: 0,
    reads: 0,
    failed: 0,
  };
  const context = { defer: () => {}, report: () => {} };

  const ask = async (client: number) => {
    hour.reads += 1;
    const isolate = fleet.isolates[client % isolates];
    const result = await isolate?.pages.get({ key: `page ${client % pages}` }, context);
    if (!result?.ok) hour.failed += 1;
  };
  const keepAsking = (client: number) => {
    void ask(client);
    if (clock.now() + pollMs < endsAt) clock.timer(pollMs, () => keepAsking(client));
  };
  for (let client = 0; client < clients; client += 1) clock.timer(random() * pollMs, () => keepAsking(client));

  try {
    await clock.runUntil(endsAt + 60_000);
  } finally {
    restore();
  }
  hour.calls = fleet.upstream.calls.length;
  hour.peak = peakInWindow(fleet.upstream.calls, limits.windowMs);
  progress(`fresh ${freshSeconds} s: ${hour.reads} reads, ${hour.calls} upstream calls`);
  return hour;
}
