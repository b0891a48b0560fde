// The live simulation on Node: one process alone, or four over one Redis that goes and comes back. The budget is theirs together and survives.
import { followRedis } from "../../src/cache/change-log-redis.ts";
import { createChangeLog, noChanges, type ChangeJournal, type ChangeLog } from "../../src/cache/change-log.ts";
import { asStore, createMemoryStore, type Store } from "../../src/cache/store.ts";
import { createMemoryBudget } from "../../src/upstream/budget.ts";
import {
  createLiveNode,
  createLoadSide,
  windowMs,
  type LiveNode,
  type LiveOptions,
  type LiveRig,
  type LoadSide,
  type Recorded,
} from "./live-parts.ts";
import { createLiveRedis } from "./live-redis.ts";
import { createLiveWorld } from "./live-world.ts";
import { createSeededRandom, createTimeline } from "./timeline.ts";

const ignore = () => undefined;
const comebacks = ["same", "restarted", "empty"] as const;

type Log = ChangeLog & ChangeJournal;
type Process = { node: LiveNode; side: LoadSide; log: Log; knows(touch: Recorded): boolean; end(): void };

function createProcesses(options: LiveOptions, count: number, isShared: boolean): LiveRig {
  const { seed, requests, mutation, hasWebhooks } = options;
  const random = createSeededRandom(seed);
  const clock = createTimeline();
  const world = createLiveWorld(clock, random);
  const budget = createMemoryBudget({ clock, limits: { requests, windowMs } });
  const touches: Recorded[] = [];
  const redis = createLiveRedis(clock, random, touches);
  let pagesThere = asStore(createMemoryStore());

  const store: Store = {
    get: (key) => (redis.isUp() ? pagesThere.get(key) : Promise.reject(new Error("gone"))),
    put: (key, entry) => (redis.isUp() ? pagesThere.put(key, entry) : Promise.reject(new Error("gone"))),
  };

  function openLog(): Pick<Process, "log" | "knows"> & { close(): void } {
    if (isShared) {
      const { redis: connection, ...rest } = redis.connect();
      const followersClock = mutation.followersClock?.(clock) ?? clock;
      return { log: followRedis(connection, { prefix: "", clock: followersClock, whenFailed: ignore }), ...rest };
    }
    const log = createChangeLog(clock, {
      keep: (touch) => void touches.push({ ...touch, at: clock.now(), isLost: false }),
    });
    return { log: hasWebhooks ? log : { ...log, ...noChanges }, knows: () => true, close: ignore };
  }

  function start(): Process {
    let isAlive = true;
    const { log, knows, close } = openLog();
    const memory = createMemoryStore();
    const shared = { clock, changes: log, store: isShared ? store : undefined };
    const side = createLoadSide({ ...shared, random, world, budget, copies: memory, isAlive: () => isAlive }, options);
    const node = createLiveNode({ ...shared, memory, loader: side.loader, isProcess: true }, options);
    const end = () => {
      isAlive = false;
      close();
    };
    return { node, side, log, knows, end };
  }

  const processes = Array.from({ length: count }, start);
  const nodes = processes.map(({ node }) => node);
  const at = (index: number): Process => {
    const found = processes[index];
    if (!found) throw new Error("no such process");
    return found;
  };

  function comeBack(as: (typeof comebacks)[number]): void {
    if (as === "empty") pagesThere = asStore(createMemoryStore());
    redis.comeBack(as);
  }

  return {
    clock,
    world,
    nodes,
    touches,
    logAgeMsMax: isShared ? 1_000 : 0,
    loadSides: () => processes.map(({ side }) => side),
    knows: (node, touch) => at(node).knows(touch),
    append: (node, touch) => at(node).log.append(touch),
    restart(index) {
      at(index).end();
      if (!isShared) for (const touch of touches) touch.isLost = true;
      const next = start();
      processes[index] = next;
      nodes[index] = next.node;
    },
    upset() {
      if (!isShared) return "nothing";
      if (redis.isUp()) {
        redis.cut();
        return "Redis is gone";
      }
      const as = comebacks[Math.floor(random() * comebacks.length)] ?? "same";
      comeBack(as);
      return `Redis is back: ${as}`;
    },
    heal() {
      if (!redis.isUp()) comeBack("same");
    },
  };
}

export const createLiveProcesses = (options: LiveOptions): LiveRig => createProcesses(options, 4, true);
/** Without webhooks nobody hears of anything, as in a deployment that polls. */
export const createLiveProcess = (options: LiveOptions): LiveRig => createProcesses(options, 1, false);
