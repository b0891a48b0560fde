// <rtk-session-left>: what a session left behind, each with its state. Only what the caller may see is there. How far each is, is asked when
// the screen opens; where the file is, anew and only when somebody opens it, because whoever has such a link needs no sign-in for it. The
// page keeps none and holds none.
import { css, html, LitElement, nothing } from "lit";
import type { Client } from "../elements/client.ts";
import { define } from "../elements/define.ts";
import { amountText, momentText, spanText } from "../elements/moments.ts";
import { faceOf } from "../elements/problem-face.ts";
import { instantOf } from "../elements/rows.ts";
import type { SessionRow } from "../elements/rows.ts";
import { theme } from "../elements/theme.ts";
import type { AppAccess } from "./access.ts";
import { fileKinds, linkIn, recordingLink, recordingsIn, stateIn, stateTexts } from "./session-files.ts";
import type { FileKind, FileState, Recording } from "./session-files.ts";

/** Clocks of the meetings service may differ by so much. */
const clockSlackMs = 60_000;

type Told<Value> = { kind: "told"; value: Value } | { kind: "failed"; heading: string } | undefined;

export class RtkSessionLeft extends LitElement {
  static override properties = {
    client: { attribute: false },
    app: { attribute: false },
    row: { attribute: false },
    files: { state: true },
    recordings: { state: true },
    note: { state: true },
  };
  declare client: Client;
  declare app: AppAccess;
  declare row: SessionRow;
  declare files: Readonly<Partial<Record<FileKind, Told<FileState | undefined>>>>;
  declare recordings: Told<readonly Recording[]>;
  /** What came of the last opening, and for which file. */
  declare note: { of: string; text: string } | undefined;

  static override styles = [
    theme,
    css`
      ul {
        background: var(--_surface);
        border: 1px solid var(--_line);
        border-radius: calc(var(--_radius) * 1.3);
      }
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto auto;
        align-items: center;
        gap: 0.25rem 0.875rem;
        min-height: 3.5rem;
        padding: 0.5rem 1.25rem;
      }
      li + li {
        border-top: 1px solid var(--_line);
      }
      strong {
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      .about {
        display: block;
        font-size: 0.8125rem;
      }
      .state {
        font-size: 0.875rem;
        color: var(--_muted);
      }
      .state.ready {
        color: var(--_live);
        font-weight: 600;
      }
      .state.pending {
        color: var(--_warn);
      }
      .note {
        grid-column: 1 / -1;
        font-size: 0.875rem;
      }
    `,
  ];

  constructor() {
    super();
    this.files = {};
  }

  #ended = new AbortController();
  #key = "";

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#ended.abort();
    this.#key = "";
  }

  protected override willUpdate(): void {
    const { id, associated_id: meeting, status } = this.row;
    const key = JSON.stringify([this.app.app, id, meeting, status]);
    if (key === this.#key) return;
    this.#key = key;
    this.#ended.abort();
    this.#ended = new AbortController();
    [this.files, this.recordings, this.note] = [{}, undefined, undefined];
    void this.#look();
  }

  #sees(kind: FileKind): boolean {
    return this.app.resources.get(kind)?.fields.has("state") === true;
  }

  /** Whose recording it is has to be seen, and the meeting's are asked for. */
  get #seesRecordings(): boolean {
    const { fields, parameters } = this.app.resources.get("recordings") ?? {};
    const isTold = fields?.has("session_id") === true && fields.has("status");
    return isTold && parameters?.has("meeting_id") === true && this.row.associated_id !== undefined;
  }

  async #look(): Promise<void> {
    const { signal } = this.#ended;
    // Before the end there is none of them.
    const isLive = this.row.status === "LIVE";
    const files = fileKinds.map(async ({ kind }) => {
      if (!this.#sees(kind)) return;
      const told = isLive
        ? ({ kind: "told", value: "pending" } as const)
        : await this.#told(async () => stateIn(await this.#file(kind)));
      if (!signal.aborted) this.files = { ...this.files, [kind]: told };
    });
    await Promise.all([...files, this.#lookAtRecordings(signal)]);
  }

  async #lookAtRecordings(signal: AbortSignal): Promise<void> {
    if (!this.#seesRecordings) return;
    const told = await this.#told(async () => recordingsIn(await this.#recordingPage(), this.row.id ?? ""));
    if (!signal.aborted) this.recordings = told;
  }

  async #told<Value>(read: () => Promise<Value>): Promise<Told<Value>> {
    try {
      return { kind: "told", value: await read() };
    } catch (error) {
      return { kind: "failed", heading: faceOf({ code: codeOf(error) }).heading };
    }
  }

  #file(kind: FileKind): Promise<object> {
    return this.client[kind].get(this.app.app, this.row.id ?? "", {}, { signal: this.#ended.signal, waitMsMax: 0 });
  }

  /** Those of the meeting from the session's start on: a meeting that recurs has more than fit on a page. */
  #recordingPage(): Promise<object> {
    const parameters = this.app.resources.get("recordings")?.parameters;
    const startedAt = instantOf(this.row.started_at);
    const query = {
      meeting_id: this.row.associated_id,
      per_page: 100,
      ...(startedAt !== undefined &&
        parameters?.has("start_time") === true &&
        parameters.has("sort_order") && {
          start_time: new Date(startedAt - clockSlackMs).toISOString(),
          sort_order: "ASC" as const,
        }),
    };
    return this.client.recordings.list(this.app.app, query, { signal: this.#ended.signal, waitMsMax: 0 });
  }

  protected override render() {
    const kinds = fileKinds.filter(({ kind }) => this.#sees(kind));
    if (kinds.length === 0 && !this.#seesRecordings) return nothing;
    return html`<ul role="list">
      ${this.#seesRecordings ? this.#recordingItems() : nothing}
      ${kinds.map(({ kind, label, about, link }) => {
        const told = this.files[kind];
        const open = () => void this.#open(kind, async () => linkIn(await this.#file(kind), link));
        return this.#item({
          of: kind,
          label,
          about,
          told,
          open: this.#mayOpen(kind, link) ? open : undefined,
        });
      })}
    </ul>`;
  }

  #mayOpen(resource: string, field: string): boolean {
    return this.app.resources.get(resource)?.fields.has(field) === true;
  }

  #recordingItems() {
    const told = this.recordings;
    const recordings = told?.kind === "told" ? told.value : [];
    if (told?.kind !== "told" || recordings.length === 0) {
      const state: Told<FileState> = told?.kind === "told" ? { kind: "told", value: "absent" } : told;
      return this.#item({
        of: "recordings",
        label: "Recording",
        about: "Sound and picture",
        told: state,
        open: undefined,
      });
    }
    return recordings.map((recording, index) => {
      const of = `recording ${recording.id ?? index}`;
      const open = () => void this.#open(of, async () => recordingLink(await this.#recordingPage(), recording.id));
      return this.#item({
        of,
        label: recordings.length === 1 ? "Recording" : `Recording ${index + 1}`,
        about: aboutRecording(recording),
        told: { kind: "told", value: recording.state },
        open: recording.id !== undefined && this.#mayOpen("recordings", "download_url") ? open : undefined,
      });
    });
  }

  #item({
    of,
    label,
    about,
    told,
    open,
  }: {
    of: string;
    label: string;
    about: string;
    told: Told<FileState | undefined>;
    open: (() => void) | undefined;
  }) {
    const state = told?.kind === "told" ? told.value : undefined;
    const text = told?.kind === "failed" ? told.heading : state === undefined ? "…" : stateTexts[state].word;
    const mayChange = told?.kind === "failed" || (state === "pending" && this.row.status !== "LIVE");
    return html`<li>
      <span
        ><strong>${label}</strong> <span class="muted about"><bdi>${about}</bdi></span></span
      >
      <span class="state ${state ?? ""}" title=${state === undefined ? nothing : stateTexts[state].meaning}
        >${text}</span
      >
      ${
        state === "ready" && open
          ? html`<button type="button" aria-label=${`Open: ${label}`} @click=${open}>Open</button>`
          : mayChange
            ? html`<button type="button" aria-label=${`Look again: ${label}`} @click=${() => void this.#look()}>
                Look again
              </button>`
            : nothing
      }
      <span class="note muted" role="status" ?hidden=${this.note?.of !== of}
        >${this.note?.of === of ? this.note.text : nothing}</span
      >
    </li>`;
  }

  /** In a tab of its own, which is not told where it was opened from. */
  async #open(of: string, ask: () => Promise<string | undefined>): Promise<void> {
    this.note = { of, text: "Asking for the link …" };
    const told = await this.#told(ask);
    if (told?.kind === "failed") this.note = { of, text: `${told.heading}.` };
    else if (told?.value === undefined) this.note = { of, text: "It is not there any more." };
    else {
      const link = document.createElement("a");
      link.href = told.value;
      link.target = "_blank";
      link.rel = "noopener noreferrer";
      link.click();
      this.note = { of, text: "Opened in a tab of its own." };
    }
  }
}

function aboutRecording({ name, seconds, bytes, startedAt }: Recording): string {
  const parts = [
    startedAt === undefined ? undefined : momentText(startedAt, Date.now()),
    seconds === undefined ? undefined : spanText(seconds * 1_000),
    bytes === undefined ? undefined : sizeText(bytes),
    name,
  ];
  return parts.filter((part) => part !== undefined).join(" · ") || "Sound and picture";
}

const sizeText = (bytes: number): string =>
  bytes < 1_000_000 ? `${amountText(Math.ceil(bytes / 1_000))} kB` : `${amountText(bytes / 1_000_000)} MB`;

/** Of the typed client: everything it throws has a code. */
const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "internal";

define("rtk-session-left", RtkSessionLeft);
