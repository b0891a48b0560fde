// <rtk-session-screen>: one session: its facts, who was there and when, what it left behind. Which one, and which page of its participants, is
// in the address. What the caller may not see is not there.
import { html, LitElement, nothing } from "lit";
import { columnsFor } from "../elements/columns.ts";
import { define } from "../elements/define.ts";
import "../elements/face.ts";
import type { Face, WayOut } from "../elements/face.ts";
import "../elements/freshness.ts";
import { amountText, countText } from "../elements/moments.ts";
import { createPageWatch, facesOf } from "../elements/page-watch.ts";
import type { Trouble } from "../elements/problem-face.ts";
import { titleOf } from "../elements/rows.ts";
import type { Paging, SessionRow } from "../elements/rows.ts";
import { theme } from "../elements/theme.ts";
import type { TimeSpan } from "../elements/time-ticks.ts";
import { spanOf } from "../elements/timeline-layout.ts";
import "./attendance.ts";
import type { Person } from "./attendance.ts";
import type { ScreenContext } from "./screen.ts";
import "./session-left.ts";
import { sessionScreenStyles } from "./session-screen-styles.ts";

const peoplePerPage = 50;
/** What is going on becomes longer. */
const tickMs = 30_000;
const none: ReadonlySet<string> = new Set();
const unnamed: Face = {
  kind: "refused",
  heading: "No session is named",
  detail: "The address of this page names none.",
};

/** Hold for the pages of one session and of its participants. */
const sessionIn = (page: object) => (page as { data: SessionRow }).data;
const peopleIn = (page: object) => page as { data: { participants: readonly Person[] }; paging?: Paging };

export class RtkSessionScreen extends LitElement {
  static override properties = { context: { attribute: false }, saving: { state: true } };
  declare context: ScreenContext | undefined;
  /** Of the attendance as a file. */
  declare saving: "under way" | "failed" | "incomplete" | undefined;

  static override styles = [theme, sessionScreenStyles];

  readonly #onTrouble = ({ code }: Trouble): void => {
    if (code === "unauthorized") this.context?.signedOut();
  };
  readonly #session = createPageWatch(this, { onTrouble: this.#onTrouble });
  readonly #people = createPageWatch(this, { onTrouble: this.#onTrouble });
  #key = "";
  #timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => this.requestUpdate(), tickMs);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  protected override willUpdate(): void {
    const { context } = this;
    if (!context) return;
    const { app, client, query } = context;
    const id = query.get("session") ?? "";
    if (id !== this.#key) this.saving = undefined;
    this.#key = id;
    this.#session.ask(
      `${app.app} ${id}`,
      id === "" ? undefined : (onPage, events) => client.sessions.watchOne(app.app, id, {}, onPage, events),
    );
    const people = app.resources.get("participants");
    const question = {
      per_page: peoplePerPage,
      page_no: pageOf(query),
      ...(people?.parameters.has("sort_order") === true && ({ sort_order: "ASC" } as const)),
      ...(people?.parameters.has("include_peer_events") === true &&
        people.fields.has("peer_events") && { include_peer_events: true }),
    };
    this.#people.ask(
      `${app.app} ${id} ${JSON.stringify(question)}`,
      id === "" || !people
        ? undefined
        : (onPage, events) => client.participants.watch(app.app, id, question, onPage, events),
    );
  }

  protected override render() {
    const { context } = this;
    if (!context) return nothing;
    const { seen } = this.#session;
    const waysOut: WayOut[] = [{ label: "Try again", run: () => this.#again() }];
    const list = { label: "All sessions", run: () => context.go({ screen: "sessions" }) };
    if ((context.query.get("session") ?? "") === "")
      return html`<h1>Session</h1>
        <rtk-face .face=${{ ...unnamed, waysOut: [list] }}></rtk-face>`;
    const isGone = seen.trouble?.code === "not_found" || seen.trouble?.code === "invalid_query";
    const trouble = isGone ? { ...seen, trouble: { code: "not_found" } } : seen;
    const { whole, above } = facesOf(trouble, isGone ? [list] : waysOut);
    const row = seen.page && sessionIn(seen.page);
    return html`
      <div class="head">
        <h1><bdi>${row ? titleOf(row) : "Session"}</bdi></h1>
        ${
          // Beside the title of a session that has ended, "Live" would be misread.
          row?.status === "ENDED" && seen.state === "live"
            ? nothing
            : html`<rtk-freshness .state=${seen.state} .asOf=${seen.asOf}></rtk-freshness>`
        }
      </div>
      ${above ? html`<rtk-face compact .face=${above}></rtk-face>` : nothing}
      ${row ? this.#parts(row, context) : html`<rtk-face .face=${whole}></rtk-face>`}
    `;
  }

  #again(): void {
    this.#session.again();
    this.#people.again();
  }

  #parts(row: SessionRow, context: ScreenContext) {
    const { app, client } = context;
    const leftKinds = ["recordings", "transcript", "summary", "chat"].some((name) => app.resources.has(name));
    // The path names it, whether or not the id is among the fields that are shown.
    const named = { ...row, id: this.#key };
    return html`
      ${this.#facts(row, context)}
      ${
        app.resources.has("participants")
          ? html`<section aria-labelledby="people">
              <div class="head">
                <h2 id="people">Participants</h2>
                <span class="tools">${this.#attendance(context)}</span>
              </div>
              ${this.#attended(row, context)}
            </section>`
          : nothing
      }
      ${
        leftKinds
          ? html`<section aria-labelledby="left">
              <h2 id="left">What it left behind</h2>
              <rtk-session-left .client=${client} .app=${app} .row=${named}></rtk-session-left>
            </section>`
          : nothing
      }
    `;
  }

  #facts(row: SessionRow, context: ScreenContext) {
    const now = Date.now();
    const { fields = none, parameters } = context.app.resources.get("sessions") ?? {};
    const columns = columnsFor(fields).filter(
      ({ name }) => name !== "title" && (name !== "now" || row.status === "LIVE"),
    );
    return html`<dl class="facts">
        ${columns.map(
          (column) =>
            html`<div>
              <dt>${column.label}</dt>
              <dd>${column.cell(row, now)}</dd>
            </div>`,
        )}
      </dl>
      ${
        row.associated_id === undefined || parameters?.has("associated_id") !== true
          ? nothing
          : html`<p class="ways">
              <a
                href=${context.hrefOf({ screen: "sessions", meeting: row.associated_id })}
                @click=${going(() => context.go({ screen: "sessions", meeting: row.associated_id }))}
                >All sessions of this meeting</a
              >
            </p>`
      }`;
  }

  #attended(row: SessionRow, context: ScreenContext) {
    const { seen } = this.#people;
    const { whole, above } = facesOf(seen, [{ label: "Try again", run: () => this.#people.again() }]);
    if (!seen.page) return html`<rtk-face .face=${whole}></rtk-face>`;
    const { data, paging } = peopleIn(seen.page);
    const isLive = row.status === "LIVE";
    if (data.participants.length === 0) {
      const isBeyond = (paging?.page_no ?? 1) > 1;
      const first = { label: "To the first page", run: () => context.go({ people: undefined }) };
      const heading = isBeyond
        ? "There is no such page"
        : isLive
          ? "Nobody has joined yet"
          : "Nobody was in this session";
      return html`<rtk-face .face=${{ kind: "empty", heading, waysOut: isBeyond ? [first] : [] }}></rtk-face>`;
    }
    const span: TimeSpan | undefined = spanOf(row, Date.now());
    return html`
      ${above ? html`<rtk-face compact .face=${above}></rtk-face>` : nothing}
      <rtk-attendance
        .people=${data.participants}
        .fields=${context.app.resources.get("participants")?.fields ?? none}
        .span=${span}
        ?isLive=${isLive}
      ></rtk-attendance>
      ${paging ? this.#pages(paging, context) : nothing}
    `;
  }

  #pages({ page_no: page, start_offset, end_offset, total_count, has_more }: Paging, context: ScreenContext) {
    const total = total_count === null ? "" : ` of ${countText(total_count, "person", "people")}`;
    if (page <= 1 && !has_more)
      return html`<p class="muted" role="status">${countText(end_offset, "person", "people")}</p>`;
    const to = (next: number) => () => context.go({ people: next <= 1 ? undefined : String(next) });
    return html`<div class="pages">
      <span role="status">${amountText(start_offset)}–${amountText(end_offset)}${total}</span>
      <span class="steps">
        <button type="button" ?disabled=${page <= 1} @click=${to(page - 1)}>Previous people</button>
        <button type="button" ?disabled=${!has_more} @click=${to(page + 1)}>Next people</button>
      </span>
    </div>`;
  }

  #attendance({ app }: ScreenContext) {
    if (app.resources.get("participants")?.exports !== true) return nothing;
    const { saving } = this;
    const words = { "under way": "Asking …", failed: "That did not work.", incomplete: "Saved, but not complete." };
    return html`${saving ? html`<span class="muted" role="status">${words[saving]}</span>` : nothing}
      <button type="button" ?disabled=${saving === "under way"} @click=${this.#save}>Attendance as CSV</button>`;
  }

  async #save(): Promise<void> {
    const { context } = this;
    if (!context) return;
    const id = this.#key;
    this.saving = "under way";
    const path = `/v1/apps/${context.app.app}/sessions/${encodeURIComponent(id)}/participants.csv`;
    try {
      const answer = await context.ask(path, new AbortController().signal);
      const text = await answer.text();
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
      link.download = `attendance-${id}.csv`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
      // Its last line says so.
      this.saving = text.trimEnd().split("\n").at(-1)?.includes('"complete":true') === true ? undefined : "incomplete";
    } catch {
      this.saving = "failed";
    }
  }
}

function pageOf(query: URLSearchParams): number {
  const page = Number(query.get("people") ?? 1);
  return Number.isInteger(page) && page >= 1 && page <= 10_000 ? page : 1;
}

/** Plain clicks stay on this page; everything else a browser does with links, it does. */
const going = (go: () => void) => (event: MouseEvent) => {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  go();
};

define("rtk-session-screen", RtkSessionScreen);
