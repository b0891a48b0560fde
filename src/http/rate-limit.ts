// What is left of a client's limit, as draft-ietf-httpapi-ratelimit-headers-10 writes it.
import type { RateLimited } from "../ground/errors.ts";
import type { Allowance, ClientLimiter } from "../limits/limiter.ts";

type RateLimitHeaders = { ratelimit: string; "ratelimit-policy": string };

/** What is left to a client. */
export const allowanceHeaders = (
  { policy }: Pick<ClientLimiter, "policy">,
  { remaining, resetSeconds }: Allowance,
): Pick<RateLimitHeaders, "ratelimit"> => ({ ratelimit: `"${policy}";r=${remaining};t=${resetSeconds}` });

/** The limit itself, the same for everybody. */
export const policyHeaders = ({
  policy,
  perMinute,
}: Pick<ClientLimiter, "policy" | "perMinute">): Pick<RateLimitHeaders, "ratelimit-policy"> => ({
  "ratelimit-policy": `"${policy}";q=${perMinute};w=60`,
});

/** `seconds`: the time to wait, as Retry-After says it. */
export const exhaustedHeaders = ({ policy, quota, windowSeconds }: RateLimited, seconds: number): RateLimitHeaders => ({
  ratelimit: `"${policy}";r=0;t=${seconds}`,
  "ratelimit-policy": `"${policy}";q=${quota};w=${windowSeconds}`,
});
