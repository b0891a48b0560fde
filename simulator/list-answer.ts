// The list's body: rows and paging put into the envelope, with whatever faults say about rows.
import { integer, pick, streamOf, uuid } from "./chance.ts";
import { envelopeText, insert, nested, polluted } from "./envelope.ts";
import type { ListPage } from "./list.ts";
import { rowFault, rowFaults } from "./row-faults.ts";
import type { RowView, SessionRow } from "./row.ts";
import { type RowForm, shownRow } from "./session-row.ts";

/** How a page is to be shown. `seed` and `call` decide the draws of row faults. */
export type PageForm = RowForm & { readonly seed: number; readonly call: number };

/** The JSON text of a page. */
export function listText(page: ListPage, form: PageForm): string {
  const { faults } = form;
  const content = { name: "sessions", isList: true };
  if (faults.all().length === 0 && form.rowFields === "documented") {
    return envelopeText(
      { ...content, rows: page.rows.map((view) => view.text).join(","), paging: page.paging },
      faults,
    );
  }
  const isEmpty = faults.one("empty-list") !== undefined;
  const body = faults.one("body")?.form;
  const rows = isEmpty ? [] : rowTexts(page, form);
  if (body === "proto") rows.splice(0, 1, ...rows.slice(0, 1).map((row) => insert(row, polluted)));
  if (body === "deep") rows.splice(0, 1, ...rows.slice(0, 1).map((row) => insert(row, `"deep":${nested}`)));
  const paging = isEmpty ? { total: 0, start: 0, end: 0 } : page.paging;
  return envelopeText({ ...content, rows: rows.join(","), paging }, faults);
}

function rowTexts(page: ListPage, form: PageForm): string[] {
  const views = [...newcomersOf(page, form.seed), ...page.rows];
  return views.flatMap((view, place) => rowText(view, place, form));
}

/** The texts to send for the row at a place of an answer: one, unless a fault wants none or two. */
export function rowText(view: Pick<RowView, "row" | "text" | "plan">, place: number, form: PageForm): string[] {
  const broken = form.faults.all().filter((fault) => fault.kind === "rows");
  const fault = broken.find(({ which }) => which === "all" || (which === "first" ? place === 0 : place % 2 === 0));
  const sent = shownRow(view, form);
  if (!fault) return sent === view.row ? [view.text] : [JSON.stringify(sent)];
  const chosen =
    fault.fault === "any" ? pick(streamOf(form.seed, "row-fault", form.call, place), rowFaults) : rowFault(fault.fault);
  return chosen ? [...chosen.apply(sent)] : [view.text];
}

/** Rows that a shift pretends to have come in: LIVE, fresh ids, otherwise like the page's first. */
function newcomersOf(page: ListPage, seed: number): readonly Pick<RowView, "row" | "text" | "plan">[] {
  const first = page.rows[0];
  if (!first) return [];
  const { row: model, plan } = first;
  return Array.from({ length: page.newcomers }, (_, index) => {
    const next = streamOf(seed, "newcomer", page.paging.total - index);
    const row: SessionRow = {
      ...model,
      id: uuid(next),
      status: "LIVE",
      ended_at: null,
      live_participants: integer(next, 1, 3),
    };
    return { row, text: JSON.stringify(row), plan };
  });
}
