// Generated from openapi.json by scripts/openapi.ts.
import type { components } from "./api.generated.ts";
import type { Answer, Query, Row } from "./answers.ts";
import type { ReadOptions } from "./transport.ts";
import type { Watch } from "./watch.ts";

/** Paths below `/v1/apps/`, by group and method. */
export const operations = {
  sessions: {
    list: "{app}/sessions",
    get: "{app}/sessions/{session_id}",
    getActive: "{app}/meetings/{meeting_id}/active-session",
  },
  peerReports: {
    get: "{app}/sessions/peer-report/{peer_id}",
  },
  participants: {
    list: "{app}/sessions/{session_id}/participants",
    get: "{app}/sessions/{session_id}/participants/{participant_id}",
  },
  chat: {
    get: "{app}/sessions/{session_id}/chat",
  },
  transcript: {
    get: "{app}/sessions/{session_id}/transcript",
  },
  summary: {
    get: "{app}/sessions/{session_id}/summary",
  },
  livestreams: {
    list: "{app}/sessions/{session_id}/livestream-sessions",
  },
  recordings: {
    list: "{app}/recordings",
  },
  analytics: {
    getDaywise: "{app}/analytics/daywise",
  },
} as const;

export type Operations = {
  readonly sessions: {
    /** List sessions. */
    readonly list: (app: string, query?: Query<"listSessions">, options?: ReadOptions) => Promise<Answer<"listSessions">>;
    /** The page of `list`, now and whenever it changes. Returns what ends it. */
    readonly watch: Watch<[app: string, query: Query<"listSessions">], Answer<"listSessions">>;
    /** Every row of every page, each once. */
    readonly all: (app: string, query?: Omit<Query<"listSessions">, "page_no">, options?: ReadOptions) => AsyncIterable<Row<"listSessions">>;
    /** Get a session. */
    readonly get: (app: string, sessionId: string, query?: Query<"getSession">, options?: ReadOptions) => Promise<Answer<"getSession">>;
    /** The page of `get`, now and whenever it changes. Returns what ends it. */
    readonly watchOne: Watch<[app: string, sessionId: string, query: Query<"getSession">], Answer<"getSession">>;
    /** Get a meeting's active session. */
    readonly getActive: (app: string, meetingId: string, query?: Query<"getActiveSession">, options?: ReadOptions) => Promise<Answer<"getActiveSession">>;
    /** The page of `getActive`, now and whenever it changes. Returns what ends it. */
    readonly watchActive: Watch<[app: string, meetingId: string, query: Query<"getActiveSession">], Answer<"getActiveSession">>;
  };
  readonly peerReports: {
    /** Get a peer report. */
    readonly get: (app: string, peerId: string, query?: Query<"getPeerReport">, options?: ReadOptions) => Promise<Answer<"getPeerReport">>;
    /** The page of `get`, now and whenever it changes. Returns what ends it. */
    readonly watchOne: Watch<[app: string, peerId: string, query: Query<"getPeerReport">], Answer<"getPeerReport">>;
  };
  readonly participants: {
    /** List a session's participants. */
    readonly list: (app: string, sessionId: string, query?: Query<"listParticipants">, options?: ReadOptions) => Promise<Answer<"listParticipants">>;
    /** The page of `list`, now and whenever it changes. Returns what ends it. */
    readonly watch: Watch<[app: string, sessionId: string, query: Query<"listParticipants">], Answer<"listParticipants">>;
    /** Every row of every page, each once. */
    readonly all: (app: string, sessionId: string, query?: Omit<Query<"listParticipants">, "page_no">, options?: ReadOptions) => AsyncIterable<Row<"listParticipants">>;
    /** Get a participant. */
    readonly get: (app: string, sessionId: string, participantId: string, query?: Query<"getParticipant">, options?: ReadOptions) => Promise<Answer<"getParticipant">>;
    /** The page of `get`, now and whenever it changes. Returns what ends it. */
    readonly watchOne: Watch<[app: string, sessionId: string, participantId: string, query: Query<"getParticipant">], Answer<"getParticipant">>;
  };
  readonly chat: {
    /** Get a session's chat. */
    readonly get: (app: string, sessionId: string, query?: Query<"getChat">, options?: ReadOptions) => Promise<Answer<"getChat">>;
    /** The page of `get`, now and whenever it changes. Returns what ends it. */
    readonly watchOne: Watch<[app: string, sessionId: string, query: Query<"getChat">], Answer<"getChat">>;
  };
  readonly transcript: {
    /** Get a session's transcript. */
    readonly get: (app: string, sessionId: string, query?: Query<"getTranscript">, options?: ReadOptions) => Promise<Answer<"getTranscript">>;
    /** The page of `get`, now and whenever it changes. Returns what ends it. */
    readonly watchOne: Watch<[app: string, sessionId: string, query: Query<"getTranscript">], Answer<"getTranscript">>;
  };
  readonly summary: {
    /** Get a session's summary. */
    readonly get: (app: string, sessionId: string, query?: Query<"getSummary">, options?: ReadOptions) => Promise<Answer<"getSummary">>;
    /** The page of `get`, now and whenever it changes. Returns what ends it. */
    readonly watchOne: Watch<[app: string, sessionId: string, query: Query<"getSummary">], Answer<"getSummary">>;
  };
  readonly livestreams: {
    /** List a session's livestreams. */
    readonly list: (app: string, sessionId: string, query?: Query<"listLivestreamSessions">, options?: ReadOptions) => Promise<Answer<"listLivestreamSessions">>;
    /** The page of `list`, now and whenever it changes. Returns what ends it. */
    readonly watch: Watch<[app: string, sessionId: string, query: Query<"listLivestreamSessions">], Answer<"listLivestreamSessions">>;
    /** Every row of every page, each once. */
    readonly all: (app: string, sessionId: string, query?: Omit<Query<"listLivestreamSessions">, "page_no">, options?: ReadOptions) => AsyncIterable<Row<"listLivestreamSessions">>;
  };
  readonly recordings: {
    /** List recordings. */
    readonly list: (app: string, query?: Query<"listRecordings">, options?: ReadOptions) => Promise<Answer<"listRecordings">>;
    /** The page of `list`, now and whenever it changes. Returns what ends it. */
    readonly watch: Watch<[app: string, query: Query<"listRecordings">], Answer<"listRecordings">>;
    /** Every row of every page, each once. */
    readonly all: (app: string, query?: Omit<Query<"listRecordings">, "page_no">, options?: ReadOptions) => AsyncIterable<Row<"listRecordings">>;
  };
  readonly analytics: {
    /** Get analytics day by day. */
    readonly getDaywise: (app: string, query?: Query<"getDaywiseAnalytics">, options?: ReadOptions) => Promise<Answer<"getDaywiseAnalytics">>;
    /** The page of `getDaywise`, now and whenever it changes. Returns what ends it. */
    readonly watchDaywise: Watch<[app: string, query: Query<"getDaywiseAnalytics">], Answer<"getDaywiseAnalytics">>;
  };
};

export type ProblemError = components["schemas"]["ProblemError"];
export type SessionPage = components["schemas"]["SessionPage"];
export type Session = components["schemas"]["Session"];
export type BreakoutRoom = components["schemas"]["BreakoutRoom"];
export type Paging = components["schemas"]["Paging"];
export type PeerReportDetails = components["schemas"]["PeerReportDetails"];
export type PeerReportParticipant = components["schemas"]["PeerReportParticipant"];
export type PeerEvent = components["schemas"]["PeerEvent"];
export type PeerReport = components["schemas"]["PeerReport"];
export type PeerMetadata = components["schemas"]["PeerMetadata"];
export type PeerQuality = components["schemas"]["PeerQuality"];
export type CumulativeQuality = components["schemas"]["CumulativeQuality"];
export type SessionDetails = components["schemas"]["SessionDetails"];
export type ActiveSession = components["schemas"]["ActiveSession"];
export type ParticipantPage = components["schemas"]["ParticipantPage"];
export type Participant = components["schemas"]["Participant"];
export type ParticipantDetails = components["schemas"]["ParticipantDetails"];
export type ChatLink = components["schemas"]["ChatLink"];
export type Chat = components["schemas"]["Chat"];
export type TranscriptLink = components["schemas"]["TranscriptLink"];
export type Transcript = components["schemas"]["Transcript"];
export type SummaryLink = components["schemas"]["SummaryLink"];
export type Summary = components["schemas"]["Summary"];
export type LivestreamSessionPage = components["schemas"]["LivestreamSessionPage"];
export type LivestreamSession = components["schemas"]["LivestreamSession"];
export type RecordingPage = components["schemas"]["RecordingPage"];
export type Recording = components["schemas"]["Recording"];
export type DaywiseAnalyticsDetails = components["schemas"]["DaywiseAnalyticsDetails"];
export type DaywiseAnalytics = components["schemas"]["DaywiseAnalytics"];
export type SessionStats = components["schemas"]["SessionStats"];
export type SessionDay = components["schemas"]["SessionDay"];
export type RecordingStats = components["schemas"]["RecordingStats"];
export type RecordingDay = components["schemas"]["RecordingDay"];
