// Queries for TanStack Query, of every adapter of it: plain objects of a key and a function, without a line of that library.
//
// Keys mirror the service's tags: what one change touches lies below one prefix. Pages are left as they come: an unchanged page is the same
// object already, and `infoOf` knows that object.
import { idCountOf } from "./address.ts";
import type { Query } from "./address.ts";
import type { Client } from "./client.ts";
import { operations } from "./operations.generated.ts";
import type { Key } from "./page-query.ts";
import { Problem } from "./problem.ts";
import { scopes } from "./queries.generated.ts";
import type { Queries } from "./queries.generated.ts";
import type { ReadOptions } from "./transport.ts";

export type { Queries } from "./queries.generated.ts";

export type { Key, PageQuery } from "./page-query.ts";

const root = "realtimekit-bff";

/** Prefixes of keys, for `invalidateQueries`. The app as it was asked for: by its alias, or by its id. */
export const queryKeys = {
  app: (app: string): Key => [root, app],
  /** Lists that name no meeting. */
  lists: (app: string): Key => [root, app, "lists"],
  meetings: (app: string): Key => [root, app, "meetings"],
  /** What names this meeting: its lists, and its active session. */
  meeting: (app: string, meetingId: string): Key => [root, app, "meetings", meetingId.toLowerCase()],
  sessions: (app: string): Key => [root, app, "sessions"],
  /** The session, and what hangs on it. */
  session: (app: string, sessionId: string): Key => [root, app, "sessions", sessionId],
  /** Its chat, transcript and summary. */
  files: (app: string, sessionId: string): Key => [root, app, "sessions", sessionId, "files"],
};

/** The same names as the client's: `queries.sessions.list(app, query)` is what `useQuery` takes. */
export function createQueries(client: Client): Queries {
  const queries: Record<string, Record<string, unknown>> = {};
  for (const [group, templates] of Object.entries(operations)) {
    const methods: Record<string, unknown> = (queries[group] = {});
    for (const [name, template] of Object.entries(templates)) {
      const read = methodIn(client, group, name);
      const idCount = idCountOf(template);
      methods[name] = (...args: readonly unknown[]) => {
        const ids = asIds(args.slice(0, idCount));
        const query = asQuery(args[idCount]);
        return {
          queryKey: keyOf({ group, name, template, ids, query }),
          queryFn: ({ signal }: { signal: AbortSignal }) => read(...ids, query, { signal }),
          retry,
          structuralSharing: false,
        };
      };
    }
  }
  return asQueries(queries);
}

/** The client has waited already where the service said so. What is left is a network, or an upstream, that may be back in a moment. */
const retry = (failureCount: number, problem: unknown): boolean =>
  failureCount < 2 && problem instanceof Problem && (problem.status === 0 || problem.status >= 500);

type Asked = { group: string; name: string; template: string; ids: readonly string[]; query: Query };

function keyOf({ group, name, template, ids, query }: Asked): Key {
  const named: Record<string, Query[string]> = { ...query };
  for (const [place, [, id = ""]] of [...template.matchAll(/\{(\w+)\}/g)].entries()) named[id] = ids[place];
  const { session_id: session } = named;
  const { meeting, isFile } = scopes[group]?.[name] ?? {};
  const meetingId = meeting === undefined ? undefined : named[meeting];
  const [app = "", ...below] = ids;
  const prefix = () => {
    if (session !== undefined) return (isFile ? queryKeys.files : queryKeys.session)(app, String(session));
    return meetingId === undefined ? queryKeys.lists(app) : queryKeys.meeting(app, String(meetingId));
  };
  return [...prefix(), `${group}.${name}`, ...below, query];
}

// The generated types say which methods there are.
type Read = (...args: readonly [...unknown[], ReadOptions]) => Promise<unknown>;
const methodIn = (client: Client, group: string, name: string) =>
  (client as unknown as Record<string, Record<string, Read>>)[group]?.[name] as Read;
const asIds = (value: readonly unknown[]) => value as readonly string[];
const asQuery = (value: unknown) => (value ?? {}) as Query;
const asQueries = (value: unknown) => value as Queries;
