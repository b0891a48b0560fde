// Generated from openapi.json by scripts/openapi.ts.
import type { Answer, Query } from "./answers.ts";
import type { PageQuery } from "./page-query.ts";

/** What a question's key follows from, beside its ids: the id or parameter that names a meeting, and whether it is about a file. */
export const scopes: Readonly<Record<string, Readonly<Record<string, { meeting?: string; isFile?: boolean }>>>> = {
  sessions: {
    list: { meeting: "associated_id" },
    get: {},
    getActive: { meeting: "meeting_id" },
  },
  peerReports: {
    get: {},
  },
  participants: {
    list: {},
    get: {},
  },
  chat: {
    get: { isFile: true },
  },
  transcript: {
    get: { isFile: true },
  },
  summary: {
    get: { isFile: true },
  },
  livestreams: {
    list: {},
  },
  recordings: {
    list: { meeting: "meeting_id" },
  },
  analytics: {
    getDaywise: {},
  },
};

export type Queries = {
  readonly sessions: {
    /** List sessions. */
    readonly list: (app: string, query?: Query<"listSessions">) => PageQuery<Answer<"listSessions">>;
    /** Get a session. */
    readonly get: (app: string, sessionId: string, query?: Query<"getSession">) => PageQuery<Answer<"getSession">>;
    /** Get a meeting's active session. */
    readonly getActive: (app: string, meetingId: string, query?: Query<"getActiveSession">) => PageQuery<Answer<"getActiveSession">>;
  };
  readonly peerReports: {
    /** Get a peer report. */
    readonly get: (app: string, peerId: string, query?: Query<"getPeerReport">) => PageQuery<Answer<"getPeerReport">>;
  };
  readonly participants: {
    /** List a session's participants. */
    readonly list: (app: string, sessionId: string, query?: Query<"listParticipants">) => PageQuery<Answer<"listParticipants">>;
    /** Get a participant. */
    readonly get: (app: string, sessionId: string, participantId: string, query?: Query<"getParticipant">) => PageQuery<Answer<"getParticipant">>;
  };
  readonly chat: {
    /** Get a session's chat. */
    readonly get: (app: string, sessionId: string, query?: Query<"getChat">) => PageQuery<Answer<"getChat">>;
  };
  readonly transcript: {
    /** Get a session's transcript. */
    readonly get: (app: string, sessionId: string, query?: Query<"getTranscript">) => PageQuery<Answer<"getTranscript">>;
  };
  readonly summary: {
    /** Get a session's summary. */
    readonly get: (app: string, sessionId: string, query?: Query<"getSummary">) => PageQuery<Answer<"getSummary">>;
  };
  readonly livestreams: {
    /** List a session's livestreams. */
    readonly list: (app: string, sessionId: string, query?: Query<"listLivestreamSessions">) => PageQuery<Answer<"listLivestreamSessions">>;
  };
  readonly recordings: {
    /** List recordings. */
    readonly list: (app: string, query?: Query<"listRecordings">) => PageQuery<Answer<"listRecordings">>;
  };
  readonly analytics: {
    /** Get analytics day by day. */
    readonly getDaywise: (app: string, query?: Query<"getDaywiseAnalytics">) => PageQuery<Answer<"getDaywiseAnalytics">>;
  };
};
