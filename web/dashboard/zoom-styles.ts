// The row of buttons of which one is pressed: day or week, or a number of days.
import { css } from "lit";

export const zoomStyles = css`
  .zoom {
    display: inline-flex;
    margin-left: auto;
    border: 1px solid var(--_line);
    border-radius: 8px;
    background: var(--_surface);
  }
  .zoom button {
    border-color: transparent;
    background: none;
  }
  .zoom button[aria-pressed="true"] {
    background: var(--_sunken);
    font-weight: 600;
  }
`;
