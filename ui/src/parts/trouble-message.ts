import { css, html, LitElement, nothing } from 'lit';
import { define } from '../define.js';
import type { Session, Trouble } from '../session.js';
import { shared } from '../styles/shared.js';
import type { Speech } from '../texts/texts.js';

const SECOND_MS = 1_000;

/** What went wrong, and how to go on. Sends `probelog-retry`. */
export class TroubleMessage extends LitElement {
  static override properties = {
    session: { attribute: false },
    speech: { attribute: false },
    trouble: { attribute: false },
    hasData: { attribute: false },
    left: { state: true },
  };
  declare session: Session;
  declare speech: Speech;
  declare trouble: Trouble;
  /** Whether something from before is still shown. */
  declare hasData: boolean;
  declare left: number;
  private timer: ReturnType<typeof setInterval> | undefined;

  static override styles = [
    shared,
    css`
      :host > div { border: 1px solid var(--bad); border-radius: var(--radius); padding: 12px; }
      form { display: flex; flex-wrap: wrap; gap: var(--gap); align-items: end; }
    `,
  ];

  override disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.timer);
    removeEventListener('online', this.onOnline);
  }

  override connectedCallback() {
    super.connectedCallback();
    addEventListener('online', this.onOnline);
  }

  private readonly onOnline = () => {
    if (this.trouble.kind === 'OFFLINE') this.retry();
  };

  override willUpdate(changed: Map<string, unknown>) {
    if (!changed.has('trouble')) return;
    clearInterval(this.timer);
    if (this.trouble.kind !== 'RATE_LIMITED' && this.trouble.kind !== 'BUSY') return;
    this.left = this.trouble.seconds;
    this.timer = setInterval(() => {
      this.left--;
      if (this.left <= 0) this.retry();
    }, SECOND_MS);
  }

  private retry() {
    clearInterval(this.timer);
    this.dispatchEvent(new CustomEvent('probelog-retry', { bubbles: true, composed: true }));
  }

  private useKey(key: string | null) {
    this.session.useKey(key);
    this.retry();
  }

  override render() {
    const { trouble } = this;
    return html`<div class="stack">
      <div class="stack" role="alert">${this.content()}</div>
      ${'seconds' in trouble ? html`<p role="timer">${this.speech.texts.goesOnIn(this.speech.number(Math.max(0, this.left)))}</p>` : nothing}
    </div>`;
  }

  private content() {
    const { trouble, speech, hasData } = this;
    const { texts } = speech;
    const again = html`<p><button @click=${() => this.retry()}>${texts.retry}</button></p>`;
    switch (trouble.kind) {
      case 'OFFLINE':
        return html`<p>${hasData ? texts.offline : texts.offlineEmpty}</p>${again}`;
      case 'RATE_LIMITED':
      case 'BUSY':
        return html`<p>${texts[trouble.kind === 'BUSY' ? 'busy' : 'rateLimited']}</p>`;
      case 'SIGNED_OUT':
      case 'FORBIDDEN':
        if (!this.session.askForKey) return html`<p>${texts.noAccess}</p>${again}`;
        return html`<p>${trouble.kind === 'FORBIDDEN' ? texts.forbidden : texts.signedOut}</p>
          ${this.session.askForKey(
            texts,
            (key) => this.useKey(key),
            this.session.hasKey()
              ? html`<button type="button" @click=${() => this.useKey(null)}>${texts.signOut}</button>`
              : nothing,
          )}`;
      case 'ERROR':
        return html`<p>${texts.error} <bdi>${trouble.message}</bdi></p>
          ${trouble.remedy ? html`<p>${trouble.remedy}</p>` : nothing}
          <p class="small quiet">${texts.errorCode(trouble.code)}</p>
          ${again}`;
    }
  }
}
define('probelog-trouble-message', TroubleMessage);
