// How a table looks wherever one stands: its frame, its lines, and a first column whose texts may wrap.
import { css } from "lit";

export const tableStyles = css`
  :host {
    container-type: inline-size;
  }
  .scroll {
    overflow-x: auto;
    background: var(--_surface);
    border: 1px solid var(--_line);
    border-radius: calc(var(--_radius) * 1.3);
  }
  table {
    width: 100%;
    border-collapse: collapse;
  }
  th,
  td {
    text-align: start;
    white-space: nowrap;
  }
  tbody tr + tr > * {
    border-top: 1px solid var(--_line);
  }
  tbody th {
    font-weight: 550;
    white-space: normal;
    overflow-wrap: anywhere;
  }
  .number {
    text-align: end;
  }
`;
