// The rate limiting binding of Workers as a ceiling: one count for all isolates of a location.
//
// Its limit is written in `wrangler*.toml` and can't be read here, and it counts loosely and never says how much is left. So it
// stands above the limit of the setting, and is not the limit itself.
import { attempt, settleWithin } from "../ground/deadline.ts";
import type { Clock } from "../ground/runtime.ts";
import type { Ceiling } from "./limiter.ts";

/** What is used of the platform's type. */
export type RateLimitBinding = { limit(options: { key: string }): Promise<{ success: boolean }> };

/** Its counter is at hand on the machine: an answer that takes longer than this is none. */
const answerMsMax = 100;

/** Never rejects. A binding that throws or is late has failed. `digest` keeps addresses and subjects out of the platform's counters. */
export function createBindingCeiling(
  binding: RateLimitBinding,
  { clock, digest }: { clock: Clock; digest: (text: string) => string },
): Ceiling {
  return {
    async ask(client) {
      const work = attempt(() => binding.limit({ key: digest(client) }));
      const settled = await settleWithin(work, answerMsMax, clock);
      if (settled.state !== "value") return "failed";
      return settled.value.success ? "granted" : "refused";
    },
  };
}
