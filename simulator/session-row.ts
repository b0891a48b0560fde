// A session's row as it is sent: with or without the undocumented fields, and as faults want it. The list, the details and the
// active session show the same row.
import type { ActiveFaults } from "./fault-plan.ts";
import { withObservedFields } from "./observed-fields.ts";
import type { RowFields } from "./question.ts";
import type { RowView, SessionRow } from "./row.ts";
import { varied } from "./variants.ts";

/** How rows are to be shown. */
export type RowForm = { readonly nowMs: number; readonly faults: ActiveFaults; readonly rowFields: RowFields };

/** The row to send; the view's own row when nothing asks for another. */
export function shownRow(view: Pick<RowView, "row" | "plan">, { nowMs, faults, rowFields }: RowForm): SessionRow {
  const fields = faults.one("row-fields")?.form ?? rowFields;
  const full = fields === "observed" ? withObservedFields(view.row, view.plan, nowMs) : view.row;
  const ended = faults.one("ended-at-absent") ? withoutEnd(full) : full;
  return asRow(varied(ended, faults));
}

function withoutEnd(row: SessionRow): SessionRow {
  if (row.ended_at !== null) return row;
  const { ended_at: _left, ...rest } = row;
  return rest;
}

/** The one cast: `varied` gives a row's members back under their names, as texts where they were texts. */
function asRow(value: unknown): SessionRow {
  return value as SessionRow;
}
