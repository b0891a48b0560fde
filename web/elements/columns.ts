// The columns of the table of sessions: which there are, what each needs to be seen, and what stands in a cell. Also how a row is written
// into a file of what is shown.
import { html } from "lit";
import type { TemplateResult } from "lit";
import { amountText, momentText, momentTitle, spanText } from "./moments.ts";
import { instantOf, titleOf } from "./rows.ts";
import type { SessionRow } from "./rows.ts";

type Cell = TemplateResult | string;

export type Column = {
  name: string;
  label: string;
  /** Fields without which the column is not there. The first is what it shows. */
  needs: readonly (keyof SessionRow)[];
  /** As the service names it, where it can be sorted by. */
  sortBy?: "createdAt" | "minutesConsumed";
  isNumber?: boolean;
  /** Shown unless somebody chose otherwise. */
  isUsual?: boolean;
  cell(row: SessionRow, now: number): Cell;
};

const moment = (text: string | null | undefined, now: number): Cell => {
  const at = instantOf(text);
  return at === undefined
    ? "–"
    : html`<time datetime=${text ?? ""} title=${momentTitle(at)}>${momentText(at, now)}</time>`;
};

const amount = (value: number | null | undefined): string =>
  value === undefined || value === null ? "–" : amountText(value);

/** How long it lasted, or has lasted. */
export function lastedMs({ started_at, ended_at, status }: SessionRow, now: number): number | undefined {
  const startedAt = instantOf(started_at);
  const endedAt = status === "LIVE" ? now : instantOf(ended_at);
  return startedAt === undefined || endedAt === undefined ? undefined : endedAt - startedAt;
}

const words: Readonly<Record<string, string>> = { LIVE: "Live", ENDED: "Ended" };

export const columns: readonly Column[] = [
  { name: "title", label: "Meeting", needs: [], isUsual: true, cell: titleOf },
  {
    name: "status",
    label: "Status",
    needs: ["status"],
    isUsual: true,
    cell: ({ status = "" }) =>
      html`<span class=${status === "LIVE" ? "status live" : "status"}>${words[status] ?? status}</span>`,
  },
  {
    name: "started",
    label: "Started",
    needs: ["started_at"],
    sortBy: "createdAt",
    isUsual: true,
    cell: ({ started_at }, now) => moment(started_at, now),
  },
  { name: "ended", label: "Ended", needs: ["ended_at"], cell: ({ ended_at }, now) => moment(ended_at, now) },
  {
    name: "lasted",
    label: "Lasted",
    needs: ["started_at", "ended_at"],
    isUsual: true,
    isNumber: true,
    cell: (row, now) => {
      const ms = lastedMs(row, now);
      return ms === undefined ? "–" : spanText(ms);
    },
  },
  {
    name: "now",
    label: "Now",
    needs: ["live_participants"],
    isUsual: true,
    isNumber: true,
    cell: ({ status, live_participants: now }) => (status === "ENDED" ? "–" : amount(now)),
  },
  {
    name: "peak",
    label: "Peak",
    needs: ["max_concurrent_participants"],
    isUsual: true,
    isNumber: true,
    cell: ({ max_concurrent_participants: peak }) => amount(peak),
  },
  {
    name: "people",
    label: "People",
    needs: ["total_participants"],
    isNumber: true,
    cell: ({ total_participants: all }) => amount(all),
  },
  {
    name: "minutes",
    label: "Minutes",
    needs: ["minutes_consumed"],
    sortBy: "minutesConsumed",
    isUsual: true,
    isNumber: true,
    cell: ({ minutes_consumed: minutes }) => amount(minutes),
  },
  { name: "type", label: "Type", needs: ["type"], cell: ({ type = "" }) => type },
  {
    name: "recording",
    label: "Recording",
    needs: ["recording_status"],
    cell: ({ recording_status: status }) => (status ?? "–").toLowerCase().replaceAll("_", " "),
  },
  {
    name: "meeting",
    label: "Meeting id",
    needs: ["associated_id"],
    cell: ({ associated_id: id }) => html`<code>${id ?? "–"}</code>`,
  },
  { name: "id", label: "Session id", needs: ["id"], cell: ({ id }) => html`<code>${id ?? "–"}</code>` },
];

/** The columns that these fields allow. */
export const columnsFor = (fields: ReadonlySet<string>): Column[] =>
  columns.filter(({ needs }) => needs.every((field) => fields.has(field)));

/** The chosen ones, in the order of the table; the usual ones where nothing that is there was chosen. */
export function chosenColumns(possible: readonly Column[], names: string | undefined): Column[] {
  const wanted = new Set(names?.split(",") ?? []);
  const chosen = possible.filter(({ name }) => wanted.has(name));
  return chosen.length > 0 ? chosen : possible.filter(({ isUsual }) => isUsual === true);
}
