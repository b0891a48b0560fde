// <rtk-sessions base app status view>: the sessions of an app, kept up to date, as a list of cards, a badge with their number, or bars on
// a time axis. The dashboard uses the same element.
//
// A token comes from a callback (`element.token = async () => …`) and never from an attribute, where it would stand in the page. Events
// out: `session-select`, and `sessions-change` with the rows.
import { css, html, LitElement, nothing } from "lit";
import { createClient } from "./client.ts";
import type { Client } from "./client.ts";
import { define } from "./define.ts";
import "./face.ts";
import type { Face, WayOut } from "./face.ts";
import "./freshness.ts";
import { countText } from "./moments.ts";
import { watchMeetings } from "./meetings-watch.ts";
import { createPageWatch, facesOf } from "./page-watch.ts";
import type { StartWatch } from "./page-watch.ts";
import { faceOf } from "./problem-face.ts";
import type { Trouble } from "./problem-face.ts";
import { sessionsIn } from "./rows.ts";
import type { SessionRow } from "./rows.ts";
import "./session-cards.ts";
import { theme } from "./theme.ts";

const rowsMax = 100;

export class RtkSessions extends LitElement {
  static override properties = {
    base: {},
    app: {},
    status: {},
    meeting: {},
    view: {},
    credentials: { type: Boolean },
    token: { attribute: false },
    client: { attribute: false },
    hrefOf: { attribute: false },
  };
  /** Where the service is; this page's own origin unless given. */
  declare base: string | undefined;
  declare app: string | undefined;
  /** LIVE or ENDED; both unless given. */
  declare status: string | undefined;
  /** Only sessions of this meeting, or of these, with commas between. */
  declare meeting: string | undefined;
  declare view: "list" | "badge" | "timeline";
  /** Sends the cookie of a login to a service at another origin of this page's site. At its own origin it is always sent. */
  declare credentials: boolean;
  /** Called whenever a token is needed. */
  declare token: (() => Promise<string>) | undefined;
  /** A client to share, in place of `base` and `token`. */
  declare client: Client | undefined;
  /** Where a session is; undefined where this one leads nowhere. */
  declare hrefOf: ((row: SessionRow) => string | undefined) | undefined;

  static override styles = [
    theme,
    css`
      .top {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 0.25rem 1rem;
        margin-bottom: 1rem;
        font-size: 0.875rem;
      }
      .above {
        margin-bottom: 1rem;
      }
      .badge {
        display: inline-flex;
        align-items: center;
        gap: 0.5rem;
        padding: 0.25rem 0.75rem;
        border-radius: 99px;
        background: var(--_sunken);
        font-size: 0.875rem;
        font-weight: 600;
        white-space: nowrap;
      }
      .badge::before {
        content: "";
        width: 0.5rem;
        height: 0.5rem;
        border-radius: 50%;
        background: var(--_edge);
      }
      .badge.live {
        background: var(--_live-soft);
        color: var(--_live);
      }
      .badge.live::before {
        background: var(--_live);
      }
    `,
  ];

  constructor() {
    super();
    this.view = "list";
  }

  #made: { key: string; token: unknown; credentials: string | undefined; client: Client } | undefined;

  readonly #watch = createPageWatch(this, {
    onPage: (page) => {
      const { sessions, paging } = sessionsIn(page);
      const detail = { sessions, count: paging?.total_count ?? sessions.length };
      this.dispatchEvent(new CustomEvent("sessions-change", { detail }));
    },
    onTrouble: (trouble) => this.dispatchEvent(new CustomEvent<Trouble>("sessions-trouble", { detail: trouble })),
  });

  #client(): Client {
    if (this.client) return this.client;
    const key = this.base ?? location.origin;
    const { token } = this;
    const credentials = key === location.origin ? "same-origin" : this.credentials ? "include" : undefined;
    if (this.#made?.key !== key || this.#made.token !== token || this.#made.credentials !== credentials) {
      const client = createClient({ baseUrl: key, ...(token ? { token } : { credentials }) });
      this.#made = { key, token, credentials, client };
    }
    return this.#made.client;
  }

  protected override willUpdate(): void {
    const { app, status, meeting = "" } = this;
    if (app === undefined || app === "") return this.#watch.ask("", undefined);
    const client = this.#client();
    const filter = status === "LIVE" || status === "ENDED" ? ({ status } as const) : {};
    const query = { ...filter, per_page: rowsMax };
    const meetings = meeting.split(",").flatMap((id) => id.trim() || []);
    const [only] = meetings;
    const start: StartWatch =
      only !== undefined && meetings.length > 1
        ? watchMeetings(client, app, meetings, query)
        : (onPage, events) =>
            client.sessions.watch(
              app,
              { ...query, ...(only !== undefined && { associated_id: only }) },
              onPage,
              events,
            );
    this.#watch.ask(`${identityOf(client)} ${app} ${status ?? ""} ${meetings.join()}`, start);
  }

  protected override render() {
    const { seen } = this.#watch;
    const again: WayOut = { label: "Try again", run: () => this.#watch.again() };
    const { whole, above } = facesOf(seen, [again]);
    if (this.view === "badge") return this.#badge();
    if (!this.app) return html`<rtk-face .face=${faceOf({ code: "no_app" })}></rtk-face>`;
    if (!seen.page) return html`<rtk-face .face=${whole}></rtk-face>`;
    const { sessions, paging } = sessionsIn(seen.page);
    const total = paging?.total_count ?? sessions.length;
    return html`
      ${above ? html`<rtk-face class="above" compact .face=${above}></rtk-face>` : nothing}
      <div class="top">
        <span class="muted">${this.#count(total, sessions)}</span>
        <rtk-freshness .state=${seen.state} .asOf=${seen.asOf}></rtk-freshness>
      </div>
      ${
        sessions.length === 0
          ? html`<slot name="empty"><rtk-face .face=${this.#empty()}></rtk-face></slot>`
          : this.view === "timeline"
            ? html`<rtk-timeline
                exportparts="timeline, detail"
                .rows=${sessions}
                .hrefOf=${this.hrefOf}
              ></rtk-timeline>`
            : html`<rtk-session-cards
                exportparts="list, card, title, people, facts"
                .rows=${sessions}
                .hrefOf=${this.hrefOf}
              ></rtk-session-cards>`
      }
    `;
  }

  #count(total: number, shown: readonly SessionRow[]): string {
    const isLive = this.status === "LIVE";
    const all = isLive ? countText(total, "meeting live", "meetings live") : countText(total, "session", "sessions");
    if (total > shown.length) return `${all}, the newest ${shown.length} shown`;
    if (!isLive || !shown.some(({ live_participants: now }) => now !== undefined)) return all;
    const people = shown.reduce((sum, { live_participants: now = 0 }) => sum + now, 0);
    return `${all} with ${countText(people, "person", "people")}`;
  }

  #empty(): Face {
    return this.status === "LIVE"
      ? {
          kind: "empty",
          heading: "Nobody is meeting right now",
          detail: "A meeting appears here as soon as it starts.",
        }
      : { kind: "empty", heading: "No sessions" };
  }

  #badge() {
    const { page, state, trouble } = this.#watch.seen;
    if (!page) return html`<span class="badge" part="badge">${trouble ? "Not available" : "…"}</span>`;
    const { sessions, paging } = sessionsIn(page);
    const count = paging?.total_count ?? sessions.length;
    const isLive = this.status === "LIVE" && count > 0 && state !== "offline";
    return html`<span class=${isLive ? "badge live" : "badge"} part="badge" role="status">
      ${this.status === "LIVE" ? `${count} live` : countText(count, "session", "sessions")}
    </span>`;
  }
}

const identities = new WeakMap<Client, number>();
let identitiesCount = 0;

/** Another client is another question. */
function identityOf(client: Client): number {
  const known = identities.get(client) ?? (identitiesCount += 1);
  identities.set(client, known);
  return known;
}

define("rtk-sessions", RtkSessions);
