// The list of headers that an answer may carry, and the one place where an answer is built.
//
// Nothing is copied from anywhere: not from the upstream, not from a static file, not from the request. What is not in the list
// does not compile, and a test walks all routes and all errors for it.

import type { Encoding } from "./encodings.ts";

const headerNames = [
  "access-control-allow-credentials",
  "access-control-allow-headers",
  "access-control-allow-methods",
  "access-control-allow-origin",
  "access-control-expose-headers",
  "access-control-max-age",
  "age",
  "allow",
  "cache-control",
  "cache-status",
  "cdn-cache-control",
  "content-disposition",
  "content-encoding",
  "content-security-policy",
  "content-type",
  "cross-origin-resource-policy",
  "etag",
  "location",
  "ratelimit",
  "ratelimit-policy",
  "referrer-policy",
  "retry-after",
  "server-timing",
  "set-cookie",
  "vary",
  "www-authenticate",
  "x-content-type-options",
  "x-request-id",
  "x-should-retry",
  "x-total-count",
] as const;

export type HeaderName = (typeof headerNames)[number];
export type AnswerHeaders = Partial<Record<HeaderName, string>>;

/** Every header that any answer may carry, lower case. The platform adds `date`, `content-length` and the like. */
export const answerHeaderNames: readonly HeaderName[] = headerNames;

/** Nothing may be loaded, framed or run: right for everything but the documentation page. */
const closedPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** `Vary` with these request headers. `Accept-Encoding` is always one: every answer may come compressed, by us or by the network. */
export function variesBy(...names: readonly string[]): string {
  return [...names, "Accept-Encoding"].join(", ");
}

const always: AnswerHeaders = {
  // No shared cache may hold an answer: one in front of this service could answer without asking who is there.
  "cache-control": "no-store",
  "cdn-cache-control": "no-store",
  "content-security-policy": closedPolicy,
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  vary: variesBy("Origin"),
  "x-content-type-options": "nosniff",
};

/** `Content-Encoding`, where the body has one. */
export const encodingHeaders = (encoding: Encoding | undefined): AnswerHeaders =>
  encoding === undefined ? {} : { "content-encoding": encoding };

/** Builds an answer from the fixed headers and the given ones, which win. */
export type BuildAnswer<Answer, Body> = (status: number, body: Body, ...given: AnswerHeaders[]) => Answer;

export const buildResponse: BuildAnswer<Response, BodyInit | null> = (status, body, ...given) =>
  new Response(body, { status, headers: headersFrom(given) });

/** The headers that differ from answer to answer. */
export type OwnHeaders = { "x-request-id": string; ratelimit: string };

/** Makes the answers that differ in nothing but these headers and the body. */
export type PreparedAnswer<Answer> = (status: number, body: Uint8Array | null, own: OwnHeaders) => Answer;
export type PrepareAnswer<Answer> = (...given: AnswerHeaders[]) => PreparedAnswer<Answer>;

/** For a `Response` that copies its headers, as the standard has it: on workerd a header costs more to make than to copy. */
export const prepareResponse: PrepareAnswer<Response> = (...given) => {
  const prepared = new Headers(headersFrom(given));
  return (status, body, own) => {
    const response = new Response(body, { status, headers: prepared });
    response.headers.set("x-request-id", own["x-request-id"]);
    response.headers.set("ratelimit", own.ratelimit);
    return response;
  };
};

/** An answer as plain data: names and values in turn, as `writeHead` of `node:http` takes them. */
export type RawAnswer = { status: number; headers: readonly string[]; body: string | Uint8Array | null };

export const buildRaw: BuildAnswer<RawAnswer, string | Uint8Array | null> = (status, body, ...given) => {
  const headers = listOf(headersFrom(given));
  if (body !== null) headers.push("content-length", String(lengthOf(body)));
  return { status, headers, body };
};

const lengthOf = (body: string | Uint8Array) =>
  typeof body === "string" ? new TextEncoder().encode(body).byteLength : body.byteLength;

export const prepareRaw: PrepareAnswer<RawAnswer> = (...given) => {
  const prepared = listOf(headersFrom(given));
  return (status, body, own) => {
    const headers = [...prepared, "x-request-id", own["x-request-id"], "ratelimit", own.ratelimit];
    if (body) headers.push("content-length", String(body.byteLength));
    return { status, headers, body };
  };
};

/** How a platform makes its answers: one at a time, or many that are alike. */
export type AnswerForm<Answer> = {
  build: BuildAnswer<Answer, string | Uint8Array | null>;
  prepare: PrepareAnswer<Answer>;
};

export const responses: AnswerForm<Response> = { build: buildResponse, prepare: prepareResponse };
export const rawAnswers: AnswerForm<RawAnswer> = { build: buildRaw, prepare: prepareRaw };

function headersFrom(given: readonly AnswerHeaders[]): Record<string, string> {
  const headers: Record<string, string> = {};
  Object.assign(headers, always, ...given);
  return headers;
}

/** Names and values in turn. A plain loop: `entries` and `flat` would take longer than everything else an answer is made of. */
function listOf(headers: Readonly<Record<string, string>>): string[] {
  const list: string[] = [];
  for (const name in headers) list.push(name, headers[name] ?? "");
  return list;
}
