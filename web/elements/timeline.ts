// <rtk-timeline>: sessions as bars on a time axis, each as high as its peak beside the highest. A canvas, so that ten thousand bars stay quick;
// whoever can't see it is told of each bar in words, and can walk from one to the next and open it with the keyboard alone.
//
// Without `span` it shows the reader's day. Events out: `session-select` as the other elements have it, and `span-step` with -1 or 1 where
// somebody turns the page.
import { css, html, LitElement, nothing } from "lit";
import { define } from "./define.ts";
import { clockText, countText, momentText, spanText } from "./moments.ts";
import { titleOf } from "./rows.ts";
import type { SessionRow } from "./rows.ts";
import { theme } from "./theme.ts";
import { barAt, draw, lanesIn } from "./timeline-drawing.ts";
import type { Colours } from "./timeline-drawing.ts";
import { layoutOf } from "./timeline-layout.ts";
import type { Bar, Layout } from "./timeline-layout.ts";
import { ticksOf } from "./time-ticks.ts";
import type { TimeSpan } from "./time-ticks.ts";

const tickMs = 30_000;
/** Of a label of the axis, in CSS pixels. */
const labelWidth = 68;
const nowhere: Layout = { bars: [], lanesCount: 0 };
const colourNames = ["text", "muted", "line", "bar", "barSoft", "live", "liveSoft", "surface"] as const;

export class RtkTimeline extends LitElement {
  static override properties = {
    rows: { attribute: false },
    span: { attribute: false },
    hrefOf: { attribute: false },
    chosen: { state: true },
  };
  declare rows: readonly SessionRow[] | undefined;
  declare span: TimeSpan | undefined;
  declare hrefOf: ((row: SessionRow) => string) | undefined;
  /** The bar that the keyboard or the pointer is on. */
  declare chosen: Bar | undefined;

  static override styles = [
    theme,
    css`
      .plot {
        position: relative;
        height: var(--rtk-timeline-height, clamp(14rem, 44vh, 25rem));
        overflow: hidden;
        background: var(--_surface);
        border: 1px solid var(--_line);
        border-radius: calc(var(--_radius) * 1.3);
      }
      .plot.on {
        cursor: pointer;
      }
      canvas {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
      }
      .detail {
        display: flex;
        flex-wrap: wrap;
        gap: 0 0.75rem;
        min-height: 1.5em;
        margin-top: 0.5rem;
        font-size: 0.875rem;
        color: var(--_muted);
      }
      .detail a,
      .detail strong {
        color: var(--_text);
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      i.text {
        color: var(--_text);
      }
      i.muted {
        color: var(--_muted);
      }
      i.line {
        color: var(--_line);
      }
      i.bar {
        color: var(--_accent);
      }
      i.barSoft {
        color: color-mix(in srgb, var(--_accent) 26%, var(--_surface));
      }
      i.live {
        color: var(--_live);
      }
      i.liveSoft {
        color: color-mix(in srgb, var(--_live) 26%, var(--_surface));
      }
      i.surface {
        color: var(--_surface);
      }
    `,
  ];

  #layout = nowhere;
  #size = { width: 0, height: 0 };
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #resized = new ResizeObserver(([entry]) => this.#fit(entry?.contentRect));
  readonly #scheme = window.matchMedia("(prefers-color-scheme: dark)");
  readonly #redraw = (): void => this.requestUpdate();

  override connectedCallback(): void {
    super.connectedCallback();
    this.#timer = setInterval(() => this.requestUpdate("rows"), tickMs);
    this.#scheme.addEventListener("change", this.#redraw);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#timer);
    this.#scheme.removeEventListener("change", this.#redraw);
    this.#resized.disconnect();
  }

  get #span(): TimeSpan {
    if (this.span) return this.span;
    const from = new Date().setHours(0, 0, 0, 0);
    return { from, to: new Date(from).setDate(new Date(from).getDate() + 1) };
  }

  #fit(rect: DOMRectReadOnly | undefined): void {
    if (!rect || (rect.width === this.#size.width && rect.height === this.#size.height)) return;
    this.#size = { width: rect.width, height: rect.height };
    this.requestUpdate("rows");
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has("rows") && !changed.has("span")) return;
    const { width, height } = this.#size;
    const { from, to } = this.#span;
    const gapMs = width === 0 ? 0 : ((to - from) / width) * 3;
    const lanesMax = lanesIn(height || 400);
    this.#layout = layoutOf(this.rows ?? [], { from, to }, { now: Date.now(), gapMs, lanesMax });
    const { chosen } = this;
    this.chosen =
      chosen && this.#layout.bars.find(({ row, from: at }) => row.id === chosen.row.id && at === chosen.from);
  }

  protected override render() {
    const count = this.#layout.bars.length;
    return html`
      <div
        class=${this.chosen ? "plot on" : "plot"}
        part="timeline"
        role="application"
        tabindex="0"
        aria-label=${`Time axis with ${countText(count, "session", "sessions")}. Arrow keys go from one to the next, Enter opens it.`}
        @keydown=${this.#press}
        @pointermove=${this.#point}
        @pointerleave=${this.#leave}
        @click=${this.#click}
      >
        <canvas aria-hidden="true"></canvas>
      </div>
      <p class="detail" part="detail" role="status">
        ${this.chosen ? this.#words(this.chosen) : html`<span aria-hidden="true">Point at a bar for its details, or use the arrow keys.</span>`}
      </p>
      <div hidden>${colourNames.map((name) => html`<i class=${name}></i>`)}</div>
    `;
  }

  protected override firstUpdated(): void {
    const plot = this.renderRoot.querySelector(".plot");
    if (plot) this.#resized.observe(plot);
  }

  protected override updated(): void {
    const canvas = this.renderRoot.querySelector("canvas");
    if (!canvas) return;
    const span = this.#span;
    const { fontFamily, fontSize } = getComputedStyle(this);
    draw(canvas, {
      layout: this.#layout,
      span,
      ticks: ticksOf(span, this.#size.width / labelWidth),
      now: Date.now(),
      ...this.#size,
      colours: this.#colours(),
      font: `${Math.min(14, Number.parseFloat(fontSize) * 0.85)}px ${fontFamily}`,
      chosen: this.chosen,
    });
  }

  /** As they are now: light or dark, and as the page around sets them. */
  #colours(): Colours {
    const probes = [...this.renderRoot.querySelectorAll("i")];
    return asColours(Object.fromEntries(probes.map((probe) => [probe.className, getComputedStyle(probe).color])));
  }

  #words({ row, from, to }: Bar) {
    const title = titleOf(row);
    const isLive = row.status === "LIVE";
    const peak = row.max_concurrent_participants;
    const end = isLive ? "now" : clockText(to);
    return html`${
        this.hrefOf
          ? html`<a href=${this.hrefOf(row)} tabindex="-1" @click=${this.#follow}><bdi>${title}</bdi></a>`
          : html`<strong><bdi>${title}</bdi></strong>`
      }
      <span>${momentText(from, Date.now())}${to > from ? `–${end}` : ""}</span>
      ${to > from ? html`<span>${spanText(to - from)}</span>` : nothing}
      ${peak === undefined ? nothing : html`<span>peak ${peak}</span>`} ${isLive ? html`<span>live</span>` : nothing}`;
  }

  #press(event: KeyboardEvent): void {
    const { bars } = this.#layout;
    const at = this.chosen ? bars.indexOf(this.chosen) : -1;
    const last = bars.length - 1;
    const moves: Readonly<Record<string, number>> = {
      ArrowRight: Math.min(last, at + 1),
      ArrowDown: Math.min(last, at + 1),
      ArrowLeft: at < 0 ? last : Math.max(0, at - 1),
      ArrowUp: at < 0 ? last : Math.max(0, at - 1),
      Home: 0,
      End: last,
    };
    const pages: Readonly<Record<string, number>> = { PageUp: -1, PageDown: 1 };
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const { key } = event;
    const step = pages[key];
    if (step !== undefined) this.dispatchEvent(new CustomEvent<number>("span-step", { detail: step }));
    else if (key === "Enter" && this.chosen) this.#select(this.chosen);
    else if (key === "Escape" && this.chosen) this.chosen = undefined;
    else if (moves[key] !== undefined) this.chosen = bars[moves[key]];
    else return;
    event.preventDefault();
  }

  #barUnder({ offsetX, offsetY, pointerType }: PointerEvent): Bar | undefined {
    const frame = { layout: this.#layout, span: this.#span, ...this.#size };
    return barAt(offsetX, offsetY, frame, pointerType === "touch" ? 14 : 4);
  }

  #point(event: PointerEvent): void {
    if (event.pointerType !== "touch") this.chosen = this.#barUnder(event);
  }

  #leave({ pointerType }: PointerEvent): void {
    if (pointerType !== "touch") this.chosen = undefined;
  }

  /** A finger chooses first: its words come with a link. */
  #click(event: PointerEvent): void {
    const bar = this.#barUnder(event);
    const isKnown = event.pointerType !== "touch" || bar === this.chosen;
    this.chosen = bar;
    if (bar && isKnown) this.#select(bar);
  }

  #follow(event: MouseEvent): void {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (this.chosen && !this.#tell(this.chosen.row)) event.preventDefault();
  }

  /** Goes where the link leads, unless whoever listens does something else. */
  #select({ row }: Bar): void {
    if (this.#tell(row) && this.hrefOf) window.location.assign(this.hrefOf(row));
  }

  #tell({ id, associated_id: meeting }: SessionRow): boolean {
    const detail = { id, meeting };
    return this.dispatchEvent(
      new CustomEvent("session-select", { detail, bubbles: true, composed: true, cancelable: true }),
    );
  }
}

/** Holds for the probes that are rendered. */
const asColours = (colours: object) => colours as Colours;

define("rtk-timeline", RtkTimeline);
