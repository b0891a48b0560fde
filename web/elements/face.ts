// <rtk-face>: what stands in place of data, or above it, when there is nothing to show or not the whole truth. One element for every
// screen: six kinds, each with what happened and the way out.
//
// With `compact` it is one line above data that is still shown. A refusal that ends by itself counts down.
import { css, html, LitElement, nothing } from "lit";
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

const signs: Readonly<Record<FaceKind, string>> = {
  empty: "○",
  loading: "",
  stale: "◔",
  limited: "⏸",
  refused: "⊘",
  offline: "⚠",
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
        font-size: 1.375rem;
        line-height: 1;
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
        font-size: 1rem;
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
        <span class="sign" aria-hidden="true">${signs[kind]}</span>
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
