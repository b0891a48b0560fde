// The adapters of the package, as React and TanStack Query take them.
import { QueryClient, useQuery } from "@tanstack/react-query";
import type { Client, ParticipantPage, Problem, Session, SessionDetails, SessionPage } from "realtimekit-bff-client";
import { useLive, useSessions } from "realtimekit-bff-client/react";
import { createQueries, queryKeys } from "realtimekit-bff-client/tanstack";

export function Component({ client, app, id }: { client: Client; app: string; id: string }): readonly Session[] {
  const queries = createQueries(client);
  const { data, error } = useQuery(queries.sessions.list(app, { status: "LIVE" }));
  const page: SessionPage | undefined = data;
  const problem: Problem | null = error;
  const selected = useQuery({
    ...queries.participants.list(app, id),
    select: (participants: ParticipantPage) => participants.paging.total_count,
  });
  const total: number | null | undefined = selected.data;

  const queryClient = new QueryClient();
  const known: SessionDetails | undefined = queryClient.getQueryData(queries.sessions.get(app, id).queryKey);
  void queryClient.invalidateQueries({ queryKey: queryKeys.session(app, id) });
  void queryClient.prefetchQuery(queries.chat.get(app, id));

  const one = useLive(client.sessions.watchOne, app, id, { include_breakout_rooms: true });
  const details: SessionDetails | undefined = one.page;
  const { sessions, state, asOf } = useSessions(client, app, { status: "LIVE" });
  void [page, problem, total, known, details, state, asOf];

  // @ts-expect-error a status that does not exist
  queries.sessions.list(app, { status: "PAUSED" });
  // @ts-expect-error there are queries for what is read, and for nothing else
  void queries.sessions.watch;
  // @ts-expect-error an id is missing
  useLive(client.sessions.watchOne, app, {});
  return sessions;
}
