// The sessions of several meetings as one page, for callers who may see some meetings and have to name one in each question. The first few
// are watched each by a stream (a browser opens six connections to a service at most), the others asked for in turn.
import type { Client } from "./client.ts";
import type { StartWatch, WatchState } from "./page-watch.ts";
import { sessionsIn } from "./rows.ts";
import type { SessionRow } from "./rows.ts";

const streamsMax = 4;
/** Beyond so many meetings the rest is not looked at. */
export const meetingsMax = 40;
const restMs = 20_000;

type Query = { status?: "LIVE" | "ENDED"; per_page?: number };
type Part = { rows: readonly SessionRow[]; asOf: number; isStale: boolean };

/** Worst first: the whole is no better than its worst part. */
const byWorst: readonly WatchState[] = ["offline", "connecting", "polling", "live"];

export function watchMeetings(client: Client, app: string, all: readonly string[], query: Query): StartWatch {
  return (onPage, { onProblem, onState }) => {
    const meetings = all.slice(0, meetingsMax);
    const parts = new Map<string, Part>();
    const states = new Map<string, WatchState>();
    const ended = new AbortController();
    const { signal } = ended;

    function put(meeting: string, page: object, { asOf, isStale }: { asOf: number; isStale: boolean }): void {
      parts.set(meeting, { rows: sessionsIn(page).sessions, asOf, isStale });
      if (parts.size < meetings.length) return;
      const found = [...parts.values()];
      const sessions = found.flatMap(({ rows }) => rows).sort(newestFirst);
      onPage(
        { data: { sessions } },
        { asOf: Math.min(...found.map((part) => part.asOf)), isStale: found.some((part) => part.isStale) },
      );
    }

    function say(meeting: string, state: WatchState): void {
      states.set(meeting, state);
      const said = [...states.values()];
      const asOf = parts.size < meetings.length ? undefined : Math.min(...[...parts.values()].map((part) => part.asOf));
      onState(byWorst.find((each) => said.includes(each)) ?? "connecting", asOf);
    }

    async function askInTurn(rest: readonly string[]): Promise<void> {
      while (!signal.aborted && rest.length > 0) {
        for (const meeting of rest) {
          try {
            const question = { ...query, associated_id: meeting };
            const page = await client.sessions.list(app, question, { signal, waitMsMax: 0 });
            put(meeting, page, { asOf: Date.now(), isStale: false });
            say(meeting, "polling");
          } catch (error) {
            if (signal.aborted) return;
            onProblem(problemIn(error));
            say(meeting, "polling");
          }
        }
        await new Promise((resolve) => setTimeout(resolve, restMs));
      }
    }

    const stops = meetings.slice(0, streamsMax).map((meeting) =>
      client.sessions.watch(app, { ...query, associated_id: meeting }, (page, info) => put(meeting, page, info), {
        onProblem,
        onState: (state, asOf) => {
          const part = parts.get(meeting);
          if (part && asOf !== undefined) parts.set(meeting, { ...part, asOf });
          say(meeting, state);
        },
      }),
    );
    void askInTurn(meetings.slice(streamsMax));
    return () => {
      ended.abort();
      for (const stop of stops) stop();
    };
  };
}

const newestFirst = (one: SessionRow, other: SessionRow) =>
  (other.started_at ?? "").localeCompare(one.started_at ?? "");

/** Holds for what the client rejects with, but for a fault of our own. */
const asProblem = (error: unknown) => error as Partial<{ code: string; retryAfterMs: number }>;
const problemIn = (error: unknown) => {
  const { code = "internal", retryAfterMs } = asProblem(error);
  return { code, retryAfterMs };
};
