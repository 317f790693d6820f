import { css } from 'lit';

/**
 * So that it is computed where it is set: `em` of every other place would be another size. Not `rem`: a page may give its root any
 * size of text, and `medium` is what the person chose.
 */
function registerTextSize() {
  try {
    CSS.registerProperty({ name: '--text', syntax: '<length>', inherits: true, initialValue: '15px' });
  } catch {
    // A second script of ours finds it registered.
  }
}
registerTextSize();

/**
 * Colors and spacing of an element in a page of another application: the same as page.css gives the UI, each changed by the
 * page with a property `--probelog-…`.
 *
 * Rules of a page reach the element itself, and what they set there is inherited. So nothing is taken from it but its direction
 * and its color scheme, and the properties are set below the element, where no rule of a page reaches.
 */
export const theme = css`
  .root {
    all: initial;
    display: block;
    color-scheme: inherit;
    direction: inherit;
    --ink: var(--probelog-ink, light-dark(#1b1c1f, #e6e7ea));
    --quiet: var(--probelog-quiet, light-dark(#55585f, #a9adb5));
    --paper: var(--probelog-paper, light-dark(#fff, #15171a));
    --raised: var(--probelog-raised, light-dark(#f5f6f8, #1f2226));
    --line: var(--probelog-line, light-dark(#d6d9de, #3a3e45));
    --accent: var(--probelog-accent, light-dark(#0b57d0, #8ab4f8));
    --on-accent: var(--probelog-on-accent, light-dark(#fff, #0c1a30));
    --good: var(--probelog-good, light-dark(#146c2e, #7fd494));
    --weak: var(--probelog-weak, light-dark(#7a4d00, #f0bf6b));
    --bad: var(--probelog-bad, light-dark(#a8180d, #ff9d94));
    --gap: var(--probelog-gap, 8px);
    --radius: var(--probelog-radius, 6px);
    font: var(--probelog-font, medium / 1.45 system-ui, sans-serif);
    --text: 0.9375em;
    font-size: var(--text);
    color: var(--ink);
    background: var(--paper);
    overflow-wrap: anywhere;
  }
`;
