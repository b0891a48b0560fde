// <rtk-numbers-screen>: sessions, minutes and people per day, beside the period before. Sessions and minutes are the service's own count where
// the caller may see it; everything else is counted from the pages of sessions, as many as there may be, and says from how many.
import { html, LitElement, nothing } from "lit";
import { define } from "../elements/define.ts";
import "../elements/face.ts";
import type { Face, WayOut } from "../elements/face.ts";
import "../elements/freshness.ts";
import { amountText, dayText, zone } from "../elements/moments.ts";
import { createPageWatch, facesOf } from "../elements/page-watch.ts";
import type { Trouble } from "../elements/problem-face.ts";
import { createSessionPages } from "../elements/session-pages.ts";
import { theme } from "../elements/theme.ts";
import { meetingsToName } from "./access.ts";
import "./day-chart.ts";
import { changeText, countDays, countRows, metricOf, periodOf, periods, startOf } from "./numbers.ts";
import type { Metric, Period } from "./numbers.ts";
import { numbersScreenStyles } from "./numbers-screen-styles.ts";
import { dayAt } from "./ranges.ts";
import type { ScreenContext } from "./screen.ts";
import { zoomStyles } from "./zoom-styles.ts";

const rowsMax = 5_000;
const restMs = 300_000;

type Shown = {
  name: string;
  label: string;
  about: string;
  /** Undefined while it is counted. */
  metric: Metric | undefined;
  /** Where not all could be counted, there is nothing to compare. */
  isComparable: boolean;
};

export class RtkNumbersScreen extends LitElement {
  static override properties = { context: { attribute: false } };
  declare context: ScreenContext | undefined;

  static override styles = [theme, zoomStyles, numbersScreenStyles];

  readonly #onTrouble = ({ code }: Trouble): void => {
    if (code === "unauthorized") this.context?.signedOut();
  };
  readonly #analytics = createPageWatch(this, { onTrouble: this.#onTrouble });
  readonly #pages = createSessionPages(this, { onTrouble: this.#onTrouble, rowsMax, restMs });

  #sees({ app }: ScreenContext) {
    const { fields, parameters } = app.resources.get("sessions") ?? {};
    const canCount = fields?.has("started_at") === true && parameters?.has("start_time") === true;
    return {
      analytics: app.resources.get("analytics")?.fields.has("session_stats") === true,
      sessions: canCount,
      minutes: canCount && fields.has("minutes_consumed"),
      people: canCount && (fields.has("total_participants") || fields.has("max_concurrent_participants")),
    };
  }

  protected override willUpdate(): void {
    const { context } = this;
    if (!context) return;
    const { app, client } = context;
    const sees = this.#sees(context);
    const period = periodOf(context.query, Date.now(), sees.analytics ? "utc" : "own");
    const days = { start_date: period.before[0], end_date: period.days.at(-1) };
    const key = sees.analytics ? `${app.app} ${JSON.stringify(days)}` : "";
    this.#analytics.ask(
      key,
      sees.analytics ? (onPage, events) => client.analytics.watchDaywise(app.app, days, onPage, events) : undefined,
    );
    const wantsRows = sees.people || (!sees.analytics && sees.sessions);
    const question = wantsRows ? { start_time: startOf(period) } : undefined;
    this.#pages.ask(app.app, client, question, meetingsToName(app));
  }

  protected override render() {
    const { context } = this;
    if (!context) return nothing;
    const sees = this.#sees(context);
    const period = periodOf(context.query, Date.now(), sees.analytics ? "utc" : "own");
    const { seen } = sees.analytics ? this.#analytics : this.#pages;
    const waysOut: WayOut[] = [{ label: "Try again", run: () => this.#again() }];
    const { whole, above } = facesOf(seen, waysOut);
    return html`
      <div class="head">
        <h1>Numbers</h1>
        <rtk-freshness .state=${seen.state} .asOf=${seen.asOf}></rtk-freshness>
        <span class="zoom" role="group" aria-label="How long">
          ${periods.map(
            ({ name, label }) =>
              html`<button
                type="button"
                aria-pressed=${period.name === name}
                @click=${() => context.go({ range: name === "30d" ? undefined : name })}
              >
                ${label}
              </button>`,
          )}
        </span>
      </div>
      ${above ? html`<rtk-face compact .face=${above}></rtk-face>` : nothing}
      ${seen.page ? this.#numbers(period, context, seen.page) : html`<rtk-face .face=${whole}></rtk-face>`}
    `;
  }

  #again(): void {
    this.#analytics.again();
    this.#pages.again();
  }

  #numbers(period: Period, context: ScreenContext, page: object) {
    const sees = this.#sees(context);
    const { rows, total = 0, isWhole } = this.#pages;
    const counted = countRows(rows, period.kind);
    const isAll = isWhole && rows.length >= total;
    const own = sees.analytics ? countDays(page) : counted;
    const done = sees.analytics || isWhole;
    const shown: Shown[] = [
      {
        name: "sessions",
        label: "Sessions",
        about: "that started",
        metric: done ? metricOf(own.sessions, period) : undefined,
        isComparable: sees.analytics || isAll,
      },
    ];
    if (sees.analytics || sees.minutes) {
      shown.push({
        name: "minutes",
        label: "Minutes",
        about: "of all participants together",
        metric: done ? metricOf(own.minutes, period) : undefined,
        isComparable: sees.analytics || isAll,
      });
    }
    if (sees.people) {
      shown.push({
        name: "people",
        label: "Participants",
        about: counted.areAllPeople ? "who joined a session" : "at each session's peak",
        metric: isWhole ? metricOf(counted.people, period) : undefined,
        isComparable: isAll,
      });
    }
    if (shown.every(({ metric }) => metric !== undefined && metric.total + metric.totalBefore === 0))
      return html`<rtk-face .face=${empty(period, context)}></rtk-face>`;
    const rest = sees.analytics && sees.people ? facesOf(this.#pages.seen).above : undefined;
    return html`
      ${rest ? html`<rtk-face compact .face=${rest}></rtk-face>` : nothing}
      <div class="cards">${shown.map((each) => this.#card(each, period))}</div>
      ${this.#table(shown, period)}
      <p class="muted small">${this.#sources(period)}</p>
    `;
  }

  #card({ label, about, metric, isComparable }: Shown, { days }: Period) {
    const change = metric && isComparable ? changeText(metric) : undefined;
    return html`<section>
      <h2>${label} <span class="muted about">${about}</span></h2>
      ${
        metric
          ? html`<p class="total">
                <span class="figure">${amountText(metric.total)}</span>
                <span class="muted">
                  ${
                    isComparable
                      ? `${change === undefined ? "" : `${change} · `}${amountText(metric.totalBefore)} in the ${days.length} days before`
                      : "not all could be counted"
                  }
                </span>
              </p>
              <rtk-day-chart label=${label} .days=${days} .metric=${metric}></rtk-day-chart>`
          : html`<p class="muted counting" role="status">
              Counting: ${amountText(this.#pages.rows.length)} sessions so far
            </p>`
      }
    </section>`;
  }

  /** The same as the charts, for whoever can't see them or wants the numbers. */
  #table(shown: readonly Shown[], { days }: Period) {
    const there = shown.filter(({ metric }) => metric !== undefined);
    return html`<details open>
      <summary class="button">Day by day</summary>
      <div class="scroll" role="region" aria-label="Day by day" tabindex="0">
        <table>
          <caption class="hidden-text">
            Numbers per day, newest first. Before: the day that many days earlier.
          </caption>
          <thead>
            <tr>
              <th scope="col">Day</th>
              ${there.map(
                ({ label }) =>
                  html`<th scope="col">${label}</th>
                    <th scope="col">Before</th>`,
              )}
            </tr>
          </thead>
          <tbody>
            ${days
              .map(
                (day, at) =>
                  html`<tr>
                    <th scope="row">${dayText(dayAt(day) ?? 0)}</th>
                    ${there.map(
                      ({ metric }) =>
                        html`<td>${amountText(metric?.values[at] ?? 0)}</td>
                          <td class="muted">${amountText(metric?.valuesBefore[at] ?? 0)}</td>`,
                    )}
                  </tr>`,
              )
              .reverse()}
          </tbody>
        </table>
      </div>
    </details>`;
  }

  #sources({ kind }: Period): string {
    const { rows, total = 0, isWhole } = this.#pages;
    const of =
      total > rows.length ? `the newest ${amountText(rows.length)} of ${amountText(total)}` : amountText(rows.length);
    const days = `Days ${kind === "utc" ? "in UTC" : `in ${zone.replaceAll("_", " ")}`}; today is not over.`;
    const fromRows = isWhole && rows.length > 0 ? ` counted from ${of} sessions.` : "";
    if (kind === "utc") {
      return `${days} Sessions and minutes as the meetings service counts them.${fromRows === "" ? "" : ` Participants${fromRows}`}`;
    }
    return `${days}${fromRows === "" ? "" : ` Everything is${fromRows}`}`;
  }
}

function empty({ name, days }: Period, { go }: ScreenContext): Face {
  const longest = periods.at(-1);
  return {
    kind: "empty",
    heading: `No sessions in these ${days.length} days, nor in those before`,
    waysOut: name === longest?.name ? [] : [{ label: "Look at 90 days", run: () => go({ range: longest?.name }) }],
  };
}

define("rtk-numbers-screen", RtkNumbersScreen);
