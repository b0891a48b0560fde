// Generated from openapi.json by scripts/openapi.ts.
export interface paths {
    readonly "/v1/apps/{app}/sessions": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List sessions
         * @description A page of an app's sessions, newest first unless asked otherwise. The query is closed: an unknown, repeated or malformed parameter is a 400 that names every offender at once and costs no upstream request. What the caller may not see is left out or not found; a caller who may see several meetings, and not all, has to name one with `associated_id`. Pages come from a cache and may be some seconds old, which `Age` tells; an unchanged page keeps its `ETag`. Conditional requests are answered as HTTP has it: with `If-None-Match` naming the page's ETag, a 304 without a body, with the headers of the page. Browsers and most HTTP clients do that by themselves.
         */
        readonly get: operations["listSessions"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/client/v4/accounts/{account_id}/realtime/kit/{app_id}/sessions": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List sessions at the upstream's path
         * @description The same page, byte for byte, at the path of the upstream, so that the official Cloudflare SDKs work with the base URL `https://<host>/client/v4`. The query is closed: an unknown, repeated or malformed parameter is a 400 that names every offender at once and costs no upstream request. What the caller may not see is left out or not found; a caller who may see several meetings, and not all, has to name one with `associated_id`. Pages come from a cache and may be some seconds old, which `Age` tells; an unchanged page keeps its `ETag`. Conditional requests are answered as HTTP has it: with `If-None-Match` naming the page's ETag, a 304 without a body, with the headers of the page. Browsers and most HTTP clients do that by themselves.
         */
        readonly get: operations["listSessionsForSdk"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/healthz": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Is it alive?
         * @description Answers as long as the service runs at all, whatever its configuration and its parts are like.
         */
        readonly get: operations["getHealth"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/readyz": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Is it ready?
         * @description Whether the configuration could be read and every part answers. Never asks the upstream.
         */
        readonly get: operations["getReadiness"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/problems/{code}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Explain a problem
         * @description What a kind of problem means and what to do about it: where the `type` of every problem points.
         */
        readonly get: operations["getProblem"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/openapi.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * This document as OpenAPI 3.1.1
         * @description Everything that a program needs to know about this service, as OpenAPI 3.1.1.
         */
        readonly get: operations["getOpenApi"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/openapi-3.0.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * This document as OpenAPI 3.0.3
         * @description Everything that a program needs to know about this service, as OpenAPI 3.0.3.
         */
        readonly get: operations["getOpenApi30"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description An error: a problem document (RFC 9457) that is also a Cloudflare v4 failure. */
        readonly Problem: {
            /**
             * @description Where this kind of problem is explained, relative to this service.
             * @example /problems/invalid-query
             */
            readonly type: string;
            /**
             * @description The kind of problem in a few words.
             * @example Invalid query
             */
            readonly title: string;
            /**
             * Format: int32
             * @description The status of the answer.
             * @example 400
             */
            readonly status: number;
            /**
             * @description What happened, in a sentence or two.
             * @example page_no must be an integer from 1 to 10000; 2 more in errors.
             */
            readonly detail: string;
            /**
             * @description The path that was asked for, at most 256 characters of it.
             * @example /v1/apps/demo/sessions
             */
            readonly instance: string;
            /**
             * @description What went wrong, for programs. Explained at the address in `type`.
             * @example invalid_query
             * @enum {string}
             */
            readonly code: "invalid_query" | "meeting_required" | "unauthorized" | "forbidden" | "not_found" | "method_not_allowed" | "malformed_request" | "request_timeout" | "headers_too_large" | "rate_limited" | "upstream_limited" | "budget_spent" | "identity_unavailable" | "circuit_open" | "upstream_unauthorized" | "upstream_failed" | "upstream_malformed" | "upstream_timeout" | "misconfigured" | "internal";
            /**
             * Format: uuid
             * @description The id of the request, as in X-Request-Id; the operator finds it in the log.
             * @example 7c2f4a52-9f5e-4f0c-8a43-1d6a3f0a5f10
             */
            readonly request_id: string;
            /**
             * Format: int32
             * @description Seconds to wait before the request is worth repeating, as in Retry-After; null where waiting does not help.
             * @example 12
             */
            readonly retry_after: number | null;
            /**
             * @description Always false, as in a Cloudflare v4 failure.
             * @example false
             * @enum {boolean}
             */
            readonly success: false;
            /** @description Everything that is wrong, at once: an entry for each offending parameter, else a single one. */
            readonly errors: readonly components["schemas"]["ProblemError"][];
            /**
             * @description Always empty; part of a Cloudflare v4 failure.
             * @example []
             */
            readonly messages: readonly string[];
            /**
             * @description The same as `detail`, where some SDKs look for it.
             * @example The upstream did not answer in time.
             */
            readonly message: string;
        };
        /** @description One thing that is wrong. */
        readonly ProblemError: {
            /**
             * Format: int32
             * @description The kind of problem as a number.
             * @example 4001
             */
            readonly code: number;
            /**
             * @description What is wrong, and what would be right.
             * @example per_page must be an integer from 1 to 100
             */
            readonly message: string;
            /**
             * @description The query parameter concerned; `query` stands for the query as a whole.
             * @example per_page
             */
            readonly parameter?: string;
            /** @description Where in the request it is; absent where no parameter is concerned. */
            readonly source?: {
                /**
                 * @description A JSON pointer to the parameter within the request.
                 * @example /query/per_page
                 */
                readonly pointer: string;
            };
            /**
             * @description Where this kind of problem is explained, relative to this service.
             * @example /problems/invalid-query
             */
            readonly documentation_url: string;
        };
        /** @description A page of sessions. */
        readonly SessionPage: {
            /**
             * @description Always true: anything else is a problem document.
             * @example true
             * @enum {boolean}
             */
            readonly success: true;
            /** @description The envelope of the upstream. */
            readonly data: {
                /** @description The sessions of the page in the order asked for, unique by id. */
                readonly sessions: readonly components["schemas"]["Session"][];
            };
            readonly paging: components["schemas"]["Paging"];
            /**
             * @description Sessions and breakout rooms that the upstream sent and that were left out because they could not be made valid, or were there twice.
             * @example 0
             */
            readonly dropped_count: number;
        };
        /** @description A session: one time a meeting took place, or takes place. */
        readonly Session: {
            /**
             * @description Id of the session.
             * @example 813432c7-3c5a-45e2-9acf-eef7061c7584
             */
            readonly id: string;
            /**
             * @description Id of the meeting the session belongs to: a UUID, or the room name of a V1 meeting.
             * @example 6bf2b8be-04dd-4191-b602-1128921a306b
             * @example abcdef-ghijkl
             */
            readonly associated_id: string;
            /**
             * @description Title of the meeting; empty when it has none. Longer titles are cut.
             * @example Weekly review
             */
            readonly meeting_display_name: string;
            /**
             * @description Id of the app that hosted the session.
             * @example 14a396e7-ca44-4937-bf1f-050a69118543
             */
            readonly organization_id: string;
            /**
             * @description Kind of session.
             * @example meeting
             * @enum {string}
             */
            readonly type: "meeting" | "livestream" | "participant";
            /**
             * @description Whether the session is going on.
             * @example LIVE
             * @enum {string}
             */
            readonly status: "LIVE" | "ENDED";
            /**
             * @description Participants in the session now. May be 0 while it is live.
             * @example 1
             */
            readonly live_participants: number;
            /**
             * @description The most participants that were in the session at one time.
             * @example 2
             */
            readonly max_concurrent_participants: number;
            /**
             * Format: double
             * @description Participant minutes so far.
             * @example 2.3434
             */
            readonly minutes_consumed: number;
            /**
             * Format: date-time
             * @description When the session was recorded; `started_at` where the upstream does not say.
             * @example 2026-11-22T10:00:00.010Z
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description When the session started.
             * @example 2026-11-22T10:00:00.000Z
             */
            readonly started_at: string;
            /**
             * Format: date-time
             * @description When the session ended; null while it is live, or where the upstream does not say.
             * @example 2026-11-22T11:02:14.120Z
             */
            readonly ended_at: string | null;
            /**
             * Format: date-time
             * @description When the record last changed; the latest time the record tells of where the upstream does not say.
             * @example 2026-11-22T10:05:00.784Z
             */
            readonly updated_at: string;
            /** @description Breakout rooms of the session, unique by id. */
            readonly breakout_rooms: readonly components["schemas"]["BreakoutRoom"][];
            /**
             * @description The upstream's free-form data about the session. Only where the operator exposes it; left out when deeper or larger than allowed.
             * @example {
             *       "source": "calendar"
             *     }
             */
            readonly meta?: {
                readonly [key: string]: unknown;
            };
        };
        /** @description A breakout room of a session. */
        readonly BreakoutRoom: {
            /**
             * @description Id of the session.
             * @example 813432c7-3c5a-45e2-9acf-eef7061c7584
             */
            readonly id: string;
            /**
             * @description Id of the meeting the session belongs to: a UUID, or the room name of a V1 meeting.
             * @example 6bf2b8be-04dd-4191-b602-1128921a306b
             * @example abcdef-ghijkl
             */
            readonly associated_id: string;
            /**
             * @description Title of the meeting; empty when it has none. Longer titles are cut.
             * @example Weekly review
             */
            readonly meeting_display_name: string;
            /**
             * @description Id of the app that hosted the session.
             * @example 14a396e7-ca44-4937-bf1f-050a69118543
             */
            readonly organization_id: string;
            /**
             * @description Kind of session.
             * @example meeting
             * @enum {string}
             */
            readonly type: "meeting" | "livestream" | "participant";
            /**
             * @description Whether the session is going on.
             * @example LIVE
             * @enum {string}
             */
            readonly status: "LIVE" | "ENDED";
            /**
             * @description Participants in the session now. May be 0 while it is live.
             * @example 1
             */
            readonly live_participants: number;
            /**
             * @description The most participants that were in the session at one time.
             * @example 2
             */
            readonly max_concurrent_participants: number;
            /**
             * Format: double
             * @description Participant minutes so far.
             * @example 2.3434
             */
            readonly minutes_consumed: number;
            /**
             * Format: date-time
             * @description When the session was recorded; `started_at` where the upstream does not say.
             * @example 2026-11-22T10:00:00.010Z
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @description When the session started.
             * @example 2026-11-22T10:00:00.000Z
             */
            readonly started_at: string;
            /**
             * Format: date-time
             * @description When the session ended; null while it is live, or where the upstream does not say.
             * @example 2026-11-22T11:02:14.120Z
             */
            readonly ended_at: string | null;
            /**
             * Format: date-time
             * @description When the record last changed; the latest time the record tells of where the upstream does not say.
             * @example 2026-11-22T10:05:00.784Z
             */
            readonly updated_at: string;
            /**
             * @description The upstream's free-form data about the session. Only where the operator exposes it; left out when deeper or larger than allowed.
             * @example {
             *       "source": "calendar"
             *     }
             */
            readonly meta?: {
                readonly [key: string]: unknown;
            };
        };
        /** @description Where the page stands in the list. */
        readonly Paging: {
            /**
             * @description Sessions in the whole list; null when the upstream does not say.
             * @example 123
             */
            readonly total_count: number | null;
            /**
             * @description Position of the first session of the page, from 1; 0 on an empty page.
             * @example 1
             */
            readonly start_offset: number;
            /**
             * @description Position of the last session of the page, inclusive; 0 on an empty page.
             * @example 25
             */
            readonly end_offset: number;
            /**
             * Format: int32
             * @description Number of the page, from 1.
             * @example 1
             */
            readonly page_no: number;
            /**
             * Format: int32
             * @description Sessions asked for on a page.
             * @example 25
             */
            readonly per_page: number;
            /**
             * @description Whether a further page is to be expected. Without a total: whether this page is full.
             * @example true
             */
            readonly has_more: boolean;
        };
        /** @description A sign of life. */
        readonly Health: {
            /**
             * @description Always `alive`.
             * @example alive
             * @enum {string}
             */
            readonly status: "alive";
        };
        /** @description Whether the service can do its work. */
        readonly Readiness: {
            /**
             * @description The sum of the checks.
             * @example ready
             * @enum {string}
             */
            readonly status: "ready" | "not_ready";
            /**
             * @description What each part said, by its name.
             * @example {
             *       "store": "ok",
             *       "shield": "ok"
             *     }
             */
            readonly checks: {
                readonly [key: string]: "ok" | "degraded" | "failed";
            };
        };
        /** @description What a kind of problem means and what to do about it. */
        readonly ProblemExplanation: {
            /**
             * @description Where this kind of problem is explained, relative to this service.
             * @example /problems/invalid-query
             */
            readonly type: string;
            /**
             * @description What went wrong, for programs. Explained at the address in `type`.
             * @example invalid_query
             * @enum {string}
             */
            readonly code: "invalid_query" | "meeting_required" | "unauthorized" | "forbidden" | "not_found" | "method_not_allowed" | "malformed_request" | "request_timeout" | "headers_too_large" | "rate_limited" | "upstream_limited" | "budget_spent" | "identity_unavailable" | "circuit_open" | "upstream_unauthorized" | "upstream_failed" | "upstream_malformed" | "upstream_timeout" | "misconfigured" | "internal";
            /**
             * Format: int32
             * @description The status of the answer.
             * @example 400
             */
            readonly status: number;
            /**
             * @description The kind of problem in a few words.
             * @example Invalid query
             */
            readonly title: string;
            /**
             * @description What happened, in a sentence or two.
             * @example page_no must be an integer from 1 to 10000; 2 more in errors.
             */
            readonly detail: string;
            /**
             * @description What to do about it.
             * @example Correct every parameter named in errors and ask again. Nothing was sent upstream.
             */
            readonly advice: string;
        };
        /** @description An OpenAPI document. */
        readonly OpenApiDocument: {
            /**
             * @description The version of the specification.
             * @example 3.1.1
             */
            readonly openapi: string;
            /**
             * @description What is described, and its version.
             * @example {
             *       "title": "realtimekit-bff",
             *       "version": "0.1.0"
             *     }
             */
            readonly info: {
                readonly [key: string]: unknown;
            };
            /**
             * @description Every operation by its path.
             * @example {
             *       "/healthz": {}
             *     }
             */
            readonly paths: {
                readonly [key: string]: {
                    readonly [key: string]: unknown;
                };
            };
        } & {
            readonly [key: string]: unknown;
        };
    };
    responses: {
        /** @description One or more query parameters are unknown, repeated or malformed; errors lists each of them. Or: The caller may see several meetings; associated_id must name one of them. Or: This is not a request that HTTP/1.1 allows. */
        readonly InvalidQuery: {
            headers: {
                readonly "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                readonly "Access-Control-Expose-Headers": components["headers"]["Access-Control-Expose-Headers"];
                readonly "Cache-Control": components["headers"]["Cache-Control"];
                readonly "CDN-Cache-Control": components["headers"]["CDN-Cache-Control"];
                readonly "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                readonly "Cross-Origin-Resource-Policy": components["headers"]["Cross-Origin-Resource-Policy"];
                readonly "Referrer-Policy": components["headers"]["Referrer-Policy"];
                readonly Vary: components["headers"]["Vary"];
                readonly "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The request carries no valid identity. */
        readonly Unauthorized: {
            headers: {
                readonly "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                readonly "Access-Control-Expose-Headers": components["headers"]["Access-Control-Expose-Headers"];
                readonly "Cache-Control": components["headers"]["Cache-Control"];
                readonly "CDN-Cache-Control": components["headers"]["CDN-Cache-Control"];
                readonly "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                readonly "Cross-Origin-Resource-Policy": components["headers"]["Cross-Origin-Resource-Policy"];
                readonly "Referrer-Policy": components["headers"]["Referrer-Policy"];
                readonly Vary: components["headers"]["Vary"];
                readonly "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                readonly "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description No policy of this deployment allows this request. */
        readonly Forbidden: {
            headers: {
                readonly "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                readonly "Access-Control-Expose-Headers": components["headers"]["Access-Control-Expose-Headers"];
                readonly "Cache-Control": components["headers"]["Cache-Control"];
                readonly "CDN-Cache-Control": components["headers"]["CDN-Cache-Control"];
                readonly "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                readonly "Cross-Origin-Resource-Policy": components["headers"]["Cross-Origin-Resource-Policy"];
                readonly "Referrer-Policy": components["headers"]["Referrer-Policy"];
                readonly Vary: components["headers"]["Vary"];
                readonly "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description There is nothing at this address. */
        readonly NotFound: {
            headers: {
                readonly "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                readonly "Access-Control-Expose-Headers": components["headers"]["Access-Control-Expose-Headers"];
                readonly "Cache-Control": components["headers"]["Cache-Control"];
                readonly "CDN-Cache-Control": components["headers"]["CDN-Cache-Control"];
                readonly "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                readonly "Cross-Origin-Resource-Policy": components["headers"]["Cross-Origin-Resource-Policy"];
                readonly "Referrer-Policy": components["headers"]["Referrer-Policy"];
                readonly Vary: components["headers"]["Vary"];
                readonly "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description This client asked too often; Retry-After says when it may ask again. */
        readonly TooManyRequests: {
            headers: {
                readonly "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                readonly "Access-Control-Expose-Headers": components["headers"]["Access-Control-Expose-Headers"];
                readonly "Cache-Control": components["headers"]["Cache-Control"];
                readonly "CDN-Cache-Control": components["headers"]["CDN-Cache-Control"];
                readonly "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                readonly "Cross-Origin-Resource-Policy": components["headers"]["Cross-Origin-Resource-Policy"];
                readonly RateLimit: components["headers"]["RateLimit"];
                readonly "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                readonly "Referrer-Policy": components["headers"]["Referrer-Policy"];
                readonly "Retry-After": components["headers"]["Retry-After"];
                readonly Vary: components["headers"]["Vary"];
                readonly "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description This deployment's configuration is not valid; its log lists every problem. Or: Something went wrong in this service. */
        readonly InternalError: {
            headers: {
                readonly "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                readonly "Access-Control-Expose-Headers": components["headers"]["Access-Control-Expose-Headers"];
                readonly "Cache-Control": components["headers"]["Cache-Control"];
                readonly "CDN-Cache-Control": components["headers"]["CDN-Cache-Control"];
                readonly "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                readonly "Cross-Origin-Resource-Policy": components["headers"]["Cross-Origin-Resource-Policy"];
                readonly "Referrer-Policy": components["headers"]["Referrer-Policy"];
                readonly Vary: components["headers"]["Vary"];
                readonly "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The upstream refused this service's own credentials. This is not about the caller's identity. Or: The upstream did not give a usable answer, and no earlier page is there to show. Or: The upstream's answer could not be made a valid page, and no earlier page is there to show. */
        readonly UpstreamFailed: {
            headers: {
                readonly "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                readonly "Access-Control-Expose-Headers": components["headers"]["Access-Control-Expose-Headers"];
                readonly "Cache-Control": components["headers"]["Cache-Control"];
                readonly "CDN-Cache-Control": components["headers"]["CDN-Cache-Control"];
                readonly "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                readonly "Cross-Origin-Resource-Policy": components["headers"]["Cross-Origin-Resource-Policy"];
                readonly "Referrer-Policy": components["headers"]["Referrer-Policy"];
                readonly Vary: components["headers"]["Vary"];
                readonly "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly "X-Should-Retry": components["headers"]["X-Should-Retry"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The account is blocked by the upstream's rate limit, and no earlier page is there to show. Or: This deployment's share of the account's limit is spent, and no earlier page is there to show. Or: The keys that tokens are checked with can't be had at the moment. Or: The upstream failed several times in a row and is left alone for a moment. */
        readonly UpstreamUnavailable: {
            headers: {
                readonly "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                readonly "Access-Control-Expose-Headers": components["headers"]["Access-Control-Expose-Headers"];
                readonly "Cache-Control": components["headers"]["Cache-Control"];
                readonly "CDN-Cache-Control": components["headers"]["CDN-Cache-Control"];
                readonly "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                readonly "Cross-Origin-Resource-Policy": components["headers"]["Cross-Origin-Resource-Policy"];
                readonly "Referrer-Policy": components["headers"]["Referrer-Policy"];
                readonly "Retry-After": components["headers"]["Retry-After"];
                readonly Vary: components["headers"]["Vary"];
                readonly "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The upstream did not answer in time, and no earlier page is there to show. */
        readonly UpstreamTimeout: {
            headers: {
                readonly "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                readonly "Access-Control-Expose-Headers": components["headers"]["Access-Control-Expose-Headers"];
                readonly "Cache-Control": components["headers"]["Cache-Control"];
                readonly "CDN-Cache-Control": components["headers"]["CDN-Cache-Control"];
                readonly "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                readonly "Cross-Origin-Resource-Policy": components["headers"]["Cross-Origin-Resource-Policy"];
                readonly "Referrer-Policy": components["headers"]["Referrer-Policy"];
                readonly Vary: components["headers"]["Vary"];
                readonly "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        /** @description Only sessions of this meeting: its UUID, or the room name of a V1 meeting, of letters, digits and hyphens. Upper and lower case are the same. */
        readonly associated_id: string;
        /** @description Only sessions in this state. Without it, both. */
        readonly status: "LIVE" | "ENDED" | "live" | "ended";
        /** @description Start of the time range: RFC 3339 with an offset, 2020-01-01 or later, not after `end_time`. Digits beyond the millisecond are cut. A plus sign is written `%2B`. For example 2026-11-01T00:00:00Z. */
        readonly start_time: string;
        /** @description End of the time range, written like `start_time`. */
        readonly end_time: string;
        /** @description A range of participant counts, `min:max`, both from 0 to 100000, min not above max, for example 1:10. */
        readonly participants: string;
        /** @description Text to look for in the meeting title, the meeting id and the session id, without control characters. White space around it is left out. */
        readonly search: string;
        /**
         * @description What the list is sorted by. `minutesConsumed` moves while sessions are live, so pages may shift.
         * @example createdAt
         */
        readonly sort_by: "minutesConsumed" | "createdAt";
        /**
         * @description Ascending or descending.
         * @example DESC
         */
        readonly sort_order: "ASC" | "DESC" | "asc" | "desc";
        /**
         * @description Number of the page, from 1. 0 is taken as 1. Decimal digits without leading zeros.
         * @example 1
         */
        readonly page_no: number;
        /**
         * @description Sessions on a page. Decimal digits without leading zeros.
         * @example 25
         */
        readonly per_page: number;
    };
    requestBodies: never;
    headers: {
        /** @description The origin of the request, where the operator allows it; missing for every other origin. */
        readonly "Access-Control-Allow-Origin": string;
        /** @description The headers that a page of an allowed origin may read. */
        readonly "Access-Control-Expose-Headers": string;
        /** @description Seconds since the page was fetched from the upstream. */
        readonly Age: number;
        /** @description A browser may keep a page but asks each time whether it is still the same; nobody else may keep anything. */
        readonly "Cache-Control": string;
        /** @description Where the page came from (RFC 9211): the cache, the cache although it is older, or the upstream. No more than the cache's name where `status` is not shown. */
        readonly "Cache-Status": string;
        /** @description Tells shared caches to keep nothing (RFC 9213). */
        readonly "CDN-Cache-Control": string;
        /** @description Nothing may be loaded, run or framed. */
        readonly "Content-Security-Policy": string;
        /** @description Other sites may not embed the answer. */
        readonly "Cross-Origin-Resource-Policy": string;
        /** @description A strong validator of the body's bytes as they are sent, for If-None-Match. An unchanged page keeps it. */
        readonly ETag: string;
        /** @description How many requests of this client's allowance are left, and after how many seconds it is whole again. */
        readonly RateLimit: string;
        /** @description This client's allowance: so many requests in so many seconds. */
        readonly "RateLimit-Policy": string;
        /** @description No address of this service is told to anybody. */
        readonly "Referrer-Policy": string;
        /** @description After how many seconds it makes sense to ask again: 1 to 59. */
        readonly "Retry-After": number;
        /** @description How many milliseconds the answer took, and of these the wait for the upstream. Absent where `status` is not shown. */
        readonly "Server-Timing": string;
        /** @description The request headers that the answer depends on. */
        readonly Vary: string;
        /** @description How to identify oneself, without details. */
        readonly "WWW-Authenticate": string;
        /** @description The answer is of its content type and nothing else. */
        readonly "X-Content-Type-Options": string;
        /** @description The id that this service gave the request; the operator finds it in the log. */
        readonly "X-Request-Id": string;
        /** @description Tells the official SDKs not to repeat the request: the service has already tried again. */
        readonly "X-Should-Retry": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    readonly listSessions: {
        readonly parameters: {
            readonly query?: {
                /** @description Only sessions of this meeting: its UUID, or the room name of a V1 meeting, of letters, digits and hyphens. Upper and lower case are the same. */
                readonly associated_id?: components["parameters"]["associated_id"];
                /** @description Only sessions in this state. Without it, both. */
                readonly status?: components["parameters"]["status"];
                /** @description Start of the time range: RFC 3339 with an offset, 2020-01-01 or later, not after `end_time`. Digits beyond the millisecond are cut. A plus sign is written `%2B`. For example 2026-11-01T00:00:00Z. */
                readonly start_time?: components["parameters"]["start_time"];
                /** @description End of the time range, written like `start_time`. */
                readonly end_time?: components["parameters"]["end_time"];
                /** @description A range of participant counts, `min:max`, both from 0 to 100000, min not above max, for example 1:10. */
                readonly participants?: components["parameters"]["participants"];
                /** @description Text to look for in the meeting title, the meeting id and the session id, without control characters. White space around it is left out. */
                readonly search?: components["parameters"]["search"];
                /**
                 * @description What the list is sorted by. `minutesConsumed` moves while sessions are live, so pages may shift.
                 * @example createdAt
                 */
                readonly sort_by?: components["parameters"]["sort_by"];
                /**
                 * @description Ascending or descending.
                 * @example DESC
                 */
                readonly sort_order?: components["parameters"]["sort_order"];
                /**
                 * @description Number of the page, from 1. 0 is taken as 1. Decimal digits without leading zeros.
                 * @example 1
                 */
                readonly page_no?: components["parameters"]["page_no"];
                /**
                 * @description Sessions on a page. Decimal digits without leading zeros.
                 * @example 25
                 */
                readonly per_page?: components["parameters"]["per_page"];
            };
            readonly header?: never;
            readonly path: {
                /**
                 * @description The app: its alias in the configuration, or its app id.
                 * @example demo
                 */
                readonly app: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The page. */
            readonly 200: {
                headers: {
                    readonly "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    readonly "Access-Control-Expose-Headers": components["headers"]["Access-Control-Expose-Headers"];
                    readonly Age: components["headers"]["Age"];
                    readonly "Cache-Control": components["headers"]["Cache-Control"];
                    readonly "Cache-Status": components["headers"]["Cache-Status"];
                    readonly "CDN-Cache-Control": components["headers"]["CDN-Cache-Control"];
                    readonly "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    readonly "Cross-Origin-Resource-Policy": components["headers"]["Cross-Origin-Resource-Policy"];
                    readonly ETag: components["headers"]["ETag"];
                    readonly RateLimit: components["headers"]["RateLimit"];
                    readonly "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    readonly "Referrer-Policy": components["headers"]["Referrer-Policy"];
                    readonly "Server-Timing": components["headers"]["Server-Timing"];
                    readonly Vary: components["headers"]["Vary"];
                    readonly "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SessionPage"];
                };
            };
            readonly 400: components["responses"]["InvalidQuery"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalError"];
            readonly 502: components["responses"]["UpstreamFailed"];
            readonly 503: components["responses"]["UpstreamUnavailable"];
            readonly 504: components["responses"]["UpstreamTimeout"];
        };
    };
    readonly listSessionsForSdk: {
        readonly parameters: {
            readonly query?: {
                /** @description Only sessions of this meeting: its UUID, or the room name of a V1 meeting, of letters, digits and hyphens. Upper and lower case are the same. */
                readonly associated_id?: components["parameters"]["associated_id"];
                /** @description Only sessions in this state. Without it, both. */
                readonly status?: components["parameters"]["status"];
                /** @description Start of the time range: RFC 3339 with an offset, 2020-01-01 or later, not after `end_time`. Digits beyond the millisecond are cut. A plus sign is written `%2B`. For example 2026-11-01T00:00:00Z. */
                readonly start_time?: components["parameters"]["start_time"];
                /** @description End of the time range, written like `start_time`. */
                readonly end_time?: components["parameters"]["end_time"];
                /** @description A range of participant counts, `min:max`, both from 0 to 100000, min not above max, for example 1:10. */
                readonly participants?: components["parameters"]["participants"];
                /** @description Text to look for in the meeting title, the meeting id and the session id, without control characters. White space around it is left out. */
                readonly search?: components["parameters"]["search"];
                /**
                 * @description What the list is sorted by. `minutesConsumed` moves while sessions are live, so pages may shift.
                 * @example createdAt
                 */
                readonly sort_by?: components["parameters"]["sort_by"];
                /**
                 * @description Ascending or descending.
                 * @example DESC
                 */
                readonly sort_order?: components["parameters"]["sort_order"];
                /**
                 * @description Number of the page, from 1. 0 is taken as 1. Decimal digits without leading zeros.
                 * @example 1
                 */
                readonly page_no?: components["parameters"]["page_no"];
                /**
                 * @description Sessions on a page. Decimal digits without leading zeros.
                 * @example 25
                 */
                readonly per_page?: components["parameters"]["per_page"];
            };
            readonly header?: never;
            readonly path: {
                /**
                 * @description `_`, or the account of the configuration; any other is a 404.
                 * @example _
                 */
                readonly account_id: string;
                /**
                 * @description The app: its app id, or its alias in the configuration.
                 * @example 14a396e7-ca44-4937-bf1f-050a69118543
                 */
                readonly app_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The page. */
            readonly 200: {
                headers: {
                    readonly "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    readonly "Access-Control-Expose-Headers": components["headers"]["Access-Control-Expose-Headers"];
                    readonly Age: components["headers"]["Age"];
                    readonly "Cache-Control": components["headers"]["Cache-Control"];
                    readonly "Cache-Status": components["headers"]["Cache-Status"];
                    readonly "CDN-Cache-Control": components["headers"]["CDN-Cache-Control"];
                    readonly "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    readonly "Cross-Origin-Resource-Policy": components["headers"]["Cross-Origin-Resource-Policy"];
                    readonly ETag: components["headers"]["ETag"];
                    readonly RateLimit: components["headers"]["RateLimit"];
                    readonly "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    readonly "Referrer-Policy": components["headers"]["Referrer-Policy"];
                    readonly "Server-Timing": components["headers"]["Server-Timing"];
                    readonly Vary: components["headers"]["Vary"];
                    readonly "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["SessionPage"];
                };
            };
            readonly 400: components["responses"]["InvalidQuery"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalError"];
            readonly 502: components["responses"]["UpstreamFailed"];
            readonly 503: components["responses"]["UpstreamUnavailable"];
            readonly 504: components["responses"]["UpstreamTimeout"];
        };
    };
    readonly getHealth: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It is alive. */
            readonly 200: {
                headers: {
                    readonly "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    readonly "Access-Control-Expose-Headers": components["headers"]["Access-Control-Expose-Headers"];
                    readonly "Cache-Control": components["headers"]["Cache-Control"];
                    readonly "CDN-Cache-Control": components["headers"]["CDN-Cache-Control"];
                    readonly "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    readonly "Cross-Origin-Resource-Policy": components["headers"]["Cross-Origin-Resource-Policy"];
                    readonly "Referrer-Policy": components["headers"]["Referrer-Policy"];
                    readonly Vary: components["headers"]["Vary"];
                    readonly "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Health"];
                };
            };
            readonly 404: components["responses"]["NotFound"];
            readonly 500: components["responses"]["InternalError"];
        };
    };
    readonly getReadiness: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description It is ready. */
            readonly 200: {
                headers: {
                    readonly "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    readonly "Access-Control-Expose-Headers": components["headers"]["Access-Control-Expose-Headers"];
                    readonly "Cache-Control": components["headers"]["Cache-Control"];
                    readonly "CDN-Cache-Control": components["headers"]["CDN-Cache-Control"];
                    readonly "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    readonly "Cross-Origin-Resource-Policy": components["headers"]["Cross-Origin-Resource-Policy"];
                    readonly "Referrer-Policy": components["headers"]["Referrer-Policy"];
                    readonly Vary: components["headers"]["Vary"];
                    readonly "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Readiness"];
                };
            };
            readonly 404: components["responses"]["NotFound"];
            readonly 500: components["responses"]["InternalError"];
            /** @description It is not ready; `checks` tells which part failed. */
            readonly 503: {
                headers: {
                    readonly "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    readonly "Access-Control-Expose-Headers": components["headers"]["Access-Control-Expose-Headers"];
                    readonly "Cache-Control": components["headers"]["Cache-Control"];
                    readonly "CDN-Cache-Control": components["headers"]["CDN-Cache-Control"];
                    readonly "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    readonly "Cross-Origin-Resource-Policy": components["headers"]["Cross-Origin-Resource-Policy"];
                    readonly "Referrer-Policy": components["headers"]["Referrer-Policy"];
                    readonly Vary: components["headers"]["Vary"];
                    readonly "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Readiness"];
                };
            };
        };
    };
    readonly getProblem: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /**
                 * @description The problem's code, with hyphens or underscores.
                 * @example invalid-query
                 */
                readonly code: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The explanation. */
            readonly 200: {
                headers: {
                    readonly "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    readonly "Access-Control-Expose-Headers": components["headers"]["Access-Control-Expose-Headers"];
                    readonly "Cache-Control": components["headers"]["Cache-Control"];
                    readonly "CDN-Cache-Control": components["headers"]["CDN-Cache-Control"];
                    readonly "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    readonly "Cross-Origin-Resource-Policy": components["headers"]["Cross-Origin-Resource-Policy"];
                    readonly "Referrer-Policy": components["headers"]["Referrer-Policy"];
                    readonly Vary: components["headers"]["Vary"];
                    readonly "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ProblemExplanation"];
                };
            };
            readonly 404: components["responses"]["NotFound"];
            readonly 500: components["responses"]["InternalError"];
        };
    };
    readonly getOpenApi: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The document. */
            readonly 200: {
                headers: {
                    readonly "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    readonly "Access-Control-Expose-Headers": components["headers"]["Access-Control-Expose-Headers"];
                    readonly "Cache-Control": components["headers"]["Cache-Control"];
                    readonly "CDN-Cache-Control": components["headers"]["CDN-Cache-Control"];
                    readonly "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    readonly "Cross-Origin-Resource-Policy": components["headers"]["Cross-Origin-Resource-Policy"];
                    readonly ETag: components["headers"]["ETag"];
                    readonly "Referrer-Policy": components["headers"]["Referrer-Policy"];
                    readonly Vary: components["headers"]["Vary"];
                    readonly "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OpenApiDocument"];
                };
            };
            readonly 404: components["responses"]["NotFound"];
            readonly 500: components["responses"]["InternalError"];
        };
    };
    readonly getOpenApi30: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The document. */
            readonly 200: {
                headers: {
                    readonly "Access-Control-Allow-Origin": components["headers"]["Access-Control-Allow-Origin"];
                    readonly "Access-Control-Expose-Headers": components["headers"]["Access-Control-Expose-Headers"];
                    readonly "Cache-Control": components["headers"]["Cache-Control"];
                    readonly "CDN-Cache-Control": components["headers"]["CDN-Cache-Control"];
                    readonly "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    readonly "Cross-Origin-Resource-Policy": components["headers"]["Cross-Origin-Resource-Policy"];
                    readonly ETag: components["headers"]["ETag"];
                    readonly "Referrer-Policy": components["headers"]["Referrer-Policy"];
                    readonly Vary: components["headers"]["Vary"];
                    readonly "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OpenApiDocument"];
                };
            };
            readonly 404: components["responses"]["NotFound"];
            readonly 500: components["responses"]["InternalError"];
        };
    };
}
