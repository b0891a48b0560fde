// The rate limiting binding of Workers as a count: one for all isolates of a location.
//
// Its limit is written in `wrangler*.toml` and can't be read here, and it counts loosely and never says how much is left. So it
// is a ceiling above the limit of the setting, and not the limit itself.
import { attempt, settleWithin } from "../cache/deadline.ts";
import type { Clock } from "../runtime.ts";
import { clientKeyOf } from "./limiter-key.ts";
import type { FleetCount, RateLimited } from "./limiter.ts";

/** What is used of the platform's type. */
export type RateLimitBinding = { limit(options: { key: string }): Promise<{ success: boolean }> };

/** Its counter is at hand on the machine: an answer that takes longer than this is none. */
const answerMsMax = 100;
/** Its period. It does not say when a client may come again. */
const retryAfterSeconds = 60;

/** Never rejects. A binding that throws or is late has failed. */
export function createBindingCount(
  binding: RateLimitBinding,
  { clock, policy }: { clock: Clock; policy: RateLimited["policy"] },
): FleetCount {
  return {
    isCeiling: true,
    async spend(client) {
      const work = attempt(async () => binding.limit({ key: await clientKeyOf(policy, client) }));
      const settled = await settleWithin(work, answerMsMax, clock);
      if (settled.state !== "value") return { state: "failed" };
      return settled.value.success ? { state: "granted" } : { state: "refused", retryAfterSeconds };
    },
  };
}
