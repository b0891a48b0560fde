// Colours, type and the plain controls that every element shares. A page that embeds an element sets the public properties
// (`--rtk-accent` and so on, see docs/element.md); names with an underscore are ours. Light or dark follows `color-scheme`.
import { css } from "lit";

export const theme = css`
  :host {
    --_text: var(--rtk-text, light-dark(#1b1f24, #e9ebee));
    --_muted: var(--rtk-muted, light-dark(#596270, #a2abb7));
    --_surface: var(--rtk-surface, light-dark(#ffffff, #181c20));
    --_sunken: var(--rtk-sunken, light-dark(#f0f1f2, #21262b));
    --_line: var(--rtk-line, light-dark(#e3e5e8, #2c3238));
    --_edge: light-dark(#868e99, #6f7883);
    --_accent: var(--rtk-accent, light-dark(#2455b8, #8fb4ff));
    --_on-accent: light-dark(#ffffff, #0f1a30);
    --_live: var(--rtk-live, light-dark(#0d7a4d, #4ccb92));
    --_live-soft: light-dark(#e2f4ea, #12301f);
    --_warn: light-dark(#8a5200, #f0b357);
    --_warn-soft: light-dark(#fdf2de, #33260f);
    --_bad: light-dark(#b3261e, #ff8f86);
    --_bad-soft: light-dark(#fdeceb, #3a1917);
    --_radius: var(--rtk-radius, 10px);
    display: block;
    color: var(--_text);
    font: var(--rtk-font, inherit);
    font-variant-numeric: tabular-nums;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd {
    margin: 0;
    padding: 0;
  }
  ul,
  ol {
    list-style: none;
  }
  h1 {
    font-size: 1.5rem;
    font-weight: 650;
    line-height: 1.2;
    letter-spacing: -0.015em;
  }
  h2 {
    font-size: 1.0625rem;
    font-weight: 620;
    line-height: 1.3;
  }
  a {
    color: var(--_accent);
    text-underline-offset: 0.15em;
  }
  .muted {
    color: var(--_muted);
  }
  .hidden-text {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  button,
  .button,
  select,
  input {
    font: inherit;
    color: inherit;
    min-height: 2.25rem;
    border: 1px solid var(--_edge);
    border-radius: 8px;
    background: var(--_surface);
    padding: 0.25rem 0.75rem;
    max-width: 100%;
  }
  button,
  .button {
    display: inline-flex;
    align-items: center;
    gap: 0.4rem;
    border-color: var(--_line);
    cursor: pointer;
    text-decoration: none;
    white-space: nowrap;
  }
  button:hover:not([disabled]),
  .button:hover {
    background: var(--_sunken);
  }
  button[disabled] {
    cursor: default;
    color: var(--_muted);
    background: transparent;
  }
  button.primary,
  .button.primary {
    background: var(--_accent);
    border-color: transparent;
    color: var(--_on-accent);
  }
  button.primary:hover:not([disabled]),
  .button.primary:hover {
    background: color-mix(in oklab, var(--_accent), var(--_text) 15%);
  }
  :focus-visible {
    outline: 2px solid var(--_accent);
    outline-offset: 2px;
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    *::before,
    *::after {
      animation: none !important;
      transition: none !important;
    }
  }
`;
