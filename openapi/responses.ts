// Answers as the OpenAPI document describes them. Those to failures are made by the very function that writes them to the
// wire, from one sample of every failure: status, words, headers and examples can't drift from what is sent.
import * as z from "zod";
import type { Failure, FailureCode } from "../src/ground/errors.ts";
import { failureCodes, problemTable } from "../src/http/problem-table.ts";
import { problemOf } from "../src/http/problem.ts";
import { headerComponents, headersWith, isDescribedHeader } from "./headers.ts";
import type { DescribedHeader } from "./headers.ts";
import { Problem } from "./schemas.ts";

const samples = {
  invalid_query: {
    code: "invalid_query",
    issues: [
      { parameter: "per_page", message: "per_page must be an integer from 1 to 100" },
      { parameter: "colour", message: "unknown parameter" },
    ],
  },
  meeting_required: { code: "meeting_required" },
  unauthorized: { code: "unauthorized", loginUrl: "https://sessions.example.com/auth/login" },
  forbidden: { code: "forbidden" },
  not_first_party: { code: "not_first_party" },
  not_found: { code: "not_found" },
  no_active_session: { code: "no_active_session" },
  method_not_allowed: { code: "method_not_allowed", allow: "GET, HEAD, OPTIONS" },
  malformed_request: { code: "malformed_request" },
  request_timeout: { code: "request_timeout" },
  headers_too_large: { code: "headers_too_large" },
  too_large: { code: "too_large" },
  invalid_body: {
    code: "invalid_body",
    issues: [
      { key: "app", message: "app must be an alias or an app id of 1 to 64 characters" },
      { key: "colour", message: "unknown key" },
    ],
  },
  unsupported_type: { code: "unsupported_type" },
  overloaded: { code: "overloaded", retryAfterSeconds: 10 },
  change_unrecorded: { code: "change_unrecorded", retryAfterSeconds: 5 },
  invalid_signature: { code: "invalid_signature" },
  webhook_unavailable: { code: "webhook_unavailable", retryAfterSeconds: 30 },
  rate_limited: { code: "rate_limited", policy: "requests", quota: 600, windowSeconds: 60, retryAfterSeconds: 1 },
  streams_exhausted: { code: "streams_exhausted", retryAfterSeconds: 30 },
  exports_exhausted: { code: "exports_exhausted", retryAfterSeconds: 15 },
  upstream_limited: { code: "upstream_limited", retryAfterSeconds: 59 },
  budget_spent: { code: "budget_spent", retryAfterSeconds: 12 },
  identity_unavailable: { code: "identity_unavailable", retryAfterSeconds: 30 },
  circuit_open: { code: "circuit_open", retryAfterSeconds: 5 },
  upstream_unauthorized: { code: "upstream_unauthorized" },
  upstream_failed: { code: "upstream_failed", reason: "status" },
  upstream_malformed: { code: "upstream_malformed", reason: "json" },
  upstream_timeout: { code: "upstream_timeout" },
  misconfigured: { code: "misconfigured" },
  internal: { code: "internal" },
} as const satisfies { [Code in FailureCode]: Extract<Failure, { code: Code }> };

const requestId = "7c2f4a52-9f5e-4f0c-8a43-1d6a3f0a5f10";

/** Names of the answers under `components/responses`; a status that nobody answers with yet is left out of the document. */
const names: Readonly<Record<number, string>> = {
  400: "InvalidQuery",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  429: "TooManyRequests",
  500: "InternalError",
  502: "UpstreamFailed",
  503: "UpstreamUnavailable",
  504: "UpstreamTimeout",
};

const nameOf = (status: number) => names[status] ?? `Status${status}`;

/** What only operations that take a body answer with: each describes these itself, by `problemAnswers`. */
const ofBodies: readonly FailureCode[] = [
  "too_large",
  "invalid_body",
  "unsupported_type",
  "overloaded",
  "change_unrecorded",
  "invalid_signature",
  "webhook_unavailable",
];

/** Every failure with this status that an operation without a body may answer with. */
const codesOf = (status: number) =>
  failureCodes.filter((code) => problemTable[code].status === status && !ofBodies.includes(code));

/** The 404 of an address whose "nothing is there" is an ordinary answer: kept like a page, it may have a page's headers. */
export function absentAnswer(path: string) {
  const component = problemComponent(codesOf(404), path);
  const pageHeaders = ["age", "cache-status", "ratelimit", "ratelimit-policy", "server-timing"];
  const optional = headerComponents()
    .filter(({ name }) => pageHeaders.includes(name.toLowerCase()))
    .map(({ name, component: header }) => [name, { ...header, required: false }] as const);
  return { ...component, headers: { ...component.headers, ...Object.fromEntries(optional) } };
}

/** References to the answers of these statuses, for an operation's `responses`. */
export function problemReferences(statuses: readonly number[]): Record<string, { $ref: string }> {
  return Object.fromEntries(
    statuses.map((status) => [String(status), { $ref: `#/components/responses/${nameOf(status)}` }]),
  );
}

/** The entry under `components/responses` of each status: an example for every failure that has this status. */
export const problemComponents = (statuses: readonly number[], path: string) =>
  statuses.map((status) => ({ name: nameOf(status), component: problemComponent(codesOf(status), path) }));

/** The answers to these failures, by status, for the `responses` of one operation. */
export function problemAnswers(codes: readonly FailureCode[], path: string) {
  const statuses = [...new Set(codes.map((code) => problemTable[code].status))];
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      problemComponent(
        codes.filter((code) => problemTable[code].status === status),
        path,
      ),
    ]),
  );
}

/** `codes` have one status. */
function problemComponent(codes: readonly FailureCode[], path: string) {
  const problems = codes.map((code) => ({ code, ...problemOf(samples[code], { requestId, path }) }));
  const headers = problems.flatMap((problem) => Object.keys(problem.headers)).filter(isDescribedHeader);
  return {
    description: codes.map((code) => problemTable[code].detail).join(" Or: "),
    headers: headersWith(headers),
    content: {
      "application/problem+json": {
        schema: { $ref: "#/components/schemas/Problem" },
        examples: Object.fromEntries(
          problems.map(({ code, body }) => [
            code,
            { summary: problemTable[code].title, value: Problem.parse(JSON.parse(body)) },
          ]),
        ),
      },
    },
  };
}

/** An answer without a body. */
export const emptyAnswer = (description: string, headers: readonly DescribedHeader[] = []) => ({
  description,
  headers: headersWith(headers),
});

/** An answer that goes on: server-sent events, which OpenAPI can describe in words alone. */
export const streamAnswer = (description: string, schema: z.ZodType) => ({
  description,
  headers: headersWith([]),
  content: { "text/event-stream": { schema } },
});

/** A file, whose lines OpenAPI can describe in words alone. */
export const fileAnswer = (description: string, contentType: string, example: string) => ({
  description,
  headers: headersWith(["content-disposition", "ratelimit", "ratelimit-policy", "x-total-count"]),
  content: {
    [contentType]: {
      schema: z.string().meta({ description: "The rows, and the last line.", examples: [example] }),
      examples: { file: { summary: "A file of one row", value: example } },
    },
  },
});

/** An answer with a body of ours. */
export function jsonAnswer<Schema, Example>(
  description: string,
  {
    schema,
    example,
    headers = [],
  }: {
    schema: Schema;
    example: { name: string; summary: string; value: Example };
    headers?: readonly DescribedHeader[];
  },
) {
  const { name, ...rest } = example;
  return {
    description,
    headers: headersWith(headers),
    content: { "application/json": { schema, examples: { [name]: rest } } },
  };
}
