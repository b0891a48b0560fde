// The one way to the upstream for all checks: it counts what they spend of the account's limit, spends no more than it may, and
// compares the upstream's clock with ours on the way.
import type { Clock } from "../../src/ground/runtime.ts";
import type { Fetch } from "../../src/upstream/client.ts";
import type { Finding } from "./findings.ts";

export type MeteredFetch = {
  fetch: Fetch;
  callCount(): number;
  /** By how many ms our clock is ahead of the upstream's, by the quickest answer. Undefined where no answer said. */
  aheadMs(): number | undefined;
};

/** Rejects, like a network that is gone, once `callsMax` calls were made. */
export function meterFetch(fetch: Fetch, clock: Clock, callsMax: number): MeteredFetch {
  let calls = 0;
  let quickest: { aheadMs: number; tripMs: number } | undefined;
  return {
    async fetch(url, init) {
      if (calls >= callsMax) throw new TypeError("no more calls may be spent");
      calls += 1;
      const sentAt = clock.now();
      const response = await fetch(url, init);
      const receivedAt = clock.now();
      // The field has whole seconds, cut off: half a second later is right on average.
      const upstreamAt = Date.parse(response.headers.get("date") ?? "") + 500;
      const tripMs = receivedAt - sentAt;
      if (!Number.isNaN(upstreamAt) && (quickest === undefined || tripMs < quickest.tripMs)) {
        quickest = { aheadMs: (sentAt + receivedAt) / 2 - upstreamAt, tripMs };
      }
      return response;
    },
    callCount: () => calls,
    aheadMs: () => quickest?.aheadMs,
  };
}

/** Tokens are judged with this much tolerance: beyond it good ones are refused. */
const differenceMsMax = 30_000;

export function clockFinding(aheadMs: number | undefined): Finding {
  const check = "clock";
  if (aheadMs === undefined) return { level: "note", check, what: "no answer said what time it is upstream" };
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  if (Math.abs(aheadMs) <= differenceMsMax) {
    return { level: "ok", check, what: `within ${Math.max(1, seconds)} s of the upstream's` };
  }
  return {
    level: "warn",
    check,
    what: `this machine's is ${seconds} s ${aheadMs > 0 ? "ahead of" : "behind"} the upstream's; tokens of callers are judged by it`,
    fix: "synchronise it (NTP)",
  };
}
