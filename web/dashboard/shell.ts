// <rtk-dashboard>: the page around every screen: which app, which screen, who is looking, and the way in where nobody is known yet.
import { html, LitElement, nothing } from "lit";
import { createClient } from "../elements/client.ts";
import type { Client } from "../elements/client.ts";
import { define } from "../elements/define.ts";
import "../elements/face.ts";
import type { Face, WayOut } from "../elements/face.ts";
import { zoneAt } from "../elements/moments.ts";
import { theme } from "../elements/theme.ts";
import { askAccess, bearer } from "./access.ts";
import type { AccessOutcome, AppAccess } from "./access.ts";
import { createAddress } from "./address.ts";
import { endSignIn, whoIsSignedIn } from "./caller.ts";
import type { SignedIn } from "./caller.ts";
import { credential, keepCredential } from "./credential.ts";
import { keepPreference, keepsAnything, preference } from "./preference.ts";
import { screenNamed, screens } from "./screen.ts";
import type { Screen, ScreenContext, ScreenElement } from "./screen.ts";
import { shellStyles } from "./shell-styles.ts";
import "./sign-in.ts";

/** Where no screen has one to be seen. */
const title = html`<h1 class="hidden-text">Sessions</h1>`;
const loading: Face = { kind: "loading", heading: "Loading" };
const nothingAllowed: Face = {
  kind: "refused",
  heading: "Nothing is shown to you here",
  detail: "You are signed in, but no app is open to you. Whoever runs this service can change that.",
};

export class RtkDashboard extends LitElement {
  static override properties = { outcome: { state: true }, screen: { state: true }, signedIn: { state: true } };
  declare outcome: AccessOutcome | undefined;
  /** The element of the screen that is shown, once it is loaded. */
  declare screen: ScreenElement | Face | undefined;
  declare signedIn: SignedIn | undefined;

  static override styles = [theme, shellStyles];

  #address = createAddress(window);
  #client: Client = this.#makeClient();
  #elements = new Map<string, ScreenElement>();
  #shown: Screen | undefined;
  #stop = () => {};

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = this.#address.listen(() => this.#show());
    void this.#open();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  #makeClient(): Client {
    const given = credential();
    const caller = given === undefined ? ({ credentials: "same-origin" } as const) : { token: async () => given };
    return createClient({ baseUrl: location.origin, ...caller });
  }

  async #open(): Promise<void> {
    this.outcome = undefined;
    this.#client = this.#makeClient();
    this.outcome = await askAccess(credential());
    this.#show();
    if (this.outcome.kind === "known" && this.outcome.access.mode === "session") this.signedIn = await whoIsSignedIn();
  }

  get #apps(): readonly AppAccess[] {
    return this.outcome?.kind === "known" ? this.outcome.access.apps : [];
  }

  get #app(): AppAccess | undefined {
    const wanted = this.#address.query().get("app") ?? preference("app");
    return this.#apps.find(({ app }) => app === wanted) ?? this.#apps[0];
  }

  /** Puts the screen of the address on the page. */
  #show(): void {
    const app = this.#app;
    if (!app) {
      this.screen = nothingAllowed;
      return;
    }
    const query = this.#address.query();
    const named = screenNamed(query.get("screen") ?? "live");
    const screen = named?.isFor(app) ? named : screens.find(({ isFor }) => isFor(app));
    if (!screen) {
      this.screen = nothingAllowed;
      return;
    }
    if (screen !== this.#shown) {
      this.#title(screen, undefined);
      if (this.#shown) void this.#begin();
    }
    this.#shown = screen;
    const known = this.#elements.get(screen.name);
    if (known) this.#fill(known, screen, app);
    else void this.#load(screen);
  }

  /** Another screen begins at its top, for whoever reads and for whoever listens. */
  async #begin(): Promise<void> {
    await this.updateComplete;
    window.scrollTo(0, 0);
    this.renderRoot.querySelector("main")?.focus({ preventScroll: true });
  }

  async #load(screen: Screen): Promise<void> {
    this.screen = loading;
    try {
      await screen.load();
    } catch (error) {
      console.warn(error);
      const again = { label: "Reload the page", run: () => location.reload() };
      this.screen = { kind: "offline", heading: "This screen could not be loaded", waysOut: [again] };
      return;
    }
    this.#elements.set(screen.name, asScreen(document.createElement(screen.tag)));
    this.#show();
  }

  #fill(element: ScreenElement, screen: Screen, app: AppAccess): void {
    const context: ScreenContext = {
      client: this.#client,
      app,
      query: this.#address.query(),
      ask: askService,
      go: (change, how) => this.#address.go(change, how),
      hrefOf: (change) => this.#address.hrefOf(change),
      count: (people) => {
        if (this.#shown === screen) this.#title(screen, people);
      },
      signedOut: () => void this.#open(),
    };
    element.context = context;
    this.screen = element;
    this.requestUpdate();
  }

  #title({ label }: Screen, count: number | undefined): void {
    document.title = `${count === undefined ? "" : `(${count}) `}${label} · Sessions`;
  }

  protected override render() {
    const { outcome } = this;
    if (!outcome) return html`<main>${title}<rtk-face .face=${loading}></rtk-face></main>`;
    if (outcome.kind === "unidentified") {
      return html`<main><rtk-sign-in .outcome=${outcome} @credential=${this.#take}></rtk-sign-in></main>`;
    }
    if (outcome.kind === "failed") {
      const waysOut = [{ label: "Try again", run: () => void this.#open() }, ...this.#waysToLeave];
      return html`<main>${title}<rtk-face .face=${{ ...outcome.face, waysOut }}></rtk-face></main>`;
    }
    return html`
      ${this.#header()}
      <main id="main" tabindex="-1">${this.#app ? this.#content() : this.#refusal()}</main>
      <footer>
        <span>Times in ${zoneAt(Date.now())}</span>
        ${keepsAnything() ? nothing : html`<span>This browser keeps nothing, so choices last until the page is left.</span>`}
        <a href="/docs">API</a>
      </footer>
    `;
  }

  #content() {
    const { screen } = this;
    if (screen instanceof HTMLElement) return screen;
    return html`${title}<rtk-face .face=${screen ?? loading}></rtk-face>`;
  }

  get #waysToLeave(): WayOut[] {
    return this.#isSignedIn ? [{ label: "Sign out", run: () => void this.#leave() }] : [];
  }

  #refusal() {
    return html`${title}<rtk-face .face=${{ ...nothingAllowed, waysOut: this.#waysToLeave }}></rtk-face>`;
  }

  #header() {
    const app = this.#app;
    return html`<header>
      <button type="button" class="skip" @click=${this.#skip}>Skip to the content</button>
      <span class="brand">
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <circle cx="16" cy="16" r="5" />
          <path d="M8.2 8.2a11 11 0 0 0 0 15.6M23.8 8.2a11 11 0 0 1 0 15.6" />
        </svg>
        <span>Sessions</span>
      </span>
      <nav aria-label="Screens" @click=${this.#follow}>
        ${app ? screens.filter(({ isListed, isFor }) => isListed && isFor(app)).map((screen) => this.#link(screen)) : nothing}
      </nav>
      <span class="who">${app ? this.#picker(app) : nothing} ${this.#caller()}</span>
    </header>`;
  }

  #link({ name, label }: Screen) {
    const isHere = name === this.#shown?.name;
    return html`<a href=${this.#address.hrefOf({ screen: name })} aria-current=${isHere ? "page" : nothing}
      >${label}</a
    >`;
  }

  /** Plain clicks stay on this page; everything else a browser does with links, it does. */
  #follow(event: MouseEvent): void {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.#address.go({ screen: new URL(link.href).searchParams.get("screen") ?? "live" });
  }

  #picker(current: AppAccess) {
    if (this.#apps.length === 1) return html`<span class="app">${current.app}</span>`;
    return html`<label>
      <span class="hidden-text">App</span>
      <select @change=${this.#pick}>
        ${this.#apps.map(({ app }) => html`<option ?selected=${app === current.app}>${app}</option>`)}
      </select>
    </label>`;
  }

  #pick(event: Event): void {
    if (!(event.target instanceof HTMLSelectElement)) return;
    keepPreference("app", event.target.value);
    this.#address.go({ app: event.target.value });
  }

  get #isSignedIn(): boolean {
    return this.signedIn !== undefined || credential() !== undefined;
  }

  #caller() {
    if (!this.#isSignedIn) return nothing;
    const name = this.signedIn?.name;
    return html`${name === undefined ? nothing : html`<span class="name" title=${name}>${name}</span>`}
      <button type="button" @click=${this.#leave}>Sign out</button>`;
  }

  async #take(event: CustomEvent<string>): Promise<void> {
    keepCredential(event.detail);
    await this.#open();
  }

  async #leave(): Promise<void> {
    if (credential() !== undefined) keepCredential(undefined);
    else if (await endSignIn(this.signedIn)) return;
    this.signedIn = undefined;
    await this.#open();
  }

  #skip(): void {
    this.renderRoot.querySelector("main")?.focus();
  }
}

async function askService(path: string, signal: AbortSignal): Promise<Response> {
  const given = credential();
  const answer = await fetch(path, { signal, headers: given === undefined ? { "x-bff": "1" } : bearer(given) });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer;
}

/** Holds for the tags of the table of screens, once they are loaded. */
const asScreen = (element: HTMLElement) => element as ScreenElement;

define("rtk-dashboard", RtkDashboard);
