// Redis is there, or it is gone: one answer for the whole process, and nobody waits to find it out twice.
//
// Whoever asks gets an answer within a quarter of a second. The first question that is late, or that ends in a fault of the
// connection or of the whole server (loading, read-only, out of memory, wrong password), makes Redis gone for
// everybody: those who wait are told at once, and later ones do not wait at all. A probe brings it back, and it asks what
// failed: a write, in the slot of the key that failed. So one lost node of a cluster is a lost Redis, and a state that lasts is
// reported once when it begins and once when it ends. Cost: pages on the other nodes are not used meanwhile.
import { connectRedis, faultCode } from "./client.ts";
import type { RedisClient } from "./client.ts";
import type { RedisTarget } from "./url.ts";
import { createWaits } from "./waits.ts";
import type { Clock, Random, Redis, RedisAnswer, Report } from "../ground/runtime.ts";

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

const probeMsMin = 50;
const probeMsMax = 1_000;
/**
 * Lost again so soon after it came back, it is left alone before it is asked anew, twice as long with each such loss in a row: a
 * server that takes the probe may still fail at what is asked of it, and each loss is two lines in the log.
 */
const steadyMs = 10_000;
const restMsMin = 1_000;
const restMsMax = 30_000;

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
  let recoveredAt = -Infinity;
  /** How long it is left alone after the next loss, if that comes soon. */
  let restMs = restMsMin;
  let lastFault = "unreachable";
  let endPause = () => {};

  /** With a part of it by chance, so that a fleet does not come back all at once. Ends at once when the link is closed. */
  function pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.timer(delayMs * (0.5 + random() / 2), resolve);
      endPause = () => {
        cancel();
        resolve();
      };
    });
  }

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
    if (clock.now() - recoveredAt < steadyMs) {
      const delayMs = restMs;
      restMs = Math.min(restMsMax, restMs * 2);
      await pause(delayMs);
    } else restMs = restMsMin;
    for (let delayMs = probeMsMin; state !== "closed"; delayMs = Math.min(probeMsMax, delayMs * 2)) {
      const probed = await within(() => client.evaluate(probeScript, [probeKey], []), asItIs, blame);
      if (probed.state === "answered") return recover();
      if (probed.state === "refused") blame(probed.code);
      if (state === "starting" && clock.now() - lostAt >= waitMs) {
        state = "lost";
        report({ type: "redis.lost", reason: lastFault });
      }
      await pause(delayMs);
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
  function within<Value>(
    work: () => Promise<unknown>,
    read: Read<Value>,
    fault: (code: string) => void,
  ): Promise<RedisAnswer<Value>> {
    return new Promise((resolve) => {
      const wait = waits.begin((isLate) => {
        if (isLate) fault("late");
        resolve(gone);
      });
      const fail = (error: unknown) => {
        if (!waits.end(wait)) return;
        const code = faultCode(error);
        if (keyFaults.has(code)) return resolve({ state: "refused", code });
        fault(code);
        resolve(gone);
      };
      try {
        work().then((reply) => {
          if (waits.end(wait)) resolve(read(reply));
        }, fail);
      } catch (error) {
        fail(error);
      }
    });
  }

  function ask<Value>(key: string, work: () => Promise<unknown>, read: Read<Value>): Promise<RedisAnswer<Value>> {
    return state === "up" ? within(work, read, (code) => lose(code, key)) : Promise.resolve(gone);
  }

  client.onFault((code) => {
    blame(code);
    if (code === "closed" || code === "protocol") lose(code, "start");
  });
  await Promise.race([comeBack("start"), new Promise<void>((resolve) => clock.timer(waitMs, resolve))]);

  return {
    isUp: () => state === "up",
    get: (key) => ask(key, () => client.get(key), asBytes),
    run: (script, keys, args) => ask(keys[0], () => client.evaluate(script, keys, args), asItIs),
    listen: (channel, hear) => client.listen(channel, hear),
    async close() {
      state = "closed";
      endPause();
      waits.giveUpAll();
      await within(
        () => client.quit(),
        asItIs,
        () => {},
      );
      waits.close();
      client.disconnect();
    },
  };
}

type Read<Value> = (reply: unknown) => RedisAnswer<Value>;

const asItIs: Read<unknown> = (value) => ({ state: "answered", value });

/** Whoever answers GET otherwise is no Redis. */
const asBytes: Read<Uint8Array | null> = (reply) =>
  reply === null || reply instanceof Uint8Array
    ? { state: "answered", value: reply }
    : { state: "refused", code: "reply" };

/** What of a key decides its slot in a cluster (what is in the first `{…}` unless that is empty, else all of it). */
function slotTag(key: string): string {
  return /^[^{]*\{([^}]+)\}/.exec(key)?.[1] ?? key;
}
