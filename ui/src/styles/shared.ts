import { css } from 'lit';

/** Styles of every part of the page. The colors and the spacing scale are those of page.css. */
export const shared = css`
  :host { display: block; }
  :host([hidden]) { display: none; }
  * { box-sizing: border-box; }
  h1, h2, h3, p, ul, ol, dl, dd, fieldset { margin: 0; padding: 0; }
  h1 { font-size: calc(1.47 * var(--text)); line-height: 1.25; }
  h2 { font-size: calc(1.13 * var(--text)); line-height: 1.3; }
  h3 { font-size: var(--text); }
  ul, ol { list-style: none; }
  fieldset { border: 0; min-width: 0; }
  a { color: var(--accent); text-underline-offset: 2px; }
  button, input, select, summary { font: inherit; color: inherit; }
  button, select, input[type='text'], input[type='search'], input[type='password'] {
    min-height: 36px;
    border: 1px solid var(--quiet);
    border-radius: var(--radius);
    background: var(--paper);
    padding: 4px 12px;
  }
  button { cursor: pointer; }
  button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
  button:disabled { cursor: default; opacity: 0.6; }
  :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
  .quiet { color: var(--quiet); }
  .small { font-size: calc(0.87 * var(--text)); }
  .stack { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--gap); align-content: start; }
  .wide { display: grid; grid-template-columns: minmax(0, 1fr); gap: 24px; align-content: start; }
  .row { display: flex; flex-wrap: wrap; gap: var(--gap) 16px; align-items: center; }
  .number { font-variant-numeric: tabular-nums; text-align: end; }
  .tag { border: 1px solid var(--line); border-radius: 99px; padding: 0 8px; font-size: calc(0.87 * var(--text)); color: var(--quiet); }
  .scroll { overflow-x: auto; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: start; padding: 6px 8px; border-bottom: 1px solid var(--line); }
  th.number, td.number { text-align: end; }
  .visually-hidden {
    position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
  }
`;
