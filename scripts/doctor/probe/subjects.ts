// Which sessions a probe asks about: of the newest ones, one that goes on, one that ended within the hour, one whose files are there,
// and one whose files should be gone.
import { field, isRecord } from "../../../src/ground/plain-data.ts";
import { parseInstant, readTimestamp } from "../../../src/ground/timestamp.ts";
import type { Answer, Asker } from "./ask.ts";
import { count, kind, list, members, seen, word, type Seen } from "./shapes.ts";

export type Session = { id: string; meeting: string; row: unknown; endedAt: number | undefined };
export type Stage = "live" | "latest" | "settled" | "expired";

/** `first`: the list without a parameter. `long`: with the largest page that was asked for. `rows`: of the longer one of both. */
export type Subjects = Asker & {
  now(): number;
  first: Answer;
  long: Answer;
  rows: readonly unknown[];
  sessions: Partial<Readonly<Record<Stage, Session>>>;
};

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Rows at a key of `data`, in `data` itself or in `data.data`. */
export function rowsIn(body: unknown, key: string): readonly unknown[] {
  const data = field(body, "data");
  const found = [data, field(data, key), field(data, "data")].find((value) => Array.isArray(value));
  return Array.isArray(found) ? found : [];
}

const textOf = (row: unknown, name: string): string => {
  const value = field(row, name);
  return typeof value === "string" ? value : "";
};

/** Epoch milliseconds of a member, leniently read. */
export const momentOf = (row: unknown, name: string): number | undefined =>
  parseInstant(readTimestamp(field(row, name)) ?? undefined);

export const idOf = (row: unknown): string => textOf(row, "id");

function sessionOf(row: unknown): Session | undefined {
  const [id, meeting] = [idOf(row), textOf(row, "associated_id")];
  return id === "" || meeting === "" ? undefined : { id, meeting, row, endedAt: momentOf(row, "ended_at") };
}

/** The one of a stage with most people in it, who tell most. */
export function pickSessions(rows: readonly unknown[], now: number): Subjects["sessions"] {
  const all = rows.flatMap((row) => sessionOf(row) ?? []);
  const most = (isMeant: (session: Session, agoMs: number) => boolean) =>
    all
      .filter((session) => isMeant(session, now - (session.endedAt ?? Number.NaN)))
      .toSorted((one, other) => crowdOf(other) - crowdOf(one))[0];
  const picked = {
    live: all.find(({ row }) => field(row, "status") === "LIVE"),
    latest: most((_, agoMs) => agoMs >= 0 && agoMs < hourMs),
    settled: most((_, agoMs) => agoMs > 6 * hourMs && agoMs < 6 * dayMs),
    expired: most((_, agoMs) => agoMs > 8 * dayMs),
  };
  return Object.fromEntries(Object.entries(picked).filter(([, session]) => session !== undefined));
}

function crowdOf({ row }: Session): number {
  const people = field(row, "max_concurrent_participants");
  return typeof people === "number" ? people : 0;
}

/** Where the paging of an answer is. */
export function pagingOf(body: unknown): Seen {
  const [top, inner] = [field(body, "paging"), field(field(body, "data"), "paging")];
  const place =
    top === undefined ? (inner === undefined ? "nowhere" : "in data") : inner === undefined ? "on top" : "in both";
  const names = members([top ?? inner], ["total_count", "start_offset", "end_offset"]);
  return seen`paging ${word(["nowhere", "in data", "on top", "in both"], place)} (${names})`;
}

const v4Codes = ["1000", "6003", "6111", "7003", "9106", "9109", "10000", "10405"] as const;

/** How an answer is to be read: its status, and of a refusal the envelope. */
export function outcomeOf({ status, body }: Answer): Seen {
  if (status === 0) return seen`no answer`;
  const shown = seen`status ${count(status)}`;
  if (status === 200)
    return field(body, "success") === true ? shown : seen`${shown}, success ${kind(field(body, "success"))}`;
  if (body === undefined) return seen`${shown}, no JSON`;
  const [error, errors] = [field(body, "error"), field(body, "errors")];
  if (isRecord(error)) {
    const code = field(error, "code");
    const likeness = code === status || code === String(status) ? "code as the status" : "code unlike the status";
    const told = word(["code as the status", "code unlike the status"], likeness);
    return seen`${shown}, {error: ${members([error], ["code", "message"])}}, ${told}`;
  }
  if (Array.isArray(errors)) {
    const codes = list(errors.slice(0, 3).map((one) => word(v4Codes, String(field(one, "code")))));
    return seen`${shown}, {errors: [${members(errors.slice(0, 3), ["code", "message"])}]}, code ${codes}`;
  }
  return seen`${shown}, {${members([body], ["success", "data", "message", "result", "messages"])}}`;
}
