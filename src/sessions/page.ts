// How an upstream answer becomes a page of ours: a tolerant reader in front of a strict shape. Hand-written projection,
// not a schema run on every row: a page of 100 is read in a fraction of a millisecond, and property tests hold the
// result against the schema.
//
// One bad row never fails a page; a non-empty answer in which no row is valid is no page. Rows beyond `per_page` are
// left out and reported but not counted as dropped: they are on a later page. `paging` is read where it can be believed
// and reckoned where it can't; offsets are 1-based and inclusive whatever the upstream's are. The body holds no time of
// its own, so that an unchanged answer gives the same bytes.

import { field, isRecord } from "../ground/plain-data.ts";
import type { SessionQuery } from "./query.ts";
import { readSessionRow } from "./row.ts";
import { SessionPage } from "./session.ts";
import type { Paging, SessionRow } from "./session.ts";
import { parseInstant } from "../ground/timestamp.ts";
import type { Volatility } from "../ground/volatility.ts";

export { BreakoutRoom, PAGE_SCHEMA_VERSION, Paging, SessionPage, SessionRow } from "./session.ts";

const DROPPED_REASONS_MAX = 20;
/** A session may still enter a page this long after the end of its window. */
const SETTLING_MS = 600_000;

/** `appId` stands in for an absent `organization_id`; without it that stays empty. `firstPage` is the upstream's number of its first page. */
export type PageOptions = { query: SessionQuery; exposeMeta: boolean; firstPage: 0 | 1; appId?: string };

/**
 * For the report, not for clients. `droppedReasons`: distinct codes such as `id.missing`, `row.duplicate`, `row.excess`,
 * at most 20. `offset`: where the page should begin and where the upstream says it does, when these contradict.
 */
export type PageNotes = { droppedReasons: string[]; offset?: { expected: number; received: number } };

export type NormalisedPage = { ok: true; page: SessionPage; notes: PageNotes } | { ok: false; reason: string };

/** Never throws, whatever was parsed. `reason` is a code of ours, never the upstream's words. */
export function normalisePage(body: unknown, options: PageOptions): NormalisedPage {
  if (!isRecord(body)) return { ok: false, reason: "body.invalid" };
  const success = field(body, "success") ?? true;
  if (success !== true) return { ok: false, reason: "success.false" };
  const data = field(body, "data") ?? undefined;
  if (data === undefined) return { ok: false, reason: "data.missing" };
  if (!isRecord(data)) return { ok: false, reason: "data.invalid" };
  const rows = field(data, "sessions") ?? undefined;
  if (rows === undefined) return { ok: false, reason: "sessions.missing" };
  if (!Array.isArray(rows)) return { ok: false, reason: "sessions.invalid" };

  const read = readRows(rows, options);
  if (rows.length > 0 && read.sessions.length === 0) {
    return { ok: false, reason: `sessions.noneValid: ${read.reasons[0] ?? "row.invalid"}` };
  }
  const { paging, offset } = readPaging(field(body, "paging") ?? field(data, "paging"), rows.length, options.query);
  return {
    ok: true,
    page: { success: true, data: { sessions: read.sessions }, paging, dropped_count: read.droppedCount },
    notes: { droppedReasons: read.reasons, ...(offset !== undefined && { offset }) },
  };
}

function readRows(rows: readonly unknown[], { query, exposeMeta, appId = "" }: PageOptions) {
  const sessions = new Map<string, SessionRow>();
  const reasons = new Set<string>();
  let droppedCount = 0;
  const leaveOut = (reason: string, count: number) => {
    droppedCount += count;
    if (reasons.size < DROPPED_REASONS_MAX) reasons.add(reason);
  };
  for (const raw of rows.slice(0, query.per_page)) {
    const row = readSessionRow(raw, { exposeMeta, appId }, leaveOut);
    if (!row.ok) leaveOut(row.failure, 1);
    else if (sessions.has(row.value.id)) leaveOut("row.duplicate", 1);
    else sessions.set(row.value.id, row.value);
  }
  if (rows.length > query.per_page) leaveOut("row.excess", 0);
  return { sessions: [...sessions.values()], reasons: [...reasons], droppedCount };
}

/**
 * Offsets of the upstream that contradict our reckoning are noted, because that is how a wrong `UPSTREAM_FIRST_PAGE`
 * shows; they are believed when they fit the number of rows (it knows what it sent). One less than reckoned is the same
 * place counted from 0. The end is always the start plus the rows sent, left-out ones included, because they hold their
 * positions. A total that is smaller than the end is not believed.
 */
function readPaging(raw: unknown, rowCount: number, { page_no, per_page }: SessionQuery) {
  const claimed = isRecord(raw) ? raw : {};
  const expected = (page_no - 1) * per_page + 1;
  const received = readOffset(field(claimed, "start_offset"));
  const isContradiction = rowCount > 0 && received !== undefined && received !== expected && received !== expected - 1;
  const isConsistent = isContradiction && readOffset(field(claimed, "end_offset")) === received + rowCount - 1;

  const start = isConsistent ? Math.max(received, 1) : expected;
  const end = start + Math.min(rowCount, per_page) - 1;
  const claimedTotal = readOffset(field(claimed, "total_count"));
  const total = claimedTotal === undefined || (rowCount > 0 && claimedTotal < end) ? null : claimedTotal;

  const paging: Paging = {
    total_count: total,
    start_offset: rowCount === 0 ? 0 : start,
    end_offset: rowCount === 0 ? 0 : end,
    page_no,
    per_page,
    has_more: rowCount > 0 && (total === null ? rowCount >= per_page : end < total),
  };
  return { paging, offset: isContradiction ? { expected, received } : undefined };
}

/** Up to 2^52, so that a page's size can be added to it. */
function readOffset(raw: unknown): number | undefined {
  return typeof raw === "number" && Number.isInteger(raw) && raw >= 0 && raw <= 2 ** 52 ? raw + 0 : undefined;
}

/** The bytes of a page. `normalisePage` builds every object in the order of the schema, so equal pages have equal bytes. */
export function serialisePage(page: SessionPage): string {
  return JSON.stringify(page);
}

/** Whether bytes are a page as `serialisePage` writes it: UTF-8, and the schema's keys and no others. Never throws. */
export function isPageBody(body: Uint8Array): boolean {
  try {
    return SessionPage.safeParse(JSON.parse(utf8.decode(body))).success;
  } catch {
    return false;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * live: a row is LIVE, or the question asks for LIVE, or the page is empty though its window is open. settled: nothing
 * can enter any more, because `end_time` lies more than ten minutes before `now` (epoch milliseconds). Else recent.
 * Rows of a meeting that was not asked for count for nothing: a reader who is not shown them must not learn of them.
 */
export function pageVolatility(page: SessionPage, query: SessionQuery, now: number): Volatility {
  const asked = query.associated_id;
  const sessions = page.data.sessions.filter((row) => asked === undefined || row.associated_id.toLowerCase() === asked);
  if (query.status === "LIVE" || sessions.some((session) => session.status === "LIVE")) return "live";
  const closedAt = query.end_time === undefined ? undefined : parseInstant(query.end_time);
  if (closedAt !== undefined && closedAt < now - SETTLING_MS) return "settled";
  return sessions.length === 0 ? "live" : "recent";
}
