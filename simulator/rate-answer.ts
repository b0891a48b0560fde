// What the limit says of itself: the headers of every answer, and the refusal of a blocked account.
import { type Answer, v4Error } from "./answer.ts";
import type { RateBudget, Verdict } from "./rate-limit.ts";

/** The rate headers: constants unless `form` asks for the truth, or for none. */
export function rateHeaders(
  verdict: Verdict,
  { requests, windowSeconds }: RateBudget,
  form: "truthful" | "absent" | undefined,
): Answer["headers"] {
  if (form === "absent") return [];
  const left = form === "truthful" && verdict.admitted ? verdict.left : requests - 1;
  const reset = form === "truthful" && verdict.admitted ? verdict.resetSeconds : 1;
  return [
    ["ratelimit", `"default";r=${left};t=${reset}`],
    ["ratelimit-policy", `"default";q=${requests};w=${windowSeconds}`],
  ];
}

/** 429 as the edge words it. */
export function blockedAnswer(retryAfterSeconds: number): Answer {
  const message = "Please wait and consider throttling your request speed";
  return v4Error(429, 971, message, [["retry-after", String(retryAfterSeconds)]]);
}
