// The session list of an app.
import * as parameters from "./parameters.ts";
import { isOf } from "./cut.ts";
import { listResource } from "./define.ts";
import { rowsAt } from "./read-page.ts";
import type { Parameter } from "./resource.ts";
import { exampleSession, sessionItem } from "./rows/session.ts";
import { volatilityOfWindow, windowClosesAt } from "./settling.ts";

const PARTICIPANTS = /^([0-9]{1,6}):([0-9]{1,6})$/;
const PARTICIPANTS_MAX = 100_000;
export const PER_PAGE_MAX = 100;

/** `min:max` without leading zeros, both 0 to 100000, min ≤ max. */
function readParticipants(text: string): string | undefined {
  if (text.length > 13) return undefined;
  const match = PARTICIPANTS.exec(text);
  if (match === null) return undefined;
  const [min, max] = [Number(match[1]), Number(match[2])];
  return min <= max && max <= PARTICIPANTS_MAX ? `${min}:${max}` : undefined;
}

const participants: Parameter = {
  read: readParticipants,
  requirement: `must be min:max, two integers from 0 to ${PARTICIPANTS_MAX} with min not above max`,
  looksAt: ["live_participants", "max_concurrent_participants"],
  reachesAcross: true,
  document: {
    type: "string",
    pattern: PARTICIPANTS.source,
    maxLength: 13,
    description: `A range of participant counts, \`min:max\`, both from 0 to ${PARTICIPANTS_MAX}, min not above max, for example 1:10.`,
  },
};

export const sessions = listResource({
  name: "sessions",
  operationId: "listSessions",
  summary: "List sessions",
  description: "A page of an app's sessions, newest first unless asked otherwise.",
  version: 2,
  path: "/sessions",
  parameters: {
    associated_id: parameters.meetingId(
      "Only sessions of this meeting: its UUID, or the room name of a V1 meeting, of letters, digits and hyphens. Upper and lower case are the same.",
      ["associated_id"],
    ),
    status: parameters.choice(["LIVE", "ENDED"], "Only sessions in this state. Without it, both.", {
      anyCase: true,
      looksAt: ["status"],
    }),
    ...parameters.timeRange(["started_at", "ended_at"]),
    participants,
    search: parameters.search(
      "Text to look for in the meeting title, the meeting id and the session id, without control characters. White space around it is left out.",
      ["id", "associated_id", "meeting_display_name"],
      true,
    ),
    sort_by: parameters.choice(
      ["minutesConsumed", "createdAt"],
      "What the list is sorted by. `minutesConsumed` moves while sessions are live, so pages may shift.",
      { fallback: "createdAt", looksAt: ["minutes_consumed"] },
    ),
    sort_order: parameters.sortOrder,
    ...parameters.paging("Sessions", PER_PAGE_MAX),
  },
  between: parameters.startsBeforeEnd,
  pageId: "SessionPage",
  rows: "The sessions",
  perPageMax: PER_PAGE_MAX,
  ...sessionItem,
  at: ["sessions"],
  rowsIn: rowsAt("sessions"),
  owner: { by: "field", field: "associated_id", parameter: "associated_id" },
  /**
   * live where a row is LIVE or the question asks for LIVE, else by its window. Rows of a meeting that was not asked for count for
   * nothing: a reader who is not shown them must not learn of them.
   */
  volatility(items, context) {
    const { associated_id: asked, status } = context.query;
    const rows = items.filter((row) => asked === undefined || isOf(String(asked), row["associated_id"]));
    if (status === "LIVE" || rows.some((row) => row["status"] === "LIVE")) return "live";
    return volatilityOfWindow(rows.length, context);
  },
  closesAt: windowClosesAt,
  isShownByDefault: true,
  example: {
    success: true,
    data: { sessions: [exampleSession] },
    paging: { total_count: 1, start_offset: 1, end_offset: 1, page_no: 1, per_page: 25, has_more: false },
    dropped_count: 0,
  },
});
