// One page of the list: which sessions match, in which order, and where the page lies among them.
//
// Offsets are 1-based and inclusive, 0 and 0 for a page without rows. The order is total (creation time or minutes, then
// id), and ascending is exactly the reverse of descending.
import type { Paging } from "./envelope.ts";
import type { ListQuery } from "./list-query.ts";
import type { RowView } from "./row.ts";
import type { Moment, Session } from "./world.ts";

/** A page. Before `rows` come `newcomers` rows that the caller must make up: they exist only as a shift of the list. */
export type ListPage = { readonly rows: readonly RowView[]; readonly newcomers: number; readonly paging: Paging };

/** How the list is to be read. `firstPage`: the number of the first page. `shift`: rows pretended to stand before all others. */
export type ListOptions = { readonly firstPage: 0 | 1; readonly shift: number };

/** Answers list queries. Keeps the order by minutes of each app until a row of it changes. */
export function createLister() {
  const orders = new WeakMap<readonly Session[], { version: string; order: readonly Session[] }>();

  const ascending = (moment: Moment, nowMs: number, sortBy: ListQuery["sortBy"]) => {
    if (sortBy === "createdAt") return moment.sessions;
    const known = orders.get(moment.sessions);
    if (known?.version === moment.version) return known.order;
    const order = moment.sessions
      .slice(0, moment.count)
      .map((session) => ({ session, minutes: session.viewAt(nowMs).row.minutes_consumed }))
      .sort((left, right) => left.minutes - right.minutes || (left.session.plan.id < right.session.plan.id ? -1 : 1))
      .map((entry) => entry.session);
    orders.set(moment.sessions, { version: moment.version, order });
    return order;
  };

  return function list(moment: Moment, nowMs: number, query: ListQuery, options: ListOptions): ListPage {
    const order = ascending(moment, nowMs, query.sortBy);
    const page = Math.max(0, (query.pageNo ?? options.firstPage) - options.firstPage);
    const newcomers = Math.min(query.perPage, Math.max(0, options.shift - page * query.perPage));
    const from = Math.max(0, page * query.perPage - options.shift);
    const most = query.perPage - newcomers;
    const rows: RowView[] = [];
    let total = 0;
    const take = (session: Session) => {
      if (total >= from && rows.length < most) rows.push(session.viewAt(nowMs));
      total += 1;
    };
    const place = (index: number) => (query.sortOrder === "ASC" ? index : moment.count - 1 - index);
    if (isUnfiltered(query)) {
      for (let index = from; index < Math.min(moment.count, from + most); index += 1) {
        const session = order[place(index)];
        if (session) rows.push(session.viewAt(nowMs));
      }
      total = moment.count;
    } else {
      for (let index = 0; index < moment.count; index += 1) {
        const session = order[place(index)];
        if (session && matches(session, nowMs, query)) take(session);
      }
    }
    const shown = newcomers + rows.length;
    const start = shown === 0 ? 0 : page * query.perPage + 1;
    return {
      rows,
      newcomers,
      paging: { total: total + options.shift, start, end: shown === 0 ? 0 : start + shown - 1 },
    };
  };
}

function isUnfiltered(query: ListQuery): boolean {
  return (
    query.associatedId === undefined &&
    query.status === undefined &&
    query.search === "" &&
    query.startMs === -Infinity &&
    query.endMs === Infinity &&
    query.participantsMin === 0 &&
    query.participantsMax === Infinity
  );
}

function matches(session: Session, nowMs: number, query: ListQuery): boolean {
  const { plan, haystack } = session;
  if (query.associatedId !== undefined && plan.meeting.id !== query.associatedId) return false;
  if (query.status !== undefined && plan.endMs > nowMs !== (query.status === "LIVE")) return false;
  if (plan.startMs < query.startMs || plan.startMs > query.endMs) return false;
  if (query.search !== "" && !haystack.some((text) => text.includes(query.search))) return false;
  if (query.participantsMin === 0 && query.participantsMax === Infinity) return true;
  const most = session.viewAt(nowMs).row.max_concurrent_participants;
  return most >= query.participantsMin && most <= query.participantsMax;
}
