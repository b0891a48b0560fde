// <rtk-live-screen>: who is meeting now, as cards that move with the stream. The tab's title counts them.
import { css, html, LitElement, nothing } from "lit";
import { define } from "../elements/define.ts";
import type { Trouble } from "../elements/problem-face.ts";
import type { SessionRow } from "../elements/rows.ts";
import "../elements/rtk-sessions.ts";
import { theme } from "../elements/theme.ts";
import { meetingsToName } from "./access.ts";
import type { ScreenContext } from "./screen.ts";
import { sessionHref } from "./session-link.ts";

export class RtkLiveScreen extends LitElement {
  static override properties = { context: { attribute: false } };
  declare context: ScreenContext | undefined;

  static override styles = [
    theme,
    css`
      h1 {
        margin-bottom: 0.25rem;
      }
    `,
  ];

  protected override render() {
    const { context } = this;
    if (!context) return nothing;
    return html`
      <h1>Live</h1>
      <rtk-sessions
        status="LIVE"
        .app=${context.app.app}
        .meeting=${meetingsToName(context.app)?.join() ?? ""}
        .client=${context.client}
        .hrefOf=${(row: SessionRow) => sessionHref(row, context)}
        @sessions-change=${this.#take}
        @sessions-trouble=${this.#trouble}
        @session-select=${this.#select}
      ></rtk-sessions>
    `;
  }

  #take({ detail }: CustomEvent<{ count: number }>): void {
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
