// The budget in Redis: one window for all processes, decided in one step by the server's time; and what each process may
// spend when Redis is gone.
//
// problem  The account's limit must hold for the fleet in every window, also while some processes reach Redis and others do
//          not, while Redis comes and goes, and after Redis has forgotten what was spent.
// choice   A fifth of the budget is a reserve that Redis never grants. It is split evenly: a process without Redis spends its
//          part of the reserve per window and no more, and a client its percentage of that part. So the sum holds in every partition, with no agreement about who is cut
//          off. A window that Redis has no memory of (first start, data lost, evicted), or that was written on another server
//          (each restart and each fail-over: snapshot and replica may lag behind), is closed until one window has passed:
//          meanwhile everybody lives on their parts.
// refused  Letting processes write back what they were granted: it can't vouch for those that died or are cut off. Letting a
//          single process remember its own calls and spend everything without Redis: it would have to forget nothing in a
//          restart, and host and Redis restart together.
// cost     With Redis only four fifths can be spent, and only the reserve in the first window after a start of Redis. The
//          parts are in memory: a process that restarts without Redis counts as one more, so `maxReplicas` is the largest number
//          of processes alive within one window, a rolling deploy included. Clocks are trusted to run evenly.
//
// The pure core in `budget.ts` decides parts, and remembers freeze and header; the script repeats it line by line.
import { quotaOf, quotaWithin } from "../limits/share.ts";
import type { Clock, Payer, Redis, Report } from "../ground/runtime.ts";
import { takeScript, freezeScript } from "./budget-redis-script.ts";
import { admit, defaultBudgetLimits, frozen, hinted, leftNeeded, unspentBudget } from "./budget.ts";
import type { Budget, BudgetLane, BudgetLimits, BudgetState, BudgetVerdict } from "./budget.ts";

export type RedisBudgetParts = {
  /** One window per prefix: all processes that spend the same account's limit must have the same one. */
  prefix: string;
  clock: Pick<Clock, "now">;
  report: Report;
  limits?: BudgetLimits;
  /** How many processes may be alive within one window. */
  maxReplicas: number;
  /** The part of the budget that is set aside for processes without Redis: 20 by default. With 0 they may spend nothing. */
  reservePercent?: number;
};

type Hint = NonNullable<BudgetState["hint"]>;

/** What the script tells; times are in milliseconds from now. `birth` and `count` say how much of the past Redis knows. */
type Reply = {
  state: (typeof states)[number];
  left: number;
  waitMs: number;
  frozenMs: number;
  birth: number;
  count: number;
};

/** Builds one process's end of the shared budget. Never rejects; waits for Redis no longer than the connection does. */
export function createRedisBudget(redis: Redis, parts: RedisBudgetParts): Budget {
  const { prefix, clock, report, limits = defaultBudgetLimits, maxReplicas, reservePercent = 20 } = parts;
  const reserve = Math.floor((limits.requests * reservePercent) / 100);
  const shared = limits.requests - reserve;
  const part: BudgetLimits = { requests: Math.floor(reserve / maxReplicas), windowMs: limits.windowMs };
  const key = `${prefix}{budget}:window`;

  /** What this process spent of its part; the freeze as far as it knows; the newest header. */
  let own = unspentBudget;
  let known = { birth: 0, count: 0 };
  let isFreezeUnsent = false;
  let isClosed = false;

  async function take(lane: BudgetLane, payer?: Payer): Promise<BudgetVerdict> {
    const hint = own.hint !== null && own.hint.until > clock.now() ? own.hint : null;
    const isHintSpent = hint !== null && hint.remaining < leftNeeded(lane, hint.quota ?? limits.requests);
    // Taken off before the answer, so that callers who come all at once can't use the same one.
    const isHintTaken = hint !== null && !isHintSpent;
    if (isHintTaken) own = withRemaining(own, hint, hint.remaining - 1);

    const now = clock.now();
    const sentFreezeUntil = isFreezeUnsent ? own.frozenUntil : 0;
    const quota = payer ? quotaOf(shared, payer) : 0;
    const reply = await ask(takeScript, [
      limits.windowMs,
      shared,
      leftNeeded(lane, shared),
      isHintSpent ? hint.until - now : 0,
      Math.max(0, sentFreezeUntil - now),
      known.birth,
      known.count,
      payer?.client ?? "",
      quotaWithin(quota, lane),
    ]);
    if (isHintTaken && (typeof reply === "string" || reply.state !== "granted")) giveHintBack(hint);
    if (reply === "gone") return takeAlone(lane, payer);
    if (reply === "unusable") {
      close(limits.windowMs);
      return takeAlone(lane, payer);
    }

    learn(reply, sentFreezeUntil);
    if (reply.state === "closed") {
      close(reply.waitMs);
      return takeAlone(lane, payer);
    }
    if (isClosed) report({ type: "budget.opened" });
    isClosed = false;
    const left = hint === null ? reply.left : Math.min(reply.left, hint.remaining);
    if (reply.state === "granted") {
      // A header that has run out is gone for good, also when the clock is set back.
      if (own.hint !== null && own.hint.until <= clock.now()) own = { ...own, hint: null };
      return { granted: true, left: left - 1 };
    }
    const retryAfterSeconds = Math.max(1, Math.ceil(reply.waitMs / 1000));
    if (reply.state === "share") return { granted: false, code: "share_spent", quota, left, retryAfterSeconds };
    const code = reply.frozenMs > 0 ? "upstream_limited" : "budget_spent";
    return { granted: false, code, left, retryAfterSeconds };
  }

  function close(forMs: number): void {
    if (!isClosed) report({ type: "budget.closed", forSeconds: Math.ceil(forMs / 1000) });
    isClosed = true;
  }

  function takeAlone(lane: BudgetLane, payer: Payer | undefined): BudgetVerdict {
    const admission = admit(own, lane, clock.now(), part, payer);
    own = admission.state;
    return admission.verdict;
  }

  /** Callers overtake each other: of two replies, the one that knows more of the window counts. */
  function learn({ birth, count, frozenMs }: Reply, sentFreezeUntil: number): void {
    const now = clock.now();
    // A new window knows of no freeze either.
    if (birth !== known.birth && own.frozenUntil > now) isFreezeUnsent = true;
    if (sentFreezeUntil > 0 && sentFreezeUntil === own.frozenUntil) isFreezeUnsent = false;
    if (birth > known.birth || (birth === known.birth && count > known.count)) known = { birth, count };
    if (frozenMs > 0) own = { ...own, frozenUntil: Math.max(own.frozenUntil, now + frozenMs) };
  }

  /** Unless a newer header has come meanwhile. */
  function giveHintBack({ until, quota }: Hint): void {
    const { hint } = own;
    if (hint?.until === until && hint.quota === quota) own = withRemaining(own, hint, hint.remaining + 1);
  }

  /** "unusable": Redis is there, and refuses to run the script or answers something else. The link does not tell of that. */
  async function ask(script: string, args: readonly (number | string)[]): Promise<Reply | "gone" | "unusable"> {
    const answer = await redis.run(script, [key], args);
    if (answer.state === "gone") return "gone";
    return (answer.state === "answered" ? readReply(answer.value) : undefined) ?? "unusable";
  }

  return {
    take,
    async freeze(seconds) {
      const now = clock.now();
      own = frozen(own, seconds, now);
      isFreezeUnsent = true;
      const { frozenUntil } = own;
      const answer = await redis.run(freezeScript, [key], [frozenUntil - now]);
      if (answer.state === "answered" && own.frozenUntil === frozenUntil) isFreezeUnsent = false;
    },
    async hint(hint) {
      own = hinted(own, hint, clock.now());
    },
  };
}

function withRemaining(state: BudgetState, hint: Hint, remaining: number): BudgetState {
  return { ...state, hint: { ...hint, remaining } };
}

function readReply(value: unknown): Reply | undefined {
  if (!Array.isArray(value)) return undefined;
  const parts: readonly unknown[] = value;
  const [named, ...rest] = parts;
  const name = named instanceof Uint8Array ? new TextDecoder().decode(named) : undefined;
  const state = states.find((known) => known === name);
  const [left, waitMs, frozenMs, birth, count] = rest.filter((part) => typeof part === "number");
  if (state === undefined || left === undefined || waitMs === undefined || frozenMs === undefined) return undefined;
  if (birth === undefined || count === undefined) return undefined;
  return { state, left, waitMs, frozenMs, birth, count };
}

const states = ["granted", "refused", "share", "closed"] as const;
