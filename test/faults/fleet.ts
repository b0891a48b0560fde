// A fleet as a test sees it: several Node processes before one upstream, over one Redis; and readers that never stop asking.
//
// Each reader asks for one of four things: whether its process is alive, a page that the process has in memory for an hour, a page that
// grows stale every second, or a question that nobody has asked before. What they saw is judged afterwards.
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import * as z from "zod";
import type { RateBudget } from "../../simulator/rate-limit.ts";
import type { Simulator } from "../../simulator/simulator.ts";
import { startNodeProcess } from "../support/product-node.ts";
import type { NodeProcess } from "../support/product-node.ts";
import { settingsFor, startUpstream } from "../support/product.ts";
import type { Settings } from "../support/product.ts";
import { middleOf } from "../support/waits.ts";

export type FleetOptions = {
  processes: number;
  /** Where each process finds Redis, or all of them. */
  redisUrl: string | readonly string[];
  settings?: Settings;
  /** What the upstream takes; a good deal unless told otherwise. */
  upstreamBudget?: RateBudget;
};

export type Fleet = {
  readonly nodes: readonly NodeProcess[];
  readonly simulator: Simulator;
  readonly stop: () => Promise<void>;
};

export async function startFleet({ processes, redisUrl, settings, upstreamBudget }: FleetOptions): Promise<Fleet> {
  const upstream = await startUpstream({ budget: upstreamBudget ?? { requests: 1_000, windowSeconds: 10 } });
  const all = settingsFor(upstream, {
    MAX_REPLICAS: String(processes),
    UPSTREAM_BUDGET_REQUESTS: "1000",
    UPSTREAM_BUDGET_WINDOW_SECONDS: "10",
    // As long as this a window stays closed beyond its own length when Redis has come back empty.
    UPSTREAM_DEADLINE_MS: "10000",
    FRESH_LIVE_SECONDS: "1",
    STALE_SECONDS: "600",
    ...settings,
  });
  const starts = await Promise.allSettled(
    Array.from({ length: processes }, (_, index) => {
      const REDIS_URL = typeof redisUrl === "string" ? redisUrl : (redisUrl[index] ?? "");
      return startNodeProcess({ ...all, REDIS_URL });
    }),
  );
  const nodes = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    await upstream.close();
  };
  const failed = starts.find((start) => start.status === "rejected");
  if (!failed) return { nodes, simulator: upstream.simulator, stop };
  await stop();
  throw new Error("a process did not start", { cause: failed.reason });
}

export type Kind = "alive" | "kept" | "aging" | "cold";
export type Seen = { kind: Kind; status: number; code: string; waitedMs: number };

const Problem = z.object({ code: z.string() });

/** A socket that breaks is status 0: of a process that lives, nobody may see one. */
export async function askNode({ url }: NodeProcess, path: string): Promise<Omit<Seen, "kind"> & { text: string }> {
  const askedAt = performance.now();
  const { status, text } = await fetch(url + path).then(
    async (answer) => ({ status: answer.status, text: await answer.text() }),
    (error: unknown) => ({ status: 0, text: String(error) }),
  );
  const waitedMs = performance.now() - askedAt;
  const code = status >= 400 ? Problem.parse(JSON.parse(text)).code : "";
  return { status, code, waitedMs, text };
}

const hourAgo = () => new Date(Date.now() - 3_600_000).toISOString();
let nextQuestion = 0;
/** A question that was never asked before. */
export const newQuestion = () => `/v1/apps/school/sessions?search=question-${(nextQuestion += 1)}`;

export type Readers = {
  /** Lets all of them finish, and gives what they saw. */
  stop(): Promise<readonly Seen[]>;
};

/** Readers on every process of a fleet. Settles when each process has shown the pages that are asked for again and again. */
export async function startReaders(
  { nodes }: Fleet,
  { coldPerSecond = 2 }: { coldPerSecond?: number } = {},
): Promise<Readers> {
  const seen: Seen[] = [];
  const kept = `/v1/apps/support/sessions?status=ENDED&end_time=${hourAgo()}`;
  const aging = "/v1/apps/support/sessions?status=LIVE";
  const over = new AbortController();
  const pathOf = { alive: () => "/healthz", kept: () => kept, aging: () => aging, cold: newQuestion };

  async function ask(node: NodeProcess, kind: Kind): Promise<void> {
    const { status, code, waitedMs } = await askNode(node, pathOf[kind]());
    seen.push({ kind, status, code, waitedMs });
  }
  for (const node of nodes) {
    await ask(node, "kept");
    await ask(node, "aging");
  }
  const reader = async (node: NodeProcess, kind: Kind, pauseMs: number) => {
    while (!over.signal.aborted) {
      await ask(node, kind);
      await sleep(pauseMs);
    }
  };
  /** Cold questions go on being asked while earlier ones wait. */
  const stranger = async (node: NodeProcess) => {
    const asked: Promise<void>[] = [];
    while (!over.signal.aborted) {
      asked.push(ask(node, "cold"));
      await sleep(1_000 / coldPerSecond);
    }
    await Promise.all(asked);
  };
  const all = Promise.all(
    nodes.flatMap((node) => [
      reader(node, "alive", 50),
      reader(node, "kept", 20),
      reader(node, "kept", 35),
      reader(node, "aging", 40),
      stranger(node),
    ]),
  );
  return {
    async stop() {
      over.abort();
      await all;
      return seen;
    },
  };
}

/**
 * Every reader got its page, and most of them at once: waiting for Redis ends after a quarter of a second, and only who comes first
 * waits at all. What an answer without Redis and without a page took meanwhile tells how busy the machine was. The figures go to the output.
 */
export function expectServed(name: string, seen: readonly Seen[]): void {
  expect(seen.filter(({ status }) => status !== 200)).toEqual([]);
  expect(seen.length).toBeGreaterThan(20);
  const waitsOf = (kind: Kind) => seen.filter((one) => one.kind === kind).map(({ waitedMs }) => waitedMs);
  const atOnceMs = 250 + 5 * middleOf(waitsOf("alive"));
  for (const kind of ["kept", "aging", "cold"] as const) {
    const waitsMs = waitsOf(kind);
    const figures = { usual: middleOf(waitsMs), longest: Math.max(...waitsMs), atOnceMs };
    console.log(`${name}: ${waitsMs.length} answers, ${kind}, in ms ${JSON.stringify(figures)}`);
    expect(figures.usual).toBeLessThan(atOnceMs);
  }
}

const Ready = z.object({ status: z.string(), checks: z.record(z.string(), z.string()) });

/** What a process says of Redis: "ok" or "degraded". */
export async function redisStateOf(node: NodeProcess): Promise<string> {
  const { status, text } = await askNode(node, "/readyz");
  return status === 200 ? (Ready.parse(JSON.parse(text)).checks["redis"] ?? "") : `status ${status}`;
}

const RedisLine = z.object({ event: z.object({ type: z.string(), reason: z.string().optional() }) });

/** The changes of state that a process has logged from some line on. */
export function redisChanges(
  node: NodeProcess,
  fromLine = 0,
): readonly { type: string; reason?: string | undefined }[] {
  return node
    .logs()
    .slice(fromLine)
    .filter((line) => line.includes('"type":"redis.'))
    .map((line) => RedisLine.parse(JSON.parse(line)).event);
}
