// One page from the upstream, from "may it leave?" to bytes: gate, breaker, budget, call, at most one retry, normalise.
//
// This is the only way to the upstream. It decides nothing about caching; it keeps the rules of the account: nothing leaves without a
// grant, a 429 freezes everybody, a failing upstream is left alone, and what comes back is what the resource reads of it or a failure.
import { fail, ok } from "../ground/errors.ts";
import type { Failure, Result } from "../ground/errors.ts";
import type { FileState } from "../ground/file-state.ts";
import type { Clock, Lane, Payer, Random, Report } from "../ground/runtime.ts";
import type { Volatility } from "../ground/volatility.ts";
import type { Probe } from "./probe.ts";
import type { UpstreamTarget } from "./address.ts";
import type { Breaker } from "./breaker.ts";
import type { Budget, BudgetLane, Refusal } from "./budget.ts";
import type { UpstreamAnswer, UpstreamClient } from "./client.ts";
import type { UpstreamFault } from "./fault.ts";
import type { Gate } from "./gate.ts";
import { decideRetry, firstBackoff } from "./retry.ts";

/** What a resource knows of the upstream. */
export type Reading<Question> = {
  /** Where the question is asked, and how many rows its answer may have. */
  callOf(question: Question): UpstreamTarget & { rowsMax: number };
  /** From the parsed body of a 200 to the bytes of a page, or a code of ours for why it is none. Never throws, and keeps nothing of the body. */
  read(body: unknown, question: Question, now: number): Result<ReadPage, string>;
  /** The page that a failure stands for, where it is an ordinary answer. */
  absent(failure: Failure, question: Question, now: number): SourcePage | undefined;
};

/**
 * `notes`: for the report. `droppedReasons` are distinct codes; `offset` says that the upstream's page begins elsewhere than it should.
 * `file`: has to be looked at before the page is known.
 */
export type ReadPage = SourcePage & {
  droppedCount: number;
  notes: { droppedReasons: string[]; offset?: { expected: number; received: number } };
  file?: { link: string; pageWith(state: FileState): SourcePage } | undefined;
};

/** `payer`: whose share of the budget a call is taken from. */
export type SourceContext = { lane: Lane; payer?: Payer | undefined; deadlineAt: number; report: Report };
/** `freshSeconds`, where they are not those of the volatility; `expiresAt` in epoch milliseconds, where something on it ends. */
export type SourcePage = {
  body: Uint8Array;
  volatility: Volatility;
  freshSeconds?: number | undefined;
  expiresAt?: number | undefined;
};

export type PageSourceParts<Question> = {
  reading: Reading<Question>;
  client: UpstreamClient;
  budget: Budget;
  /** The breaker for an app's pages in use, or for questions that nobody has a page of. */
  breakerOf: (appId: string, isInUse: boolean) => Breaker;
  gate: Gate;
  /** Looks at files that answers link to. */
  probe: Probe;
  clock: Clock;
  random: Random;
};

/** The budget. */
export type PageSourceOptions = { requests: number; windowSeconds: number };

/** Whether somebody has the page already. */
const isInUse = (lane: Lane) => lane === "old" || lane === "refresh";

type Attempt = { left: number; outcome: Result<UpstreamAnswer<Result<ReadPage, string>>, UpstreamFault> };

/** Builds the source. The returned function never rejects but for faults of its own parts (a budget that can't be read). */
export function createPageSource<Question extends { appId: string }>(
  parts: PageSourceParts<Question>,
  options: PageSourceOptions,
) {
  const { reading, client, budget, breakerOf, gate, probe, clock, random } = parts;

  return async function fetchPage(question: Question, context: SourceContext): Promise<Result<SourcePage>> {
    const leave = await gate.enter(context.lane, context.deadlineAt);
    if (!leave) return fail({ code: "upstream_timeout" });
    try {
      return await fetchThrough(question, context);
    } finally {
      leave();
    }
  };

  async function fetchThrough(question: Question, context: SourceContext): Promise<Result<SourcePage>> {
    const { lane, deadlineAt, report } = context;
    const first = await attempt(question, lane, context);
    if ("refusal" in first) return fail(first.refusal);
    if (first.outcome.ok) return pageOf(first.outcome.value.page, context);

    const fault = first.outcome.failure;
    const absent = reading.absent(fault.failure, question, clock.now());
    if (absent) return ok(absent);
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
    return second.outcome.ok ? pageOf(second.outcome.value.page, context) : fail(second.outcome.failure.failure);
  }

  /** One call, or the reason why it may not leave. */
  async function attempt(
    question: Question,
    lane: BudgetLane,
    { lane: askedFor, payer, deadlineAt, report }: SourceContext,
  ): Promise<Attempt | { refusal: Failure }> {
    const passage = breakerOf(question.appId, isInUse(askedFor)).enter();
    if (!passage.pass) return { refusal: { code: "circuit_open", retryAfterSeconds: passage.retryAfterSeconds } };
    let health: "well" | "unwell" | "unknown" = "unknown";
    try {
      const verdict = await budget.take(lane, payer);
      if (!verdict.granted) return { refusal: refusalOf(verdict, lane, report) };
      const read = (body: unknown) => reading.read(body, question, clock.now());
      const outcome = await client.get({ ...reading.callOf(question), report, deadlineAt, read });
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

  async function pageOf(
    read: Result<ReadPage, string>,
    { report, deadlineAt }: SourceContext,
  ): Promise<Result<SourcePage>> {
    if (!read.ok) return fail({ code: "upstream_malformed", reason: read.failure });
    const { droppedCount, notes, file, ...page } = read.value;
    if (notes.droppedReasons.length > 0) {
      report({ type: "page.rowsDropped", count: droppedCount, reasons: notes.droppedReasons });
    }
    if (notes.offset) report({ type: "page.offsetContradicted", ...notes.offset });
    return ok(file ? file.pageWith(await probe(file.link, { deadlineAt, report })) : page);
  }
}
