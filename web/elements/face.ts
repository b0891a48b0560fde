// <rtk-face>: what stands in place of data, or above it, when there is nothing to show or not the whole truth. One element for every
// screen: six kinds, each with what happened and the way out.
//
// With `compact` it is one line above data that is still shown. A refusal that ends by itself counts down.
import { css, html, LitElement, nothing, svg } from "lit";
import type { TemplateResult } from "lit";
import { define } from "./define.ts";
import { spanText } from "./moments.ts";
import { theme } from "./theme.ts";

export type FaceKind = "empty" | "loading" | "stale" | "limited" | "refused" | "offline";

/** A way out: a link, or something to run. */
export type WayOut = { label: string; href: string } | { label: string; run: () => void };

export type Face = {
  kind: FaceKind;
  heading: string;
  detail?: string | undefined;
  /** When it is tried again by itself, as milliseconds since 1970. */
  retryAt?: number | undefined;
  waysOut?: readonly WayOut[] | undefined;
};

/** Drawn, because no font has to have them. */
const signs: Readonly<Record<FaceKind, TemplateResult | typeof nothing>> = {
  empty: svg`<circle cx="12" cy="12" r="7.5" stroke-dasharray="3 3.3" />`,
  loading: nothing,
  stale: svg`<circle cx="12" cy="12" r="8" /><path d="M12 7.5V12l3 2" />`,
  limited: svg`<path d="M9 7v10M15 7v10" />`,
  refused: svg`<circle cx="12" cy="12" r="8" /><path d="m6.5 6.5 11 11" />`,
  offline: svg`<path d="M12 4 3 19.5h18ZM12 10v4.5M12 17v.01" />`,
};

export class RtkFace extends LitElement {
  static override properties = {
    face: { attribute: false },
    compact: { type: Boolean, reflect: true },
  };
  declare face: Face | undefined;
  declare compact: boolean;

  static override styles = [
    theme,
    css`
      section {
        display: grid;
        justify-items: center;
        gap: 0.5rem;
        padding: 3.5rem 1.25rem;
        text-align: center;
        text-wrap: balance;
      }
      .sign {
        display: grid;
        place-items: center;
        width: 3rem;
        height: 3rem;
        border-radius: 50%;
        background: var(--_sunken);
        color: var(--_muted);
      }
      svg {
        width: 1.5rem;
        fill: none;
        stroke: currentColor;
        stroke-width: 1.8;
        stroke-linecap: round;
        stroke-linejoin: round;
      }
      .loading svg {
        display: none;
      }
      .stale .sign,
      .limited .sign {
        background: var(--_warn-soft);
        color: var(--_warn);
      }
      .refused .sign,
      .offline .sign {
        background: var(--_bad-soft);
        color: var(--_bad);
      }
      .loading .sign {
        border: 3px solid var(--_line);
        border-top-color: var(--_accent);
        background: none;
        animation: turn 0.9s linear infinite;
      }
      @keyframes turn {
        to {
          transform: rotate(1turn);
        }
      }
      p {
        max-width: 32rem;
        color: var(--_muted);
      }
      .ways {
        display: flex;
        flex-wrap: wrap;
        justify-content: center;
        gap: 0.5rem;
        margin-top: 0.5rem;
      }
      :host([compact]) section {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: flex-start;
        gap: 0.25rem 0.75rem;
        padding: 0.5rem 0.875rem;
        border-radius: var(--_radius);
        background: var(--_sunken);
        text-align: start;
      }
      :host([compact]) .stale,
      :host([compact]) .limited {
        background: var(--_warn-soft);
      }
      :host([compact]) .refused,
      :host([compact]) .offline {
        background: var(--_bad-soft);
      }
      :host([compact]) .sign {
        width: auto;
        height: auto;
        background: none;
      }
      :host([compact]) svg {
        width: 1.25rem;
      }
      :host([compact]) h2 {
        font-size: inherit;
      }
      :host([compact]) .ways {
        margin: 0 0 0 auto;
      }
      :host([compact]) p {
        color: inherit;
      }
    `,
  ];

  #timer: ReturnType<typeof setInterval> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => {
      if (this.face?.retryAt !== undefined) this.requestUpdate();
    }, 1_000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  protected override render() {
    const { face } = this;
    if (!face) return nothing;
    const { kind, heading, detail, waysOut = [] } = face;
    const isBad = kind === "refused" || kind === "offline";
    return html`
      <section class=${kind} part="face" role=${isBad ? "alert" : "status"}>
        <span class="sign" aria-hidden="true"><svg viewBox="0 0 24 24">${signs[kind]}</svg></span>
        <h2>${heading}</h2>
        ${detail === undefined ? nothing : html`<p>${detail}</p>`} ${this.#countdown(face)}
        ${waysOut.length === 0 ? nothing : html`<div class="ways">${waysOut.map(wayOut)}</div>`}
      </section>
    `;
  }

  /** Not read aloud each second. */
  #countdown({ retryAt }: Face) {
    if (retryAt === undefined) return nothing;
    const left = retryAt - Date.now();
    return html`<p aria-live="off">${left > 500 ? `Goes on by itself in ${spanText(left)}.` : "Trying again …"}</p>`;
  }
}

const wayOut = (way: WayOut) =>
  "href" in way
    ? html`<a class="button" href=${way.href}>${way.label}</a>`
    : html`<button type="button" @click=${way.run}>${way.label}</button>`;

define("rtk-face", RtkFace);
