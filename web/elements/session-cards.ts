// <rtk-session-cards>: running or ended meetings as cards: title, people now and at most, since when. What the caller may not see is left
// out, and a title is text whatever it holds.
//
// A card leads somewhere: by a link where `hrefOf` is given, else by the event `session-select`.
import { css, html, LitElement, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { define } from "./define.ts";
import { amountText, momentText, momentTitle, spanText } from "./moments.ts";
import { instantOf, titleOf } from "./rows.ts";
import type { SessionRow } from "./rows.ts";
import { theme } from "./theme.ts";

/** How often "35 min" moves on. */
const tickMs = 15_000;

export class RtkSessionCards extends LitElement {
  static override properties = { rows: { attribute: false }, hrefOf: { attribute: false } };
  declare rows: readonly SessionRow[] | undefined;
  /** Where a session is; undefined where this one leads nowhere. */
  declare hrefOf: ((row: SessionRow) => string | undefined) | undefined;

  static override styles = [
    theme,
    css`
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr));
        gap: 1rem;
      }
      li {
        position: relative;
        display: flex;
        flex-direction: column;
        gap: 0.75rem;
        min-width: 0;
        padding: 1.125rem 1.25rem 1rem;
        background: var(--_surface);
        border: 1px solid var(--_line);
        border-radius: calc(var(--_radius) * 1.3);
        transition:
          border-color 0.15s,
          box-shadow 0.15s;
      }
      li:hover {
        border-color: var(--_edge);
        box-shadow: 0 2px 10px rgb(0 0 0 / 6%);
      }
      li:has(:focus-visible) {
        outline: 2px solid var(--_accent);
        outline-offset: 2px;
      }
      .name {
        font-size: 1.0625rem;
        font-weight: 600;
        line-height: 1.35;
        overflow-wrap: anywhere;
      }
      .title {
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 2;
        overflow: hidden;
        min-height: 0;
        padding: 0;
        border: 0;
        border-radius: 0;
        background: none;
        color: inherit;
        font: inherit;
        text-align: start;
        text-decoration: none;
        white-space: normal;
        cursor: pointer;
        outline: none;
      }
      /* The whole card can be clicked. */
      .title::after {
        content: "";
        position: absolute;
        inset: 0;
        border-radius: inherit;
      }
      .people {
        display: flex;
        align-items: baseline;
        gap: 0.5rem;
        margin-top: auto;
      }
      .now {
        font-size: 2.25rem;
        font-weight: 620;
        line-height: 1;
        letter-spacing: -0.02em;
      }
      .live .now {
        color: var(--_live);
      }
      .live .nobody {
        color: var(--_muted);
      }
      .facts {
        display: flex;
        flex-wrap: wrap;
        gap: 0.125rem 0.75rem;
        font-size: 0.875rem;
        color: var(--_muted);
      }
      .tag {
        color: var(--_bad);
        font-weight: 600;
      }
    `,
  ];

  #timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => this.requestUpdate(), tickMs);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  protected override render() {
    const now = Date.now();
    const { rows = [] } = this;
    return html`<ul role="list" part="list">
      ${repeat(
        rows,
        (row, index) => row.id ?? index,
        (row) => this.#card(row, now),
      )}
    </ul>`;
  }

  #card(row: SessionRow, now: number) {
    const isLive = row.status === "LIVE";
    return html`<li part="card" class=${isLive ? "live" : ""}>
      <p class="name">${this.#title(row)}</p>
      ${people(row, isLive)}
      <p class="facts" part="facts">${span(row, isLive, now)} ${tags(row)}</p>
    </li>`;
  }

  #title(row: SessionRow) {
    const title = html`<bdi>${titleOf(row)}</bdi>`;
    if (!this.hrefOf) {
      return html`<button type="button" class="title" part="title" @click=${this.#selecting(row)}>${title}</button>`;
    }
    const href = this.hrefOf(row);
    if (href === undefined) return html`<span part="title">${title}</span>`;
    return html`<a class="title" part="title" href=${href} @click=${this.#selecting(row)}>${title}</a>`;
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

function people({ live_participants: now, max_concurrent_participants: peak }: SessionRow, isLive: boolean) {
  if (now === undefined && peak === undefined) return nothing;
  const shown = isLive && now !== undefined ? now : peak;
  const word = isLive && now !== undefined ? (now === 1 ? "person now" : "people now") : "at the peak";
  return html`<p class="people" part="people">
    <span class=${shown === 0 ? "now nobody" : "now"}>${shown === undefined ? "–" : amountText(shown)}</span>
    <span class="muted"
      >${word}${isLive && now !== undefined && peak !== undefined ? ` · peak ${amountText(peak)}` : ""}</span
    >
  </p>`;
}

function span({ started_at, ended_at }: SessionRow, isLive: boolean, now: number) {
  const startedAt = instantOf(started_at);
  if (startedAt === undefined) return nothing;
  const endedAt = instantOf(ended_at);
  const lasted = isLive ? now - startedAt : endedAt === undefined ? undefined : endedAt - startedAt;
  return html`<span title=${momentTitle(startedAt)}>${isLive ? "since " : ""}${momentText(startedAt, now)}</span>
    ${lasted === undefined ? nothing : html`<span>${spanText(lasted)}</span>`}`;
}

const tags = ({ recording_status: recording, livestream_status: livestream }: SessionRow) => [
  recording === "RECORDING" ? html`<span class="tag">Recording</span>` : nothing,
  livestream === "LIVE" || livestream === "LIVESTREAMING" ? html`<span class="tag">Livestream</span>` : nothing,
];

define("rtk-session-cards", RtkSessionCards);
