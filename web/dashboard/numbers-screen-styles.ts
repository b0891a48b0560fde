// How the Numbers screen looks.
import { css } from "lit";

export const numbersScreenStyles = css`
  :host {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1.25rem;
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.5rem 1rem;
  }
  .cards {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr));
    gap: 1rem;
  }
  section {
    min-width: 0;
    padding: 1.125rem 1.25rem 0.75rem;
    background: var(--_surface);
    border: 1px solid var(--_line);
    border-radius: calc(var(--_radius) * 1.3);
  }
  .about {
    font-size: 0.8125rem;
    font-weight: 400;
  }
  .total {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0 0.75rem;
    margin: 0.375rem 0 0.75rem;
    font-size: 0.875rem;
  }
  .figure {
    font-size: 2rem;
    font-weight: 620;
    line-height: 1.15;
    letter-spacing: -0.02em;
  }
  .counting {
    min-height: 15.5rem;
    padding-top: 0.75rem;
  }
  summary {
    width: max-content;
    list-style: none;
  }
  summary::-webkit-details-marker {
    display: none;
  }
  .scroll {
    max-height: 30rem;
    margin-top: 0.75rem;
    overflow: auto;
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
    padding: 0.5rem 0.875rem;
    text-align: end;
    white-space: nowrap;
  }
  th:first-child {
    text-align: start;
  }
  thead th {
    position: sticky;
    top: 0;
    background: var(--_surface);
    border-bottom: 1px solid var(--_line);
    color: var(--_muted);
    font-size: 0.8125rem;
    font-weight: 550;
  }
  tbody th {
    font-weight: 400;
  }
  tbody tr + tr > * {
    border-top: 1px solid var(--_line);
  }
  .small {
    font-size: 0.8125rem;
  }
`;
