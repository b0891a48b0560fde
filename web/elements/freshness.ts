// <rtk-freshness>: how new the data is, in two or three words: "Live" while a stream brings each change, else "as of 12 s ago".
import { css, html, LitElement } from "lit";
import { define } from "./define.ts";
import { momentTitle, spanText } from "./moments.ts";
import type { WatchState } from "./page-watch.ts";
import { theme } from "./theme.ts";

export class RtkFreshness extends LitElement {
  static override properties = { state: {}, asOf: { type: Number } };
  declare state: WatchState;
  declare asOf: number | undefined;

  static override styles = [
    theme,
    css`
      :host {
        display: inline-flex;
      }
      span {
        display: inline-flex;
        align-items: center;
        gap: 0.4rem;
        color: var(--_muted);
        white-space: nowrap;
      }
      span::before {
        content: "";
        width: 0.5rem;
        height: 0.5rem;
        border-radius: 50%;
        background: var(--_edge);
      }
      .live {
        color: var(--_live);
      }
      .live::before {
        background: var(--_live);
        box-shadow: 0 0 0 0.2rem var(--_live-soft);
      }
      .offline {
        color: var(--_bad);
      }
      .offline::before {
        background: var(--_bad);
      }
    `,
  ];

  #timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => {
      if (this.state !== "live") this.requestUpdate();
    }, 1_000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  protected override render() {
    const { state, asOf } = this;
    if (state === "live")
      return html`<span class="live" part="freshness" title="Each change is shown as it happens">Live</span>`;
    if (asOf === undefined)
      return html`<span part="freshness">${state === "offline" ? "Offline" : "Connecting"}</span>`;
    const text = `as of ${spanText(Date.now() - asOf)} ago`;
    const isOffline = state === "offline";
    const why = reasons[state];
    return html`<span class=${isOffline ? "offline" : ""} part="freshness" title=${`${why}. ${momentTitle(asOf)}`}>
      ${isOffline ? `Offline, ${text}` : text}
    </span>`;
  }
}

const reasons: Readonly<Record<Exclude<WatchState, "live">, string>> = {
  connecting: "The stream is being opened again",
  polling: "No stream passes here, so the page asks every few seconds",
  offline: "The service can't be reached",
};

define("rtk-freshness", RtkFreshness);
