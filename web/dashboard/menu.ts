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
    outline: none;
  }
`;

/** Escape closes it and gives the focus back to its button; so does a focus that goes elsewhere. Its sheet needs `tabindex="-1"`. */
export function menuClosing(event: KeyboardEvent | FocusEvent): void {
  const { currentTarget: menu } = event;
  if (!(menu instanceof HTMLDetailsElement)) return;
  if (event instanceof FocusEvent) {
    const goesTo = event.relatedTarget;
    if (goesTo instanceof Node && !menu.contains(goesTo)) menu.open = false;
  } else if (event.key === "Escape") {
    menu.open = false;
    menu.querySelector("summary")?.focus();
  }
}
