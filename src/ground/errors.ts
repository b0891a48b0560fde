// Everything that can go wrong, as one union. No HTTP here: `http/problem.ts` holds the one table from a failure to the
// wire and to the OpenAPI document.
//
// A failure is plain data (it crosses the boundary between a Worker and its Durable Object) and carries nothing of the
// upstream's words, of the query's text, or of the configuration's values.

/** One offending query parameter. `message` is a whole sentence with the fix in it and never repeats the value. */
export type QueryIssue = { parameter: string; message: string };

/** One offending key of a body; the body as a whole where there is no key. `message` as of a query. */
export type BodyIssue = { key?: string; message: string };

/**
 * A limit of one client: `requests` a minute, `budget` for upstream calls it causes, `checks` of credentials a minute at one address,
 * `streams` and `exports` open at once. `quota` in any `windowSeconds`.
 */
export type RateLimited = {
  code: "rate_limited";
  policy: "requests" | "budget" | "checks" | "streams" | "exports";
  quota: number;
  windowSeconds: number;
  retryAfterSeconds: number;
};

export type Failure =
  | { code: "invalid_query"; issues: readonly QueryIssue[] }
  | { code: "meeting_required" }
  /** `loginUrl`: where a person logs in, if anywhere here. */
  | { code: "unauthorized"; loginUrl?: string | undefined }
  | { code: "identity_unavailable"; retryAfterSeconds: number }
  | { code: "forbidden" }
  | { code: "not_first_party" }
  | { code: "not_found" }
  | { code: "no_active_session" }
  | { code: "method_not_allowed"; allow: string }
  | { code: "malformed_request" }
  | { code: "request_timeout" }
  | { code: "headers_too_large" }
  | { code: "too_large" }
  | { code: "invalid_body"; issues?: readonly BodyIssue[] }
  | { code: "unsupported_type" }
  | { code: "overloaded"; retryAfterSeconds: number }
  | { code: "change_unrecorded"; retryAfterSeconds: number }
  | { code: "invalid_signature" }
  | { code: "webhook_unavailable"; retryAfterSeconds: number }
  | RateLimited
  | { code: "streams_exhausted"; retryAfterSeconds: number }
  | { code: "exports_exhausted"; retryAfterSeconds: number }
  | { code: "upstream_limited"; retryAfterSeconds: number }
  | { code: "budget_spent"; retryAfterSeconds: number }
  | { code: "circuit_open"; retryAfterSeconds: number }
  | { code: "upstream_unauthorized" }
  | { code: "upstream_failed"; reason: string }
  | { code: "upstream_malformed"; reason: string }
  | { code: "upstream_timeout" }
  | { code: "misconfigured" }
  | { code: "internal" };

export type FailureCode = Failure["code"];

/** The outcome of something the caller must branch on. */
export type Result<Value, Fault = Failure> = { ok: true; value: Value } | { ok: false; failure: Fault };

export const ok = <Value>(value: Value): { ok: true; value: Value } => ({ ok: true, value });
export const fail = <Fault>(failure: Fault): { ok: false; failure: Fault } => ({ ok: false, failure });

/** Thrown where a failure can only be passed up; the boundary turns it into a problem. */
export class AppError extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.code);
    this.name = "AppError";
    this.failure = failure;
  }
}
