import { html, LitElement, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { formatAddress, type KnownAddress, parseAddress } from '../address.js';
import { GoEvent, PaintedEvent, TitleEvent } from '../navigation.js';
import { codeOf, type KeySource, openElementSession, type Session, type Trouble } from '../session.js';
import { theme } from '../styles/theme.js';
import type { Texts } from '../texts/en.js';
import { ENGLISH, loadSpeech, type Speech } from '../texts/texts.js';

const TEXTS = {
  OFFLINE: 'offlineEmpty',
  SIGNED_OUT: 'noAccess',
  FORBIDDEN: 'noAccess',
  RATE_LIMITED: 'rateLimited',
  BUSY: 'busy',
} as const satisfies Record<Exclude<Trouble['kind'], 'ERROR'>, keyof Texts>;

/** Where a person chose to go. */
export interface Selection {
  page: KnownAddress['page'];
  /** URL of the page in the server's UI. */
  url: string;
  /** Of the model, or of the output's model. */
  name?: string;
  version?: string;
  /** Number of the output in its model, from 0 on. */
  output?: number;
  /** Of a search. */
  query?: string;
}

/**
 * An element of the UI for pages of other applications. It shows a page of the UI, and plays the application around it.
 *
 * Events: `probelog-select` (cancelable) before a link is followed, with a {@link Selection}; `probelog-results` when a search has
 * answers; `probelog-error` with the code, the message and the remedy.
 */
export abstract class ProbelogElement<Shown extends KnownAddress> extends LitElement {
  static override properties: PropertyDeclarations = {
    endpoint: {},
    lang: {},
    urlState: { attribute: 'url-state' },
    address: { state: true },
    speech: { state: true },
    isLoaded: { state: true },
  };
  /** URL of the ProbeLog server; by default, the one that the script came from. */
  declare endpoint?: string | null;
  declare lang: string;
  /** Name of a parameter of the page's URL that keeps what is shown, so that it can be linked; without it, nothing is kept. */
  declare urlState?: string | null;
  /**
   * Gives the key for a request, or null for none. A property only: an attribute would put the key into the page's source.
   */
  getKey: KeySource = () => null;
  /** What is shown; null while it is not known. */
  protected declare address: Shown | null;
  private declare isLoaded: boolean;
  protected session: Session | undefined;
  protected declare speech: Speech;
  /** Where the script came from. */
  private static server = new URL(document.baseURI);
  private lastTrouble: Trouble | null = null;

  static override styles = [theme];

  constructor() {
    super();
    this.speech = ENGLISH;
  }

  /** @param script URL of the script that defines the elements; the server has it one level below its own URL */
  static cameFrom(script: string): void {
    ProbelogElement.server = new URL('..', script);
  }

  /** What the attributes say; null while one is missing. */
  protected abstract addressOf(): Shown | null;

  /** Attributes that say what is shown. */
  protected abstract readonly subject: readonly string[];

  /** Loads the script of the page. */
  protected abstract load(): Promise<unknown>;

  protected abstract content(session: Session, address: Shown): TemplateResult;

  override connectedCallback() {
    super.connectedCallback();
    addEventListener('popstate', this.onPopState);
    Promise.all([this.load(), this.speak()]).then(
      () => {
        this.isLoaded = true;
      },
      () => this.report({ kind: 'OFFLINE' }),
    );
  }

  private async speak() {
    const around = this.closest<HTMLElement>('[lang]')?.lang;
    this.speech = await loadSpeech([...(around ? [around] : []), ...navigator.languages]);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener('popstate', this.onPopState);
  }

  private readonly onPopState = () => {
    this.address = this.keptAddress() ?? this.addressOf();
  };

  override willUpdate(changed: Map<string, unknown>) {
    if (!this.session || changed.has('endpoint')) {
      const server = this.endpoint
        ? new URL(this.endpoint, document.baseURI)
        : new URL(ProbelogElement.server);
      if (!server.pathname.endsWith('/')) server.pathname += '/';
      this.session = openElementSession(server, () => this.getKey());
    }
    if (this.hasUpdated && changed.has('lang')) void this.speak();
    if (!this.hasUpdated) this.address = this.keptAddress() ?? this.addressOf();
    else if (this.subject.some((name) => changed.has(name))) this.address = this.addressOf();
  }

  /** What the page's URL keeps; null when it keeps nothing of this element. */
  private keptAddress(): Shown | null {
    if (!this.urlState) return null;
    const kept = new URLSearchParams(location.search).get(this.urlState);
    const usual = this.addressOf();
    if (kept === null || !usual) return null;
    const { pathname } = new URL(formatAddress(usual), document.baseURI);
    const address = parseAddress({ pathname, search: `?${kept}` });
    return address.page === usual.page ? (address as Shown) : null;
  }

  private go(event: GoEvent) {
    event.stopPropagation();
    if (event.address.page !== this.address?.page) {
      const url = this.session?.linkTo(event.address);
      if (url !== undefined && this.select(event.address, url)) location.assign(url);
      return;
    }
    this.address = event.address as Shown;
    if (!this.urlState) return;
    const here = new URL(location.href);
    here.searchParams.set(this.urlState, new URL(event.url, document.baseURI).search.slice(1));
    history[event.replaces ? 'replaceState' : 'pushState'](history.state, '', here);
  }

  /** @returns whether the link is followed */
  private select(address: KnownAddress, url: string): boolean {
    const detail: Selection = { page: address.page, url };
    if (address.page === 'model') Object.assign(detail, { name: address.name, version: address.version });
    if (address.page === 'search') Object.assign(detail, { query: address.query });
    if (address.page === 'output' && 'index' in address.of) {
      const { name, version, index } = address.of;
      Object.assign(detail, { name, version, output: index });
    }
    return this.send('probelog-select', detail, true);
  }

  private follow(event: MouseEvent) {
    const link = event.composedPath().find((target) => target instanceof HTMLAnchorElement);
    if (!(link instanceof HTMLAnchorElement) || event.button !== 0 || !this.session) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const address = parseAddress(new URL(link.href));
    if (address.page === 'unknown') return;
    if (address.page === this.address?.page && address.page === 'search') {
      event.preventDefault();
      this.go(new GoEvent(address));
    } else if (!this.select(address, link.href)) event.preventDefault();
  }

  private painted(event: PaintedEvent) {
    event.stopPropagation();
    if (event.trouble) this.report(event.trouble);
    else if (event.results) this.send('probelog-results', event.results);
    this.lastTrouble = event.trouble;
  }

  protected report(trouble: Trouble) {
    if (trouble === this.lastTrouble) return;
    this.lastTrouble = trouble;
    const { message, remedy } =
      trouble.kind === 'ERROR'
        ? trouble
        : { message: this.speech.texts[TEXTS[trouble.kind]], remedy: undefined };
    this.send('probelog-error', { code: codeOf(trouble), message, remedy });
  }

  private send(name: string, detail: unknown, cancelable = false): boolean {
    return this.dispatchEvent(new CustomEvent(name, { detail, cancelable, bubbles: true, composed: true }));
  }

  override render() {
    const { session, address, isLoaded } = this;
    return html`<div
      class="root"
      part="root"
      lang=${this.speech.language}
      @click=${(event: MouseEvent) => this.follow(event)}
      @probelog-go=${(event: GoEvent) => this.go(event)}
      @probelog-title=${(event: TitleEvent) => event.stopPropagation()}
      @probelog-painted=${(event: PaintedEvent) => this.painted(event)}
    >
      ${session && address && isLoaded ? this.content(session, address) : nothing}
    </div>`;
  }
}
