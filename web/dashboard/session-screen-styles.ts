// How the Session screen looks.
import { css } from "lit";

export const sessionScreenStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1.25rem;
  }
  section {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.75rem;
    margin-top: 0.75rem;
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 1rem;
  }
  h1 {
    overflow-wrap: anywhere;
  }
  .tools {
    display: inline-flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 0.75rem;
    margin-left: auto;
  }
  .facts {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(8.5rem, 45%), 1fr));
    gap: 1rem 1.25rem;
    padding: 1.25rem;
    background: var(--_surface);
    border: 1px solid var(--_line);
    border-radius: calc(var(--_radius) * 1.3);
  }
  dt {
    color: var(--_muted);
    font-size: 0.8125rem;
  }
  dd {
    font-weight: 550;
    overflow-wrap: anywhere;
  }
  code {
    font-size: 0.8125rem;
    font-weight: 400;
  }
  .status.live {
    color: var(--_live);
  }
  .ways {
    font-size: 0.875rem;
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
  .steps button:not([disabled]) {
    color: var(--_text);
  }
`;
