// Where a Node process keeps what it shares: in itself, or in Redis with all its replicas.
import { readFile } from "node:fs/promises";
import { followRedis } from "../cache/change-log-redis.ts";
import { createChangeLog, noChanges, type ChangeJournal, type ChangeLog } from "../cache/change-log.ts";
import { createRedisCoalescer } from "../cache/coalescer-redis.ts";
import { createCoalescer } from "../cache/coalescer.ts";
import type { Coalescer } from "../cache/coalescer.ts";
import { loadDeadlineMs } from "../ground/deadline.ts";
import { createFlightSharing } from "../cache/flight-sharing.ts";
import type { Flight } from "../cache/page-loader.ts";
import { createRedisStore } from "../cache/store-redis.ts";
import type { Store } from "../cache/store.ts";
import type { Config } from "../config/config.ts";
import { budgetLimitsOf, createPageCheck, keepsChanges, redisPrefixOf } from "./loader.ts";
import { openRedis } from "../redis/link.ts";
import type { Logins } from "../login/logins.ts";
import { createRedisLogins } from "../login/logins-redis.ts";
import { steadyNow } from "../ground/runtime.ts";
import type { Clock, Random, Report } from "../ground/runtime.ts";
import { createRedisBudget } from "../upstream/budget-redis.ts";
import { createMemoryBudget } from "../upstream/budget.ts";
import type { Budget, BudgetLimits } from "../upstream/budget.ts";

/**
 * The environment with the text of `POLICIES_FILE` as `POLICIES`. As it was where that file can't be read or its text is blank (as
 * `POLICIES` it would count as absent, and everything be shown), or where both are set: the name that is left is then a problem.
 */
export async function withPoliciesOfFile(environment: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  const { POLICIES_FILE: file, ...rest } = environment;
  if (!file?.trim() || rest["POLICIES"]?.trim()) return environment;
  const text = await readFile(file.trim(), "utf8").catch(() => undefined);
  return text?.trim() ? { ...rest, POLICIES: text } : environment;
}

export type SharedParts = {
  store: Store | undefined;
  coalescer: Coalescer<Flight>;
  changes: ChangeLog;
  /** Where changes are written; undefined where none can come. */
  journal: ChangeJournal | undefined;
  budget: Budget;
  /** Where logins are recorded, if anywhere. */
  logins: Logins | undefined;
  /** What `/readyz` says of them: a lost Redis is a lesser service, not none. */
  checks(): Readonly<Record<string, "ok" | "degraded">>;
  close(): Promise<void>;
};

/** Of a budget that nothing holds together: so many processes can't exceed it. */
const shareOf = (limits: BudgetLimits, processes: number): BudgetLimits => ({
  ...limits,
  requests: Math.max(1, Math.floor(limits.requests / processes)),
});

/** What a load may take beyond its deadline: an older page is looked for when it fails. */
const holdSlackMs = 1_000;

/** The log of changes, where any can come. */
function logOf(config: Config, open: () => ChangeLog & ChangeJournal): Pick<SharedParts, "changes" | "journal"> {
  if (!keepsChanges(config)) return { changes: noChanges, journal: undefined };
  const log = open();
  return { changes: log, journal: log };
}

/** Connects to Redis where the configuration names one; waits a second for it at most and starts without it then. */
export async function connectParts(
  config: Config,
  { clock, random, report }: { clock: Clock; random: Random; report: Report },
): Promise<SharedParts> {
  const limits = budgetLimitsOf(config);
  /** A clock set forward would forget what was spent. */
  const steady = { now: steadyNow };
  if (config.cacheStore !== "redis" || config.redis === undefined) {
    return {
      store: undefined,
      coalescer: createCoalescer(),
      ...logOf(config, () => createChangeLog(clock)),
      budget: createMemoryBudget({ clock: steady, limits: shareOf(limits, config.maxReplicas) }),
      logins: undefined,
      checks: () => ({ store: "ok" }),
      close: async () => {},
    };
  }
  const prefix = redisPrefixOf(config);
  const redis = await openRedis(config.redis, { prefix, clock, random, report });
  const check = createPageCheck(config);
  return {
    store: createRedisStore(redis, { prefix, clock, check }),
    coalescer: createRedisCoalescer<Flight>(redis, {
      prefix,
      clock,
      sharing: createFlightSharing({ clock, check }),
      holdMsMax: loadDeadlineMs(config.upstreamDeadlineMs) + holdSlackMs,
    }),
    ...logOf(config, () =>
      followRedis(redis, {
        prefix,
        clock,
        whenFailed: (reason) => report({ type: "changes.failed", operation: "read", reason }),
      }),
    ),
    budget: createRedisBudget(redis, { prefix, clock: steady, report, limits, maxReplicas: config.maxReplicas }),
    logins: config.login?.store ? createRedisLogins(redis, { prefix, clock, report }) : undefined,
    checks: () => ({ redis: redis.isUp() ? "ok" : "degraded" }),
    close: () => redis.close(),
  };
}
