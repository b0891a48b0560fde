// How one row of an upstream answer becomes a session of ours, or is left out with a reason.
//
// The rule: *what is wrong drops the row; what is absent is filled in only where that states nothing new.* Absent means
// undefined or null, for times also `'null'` and an empty text.
// - `id`, `associated_id`, `type`, `status`, `started_at` and the three numbers must be there: an invented 0 of
//   `live_participants` would read "nobody is in".
// - `meeting_display_name` becomes empty and `organization_id` the app that was asked: the official example omits both.
// - `created_at` becomes `started_at`, `updated_at` the latest time the row tells of, so that an upstream which stops
//   sending them costs a detail, not every page.
// - `ended_at` is null while LIVE, whatever the row says; `breakout_rooms` becomes an empty list.
// Enums are read in any ASCII case. Fields are projected by name: unknown ones never pass.

import { fail, ok, type Result } from "../ground/errors.ts";
import { readMeta } from "./meta.ts";
import { readStatus } from "./parameters.ts";
import { cut, field, isRecord } from "../ground/plain-data.ts";
import {
  BREAKOUT_ROOMS_MAX,
  type BreakoutRoom,
  DISPLAY_NAME_LENGTH_MAX,
  NUMBER_MAX,
  OPAQUE_ID_PATTERN,
  type SessionRow,
  SessionType,
} from "./session.ts";
import { readTimestamp } from "../ground/timestamp.ts";

export type RowOptions = { exposeMeta: boolean; appId: string };

/** Takes the reason code of whatever was left out without losing the row. */
export type LeaveOut = (reason: string, count: number) => void;

/** A room but for its `meta`. */
type Fields = Omit<BreakoutRoom, "meta">;

/** The session, or a reason code such as `started_at.invalid`. Rooms that can't be made valid go to `leaveOut`. */
export function readSessionRow(raw: unknown, options: RowOptions, leaveOut: LeaveOut): Result<SessionRow, string> {
  if (!isRecord(raw)) return fail("row.invalid");
  const fields = readFields(raw, options);
  if (!fields.ok) return fields;
  const rooms = readRooms(field(raw, "breakout_rooms"), options, leaveOut);
  const row: SessionRow = { ...fields.value, breakout_rooms: rooms };
  addMeta(row, raw, options, leaveOut);
  return ok(row);
}

function readRoom(raw: unknown, options: RowOptions, leaveOut: LeaveOut): Result<BreakoutRoom, string> {
  if (!isRecord(raw)) return fail("row.invalid");
  const fields = readFields(raw, options);
  if (!fields.ok) return fields;
  const room: BreakoutRoom = { ...fields.value };
  addMeta(room, raw, options, leaveOut);
  return ok(room);
}

/** Comes last in a row, as in the schema. */
function addMeta(
  row: BreakoutRoom | SessionRow,
  raw: Record<string, unknown>,
  { exposeMeta }: RowOptions,
  leaveOut: LeaveOut,
): void {
  const rawMeta = exposeMeta ? field(raw, "meta") : undefined;
  if (isAbsent(rawMeta)) return;
  const meta = readMeta(rawMeta);
  if (meta === undefined) leaveOut("meta.refused", 0);
  else row.meta = meta;
}

function readRooms(raw: unknown, options: RowOptions, leaveOut: LeaveOut): BreakoutRoom[] {
  if (isAbsent(raw)) return [];
  if (!Array.isArray(raw)) {
    leaveOut("breakout_rooms.invalid", 1);
    return [];
  }
  const rooms = new Map<string, BreakoutRoom>();
  const list: readonly unknown[] = raw;
  for (const item of list.slice(0, BREAKOUT_ROOMS_MAX)) {
    const room = readRoom(item, options, (reason, count) => leaveOut(`breakout_rooms.${reason}`, count));
    if (!room.ok) leaveOut(`breakout_rooms.${room.failure}`, 1);
    else if (rooms.has(room.value.id)) leaveOut("breakout_rooms.row.duplicate", 1);
    else rooms.set(room.value.id, room.value);
  }
  if (list.length > BREAKOUT_ROOMS_MAX) leaveOut("breakout_rooms.excess", list.length - BREAKOUT_ROOMS_MAX);
  return [...rooms.values()];
}

function readFields(raw: Record<string, unknown>, { appId }: RowOptions): Result<Fields, string> {
  const missingOrInvalid = (name: string) => fail(`${name}.${isAbsent(field(raw, name)) ? "missing" : "invalid"}`);

  const id = readId(field(raw, "id"));
  if (id === undefined) return missingOrInvalid("id");
  const associatedId = readId(field(raw, "associated_id"));
  if (associatedId === undefined) return missingOrInvalid("associated_id");
  const displayName = readText(field(raw, "meeting_display_name"));
  if (displayName === undefined) return fail("meeting_display_name.invalid");
  const rawOrganizationId = field(raw, "organization_id");
  const organizationId = isAbsent(rawOrganizationId) ? appId : readId(rawOrganizationId);
  if (organizationId === undefined) return fail("organization_id.invalid");
  const type = readType(field(raw, "type"));
  if (type === undefined) return missingOrInvalid("type");
  const rawStatus = field(raw, "status");
  const status = typeof rawStatus === "string" ? readStatus(rawStatus) : undefined;
  if (status === undefined) return missingOrInvalid("status");
  const live = readCount(field(raw, "live_participants"));
  if (live === undefined) return missingOrInvalid("live_participants");
  const peak = readCount(field(raw, "max_concurrent_participants"));
  if (peak === undefined) return missingOrInvalid("max_concurrent_participants");
  const minutes = readNumber(field(raw, "minutes_consumed"));
  if (minutes === undefined) return missingOrInvalid("minutes_consumed");

  const startedAt = readTimestamp(field(raw, "started_at"));
  if (typeof startedAt !== "string") return fail(`started_at.${startedAt === null ? "missing" : "invalid"}`);
  const endedAt = readTimestamp(field(raw, "ended_at"));
  if (endedAt === undefined) return fail("ended_at.invalid");
  const createdAt = readTimestamp(field(raw, "created_at"));
  if (createdAt === undefined) return fail("created_at.invalid");
  const updatedAt = readTimestamp(field(raw, "updated_at"));
  if (updatedAt === undefined) return fail("updated_at.invalid");

  const shownEndedAt = status === "LIVE" ? null : endedAt;
  const shownCreatedAt = createdAt ?? startedAt;
  return ok({
    id,
    associated_id: associatedId,
    meeting_display_name: displayName,
    organization_id: organizationId,
    type,
    status,
    live_participants: live,
    max_concurrent_participants: peak,
    minutes_consumed: minutes,
    created_at: shownCreatedAt,
    started_at: startedAt,
    ended_at: shownEndedAt,
    updated_at: updatedAt ?? latest(startedAt, shownCreatedAt, shownEndedAt),
  });
}

function isAbsent(raw: unknown): boolean {
  return raw === undefined || raw === null;
}

function readId(raw: unknown): string | undefined {
  return typeof raw === "string" && raw.length <= 128 && OPAQUE_ID_PATTERN.test(raw) ? raw : undefined;
}

/** Lone surrogates are replaced, not refused: a title is for showing, and one broken title must not hide a session. */
function readText(raw: unknown): string | undefined {
  if (isAbsent(raw)) return "";
  return typeof raw === "string" ? cut(raw, DISPLAY_NAME_LENGTH_MAX).toWellFormed() : undefined;
}

function readType(raw: unknown): SessionType | undefined {
  if (typeof raw !== "string" || raw.length > 16) return undefined;
  return SessionType.options.find(
    (option) => option === raw || (/^[A-Za-z]+$/.test(raw) && option === raw.toLowerCase()),
  );
}

/** 0 or more, finite, exact as a double. Minus zero becomes zero. */
function readNumber(raw: unknown): number | undefined {
  return typeof raw === "number" && raw >= 0 && raw <= NUMBER_MAX ? raw + 0 : undefined;
}

function readCount(raw: unknown): number | undefined {
  return Number.isInteger(raw) ? readNumber(raw) : undefined;
}

/** Canonical times sort as texts. */
function latest(first: string, second: string, third: string | null): string {
  const later = first > second ? first : second;
  return third !== null && third > later ? third : later;
}
