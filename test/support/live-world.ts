// The upstream of the live simulation: pages that change, each a while before the upstream's own list shows it, and the books of every call.
//
// A page's text names its version and the call that brought it, so that whoever is shown it tells when its load began.
import type { FetchedPage } from "../../src/cache/page-loader.ts";
import type { Result } from "../../src/ground/errors.ts";
import type { Clock, Payer, Random } from "../../src/ground/runtime.ts";
import type { Volatility } from "../../src/ground/volatility.ts";
import { bytesOf } from "./cache-rig.ts";

export const heard = "heard";
export const places = ["lists", "meeting", "session"] as const;
export type Place = (typeof places)[number];
export type LivePage = { key: string; tags: readonly string[] };

/** Two lists are touched by the same events. */
export const livePages: readonly LivePage[] = [
  { key: "first", tags: ["all", "lists"] },
  { key: "second", tags: ["all", "lists"] },
  { key: "meeting", tags: ["all", "meeting"] },
  { key: "session", tags: ["all", "session"] },
];

/** Changed `at`; the upstream answers with it from `from` on. */
export type Version = { number: number; volatility: Volatility; at: number; from: number };
export type Call = {
  index: number;
  key: string;
  client: string | undefined;
  leftAt: number;
  /** Once there is an answer. */
  brought?: { version: Version; answeredAt: number };
};

export type WorldFault = "none" | "error" | "hang" | "limited" | "throw";

export type LiveWorld = {
  /** Every page of a place is another one; the upstream shows it `lagMs` later. */
  change(place: Place, lagMs: number): void;
  setFaults(kind: WorldFault, share: number): void;
  call(key: string, deadlineAt: number, payer: Payer | undefined): Promise<Result<FetchedPage>>;
  calls: readonly Call[];
  /** The call that brought a page. Throws for a text that was never sent. */
  callOf(body: Uint8Array): Call & { brought: { version: Version; answeredAt: number } };
  /** What came after a version; undefined for the last. */
  nextOf(key: string, version: Version): Version | undefined;
};

export function createLiveWorld(clock: Clock, random: Random): LiveWorld {
  const first: Version = { number: 0, volatility: "live", at: -Infinity, from: -Infinity };
  const histories = new Map(livePages.map(({ key }) => [key, [first]]));
  const calls: Call[] = [];
  let faults: { kind: WorldFault; share: number } = { kind: "none", share: 0 };

  const historyOf = (key: string): Version[] => histories.get(key) ?? [first];
  const shown = (key: string): Version => historyOf(key).findLast(({ from }) => from <= clock.now()) ?? first;
  const wait = (ms: number) => new Promise<void>((resolve) => clock.timer(ms, resolve));
  const anyVolatility = (): Volatility => (random() < 0.7 ? "live" : random() < 0.5 ? "recent" : "settled");

  async function answer(call: Call, deadlineAt: number): Promise<Result<FetchedPage>> {
    const kind = random() < faults.share ? faults.kind : "none";
    const latencyMs = Math.round(10 + random() * 400);
    const untilReadMs = Math.round(latencyMs * random());
    if (kind === "hang") {
      await wait(deadlineAt - clock.now());
      return { ok: false, failure: { code: "upstream_timeout" } };
    }
    await wait(untilReadMs);
    const version = shown(call.key);
    await wait(latencyMs - untilReadMs);
    switch (kind) {
      case "none": {
        call.brought = { version, answeredAt: clock.now() };
        const body = bytesOf(`${call.key}@${version.number}#${call.index}`);
        return { ok: true, value: { body, volatility: version.volatility } };
      }
      case "error":
        return { ok: false, failure: { code: "upstream_failed", reason: "status" } };
      case "limited":
        return { ok: false, failure: { code: "upstream_limited", retryAfterSeconds: Math.ceil(random() * 30) } };
      case "throw":
        throw new RangeError("a fault of our own");
    }
  }

  return {
    calls,
    setFaults: (kind, share) => void (faults = { kind, share }),
    nextOf: (key, { number }) => historyOf(key)[number + 1],
    change(place, lagMs) {
      const at = clock.now();
      for (const { key, tags } of livePages) {
        const history = historyOf(key);
        const volatility = anyVolatility();
        const from = Math.max(at + lagMs, history.at(-1)?.from ?? 0);
        if (tags.includes(place)) history.push({ number: history.length, volatility, at, from });
      }
    },
    call(key, deadlineAt, payer) {
      const call: Call = { index: calls.length, key, client: payer?.client, leftAt: clock.now() };
      calls.push(call);
      return answer(call, deadlineAt);
    },
    callOf(body) {
      const text = new TextDecoder().decode(body);
      const call = calls[Number(text.split("#")[1])];
      if (!call?.brought || text !== `${call.key}@${call.brought.version.number}#${call.index}`) {
        throw new Error(`a page that never was: ${text}`);
      }
      return { ...call, brought: call.brought };
    },
  };
}
