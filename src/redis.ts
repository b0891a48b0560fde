// Redis is there, or it is gone: one answer for the whole process, and nobody waits to find it out twice.
//
// Whoever asks gets an answer within a quarter of a second. The first question that is late, or that ends in a fault of the
// connection or of the whole server (loading, read-only, out of memory, wrong password), makes Redis gone for
// everybody: those who wait are told at once, and later ones do not wait at all. A probe brings it back, and it asks what
// failed: a write, in the slot of the key that failed. So one lost node of a cluster is a lost Redis, and a state that lasts is
// reported once when it begins and once when it ends. Cost: pages on the other nodes are not used meanwhile.
import { connectRedis, faultCode } from "./redis-client.ts";
import type { RedisClient } from "./redis-client.ts";
import type { RedisTarget } from "./redis-url.ts";
import type { Clock, Random, Redis, RedisAnswer, Report } from "./runtime.ts";

export type RedisLink = Redis & {
  isUp(): boolean;
  /** Says goodbye to the server; afterwards everything is "gone", unreported. */
  close(): Promise<void>;
};

export type RedisLinkParts = {
  /** Begins every key and channel of this deployment, the probe's included. */
  prefix: string;
  clock: Clock;
  random: Random;
  report: Report;
};

const answerMsMax = 250;
/** After a busy stretch of this process, timers fire before the socket is read: so long it is given to be read. */
const graceMs = 10;
const probeMsMin = 50;
const probeMsMax = 1_000;
/** Lost again so soon after it came back, it is asked slowly: a server at its limit is left alone, and so is the log. */
const steadyMs = 10_000;

const probeScript = `return redis.call("SET", KEYS[1], "1", "PX", 1000)`;

/** Errors that are about one key or one script; all others are about the server. */
const keyFaults: ReadonlySet<string> = new Set(["wrongtype", "err", "crossslot"]);

const gone = { state: "gone" } as const;

/** Connects, and waits at most `waitMs` (1,000 by default) for the first sign of life. Never rejects. */
export async function openRedis(
  target: RedisTarget,
  parts: RedisLinkParts,
  { waitMs = 1_000 }: { waitMs?: number } = {},
): Promise<RedisLink> {
  return openLink(connectRedis(target, parts), parts, waitMs);
}

export async function openLink(client: RedisClient, parts: RedisLinkParts, waitMs: number): Promise<RedisLink> {
  const { prefix, clock, random, report } = parts;
  const waits = createWaits(clock);
  let state: "starting" | "up" | "lost" | "closed" = "starting";
  let lostAt = clock.now();
  let recoveredAt = 0;
  let lastFault = "unreachable";

  const pause = (delayMs: number) => new Promise<void>((resolve) => clock.timer(delayMs, resolve));

  /** That a connection is closed says less than what was wrong before. */
  function blame(code: string): void {
    if (code !== "closed") lastFault = code;
  }

  function lose(reason: string, key: string): void {
    if (state !== "up") return;
    state = "lost";
    lostAt = clock.now();
    report({ type: "redis.lost", reason });
    waits.giveUpAll();
    void comeBack(key);
  }

  /** Asks until a write goes through. Ends only so, or when the link is closed. */
  async function comeBack(key: string): Promise<void> {
    const probeKey = `${prefix}{${slotTag(key)}}:probe`;
    const isFlapping = clock.now() - recoveredAt < steadyMs;
    for (
      let delayMs = isFlapping ? probeMsMax : probeMsMin;
      state !== "closed";
      delayMs = Math.min(probeMsMax, delayMs * 2)
    ) {
      const probed = await within(client.evaluate(probeScript, [probeKey], []), blame);
      if (probed.state === "answered") return recover();
      if (probed.state === "refused") blame(probed.code);
      if (state === "starting" && clock.now() - lostAt >= waitMs) {
        state = "lost";
        report({ type: "redis.lost", reason: lastFault });
      }
      await pause(delayMs * (0.5 + random() / 2));
    }
  }

  function recover(): void {
    if (state === "closed") return;
    if (state === "lost") {
      recoveredAt = clock.now();
      report({ type: "redis.recovered", afterMs: recoveredAt - lostAt });
    }
    state = "up";
  }

  /** Settles with the answer, or with "gone" when it is late or somebody else has found out. */
  function within<Value>(work: Promise<Value>, fault: (code: string) => void): Promise<RedisAnswer<Value>> {
    return new Promise((resolve) => {
      const wait = waits.begin((isLate) => {
        if (isLate) fault("late");
        resolve(gone);
      });
      work.then(
        (value) => {
          if (waits.end(wait)) resolve({ state: "answered", value });
        },
        (error: unknown) => {
          if (!waits.end(wait)) return;
          const code = faultCode(error);
          if (keyFaults.has(code)) return resolve({ state: "refused", code });
          fault(code);
          resolve(gone);
        },
      );
    });
  }

  function ask<Value>(key: string, work: () => Promise<Value>): Promise<RedisAnswer<Value>> {
    return state === "up" ? within(work(), (code) => lose(code, key)) : Promise.resolve(gone);
  }

  client.onFault((code) => {
    blame(code);
    if (code === "closed") lose(code, "start");
  });
  await Promise.race([comeBack("start"), pause(waitMs)]);

  return {
    isUp: () => state === "up",
    get: (key) => ask(key, () => client.get(key)),
    run: (script, keys, args) => ask(keys[0], () => client.evaluate(script, keys, args)),
    listen: (channel, hear) => client.listen(channel, hear),
    async close() {
      state = "closed";
      waits.giveUpAll();
      await within(client.quit(), () => {});
      waits.close();
      client.disconnect();
    },
  };
}

/** Somebody who waits; `giveUp` is called once at the most, and not after `end`. */
type Wait = {
  readonly since: number;
  readonly giveUp: (isLate: boolean) => void;
  isOver: boolean;
  isOverdue: boolean;
  older: Wait | undefined;
  newer: Wait | undefined;
};

/**
 * Who waits for an answer, in the order of coming, and one timer for all of them, because all wait equally long. The list is linked by
 * hand: a `Set` leaves a chain of tables behind as it grows and shrinks, which keeps every answer until a full collection.
 */
function createWaits(clock: Clock) {
  let oldest: Wait | undefined;
  let newest: Wait | undefined;
  let cancel: (() => void) | undefined;

  /** When the oldest will have waited long enough; at once where a clock was set back. */
  function setTimer(): void {
    if (!oldest || cancel) return;
    const waitedMs = clock.now() - oldest.since;
    cancel = clock.timer(waitedMs < 0 ? 0 : Math.max(0, answerMsMax - graceMs - waitedMs), markOverdue);
  }

  function markOverdue(): void {
    const now = clock.now();
    for (let wait = oldest; wait; wait = wait.newer) {
      const waitedMs = now - wait.since;
      if (waitedMs >= 0 && waitedMs < answerMsMax - graceMs) break;
      wait.isOverdue = true;
    }
    cancel = undefined;
    if (oldest?.isOverdue) cancel = clock.timer(graceMs, giveUpOverdue);
    else setTimer();
  }

  function giveUpOverdue(): void {
    cancel = undefined;
    for (let wait = oldest; wait?.isOverdue; wait = oldest) {
      end(wait);
      wait.giveUp(true);
    }
    setTimer();
  }

  /** Whether the wait was still going on. */
  function end(wait: Wait): boolean {
    if (wait.isOver) return false;
    wait.isOver = true;
    if (wait.older) wait.older.newer = wait.newer;
    else oldest = wait.newer;
    if (wait.newer) wait.newer.older = wait.older;
    else newest = wait.older;
    // What is gone must not hold on to what came later.
    wait.older = undefined;
    wait.newer = undefined;
    return true;
  }

  return {
    begin(giveUp: Wait["giveUp"]): Wait {
      const wait: Wait = {
        since: clock.now(),
        giveUp,
        isOver: false,
        isOverdue: false,
        older: newest,
        newer: undefined,
      };
      if (newest) newest.newer = wait;
      else oldest = wait;
      newest = wait;
      setTimer();
      return wait;
    },
    end,
    giveUpAll(): void {
      for (let wait = oldest; wait; wait = oldest) {
        end(wait);
        wait.giveUp(false);
      }
    },
    close(): void {
      cancel?.();
      cancel = undefined;
    },
  };
}

/** What of a key decides its slot in a cluster (what is in the first `{…}` unless that is empty, else all of it). */
function slotTag(key: string): string {
  return /^[^{]*\{([^}]+)\}/.exec(key)?.[1] ?? key;
}
