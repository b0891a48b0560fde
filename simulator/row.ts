// A session as the wire shows it at one moment. Minutes accrue when somebody leaves, not while they stay, as the published
// example suggests; so a LIVE row changes with joins and leaves and is otherwise still.
//
// A fixed share of the rows carries what clients must survive: `meta`, unknown fields, breakout rooms, no `breakout_rooms`.
import { integer, streamOf, uuid } from "./chance.ts";
import { minutesBetween, movesOf, type Plan } from "./timeline.ts";

/** A session in the upstream's own words. Timestamps are ISO 8601 with milliseconds and `Z`. */
export type SessionRow = {
  id: string;
  associated_id: string;
  meeting_display_name: string;
  type: string;
  status: "LIVE" | "ENDED";
  live_participants: number;
  max_concurrent_participants: number;
  minutes_consumed: number;
  organization_id: string;
  started_at: string;
  created_at: string;
  updated_at: string;
  ended_at?: string | null;
  breakout_rooms?: readonly SessionRow[];
  [extra: string]: unknown;
};

/** A row with its JSON text; `step` counts the changes so far, so that equal steps mean an equal row. */
export type RowView = {
  readonly row: SessionRow;
  readonly text: string;
  readonly step: number;
  readonly plan: Plan;
};

const iso = (ms: number) => new Date(ms).toISOString();

/** How many changes of a session have happened at `nowMs`: its joins and leaves, and its end. */
export function stepAt(plan: Plan, moves: readonly { atMs: number }[], nowMs: number): number {
  let step = 0;
  while (step < moves.length && (moves[step]?.atMs ?? Infinity) <= nowMs) step += 1;
  return nowMs >= plan.endMs ? moves.length + 1 : step;
}

/** The row of a session at `nowMs`, which must not be before its creation. */
export function rowAt(plan: Plan, nowMs: number): RowView {
  const moves = movesOf(plan);
  const next = streamOf(plan.seed, "row");
  let live = 0;
  let most = 0;
  let minutes = 0;
  let changedMs = plan.createdMs;
  for (const move of moves) {
    if (move.atMs > nowMs) break;
    live += move.delta;
    most = Math.max(most, live);
    minutes += move.minutes;
    changedMs = Math.max(changedMs, move.atMs);
  }
  const ended = nowMs >= plan.endMs;
  const touchedMs = (ended ? plan.endMs : changedMs) + integer(next, 6, 35);
  const row: SessionRow = {
    id: plan.id,
    associated_id: plan.meeting.id,
    meeting_display_name: plan.meeting.title,
    type: plan.meeting.type,
    status: ended ? "ENDED" : "LIVE",
    live_participants: live,
    max_concurrent_participants: most,
    minutes_consumed: Math.round(minutes * 10_000) / 10_000,
    organization_id: plan.appId,
    started_at: iso(plan.startMs),
    created_at: iso(plan.createdMs),
    updated_at: iso(touchedMs),
    ended_at: ended ? iso(plan.endMs) : null,
  };
  const rooms = next();
  if (rooms < 0.08 && most >= 2) row.breakout_rooms = breakoutRooms(plan, row);
  else if (rooms < 0.5) row.breakout_rooms = [];
  const extra = next();
  if (extra < 0.12) row["meta"] = { source: "simulator", ticket: integer(next, 1000, 9999) };
  if (extra > 0.9) {
    row["region"] = "WEUR";
    row["recording_config"] = null;
    row["x_experimental"] = { flags: ["a", "b"], depth: { level: 2 } };
  }
  return { row, text: JSON.stringify(row), step: stepAt(plan, moves, nowMs), plan };
}

function breakoutRooms(plan: Plan, parent: SessionRow): readonly SessionRow[] {
  const next = streamOf(plan.seed, "rooms");
  const ended = parent.ended_at !== null;
  return Array.from({ length: integer(next, 2, 3) }, (_, index) => {
    const startMs = plan.startMs + integer(next, 1_000, 60_000);
    return {
      id: uuid(next),
      associated_id: uuid(next),
      meeting_display_name: `Room ${index + 1}`,
      type: parent.type,
      status: parent.status,
      live_participants: 0,
      max_concurrent_participants: 1,
      minutes_consumed: ended ? minutesBetween(startMs, plan.endMs) : 0,
      organization_id: plan.appId,
      started_at: iso(startMs),
      created_at: iso(startMs + 10),
      updated_at: parent.updated_at,
      ended_at: ended ? (parent.ended_at ?? null) : null,
    };
  });
}
