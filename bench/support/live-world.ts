// A deployment on Workers under a test clock, put together of the product's own parts: isolates with the whole service in each, one shield,
// KV with its lag in two locations, and the simulator behind them. Every operation that the platform bills is counted.
//
// Events are written into the log as the route for webhooks does it, without the sending and the signature. The shield's storage is memory.
import { createService, targetInUrl } from "../../src/app.ts";
import type { Service } from "../../src/app.ts";
import { createFollowedLog } from "../../src/cache/change-log-followed.ts";
import { createChangeLog, noChanges } from "../../src/cache/change-log.ts";
import type { LoadResult } from "../../src/cache/page-loader.ts";
import { createCoalescer } from "../../src/cache/coalescer.ts";
import { createPageCache } from "../../src/cache/page-cache.ts";
import { createShield, createShieldClient } from "../../src/cache/shield.ts";
import { createKvStore } from "../../src/cache/store-kv.ts";
import { createMemoryStore } from "../../src/cache/store.ts";
import { parseConfig } from "../../src/config/config.ts";
import { digest } from "../../src/entries/digest.ts";
import {
  budgetLimitsOf,
  createLoader,
  createPageCheck,
  keepsChanges,
  readerDeadlinesOf,
} from "../../src/entries/loader.ts";
import { responses } from "../../src/http/headers.ts";
import { openWebSink } from "../../src/http/web-sink.ts";
import { createIdentity } from "../../src/identity/identity.ts";
import type { Change } from "../../src/resources/change.ts";
import type { Question } from "../../src/resources/question.ts";
import { createInvalidation } from "../../src/service/invalidation.ts";
import { createMemoryBudget } from "../../src/upstream/budget.ts";
import { createSimulator } from "../../simulator/simulator.ts";
import type { Simulator } from "../../simulator/simulator.ts";
import { testEpoch } from "../../test/support/epoch.ts";
import { createFleetKv } from "../../test/support/fleet-kv.ts";
import { asKvNamespace } from "../../test/support/store-rig.ts";
import { createSeededRandom, createTimeline } from "../../test/support/timeline.ts";
import type { Timeline } from "../../test/support/timeline.ts";
import { benchSettings } from "./worker.ts";

const locations = 2;
const latencyMs = 150;

/** How often something was done that is billed. */
export type Operations = {
  workerRequests: number;
  /** Calls to the shield: to load a page, to read the log, to write into it. */
  loads: number;
  logReads: number;
  appends: number;
  kvReads: number;
  kvWrites: number;
};

export type LiveWorld = {
  clock: Timeline;
  simulator: Simulator;
  /** Since the world began, or since the counts were cleared. */
  operations: Operations;
  /** When each upstream call arrived, ascending. */
  calls: number[];
  /** Has one isolate answer a request of some client. */
  ask(isolate: number, target: string, client: number): Promise<Response>;
  tell(change: Change): Promise<void>;
};

export function createLiveWorld(isolateCount: number, settings: Readonly<Record<string, string>>): LiveWorld {
  const clock = createTimeline(testEpoch);
  const random = createSeededRandom(1);
  const simulator = createSimulator({ clock, budget: { requests: 1_000_000, windowSeconds: 300 } });
  simulator.setFaults([{ kind: "latency", latencyMs, jitterMs: latencyMs }]);
  const parsed = parseConfig(benchSettings(simulator, "http://127.0.0.1:8788", settings));
  if (!parsed.ok) throw new Error(parsed.failure.problems.join("\n"));
  const config = parsed.value;
  const operations: Operations = { workerRequests: 0, loads: 0, logReads: 0, appends: 0, kvReads: 0, kvWrites: 0 };
  const calls: number[] = [];
  const kv = createFleetKv(clock, random, locations);
  const views = Array.from({ length: locations }, (_, location) => kv.at(location));
  const report = () => {};
  const defer = () => {};
  const travel = () => new Promise<void>((resolve) => void clock.timer(random() * 20, resolve));

  const storeAt = (location: number) => {
    const view = views[location % locations];
    if (!view) throw new Error("no such location");
    const counted = asKvNamespace({
      getWithMetadata(key, options) {
        operations.kvReads += 1;
        return view.getWithMetadata(key, options);
      },
      async put(key, body, options) {
        operations.kvWrites += 1;
        await view.put(key, body, options);
      },
    });
    return createKvStore(counted, { clock, check: createPageCheck(config) });
  };

  const journal = createChangeLog(clock);
  const isKept = keepsChanges(config);
  const copies = createMemoryStore();
  const loader = createLoader(config, {
    budget: createMemoryBudget({ clock, limits: budgetLimitsOf(config) }),
    copies,
    store: storeAt(0),
    coalescer: createCoalescer(),
    changes: isKept ? journal : noChanges,
    fetch(url, init) {
      calls.push(clock.now());
      return simulator.fetch(new Request(url, init));
    },
    clock,
    random,
    report,
    defer,
  });
  const pages = createPageCache<Question>(
    { memory: copies, loader, changes: isKept ? journal : noChanges, clock },
    readerDeadlinesOf(config),
  );
  const shield = createShield<Question>({ pages, loader, defer, report });
  const connect = () => ({
    async load(...asked: Parameters<typeof shield.load>): Promise<LoadResult> {
      operations.loads += 1;
      await travel();
      const result = structuredClone(await shield.load(...asked));
      await travel();
      return result;
    },
  });

  function startIsolate(index: number) {
    const changes = isKept
      ? createFollowedLog(
          {
            async changes(after) {
              operations.logReads += 1;
              await travel();
              const result = structuredClone(await journal.changes(after));
              await travel();
              return result;
            },
          },
          { clock, whenFailed: report },
        )
      : noChanges;
    const memory = createMemoryStore();
    const reader = createShieldClient<Question>(connect, { clock, deadlineMs: config.upstreamDeadlineMs, report });
    const service = createService(
      {
        config,
        pages: createPageCache<Question>(
          { memory, store: storeAt(index), loader: reader, changes, clock },
          readerDeadlinesOf(config),
        ),
        readiness: async () => ({ ready: true, checks: {} }),
        readAsset: async () => undefined,
        addressOf: (request) => request.headers.get("cf-connecting-ip") ?? undefined,
        targetOf: targetInUrl,
        clock,
        log: report,
        identity: createIdentity(config.identity, { fetch: (url, init) => fetch(url, init), clock, digest }),
        digest,
        random,
        changes,
        streaming: { openSink: openWebSink, isShared: false },
      },
      responses,
    );
    const invalidate = createInvalidation(
      {
        async append(touch) {
          operations.appends += 1;
          await travel();
          const position = await journal.append(touch);
          await travel();
          await changes.sync();
          return position;
        },
      },
      report,
    );
    return { service, invalidate };
  }
  const isolates: { service: Service<Response>; invalidate: (change: Change) => Promise<unknown> }[] = Array.from(
    { length: isolateCount },
    (_, index) => startIsolate(index),
  );
  const isolateOf = (index: number) => {
    const isolate = isolates[index % isolateCount];
    if (!isolate) throw new Error("no such isolate");
    return isolate;
  };

  return {
    clock,
    simulator,
    operations,
    calls,
    async ask(isolate, target, client) {
      operations.workerRequests += 1;
      const address = `192.0.${Math.floor(client / 250)}.${(client % 250) + 1}`;
      const request = new Request(`https://bench.example${target}`, { headers: { "cf-connecting-ip": address } });
      return isolateOf(isolate).service.app.fetch(request);
    },
    async tell(change) {
      operations.workerRequests += 1;
      await isolateOf(0).invalidate(change);
    },
  };
}
