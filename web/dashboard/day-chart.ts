// <rtk-day-chart>: a number per day as columns, and the period before as a line. uPlot draws it; its numbers stand in a table beside it, so
// it is a picture to whoever can't see it. A pointer is told the day and its numbers in words.
import { css, html, LitElement, unsafeCSS } from "lit";
import uPlot from "uplot";
import uPlotCss from "uplot/dist/uPlot.min.css";
import { define } from "../elements/define.ts";
import { amountText, dayText } from "../elements/moments.ts";
import { theme } from "../elements/theme.ts";
import type { Metric } from "./numbers.ts";
import { dayAt } from "./ranges.ts";

const height = 170;
const daySeconds = 86_400;
const short = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const few = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });

export class RtkDayChart extends LitElement {
  static override properties = {
    days: { attribute: false },
    metric: { attribute: false },
    label: {},
    at: { state: true },
  };
  declare days: readonly string[];
  declare metric: Metric;
  declare label: string;
  /** The day under the pointer. */
  declare at: number | undefined;

  static override styles = [
    unsafeCSS(uPlotCss),
    theme,
    css`
      .chart {
        height: ${height}px;
        overflow: hidden;
      }
      .u-over {
        cursor: crosshair;
      }
      .u-cursor-x {
        border-color: var(--_edge);
      }
      p {
        min-height: 1.5em;
        font-size: 0.8125rem;
        color: var(--_muted);
      }
      i.bar {
        color: color-mix(in srgb, var(--_accent) 62%, var(--_surface));
      }
      i.muted {
        color: var(--_muted);
      }
      i.line {
        color: var(--_line);
      }
    `,
  ];

  #plot: uPlot | undefined;
  readonly #resized = new ResizeObserver(([entry]) => {
    const { width = 0 } = entry?.contentRect ?? {};
    if (width > 0 && this.#plot && this.#plot.width !== width) this.#plot.setSize({ width, height });
  });
  readonly #scheme = window.matchMedia("(prefers-color-scheme: dark)");
  readonly #redraw = (): void => this.#draw();

  override connectedCallback(): void {
    super.connectedCallback();
    this.#scheme.addEventListener("change", this.#redraw);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#scheme.removeEventListener("change", this.#redraw);
    this.#resized.disconnect();
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  protected override render() {
    return html`<div
        class="chart"
        role="img"
        aria-label=${`${this.label} per day; the numbers are in the table below`}
      ></div>
      <p aria-hidden="true">${this.#words()}</p>
      <div hidden>${["bar", "muted", "line"].map((name) => html`<i class=${name}></i>`)}</div>`;
  }

  #words(): string {
    const { at, metric } = this;
    const day = at === undefined ? undefined : dayAt(this.days[at] ?? "");
    if (at === undefined || day === undefined) return "Columns: this period. Line: the one before.";
    return `${dayText(day)}: ${amountText(metric.values[at] ?? 0)}, before ${amountText(metric.valuesBefore[at] ?? 0)}`;
  }

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    if (changed.has("days") || changed.has("metric") || !this.#plot) this.#draw();
  }

  #draw(): void {
    const target = this.renderRoot.querySelector(".chart");
    if (!(target instanceof HTMLElement)) return;
    this.#plot?.destroy();
    const { values, valuesBefore } = this.metric;
    const days = this.days.map((day) => (dayAt(day) ?? 0) / 1_000);
    this.#plot = new uPlot(this.#options(target), [days, [...values], [...valuesBefore]], target);
    this.#resized.observe(target);
  }

  #options(target: HTMLElement): uPlot.Options {
    const colourOf = (name: string) => {
      const probe = this.renderRoot.querySelector(`i.${name}`);
      return probe ? getComputedStyle(probe).color : "";
    };
    const font = `12px ${getComputedStyle(this).fontFamily}`;
    const axis = { stroke: colourOf("muted"), font, ticks: { show: false } };
    const { bars } = uPlot.paths;
    return {
      width: target.clientWidth || 300,
      height,
      padding: [8, 18, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
      scales: {
        x: { range: (_plot, from, to) => [from - daySeconds / 2, to + daySeconds / 2] },
        y: { range: (_plot, _from, to) => [0, Math.max(4, to * 1.08)] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          space: 64,
          size: 30,
          incrs: [1, 2, 7, 14, 28].map((count) => count * daySeconds),
          values: (_plot, splits) => splits.map((at) => short.format(at * 1_000)),
        },
        {
          ...axis,
          grid: { stroke: colourOf("line"), width: 1 },
          size: 44,
          space: 28,
          values: (_plot, splits) => splits.map((amount) => few.format(amount)),
        },
      ],
      series: [
        {},
        {
          fill: colourOf("bar"),
          width: 0,
          ...(bars && { paths: bars({ size: [0.7, 40], radius: 0.15 }) }),
          points: { show: false },
        },
        { stroke: colourOf("muted"), width: 1.5, dash: [5, 4], points: { show: false } },
      ],
      hooks: { setCursor: [({ cursor }) => void (this.at = cursor.idx ?? undefined)] },
    };
  }
}

define("rtk-day-chart", RtkDayChart);
