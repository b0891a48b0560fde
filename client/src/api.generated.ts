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
    readonly "/v1/apps/{app}/sessions/peer-report/{peer_id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Get a peer report
         * @description How a call was for one peer, for callers who may see every meeting. The query is closed: an unknown, repeated or malformed parameter is a 400 that names every offender at once and costs no upstream request. What the caller may not see is left out or not found. Pages come from a cache and may be some seconds old, which `Age` tells; an unchanged page keeps its `ETag`. Conditional requests are answered as HTTP has it: with `If-None-Match` naming the page's ETag, a 304 without a body, with the headers of the page. Browsers and most HTTP clients do that by themselves.
         */
        readonly get: operations["getPeerReport"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/apps/{app}/sessions/{session_id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Get a session
         * @description A session by its id. The query is closed: an unknown, repeated or malformed parameter is a 400 that names every offender at once and costs no upstream request. What the caller may not see is left out or not found. Pages come from a cache and may be some seconds old, which `Age` tells; an unchanged page keeps its `ETag`. Conditional requests are answered as HTTP has it: with `If-None-Match` naming the page's ETag, a 304 without a body, with the headers of the page. Browsers and most HTTP clients do that by themselves.
         */
        readonly get: operations["getSession"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/apps/{app}/meetings/{meeting_id}/active-session": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Get a meeting's active session
         * @description The session that goes on in a meeting now. While nobody is in, the answer is a 404 with the code `no_active_session`, as fresh as a page. The query is closed: an unknown, repeated or malformed parameter is a 400 that names every offender at once and costs no upstream request. What the caller may not see is left out or not found. Pages come from a cache and may be some seconds old, which `Age` tells; an unchanged page keeps its `ETag`. Conditional requests are answered as HTTP has it: with `If-None-Match` naming the page's ETag, a 304 without a body, with the headers of the page. Browsers and most HTTP clients do that by themselves.
         */
        readonly get: operations["getActiveSession"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/apps/{app}/sessions/{session_id}/participants": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List a session's participants
         * @description A page of the people who were in a session. The query is closed: an unknown, repeated or malformed parameter is a 400 that names every offender at once and costs no upstream request. What the caller may not see is left out or not found. Pages come from a cache and may be some seconds old, which `Age` tells; an unchanged page keeps its `ETag`. Conditional requests are answered as HTTP has it: with `If-None-Match` naming the page's ETag, a 304 without a body, with the headers of the page. Browsers and most HTTP clients do that by themselves.
         */
        readonly get: operations["listParticipants"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/apps/{app}/sessions/{session_id}/participants/{participant_id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Get a participant
         * @description A participant of a session by their id. The query is closed: an unknown, repeated or malformed parameter is a 400 that names every offender at once and costs no upstream request. What the caller may not see is left out or not found. Pages come from a cache and may be some seconds old, which `Age` tells; an unchanged page keeps its `ETag`. Conditional requests are answered as HTTP has it: with `If-None-Match` naming the page's ETag, a 304 without a body, with the headers of the page. Browsers and most HTTP clients do that by themselves.
         */
        readonly get: operations["getParticipant"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/apps/{app}/sessions/{session_id}/chat": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Get a session's chat
         * @description Everything that was written in a session, as CSV. The file is looked at before its link is shown. The query is closed: an unknown, repeated or malformed parameter is a 400 that names every offender at once and costs no upstream request. What the caller may not see is left out or not found. Pages come from a cache and may be some seconds old, which `Age` tells. Links are secrets that end: nobody keeps the answer.
         */
        readonly get: operations["getChat"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/apps/{app}/sessions/{session_id}/transcript": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Get a session's transcript
         * @description Everything that was said in a session, as text. The file is looked at before its link is shown. The query is closed: an unknown, repeated or malformed parameter is a 400 that names every offender at once and costs no upstream request. What the caller may not see is left out or not found. Pages come from a cache and may be some seconds old, which `Age` tells. Links are secrets that end: nobody keeps the answer.
         */
        readonly get: operations["getTranscript"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/apps/{app}/sessions/{session_id}/summary": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Get a session's summary
         * @description What a session was about, in a few sentences. The file is looked at before its link is shown. The query is closed: an unknown, repeated or malformed parameter is a 400 that names every offender at once and costs no upstream request. What the caller may not see is left out or not found. Pages come from a cache and may be some seconds old, which `Age` tells. Links are secrets that end: nobody keeps the answer.
         */
        readonly get: operations["getSummary"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/apps/{app}/sessions/{session_id}/livestream-sessions": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List a session's livestreams
         * @description A page of the livestreams of a session. The query is closed: an unknown, repeated or malformed parameter is a 400 that names every offender at once and costs no upstream request. What the caller may not see is left out or not found. Pages come from a cache and may be some seconds old, which `Age` tells; an unchanged page keeps its `ETag`. Conditional requests are answered as HTTP has it: with `If-None-Match` naming the page's ETag, a 304 without a body, with the headers of the page. Browsers and most HTTP clients do that by themselves.
         */
        readonly get: operations["listLivestreamSessions"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/apps/{app}/recordings": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List recordings
         * @description A page of an app's recordings, newest first unless asked otherwise. The query is closed: an unknown, repeated or malformed parameter is a 400 that names every offender at once and costs no upstream request. What the caller may not see is left out or not found; a caller who may see several meetings, and not all, has to name one with `meeting_id`. Pages come from a cache and may be some seconds old, which `Age` tells. Links are secrets that end: nobody keeps the answer.
         */
        readonly get: operations["listRecordings"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/apps/{app}/analytics/daywise": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Get analytics day by day
         * @description Sessions and recordings of an app, for every day of a range, for callers who may see every meeting. The query is closed: an unknown, repeated or malformed parameter is a 400 that names every offender at once and costs no upstream request. What the caller may not see is left out or not found. Pages come from a cache and may be some seconds old, which `Age` tells; an unchanged page keeps its `ETag`. Conditional requests are answered as HTTP has it: with `If-None-Match` naming the page's ETag, a 304 without a body, with the headers of the page. Browsers and most HTTP clients do that by themselves.
         */
        readonly get: operations["getDaywiseAnalytics"];
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
            readonly code: "invalid_query" | "meeting_required" | "unauthorized" | "forbidden" | "not_first_party" | "not_found" | "no_active_session" | "method_not_allowed" | "malformed_request" | "request_timeout" | "headers_too_large" | "too_large" | "invalid_body" | "unsupported_type" | "change_unrecorded" | "overloaded" | "invalid_signature" | "webhook_unavailable" | "rate_limited" | "streams_exhausted" | "exports_exhausted" | "upstream_limited" | "budget_spent" | "identity_unavailable" | "circuit_open" | "upstream_unauthorized" | "upstream_failed" | "upstream_malformed" | "upstream_timeout" | "misconfigured" | "internal";
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
             * @description Where a person logs in; only with `unauthorized`, and only where this service has a login.
             * @example https://sessions.example.com/auth/login
             */
            readonly login_url?: string;
            /**
             * @description Always false, as in a Cloudflare v4 failure.
             * @example false
             * @enum {boolean}
             */
            readonly success: false;
            /** @description Everything that is wrong, at once: an entry for each offending parameter or key, else a single one. */
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
            /** @description Where in the request it is; absent where no part of it is concerned. */
            readonly source?: {
                /**
                 * @description A JSON pointer to the part of the request: a query parameter, or a key of the body.
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
        /** @description A page: the sessions. */
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
             * @description Rows, and rows inside them, that the upstream sent and that were left out because they could not be made valid, or were there twice.
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
            /**
             * @description Everybody who ever joined; null where the upstream does not say.
             * @example 3
             */
            readonly total_participants: number | null;
            /**
             * @description State of the session's recordings, an open list; null where the upstream does not say.
             * @example NOT_RECORDED
             */
            readonly recording_status: string | null;
            /**
             * @description State of the session's livestreams, an open list; null where the upstream does not say.
             * @example NOT_LIVESTREAMED
             */
            readonly livestream_status: string | null;
            /**
             * @description Of a breakout room, the session it belongs to; null for any other, and where the upstream does not say.
             * @example 3ff7a0a4-4d2f-4c7e-a0a4-f5b1d9a1c8be
             */
            readonly parent_session_id: string | null;
            /**
             * Format: double
             * @description Minutes of group calls so far; null where the upstream does not say.
             * @example 2.3434
             */
            readonly group_call_minutes_consumed: number | null;
            /**
             * Format: double
             * @description Minutes of webinars so far; null where the upstream does not say.
             * @example 2.3434
             */
            readonly webinar_minutes_consumed: number | null;
            /**
             * Format: double
             * @description Minutes of audio rooms so far; null where the upstream does not say.
             * @example 2.3434
             */
            readonly audio_room_minutes_consumed: number | null;
            /**
             * Format: double
             * @description Minutes of livestreams so far; null where the upstream does not say.
             * @example 2.3434
             */
            readonly livestream_minutes_consumed: number | null;
            /**
             * Format: double
             * @description Minutes of chat so far; null where the upstream does not say.
             * @example 2.3434
             */
            readonly chat_minutes_consumed: number | null;
            /**
             * Format: double
             * @description Minutes of recordings so far; null where the upstream does not say.
             * @example 2.3434
             */
            readonly recording_minutes_consumed: number | null;
            /**
             * Format: double
             * @description Minutes of transcription so far; null where the upstream does not say.
             * @example 2.3434
             */
            readonly transcription_minutes_consumed: number | null;
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
             * @description Everybody who ever joined; null where the upstream does not say.
             * @example 3
             */
            readonly total_participants: number | null;
            /**
             * @description State of the session's recordings, an open list; null where the upstream does not say.
             * @example NOT_RECORDED
             */
            readonly recording_status: string | null;
            /**
             * @description State of the session's livestreams, an open list; null where the upstream does not say.
             * @example NOT_LIVESTREAMED
             */
            readonly livestream_status: string | null;
            /**
             * @description Of a breakout room, the session it belongs to; null for any other, and where the upstream does not say.
             * @example 3ff7a0a4-4d2f-4c7e-a0a4-f5b1d9a1c8be
             */
            readonly parent_session_id: string | null;
            /**
             * Format: double
             * @description Minutes of group calls so far; null where the upstream does not say.
             * @example 2.3434
             */
            readonly group_call_minutes_consumed: number | null;
            /**
             * Format: double
             * @description Minutes of webinars so far; null where the upstream does not say.
             * @example 2.3434
             */
            readonly webinar_minutes_consumed: number | null;
            /**
             * Format: double
             * @description Minutes of audio rooms so far; null where the upstream does not say.
             * @example 2.3434
             */
            readonly audio_room_minutes_consumed: number | null;
            /**
             * Format: double
             * @description Minutes of livestreams so far; null where the upstream does not say.
             * @example 2.3434
             */
            readonly livestream_minutes_consumed: number | null;
            /**
             * Format: double
             * @description Minutes of chat so far; null where the upstream does not say.
             * @example 2.3434
             */
            readonly chat_minutes_consumed: number | null;
            /**
             * Format: double
             * @description Minutes of recordings so far; null where the upstream does not say.
             * @example 2.3434
             */
            readonly recording_minutes_consumed: number | null;
            /**
             * Format: double
             * @description Minutes of transcription so far; null where the upstream does not say.
             * @example 2.3434
             */
            readonly transcription_minutes_consumed: number | null;
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
             * @description Rows in the whole list; null when the upstream does not say.
             * @example 123
             */
            readonly total_count: number | null;
            /**
             * @description Position of the first row of the page, from 1; 0 on an empty page.
             * @example 1
             */
            readonly start_offset: number;
            /**
             * @description Position of the last row of the page, inclusive; 0 on an empty page.
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
             * @description Rows asked for on a page.
             * @example 25
             */
            readonly per_page: number;
            /**
             * @description Whether a further page is to be expected. Without a total: whether this page is full.
             * @example true
             */
            readonly has_more: boolean;
        };
        /** @description A peer report. */
        readonly PeerReportDetails: {
            /**
             * @description Always true: anything else is a problem document.
             * @example true
             * @enum {boolean}
             */
            readonly success: true;
            /** @description The envelope of the upstream. */
            readonly data: {
                readonly participant: components["schemas"]["PeerReportParticipant"];
            };
        };
        /** @description A participant, with how the call was for them. */
        readonly PeerReportParticipant: {
            /**
             * @description Id of the participant, the same as the peer's.
             * @example 9c1a4d2e-58f7-4e0d-b6a3-7f2c1d0e9b84
             */
            readonly id: string;
            /**
             * @description Id of the user, where the upstream says it.
             * @example 5d0e9b84-7f2c-41b6-a358-9c1a4d2ef74e
             */
            readonly user_id: string | null;
            /**
             * @description The id that the application gave.
             * @example student-17
             */
            readonly custom_participant_id: string | null;
            /**
             * @description The name shown in the meeting.
             * @example Ada
             */
            readonly display_name: string | null;
            /**
             * @description The preset they joined with.
             * @example group_call_participant
             */
            readonly role: string | null;
            /**
             * @description Id of the session.
             * @example 813432c7-3c5a-45e2-9acf-eef7061c7584
             */
            readonly session_id: string | null;
            /**
             * Format: date-time
             * @description When they first joined.
             * @example 2026-11-22T10:00:00.000Z
             */
            readonly joined_at: string | null;
            /**
             * Format: date-time
             * @description When they last left; null while they are in.
             * @example 2026-11-22T10:31:12.000Z
             */
            readonly left_at: string | null;
            /**
             * Format: double
             * @description Minutes in the session.
             * @example 31.2
             */
            readonly duration: number | null;
            /**
             * Format: date-time
             * @description When the record was made.
             * @example 2026-11-22T10:00:00.010Z
             */
            readonly created_at: string | null;
            /**
             * Format: date-time
             * @description When the record last changed.
             * @example 2026-11-22T10:31:12.010Z
             */
            readonly updated_at: string | null;
            /** @description Each step of their way in and out. Empty unless `include_peer_events` is true. */
            readonly peer_events: readonly components["schemas"]["PeerEvent"][];
            readonly peer_report: components["schemas"]["PeerReport"];
        };
        /** @description One step of a participant's way in or out. */
        readonly PeerEvent: {
            /**
             * @description Id of the event.
             * @example 0a5b0a4e-6f0e-4b8e-9f0a-2d1f6f0e4b8e
             */
            readonly id: string | null;
            /**
             * @description Id of the connection.
             * @example d2f0e4b8-9f0a-4d1f-8e6f-0e4b8e0a5b0a
             */
            readonly peer_id: string | null;
            /**
             * @description Id of the participant, where the upstream says it.
             * @example 9c1a4d2e-58f7-4e0d-b6a3-7f2c1d0e9b84
             */
            readonly participant_id: string | null;
            /**
             * @description Id of the session, where the upstream says it.
             * @example 813432c7-3c5a-45e2-9acf-eef7061c7584
             */
            readonly session_id: string | null;
            /**
             * @description Id of the socket, where the upstream says it.
             * @example 5b0a0e4b-8e0a-46f0-a4d1-f8e6f0e4b8e9
             */
            readonly socket_session_id: string | null;
            /**
             * @description What happened: `PEER_CREATED`, `PEER_JOINING`, `PEER_LEAVING`, or another.
             * @example PEER_JOINING
             */
            readonly event_name: string;
            /**
             * @description Kind of view, such as `GROUP_CALL`.
             * @example GROUP_CALL
             */
            readonly preset_view_type: string | null;
            /**
             * Format: double
             * @description Minutes so far.
             * @example 1.5
             */
            readonly minutes_consumed: number | null;
            /**
             * Format: date-time
             * @description When it happened.
             * @example 2026-11-22T10:00:00.000Z
             */
            readonly created_at: string | null;
            /**
             * Format: date-time
             * @description When the record last changed.
             * @example 2026-11-22T10:00:00.000Z
             */
            readonly updated_at: string | null;
        };
        /** @description How the call was for the peer; without figures until the upstream has them. */
        readonly PeerReport: {
            readonly metadata: components["schemas"]["PeerMetadata"];
            readonly quality: components["schemas"]["PeerQuality"];
        };
        /** @description What the peer joined with. */
        readonly PeerMetadata: {
            /**
             * @description Browser.
             * @example Firefox
             */
            readonly browser: string | null;
            /**
             * @description Its version.
             * @example 145.0
             */
            readonly browser_version: string | null;
            /**
             * @description Operating system.
             * @example Linux
             */
            readonly os: string | null;
            /**
             * @description Its version.
             * @example 6.12
             */
            readonly os_version: string | null;
            /**
             * @description Whether it is a mobile device.
             * @example false
             */
            readonly is_mobile: boolean | null;
            /**
             * @description Processors.
             * @example 8
             */
            readonly cpus: number | null;
            /**
             * @description Country.
             * @example NL
             */
            readonly country: string | null;
        };
        /** @description Quality by kind of media and direction. */
        readonly PeerQuality: {
            readonly audio_consumer_cumulative: components["schemas"]["CumulativeQuality"];
            readonly audio_producer_cumulative: components["schemas"]["CumulativeQuality"];
            readonly video_consumer_cumulative: components["schemas"]["CumulativeQuality"];
            readonly video_producer_cumulative: components["schemas"]["CumulativeQuality"];
            readonly screenshare_audio_consumer_cumulative: components["schemas"]["CumulativeQuality"];
            readonly screenshare_audio_producer_cumulative: components["schemas"]["CumulativeQuality"];
            readonly screenshare_video_consumer_cumulative: components["schemas"]["CumulativeQuality"];
            readonly screenshare_video_producer_cumulative: components["schemas"]["CumulativeQuality"];
        };
        /** @description Quality over the whole call, as the upstream reckons it. */
        readonly CumulativeQuality: {
            /**
             * @description Share of packets lost.
             * @example {
             *       "avg": 0.1
             *     }
             */
            readonly packet_loss: {
                readonly [key: string]: number;
            } | null;
            /**
             * @description Mean opinion score, 1 to 5.
             * @example {
             *       "avg": 4.2
             *     }
             */
            readonly quality_mos: {
                readonly [key: string]: number;
            } | null;
            /**
             * @description Round-trip time, ms.
             * @example {
             *       "avg": 41
             *     }
             */
            readonly rtt: {
                readonly [key: string]: number;
            } | null;
            /**
             * @description Delay in the jitter buffer, ms.
             * @example {
             *       "avg": 62
             *     }
             */
            readonly jitter_buffer_delay: {
                readonly [key: string]: number;
            } | null;
            /**
             * @description Frames a second.
             * @example {
             *       "avg": 24
             *     }
             */
            readonly frame_per_second: {
                readonly [key: string]: number;
            } | null;
            /**
             * @description Width of frames, pixels.
             * @example {
             *       "avg": 1280
             *     }
             */
            readonly frame_width: {
                readonly [key: string]: number;
            } | null;
            /**
             * @description Share of time with each kind of trouble.
             * @example {
             *       "lag_fraction": 0.02
             *     }
             */
            readonly issues: {
                readonly [key: string]: number;
            } | null;
            /**
             * Format: double
             * @description Share of time with much negative feedback.
             * @example 0.01
             */
            readonly high_negative_feedback_fraction: number | null;
            /**
             * Format: double
             * @description Share of key frames among those encoded.
             * @example 0.02
             */
            readonly key_frames_encoded_fraction: number | null;
            /**
             * Format: double
             * @description Share of key frames among those decoded.
             * @example 0.02
             */
            readonly key_frames_decoded_fraction: number | null;
        };
        /** @description A session. */
        readonly SessionDetails: {
            /**
             * @description Always true: anything else is a problem document.
             * @example true
             * @enum {boolean}
             */
            readonly success: true;
            readonly data: components["schemas"]["Session"];
        };
        /** @description The session that goes on in a meeting. */
        readonly ActiveSession: {
            /**
             * @description Always true: anything else is a problem document.
             * @example true
             * @enum {boolean}
             */
            readonly success: true;
            readonly data: components["schemas"]["Session"];
        };
        /** @description A page: the participants. */
        readonly ParticipantPage: {
            /**
             * @description Always true: anything else is a problem document.
             * @example true
             * @enum {boolean}
             */
            readonly success: true;
            /** @description The envelope of the upstream. */
            readonly data: {
                /** @description The participants of the page in the order asked for, unique by id. */
                readonly participants: readonly components["schemas"]["Participant"][];
            };
            readonly paging: components["schemas"]["Paging"];
            /**
             * @description Rows, and rows inside them, that the upstream sent and that were left out because they could not be made valid, or were there twice.
             * @example 0
             */
            readonly dropped_count: number;
        };
        /** @description Somebody who was in the session. */
        readonly Participant: {
            /**
             * @description Id of the participant, the same as the peer's.
             * @example 9c1a4d2e-58f7-4e0d-b6a3-7f2c1d0e9b84
             */
            readonly id: string;
            /**
             * @description Id of the user, where the upstream says it.
             * @example 5d0e9b84-7f2c-41b6-a358-9c1a4d2ef74e
             */
            readonly user_id: string | null;
            /**
             * @description The id that the application gave.
             * @example student-17
             */
            readonly custom_participant_id: string | null;
            /**
             * @description The name shown in the meeting.
             * @example Ada
             */
            readonly display_name: string | null;
            /**
             * @description The preset they joined with.
             * @example group_call_participant
             */
            readonly preset_name: string | null;
            /**
             * Format: date-time
             * @description When they first joined.
             * @example 2026-11-22T10:00:00.000Z
             */
            readonly joined_at: string | null;
            /**
             * Format: date-time
             * @description When they last left; null while they are in.
             * @example 2026-11-22T10:31:12.000Z
             */
            readonly left_at: string | null;
            /**
             * Format: double
             * @description Minutes in the session.
             * @example 31.2
             */
            readonly duration: number | null;
            /**
             * Format: date-time
             * @description When the record was made.
             * @example 2026-11-22T10:00:00.010Z
             */
            readonly created_at: string | null;
            /**
             * Format: date-time
             * @description When the record last changed.
             * @example 2026-11-22T10:31:12.010Z
             */
            readonly updated_at: string | null;
            /** @description Each step of their way in and out. Empty unless `include_peer_events` is true. */
            readonly peer_events: readonly components["schemas"]["PeerEvent"][];
        };
        /** @description A participant. */
        readonly ParticipantDetails: {
            /**
             * @description Always true: anything else is a problem document.
             * @example true
             * @enum {boolean}
             */
            readonly success: true;
            /** @description The envelope of the upstream. */
            readonly data: {
                readonly participant: components["schemas"]["Participant"];
            };
        };
        /** @description Everything that was written in a session, as CSV. */
        readonly ChatLink: {
            /**
             * @description Always true: anything else is a problem document.
             * @example true
             * @enum {boolean}
             */
            readonly success: true;
            readonly data: components["schemas"]["Chat"];
        };
        /** @description Everything that was written in a session, as CSV. */
        readonly Chat: {
            /**
             * Format: uri
             * @description Where the file can be had; null unless `state` is `ready`. A secret: it needs no token.
             * @example https://files.example.com/file?signature=0
             */
            readonly chat_download_url: string | null;
            /**
             * Format: date-time
             * @description When the link ends; null where there is none.
             * @example 2026-11-29T11:02:14.000Z
             */
            readonly chat_download_url_expiry: string | null;
            /**
             * @description `ready`: the link is there and the file is not empty. `empty`: the file has no byte. `pending`: the session runs or ended less than an hour ago. `absent`: there is none.
             * @example ready
             * @enum {string}
             */
            readonly state: "ready" | "empty" | "pending" | "absent";
        };
        /** @description Everything that was said in a session, as text. */
        readonly TranscriptLink: {
            /**
             * @description Always true: anything else is a problem document.
             * @example true
             * @enum {boolean}
             */
            readonly success: true;
            readonly data: components["schemas"]["Transcript"];
        };
        /** @description Everything that was said in a session, as text. */
        readonly Transcript: {
            /**
             * Format: uri
             * @description Where the file can be had; null unless `state` is `ready`. A secret: it needs no token.
             * @example https://files.example.com/file?signature=0
             */
            readonly transcript_download_url: string | null;
            /**
             * Format: date-time
             * @description When the link ends; null where there is none.
             * @example 2026-11-29T11:02:14.000Z
             */
            readonly transcript_download_url_expiry: string | null;
            /**
             * @description `ready`: the link is there and the file is not empty. `empty`: the file has no byte. `pending`: the session runs or ended less than an hour ago. `absent`: there is none.
             * @example ready
             * @enum {string}
             */
            readonly state: "ready" | "empty" | "pending" | "absent";
        };
        /** @description What a session was about, in a few sentences. */
        readonly SummaryLink: {
            /**
             * @description Always true: anything else is a problem document.
             * @example true
             * @enum {boolean}
             */
            readonly success: true;
            readonly data: components["schemas"]["Summary"];
        };
        /** @description What a session was about, in a few sentences. */
        readonly Summary: {
            /**
             * Format: uri
             * @description Where the file can be had; null unless `state` is `ready`. A secret: it needs no token.
             * @example https://files.example.com/file?signature=0
             */
            readonly summaryDownloadUrl: string | null;
            /**
             * Format: date-time
             * @description When the link ends; null where there is none.
             * @example 2026-11-29T11:02:14.000Z
             */
            readonly summaryDownloadUrlExpiry: string | null;
            /**
             * @description `ready`: the link is there and the file is not empty. `empty`: the file has no byte. `pending`: the session runs or ended less than an hour ago. `absent`: there is none.
             * @example ready
             * @enum {string}
             */
            readonly state: "ready" | "empty" | "pending" | "absent";
        };
        /** @description A page: the livestreams. */
        readonly LivestreamSessionPage: {
            /**
             * @description Always true: anything else is a problem document.
             * @example true
             * @enum {boolean}
             */
            readonly success: true;
            /** @description The envelope of the upstream. */
            readonly data: {
                /** @description The livestreams of the page in the order asked for, unique by id. */
                readonly data: readonly components["schemas"]["LivestreamSession"][];
            };
            readonly paging: components["schemas"]["Paging"];
            /**
             * @description Rows, and rows inside them, that the upstream sent and that were left out because they could not be made valid, or were there twice.
             * @example 0
             */
            readonly dropped_count: number;
        };
        /** @description A livestream of a session. */
        readonly LivestreamSession: {
            /**
             * @description Id of the livestream's session.
             * @example 7a2f6c1d-0e9b-484d-9c1a-4d2e58f74e0d
             */
            readonly id: string;
            /**
             * @description Id of the livestream.
             * @example 1d0e9b84-58f7-4e0d-b6a3-9c1a4d2e7f2c
             */
            readonly livestream_id: string | null;
            /**
             * @description Why it failed, where it did.
             * @example ingest timed out
             */
            readonly err_message: string | null;
            /**
             * Format: double
             * @description Seconds that were taken in.
             * @example 118
             */
            readonly ingest_seconds: number | null;
            /**
             * Format: double
             * @description Seconds that were watched, of all viewers together.
             * @example 116.1
             */
            readonly viewer_seconds: number | null;
            /**
             * Format: date-time
             * @description When it was asked for.
             * @example 2026-11-22T10:01:00.000Z
             */
            readonly invoked_time: string | null;
            /**
             * Format: date-time
             * @description When it started.
             * @example 2026-11-22T10:01:04.000Z
             */
            readonly started_time: string | null;
            /**
             * Format: date-time
             * @description When it stopped; null while it runs.
             * @example 2026-11-22T10:03:02.000Z
             */
            readonly stopped_time: string | null;
            /**
             * Format: date-time
             * @description When the record was made.
             * @example 2026-11-22T10:01:00.010Z
             */
            readonly created_at: string | null;
            /**
             * Format: date-time
             * @description When the record last changed.
             * @example 2026-11-22T10:03:02.010Z
             */
            readonly updated_at: string | null;
        };
        /** @description A page: the recordings. */
        readonly RecordingPage: {
            /**
             * @description Always true: anything else is a problem document.
             * @example true
             * @enum {boolean}
             */
            readonly success: true;
            /** @description The recordings of the page in the order asked for, unique by id. */
            readonly data: readonly components["schemas"]["Recording"][];
            readonly paging: components["schemas"]["Paging"];
            /**
             * @description Rows, and rows inside them, that the upstream sent and that were left out because they could not be made valid, or were there twice.
             * @example 0
             */
            readonly dropped_count: number;
        };
        /** @description A recording. */
        readonly Recording: {
            /**
             * @description Id of the recording.
             * @example b6a37f2c-1d0e-49b8-849c-1a4d2e58f74e
             */
            readonly id: string;
            /**
             * @description Id of the meeting, where the upstream says it.
             * @example 6bf2b8be-04dd-4191-b602-1128921a306b
             */
            readonly meeting_id: string | null;
            /**
             * @description Id of the session, where the upstream says it.
             * @example 813432c7-3c5a-45e2-9acf-eef7061c7584
             */
            readonly session_id: string | null;
            /**
             * @description How far it is.
             * @example UPLOADED
             * @enum {string}
             */
            readonly status: "INVOKED" | "RECORDING" | "UPLOADING" | "UPLOADED" | "ERRORED" | "PAUSED";
            /**
             * @description Name of the file.
             * @example weekly-review.mp4
             */
            readonly output_file_name: string | null;
            /**
             * @description Bytes of the file.
             * @example 10485760
             */
            readonly file_size: number | null;
            /**
             * Format: double
             * @description Seconds that were recorded.
             * @example 1872
             */
            readonly recording_duration: number | null;
            /**
             * Format: date-time
             * @description When it was asked for.
             * @example 2026-11-22T10:00:01.000Z
             */
            readonly invoked_time: string | null;
            /**
             * Format: date-time
             * @description When it started.
             * @example 2026-11-22T10:00:04.000Z
             */
            readonly started_time: string | null;
            /**
             * Format: date-time
             * @description When it stopped; null while it runs.
             * @example 2026-11-22T10:31:16.000Z
             */
            readonly stopped_time: string | null;
            /**
             * Format: uri
             * @description Where the file can be had; null where there is none. A secret: it needs no token.
             * @example https://files.example.com/file?signature=0
             */
            readonly download_url: string | null;
            /**
             * Format: uri
             * @description Where its sound can be had. A secret as well.
             * @example https://files.example.com/sound?signature=0
             */
            readonly audio_download_url: string | null;
            /**
             * Format: date-time
             * @description When the links end; null where there is none.
             * @example 2026-11-29T10:31:20.000Z
             */
            readonly download_url_expiry: string | null;
        };
        /** @description Analytics day by day. */
        readonly DaywiseAnalyticsDetails: {
            /**
             * @description Always true: anything else is a problem document.
             * @example true
             * @enum {boolean}
             */
            readonly success: true;
            readonly data: components["schemas"]["DaywiseAnalytics"];
        };
        /** @description Sessions and recordings, day by day. */
        readonly DaywiseAnalytics: {
            readonly session_stats: components["schemas"]["SessionStats"];
            readonly recording_stats: components["schemas"]["RecordingStats"];
        };
        /** @description Sessions of the range. */
        readonly SessionStats: {
            /**
             * @description Sessions of all days.
             * @example 26
             */
            readonly sessions_count: number;
            /**
             * Format: double
             * @description Participant minutes of all days.
             * @example 1323.23
             */
            readonly sessions_minutes_consumed: number;
            /** @description Every day of the range, oldest first. */
            readonly day_stats: readonly components["schemas"]["SessionDay"][];
        };
        /** @description Sessions of a day. */
        readonly SessionDay: {
            /**
             * Format: date-time
             * @description The day, as its first moment in UTC.
             * @example 2026-11-22T00:00:00.000Z
             */
            readonly day: string;
            /**
             * @description Sessions that started.
             * @example 26
             */
            readonly total_sessions: number;
            /**
             * Format: double
             * @description Their participant minutes.
             * @example 1323.23
             */
            readonly total_session_minutes: number;
        };
        /** @description Recordings of the range. */
        readonly RecordingStats: {
            /**
             * @description Recordings of all days.
             * @example 3
             */
            readonly recording_count: number;
            /**
             * Format: double
             * @description Minutes of all days.
             * @example 93.5
             */
            readonly recording_minutes_consumed: number;
            /** @description Every day of the range, oldest first. */
            readonly day_stats: readonly components["schemas"]["RecordingDay"][];
        };
        /** @description Recordings of a day. */
        readonly RecordingDay: {
            /**
             * Format: date-time
             * @description The day, as its first moment in UTC.
             * @example 2026-11-22T00:00:00.000Z
             */
            readonly day: string;
            /**
             * @description Recordings that started.
             * @example 3
             */
            readonly total_recordings: number;
            /**
             * Format: double
             * @description Their minutes.
             * @example 93.5
             */
            readonly total_recording_minutes: number;
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
        /** @description No policy of this deployment allows this request. Or: Whoever is logged in is let in only where a page of this service asks, or one of an allowed origin of the same site. */
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
        /** @description There is nothing at this address. Or: Nobody is in this meeting now. */
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
        /** @description This process has as many streams open as it takes. Or: This process has as many exports under way as it takes. Or: The account is blocked by the upstream's rate limit, and no earlier page is there to show. Or: This deployment's share of the account's limit is spent, and no earlier page is there to show. Or: The keys that tokens are checked with can't be had at the moment. Or: The upstream failed several times in a row and is left alone for a moment. */
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
        /** @description Asks the upstream for this part alone. Addresses, places and candidates never pass. */
        readonly filters: "device_info" | "ip_information" | "precall_network_information" | "events" | "quality_stats";
        /** @description Whether each step of their way in and out is shown. */
        readonly include_peer_events: boolean;
        /** @description Whether the upstream is asked for the session's breakout rooms too. */
        readonly include_breakout_rooms: boolean;
        /** @description Text to look for in the participant's ids and display name. */
        readonly listParticipants_search: string;
        /**
         * @description What the list is sorted by.
         * @example joinedAt
         */
        readonly listParticipants_sort_by: "joinedAt" | "duration";
        /**
         * @description In sessions with breakout rooms, `raw` counts each session by itself, and `consolidated` them together.
         * @example raw
         */
        readonly view: "raw" | "consolidated";
        /**
         * @description Participants on a page. Decimal digits without leading zeros.
         * @example 25
         */
        readonly listParticipants_per_page: number;
        /**
         * @description Form of the file.
         * @example CSV
         */
        readonly format: "SRT" | "VTT" | "JSON" | "CSV" | "srt" | "vtt" | "json" | "csv";
        /**
         * @description Livestreams on a page. Decimal digits without leading zeros.
         * @example 25
         */
        readonly listLivestreamSessions_per_page: number;
        /** @description Only recordings of this meeting. */
        readonly meeting_id: string;
        /** @description Only recordings in this state. */
        readonly listRecordings_status: "INVOKED" | "RECORDING" | "UPLOADING" | "UPLOADED" | "ERRORED" | "PAUSED" | "invoked" | "recording" | "uploading" | "uploaded" | "errored" | "paused";
        /** @description Text to look for in the meeting's id and title. */
        readonly listRecordings_search: string;
        /**
         * @description Recordings on a page. Decimal digits without leading zeros.
         * @example 25
         */
        readonly listRecordings_per_page: number;
        /** @description First day, in UTC, at most 366 days before the last. Without it, the day 29 days ago. */
        readonly start_date: string;
        /** @description Last day, in UTC. Without it, today. */
        readonly end_date: string;
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
    readonly getPeerReport: {
        readonly parameters: {
            readonly query?: {
                /** @description Asks the upstream for this part alone. Addresses, places and candidates never pass. */
                readonly filters?: components["parameters"]["filters"];
                /** @description Whether each step of their way in and out is shown. */
                readonly include_peer_events?: components["parameters"]["include_peer_events"];
            };
            readonly header?: never;
            readonly path: {
                /**
                 * @description The app: its alias in the configuration, or its app id.
                 * @example demo
                 */
                readonly app: string;
                /**
                 * @description The peer id; one of another shape, another app or another's meeting is a 404.
                 * @example 813432c7-3c5a-45e2-9acf-eef7061c7584
                 */
                readonly peer_id: string;
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
                    readonly "application/json": components["schemas"]["PeerReportDetails"];
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
    readonly getSession: {
        readonly parameters: {
            readonly query?: {
                /** @description Whether the upstream is asked for the session's breakout rooms too. */
                readonly include_breakout_rooms?: components["parameters"]["include_breakout_rooms"];
            };
            readonly header?: never;
            readonly path: {
                /**
                 * @description The app: its alias in the configuration, or its app id.
                 * @example demo
                 */
                readonly app: string;
                /**
                 * @description The session id; one of another shape, another app or another's meeting is a 404.
                 * @example 813432c7-3c5a-45e2-9acf-eef7061c7584
                 */
                readonly session_id: string;
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
                    readonly "application/json": components["schemas"]["SessionDetails"];
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
    readonly getActiveSession: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /**
                 * @description The app: its alias in the configuration, or its app id.
                 * @example demo
                 */
                readonly app: string;
                /**
                 * @description The meeting id; one of another shape, another app or another's meeting is a 404.
                 * @example 813432c7-3c5a-45e2-9acf-eef7061c7584
                 */
                readonly meeting_id: string;
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
                    readonly "application/json": components["schemas"]["ActiveSession"];
                };
            };
            readonly 400: components["responses"]["InvalidQuery"];
            readonly 401: components["responses"]["Unauthorized"];
            readonly 403: components["responses"]["Forbidden"];
            /** @description There is nothing at this address. Or: Nobody is in this meeting now. */
            readonly 404: {
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
                    /** @description Seconds since the page was fetched from the upstream. */
                    readonly Age?: number;
                    /** @description Where the page came from (RFC 9211): the cache, the cache although it is older, or the upstream. No more than the cache's name where `status` is not shown. */
                    readonly "Cache-Status"?: string;
                    /** @description How many requests of this client's allowance are left, and after how many seconds it is whole again. */
                    readonly RateLimit?: string;
                    /** @description This client's allowance: so many requests in so many seconds. */
                    readonly "RateLimit-Policy"?: string;
                    /** @description How many milliseconds the answer took, and of these the wait for the upstream. Absent where `status` is not shown. */
                    readonly "Server-Timing"?: string;
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["Problem"];
                };
            };
            readonly 429: components["responses"]["TooManyRequests"];
            readonly 500: components["responses"]["InternalError"];
            readonly 502: components["responses"]["UpstreamFailed"];
            readonly 503: components["responses"]["UpstreamUnavailable"];
            readonly 504: components["responses"]["UpstreamTimeout"];
        };
    };
    readonly listParticipants: {
        readonly parameters: {
            readonly query?: {
                /** @description Text to look for in the participant's ids and display name. */
                readonly search?: components["parameters"]["listParticipants_search"];
                /**
                 * @description What the list is sorted by.
                 * @example joinedAt
                 */
                readonly sort_by?: components["parameters"]["listParticipants_sort_by"];
                /**
                 * @description Ascending or descending.
                 * @example DESC
                 */
                readonly sort_order?: components["parameters"]["sort_order"];
                /**
                 * @description In sessions with breakout rooms, `raw` counts each session by itself, and `consolidated` them together.
                 * @example raw
                 */
                readonly view?: components["parameters"]["view"];
                /** @description Whether each step of their way in and out is shown. */
                readonly include_peer_events?: components["parameters"]["include_peer_events"];
                /**
                 * @description Number of the page, from 1. 0 is taken as 1. Decimal digits without leading zeros.
                 * @example 1
                 */
                readonly page_no?: components["parameters"]["page_no"];
                /**
                 * @description Participants on a page. Decimal digits without leading zeros.
                 * @example 25
                 */
                readonly per_page?: components["parameters"]["listParticipants_per_page"];
            };
            readonly header?: never;
            readonly path: {
                /**
                 * @description The app: its alias in the configuration, or its app id.
                 * @example demo
                 */
                readonly app: string;
                /**
                 * @description The session id; one of another shape, another app or another's meeting is a 404.
                 * @example 813432c7-3c5a-45e2-9acf-eef7061c7584
                 */
                readonly session_id: string;
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
                    readonly "application/json": components["schemas"]["ParticipantPage"];
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
    readonly getParticipant: {
        readonly parameters: {
            readonly query?: {
                /** @description Whether each step of their way in and out is shown. */
                readonly include_peer_events?: components["parameters"]["include_peer_events"];
            };
            readonly header?: never;
            readonly path: {
                /**
                 * @description The app: its alias in the configuration, or its app id.
                 * @example demo
                 */
                readonly app: string;
                /**
                 * @description The session id; one of another shape, another app or another's meeting is a 404.
                 * @example 813432c7-3c5a-45e2-9acf-eef7061c7584
                 */
                readonly session_id: string;
                /**
                 * @description The participant id; one of another shape, another app or another's meeting is a 404.
                 * @example 813432c7-3c5a-45e2-9acf-eef7061c7584
                 */
                readonly participant_id: string;
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
                    readonly "application/json": components["schemas"]["ParticipantDetails"];
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
    readonly getChat: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /**
                 * @description The app: its alias in the configuration, or its app id.
                 * @example demo
                 */
                readonly app: string;
                /**
                 * @description The session id; one of another shape, another app or another's meeting is a 404.
                 * @example 813432c7-3c5a-45e2-9acf-eef7061c7584
                 */
                readonly session_id: string;
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
                    readonly "application/json": components["schemas"]["ChatLink"];
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
    readonly getTranscript: {
        readonly parameters: {
            readonly query?: {
                /**
                 * @description Form of the file.
                 * @example CSV
                 */
                readonly format?: components["parameters"]["format"];
            };
            readonly header?: never;
            readonly path: {
                /**
                 * @description The app: its alias in the configuration, or its app id.
                 * @example demo
                 */
                readonly app: string;
                /**
                 * @description The session id; one of another shape, another app or another's meeting is a 404.
                 * @example 813432c7-3c5a-45e2-9acf-eef7061c7584
                 */
                readonly session_id: string;
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
                    readonly "application/json": components["schemas"]["TranscriptLink"];
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
    readonly getSummary: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /**
                 * @description The app: its alias in the configuration, or its app id.
                 * @example demo
                 */
                readonly app: string;
                /**
                 * @description The session id; one of another shape, another app or another's meeting is a 404.
                 * @example 813432c7-3c5a-45e2-9acf-eef7061c7584
                 */
                readonly session_id: string;
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
                    readonly "application/json": components["schemas"]["SummaryLink"];
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
    readonly listLivestreamSessions: {
        readonly parameters: {
            readonly query?: {
                /**
                 * @description Number of the page, from 1. 0 is taken as 1. Decimal digits without leading zeros.
                 * @example 1
                 */
                readonly page_no?: components["parameters"]["page_no"];
                /**
                 * @description Livestreams on a page. Decimal digits without leading zeros.
                 * @example 25
                 */
                readonly per_page?: components["parameters"]["listLivestreamSessions_per_page"];
            };
            readonly header?: never;
            readonly path: {
                /**
                 * @description The app: its alias in the configuration, or its app id.
                 * @example demo
                 */
                readonly app: string;
                /**
                 * @description The session id; one of another shape, another app or another's meeting is a 404.
                 * @example 813432c7-3c5a-45e2-9acf-eef7061c7584
                 */
                readonly session_id: string;
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
                    readonly "application/json": components["schemas"]["LivestreamSessionPage"];
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
    readonly listRecordings: {
        readonly parameters: {
            readonly query?: {
                /** @description Only recordings of this meeting. */
                readonly meeting_id?: components["parameters"]["meeting_id"];
                /** @description Only recordings in this state. */
                readonly status?: components["parameters"]["listRecordings_status"];
                /** @description Text to look for in the meeting's id and title. */
                readonly search?: components["parameters"]["listRecordings_search"];
                /** @description Start of the time range: RFC 3339 with an offset, 2020-01-01 or later, not after `end_time`. Digits beyond the millisecond are cut. A plus sign is written `%2B`. For example 2026-11-01T00:00:00Z. */
                readonly start_time?: components["parameters"]["start_time"];
                /** @description End of the time range, written like `start_time`. */
                readonly end_time?: components["parameters"]["end_time"];
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
                 * @description Recordings on a page. Decimal digits without leading zeros.
                 * @example 25
                 */
                readonly per_page?: components["parameters"]["listRecordings_per_page"];
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
                    readonly "application/json": components["schemas"]["RecordingPage"];
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
    readonly getDaywiseAnalytics: {
        readonly parameters: {
            readonly query?: {
                /** @description First day, in UTC, at most 366 days before the last. Without it, the day 29 days ago. */
                readonly start_date?: components["parameters"]["start_date"];
                /** @description Last day, in UTC. Without it, today. */
                readonly end_date?: components["parameters"]["end_date"];
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
                    readonly "application/json": components["schemas"]["DaywiseAnalyticsDetails"];
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
}
