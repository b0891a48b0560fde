// Every failure in words and numbers: one table, which the wire, `/problems/{code}` and the OpenAPI document share. Every word in it is
// ours.
import type { FailureCode } from "../ground/errors.ts";

export type ProblemRow = {
  status: number;
  title: string;
  /** What happened, for whoever reads the answer. */
  detail: string;
  /** What to do about it, for the page under `/problems/{code}`. */
  advice: string;
  /** The number in `errors[].code`; the v4 envelope wants one. */
  number: number;
};

export const problemTable = {
  invalid_query: {
    status: 400,
    title: "Invalid query",
    detail: "One or more query parameters are unknown, repeated or malformed; errors lists each of them.",
    advice: "Correct every parameter named in errors and ask again. Nothing was sent upstream.",
    number: 4001,
  },
  meeting_required: {
    status: 400,
    title: "Meeting required",
    detail: "The caller may see several meetings; associated_id must name one of them.",
    advice: "Add associated_id with the id of one meeting, and ask once for each.",
    number: 4002,
  },
  unauthorized: {
    status: 401,
    title: "Unauthorized",
    detail: "The request carries no valid identity.",
    advice:
      "Sign in again. Where login_url is given, send the person there; elsewhere send the token of this deployment's identity provider as a bearer token.",
    number: 4011,
  },
  forbidden: {
    status: 403,
    title: "Forbidden",
    detail: "No policy of this deployment allows this request.",
    advice: "Ask the operator of this deployment for access.",
    number: 4031,
  },
  not_first_party: {
    status: 403,
    title: "Not asked by a page of this service",
    detail:
      "Whoever is logged in is let in only where a page of this service asks, or one of an allowed origin of the same site.",
    advice:
      "Ask from a page at this deployment's own address, or at an origin of the same site that the operator allows. Where the browser sends no Sec-Fetch-Site, send the header X-BFF: 1.",
    number: 4032,
  },
  not_found: {
    status: 404,
    title: "Not found",
    detail: "There is nothing at this address.",
    advice: "Check the path and the app: only apps that the operator configured can be asked for, by alias or id.",
    number: 4041,
  },
  no_active_session: {
    status: 404,
    title: "Nobody is in",
    detail: "Nobody is in this meeting now.",
    advice: "An ordinary answer: ask again when somebody may have joined. It is as fresh as a page.",
    number: 4042,
  },
  method_not_allowed: {
    status: 405,
    title: "Method not allowed",
    detail: "This address answers only the methods listed in Allow.",
    advice: "Use a method that Allow lists.",
    number: 4051,
  },
  malformed_request: {
    status: 400,
    title: "Malformed request",
    detail: "This is not a request that HTTP/1.1 allows.",
    advice: "Send one Host header, a target without a fragment, and sound framing. Only Node services answer so.",
    number: 4003,
  },
  request_timeout: {
    status: 408,
    title: "Request too slow",
    detail: "The request did not come in within its time.",
    advice: "Send all headers within 10 seconds, and a body within 10 more.",
    number: 4081,
  },
  headers_too_large: {
    status: 431,
    title: "Headers too large",
    detail: "Target and headers together are larger than 16 KiB.",
    advice: "Send fewer or shorter headers and cookies. Only Node services answer so.",
    number: 4311,
  },
  too_large: {
    status: 413,
    title: "Body too large",
    detail: "The body is larger than this address takes.",
    advice: "Send a smaller body; the description of the operation names the limit.",
    number: 4131,
  },
  invalid_body: {
    status: 400,
    title: "Invalid body",
    detail: "The body is not the JSON that this address takes.",
    advice: "Send one JSON object in UTF-8, of the shape that the description of the operation names.",
    number: 4004,
  },
  unsupported_type: {
    status: 415,
    title: "Unsupported media type",
    detail: "This address takes a body of the type application/json, in UTF-8.",
    advice: "Send the body as JSON, with Content-Type: application/json.",
    number: 4151,
  },
  change_unrecorded: {
    status: 503,
    title: "Change not recorded",
    detail: "The log of changes can't be written to at the moment, so that nothing was changed.",
    advice: "Send the request again after the seconds in Retry-After. Operators: the log names why.",
    number: 5038,
  },
  overloaded: {
    status: 503,
    title: "Overloaded",
    detail: "Too many large bodies are being sent to this service at the moment.",
    advice: "Wait for the seconds in Retry-After.",
    number: 5036,
  },
  invalid_signature: {
    status: 401,
    title: "Invalid signature",
    detail: "The event carries no signature of RealtimeKit over its bytes.",
    advice: "Only RealtimeKit can sign an event. Operators: pass its body on byte for byte, and its headers with it.",
    number: 4012,
  },
  webhook_unavailable: {
    status: 503,
    title: "Event can't be taken",
    detail: "The event can't be verified or recorded at the moment.",
    advice:
      "Send it again after the seconds in Retry-After. Operators: the log says whether the key or the log is missing.",
    number: 5037,
  },
  rate_limited: {
    status: 429,
    title: "Too many requests",
    detail: "This client asked too often; Retry-After says when it may ask again.",
    advice: "Wait for the seconds in Retry-After, and poll less often: a page is fresh for some seconds anyway.",
    number: 4291,
  },
  streams_exhausted: {
    status: 503,
    title: "Too many streams",
    detail: "This process has as many streams open as it takes.",
    advice: "Wait for the seconds in Retry-After, or poll with If-None-Match meanwhile. Operators: add a replica.",
    number: 5035,
  },
  exports_exhausted: {
    status: 503,
    title: "Too many exports",
    detail: "This process has as many exports under way as it takes.",
    advice: "Wait for the seconds in Retry-After. Operators: add a replica.",
    number: 5039,
  },
  upstream_limited: {
    status: 503,
    title: "Upstream limit reached",
    detail: "The account is blocked by the upstream's rate limit, and no earlier page is there to show.",
    advice: "Wait for the seconds in Retry-After. Operators: another tool spends the same account's limit.",
    number: 5031,
  },
  budget_spent: {
    status: 503,
    title: "Request budget spent",
    detail: "This deployment's share of the account's limit is spent, and no earlier page is there to show.",
    advice: "Wait for the seconds in Retry-After. Operators: many different questions were asked in a short time.",
    number: 5032,
  },
  identity_unavailable: {
    status: 503,
    title: "Identity can't be checked",
    detail: "The keys that tokens are checked with can't be had at the moment.",
    advice:
      "Wait for the seconds in Retry-After. Operators: the log names why JWT_JWKS_URL or the Access team did not answer.",
    number: 5034,
  },
  circuit_open: {
    status: 503,
    title: "Upstream paused",
    detail: "The upstream failed several times in a row and is left alone for a moment.",
    advice: "Wait for the seconds in Retry-After.",
    number: 5033,
  },
  upstream_unauthorized: {
    status: 502,
    title: "Upstream refused this service",
    detail: "The upstream refused this service's own credentials. This is not about the caller's identity.",
    advice: "Operators: check that the API token is valid and has the permission Realtime or Realtime Admin.",
    number: 5021,
  },
  upstream_failed: {
    status: 502,
    title: "Upstream failed",
    detail: "The upstream did not give a usable answer, and no earlier page is there to show.",
    advice: "Ask again in a moment. Operators: the log names the reason under the request id.",
    number: 5022,
  },
  upstream_malformed: {
    status: 502,
    title: "Upstream answer malformed",
    detail: "The upstream's answer could not be made a valid page, and no earlier page is there to show.",
    advice: "Ask again in a moment. Operators: the log names the reason under the request id.",
    number: 5023,
  },
  upstream_timeout: {
    status: 504,
    title: "Upstream timed out",
    detail: "The upstream did not answer in time, and no earlier page is there to show.",
    advice: "Ask again in a moment.",
    number: 5041,
  },
  misconfigured: {
    status: 500,
    title: "Service misconfigured",
    detail: "This deployment's configuration is not valid; its log lists every problem.",
    advice: "Operators: the log names every variable and the reason. Correct them and deploy again.",
    number: 5001,
  },
  internal: {
    status: 500,
    title: "Internal error",
    detail: "Something went wrong in this service.",
    advice: "Report the request id to the operator of this deployment.",
    number: 5002,
  },
} as const satisfies Record<FailureCode, ProblemRow>;

/** Every code, in the table's order. */
export const failureCodes = Object.keys(problemTable).filter((code): code is FailureCode => code in problemTable);

/** The path segment of a code: `invalid_query` is explained at `/problems/invalid-query`. */
export const problemSlug = (code: FailureCode): string => code.replaceAll("_", "-");
