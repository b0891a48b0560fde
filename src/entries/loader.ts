// The load side put together: client, breaker, page source and loader over whatever the entry hands in. One for both entries, so
// that a Worker's shield and a Node process keep the same rules.
import type { ChangeLog } from "../cache/change-log.ts";
import type { Coalescer } from "../cache/coalescer.ts";
import { loadDeadlineMs } from "../ground/deadline.ts";
import { createEntryCheck } from "../cache/entry-check.ts";
import type { EntryCheck } from "../cache/entry-check.ts";
import { createPace } from "../cache/pace.ts";
import { createPageLoader } from "../cache/page-loader.ts";
import type { Flight, LoadReport, PageLoader } from "../cache/page-loader.ts";
import { withReloads } from "../cache/reloads.ts";
import type { MemoryStore, Store } from "../cache/store.ts";
import type { Config } from "../config/config.ts";
import { sealWith } from "./digest.ts";
import type { Clock, Defer, Random, Report } from "../ground/runtime.ts";
import { createReading, isPageBody } from "../resources/question.ts";
import type { Question } from "../resources/question.ts";
import { isEverGranted } from "../policy/policies.ts";
import { heardBy } from "../resources/tags.ts";
import { createBreakers } from "../upstream/breaker.ts";
import type { Budget, BudgetLimits } from "../upstream/budget.ts";
import { createUpstreamClient } from "../upstream/client.ts";
import type { Fetch, UpstreamClient } from "../upstream/client.ts";
import { createGate } from "../upstream/gate.ts";
import { createPageSource } from "../upstream/page-source.ts";
import { createProbe } from "../upstream/probe.ts";

/** What the platform decides: where copies, pages, leases and the budget are kept. */
export type LoaderParts = {
  budget: Budget;
  copies: MemoryStore;
  store: Store | undefined;
  coalescer: Coalescer<Flight>;
  changes: ChangeLog;
  fetch: Fetch;
  clock: Clock;
  random: Random;
  report: Report;
  defer: Defer;
  /** Calls to the upstream under way at once; 5 by default, which is what a Worker has connections for. */
  callsMax?: number;
};

/**
 * What the configuration allows this deployment to spend. We count a call when it leaves, the upstream when it arrives, which
 * is up to a deadline later: two bursts could meet in one window there. So ours is longer by that much.
 */
export function budgetLimitsOf({ budget, upstreamDeadlineMs }: Config): BudgetLimits {
  return { requests: budget.requests, windowMs: budget.windowSeconds * 1000 + upstreamDeadlineMs };
}

/** The client of the upstream, as the configuration has it. */
export const clientOf = (
  { cloudflareApiToken: token, upstreamBaseUrl: baseUrl, accountId }: Config,
  platform: { fetch: Fetch; clock: Clock },
): UpstreamClient => createUpstreamClient({ ...platform, token, baseUrl, accountId });

export function createLoader(config: Config, parts: LoaderParts): PageLoader<Question> {
  const { fetch, clock, random, report, changes, copies, defer } = parts;
  const budget = watched(parts.budget);
  const aliases = new Map([...config.apps].map(([alias, appId]) => [appId, alias]));
  const client = clientOf(config, { fetch, clock });
  const fetchPage = createPageSource<Question>(
    {
      reading: createReading({ firstPage: config.upstreamFirstPage, exposeMeta: config.exposeMeta }),
      client,
      budget,
      breakerOf: createBreakers({ clock, report: (event, appId) => report(event, { app: aliases.get(appId) }) }),
      gate: createGate({ clock, slots: parts.callsMax ?? 5 }),
      probe: createProbe({ fetch, clock, hosts: config.artefactHosts }),
      clock,
      random,
    },
    config.budget,
  );
  const pace = createPace<Question>({
    changes,
    clock,
    freshLiveSeconds: config.freshSeconds.live,
    ...(config.webhooks && {
      webhooks: {
        freshLiveSeconds: config.freshLiveWithWebhooksSeconds,
        heardBy,
        whenSilent: ({ app }) => report({ type: "webhooks.silent" }, { app }),
      },
    }),
    isBudgetLow: () => budget.left() < config.budget.requests / 2,
  });
  const loader = createPageLoader<Question>(
    { ...parts, fetchPage, pace, report: reportOfLoad(report) },
    { freshness: config, deadlineMs: loadDeadlineMs(config.upstreamDeadlineMs) },
  );
  const inUseMs = (longestLiveSeconds(config) + inUseBeyondFreshSeconds) * 1000;
  return withReloads(loader, { changes, copies, clock, defer, inUseMs });
}

/** How long after a page stopped being fresh it still counts as in use. */
const inUseBeyondFreshSeconds = 60;

/** The longest that a page with a live session is fresh. */
function longestLiveSeconds({ freshSeconds, freshLiveWithWebhooksSeconds, webhooks }: Config): number {
  return webhooks ? Math.max(freshSeconds.live, freshLiveWithWebhooksSeconds) : freshSeconds.live;
}

/** The same budget, which remembers how much was left at its last answer. */
function watched(budget: Budget): Budget & { left(): number } {
  let left = Number.POSITIVE_INFINITY;
  return {
    ...budget,
    left: () => left,
    async take(lane, payer) {
      const verdict = await budget.take(lane, payer);
      left = verdict.left;
      return verdict;
    },
  };
}

/** Events of a load, with its app and the request that began it. */
export const reportOfLoad =
  (report: Report): LoadReport<Question> =>
  (event, { query, payer }) =>
    report(event, { app: query.app, requestId: payer?.requestId });

/** The deadlines of a reader, as the configuration has them. */
export function readerDeadlinesOf(config: Config): { softDeadlineMs: number; hardDeadlineMs: number } {
  return { softDeadlineMs: config.softDeadlineMs, hardDeadlineMs: config.upstreamDeadlineMs };
}

/** What is believed of a page in a shared store. One for each process: it remembers what it has looked at. */
export function createPageCheck(config: Config): EntryCheck {
  return createEntryCheck(
    { seal: sealWith(config.storeSecret), isBody: isPageBody },
    {
      ...config,
      freshSeconds: { ...config.freshSeconds, live: longestLiveSeconds(config) },
      deadlineMs: loadDeadlineMs(config.upstreamDeadlineMs),
    },
  );
}

/** Whether anything can be written to the log of changes. If not, nobody asks for it: on Workers that would cost a call a second. */
export const keepsChanges = ({ webhooks, policies }: Config): boolean =>
  webhooks !== undefined || isEverGranted(policies, "purge");

/** Begins every key in Redis: one for all that serve the same account, whether as a Worker or as Node processes. */
export const redisPrefixOf = ({ accountId }: Config): string => `rtk-bff:${accountId}:`;
