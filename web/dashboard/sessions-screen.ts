// <rtk-sessions-screen>: every session of an app as a table.
import { html, LitElement } from "lit";
import { define } from "../elements/define.ts";
import { theme } from "../elements/theme.ts";
import type { ScreenContext } from "./screen.ts";

export class RtkSessionsScreen extends LitElement {
  static override properties = { context: { attribute: false } };
  declare context: ScreenContext | undefined;
  static override styles = theme;

  protected override render() {
    return html`<h1>Sessions</h1>`;
  }
}

define("rtk-sessions-screen", RtkSessionsScreen);
