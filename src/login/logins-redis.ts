// The record of logins in Redis, for all processes of a deployment. A Redis that has lost its data has ended every login: people log in again.
//
// A login is a key that expires with it; its owners are sorted sets of logins by their ends. All of them lie in one slot of a cluster, so that
// one step can end what an owner has.
import type { Redis, RedisAnswer, Report } from "../ground/runtime.ts";
import type { Logins } from "./logins.ts";

/** KEYS login, owners; ARGV id, now, end (both epoch ms). */
const recordScript = `
local life = tonumber(ARGV[3]) - tonumber(ARGV[2])
redis.call("SET", KEYS[1], "1", "PX", life)
for place = 2, #KEYS do
  local owner = KEYS[place]
  if redis.call("TYPE", owner).ok ~= "zset" then redis.call("DEL", owner) end
  redis.call("ZREMRANGEBYSCORE", owner, "-inf", ARGV[2])
  redis.call("ZADD", owner, ARGV[3], ARGV[1])
  redis.call("PEXPIRE", owner, life)
end
return 1`;

/** KEYS login. */
const endScript = `return redis.call("DEL", KEYS[1])`;

/** KEYS owner; ARGV what the keys of logins begin with. */
const endAllScript = `
if redis.call("TYPE", KEYS[1]).ok ~= "zset" then return 0 end
local ids = redis.call("ZRANGE", KEYS[1], 0, -1)
for _, id in ipairs(ids) do redis.call("DEL", ARGV[1] .. id) end
redis.call("DEL", KEYS[1])
return #ids`;

/** `prefix` keeps deployments that share a Redis apart. */
export function createRedisLogins(
  redis: Redis,
  { prefix, clock, report }: { prefix: string; clock: { now(): number }; report: Report },
): Logins {
  const begin = `${prefix}{logins}:`;
  const keyOf = (id: string) => begin + id;
  const ownerKeyOf = (owner: string) => `${prefix}{logins}:of:${owner}`;

  const wasDone = (answer: RedisAnswer<unknown>): boolean => {
    if (answer.state !== "answered") {
      report({ type: "login.storeFailed", reason: answer.state === "gone" ? "gone" : answer.code });
    }
    return answer.state === "answered";
  };

  return {
    async isLive(id) {
      const answer = await redis.get(keyOf(id));
      return wasDone(answer) && answer.state === "answered" ? answer.value !== null : undefined;
    },
    async record({ id, owners, until }) {
      const now = clock.now();
      if (until <= now) return true;
      return wasDone(await redis.run(recordScript, [keyOf(id), ...owners.map(ownerKeyOf)], [id, now, until]));
    },
    end: async (id) => wasDone(await redis.run(endScript, [keyOf(id)], [])),
    endAllOf: async (owner) => wasDone(await redis.run(endAllScript, [ownerKeyOf(owner)], [begin])),
  };
}
