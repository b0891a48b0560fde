// The headers of answers as the OpenAPI document describes them: once each, under `components/headers`, referenced by every
// answer that may carry them.
//
// The table is closed by the list of headers that an answer may carry at all, so that none can be added without a word on it.
// `Content-Type` is missing, because the specification says that it is described by `content` alone; so is `Content-Encoding`, which
// HTTP clients undo before anybody reads an answer.
import type { HeaderName } from "../src/http/headers.ts";
import { retryAfterSecondsMax } from "../src/http/problem.ts";

/**
 * `name` as it is written; `isAlways` where every answer of that kind has it. `range` of a number: any of int32 from 0 unless given.
 * A text has at most `textLengthMax` characters.
 */
type HeaderRow = {
  name: string;
  description: string;
  example: string | number;
  range?: { minimum: number; maximum: number };
  isAlways?: true;
};

const textLengthMax = 512;
const anyCount = { minimum: 0, maximum: 2_147_483_647 };

const headerTable = {
  "access-control-allow-credentials": {
    name: "Access-Control-Allow-Credentials",
    description:
      "Says `true` to a page of an allowed origin of the same site, where people log in here: its browser may send their cookie.",
    example: "true",
  },
  "access-control-allow-headers": {
    name: "Access-Control-Allow-Headers",
    description: "The request headers that a page of an allowed origin may send; only in the answer to a preflight.",
    example: "authorization, content-type, if-none-match",
  },
  "access-control-allow-methods": {
    name: "Access-Control-Allow-Methods",
    description: "The methods that a page of an allowed origin may use; only in the answer to a preflight.",
    example: "GET, HEAD",
  },
  "access-control-allow-origin": {
    name: "Access-Control-Allow-Origin",
    description: "The origin of the request, where the operator allows it; missing for every other origin.",
    example: "https://app.example.com",
  },
  "access-control-expose-headers": {
    name: "Access-Control-Expose-Headers",
    description: "The headers that a page of an allowed origin may read.",
    example: "etag, age, cache-status, retry-after",
  },
  "access-control-max-age": {
    name: "Access-Control-Max-Age",
    description: "For how many seconds a browser may keep the answer to a preflight.",
    example: 7200,
  },
  age: {
    name: "Age",
    description: "Seconds since the page was fetched from the upstream.",
    example: 2,
    isAlways: true,
  },
  allow: {
    name: "Allow",
    description: "The methods that this address answers.",
    example: "GET, HEAD, OPTIONS",
    isAlways: true,
  },
  "cache-control": {
    name: "Cache-Control",
    description:
      "A browser may keep a page but asks each time whether it is still the same; nobody else may keep anything.",
    example: "private, no-cache",
    isAlways: true,
  },
  "cache-status": {
    name: "Cache-Status",
    description:
      "Where the page came from (RFC 9211): the cache, the cache although it is older, or the upstream. No more than the cache's name where `status` is not shown.",
    example: "rtk-bff; hit; ttl=3",
    isAlways: true,
  },
  "cdn-cache-control": {
    name: "CDN-Cache-Control",
    description: "Tells shared caches to keep nothing (RFC 9213).",
    example: "no-store",
    isAlways: true,
  },
  "content-disposition": {
    name: "Content-Disposition",
    description: "Has a browser keep the answer as a file of this name.",
    example: 'attachment; filename="demo-sessions.csv"',
    isAlways: true,
  },
  "content-security-policy": {
    name: "Content-Security-Policy",
    description: "Nothing may be loaded, run or framed.",
    example: "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    isAlways: true,
  },
  "cross-origin-resource-policy": {
    name: "Cross-Origin-Resource-Policy",
    description: "Other sites may not embed the answer.",
    example: "same-origin",
    isAlways: true,
  },
  etag: {
    name: "ETag",
    description:
      "A strong validator of the body's bytes as they are sent, for If-None-Match. An unchanged page keeps it.",
    example: '"9f86d081884c7d659a2feaa0c55ad015"',
    isAlways: true,
  },
  location: {
    name: "Location",
    description: "Where to go instead, relative to this service.",
    example: "/docs",
    isAlways: true,
  },
  ratelimit: {
    name: "RateLimit",
    description: "How many requests of this client's allowance are left, and after how many seconds it is whole again.",
    example: '"requests";r=599;t=1',
    isAlways: true,
  },
  "ratelimit-policy": {
    name: "RateLimit-Policy",
    description: "This client's allowance: so many requests in so many seconds.",
    example: '"requests";q=600;w=60',
    isAlways: true,
  },
  "referrer-policy": {
    name: "Referrer-Policy",
    description: "No address of this service is told to anybody.",
    example: "no-referrer",
    isAlways: true,
  },
  "retry-after": {
    name: "Retry-After",
    description: `After how many seconds it makes sense to ask again: 1 to ${retryAfterSecondsMax}.`,
    example: 12,
    range: { minimum: 1, maximum: retryAfterSecondsMax },
    isAlways: true,
  },
  "server-timing": {
    name: "Server-Timing",
    description:
      "How many milliseconds the answer took, and of these the wait for the upstream. Absent where `status` is not shown.",
    example: "total;dur=12, load;dur=11",
  },
  "set-cookie": {
    name: "Set-Cookie",
    description: "The cookies of the login: for the browser alone, out of reach of any script.",
    example: "__Host-rtkbff=…; Path=/; HttpOnly; Secure; SameSite=Lax",
  },
  vary: {
    name: "Vary",
    description: "The request headers that the answer depends on.",
    example: "Origin, Authorization, Accept-Encoding",
    isAlways: true,
  },
  "www-authenticate": {
    name: "WWW-Authenticate",
    description: "How to identify oneself, without details.",
    example: "Bearer",
    isAlways: true,
  },
  "x-content-type-options": {
    name: "X-Content-Type-Options",
    description: "The answer is of its content type and nothing else.",
    example: "nosniff",
    isAlways: true,
  },
  "x-request-id": {
    name: "X-Request-Id",
    description: "The id that this service gave the request; the operator finds it in the log.",
    example: "7c2f4a52-9f5e-4f0c-8a43-1d6a3f0a5f10",
    isAlways: true,
  },
  "x-should-retry": {
    name: "X-Should-Retry",
    description: "Tells the official SDKs not to repeat the request: the service has already tried again.",
    example: "false",
    isAlways: true,
  },
  "x-total-count": {
    name: "X-Total-Count",
    description: "Rows in the whole list when the export began; absent where the upstream does not say.",
    example: 123,
  },
} as const satisfies Record<Exclude<HeaderName, "content-type" | "content-encoding">, HeaderRow>;

export type DescribedHeader = keyof typeof headerTable;

/** On every answer, whatever it is. */
const onEveryAnswer = [
  "access-control-allow-origin",
  "access-control-expose-headers",
  "cache-control",
  "cdn-cache-control",
  "content-security-policy",
  "cross-origin-resource-policy",
  "referrer-policy",
  "vary",
  "x-content-type-options",
  "x-request-id",
] as const satisfies readonly DescribedHeader[];

type HeaderReferences = Record<string, { $ref: string }>;

/** The `headers` of an answer that carries `names` beside the fixed ones. */
export function headersWith(names: readonly DescribedHeader[]): HeaderReferences {
  const all = [...new Set([...onEveryAnswer, ...names])].sort();
  return Object.fromEntries(
    all.map((header) => {
      const { name } = headerTable[header];
      return [name, { $ref: `#/components/headers/${name}` }];
    }),
  );
}

/** Whether a header's name, in lower case, is in the table. */
export const isDescribedHeader = (name: string): name is DescribedHeader => Object.hasOwn(headerTable, name);

/** Every entry of `components/headers`, under its name. */
export function headerComponents() {
  return Object.values<HeaderRow>(headerTable).map(({ name, description, example, range = anyCount, isAlways }) => ({
    name,
    component: {
      description,
      required: isAlways === true,
      schema:
        typeof example === "number"
          ? { type: "integer" as const, format: "int32", ...range, examples: [example] }
          : { type: "string" as const, maxLength: textLengthMax, examples: [example] },
    },
  }));
}
