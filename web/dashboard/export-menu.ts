// <rtk-export-menu>: the page that is shown, or all pages of its question, as a file. All pages come as one long answer: a bar shows how
// far it is, a stop is gone on from by itself where the service says when, and the file says of itself whether it is complete.
import { css, html, LitElement, nothing } from "lit";
import { define } from "../elements/define.ts";
import { amountText, spanText } from "../elements/moments.ts";
import type { SessionRow } from "../elements/rows.ts";
import { theme } from "../elements/theme.ts";
import { csvOf, ndjsonOf } from "./csv.ts";
import { createExportRun } from "./export-run.ts";
import type { ExportEnd, ExportFormat } from "./export-run.ts";
import { menuStyles, menuClosing } from "./menu.ts";

type Progress = {
  rows: number;
  total: number | undefined;
  /** What it waits for, or how it ended; undefined while rows come. */
  end: ExportEnd | { kind: "failed" } | undefined;
  /** When it goes on by itself, as milliseconds since 1970. */
  resumesAt: number | undefined;
};

const nothingYet: Progress = { rows: 0, total: undefined, end: undefined, resumesAt: undefined };

const types: Readonly<Record<ExportFormat, string>> = { csv: "text/csv", ndjson: "application/x-ndjson" };

export class RtkExportMenu extends LitElement {
  static override properties = {
    rows: { attribute: false },
    fields: { attribute: false },
    total: { attribute: false },
    name: {},
    ask: { attribute: false },
    progress: { state: true },
  };
  /** What is shown. */
  declare rows: readonly SessionRow[];
  /** What of it goes into the file. */
  declare fields: readonly string[];
  declare total: number | null | undefined;
  /** Of the file, without its ending. */
  declare name: string;
  /** Asks for all pages; undefined where they can't be had. */
  declare ask:
    | ((format: ExportFormat, after: string | undefined, signal: AbortSignal) => Promise<Response>)
    | undefined;
  declare progress: Progress | undefined;

  static override styles = [
    theme,
    menuStyles,
    css`
      h2 {
        padding: 0.25rem 0.5rem 0;
        color: var(--_muted);
        font-size: 0.8125rem;
        font-weight: 550;
      }
      .pair {
        display: flex;
        gap: 0.375rem;
        padding: 0.25rem 0.5rem 0.5rem;
      }
      .progress {
        display: grid;
        gap: 0.5rem;
        width: min(20rem, 80vw);
        padding: 0.5rem;
      }
      progress {
        width: 100%;
        accent-color: var(--_accent);
      }
      .ways {
        display: flex;
        flex-wrap: wrap;
        gap: 0.375rem;
      }
    `,
  ];

  #ended = new AbortController();
  #timer: ReturnType<typeof setInterval> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  protected override render() {
    const { progress } = this;
    const isOn = progress !== undefined && progress.end?.kind !== "complete";
    return html`<details class="menu" @keydown=${menuClosing} @focusout=${menuClosing}>
      <summary class="button">${isOn ? `Export, ${amountText(progress.rows)} rows` : "Export"}</summary>
      <div tabindex="-1">${progress ? this.#progress(progress) : this.#offer()}</div>
    </details>`;
  }

  #offer() {
    return html`<h2>The ${amountText(this.rows.length)} rows shown</h2>
      <div class="pair">
        <button type="button" @click=${() => this.#saveShown("csv")}>CSV</button>
        <button type="button" @click=${() => this.#saveShown("ndjson")}>NDJSON</button>
      </div>
      ${
        this.ask
          ? html`<h2>All ${this.total ? amountText(this.total) : ""} rows, oldest first</h2>
              <div class="pair">
                <button type="button" @click=${() => this.#start("csv")}>All as CSV</button>
                <button type="button" @click=${() => this.#start("ndjson")}>All as NDJSON</button>
              </div>`
          : nothing
      }`;
  }

  #progress({ rows, total, end, resumesAt }: Progress) {
    const of = total === undefined ? "" : ` of ${amountText(total)}`;
    const left = resumesAt === undefined ? 0 : resumesAt - Date.now();
    return html`<div class="progress">
      <progress aria-label="Export" max=${Math.max(total ?? rows, 1)} .value=${rows}></progress>
      <p role="status">${sentences[end?.kind ?? "running"]} ${amountText(rows)}${of} rows.</p>
      ${resumesAt === undefined ? nothing : html`<p class="muted" aria-live="off">Goes on by itself in ${spanText(left)}.</p>`}
      <div class="ways">
        ${end === undefined || resumesAt !== undefined ? html`<button type="button" @click=${this.#stop}>Stop</button>` : nothing}
        ${
          end !== undefined && end.kind !== "complete" && resumesAt === undefined
            ? html`<button type="button" class="primary" @click=${this.#goOn}>Go on</button>`
            : nothing
        }
        ${end?.kind === "stopped" ? html`<button type="button" @click=${() => this.#save(end.text)}>Save what came</button>` : nothing}
        ${end !== undefined && resumesAt === undefined ? html`<button type="button" @click=${this.#close}>Close</button>` : nothing}
      </div>
    </div>`;
  }

  #format: ExportFormat = "csv";
  #goOn: () => void = () => {};

  #start(format: ExportFormat): void {
    const { ask } = this;
    if (!ask) return;
    this.#stop();
    this.#format = format;
    const run = createExportRun({
      format,
      ask: (after, signal) => ask(format, after, signal),
      onProgress: (rows, total) => this.#see({ rows, total, end: undefined, resumesAt: undefined }),
    });
    this.#goOn = () => {
      const { signal } = (this.#ended = new AbortController());
      this.#see({ ...(this.progress ?? nothingYet), end: undefined, resumesAt: undefined });
      run.goOn(signal).then(
        (end) => this.#take(end),
        () => {
          if (!signal.aborted) this.#see({ ...(this.progress ?? nothingYet), end: { kind: "failed" } });
        },
      );
    };
    this.#goOn();
  }

  #take(end: ExportEnd): void {
    const total = this.progress?.total;
    if (end.kind === "complete") {
      this.#see({ rows: end.rows, total, end, resumesAt: undefined });
      this.#save(end.text);
      return;
    }
    const mayGoOn = end.next !== undefined && end.retryAfterMs !== undefined;
    this.#see({ rows: end.rows, total, end, resumesAt: mayGoOn ? Date.now() + (end.retryAfterMs ?? 0) : undefined });
    if (!mayGoOn) return;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => {
      this.requestUpdate();
      if ((this.progress?.resumesAt ?? Number.POSITIVE_INFINITY) > Date.now()) return;
      clearInterval(this.#timer);
      this.#goOn();
    }, 500);
  }

  #see(progress: Progress): void {
    this.progress = progress;
  }

  /** Ends what is under way; what came stays, to be saved or gone on with. */
  #stop(): void {
    clearInterval(this.#timer);
    this.#ended.abort();
    if (this.progress && this.progress.end?.kind !== "complete") {
      this.#see({ ...this.progress, end: this.progress.end ?? { kind: "failed" }, resumesAt: undefined });
    }
  }

  #close(): void {
    this.#stop();
    this.progress = undefined;
  }

  #saveShown(format: ExportFormat): void {
    this.#format = format;
    this.#save((format === "csv" ? csvOf : ndjsonOf)(this.rows, this.fields));
  }

  #save(text: string): void {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: types[this.#format] }));
    link.download = `${this.name}.${this.#format}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }
}

const sentences = {
  running: "Coming in:",
  complete: "Complete and saved:",
  stopped: "Not complete:",
  failed: "Stopped:",
} as const;

define("rtk-export-menu", RtkExportMenu);
