// A session as the elements show it. Which fields are there depends on the caller's policy, so every one may be missing.

export type SessionRow = Readonly<
  Partial<{
    id: string;
    associated_id: string;
    meeting_display_name: string;
    type: string;
    status: "LIVE" | "ENDED";
    live_participants: number;
    max_concurrent_participants: number;
    total_participants: number | null;
    minutes_consumed: number;
    created_at: string;
    started_at: string;
    ended_at: string | null;
    updated_at: string;
    recording_status: string | null;
    livestream_status: string | null;
  }>
>;

export type Paging = {
  total_count: number | null;
  start_offset: number;
  end_offset: number;
  page_no: number;
  per_page: number;
  has_more: boolean;
};

export type SessionPage = { sessions: readonly SessionRow[]; paging: Paging | undefined };

/** Holds for every page of the list of sessions. */
const asPage = (page: object) => page as { data: { sessions: readonly SessionRow[] }; paging?: Paging };

export function sessionsIn(page: object): SessionPage {
  const { data, paging } = asPage(page);
  return { sessions: data.sessions, paging };
}

/** Milliseconds since 1970; undefined where it is not shown or not there. */
export function instantOf(text: string | null | undefined): number | undefined {
  const at = Date.parse(text ?? "");
  return Number.isNaN(at) ? undefined : at;
}

/** What a session is called: its title, which strangers wrote and which is never more than text; else what is known of it. */
export const titleOf = ({ meeting_display_name: title, associated_id: meeting, id }: SessionRow): string =>
  title?.trim() || meeting || id || "Untitled";
