// The core in this process: one read side over one load side, in front of a simulator without a socket.
import { listOf } from "../../test/support/session-list.ts";
import { createCoalescer } from "../../src/cache/coalescer.ts";
import { createPageCache } from "../../src/cache/page-cache.ts";
import { createPageLoader } from "../../src/cache/page-loader.ts";
import { createMemoryStore } from "../../src/cache/store.ts";
import type { Entry } from "../../src/cache/store.ts";
import { parseConfig } from "../../src/config/config.ts";
import type { Result } from "../../src/ground/errors.ts";
import { createQuestions } from "../../src/service/questions.ts";
import type { Question } from "../../src/resources/question.ts";
import type { Scope } from "../../src/policy/access.ts";
import { systemClock } from "../../src/ground/runtime.ts";
import { createSessionReading } from "../../test/support/session-list.ts";
import { createBreakers } from "../../src/upstream/breaker.ts";
import { createMemoryBudget } from "../../src/upstream/budget.ts";
import { clientOf } from "../../src/entries/loader.ts";
import { createGate } from "../../src/upstream/gate.ts";
import { createPageSource } from "../../src/upstream/page-source.ts";
import type { Simulator } from "../../simulator/simulator.ts";
import { benchSettings } from "./worker.ts";

/** Reads the page of a query string of the simulator's first app. */
export function createCoreReader(simulator: Simulator): (search: string) => Promise<Result<Entry>> {
  const parsed = parseConfig(benchSettings(simulator, "http://127.0.0.1:8788"));
  if (!parsed.ok) throw new Error(parsed.failure.problems.join("\n"));
  const config = parsed.value;
  const [appId = ""] = config.apps.values();
  const clock = systemClock;
  const random = Math.random;
  const report = () => {};
  const defer = () => {};
  const limits = { requests: config.budget.requests, windowMs: config.budget.windowSeconds * 1000 };
  const fetchPage = createPageSource<Question>(
    {
      reading: createSessionReading({ firstPage: config.upstreamFirstPage, exposeMeta: config.exposeMeta }),
      client: clientOf(config, { fetch: (url, init) => simulator.fetch(new Request(url, init)), clock }),
      budget: createMemoryBudget({ clock, limits }),
      breakerOf: createBreakers({ clock, report }),
      gate: createGate({ clock }),
      probe: async () => "unavailable",
      clock,
      random,
    },
    config.budget,
  );
  const loader = createPageLoader<Question>(
    { fetchPage, copies: createMemoryStore(), coalescer: createCoalescer(), clock, random, report, defer },
    { freshness: config, deadlineMs: config.upstreamDeadlineMs },
  );
  const pages = createPageCache<Question>(
    { memory: createMemoryStore(), loader, clock },
    { softDeadlineMs: config.softDeadlineMs, hardDeadlineMs: config.upstreamDeadlineMs },
  );
  const questions = createQuestions(config, clock);
  const everything: Scope = { policy: "bench", meetings: "*", fields: "*" };
  return async (search) => {
    const asked = await questions.ask(listOf(appId), everything, search);
    return asked.ok ? pages.get(asked.value.question, { defer, report }) : asked;
  };
}
