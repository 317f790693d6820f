import { css, html, LitElement, type TemplateResult } from 'lit';
import { type Address, parseAddress } from './address.js';
import { define } from './define.js';
import { GoEvent, PaintedEvent, TitleEvent } from './navigation.js';
import type { PageHeader } from './parts/page-header.js';
import { focusedElement, keepPlace, keptPlace, type Place, returnTo } from './place.js';
import { openTabSession } from './session.js';
import { shared } from './styles/shared.js';
import { ENGLISH, loadSpeech } from './texts/texts.js';
import './pages/model-page.js';
import './pages/output-page.js';
import './pages/search-page.js';
import './parts/page-header.js';

/** After one of these, a person is where they want to be. */
const OWN_MOVES = ['wheel', 'touchmove', 'keydown', 'pointerdown'] as const;

let speech = ENGLISH;

/** The page that all addresses share: it follows links and the history. */
export class ProbelogApp extends LitElement {
  static override properties = { address: { state: true }, isIncomplete: { state: true } };
  declare address: Address;
  /** Whether a script of the page did not arrive. */
  declare isIncomplete: boolean;
  private readonly speech = speech;
  /** Where Back or a reload leads, until the page is there. */
  private place: Place | null = null;
  private readonly session = openTabSession(new URL('.', document.baseURI));

  static override styles = [
    shared,
    css`
      main { max-width: 1280px; margin-inline: auto; padding: 16px; }
    `,
  ];

  constructor() {
    super();
    this.show();
    document.documentElement.lang = this.speech.language;
    history.scrollRestoration = 'manual';
    this.addEventListener(GoEvent.type, (event) => this.go(event as GoEvent));
    this.addEventListener('click', (event) => this.follow(event));
    this.addEventListener(TitleEvent.type, (event) => {
      document.title = (event as TitleEvent).title;
    });
    // A page tries again, perhaps with another key.
    this.addEventListener(
      'probelog-retry',
      () => void this.renderRoot.querySelector<PageHeader>('probelog-page-header')?.readScopes(),
    );
    this.addEventListener(PaintedEvent.type, () => void this.restorePlace(true));
  }

  override connectedCallback() {
    super.connectedCallback();
    addEventListener('popstate', this.onPopState);
    addEventListener('scrollend', this.onScrollEnd);
    addEventListener('pagehide', this.onScrollEnd);
    for (const name of OWN_MOVES) addEventListener(name, this.onOwnMove, { passive: true });
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener('popstate', this.onPopState);
    removeEventListener('scrollend', this.onScrollEnd);
    removeEventListener('pagehide', this.onScrollEnd);
    for (const name of OWN_MOVES) removeEventListener(name, this.onOwnMove);
  }

  private readonly onPopState = () => {
    this.place = keptPlace() ?? { scroll: 0, focus: null };
    this.show();
    void this.focusMain();
    void this.restorePlace();
  };

  /** While a page grows to its length, the browser scrolls, too: that is no place to keep. */
  private readonly onScrollEnd = () => {
    if (!this.place) keepPlace();
  };

  private readonly onOwnMove = () => {
    this.place = null;
  };

  override firstUpdated() {
    this.place = keptPlace();
    void this.restorePlace();
  }

  /** @param isPainted whether the page has all that its address shows, so that a later attempt would bring no more */
  private async restorePlace(isPainted = false) {
    await this.updateComplete;
    // The parts of the page render after the page.
    await new Promise(requestAnimationFrame);
    if (this.place && (returnTo(this.place) || isPainted)) this.place = null;
  }

  private go({ url, replaces }: GoEvent) {
    if (replaces) history.replaceState(history.state, '', url);
    else push(url);
    this.show();
  }

  private show() {
    this.address = parseAddress(location);
    if (this.address.page === 'unknown') document.title = this.speech.texts.appName;
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
    push(link.href);
    this.place = null;
    this.show();
    scrollTo(0, 0);
    void this.focusMain(true);
  }

  /** So that a screen reader begins with the new page. @param always also when something in the page still has the focus */
  private async focusMain(always = false) {
    await this.updateComplete;
    if (always || !focusedElement()) this.renderRoot.querySelector('main')?.focus({ preventScroll: true });
  }

  override render() {
    return html`<probelog-page-header .session=${this.session} .speech=${this.speech} .page=${this.address.page}></probelog-page-header>
      <main tabindex="-1">${this.page()}</main>`;
  }

  /** A page that most people do not open. A browser does not try a script again that did not arrive, so the whole page is. */
  private load(page: Promise<unknown>) {
    page.catch(() => {
      this.isIncomplete = true;
    });
  }

  private page(): TemplateResult {
    if (this.isIncomplete)
      return html`<div role="alert">
        <p>${this.speech.texts.offlineEmpty}</p>
        <p><button @click=${() => location.reload()}>${this.speech.texts.retry}</button></p>
      </div>`;
    const { address, speech } = this;
    switch (address.page) {
      case 'search':
        return html`<probelog-search-page .session=${this.session} .speech=${speech} .address=${address}></probelog-search-page>`;
      case 'model':
        return html`<probelog-model-page .session=${this.session} .speech=${speech} .address=${address}></probelog-model-page>`;
      case 'output':
        return html`<probelog-output-page .session=${this.session} .speech=${speech} .address=${address}></probelog-output-page>`;
      case 'compare':
        // Few people compare models: the others need not load it.
        this.load(import('./pages/compare-page.js'));
        return html`<probelog-compare-page .session=${this.session} .speech=${speech} .address=${address}></probelog-compare-page>`;
      case 'queue':
        this.load(import('./pages/queue-page.js'));
        return html`<probelog-queue-page .session=${this.session} .speech=${speech} .address=${address}></probelog-queue-page>`;
      case 'map':
        this.load(import('./pages/map-page.js'));
        return html`<probelog-map-page .session=${this.session} .speech=${speech} .address=${address}></probelog-map-page>`;
      case 'add':
        this.load(import('./pages/add-page.js'));
        return html`<probelog-add-page .session=${this.session} .speech=${speech} .address=${address}></probelog-add-page>`;
      case 'registries':
        this.load(import('./pages/registries-page.js'));
        return html`<probelog-registries-page .session=${this.session} .speech=${speech} .address=${address}></probelog-registries-page>`;
      case 'admin':
        this.load(import('./pages/admin-page.js'));
        return html`<probelog-admin-page .session=${this.session} .speech=${speech} .address=${address}></probelog-admin-page>`;
      case 'name':
        this.load(import('./pages/name-page.js'));
        return html`<probelog-name-page .session=${this.session} .speech=${speech} .address=${address}></probelog-name-page>`;
      case 'unknown':
        return html`<h1>${speech.texts.notFound}</h1><p><a href="./">${speech.texts.toSearch}</a></p>`;
    }
  }
}

/** Adds an entry to the history, unless the address stays. */
function push(url: string) {
  if (new URL(url, document.baseURI).href === location.href) return;
  keepPlace();
  history.pushState(null, '', url);
}

/** Starts the application, in the language of the person. */
export async function start(): Promise<void> {
  speech = await loadSpeech(navigator.languages);
  define('probelog-app', ProbelogApp);
}
