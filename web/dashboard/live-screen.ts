// <rtk-live-screen>: who is meeting now, as cards that move with the stream. The tab's title counts them.
import { css, html, LitElement, nothing } from "lit";
import { define } from "../elements/define.ts";
import { countText } from "../elements/moments.ts";
import type { Trouble } from "../elements/problem-face.ts";
import type { SessionRow } from "../elements/rows.ts";
import "../elements/rtk-sessions.ts";
import { theme } from "../elements/theme.ts";
import type { ScreenContext } from "./screen.ts";

type Shown = { sessions: readonly SessionRow[]; count: number };

export class RtkLiveScreen extends LitElement {
  static override properties = { context: { attribute: false }, shown: { state: true } };
  declare context: ScreenContext | undefined;
  declare shown: Shown | undefined;

  static override styles = [
    theme,
    css`
      h1 {
        font-size: 1.5rem;
        font-weight: 650;
        letter-spacing: -0.015em;
        line-height: 1.2;
      }
      .people {
        min-height: 1.5em;
        margin-bottom: 0.25rem;
      }
    `,
  ];

  protected override render() {
    const { context, shown } = this;
    if (!context) return nothing;
    const people = shown?.sessions.reduce((sum, { live_participants: now = 0 }) => sum + now, 0);
    const seesPeople = context.app.resources.get("sessions")?.fields.has("live_participants") === true;
    return html`
      <h1>Live</h1>
      <p class="muted people">
        ${people === undefined || !seesPeople ? nothing : `${countText(people, "person", "people")} in meetings right now`}
      </p>
      <rtk-sessions
        status="LIVE"
        .app=${context.app.app}
        .client=${context.client}
        .hrefOf=${(row: SessionRow) => context.hrefOf({ screen: "session", session: row.id })}
        @sessions-change=${this.#take}
        @sessions-trouble=${this.#trouble}
        @session-select=${this.#select}
      ></rtk-sessions>
    `;
  }

  #take({ detail }: CustomEvent<Shown>): void {
    this.shown = detail;
    this.context?.count(detail.count);
  }

  #trouble({ detail }: CustomEvent<Trouble>): void {
    if (detail.code === "unauthorized") this.context?.signedOut();
  }

  #select(event: CustomEvent<{ id: string | undefined }>): void {
    event.preventDefault();
    this.context?.go({ screen: "session", session: event.detail.id });
  }
}

define("rtk-live-screen", RtkLiveScreen);
