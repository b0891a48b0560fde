// From what the upstream did to what it means: the failure a client may see, whether one repetition could cure it, and
// what it says about the upstream's health. Nothing of the upstream's words gets in; reasons are codes of our own.
//
// A body that says `success: false` under a 200 is a failure too. It is read narrowly: v4 codes count only in `errors` (the
// token check puts 10000 into `messages` on success), only those that mean "token refused" or "slow down" get their own
// meaning, because both must stop us from calling on, and all else is a plain failure.
import { field } from "../ground/plain-data.ts";
import type { Failure } from "../ground/errors.ts";
import type { Health } from "./breaker.ts";
import type { RateLimitHint } from "./budget.ts";
import type { CutoffCause } from "./cutoff.ts";
import { retryAfterSeconds } from "./rate-limit.ts";

export type UpstreamFault = {
  failure: Failure;
  /** Whether one repetition may cure it: connection errors, 502, 503, 504. */
  retriable: boolean;
  health: Health;
  /** As the headers said, whatever else failed. */
  rateLimit: RateLimitHint | undefined;
};

type Meaning = Omit<UpstreamFault, "rateLimit">;

/** Authentication error; invalid access token; two kinds of malformed header; too many failures. */
const refusedCodes: ReadonlySet<number> = new Set([401, 403, 6003, 6111, 9109, 10000, 10502]);
/** Three codes seen with "please wait and consider throttling", and shape one's own. */
const limitedCodes: ReadonlySet<number> = new Set([429, 971, 10100, 10429]);

const failed = (reason: string, retriable: boolean, health: Health): Meaning => ({
  failure: { code: "upstream_failed", reason },
  retriable,
  health,
});

/** The meaning of any status but 200. `status` 0 is what an opaque redirect looks like. */
export function faultOfStatus(status: number, headers: Headers, now: number): Meaning {
  if (status < 200 || (status >= 300 && status < 400)) return failed("redirected", false, "well");
  if (status < 300) return malformed("status");
  switch (status) {
    case 401:
    case 403:
      return { failure: { code: "upstream_unauthorized" }, retriable: false, health: "unwell" };
    case 404:
      return { failure: { code: "not_found" }, retriable: false, health: "well" };
    case 408:
      return failed("status_408", false, "unwell");
    case 429:
      return limited(headers, now);
    case 502:
    case 503:
    case 504:
      return failed(`status_${status}`, true, "unwell");
    default:
      return failed(`status_${status}`, false, status >= 500 ? "unwell" : "well");
  }
}

/** The meaning of a parsed 200 that calls itself a failure; undefined for everything else, which the domain judges. */
export function faultOfBody(body: unknown, headers: Headers, now: number): Meaning | undefined {
  if (field(body, "success") !== false) return undefined;
  const errors = field(body, "errors");
  const listed: unknown[] = Array.isArray(errors) ? errors.slice(0, 10) : [];
  const codes = [...listed, field(body, "error")].map((error) => field(error, "code"));
  if (codes.some((code) => typeof code === "number" && limitedCodes.has(code))) return limited(headers, now);
  if (codes.some((code) => typeof code === "number" && refusedCodes.has(code))) {
    return { failure: { code: "upstream_unauthorized" }, retriable: false, health: "unwell" };
  }
  return failed("success_false", false, "well");
}

/** The meaning of a call that we ended ourselves. */
export function faultOfCutoff(cause: CutoffCause): Meaning {
  if (cause === "caller") return failed("aborted", false, "unknown");
  return { failure: { code: "upstream_timeout" }, retriable: false, health: "unwell" };
}

/** No connection, or one that broke before or in the answer. */
export const connectionFault = (reason: "network" | "cut"): Meaning => failed(reason, true, "unwell");

export const malformed = (reason: string): Meaning => ({
  failure: { code: "upstream_malformed", reason },
  retriable: false,
  health: "well",
});

/** Our own configuration asks for something no template covers; nothing was sent. */
export const addressFault: Meaning = { failure: { code: "misconfigured" }, retriable: false, health: "unknown" };

function limited(headers: Headers, now: number): Meaning {
  const seconds = retryAfterSeconds(headers.get("retry-after"), now);
  return { failure: { code: "upstream_limited", retryAfterSeconds: seconds }, retriable: false, health: "well" };
}
