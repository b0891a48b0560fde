// One bucket per client in Redis for all processes: a number that says when it will be full again, changed in one step by the
// server's time.
//
// What was answered already is counted even where nothing is left, so that slices told too late are paid for afterwards and the
// rate of the fleet is kept. Such a debt is bounded by one more minute. The key expires when its bucket is full: a Redis that has
// forgotten it lets a client begin anew, which is all a limit of one minute is worth.
import type { Redis } from "../runtime.ts";
import { minuteMs } from "./limiter-buckets.ts";
import { clientKeyOf } from "./limiter-key.ts";
import type { FleetCount, RateLimited, Spent } from "./limiter.ts";

export type RedisCountOptions = {
  /** Begins every key of this deployment. */
  prefix: string;
  policy: RateLimited["policy"];
  perMinute: number;
};

/** Names that are remembered: a digest costs more than all else that is done for a slice. */
const keysMax = 1_000;

/** KEYS bucket; ARGV limit per minute, requests to be granted, requests that were answered already. */
const spendScript = `
local time = redis.call("TIME")
local now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
local ticket = ${minuteMs} / tonumber(ARGV[1])
local asked, served = tonumber(ARGV[2]), tonumber(ARGV[3])
local kept = redis.pcall("GET", KEYS[1])
local full = math.max(now, type(kept) == "string" and tonumber(kept) or now)
-- A clock that was set back, or junk.
if not (full <= now + ${2 * minuteMs}) then full = now + ${minuteMs} end

full = math.min(full + served * ticket, now + ${2 * minuteMs})
local over = full + math.max(1, asked) * ticket - now - ${minuteMs}
local state = "granted"
-- Half a millisecond of what adding up fractions of one may lose.
if over > 0.5 then state = "refused" else full = full + asked * ticket end
redis.call("SET", KEYS[1], string.format("%.3f", full), "PX", math.max(1, math.ceil(full - now)))
return { state, math.ceil(full - now), math.max(0, math.ceil(over)) }`;

/** Never rejects; waits for Redis no longer than the connection does. */
export function createRedisCount(redis: Redis, { prefix, policy, perMinute }: RedisCountOptions): FleetCount {
  const keys = new Map<string, string>();

  async function keyOf(client: string): Promise<string> {
    const known = keys.get(client);
    if (known !== undefined) return known;
    const key = `${prefix}{${await clientKeyOf(policy, client)}}:limit`;
    if (keys.size >= keysMax) keys.clear();
    keys.set(client, key);
    return key;
  }

  return {
    async spend(client, count, served) {
      const key = await keyOf(client);
      const answer = await redis.run(spendScript, [key], [perMinute, count - served, served]);
      return answer.state === "answered" ? readReply(answer.value) : { state: "failed" };
    },
  };
}

function readReply(value: unknown): Spent {
  if (!Array.isArray(value)) return { state: "failed" };
  const parts: readonly unknown[] = value;
  const [state, fullInMs, waitMs] = parts;
  if (!(state instanceof Uint8Array) || typeof fullInMs !== "number" || typeof waitMs !== "number") {
    return { state: "failed" };
  }
  if (new TextDecoder().decode(state) === "granted") return { state: "granted", fullInMs };
  return { state: "refused", retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) };
}
