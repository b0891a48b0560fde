// React hooks over watches: what a component shows of a page that keeps up.
import { useEffect, useState } from "react";
import { infoOf } from "./client.ts";
import type { Client, Problem, Session, SessionPage, Watch, WatchState } from "./client.ts";

export type Live<Page> = {
  /** The last page that came, also while there is a problem. */
  readonly page: Page | undefined;
  /** When it held last: epoch milliseconds. */
  readonly asOf: number | undefined;
  readonly isStale: boolean;
  readonly state: WatchState;
  /** What is wrong since the last page came. */
  readonly problem: Problem | undefined;
};

const unknown: Live<never> = {
  page: undefined,
  asOf: undefined,
  isStale: false,
  state: "connecting",
  problem: undefined,
};

/**
 * Any watch of a client and what it is asked: `useLive(client.participants.watch, app, sessionId, { per_page: 50 })`. Begun anew when the
 * client or the question changes, which is compared as JSON.
 */
export function useLive<Question extends readonly unknown[], Page extends object>(
  watch: Watch<Question, Page>,
  ...question: Question
): Live<Page> {
  const key = JSON.stringify(question);
  const [shown, setShown] = useState<{ watch: unknown; key: string; live: Live<Page> }>();
  useEffect(() => {
    let live: Live<Page> = unknown;
    const show = (changed: Partial<Live<Page>>) => {
      live = { ...live, ...changed };
      live = { ...live, isStale: live.page !== undefined && infoOf(live.page)?.isStale === true };
      setShown({ watch, key, live });
    };
    return watch(...question, (page: Page) => show({ page, problem: undefined }), {
      onState: (state, asOf) => show({ state, asOf }),
      onProblem: (problem) => show({ problem }),
    });
    // `question` is another array each time, and asks the same while the key is the same.
  }, [watch, key]);
  // A page of another question is not shown while the first of this one is on its way.
  return shown?.watch === watch && shown.key === key ? shown.live : unknown;
}

export type LiveSessions = Live<SessionPage> & {
  /** Those of the page; none before it came. */
  readonly sessions: readonly Session[];
};

/** The sessions of an app, as they change. */
export function useSessions(
  client: Client,
  app: string,
  query: Parameters<Client["sessions"]["watch"]>[1] = {},
): LiveSessions {
  const live = useLive(client.sessions.watch, app, query);
  return { ...live, sessions: live.page?.data.sessions ?? [] };
}
