// What of a page a caller is shown: which fields of its sessions, and whether of one meeting alone.
//
// The page in the cache is whole; it is cut after it was read, so that everybody who may ask the same question shares one
// upstream request. Rows of another meeting are there only when the upstream ignored the filter that was sent with the
// question. Once one of them is left out, nothing is said any more that was counted with them: then the paging is
// reckoned from the question and the rows shown alone.

import type * as z from "zod";
import { type BreakoutRoom, type Paging, type SessionPage, SessionRow } from "./session.ts";

export const SessionField = SessionRow.keyof();
export type SessionField = z.infer<typeof SessionField>;

/** The keys of a session row in the order of the schema, `meta` included. */
export const SESSION_FIELDS: readonly SessionField[] = SessionField.options;

/**
 * meeting: canonical id; rows of any other are left out. fields: in the order of the schema. id: a short text without
 * slashes, the same for equal views and for no others; it holds no secret, but the meeting.
 */
export type SessionView = { id: string; fields: "*" | readonly SessionField[]; meeting: string | undefined };

/** A session, or a breakout room, with the keys that may be shown. */
export type CutRow = { readonly [name in SessionField]?: unknown };
export type CutPage = Omit<SessionPage, "data"> & { data: { sessions: readonly CutRow[] } };

/** Every spelling of the same fields gives the same view; all of them listed are "*". `meeting` is a canonical id. */
export function makeView(fields: "*" | readonly SessionField[], meeting: string | undefined): SessionView {
  const shown = fields === "*" ? fields : inSchemaOrder(fields);
  // One bit for each field of the schema. No meeting has a dot or a star in its id.
  const bits =
    shown === "*" ? "*" : shown.reduce((sum, name) => sum + 2 ** SESSION_FIELDS.indexOf(name), 0).toString(36);
  return { id: `${bits}.${meeting ?? "*"}`, fields: shown, meeting };
}

function inSchemaOrder(fields: readonly SessionField[]): "*" | readonly SessionField[] {
  const shown = SESSION_FIELDS.filter((name) => fields.includes(name));
  return shown.length === SESSION_FIELDS.length ? "*" : shown;
}

/**
 * The page as the view shows it; the page given is left as it is. Every object has the schema's order of keys, so that
 * equal cuts have equal bytes. rowsCut: sessions left out because they are another meeting's. Breakout rooms belong to
 * their session: they lose the same fields and no room is left out.
 */
export function cutPage(page: SessionPage, { fields, meeting }: SessionView): { page: CutPage; rowsCut: number } {
  const all = page.data.sessions;
  const own = meeting === undefined ? all : all.filter((row) => row.associated_id.toLowerCase() === meeting);
  const sessions = fields === "*" ? own : own.map((row) => cutRow(row, fields));
  const rowsCut = all.length - own.length;
  const { success, paging, dropped_count } = page;
  return {
    page: {
      success,
      data: { sessions },
      paging: rowsCut === 0 ? paging : pagingOf(own.length, paging),
      dropped_count: rowsCut === 0 ? dropped_count : 0,
    },
    rowsCut,
  };
}

type Row = BreakoutRoom & { breakout_rooms?: readonly BreakoutRoom[] };

function cutRow(row: Row, fields: readonly SessionField[]): CutRow {
  const cut: { [name in SessionField]?: unknown } = {};
  for (const name of fields) {
    const value = name === "breakout_rooms" ? row[name]?.map((room) => cutRow(room, fields)) : row[name];
    if (value !== undefined) cut[name] = value;
  }
  return cut;
}

/** Where the rows shown would stand if there were no others. */
function pagingOf(rowCount: number, { page_no, per_page }: Paging): Paging {
  const start = (page_no - 1) * per_page + 1;
  return {
    total_count: null,
    start_offset: rowCount === 0 ? 0 : start,
    end_offset: rowCount === 0 ? 0 : start + rowCount - 1,
    page_no,
    per_page,
    has_more: rowCount >= per_page,
  };
}

/** Whether a reader may know how long a page is fresh: that is decided by the status of its sessions, and by no other field. */
export const showsFreshness = (view: SessionView | undefined): boolean =>
  view === undefined || view.fields === "*" || view.fields.includes("status");
