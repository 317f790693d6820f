import { css, html, LitElement } from 'lit';
import { define } from '../define.js';
import type { UiProbeFragment } from '../generated/operations.js';
import type { Session } from '../session.js';
import { shared } from '../styles/shared.js';

/** Images in a row that wraps; `row` keeps four in one. */
export class ImageStrip extends LitElement {
  static override properties = {
    session: { attribute: false },
    probes: { attribute: false },
    label: {},
    large: { type: Boolean, reflect: true },
  };
  declare session: Session;
  declare probes: readonly UiProbeFragment[];
  /** What the images are, for screen readers. */
  declare label: string;
  declare large: boolean;

  static override styles = [
    shared,
    css`
      ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(var(--side, 60px), 1fr)); gap: 4px; }
      :host([row]) ul { grid-template-columns: repeat(4, minmax(0, 1fr)); }
      :host([large]) { --side: 104px; }
      img {
        display: block; width: 100%; height: auto; aspect-ratio: 1; object-fit: cover;
        border-radius: 4px; background: var(--raised);
      }
    `,
  ];

  override render() {
    return html`<ul role="list" aria-label=${this.label}>
      ${this.probes.map(
        ({ url }) =>
          html`<li><img src=${this.session.urlOf(url)} alt="" width="96" height="96" loading="lazy" decoding="async" /></li>`,
      )}
    </ul>`;
  }
}
define('probelog-image-strip', ImageStrip);
