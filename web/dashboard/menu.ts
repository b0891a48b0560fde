// A button that opens a small sheet below it: how it looks, and how it closes.
import { css } from "lit";

export const menuStyles = css`
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
`;

/** Escape closes it, and gives the focus back to its button. */
export function menuClosing({ key, currentTarget }: KeyboardEvent): void {
  if (key !== "Escape" || !(currentTarget instanceof HTMLDetailsElement)) return;
  currentTarget.open = false;
  currentTarget.querySelector("summary")?.focus();
}
