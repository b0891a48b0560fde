// The store over Redis: body and times in one value, so that one read answers both questions.
//
// Redis gone is no fault of a page: it is reported once, where the connection is kept, and here it is a store that has
// nothing and forgets what it is given. The expiry in Redis is garbage collection; freshness is in the entry.
import type { Clock, Redis } from "../ground/runtime.ts";
import type { EntryCheck } from "./entry-check.ts";
import { skewMsMax } from "./freshness.ts";
import { pageKeyOf, putScript } from "./redis-keys.ts";
import { decodeEntry, encodeEntry } from "./envelope.ts";
import type { Store } from "./store.ts";

const lifeMsMin = 1_000;
/** What the port promises of itself. */
const answerMsMax = 250;

/** `prefix` keeps deployments that share a Redis apart. `put` resolves once Redis has answered, or is gone. */
export function createRedisStore(
  redis: Redis,
  { prefix, clock, check }: { prefix: string; clock: Clock; check: EntryCheck },
): Store {
  return {
    answerMsMax,
    async get(key) {
      const answer = await redis.get(pageKeyOf(prefix, key));
      if (answer.state === "refused") return { state: "rejected", reason: answer.code };
      if (answer.state === "gone" || answer.value === null) return { state: "absent" };
      return decodeEntry(key, answer.value, clock.now(), check);
    },
    async put(key, entry) {
      const lifeMs = Math.max(lifeMsMin, Math.ceil(entry.errorUntil - clock.now()));
      const args = [encodeEntry(key, entry, check), lifeMs, entry.sequence, skewMsMax];
      await redis.run(putScript, [pageKeyOf(prefix, key)], args);
    },
  };
}
