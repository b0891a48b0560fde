// <rtk-sessions-screen>: every session of an app as a table, with filters, sorting, pages, columns and exports. All of its state is in the
// address, but for the columns, which are a preference.
import { html, LitElement, nothing } from "lit";
import { chosenColumns, columnsFor } from "../elements/columns.ts";
import type { Column } from "../elements/columns.ts";
import { define } from "../elements/define.ts";
import "../elements/face.ts";
import type { Face, WayOut } from "../elements/face.ts";
import "../elements/freshness.ts";
import { amountText } from "../elements/moments.ts";
import { createPageWatch, facesOf } from "../elements/page-watch.ts";
import { sessionsIn } from "../elements/rows.ts";
import type { Paging, SessionRow } from "../elements/rows.ts";
import "../elements/session-table.ts";
import type { Sorting } from "../elements/session-table.ts";
import { theme } from "../elements/theme.ts";
import { meetingsToName } from "./access.ts";
import type { Change } from "./address.ts";
import type { ExportFormat } from "./export-run.ts";
import "./export-menu.ts";
import { menuClosing, menuStyles } from "./menu.ts";
import { keepPreference, preference } from "./preference.ts";
import { dayOf } from "./ranges.ts";
import type { ScreenContext } from "./screen.ts";
import { sessionHref } from "./session-link.ts";
import { noFilters } from "./session-filters.ts";
import "./session-filters.ts";
import { pageSizes, questionOf, withoutPages } from "./sessions-question.ts";
import type { SessionsQuestion } from "./sessions-question.ts";
import { sessionsScreenStyles } from "./sessions-screen-styles.ts";

const none: ReadonlySet<string> = new Set();

export class RtkSessionsScreen extends LitElement {
  static override properties = { context: { attribute: false }, columnNames: { state: true } };
  declare context: ScreenContext | undefined;
  declare columnNames: string | undefined;

  static override styles = [theme, menuStyles, sessionsScreenStyles];

  readonly #watch = createPageWatch(this, {
    onTrouble: ({ code }) => {
      if (code === "unauthorized") this.context?.signedOut();
    },
  });

  /** What is shown until the page of a new question comes. */
  #last: { app: string; page: object } | undefined;

  constructor() {
    super();
    this.columnNames = preference("columns");
  }

  protected override willUpdate(): void {
    const { context } = this;
    if (!context) return;
    const { app, client } = context;
    const question = this.#question(context);
    this.#watch.ask(`${app.app} ${JSON.stringify(question)}`, (onPage, events) =>
      client.sessions.watch(app.app, question, onPage, events),
    );
  }

  #question({ query, app }: ScreenContext): SessionsQuestion {
    return questionOf(query, { parameters: this.#parameters, meetings: meetingsToName(app) }, Date.now());
  }

  get #fields(): ReadonlySet<string> {
    return this.context?.app.resources.get("sessions")?.fields ?? none;
  }

  get #parameters(): ReadonlySet<string> {
    return this.context?.app.resources.get("sessions")?.parameters ?? none;
  }

  protected override render() {
    const { context } = this;
    if (!context) return nothing;
    const { seen } = this.#watch;
    const waysOut: WayOut[] = [{ label: "Try again", run: () => this.#watch.again() }];
    const { whole, above } = facesOf(seen, waysOut);
    if (seen.page) this.#last = { app: context.app.app, page: seen.page };
    const isPending = !seen.page && !seen.trouble && this.#last?.app === context.app.app;
    const page = seen.page ?? (isPending ? this.#last?.page : undefined);
    const possible = columnsFor(this.#fields);
    const columns = chosenColumns(possible, this.columnNames);
    return html`
      <div class="head">
        <h1>Sessions</h1>
        <rtk-freshness .state=${seen.state} .asOf=${seen.asOf}></rtk-freshness>
        <span class="tools">${this.#columnChoice(possible, columns)} ${this.#export(page, columns, context)}</span>
      </div>
      <rtk-session-filters
        .query=${context.query}
        .parameters=${this.#parameters}
        .meetings=${meetingsToName(context.app)}
        @filter-change=${({ detail }: CustomEvent<Change>) => context.go(detail, "replace")}
      ></rtk-session-filters>
      ${above ? html`<rtk-face compact .face=${above}></rtk-face>` : nothing}
      ${
        page
          ? html`<div class=${isPending ? "page pending" : "page"} aria-busy=${isPending}>
              ${this.#page(page, columns, context)}
            </div>`
          : html`<rtk-face .face=${whole}></rtk-face>`
      }
    `;
  }

  #page(page: object, columns: readonly Column[], context: ScreenContext) {
    const { sessions, paging } = sessionsIn(page);
    if (sessions.length === 0) return html`<rtk-face .face=${this.#empty(context, paging)}></rtk-face>`;
    const sorting: Sorting | undefined = this.#parameters.has("sort_by")
      ? {
          by: context.query.get("sort") === "minutesConsumed" ? "minutesConsumed" : "createdAt",
          order: context.query.get("order") === "ASC" ? "ASC" : "DESC",
        }
      : undefined;
    return html`
      <rtk-session-table
        caption="Sessions"
        .rows=${sessions}
        .columns=${columns}
        .sorting=${sorting}
        .hrefOf=${(row: SessionRow) => sessionHref(row, context)}
        @sort-change=${({ detail }: CustomEvent<Sorting>) =>
          context.go({
            sort: detail.by === "createdAt" ? undefined : detail.by,
            order: detail.order === "DESC" ? undefined : detail.order,
            page: undefined,
          })}
        @session-select=${(event: CustomEvent<{ id: string | undefined }>) => {
          event.preventDefault();
          context.go({ screen: "session", session: event.detail.id });
        }}
      ></rtk-session-table>
      ${paging ? this.#pages(paging, context) : nothing}
    `;
  }

  #empty({ query, go }: ScreenContext, paging: Paging | undefined): Face {
    const isFiltered = Object.keys(noFilters).some((name) => name !== "page" && query.has(name));
    if ((paging?.page_no ?? 1) > 1) {
      const first = { label: "To the first page", run: () => go({ page: undefined }) };
      return { kind: "empty", heading: "There is no such page", waysOut: [first] };
    }
    if (!isFiltered) return { kind: "empty", heading: "No sessions yet", detail: "The first meeting will be here." };
    const clear = { label: "Clear the filters", run: () => go(noFilters) };
    return { kind: "empty", heading: "No session fits these filters", waysOut: [clear] };
  }

  #pages(
    { page_no: page, per_page: size, start_offset, end_offset, total_count, has_more }: Paging,
    context: ScreenContext,
  ) {
    const total = total_count === null ? "" : ` of ${amountText(total_count)}`;
    const to = (next: number) => () => context.go({ page: next <= 1 ? undefined : String(next) });
    return html`<div class="pages">
      <span role="status">${amountText(start_offset)}–${amountText(end_offset)}${total}</span>
      <label>
        <span class="hidden-text">Rows a page</span>
        <select @change=${(event: Event) => this.#resize(event, context)}>
          ${pageSizes.map((each) => html`<option value=${each} ?selected=${each === size}>${each} a page</option>`)}
        </select>
      </label>
      <span class="steps">
        <button type="button" ?disabled=${page <= 1} @click=${to(page - 1)}>Previous</button>
        <button type="button" ?disabled=${!has_more} @click=${to(page + 1)}>Next</button>
      </span>
    </div>`;
  }

  #resize({ target }: Event, context: ScreenContext): void {
    if (!(target instanceof HTMLSelectElement)) return;
    context.go({ size: target.value === String(pageSizes[0]) ? undefined : target.value, page: undefined });
  }

  #columnChoice(possible: readonly Column[], shown: readonly Column[]) {
    return html`<details class="menu" @keydown=${menuClosing} @focusout=${menuClosing}>
      <summary class="button">Columns</summary>
      <fieldset tabindex="-1" @change=${this.#chooseColumns}>
        <legend class="hidden-text">Columns of the table</legend>
        ${possible
          .filter(({ name }) => name !== "title")
          .map(
            ({ name, label }) =>
              html`<label class="choice">
                <input type="checkbox" name=${name} .checked=${shown.some((column) => column.name === name)} />
                ${label}
              </label>`,
          )}
      </fieldset>
    </details>`;
  }

  #export(page: object | undefined, columns: readonly Column[], context: ScreenContext) {
    const { sessions, paging } = page ? sessionsIn(page) : { sessions: [], paging: undefined };
    if (sessions.length === 0) return nothing;
    const { app } = context;
    const usual = ["id", "associated_id", "meeting_display_name"];
    const fields = [...new Set([...usual, ...columns.flatMap(({ needs }) => needs)])].filter((field) =>
      this.#fields.has(field),
    );
    const filters = withoutPages(this.#question(context));
    const ask = (format: ExportFormat, after: string | undefined, signal: AbortSignal) => {
      const query = new URLSearchParams({ ...filters, ...(after !== undefined && { after }) });
      return context.ask(`/v1/apps/${app.app}/sessions.${format}?${query.toString()}`, signal);
    };
    return html`<rtk-export-menu
      name=${`${app.app}-sessions-${dayOf(Date.now())}`}
      .rows=${sessions}
      .fields=${fields}
      .total=${paging?.total_count}
      .ask=${app.resources.get("sessions")?.exports === true ? ask : undefined}
    ></rtk-export-menu>`;
  }

  #chooseColumns({ currentTarget }: Event): void {
    if (!(currentTarget instanceof HTMLElement)) return;
    const chosen = [...currentTarget.querySelectorAll("input")]
      .filter(({ checked }) => checked)
      .map(({ name }) => name);
    this.columnNames = ["title", ...chosen].join(",");
    keepPreference("columns", this.columnNames);
  }
}

define("rtk-sessions-screen", RtkSessionsScreen);
