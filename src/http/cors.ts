// Which pages may read an answer: exact origins from the configuration, none by default.
//
// An origin is compared as the browser sent it; there is no pattern, no suffix and no `null`. Credentials of the browser's own
// (cookies) are never allowed, because none are used: an origin is no authentication, it only tells a browser whom to show the
// answer to.
import type { AuthMode } from "../identity/principal.ts";
import type { AnswerHeaders } from "./headers.ts";

/** Asked for by the official SDKs beside the usual ones. */
const sdkHeaders = [
  "x-stainless-arch",
  "x-stainless-helper-method",
  "x-stainless-lang",
  "x-stainless-os",
  "x-stainless-package-version",
  "x-stainless-retry-count",
  "x-stainless-runtime",
  "x-stainless-runtime-version",
  "x-stainless-timeout",
];

const allowHeaders = [
  "authorization",
  "content-type",
  "if-none-match",
  "x-request-id",
  "traceparent",
  "api-version",
  ...sdkHeaders,
].join(", ");

const exposeHeaders = [
  "etag",
  "age",
  "cache-status",
  "retry-after",
  "x-should-retry",
  "ratelimit",
  "ratelimit-policy",
  "x-request-id",
  "server-timing",
].join(", ");

/** Browsers keep a preflight's answer for at most two hours. */
const maxAgeSeconds = 7_200;

export type Cors = {
  isAllowed(origin: string | undefined): boolean;
  /** The headers of an answer to a page of this origin: `Vary` alone where it is not allowed. One object per origin. */
  headers(origin: string | undefined): AnswerHeaders;
  /** The further headers of a preflight's answer. */
  preflight(origin: string | undefined): AnswerHeaders;
};

/** The request headers that identify a caller, by mode. */
const identifyingHeaders = {
  public: [],
  jwt: ["Authorization"],
  key: ["Authorization"],
  access: ["Cf-Access-Jwt-Assertion"],
} as const satisfies Record<AuthMode, readonly string[]>;

/** `origins` as browsers write them: lower case, no default port, no slash. */
export function createCors(origins: readonly string[], mode: AuthMode): Cors {
  const vary = ["Origin", ...identifyingHeaders[mode]].join(", ");
  const none: AnswerHeaders = { vary };
  const byOrigin = new Map<string, AnswerHeaders>(
    origins.map((origin) => [
      origin,
      { vary, "access-control-allow-origin": origin, "access-control-expose-headers": exposeHeaders },
    ]),
  );
  return {
    isAllowed: (origin) => origin !== undefined && byOrigin.has(origin),
    headers: (origin) => (origin === undefined ? none : (byOrigin.get(origin) ?? none)),
    preflight: (origin) =>
      origin !== undefined && byOrigin.has(origin)
        ? {
            "access-control-allow-origin": origin,
            "access-control-allow-methods": "GET, HEAD",
            "access-control-allow-headers": allowHeaders,
            "access-control-max-age": String(maxAgeSeconds),
            vary: "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
          }
        : {},
  };
}
