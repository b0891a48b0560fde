// <rtk-session-table>: a page of sessions as a table. Its header sorts by asking the service, so it sorts all pages and not just this one.
//
// Where there is little room, the other columns fold into a line below the title.
import { css, html, LitElement, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { Column } from "./columns.ts";
import { lastedMs } from "./columns.ts";
import { define } from "./define.ts";
import { momentText, spanText } from "./moments.ts";
import { instantOf, titleOf } from "./rows.ts";
import type { SessionRow } from "./rows.ts";
import { tableStyles } from "./table-styles.ts";
import { theme } from "./theme.ts";

export type Sorting = { by: string; order: "ASC" | "DESC" };

export class RtkSessionTable extends LitElement {
  static override properties = {
    rows: { attribute: false },
    columns: { attribute: false },
    sorting: { attribute: false },
    hrefOf: { attribute: false },
    caption: {},
  };
  declare rows: readonly SessionRow[] | undefined;
  declare columns: readonly Column[] | undefined;
  /** Without it no column can be sorted by. */
  declare sorting: Sorting | undefined;
  /** Where a session is; undefined where this one leads nowhere. */
  declare hrefOf: ((row: SessionRow) => string | undefined) | undefined;
  declare caption: string;

  static override styles = [
    theme,
    tableStyles,
    css`
      th,
      td {
        padding: 0.6rem 0.875rem;
      }
      th:first-child,
      td:first-child {
        padding-left: 1.25rem;
      }
      th:last-child,
      td:last-child {
        padding-right: 1.25rem;
      }
      thead th {
        border-bottom: 1px solid var(--_line);
        color: var(--_muted);
        font-size: 0.8125rem;
        font-weight: 550;
      }
      tbody tr:hover {
        background: var(--_sunken);
      }
      tbody th {
        width: 40%;
        min-width: 12rem;
        max-width: 28rem;
      }
      tbody th a {
        color: inherit;
        text-decoration: none;
      }
      tbody th a:hover {
        text-decoration: underline;
      }
      .title {
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        overflow: hidden;
      }
      .sub {
        display: none;
      }
      thead button {
        min-height: 1.75rem;
        margin: -0.25rem -0.5rem;
        padding: 0.25rem 0.5rem;
        border: 0;
        background: none;
        color: inherit;
        font-weight: inherit;
      }
      thead button:hover {
        color: var(--_text);
      }
      [aria-sort="ascending"],
      [aria-sort="descending"] {
        color: var(--_text);
      }
      svg {
        width: 0.625rem;
        fill: none;
        stroke: currentColor;
        stroke-width: 1.8;
        opacity: 0;
      }
      button:hover svg,
      button:focus-visible svg {
        opacity: 0.5;
      }
      .ascending {
        transform: rotate(180deg);
      }
      svg.ascending,
      svg.descending {
        opacity: 1;
      }
      .number button {
        flex-direction: row-reverse;
        margin-right: -0.5rem;
      }
      .status {
        display: inline-flex;
        align-items: center;
        gap: 0.4rem;
        color: var(--_muted);
      }
      .status.live {
        color: var(--_live);
        font-weight: 600;
      }
      .status.live::before {
        content: "";
        width: 0.5rem;
        height: 0.5rem;
        border-radius: 50%;
        background: currentColor;
      }
      code {
        font-size: 0.8125rem;
      }
      @container (max-width: 38rem) {
        td,
        thead th:not(:first-child) {
          display: none;
        }
        tbody th {
          width: 100%;
          max-width: none;
          min-width: 0;
        }
        .sub {
          display: flex;
          flex-wrap: wrap;
          gap: 0 0.75rem;
          margin-top: 0.15rem;
          color: var(--_muted);
          font-size: 0.875rem;
          font-weight: 400;
        }
      }
    `,
  ];

  protected override render() {
    const { rows = [], columns = [] } = this;
    const now = Date.now();
    return html`<div class="scroll">
      <table>
        <caption class="hidden-text">
          ${this.caption}
        </caption>
        <thead>
          <tr>
            ${columns.map((column) => this.#header(column))}
          </tr>
        </thead>
        <tbody>
          ${repeat(
            rows,
            (row, index) => row.id ?? index,
            (row) =>
              html`<tr>
                ${columns.map((column) => (column.name === "title" ? this.#title(row, now) : cell(column, row, now)))}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  #header({ label, sortBy, isNumber }: Column) {
    const { sorting } = this;
    const kind = isNumber === true ? "number" : "";
    if (!sorting || sortBy === undefined) return html`<th scope="col" class=${kind}>${label}</th>`;
    const isSorted = sorting.by === sortBy;
    const order = sorting.order === "ASC" ? "ascending" : "descending";
    return html`<th scope="col" class=${kind} aria-sort=${isSorted ? order : "none"}>
      <button type="button" @click=${() => this.#sort(sortBy, isSorted)}>
        ${label}<svg class=${isSorted ? order : ""} viewBox="0 0 10 10" aria-hidden="true">
          <path d="M1.5 3.5 5 7l3.5-3.5" />
        </svg>
      </button>
    </th>`;
  }

  #sort(by: string, isSorted: boolean): void {
    const order = isSorted && this.sorting?.order === "DESC" ? "ASC" : "DESC";
    this.dispatchEvent(new CustomEvent<Sorting>("sort-change", { detail: { by, order } }));
  }

  #title(row: SessionRow, now: number) {
    const title = html`<bdi>${titleOf(row)}</bdi>`;
    const href = this.hrefOf?.(row);
    return html`<th scope="row">
      <span class="title"
        >${href === undefined ? title : html`<a href=${href} @click=${this.#selecting(row)}>${title}</a>`}</span
      >
      ${sub(row, now)}
    </th>`;
  }

  #selecting(row: SessionRow) {
    return (event: MouseEvent): void => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      const detail = { id: row.id, meeting: row.associated_id };
      const select = new CustomEvent("session-select", { detail, bubbles: true, composed: true, cancelable: true });
      if (!this.dispatchEvent(select)) event.preventDefault();
    };
  }
}

const cell = ({ cell: contentOf, isNumber }: Column, row: SessionRow, now: number) =>
  html`<td class=${isNumber === true ? "number" : ""}>${contentOf(row, now)}</td>`;

/** The most important facts in one line, for little room. */
function sub(row: SessionRow, now: number) {
  const startedAt = instantOf(row.started_at);
  const lasted = lastedMs(row, now);
  const { status, max_concurrent_participants: peak } = row;
  return html`<span class="sub">
    ${status === "LIVE" ? html`<span class="status live">Live</span>` : nothing}
    ${startedAt === undefined ? nothing : html`<span>${momentText(startedAt, now)}</span>`}
    ${lasted === undefined ? nothing : html`<span>${spanText(lasted)}</span>`}
    ${peak === undefined ? nothing : html`<span>peak ${peak}</span>`}
  </span>`;
}

define("rtk-session-table", RtkSessionTable);
