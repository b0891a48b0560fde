// <rtk-day-screen>: a day or a week on a time axis, each session a bar, and below it the same as a table. Which days, and how near, is in the
// address.
import { css, html, LitElement, nothing } from "lit";
import { columnsFor } from "../elements/columns.ts";
import { define } from "../elements/define.ts";
import "../elements/face.ts";
import type { Face, WayOut } from "../elements/face.ts";
import "../elements/freshness.ts";
import { amountText, countText } from "../elements/moments.ts";
import { facesOf } from "../elements/page-watch.ts";
import type { SessionRow } from "../elements/rows.ts";
import { createSessionPages } from "../elements/session-pages.ts";
import "../elements/session-table.ts";
import { theme } from "../elements/theme.ts";
import "../elements/timeline.ts";
import { spanOf } from "../elements/timeline-layout.ts";
import { meetingsToName } from "./access.ts";
import { changeTo, daySpanOf, daysText, stepOf } from "./days.ts";
import type { DaySpan } from "./days.ts";
import { dayAt, dayOf, instantText, midnight } from "./ranges.ts";
import type { ScreenContext } from "./screen.ts";
import { zoomStyles } from "./zoom-styles.ts";

const rowsStep = 50;
const shownColumns = new Set(["title", "started", "lasted", "peak"]);
const none: ReadonlySet<string> = new Set();

export class RtkDayScreen extends LitElement {
  static override properties = { context: { attribute: false }, rowsShown: { state: true } };
  declare context: ScreenContext | undefined;
  declare rowsShown: number;

  static override styles = [
    theme,
    zoomStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 1.25rem;
      }
      .head,
      .tools {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0.5rem 1rem;
      }
      .tools {
        gap: 0.5rem;
      }
      .days {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 0 1rem;
      }
      .more {
        justify-self: start;
      }
    `,
  ];

  readonly #pages = createSessionPages(this, {
    onTrouble: ({ code }) => {
      if (code === "unauthorized") this.context?.signedOut();
    },
  });

  constructor() {
    super();
    this.rowsShown = rowsStep;
  }

  #spanText = "";
  #inSpan: readonly SessionRow[] = [];
  #of: { rows: readonly SessionRow[]; from: number } | undefined;

  protected override willUpdate(): void {
    const { context } = this;
    if (!context) return;
    const span = daySpanOf(context.query, Date.now());
    // What began the day before may still have gone on.
    const question = { start_time: instantText(midnight(span.from, 1)), end_time: instantText(span.to - 1) };
    this.#pages.ask(context.app.app, context.client, question, meetingsToName(context.app));
    const text = `${context.app.app} ${span.from} ${span.zoom}`;
    if (text !== this.#spanText) this.rowsShown = rowsStep;
    this.#spanText = text;
    const { rows } = this.#pages;
    if (this.#of?.rows === rows && this.#of.from === span.from) return;
    this.#of = { rows, from: span.from };
    this.#inSpan = rows.filter((row) => isWithin(row, span)).reverse();
  }

  protected override render() {
    const { context } = this;
    if (!context) return nothing;
    const now = Date.now();
    const span = daySpanOf(context.query, now);
    const { seen } = this.#pages;
    const waysOut: WayOut[] = [{ label: "Try again", run: () => this.#pages.again() }];
    const { whole, above } = facesOf(seen, waysOut);
    return html`
      <div class="head">
        <h1>Day</h1>
        <rtk-freshness .state=${seen.state} .asOf=${seen.asOf}></rtk-freshness>
      </div>
      ${this.#tools(span, context, now)} ${above ? html`<rtk-face compact .face=${above}></rtk-face>` : nothing}
      <div class="days">
        <h2>${daysText(span)}</h2>
        <span class="muted" role="status">${seen.page ? this.#counts() : nothing}</span>
      </div>
      ${seen.page ? this.#picture(span, context, now) : html`<rtk-face .face=${whole}></rtk-face>`}
    `;
  }

  #tools(span: DaySpan, context: ScreenContext, now: number) {
    const [one, other] = span.zoom === "day" ? ["day", "Day"] : ["week", "Week"];
    const step = (by: number) => () => context.go(stepOf(span, by, now));
    const zoom = (name: string, label: string) =>
      html`<button
        type="button"
        aria-pressed=${span.zoom === name}
        @click=${() => context.go({ zoom: name === "day" ? undefined : name })}
      >
        ${label}
      </button>`;
    return html`<div class="tools" role="group" aria-label="Which days">
      <button type="button" title=${`${other} before`} @click=${step(-1)}>Previous ${one}</button>
      <button
        type="button"
        ?disabled=${now >= span.from && now < span.to}
        @click=${() => context.go({ day: undefined })}
      >
        Today
      </button>
      <button type="button" title=${`${other} after`} ?disabled=${span.to > now} @click=${step(1)}>Next ${one}</button>
      <label>
        <span class="hidden-text">Go to the day</span>
        <input
          type="date"
          min="2020-01-10"
          max=${dayOf(now)}
          .value=${dayOf(span.zoom === "day" ? span.from : (dayAt(context.query.get("day")) ?? now))}
          @change=${({ target }: Event) => {
            const day = target instanceof HTMLInputElement ? dayAt(target.value) : undefined;
            if (day !== undefined) context.go(changeTo(day, now));
          }}
        />
      </label>
      <span class="zoom" role="group" aria-label="How near">${zoom("day", "Day")}${zoom("week", "Week")}</span>
    </div>`;
  }

  #counts(): string {
    const { rows, total, isWhole } = this.#pages;
    const count = countText(this.#inSpan.length, "session", "sessions");
    const live = this.#inSpan.filter(({ status }) => status === "LIVE").length;
    if (!isWhole) return `${count} so far, more are coming`;
    if (total !== undefined && total > rows.length)
      return `${count}, only the newest ${amountText(rows.length)} are here`;
    return live > 0 ? `${count}, ${amountText(live)} live` : count;
  }

  #picture(span: DaySpan, context: ScreenContext, now: number) {
    const rows = this.#inSpan;
    if (rows.length === 0) {
      const isWhole = this.#pages.isWhole;
      return html`<rtk-face
        .face=${isWhole ? empty(span, context, now) : { kind: "loading", heading: "Loading" }}
      ></rtk-face>`;
    }
    const hrefOf = (row: SessionRow) => context.hrefOf({ screen: "session", session: row.id });
    const fields = context.app.resources.get("sessions")?.fields ?? none;
    return html`
      <rtk-timeline
        .rows=${rows}
        .span=${span}
        .hrefOf=${fields.has("id") ? hrefOf : undefined}
        @session-select=${this.#select}
        @span-step=${({ detail }: CustomEvent<number>) => {
          if (detail < 0 || span.to <= now) context.go(stepOf(span, detail, now));
        }}
      ></rtk-timeline>
      <rtk-session-table
        caption=${`Sessions, ${daysText(span)}`}
        .rows=${rows.slice(0, this.rowsShown)}
        .columns=${columnsFor(fields).filter(({ name }) => shownColumns.has(name))}
        .hrefOf=${fields.has("id") ? hrefOf : undefined}
        @session-select=${this.#select}
      ></rtk-session-table>
      ${
        rows.length > this.rowsShown
          ? html`<button type="button" class="more" @click=${() => void (this.rowsShown += rowsStep)}>
              Show ${amountText(Math.min(rowsStep, rows.length - this.rowsShown))} more of ${amountText(rows.length)}
            </button>`
          : nothing
      }
    `;
  }

  #select(event: CustomEvent<{ id: string | undefined }>): void {
    event.preventDefault();
    if (event.detail.id !== undefined) this.context?.go({ screen: "session", session: event.detail.id });
  }
}

function isWithin(row: SessionRow, { from, to }: DaySpan): boolean {
  const span = spanOf(row, Date.now());
  return span !== undefined && span.from < to && span.to >= from;
}

function empty(span: DaySpan, context: ScreenContext, now: number): Face {
  const isNow = now >= span.from && now < span.to;
  const back = { label: `Previous ${span.zoom}`, run: () => context.go(stepOf(span, -1, now)) };
  return {
    kind: "empty",
    heading: isNow
      ? `No sessions this ${span.zoom} yet`
      : `No sessions on ${span.zoom === "day" ? "this day" : "these days"}`,
    waysOut: [back],
  };
}

define("rtk-day-screen", RtkDayScreen);
