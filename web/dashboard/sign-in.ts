// <rtk-sign-in>: the way in, as the deployment has it: a link to its login, a field for a token or key, or a sentence where neither helps.
import { css, html, LitElement, nothing } from "lit";
import { define } from "../elements/define.ts";
import { theme } from "../elements/theme.ts";
import type { AccessOutcome } from "./access.ts";

export type Unidentified = Extract<AccessOutcome, { kind: "unidentified" }>;

export class RtkSignIn extends LitElement {
  static override properties = { outcome: { attribute: false } };
  declare outcome: Unidentified | undefined;

  static override styles = [
    theme,
    css`
      section {
        display: grid;
        gap: 1rem;
        max-width: 26rem;
        margin: 12vh auto;
        padding: 2rem;
        background: var(--_surface);
        border: 1px solid var(--_line);
        border-radius: calc(var(--_radius) * 1.5);
      }
      form {
        display: grid;
        gap: 0.75rem;
      }
      label {
        display: grid;
        gap: 0.25rem;
      }
      input {
        width: 100%;
      }
      .error {
        color: var(--_bad);
      }
      .button,
      button {
        justify-content: center;
      }
      .small {
        font-size: 0.875rem;
      }
    `,
  ];

  protected override render() {
    const { outcome } = this;
    if (!outcome) return nothing;
    return html`<section>
      <h1 class="hidden-text">Sessions</h1>
      <h2>Sign in to see the sessions</h2>
      ${outcome.loginUrl === undefined ? nothing : this.#login(outcome.loginUrl)}
      ${outcome.takesCredential ? this.#form(outcome.wasGiven) : nothing}
      ${outcome.loginUrl === undefined && !outcome.takesCredential ? closed : nothing}
    </section>`;
  }

  #login(loginUrl: string) {
    const here = location.pathname + location.search;
    const target = new URL(loginUrl, location.href);
    target.searchParams.set("return_to", here);
    // Only a login of this very service: the address comes with an answer.
    if (target.origin !== location.origin) return closed;
    return html`<a class="button primary" href=${target.pathname + target.search}>Sign in</a>`;
  }

  #form(wasGiven: boolean) {
    return html`<form @submit=${this.#submit}>
      <label>
        Token or key
        <input name="credential" type="password" autocomplete="off" spellcheck="false" required autofocus />
      </label>
      ${wasGiven ? html`<p class="error" role="alert">That one is not accepted, or no longer.</p>` : nothing}
      <button class="primary">Go on</button>
      <p class="muted small">
        It is kept in this tab alone (its session storage), sent to this service and nowhere else, and gone when the tab
        is closed.
      </p>
    </form>`;
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    const field = this.renderRoot.querySelector("input");
    const text = (field?.value ?? "").trim().replace(/^Bearer\s+/i, "");
    if (text !== "") this.dispatchEvent(new CustomEvent<string>("credential", { detail: text }));
  }
}

const closed = html`<p class="muted">
  This service lets in only who comes through its gateway, and there is no sign-in here. Open the page by its usual
  address, or ask whoever runs it.
</p>`;

define("rtk-sign-in", RtkSignIn);
