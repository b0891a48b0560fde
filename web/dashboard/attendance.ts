// <rtk-attendance>: who was in a session, and when: a row for each person, with a bar from joining to leaving on one time axis. A page at a
// time; the bars are for the eye, the same stands in the row in words.
import { css, html, LitElement, nothing, svg } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { define } from "../elements/define.ts";
import { clockText, momentTitle, spanText } from "../elements/moments.ts";
import { instantOf } from "../elements/rows.ts";
import { tableStyles } from "../elements/table-styles.ts";
import { theme } from "../elements/theme.ts";
import { ticksOf } from "../elements/time-ticks.ts";
import type { TimeSpan } from "../elements/time-ticks.ts";

/** Which fields are there depends on the policy. */
export type Person = Partial<{
  id: string;
  display_name: string | null;
  custom_participant_id: string | null;
  preset_name: string | null;
  joined_at: string | null;
  left_at: string | null;
  duration: number | null;
  /** Each step of the way in and out, where it was asked for. */
  peer_events: readonly Partial<{ event_name: string; created_at: string | null }>[];
}>;

/** Each stay of a person, from joining to leaving; one who is in has not left. Who came back has several. Pure. */
export function staysOf({ joined_at, left_at, peer_events = [] }: Person): { from: number; to: number | undefined }[] {
  const steps = peer_events
    .map(({ event_name: name, created_at }) => ({ name, at: instantOf(created_at) ?? Number.NaN }))
    .filter(({ at }) => !Number.isNaN(at))
    .sort((one, other) => one.at - other.at);
  const stays: { from: number; to: number | undefined }[] = [];
  for (const { name, at } of steps) {
    const last = stays.at(-1);
    const isIn = last !== undefined && last.to === undefined;
    if (name === "PEER_JOINING" && !isIn) stays.push({ from: at, to: undefined });
    if (name === "PEER_LEAVING" && isIn) last.to = at;
  }
  if (stays.length > 0) return stays;
  const from = instantOf(joined_at);
  return from === undefined ? [] : [{ from, to: instantOf(left_at) }];
}

export class RtkAttendance extends LitElement {
  static override properties = {
    people: { attribute: false },
    fields: { attribute: false },
    span: { attribute: false },
    isLive: { type: Boolean },
  };
  declare people: readonly Person[];
  declare fields: ReadonlySet<string>;
  /** Of the session; of those shown where it is not known. */
  declare span: TimeSpan | undefined;
  /** Who has not left is in. */
  declare isLive: boolean;

  static override styles = [
    theme,
    tableStyles,
    css`
      th,
      td {
        padding: 0.45rem 0.875rem;
      }
      th:first-child {
        padding-left: 1.25rem;
      }
      thead > tr > * {
        border-bottom: 1px solid var(--_line);
        color: var(--_muted);
        font-size: 0.8125rem;
        font-weight: 550;
      }
      tbody th {
        max-width: 16rem;
      }
      .sub {
        display: block;
        font-size: 0.8125rem;
        font-weight: 400;
      }
      .axis {
        width: 45%;
        padding-right: 1.25rem;
      }
      svg {
        display: block;
        width: 100%;
        height: 1.25rem;
        overflow: visible;
      }
      thead svg {
        height: 1rem;
      }
      text {
        fill: var(--_muted);
        font-size: 0.75rem;
        font-weight: 400;
      }
      line {
        stroke: var(--_line);
      }
      .stay {
        fill: color-mix(in srgb, var(--_accent) 55%, var(--_surface));
      }
      .in {
        fill: var(--_live);
      }
      .now {
        color: var(--_live);
        font-weight: 600;
      }
      .narrow {
        display: none;
      }
      @container (max-width: 44rem) {
        .axis {
          display: none;
        }
        .narrow {
          display: block;
        }
        tbody th {
          width: 100%;
        }
      }
      @container (max-width: 26rem) {
        .number {
          display: none;
        }
        th,
        td {
          padding: 0.45rem 0.5rem;
        }
      }
    `,
  ];

  get #span(): TimeSpan {
    const given = this.span;
    if (given && given.to > given.from) return given;
    const times = this.people.flatMap(({ joined_at, left_at }) =>
      [instantOf(joined_at) ?? [], instantOf(left_at) ?? []].flat(),
    );
    const [from, to] = [Math.min(...times), Math.max(...times)];
    return Number.isFinite(from) && to > from ? { from, to } : { from: 0, to: 1 };
  }

  protected override render() {
    const has = (field: string) => this.fields.has(field);
    const hasAxis = has("joined_at") && has("left_at");
    const span = this.#span;
    return html`<div class="scroll">
      <table>
        <caption class="hidden-text">
          Participants, when each joined and left
        </caption>
        <thead>
          <tr>
            <th scope="col">Name</th>
            ${has("joined_at") ? html`<th scope="col">Joined</th>` : nothing}
            ${has("left_at") ? html`<th scope="col">Left</th>` : nothing}
            ${has("duration") ? html`<th scope="col" class="number">Stayed</th>` : nothing}
            ${hasAxis ? html`<td class="axis" aria-hidden="true">${axis(span)}</td>` : nothing}
          </tr>
        </thead>
        <tbody>
          ${repeat(
            this.people,
            ({ id }, index) => id ?? index,
            (person) => this.#row(person, span, hasAxis),
          )}
        </tbody>
      </table>
    </div>`;
  }

  #row(person: Person, span: TimeSpan, hasAxis: boolean) {
    const {
      joined_at: joined,
      left_at: left,
      duration,
      custom_participant_id: own,
      display_name,
      id,
      preset_name,
    } = person;
    const has = (field: string) => this.fields.has(field);
    const name = display_name?.trim() || own || id || "Somebody";
    const sub = [own === name ? undefined : own, preset_name].filter(Boolean).join(" · ");
    return html`<tr>
      <th scope="row">
        <bdi>${name}</bdi>${sub === "" ? nothing : html`<span class="muted sub"><bdi>${sub}</bdi></span>`}
        ${hasAxis ? html`<span class="narrow" aria-hidden="true">${this.#bars(person, span)}</span>` : nothing}
      </th>
      ${has("joined_at") ? html`<td>${moment(joined)}</td>` : nothing}
      ${has("left_at") ? html`<td>${left || !this.isLive ? moment(left) : html`<span class="now">is in</span>`}</td>` : nothing}
      ${has("duration") ? html`<td class="number">${duration ? spanText(duration * 60_000) : "–"}</td>` : nothing}
      ${hasAxis ? html`<td class="axis" aria-hidden="true">${this.#bars(person, span)}</td>` : nothing}
    </tr>`;
  }

  #bars(person: Person, span: TimeSpan) {
    return html`<svg>
      ${ticks(span).map(({ x }) => svg`<line x1=${percent(x)} x2=${percent(x)} y1="0" y2="100%" />`)}
      ${staysOf(person).map(({ from, to }) => {
        const isIn = to === undefined && this.isLive;
        const [start, end] = [share(from, span), share(Math.max(from, to ?? (isIn ? span.to : from)), span)];
        const width = percent(Math.max(0.008, end - start));
        return svg`<rect class=${isIn ? "in" : "stay"} x=${percent(start)} width=${width} y="25%" height="50%" rx="3" />`;
      })}
    </svg>`;
  }
}

const share = (at: number, { from, to }: TimeSpan): number => Math.min(1, Math.max(0, (at - from) / (to - from)));
const percent = (part: number): string => `${(part * 100).toFixed(2)}%`;

const ticks = (span: TimeSpan) => ticksOf(span, 4).map(({ at, label }) => ({ x: share(at, span), label }));

const axis = (span: TimeSpan) =>
  html`<svg>
    ${ticks(span)
      .filter(({ x }) => x < 0.93)
      .map(({ x, label }) => svg`<text x=${percent(x)} y="80%">${label}</text>`)}
  </svg>`;

function moment(text: string | null | undefined) {
  const at = instantOf(text);
  return at === undefined ? "–" : html`<time datetime=${text ?? ""} title=${momentTitle(at)}>${clockText(at)}</time>`;
}

define("rtk-attendance", RtkAttendance);
