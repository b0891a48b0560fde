// How the page around the screens looks.
import { css } from "lit";

export const shellStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    min-height: 100vh;
    min-height: 100dvh;
  }
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 1.5rem;
    padding: 0 clamp(1rem, 4vw, 2.5rem);
    background: var(--_surface);
    border-bottom: 1px solid var(--_line);
  }
  .brand {
    display: inline-flex;
    align-items: center;
    gap: 0.6rem;
    min-height: 3.5rem;
    font-weight: 650;
    letter-spacing: -0.01em;
  }
  .brand svg {
    width: 1.75rem;
    border-radius: 8px;
    background: #2455b8;
    fill: #fff;
  }
  .brand path {
    fill: none;
    stroke: #fff;
    stroke-width: 2.4;
    stroke-linecap: round;
  }
  nav {
    display: flex;
    flex: 1;
    gap: 0.25rem;
    align-self: stretch;
    overflow-x: auto;
    scrollbar-width: none;
  }
  nav a {
    display: inline-flex;
    align-items: center;
    min-height: 3.5rem;
    padding: 0 0.75rem;
    border-bottom: 2px solid transparent;
    color: var(--_muted);
    text-decoration: none;
  }
  nav a:hover {
    color: var(--_text);
  }
  nav a:focus-visible {
    outline-offset: -4px;
  }
  nav a[aria-current] {
    border-color: var(--_accent);
    color: var(--_text);
    font-weight: 600;
  }
  .who {
    display: inline-flex;
    align-items: center;
    gap: 0.75rem;
    min-width: 0;
  }
  .name {
    max-width: 12rem;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    color: var(--_muted);
  }
  main {
    flex: 1;
    width: 100%;
    max-width: 90rem;
    margin: 0 auto;
    padding: 1.75rem clamp(1rem, 4vw, 2.5rem);
    outline: none;
  }
  footer {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 1.25rem;
    padding: 1rem clamp(1rem, 4vw, 2.5rem) 1.5rem;
    color: var(--_muted);
    font-size: 0.8125rem;
  }
  .skip {
    position: absolute;
    z-index: 10;
    top: 0.5rem;
    left: 0.5rem;
    padding: 0.5rem 0.75rem;
    border-radius: 8px;
    background: var(--_accent);
    color: var(--_on-accent);
    transform: translateY(-200%);
  }
  .skip:focus {
    transform: none;
  }
  @media (max-width: 40rem) {
    nav {
      order: 3;
      flex-basis: 100%;
      margin: 0 -0.75rem;
    }
    nav a {
      min-height: 2.75rem;
    }
    .who {
      margin-left: auto;
    }
    .name {
      display: none;
    }
  }
`;
