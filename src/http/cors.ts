// Which pages may read an answer: exact origins from the configuration, none by default.
//
// An origin is compared as the browser sent it; there is no pattern, no suffix and no `null`. An origin is no authentication, it only
// tells a browser whom to show the answer to. A browser's own credentials (cookies) are allowed where people log in, to origins of the same
// site, and nowhere else.
import type { AuthMode } from "../identity/principal.ts";
import type { Report } from "../ground/runtime.ts";
import { variesBy } from "./headers.ts";
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
  "last-event-id",
  "x-request-id",
  "traceparent",
  "api-version",
  "x-bff",
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
  "content-disposition",
  "x-total-count",
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
  session: ["Cookie"],
} as const satisfies Record<AuthMode, readonly string[]>;

/** An origin as browsers send it, which may stand in a log line. */
const originPattern = /^https?:\/\/[a-z0-9.:[\]-]{1,128}$/;
const refusedMax = 20;

/**
 * `origins` as browsers write them: lower case, no default port, no slash. An origin that is not among them is reported once, the first
 * 20 of them: to its page the answer looks like a broken network, so the operator has to be told. `withCookies`: those of `origins` whose
 * pages may have the browser send its cookies.
 */
export function createCors(
  origins: readonly string[],
  mode: AuthMode,
  report: Report,
  withCookies: readonly string[] = [],
): Cors {
  const refused = new Set<string>();
  function reportRefused(origin: string): void {
    if (refused.size >= refusedMax || refused.has(origin) || !originPattern.test(origin)) return;
    refused.add(origin);
    report({ type: "cors.refused", origin });
  }
  const vary = variesBy("Origin", ...identifyingHeaders[mode]);
  const none: AnswerHeaders = { vary };
  const credentialsFor = (origin: string): AnswerHeaders =>
    withCookies.includes(origin) ? { "access-control-allow-credentials": "true" } : {};
  const byOrigin = new Map<string, AnswerHeaders>(
    origins.map((origin) => [
      origin,
      {
        vary,
        "access-control-allow-origin": origin,
        "access-control-expose-headers": exposeHeaders,
        ...credentialsFor(origin),
      },
    ]),
  );
  return {
    isAllowed: (origin) => origin !== undefined && byOrigin.has(origin),
    headers(origin) {
      if (origin === undefined) return none;
      const allowed = byOrigin.get(origin);
      if (!allowed) reportRefused(origin);
      return allowed ?? none;
    },
    preflight: (origin) =>
      origin !== undefined && byOrigin.has(origin)
        ? {
            "access-control-allow-origin": origin,
            // To log out is a POST.
            "access-control-allow-methods": mode === "session" ? "GET, HEAD, POST" : "GET, HEAD",
            "access-control-allow-headers": allowHeaders,
            "access-control-max-age": String(maxAgeSeconds),
            ...credentialsFor(origin),
            vary: "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
          }
        : {},
  };
}
