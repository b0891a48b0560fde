// From a failure to the wire: one body for everybody.
//
// The body is a problem (RFC 9457) and a Cloudflare v4 failure at once, so that frontends branch on `code` and the official
// SDKs fill in their error classes. Its words stand in `problem-table.ts`.
import type { Failure, RateLimited } from "../ground/errors.ts";
import type { AnswerHeaders } from "./headers.ts";
import { problemSlug, problemTable, type ProblemRow } from "./problem-table.ts";
import { exhaustedHeaders } from "./rate-limit.ts";

/** SDKs obey Retry-After without a cap of their own, and the one for Go takes nothing above 59. */
export const retryAfterSecondsMax = 59;
const pathLengthMax = 256;

export type ProblemContext = { requestId: string; path: string };

/** Body (serialised), status and headers of the answer to a failure. `path` is cut at 256 characters. */
export function problemOf(
  failure: Failure,
  { requestId, path }: ProblemContext,
): { status: number; body: string; headers: AnswerHeaders } {
  const row: ProblemRow = problemTable[failure.code];
  const detail = detailOf(failure);
  const type = `/problems/${problemSlug(failure.code)}`;
  const errors = offendersIn(failure).map(({ parameter, pointer, message }) => ({
    code: row.number,
    message,
    ...(parameter !== undefined && { parameter }),
    ...(pointer !== undefined && { source: { pointer } }),
    documentation_url: type,
  }));
  const retryAfter = "retryAfterSeconds" in failure ? clampSeconds(failure.retryAfterSeconds) : null;
  const body = JSON.stringify({
    type,
    title: row.title,
    status: row.status,
    detail,
    instance: instanceOf(path),
    code: failure.code,
    request_id: requestId,
    retry_after: retryAfter,
    ...("loginUrl" in failure && failure.loginUrl !== undefined && { login_url: failure.loginUrl }),
    success: false,
    errors,
    messages: [],
    message: detail,
  });
  return { status: row.status, body, headers: headersOf(failure) };
}

type Offender = { parameter?: string; pointer?: string; message: string };

/** What is wrong, one by one; where no part of the request is, one entry says it all. */
function offendersIn(failure: Failure): readonly Offender[] {
  const message = detailOf(failure);
  switch (failure.code) {
    case "invalid_query":
      return failure.issues.map((issue) => inQuery(issue.parameter, issue.message));
    case "invalid_body":
      return (
        failure.issues?.map(({ key, message: what }) => ({ pointer: inBody(key), message: what })) ?? [{ message }]
      );
    case "meeting_required":
      return [inQuery("associated_id", message)];
    default:
      return [{ message }];
  }
}

const inQuery = (parameter: string, message: string): Offender => ({
  parameter,
  pointer: `/query/${pointerToken(parameter)}`,
  message,
});

const inBody = (key: string | undefined) => (key === undefined ? "/body" : `/body/${pointerToken(key)}`);

/** A name as a part of a JSON pointer (RFC 6901 section 3). */
const pointerToken = (name: string) => name.replaceAll("~", "~0").replaceAll("/", "~1");

/** What happened, with what of it differs from case to case: the first offender of a query or a body, the limit that was reached. */
function detailOf(failure: Failure): string {
  switch (failure.code) {
    case "invalid_query":
    case "invalid_body": {
      if (!failure.issues) return problemTable[failure.code].detail;
      const [first, ...others] = failure.issues;
      return others.length === 0
        ? `${first?.message ?? ""}.`
        : `${first?.message ?? ""}; ${others.length} more in errors.`;
    }
    case "rate_limited": {
      const { policy, quota, windowSeconds } = failure;
      return `${limitTexts[policy](quota, windowSeconds)}; Retry-After says when it may ask again.`;
    }
    default:
      return problemTable[failure.code].detail;
  }
}

const limitTexts: Readonly<Record<RateLimited["policy"], (quota: number, windowSeconds: number) => string>> = {
  requests: (quota, seconds) => `This client made ${quota} requests within ${seconds} s, its limit`,
  budget: (quota, seconds) => `This client caused ${quota} upstream calls within ${seconds} s, its share of the budget`,
  checks: (quota, seconds) => `${quota} wrong credentials came from this address within ${seconds} s, its limit`,
  streams: (quota) => `This client has ${quota} streams open, its limit`,
  exports: (quota) => `This client has ${quota} exports under way, its limit`,
};

/**
 * The path as a relative reference (RFC 3986) within this service: whatever may not stand in one shows as `_`, and no path
 * becomes the address of another host.
 */
function instanceOf(path: string): string {
  if (!path.startsWith("/")) return "/";
  return path
    .slice(0, pathLengthMax)
    .replace(/^\/+/, "/")
    .replaceAll(/%(?![0-9A-Fa-f]{2})|[^\w.~!$&'()*+,;=:@%/-]/g, "_");
}

function headersOf(failure: Failure): AnswerHeaders {
  const headers: AnswerHeaders = { "content-type": "application/problem+json", "cache-control": "no-store" };
  switch (failure.code) {
    case "rate_limited":
      headers["retry-after"] = String(clampSeconds(failure.retryAfterSeconds));
      Object.assign(headers, exhaustedHeaders(failure, clampSeconds(failure.retryAfterSeconds)));
      break;
    case "upstream_limited":
    case "budget_spent":
    case "circuit_open":
    case "identity_unavailable":
    case "overloaded":
    case "change_unrecorded":
    case "webhook_unavailable":
    case "streams_exhausted":
    case "exports_exhausted":
      headers["retry-after"] = String(clampSeconds(failure.retryAfterSeconds));
      break;
    case "upstream_unauthorized":
    case "upstream_failed":
    case "upstream_malformed":
      headers["x-should-retry"] = "false";
      break;
    case "method_not_allowed":
      headers.allow = failure.allow;
      break;
    case "unauthorized":
      // RFC 9110 section 15.5.2 wants a scheme; a person who can log in has no token to send.
      headers["www-authenticate"] = failure.loginUrl === undefined ? "Bearer" : "Cookie";
      break;
    case "invalid_signature":
      headers["www-authenticate"] = "Signature";
      break;
    default:
      break;
  }
  return headers;
}

function clampSeconds(seconds: number): number {
  return Number.isFinite(seconds)
    ? Math.min(retryAfterSecondsMax, Math.max(1, Math.ceil(seconds)))
    : retryAfterSecondsMax;
}
