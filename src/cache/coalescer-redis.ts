// One load per key for all processes: the single flight of this process, and a lease in Redis that its leader must win.
//
// The lease is short and renewed while the work lasts, so that a leader that dies costs its followers one lease and no more.
// Followers are woken by a message and look at intervals besides, because a message may be lost. Each look and each claim
// are one step in Redis. The races it closes:
// - A releases, B has looked before and claims after: B finds A's page or A's outcome in the same step, before any lease.
// - A's message is sent while B is about to wait: B listens before it claims.
// - A is paused, loses its lease, B leads, A goes on: A's release names a token that is no longer there, and its page has the
//   smaller sequence.
// Redis gone, or refusing: this process leads for itself, as one of `MAX_REPLICAS`; the budget bounds what that costs.
import type { Clock, Redis } from "../ground/runtime.ts";
import { createCoalescer } from "./coalescer.ts";
import type { Coalescer, Role } from "./coalescer.ts";
import { claimScript, leaseKeyOf, markOf, pageKeyOf, releaseScript, renewScript } from "./redis-keys.ts";
import type { Sharing } from "./sharing.ts";

export type RedisCoalescerOptions<Value> = {
  prefix: string;
  clock: Clock;
  sharing: Sharing<Value>;
  /** A dead leader is replaced after so long; 3,000 by default, renewed three times in it. */
  leaseMs?: number;
  /** A leader whose work lasts longer loses its lease: give it the deadline of a load and some; 30,000 by default. */
  holdMsMax?: number;
  /** How often a follower looks without having been woken; 100 by default. */
  pollMs?: number;
};

type Outcome<Value> = { value: Value; role: Role };
type Claim =
  | { state: "page"; page: Uint8Array }
  | { state: "told"; text: string }
  | { state: "held" | "lead" | "none" };

/** Builds the coalescer, which listens on one channel for good. Rejections of work are not shared with other processes. */
export function createRedisCoalescer<Value>(redis: Redis, options: RedisCoalescerOptions<Value>): Coalescer<Value> {
  const { prefix, clock, sharing, leaseMs = 3_000, holdMsMax = 30_000, pollMs = 100 } = options;
  const local = createCoalescer<Outcome<Value>>();
  const channel = `${prefix}done`;
  /** One waiter per key at most: all others of this process are its local followers. */
  const wakers = new Map<string, (text: string | undefined) => void>();

  redis.listen(channel, (message) => {
    const space = message.indexOf(" ");
    const key = space === -1 ? message : message.slice(0, space);
    wakers.get(key)?.(space === -1 ? undefined : message.slice(space + 1));
  });

  async function fly(
    key: string,
    work: () => Promise<Value>,
    isAnswer: (value: Value) => boolean,
  ): Promise<Outcome<Value>> {
    const token = crypto.randomUUID();
    const bell = hang(key);
    let seen: Uint8Array | string = "";
    let hasWaited = false;
    const giveUpAt = clock.now() + holdMsMax + leaseMs;
    try {
      for (;;) {
        // No leader holds so long: what lies there is not a lease of ours.
        const claim: Claim = clock.now() < giveUpAt ? await claimLease(key, token, seen) : { state: "none" };
        switch (claim.state) {
          case "none":
            return { value: await work(), role: "leader" };
          case "lead":
            return { value: await lead(key, token, work), role: "leader" };
          case "page": {
            const mark = markOf(claim.page);
            // Redis gives no page twice.
            if (typeof seen !== "string" && isSame(mark, seen)) return { value: await work(), role: "leader" };
            seen = mark;
            const value = await sharing.fromPage(key, claim.page);
            if (value !== undefined && isAnswer(value)) return { value, role: hasWaited ? "follower" : "leader" };
            break;
          }
          case "told": {
            const value = sharing.fromText(claim.text);
            if (value !== undefined) return { value, role: "follower" };
            await bell.rung(pollMs);
            break;
          }
          case "held": {
            hasWaited = true;
            const text = await bell.rung(pollMs);
            const value = text === undefined ? undefined : sharing.fromText(text);
            if (value !== undefined) return { value, role: "follower" };
          }
        }
      }
    } finally {
      bell.takeDown();
    }
  }

  async function claimLease(key: string, token: string, seen: Uint8Array | string): Promise<Claim> {
    const keys = [leaseKeyOf(prefix, key), pageKeyOf(prefix, key)] as const;
    const answer = await redis.run(claimScript, keys, [token, leaseMs, seen]);
    return answer.state === "answered" ? readClaim(answer.value) : { state: "none" };
  }

  /** Works while the lease is renewed, and lets it go before anybody here goes on: who comes back finds the key free. */
  async function lead(key: string, token: string, work: () => Promise<Value>): Promise<Value> {
    const stop = renewWhileHeld(leaseKeyOf(prefix, key), token);
    let shared: { text: string; keepMs: number } | undefined;
    try {
      const value = await work();
      shared = sharing.toText(value);
      return value;
    } finally {
      stop();
      const { text = "", keepMs = 0 } = shared ?? {};
      const message = shared ? `${key} ${text}` : key;
      void redis.run(releaseScript, [leaseKeyOf(prefix, key)], [token, text, keepMs, channel, message]);
    }
  }

  function renewWhileHeld(leaseKey: string, token: string): () => void {
    const until = clock.now() + holdMsMax;
    let cancel = () => {};
    let isStopped = false;
    const renewLater = () => {
      cancel = clock.timer(leaseMs / 3, () => void renew());
    };
    const renew = async () => {
      if (clock.now() >= until) return;
      const answer = await redis.run(renewScript, [leaseKey], [token, leaseMs]);
      const isLost = answer.state === "answered" && answer.value === 0;
      if (!isStopped && !isLost) renewLater();
    };
    renewLater();
    return () => {
      isStopped = true;
      cancel();
    };
  }

  /** A bell that keeps its last ring until somebody waits for it. */
  function hang(key: string) {
    let missed: { text: string | undefined } | undefined;
    let wake: ((text: string | undefined) => void) | undefined;
    wakers.set(key, (text) => {
      if (wake) wake(text);
      else missed = { text };
    });
    return {
      /** Waits for the next ring, at most `delayMs`; the text that came with it, if any. */
      rung: (delayMs: number) =>
        new Promise<string | undefined>((resolve) => {
          const cancel = clock.timer(missed ? 0 : delayMs, () => wake?.(missed?.text));
          wake = (text) => {
            cancel();
            wake = missed = undefined;
            resolve(text);
          };
        }),
      takeDown: () => void wakers.delete(key),
    };
  }

  return {
    async run(key, work, isAnswer = always) {
      const { value: outcome, role } = await local.run(key, () => fly(key, work, isAnswer));
      return role === "leader" ? outcome : { value: outcome.value, role };
    },
  };
}

const always = () => true;

function readClaim(reply: unknown): Claim {
  if (!Array.isArray(reply)) return { state: "none" };
  const parts: readonly unknown[] = reply;
  const [state, load] = parts;
  const payload = load instanceof Uint8Array ? load : undefined;
  switch (state instanceof Uint8Array ? decoder.decode(state) : "") {
    case "page":
      return payload === undefined ? { state: "none" } : { state: "page", page: payload };
    case "told":
      return payload === undefined ? { state: "none" } : { state: "told", text: decoder.decode(payload) };
    case "held":
      return { state: "held" };
    case "lead":
      return { state: "lead" };
    default:
      return { state: "none" };
  }
}

const isSame = (one: Uint8Array, other: Uint8Array) =>
  one.length === other.length && one.every((byte, place) => byte === other[place]);

const decoder = new TextDecoder();
