// One page from the upstream, from "may it leave?" to bytes: gate, breaker, budget, call, at most one retry, normalise.
//
// This is the only way to the upstream. It decides nothing about caching; it keeps the rules of the account: nothing leaves without a
// grant, a 429 freezes everybody, a failing upstream is left alone, and what comes back is a strict page or a failure.
import { fail } from "../ground/errors.ts";
import type { Failure, Result } from "../ground/errors.ts";
import type { Clock, Lane, Payer, Random, Report } from "../ground/runtime.ts";
import { normalisePage, pageVolatility, serialisePage } from "../sessions/page.ts";
import type { NormalisedPage } from "../sessions/page.ts";
import type { SessionQuery } from "../sessions/query.ts";
import type { Breaker } from "./breaker.ts";
import type { Budget, BudgetLane, Refusal } from "./budget.ts";
import type { UpstreamAnswer, UpstreamClient } from "./client.ts";
import type { UpstreamFault } from "./fault.ts";
import type { Gate } from "./gate.ts";
import { decideRetry, firstBackoff } from "./retry.ts";

export type PageQuestion = { appId: string; query: SessionQuery };
/** `payer`: whose share of the budget a call is taken from. */
export type SourceContext = { lane: Lane; payer?: Payer | undefined; deadlineAt: number; report: Report };
export type SourcePage = { body: Uint8Array; volatility: ReturnType<typeof pageVolatility> };

export type PageSourceParts = {
  client: UpstreamClient;
  budget: Budget;
  /** The breaker for an app's pages in use, or for questions that nobody has a page of. */
  breakerOf: (appId: string, isInUse: boolean) => Breaker;
  gate: Gate;
  clock: Clock;
  random: Random;
};

export type PageSourceOptions = { requests: number; windowSeconds: number; firstPage: 0 | 1; exposeMeta: boolean };

type Attempt = { left: number; outcome: Result<UpstreamAnswer<NormalisedPage>, UpstreamFault> };

/** Builds the source. The returned function never rejects but for faults of its own parts (a budget that can't be read). */
export function createPageSource(parts: PageSourceParts, options: PageSourceOptions) {
  const { client, budget, breakerOf, gate, clock, random } = parts;
  const encoder = new TextEncoder();

  return async function fetchPage(question: PageQuestion, context: SourceContext): Promise<Result<SourcePage>> {
    const leave = await gate.enter(context.lane, context.deadlineAt);
    if (!leave) return fail({ code: "upstream_timeout" });
    try {
      return await fetchThrough(question, context);
    } finally {
      leave();
    }
  };

  async function fetchThrough(question: PageQuestion, context: SourceContext): Promise<Result<SourcePage>> {
    const { lane, deadlineAt, report } = context;
    const first = await attempt(question, lane, context);
    if ("refusal" in first) return fail(first.refusal);
    if (first.outcome.ok) return pageOf(first.outcome.value.page, question.query, report);

    const fault = first.outcome.failure;
    const decision = decideRetry(
      { ...options, retriable: fault.retriable, backoff: firstBackoff, left: first.left, now: clock.now(), deadlineAt },
      random,
    );
    if (!decision.retry) return fail(fault.failure);
    await new Promise<void>((resolve) => clock.timer(decision.delayMs, resolve));
    const second = await attempt(question, "retry", context);
    // A repetition that may not leave tells nothing new: the first failure stands.
    if ("refusal" in second) return fail(fault.failure);
    report({ type: "upstream.retried", reason: fault.failure.code });
    return second.outcome.ok
      ? pageOf(second.outcome.value.page, question.query, report)
      : fail(second.outcome.failure.failure);
  }

  /** One call, or the reason why it may not leave. */
  async function attempt(
    { appId, query }: PageQuestion,
    lane: BudgetLane,
    { lane: askedFor, payer, deadlineAt, report }: SourceContext,
  ): Promise<Attempt | { refusal: Failure }> {
    const passage = breakerOf(appId, askedFor !== "cold").enter();
    if (!passage.pass) return { refusal: { code: "circuit_open", retryAfterSeconds: passage.retryAfterSeconds } };
    let health: "well" | "unwell" | "unknown" = "unknown";
    try {
      const verdict = await budget.take(lane, payer);
      if (!verdict.granted) return { refusal: refusalOf(verdict, lane, report) };
      const read = (body: unknown) => normalisePage(body, { ...options, query, appId });
      const outcome = await client.listSessions({ appId, query, report, deadlineAt, read });
      health = outcome.ok ? "well" : outcome.failure.health;
      const hint = outcome.ok ? outcome.value.rateLimit : outcome.failure.rateLimit;
      if (hint) await budget.hint(hint);
      if (!outcome.ok && outcome.failure.failure.code === "upstream_limited") {
        await budget.freeze(outcome.failure.failure.retryAfterSeconds);
      }
      return { left: verdict.left, outcome };
    } finally {
      passage.settle(health);
    }
  }

  /** A client that had its share is its own affair: only what concerns everybody is reported. */
  function refusalOf(verdict: Refusal, lane: BudgetLane, report: Report): Failure {
    const { code, left, retryAfterSeconds } = verdict;
    if (code === "share_spent") {
      const { quota } = verdict;
      return { code: "rate_limited", policy: "budget", quota, windowSeconds: options.windowSeconds, retryAfterSeconds };
    }
    report({ type: "budget.refused", lane, left, retryAfterSeconds });
    return { code, retryAfterSeconds };
  }

  function pageOf(read: NormalisedPage, query: SessionQuery, report: Report): Result<SourcePage> {
    if (!read.ok) return fail({ code: "upstream_malformed", reason: read.reason });
    const { page, notes } = read;
    if (notes.droppedReasons.length > 0) {
      report({ type: "page.rowsDropped", count: page.dropped_count, reasons: notes.droppedReasons });
    }
    if (notes.offset) report({ type: "page.offsetContradicted", ...notes.offset });
    return {
      ok: true,
      value: {
        body: encoder.encode(serialisePage(page)),
        volatility: pageVolatility(page, query, clock.now()),
      },
    };
  }
}
