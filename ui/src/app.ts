import { css, html, LitElement, type TemplateResult } from 'lit';
import { type Address, parseAddress } from './address.js';
import { GoEvent } from './navigation.js';
import { openSession } from './session.js';
import { shared } from './styles/shared.js';
import { chooseSpeech } from './texts/texts.js';
import './pages/model-page.js';
import './pages/output-page.js';
import './pages/search-page.js';

/** The page that all addresses share: it follows links and the history. */
export class ProbelogApp extends LitElement {
  static override properties = { address: { state: true } };
  declare address: Address;
  private readonly speech = chooseSpeech(navigator.languages);
  private readonly session = openSession(new URL('.', document.baseURI));

  static override styles = [
    shared,
    css`
      header { border-bottom: 1px solid var(--line); padding: 8px 16px; }
      header .row, main, footer { max-width: 1280px; margin-inline: auto; }
      header .row { justify-content: space-between; }
      main { padding: 16px; }
      .home { font-weight: 600; text-decoration: none; color: var(--ink); min-height: 24px; }
    `,
  ];

  constructor() {
    super();
    this.address = parseAddress(location);
    document.documentElement.lang = this.speech.language;
    history.scrollRestoration = 'manual';
    this.addEventListener(GoEvent.type, (event) => this.go(event as GoEvent));
    this.addEventListener('click', (event) => this.follow(event));
  }

  override connectedCallback() {
    super.connectedCallback();
    addEventListener('popstate', this.onPopState);
    addEventListener('scrollend', this.onScrollEnd);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener('popstate', this.onPopState);
    removeEventListener('scrollend', this.onScrollEnd);
  }

  private readonly onPopState = () => {
    this.address = parseAddress(location);
    void this.restoreScroll();
  };

  private readonly onScrollEnd = () => history.replaceState({ ...history.state, scroll: scrollY }, '');

  override firstUpdated() {
    void this.restoreScroll();
  }

  /** Pages send `probelog-painted` when they have what their address shows. */
  private async restoreScroll() {
    const wanted: unknown = history.state?.scroll;
    if (typeof wanted !== 'number' || wanted === 0) return;
    await this.updateComplete;
    scrollTo(0, wanted);
    if (Math.abs(scrollY - wanted) > 1)
      this.addEventListener('probelog-painted', () => scrollTo(0, wanted), { once: true });
  }

  private go({ url, replaces }: GoEvent) {
    if (replaces) history.replaceState(history.state, '', url);
    else history.pushState(null, '', url);
    this.address = parseAddress(location);
  }

  /** Follows a plain click on a link to a page of ours without loading it anew. */
  private follow(event: MouseEvent) {
    const link = event.composedPath().find((target) => target instanceof HTMLAnchorElement);
    if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || link.target) return;
    const { origin, pathname, search } = new URL(link.href);
    if (origin !== location.origin || parseAddress({ pathname, search }).page === 'unknown') return;
    if (new URL('.', link.href).pathname !== new URL('.', document.baseURI).pathname) return;
    event.preventDefault();
    history.pushState(null, '', link.href);
    this.address = parseAddress(location);
    scrollTo(0, 0);
    void this.focusMain();
  }

  /** So that a screen reader begins with the new page. */
  private async focusMain() {
    await this.updateComplete;
    this.renderRoot.querySelector('main')?.focus({ preventScroll: true });
  }

  override render() {
    const { texts } = this.speech;
    return html`<header>
        <div class="row">
          <a class="home" href="./">${texts.appName}</a>
          <a class="small" href="./graphql">${texts.graphql}</a>
        </div>
      </header>
      <main tabindex="-1">${this.page()}</main>`;
  }

  private page(): TemplateResult {
    const { address, speech } = this;
    switch (address.page) {
      case 'search':
        return html`<search-page .session=${this.session} .speech=${speech} .address=${address}></search-page>`;
      case 'model':
        return html`<model-page .session=${this.session} .speech=${speech} .address=${address}></model-page>`;
      case 'output':
        return html`<output-page .session=${this.session} .speech=${speech} .address=${address}></output-page>`;
      case 'compare':
        // Few people compare models: the others need not load it.
        void import('./pages/compare-page.js');
        return html`<compare-page .session=${this.session} .speech=${speech} .address=${address}></compare-page>`;
      case 'unknown':
        return html`<h1>${speech.texts.notFound}</h1><p><a href="./">${speech.texts.toSearch}</a></p>`;
    }
  }
}
customElements.define('probelog-app', ProbelogApp);
