// <rtk-session-filters>: the filters of the Sessions screen. Only those are there that the caller may use. Each change is said by
// `filter-change`, as a change of the address; typing waits for a pause.
import { css, html, LitElement, nothing } from "lit";
import { define } from "../elements/define.ts";
import { theme } from "../elements/theme.ts";
import type { Change } from "./address.ts";
import { dayOf, midnight, presets } from "./ranges.ts";

const pauseMs = 350;
/** Every filter, and the page, which starts over with each change. */
export const noFilters: Change = {
  status: undefined,
  range: undefined,
  from: undefined,
  to: undefined,
  meeting: undefined,
  min: undefined,
  max: undefined,
  search: undefined,
  page: undefined,
};

export class RtkSessionFilters extends LitElement {
  static override properties = {
    query: { attribute: false },
    parameters: { attribute: false },
    meetings: { attribute: false },
    isOpen: { state: true },
  };
  declare query: URLSearchParams | undefined;
  declare parameters: ReadonlySet<string> | undefined;
  /** Of which one is always chosen; undefined where any may be, or none. */
  declare meetings: readonly string[] | undefined;
  declare isOpen: boolean;

  static override styles = [
    theme,
    css`
      :host {
        container-type: inline-size;
      }
      form {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 0.75rem;
      }
      label,
      fieldset {
        display: grid;
        gap: 0.2rem;
        min-width: 0;
        margin: 0;
        padding: 0;
        border: 0;
      }
      legend {
        padding: 0;
        margin-bottom: 0.2rem;
      }
      label > span,
      legend {
        color: var(--_muted);
        font-size: 0.8125rem;
      }
      .search {
        flex: 1 1 14rem;
      }
      .meeting {
        flex: 0 1 13rem;
      }
      label > input {
        width: 100%;
      }
      .pair {
        display: flex;
        align-items: center;
        gap: 0.4rem;
      }
      .pair input {
        width: 5.25rem;
      }
      .days input {
        width: auto;
      }
      .toggle {
        display: none;
      }
      @container (max-width: 38rem) {
        .toggle {
          display: inline-flex;
          margin-bottom: 0.75rem;
        }
        form:not(.open) {
          display: none;
        }
        label,
        fieldset,
        .meeting {
          flex: 1 1 100%;
        }
        label select,
        label input {
          width: 100%;
        }
        .pair {
          flex-wrap: wrap;
        }
      }
    `,
  ];

  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What was typed and not told yet. */
  #typed: Change = {};

  constructor() {
    super();
    this.isOpen = false;
  }

  protected override render() {
    const { query, parameters } = this;
    if (!query || !parameters) return nothing;
    const count = Object.keys(noFilters).filter((name) => name !== "page" && query.has(name)).length;
    return html`
      <button type="button" class="toggle" aria-expanded=${this.isOpen} aria-controls="filters" @click=${this.#toggle}>
        Filters${count > 0 ? ` (${count})` : ""}
      </button>
      <form
        id="filters"
        role="search"
        class=${this.isOpen ? "open" : ""}
        @submit=${this.#submit}
        @input=${this.#type}
        @change=${this.#choose}
      >
        ${parameters.has("search") ? this.#search(query) : nothing}
        ${parameters.has("status") ? status(query) : nothing}
        ${parameters.has("start_time") ? this.#range(query) : nothing}
        ${parameters.has("participants") ? people(query) : nothing}
        ${parameters.has("associated_id") ? (this.meetings ? oneOf(this.meetings, query) : meeting(query)) : nothing}
        ${count > 0 ? html`<button type="button" @click=${this.#clear}>Clear</button>` : nothing}
      </form>
    `;
  }

  #search(query: URLSearchParams) {
    return html`<label class="search">
      <span>Search</span>
      <input type="search" name="search" maxlength="64" placeholder="Title or id" .value=${query.get("search") ?? ""} />
    </label>`;
  }

  #range(query: URLSearchParams) {
    const [from, to] = [query.get("from"), query.get("to")];
    const isOwn = from !== null || to !== null;
    const chosen = isOwn ? "own" : (query.get("range") ?? "");
    return html`<label>
        <span>Started</span>
        <select name="range">
          <option value="" ?selected=${chosen === ""}>Any time</option>
          ${presets.map(({ name, label }) => html`<option value=${name} ?selected=${chosen === name}>${label}</option>`)}
          <option value="own" ?selected=${chosen === "own"}>From … to …</option>
        </select>
      </label>
      ${
        isOwn
          ? html`<fieldset>
              <legend>Days</legend>
              <span class="pair days">
                <input type="date" name="from" aria-label="First day" min="2020-01-01" .value=${from ?? ""} />
                –
                <input type="date" name="to" aria-label="Last day" min="2020-01-01" .value=${to ?? ""} />
              </span>
            </fieldset>`
          : nothing
      }`;
  }

  #toggle(): void {
    this.isOpen = !this.isOpen;
  }

  #submit(event: Event): void {
    event.preventDefault();
    this.#tell();
  }

  #clear(): void {
    this.#typed = noFilters;
    this.#tell();
  }

  /** Of fields that are typed into. */
  #type({ target }: Event): void {
    if (!(target instanceof HTMLInputElement) || target.type === "date") return;
    this.#typed = { ...this.#typed, [target.name]: target.value };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tell(), pauseMs);
  }

  /** Of fields that are chosen from. */
  #choose({ target }: Event): void {
    if (target instanceof HTMLSelectElement || (target instanceof HTMLInputElement && target.type === "date")) {
      this.#typed = { ...this.#typed, ...chosenIn(target.name, target.value) };
      this.#tell();
    }
  }

  #tell(): void {
    clearTimeout(this.#timer);
    if (Object.keys(this.#typed).length === 0) return;
    const detail: Change = { ...this.#typed, page: undefined };
    this.#typed = {};
    this.dispatchEvent(new CustomEvent<Change>("filter-change", { detail }));
  }
}

function chosenIn(name: string, value: string): Change {
  if (name !== "range") return { [name]: value };
  const now = Date.now();
  return value === "own"
    ? { range: undefined, from: dayOf(midnight(now, 6)), to: dayOf(now) }
    : { range: value, from: undefined, to: undefined };
}

const status = (query: URLSearchParams) =>
  html`<label>
    <span>Status</span>
    <select name="status">
      ${[
        ["", "Live and ended"],
        ["LIVE", "Live"],
        ["ENDED", "Ended"],
      ].map(
        ([value, label]) =>
          html`<option value=${value ?? ""} ?selected=${(query.get("status") ?? "") === value}>${label}</option>`,
      )}
    </select>
  </label>`;

const people = (query: URLSearchParams) =>
  html`<fieldset>
    <legend>Peak of people</legend>
    <span class="pair">
      <input
        type="number"
        name="min"
        min="0"
        max="100000"
        placeholder="from"
        aria-label="At least"
        .value=${query.get("min") ?? ""}
      />
      –
      <input
        type="number"
        name="max"
        min="0"
        max="100000"
        placeholder="to"
        aria-label="At most"
        .value=${query.get("max") ?? ""}
      />
    </span>
  </fieldset>`;

const meeting = (query: URLSearchParams) =>
  html`<label class="meeting">
    <span>Meeting</span>
    <input
      name="meeting"
      maxlength="64"
      spellcheck="false"
      placeholder="Meeting id"
      .value=${query.get("meeting") ?? ""}
    />
  </label>`;

const oneOf = (meetings: readonly string[], query: URLSearchParams) =>
  html`<label class="meeting">
    <span>Meeting</span>
    <select name="meeting">
      ${meetings.map((id, index) => html`<option value=${index === 0 ? "" : id} ?selected=${query.get("meeting") === id}>${id}</option>`)}
    </select>
  </label>`;

define("rtk-session-filters", RtkSessionFilters);
