// Random histories of webhooks, readers and listeners, on Workers and on Node, against the books of the upstream and of the log. A failure
// prints the seed and what led to it; `TEST_SEED` replays.
import { describe, expect, it } from "vitest";
import { useInstantDigest } from "../support/cache-rig.ts";
import { invariants, type Invariant } from "../support/live-checks.ts";
import { runHistory, type Outcome } from "../support/live-history.ts";
import { createLiveProcess, createLiveProcesses } from "../support/live-processes.ts";
import { createLiveWorkers } from "../support/live-workers.ts";

useInstantDigest();

const seed = Number(process.env["TEST_SEED"] || Math.floor(Math.random() * 2 ** 31));
const forms = {
  "isolates and a shield": createLiveWorkers,
  "processes over Redis": createLiveProcesses,
  "one process": createLiveProcess,
};
for (const [name, make] of Object.entries(forms)) {
  it(name, async () => {
    const n = Number(process.env["RUNS"] || 3);
    for (let i = 0; i < n; i++) {
      const isAmple = i % 3 !== 2;
      const t = Date.now();
      const o = await runHistory(make, { seed: seed + i, requests: isAmple ? 900 : 20, hasWebhooks: true, mutation: {}, stormMs: 300_000, calmMs: 300_000, lostShare: i % 4 === 3 ? 1 : 0.1, hasPurges: true, hasListeners: true, isAmple });
      console.log(name, seed + i, Date.now() - t, [...o.seen].map(([k, v]) => `${k}=${v}`).join(" "));
      for (const [k, text] of o.breaches) console.log(text.split("\n").slice(-Number(process.env["LINES"] || 3)).join("\n"));
    }
  });
}
