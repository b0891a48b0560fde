// The session list as tests speak of it: typed questions and pages, over the generic parts of `src/resources`.
import * as z from "zod";
import type { Volatility } from "../../src/ground/volatility.ts";
import type { QueryIssue, Result } from "../../src/ground/errors.ts";
import type { Access, Scope } from "../../src/policy/access.ts";
import { scopeQuery, type Scoped } from "../../src/policy/scope.ts";
import { cutPage as cut, makeView as viewOf, type View } from "../../src/resources/cut.ts";
import {
  callOf,
  createReading,
  isPageBody as isBodyOf,
  serialisePage as serialise,
} from "../../src/resources/question.ts";
import type { Question } from "../../src/resources/question.ts";
import { itemsOn, Paging } from "../../src/resources/read-page.ts";
import * as readQuery from "../../src/resources/read-query.ts";
import type { PageNotes, ReadContext, Values } from "../../src/resources/resource.ts";
import { breakoutRoom, session } from "../../src/resources/rows/session.ts";
import { sessions } from "../../src/resources/sessions.ts";
import type { Address } from "../../src/service/questions.ts";

export { Paging };
export { QUERY_ISSUES_MAX, QUERY_LENGTH_MAX, upstreamParameters } from "../../src/resources/read-query.ts";

export const SESSION_FIELDS = sessions.fields;
export type SessionField = string;

export const SessionRow = session.schema;
export type SessionRow = z.infer<typeof SessionRow>;
export const BreakoutRoom = breakoutRoom.schema;
export type BreakoutRoom = z.infer<typeof BreakoutRoom>;

/** What a row has where the upstream says nothing of the fields that none of its documents lists. */
export const unlisted = {
  total_participants: null,
  recording_status: null,
  livestream_status: null,
  parent_session_id: null,
  group_call_minutes_consumed: null,
  webinar_minutes_consumed: null,
  audio_room_minutes_consumed: null,
  livestream_minutes_consumed: null,
  chat_minutes_consumed: null,
  recording_minutes_consumed: null,
  transcription_minutes_consumed: null,
};

export type SessionPage = {
  success: true;
  data: { sessions: SessionRow[] };
  paging: z.infer<typeof Paging>;
  dropped_count: number;
};
export const SessionPage = sessions.page as unknown as z.ZodType<SessionPage>;

export type SessionQuery = {
  associated_id?: string;
  status?: "LIVE" | "ENDED";
  start_time?: string;
  end_time?: string;
  participants?: string;
  search?: string;
  sort_by: "minutesConsumed" | "createdAt";
  sort_order: "ASC" | "DESC";
  page_no: number;
  per_page: number;
};

/** Canonical questions: every value is one that its reader gives back unchanged, and every default is filled in. */
export const SessionQuery = z
  .strictObject(
    Object.fromEntries(
      Object.entries(sessions.parameters).map(([name, { read, fallback }]) => {
        const canonical = z.union([z.string(), z.number()]).refine((value) => read(String(value)) === value);
        return [name, fallback === undefined ? canonical.optional() : canonical];
      }),
    ),
  )
  .refine((query) => (sessions.between?.(query as Values) ?? []).length === 0)
  .transform((query) => query as unknown as SessionQuery);

const valuesOf = (query: SessionQuery): Values => query;

export const parseSessionQuery = (
  search: string | URLSearchParams,
): Result<SessionQuery, { code: "invalid_query"; issues: QueryIssue[] }> =>
  readQuery.readQuery(sessions, search, 0) as Result<SessionQuery, { code: "invalid_query"; issues: QueryIssue[] }>;

export const canonicalSearch = (query: SessionQuery): string => readQuery.canonicalSearch(valuesOf(query));

export type PageKeyParts = {
  accountId: string;
  appId: string;
  exposeMeta: boolean;
  firstPage?: 0 | 1;
  query: SessionQuery;
};
export const sessionPageKey = ({ firstPage = 1, query, ...parts }: PageKeyParts): Promise<string> =>
  readQuery.keyOf(sessions, { ...parts, firstPage, ids: {}, query: valuesOf(query) });

export type PageOptions = { query: SessionQuery; exposeMeta: boolean; firstPage: 0 | 1; appId?: string };
export type NormalisedPage = { ok: true; page: SessionPage; notes: PageNotes } | { ok: false; reason: string };

const contextOf = ({ query, appId = "", ...options }: PageOptions): ReadContext => ({
  ...options,
  appId,
  ids: {},
  query: valuesOf(query),
  now: 0,
});

export function normalisePage(body: unknown, options: PageOptions): NormalisedPage {
  const read = sessions.read(body, contextOf(options));
  if (!read.ok) return { ok: false, reason: read.failure };
  return { ok: true, page: read.value.page as unknown as SessionPage, notes: read.value.notes };
}

export const serialisePage = (page: SessionPage): string => serialise(page);
export const isPageBody = (body: Uint8Array): boolean => isBodyOf(`${sessions.operationId}.0`, body);

export const pageVolatility = (page: SessionPage, query: SessionQuery, now: number): Volatility =>
  sessions.volatility(itemsOn(page, sessions), {
    ...contextOf({ query, exposeMeta: false, firstPage: 1 }),
    now,
  });

export const createSessionReading = createReading;

/** The session list of an app. */
export const listOf = (appId: string): Address => ({ resource: sessions, appId, ids: {} });

/** A question for the session list, with whatever key. */
export const questionOf = (
  query: SessionQuery,
  { key, appId, app = "" }: { key: string; appId: string; app?: string },
): Question => ({ key, appId, app, path: sessions.path, ids: {}, query: valuesOf(query), tags: [] });

export const sessionListCall = ({ appId, query }: { appId: string; query: SessionQuery }, firstPage: 0 | 1) =>
  callOf({ appId, path: sessions.path, ids: {}, query: valuesOf(query) }, firstPage);

export const scopedQuery = (
  query: SessionQuery,
  scope: Scope,
): Result<Omit<Scoped, "query"> & { query: SessionQuery }> =>
  scopeQuery(sessions, { ids: {}, query: valuesOf(query) }, scope) as Result<
    Omit<Scoped, "query"> & { query: SessionQuery }
  >;

/** What an access allows of the session list, by app. */
export const scopesOf = ({ scopes }: Access): ReadonlyMap<string, Scope> =>
  new Map(
    [...scopes].flatMap(([appId, byName]) =>
      [...byName].filter(([name]) => name === "sessions").map(([, scope]) => [appId, scope] as const),
    ),
  );

export const makeView = (fields: "*" | readonly string[], meeting: string | undefined): View =>
  viewOf(sessions, fields, meeting);

type CutRow = { readonly [name in keyof SessionRow]?: unknown };
type CutPage = Omit<SessionPage, "data"> & { data: { sessions: readonly CutRow[] } };
export const cutPage = (page: SessionPage, view: View): { page: CutPage; rowsCut: number } =>
  cut(page, sessions, view) as unknown as { page: CutPage; rowsCut: number };
