// Every session of a question, for an element: the first page by a watch, so that it keeps up and has a face for each trouble, the others
// one after the other. Bounded: whoever asks for more is shown the newest, and told so.
//
// The other pages are asked again when the first one moved, though not all the time. What fails on the way is tried again, and meanwhile
// what came is shown.
import type { ReactiveControllerHost } from "lit";
import type { Client } from "./client.ts";
import { watchMeetings } from "./meetings-watch.ts";
import { createPageWatch } from "./page-watch.ts";
import type { Seen, StartWatch } from "./page-watch.ts";
import type { Trouble } from "./problem-face.ts";
import { sessionsIn } from "./rows.ts";
import type { SessionRow } from "./rows.ts";

const perPage = 100;
/** A hundred questions to the service. */
const sessionsMax = 10_000;
const drawnEach = 5;
const usualRestMs = 30_000;
const retryMs = 15_000;

export type SessionPagesQuestion = { start_time?: string | undefined; end_time?: string | undefined };

export type SessionPages = {
  /** Of the first page, and of the trouble that any page had. */
  readonly seen: Seen;
  /** Each once, newest first. */
  readonly rows: readonly SessionRow[];
  /** How many there are, where the service says. */
  readonly total: number | undefined;
  /** Nothing more is to come: all there are, or as many as may be. */
  readonly isWhole: boolean;
  /** Without a question nothing is asked. `meetings`: of which each question has to name one; of each, one page is shown. */
  ask(app: string, client: Client, question: SessionPagesQuestion | undefined, meetings?: readonly string[]): void;
  again(): void;
};

export type SessionPagesOptions = {
  onTrouble?: (trouble: Trouble) => void;
  /** 10,000 unless given. */
  rowsMax?: number;
  /** Until the other pages are asked again because the first one moved: half a minute unless given. */
  restMs?: number;
};

export function createSessionPages(
  host: ReactiveControllerHost & { isConnected: boolean },
  { onTrouble, rowsMax = sessionsMax, restMs = usualRestMs }: SessionPagesOptions = {},
): SessionPages {
  let asked: { key: string; read: (pageNo: number, signal: AbortSignal) => Promise<object> } | undefined;
  let pages: (readonly SessionRow[])[] = [];
  let rows: readonly SessionRow[] = [];
  let total: number | undefined;
  let isWhole = false;
  let trouble: Trouble | undefined;
  let ended = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** When the other pages may be asked again. */
  let restAt = 0;
  /** They are being asked, or will be. */
  let isUnderWay = false;

  const watch = createPageWatch(host, { onPage: takeFirst, ...(onTrouble && { onTrouble }) });

  function put(index: number, page: object): boolean {
    const { sessions, paging } = sessionsIn(page);
    pages[index] = sessions;
    total = paging?.total_count ?? total;
    const hasMore = paging?.has_more === true && (index + 1) * perPage < rowsMax;
    if (!hasMore) pages.length = index + 1;
    // The first few as they come, then in tens: whatever is drawn of them is drawn anew each time.
    if (!hasMore || index < drawnEach || index % 10 === 0) {
      rows = eachOnce(pages.flat());
      host.requestUpdate();
    }
    return hasMore;
  }

  function takeFirst(page: object): void {
    const hasMore = put(0, page);
    if (hasMore && !isUnderWay) later(Math.max(0, restAt - Date.now()), 1);
    if (hasMore) return;
    stop();
    isWhole = true;
  }

  function later(ms: number, from: number): void {
    isUnderWay = true;
    timer = setTimeout(() => void readRest(from), ms);
  }

  function stop(): void {
    clearTimeout(timer);
    ended.abort();
    isUnderWay = false;
  }

  async function readRest(from: number): Promise<void> {
    const { signal } = (ended = new AbortController());
    const { read } = asked ?? {};
    let index = from;
    try {
      for (let hasMore = read !== undefined; hasMore; index += 1) {
        const page = await read?.(index + 1, signal);
        if (signal.aborted || !page) return;
        hasMore = put(index, page);
      }
      isWhole = true;
      isUnderWay = false;
      trouble = undefined;
      restAt = Date.now() + restMs;
      host.requestUpdate();
    } catch (error) {
      if (signal.aborted) return;
      rows = eachOnce(pages.flat());
      const { code, waitMs } = problemIn(error);
      trouble = { code, retryAt: Date.now() + waitMs };
      onTrouble?.(trouble);
      host.requestUpdate();
      later(waitMs, index);
    }
  }

  host.addController({ hostDisconnected: stop });

  return {
    get seen() {
      return trouble && !watch.seen.trouble ? { ...watch.seen, trouble } : watch.seen;
    },
    get rows() {
      return rows;
    },
    get total() {
      return total;
    },
    get isWhole() {
      return isWhole;
    },
    ask(app, client, question, meetings) {
      const key = question === undefined ? "" : JSON.stringify([app, question, meetings]);
      if (asked?.key === key) return;
      stop();
      [pages, rows, total, isWhole, trouble, restAt] = [[], [], undefined, false, undefined, 0];
      const query = { ...question, per_page: perPage };
      const read = (page_no: number, signal: AbortSignal) =>
        client.sessions.list(app, { ...query, page_no }, { signal, waitMsMax: 0 });
      asked = { key, read };
      const start: StartWatch = meetings
        ? watchMeetings(client, app, meetings, query)
        : (onPage, events) => client.sessions.watch(app, query, onPage, events);
      watch.ask(key, question && start);
    },
    again() {
      trouble = undefined;
      watch.again();
    },
  };
}

/** Rows move from page to page while they are read. Without ids they can't be told apart. */
function eachOnce(all: readonly SessionRow[]): readonly SessionRow[] {
  const seen = new Set<string>();
  return all.filter(({ id }) => {
    if (id === undefined) return true;
    const isNew = !seen.has(id);
    seen.add(id);
    return isNew;
  });
}

/** Of the typed client: everything it throws has a code. */
function problemIn(error: unknown): { code: string; waitMs: number } {
  const { code, retryAfterMs } = error instanceof Error ? asProblem(error) : {};
  return { code: code ?? "internal", waitMs: Math.max(1_000, retryAfterMs ?? retryMs) };
}

const asProblem = (error: Error) => error as Partial<{ code: string; retryAfterMs: number }>;
