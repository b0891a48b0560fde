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
  .page {
    display: grid;
    gap: 1.25rem;
    min-width: 0;
  }
  .pending {
    opacity: 0.55;
    transition: opacity 0.15s 0.15s;
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
