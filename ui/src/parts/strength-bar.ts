import { css, html, LitElement } from 'lit';
import { define } from '../define.js';
import { strengthOf } from '../strength.js';
import { shared } from '../styles/shared.js';
import type { Speech } from '../texts/texts.js';

/** How sure an answer is: in words, as a percentage and as a bar. */
export class StrengthBar extends LitElement {
  static override properties = { speech: { attribute: false }, confidence: { attribute: false } };
  declare speech: Speech;
  /** 0 to 1; null in a gallery that is too small for one. */
  declare confidence: number | null;

  static override styles = [
    shared,
    css`
      :host { font-size: calc(0.87 * var(--text)); }
      .track { display: block; height: 6px; border-radius: 3px; background: var(--line); overflow: hidden; }
      .fill { display: block; height: 100%; width: calc(100% * var(--share, 0)); background: var(--accent); }
      .words { display: flex; justify-content: space-between; gap: var(--gap); }
      @media (forced-colors: active) { .track { border: 1px solid CanvasText; } .fill { background: Highlight; forced-color-adjust: none; } }
    `,
  ];

  override updated() {
    // A style attribute would need an exception in the content security policy.
    this.style.setProperty('--share', String(this.confidence ?? 0));
  }

  override render() {
    const { texts, percent } = this.speech;
    const word = texts.strength[strengthOf(this.confidence)];
    if (this.confidence === null) return html`<span title=${texts.strengthUnknown}>${word}</span>`;
    return html`<span class="words"><span>${word}</span><span class="number">${percent(this.confidence)}</span></span>
      <span class="track"><span class="fill"></span></span>`;
  }
}
define('probelog-strength-bar', StrengthBar);
