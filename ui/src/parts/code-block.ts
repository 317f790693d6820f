import { css, html, LitElement } from 'lit';
import { define } from '../define.js';
import { shared } from '../styles/shared.js';
import { allTexts } from '../texts/later/later.js';
import type { Speech } from '../texts/texts.js';

/** Text to take elsewhere, with a button that copies it. */
export class CodeBlock extends LitElement {
  static override properties = {
    speech: { attribute: false },
    code: { attribute: false },
    label: {},
    state: { state: true },
  };
  declare speech: Speech;
  declare code: string;
  /** What it is, for screen readers. */
  declare label: string;
  declare state: 'COPIED' | 'SELECTED' | null;

  static override styles = [
    shared,
    css`
      .row { flex-wrap: nowrap; align-items: flex-start; }
      pre {
        flex: 1; min-width: 0; overflow-x: auto; background: var(--raised); padding: 8px 12px; border-radius: var(--radius); margin: 0;
        font-size: calc(0.87 * var(--text)); line-height: 1.5; tab-size: 2;
      }
      button { min-height: 36px; padding: 2px 10px; font-size: calc(0.87 * var(--text)); }
    `,
  ];

  constructor() {
    super();
    this.state = null;
  }

  override willUpdate(changed: Map<string, unknown>) {
    if (changed.has('code')) this.state = null;
  }

  /** A browser allows it on secure pages only; elsewhere the text is selected, ready for the keyboard. */
  private async copy() {
    try {
      await navigator.clipboard.writeText(this.code);
      this.state = 'COPIED';
    } catch {
      const pre = this.renderRoot.querySelector('pre');
      if (pre) getSelection()?.selectAllChildren(pre);
      this.state = 'SELECTED';
    }
  }

  override render() {
    const texts = allTexts(this.speech);
    const said = { COPIED: texts.copied, SELECTED: texts.copyByKey };
    return html`<div class="row">
        <pre tabindex="0" role="region" aria-label=${this.label}><code>${this.code}</code></pre>
        <button aria-label="${texts.copy}: ${this.label}" @click=${() => this.copy()}>${texts.copy}</button>
      </div>
      <p role="status" class="small quiet">${this.state ? said[this.state] : ''}</p>`;
  }
}
define('probelog-code-block', CodeBlock);
