// How the Sessions screen looks.
import { css } from "lit";

export const sessionsScreenStyles = css`
  :host {
    display: grid;
    gap: 1.25rem;
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 1rem;
  }
  .tools {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    margin-left: auto;
  }
  .pages {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 1rem;
    color: var(--_muted);
  }
  .steps {
    display: inline-flex;
    gap: 0.5rem;
    margin-left: auto;
  }
  .steps button {
    color: var(--_text);
  }
  .menu {
    position: relative;
  }
  summary {
    list-style: none;
  }
  summary::-webkit-details-marker {
    display: none;
  }
  .menu > :not(summary) {
    position: absolute;
    z-index: 5;
    right: 0;
    display: grid;
    gap: 0.125rem;
    width: max-content;
    max-width: calc(100vw - 2rem);
    max-height: 60vh;
    overflow: auto;
    margin: 0.375rem 0 0;
    padding: 0.5rem;
    background: var(--_surface);
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    box-shadow: 0 8px 28px rgb(0 0 0 / 16%);
  }
  .choice {
    display: flex;
    align-items: center;
    gap: 0.5rem;
    padding: 0.25rem 0.5rem;
    border-radius: 6px;
    cursor: pointer;
  }
  .choice:hover {
    background: var(--_sunken);
  }
  .choice input {
    min-height: 0;
    width: 1rem;
    height: 1rem;
    margin: 0;
    accent-color: var(--_accent);
  }
`;
