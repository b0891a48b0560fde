// The live simulation on Workers: four isolates in two locations, one shield that is restarted and keeps its log of changes, KV with its lag.
// Everything between the parts is copied, travels for a moment, and may be lost.
import { createChangeLog } from "../../src/cache/change-log.ts";
import { createChangeMarks, type Touch } from "../../src/cache/change-marks.ts";
import { createFollowedLog } from "../../src/cache/change-log-followed.ts";
import { createPageCache } from "../../src/cache/page-cache.ts";
import type { LoadResult } from "../../src/cache/page-loader.ts";
import { createShield, createShieldClient } from "../../src/cache/shield.ts";
import { createKvStore } from "../../src/cache/store-kv.ts";
import { createMemoryStore } from "../../src/cache/store.ts";
import type { Lane, Payer } from "../../src/ground/runtime.ts";
import { createMemoryBudget } from "../../src/upstream/budget.ts";
import { openCheck } from "./entry-check.ts";
import { createFleetKv } from "./fleet-kv.ts";
import {
  createLiveNode,
  createLoadSide,
  hardDeadlineMs,
  softDeadlineMs,
  windowMs,
  type LiveNode,
  type LiveOptions,
  type LiveRig,
  type Recorded,
} from "./live-parts.ts";
import { createLiveWorld, type LivePage } from "./live-world.ts";
import { createSeededRandom, createTimeline } from "./timeline.ts";

const locations = 2;
const isolates = 4;
const ignore = () => undefined;
const kvFaults = ["throw", "hang", "slow", "junk"] as const;

export function createLiveWorkers(options: LiveOptions): LiveRig {
  const { seed, requests, mutation } = options;
  const random = createSeededRandom(seed);
  const clock = createTimeline();
  const world = createLiveWorld(clock, random);
  const kv = createFleetKv(clock, random, locations);
  const views = Array.from({ length: locations }, (_, location) => kv.at(location));
  const budget = createMemoryBudget({ clock, limits: { requests, windowMs } });
  const touches: Recorded[] = [];
  /** What a Durable Object's storage holds of the log. */
  const durable = createChangeMarks({ floor: clock.now() });
  const restored = () => {
    const kept = structuredClone(durable.since(0));
    return mutation.restored?.(kept) ?? kept;
  };
  const line: { fault: "none" | "cut" | "slow"; share: number } = { fault: "none", share: 0 };
  const wait = (ms: number) => new Promise<void>((resolve) => clock.timer(ms, resolve));

  const storeAt = (location: number) => {
    const namespace = views[location % locations];
    if (!namespace) throw new Error("no such location");
    return createKvStore(namespace, { clock, check: openCheck });
  };

  function startShield() {
    let isAlive = true;
    let die: (error: Error) => void = ignore;
    const death = new Promise<never>((_resolve, reject) => (die = reject));
    death.catch(ignore);
    const journal = createChangeLog(clock, {
      from: restored(),
      keep(touch, position) {
        durable.touch(touch, position);
        touches.push({ ...touch, at: clock.now(), isLost: false });
      },
    });
    const copies = createMemoryStore();
    const parts = { clock, random, world, budget, changes: journal, copies, store: storeAt(0), isAlive: () => isAlive };
    const side = createLoadSide(parts, options);
    const pages = createPageCache<LivePage>(
      { memory: copies, loader: side.loader, changes: journal, clock },
      { softDeadlineMs, hardDeadlineMs },
    );
    const shield = createShield<LivePage>({ pages, loader: side.loader, defer: ignore, report: ignore });
    const alive = <Value>(work: Promise<Value>): Promise<Value> => Promise.race([work, death]);
    return {
      side,
      load: (...asked: Parameters<typeof shield.load>) => alive(shield.load(...asked)),
      append: (touch: Touch) => alive(journal.append(touch)),
      changes: (after: number) => alive(journal.changes(after)),
      evict() {
        isAlive = false;
        die(new Error("Durable Object reset"));
      },
    };
  }

  let shield = startShield();
  let diesAfterTouch = false;

  function restartShield() {
    diesAfterTouch = false;
    shield.evict();
    shield = startShield();
  }

  /** There and back. */
  async function travel<Value>(ask: () => Promise<Value>): Promise<Value> {
    await wait(random() * 20);
    const answer = structuredClone(await ask());
    await wait(random() * 20);
    return answer;
  }

  async function travelLine<Value>(ask: () => Promise<Value>): Promise<Value> {
    const fault = random() < line.share ? line.fault : "none";
    if (fault === "cut") throw new Error("Network connection lost");
    const answer = await travel(ask);
    if (fault === "slow") await wait(random() * 600);
    return answer;
  }

  const toldAt: number[] = [];
  const connect = () => ({
    load: (query: LivePage, lane: Lane, payer?: Payer, floor?: number): Promise<LoadResult> =>
      travel(() => shield.load(structuredClone(query), lane, payer, floor)),
  });

  function startIsolate(index: number): LiveNode {
    toldAt[index] = -Infinity;
    const changes = createFollowedLog(
      {
        async changes(after) {
          const askedAt = clock.now();
          const answer = await travelLine(() => shield.changes(after));
          // Later ones are not waited for.
          if (clock.now() - askedAt < 250) toldAt[index] = Math.max(toldAt[index] ?? 0, askedAt);
          return answer;
        },
      },
      { clock: mutation.followersClock?.(clock) ?? clock, whenFailed: ignore },
    );
    const loader = createShieldClient<LivePage>(connect, { clock, deadlineMs: hardDeadlineMs, report: ignore });
    const memory = createMemoryStore({ bytesMax: 4_096 });
    return createLiveNode({ clock, memory, store: storeAt(index), loader, changes, isProcess: false }, options);
  }

  const nodes = Array.from({ length: isolates }, (_, index) => startIsolate(index));

  return {
    clock,
    world,
    nodes,
    touches,
    logAgeMsMax: 1_000,
    loadSides: () => [shield.side],
    knows: (node, touch) => (toldAt[node] ?? -Infinity) > touch.at,
    async append(node, touch) {
      const position = await travelLine(async () => {
        const recorded = await shield.append(structuredClone(touch));
        // Whoever appended learns of it; no other isolate has heard yet.
        if (diesAfterTouch) restartShield();
        return recorded;
      });
      await nodes[node]?.changes.sync();
      return position;
    },
    restart: (index) => void (nodes[index] = startIsolate(index)),
    upset() {
      const kind = Math.floor(random() * 3);
      const share = random();
      if (kind === 0) {
        if (share < 0.5) {
          diesAfterTouch = true;
          return "the shield starts anew once it has recorded a change";
        }
        restartShield();
        return "the shield starts anew";
      }
      if (kind === 1) {
        line.fault = random() < 0.5 ? "cut" : "slow";
        line.share = share;
        return `the line to the log is ${line.fault}`;
      }
      const fault = kvFaults[Math.floor(random() * kvFaults.length)] ?? "throw";
      kv.setFaults(fault, share);
      return `KV: ${fault}`;
    },
    heal() {
      diesAfterTouch = false;
      line.fault = "none";
      kv.setFaults("none", 0);
    },
  };
}
