// The upstream of a simulated fleet: it knows what was true when, answers late, wrong or not at all, and keeps the books that
// the invariants are checked against.
import type { Volatility } from "../../src/ground/volatility.ts";
import type { FetchedPage } from "../../src/cache/page-loader.ts";
import type { Result } from "../../src/ground/errors.ts";
import type { Clock, Random } from "../../src/ground/runtime.ts";
import { bytesOf } from "./cache-rig.ts";

export type UpstreamFaultKind = "none" | "error" | "hang" | "limited" | "malformed" | "absent" | "throw";

/** One version of a page and the span in which it was the truth. */
export type Version = { number: number; volatility: Volatility; from: number; until: number };

export type FleetUpstream = {
  /** From now on the page is another one. */
  change(key: string): void;
  /** Which share of the calls goes wrong from now on, and how. `isSlow` stretches latency to beyond the deadline. */
  setFaults(kind: UpstreamFaultKind, share: number, isSlow: boolean): void;
  call(key: string, caller: number, deadlineAt: number): Promise<Result<FetchedPage>>;
  version(key: string, number: number): Version | undefined;
  /** What the upstream would answer now. */
  truth(key: string): string;
  /** When each call left, ascending. */
  calls: readonly number[];
  /** Keys of which one caller had two calls out at the same time. */
  doubled: readonly string[];
};

const volatilities: readonly Volatility[] = ["live", "recent", "settled"];

export const bodyOf = (key: string, number: number) => `${key}@${number}`;

export function createFleetUpstream(clock: Clock, random: Random): FleetUpstream {
  const histories = new Map<string, Version[]>();
  const calls: number[] = [];
  const doubled: string[] = [];
  /** Until when each caller waits for its answer. One that comes later is a late answer, not a call that is still out. */
  const inFlight = new Map<string, number>();
  let faults: { kind: UpstreamFaultKind; share: number; isSlow: boolean } = { kind: "none", share: 0, isSlow: false };

  const historyOf = (key: string): Version[] => {
    const known = histories.get(key);
    if (known) return known;
    const history: Version[] = [{ number: 0, volatility: "live", from: -Infinity, until: Infinity }];
    histories.set(key, history);
    return history;
  };
  const currentOf = (key: string): Version => {
    const current = historyOf(key).at(-1);
    if (!current) throw new Error("a page has at least one version");
    return current;
  };
  const wait = (ms: number) => new Promise<void>((resolve) => clock.timer(ms, resolve));

  async function answer(key: string, deadlineAt: number): Promise<Result<FetchedPage>> {
    const kind = random() < faults.share ? faults.kind : "none";
    const latencyMs = Math.round(faults.isSlow ? random() * 15_000 : 10 + random() * 400);
    const patienceMs = deadlineAt - clock.now();
    if (kind === "hang" || latencyMs >= patienceMs) {
      await wait(patienceMs);
      return { ok: false, failure: { code: "upstream_timeout" } };
    }
    const untilReadMs = latencyMs * random();
    await wait(untilReadMs);
    const { number, volatility } = currentOf(key);
    await wait(latencyMs - untilReadMs + (faults.isSlow && random() < 0.1 ? 12_000 : 0));
    switch (kind) {
      case "none":
        return { ok: true, value: { body: bytesOf(bodyOf(key, number)), volatility } };
      case "error":
        return { ok: false, failure: { code: "upstream_failed", reason: "status" } };
      case "malformed":
        return { ok: false, failure: { code: "upstream_malformed", reason: "json" } };
      case "absent":
        return { ok: false, failure: { code: "not_found" } };
      case "limited":
        return { ok: false, failure: { code: "upstream_limited", retryAfterSeconds: Math.ceil(random() * 60) } };
      case "throw":
        throw new RangeError("a fault of our own");
    }
  }

  return {
    calls,
    doubled,
    version: (key, number) => historyOf(key)[number],
    truth: (key) => bodyOf(key, currentOf(key).number),
    setFaults: (kind, share, isSlow) => void (faults = { kind, share, isSlow }),
    change(key) {
      const current = currentOf(key);
      current.until = clock.now();
      const volatility = volatilities[Math.floor(random() * volatilities.length)] ?? "live";
      historyOf(key).push({ number: current.number + 1, volatility, from: current.until, until: Infinity });
    },
    async call(key, caller, deadlineAt) {
      const flight = `${caller} ${key}`;
      if (clock.now() < (inFlight.get(flight) ?? -Infinity)) doubled.push(flight);
      inFlight.set(flight, deadlineAt);
      calls.push(clock.now());
      try {
        return await answer(key, deadlineAt);
      } finally {
        if (inFlight.get(flight) === deadlineAt) inFlight.delete(flight);
      }
    },
  };
}
