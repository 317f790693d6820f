import { css, html, LitElement, nothing } from 'lit';
import type { Address, KnownAddress } from '../address.js';
import { define } from '../define.js';
import { type AccessScope, UiViewerDocument } from '../generated/operations.js';
import type { Session } from '../session.js';
import { shared } from '../styles/shared.js';
import type { Speech } from '../texts/texts.js';
import { signInForm } from './sign-in-form.js';

/** The pages, each with the scopes of which it needs one. */
const PAGES = [
  { page: 'compare', href: './compare', scopes: ['READ'] },
  { page: 'map', href: './map', scopes: ['READ'] },
  { page: 'add', href: './add', scopes: ['INGEST'] },
  { page: 'queue', href: './queue', scopes: ['READ', 'INGEST'] },
  { page: 'registries', href: './registries', scopes: ['ADMIN'] },
  { page: 'admin', href: './admin', scopes: ['ADMIN'] },
] as const satisfies { page: KnownAddress['page']; href: string; scopes: AccessScope[] }[];

/** The pages that the viewer may use, and a way to sign in or out. */
export class PageHeader extends LitElement {
  static override properties = {
    session: { attribute: false },
    speech: { attribute: false },
    page: { attribute: false },
    scopes: { state: true },
    isSigningIn: { state: true },
  };
  declare session: Session;
  declare speech: Speech;
  /** The page that is shown. */
  declare page: Address['page'];
  /** What the viewer may do; null until the server says so. */
  declare scopes: readonly AccessScope[] | null;
  declare isSigningIn: boolean;
  /** The key that `scopes` are of. */
  private hadKey: boolean | undefined;

  static override styles = [
    shared,
    css`
      header { border-bottom: 1px solid var(--line); padding: 8px 16px; }
      header > div {
        max-width: 1280px; margin-inline: auto; display: grid; grid-template-columns: auto 1fr auto; gap: 4px 16px; align-items: center;
      }
      .home { font-weight: 600; text-decoration: none; color: var(--ink); }
      a { min-height: 24px; display: inline-flex; align-items: center; }
      a[aria-current='page'] { color: var(--ink); text-decoration: none; font-weight: 600; }
      /* Its height is there before its links are. */
      nav { display: flex; gap: 4px 16px; min-height: 32px; align-items: center; justify-content: flex-end; }
      button { min-height: 32px; padding: 2px 10px; font-size: 0.87rem; }
      .place { min-height: 32px; }
      @media (max-width: 760px) {
        header > div { grid-template-columns: 1fr auto; }
        nav { grid-row: 2; grid-column: 1 / -1; justify-content: flex-start; overflow-x: auto; white-space: nowrap; padding-inline: 4px; margin-inline: -4px; }
      }
      dialog { border: 1px solid var(--line); border-radius: var(--radius); background: var(--paper); color: var(--ink); padding: 16px; max-width: min(26em, calc(100vw - 32px)); }
      dialog::backdrop { background: rgb(0 0 0 / 0.4); }
      dialog form { display: flex; flex-wrap: wrap; gap: var(--gap); align-items: end; }
    `,
  ];

  constructor() {
    super();
    this.scopes = null;
    this.isSigningIn = false;
  }

  override connectedCallback() {
    super.connectedCallback();
    void this.readScopes();
  }

  /** Reads what the viewer may do, unless it is known for this key. */
  async readScopes(): Promise<void> {
    await this.updateComplete;
    const hasKey = this.session.hasKey();
    if (this.scopes && this.hadKey === hasKey) return;
    this.hadKey = hasKey;
    try {
      const { viewer } = await this.session.client.query(UiViewerDocument);
      this.scopes = viewer.scopes;
    } catch {
      // The page says what is wrong, and its next attempt asks again.
      this.scopes = null;
    }
  }

  /** The whole page is loaded again: nothing of what another caller saw stays in it. */
  private use(key: string | null) {
    this.session.useKey(key);
    location.reload();
  }

  override render() {
    const { texts } = this.speech;
    const { scopes } = this;
    const pages = PAGES.filter((page) => page.scopes.some((scope) => scopes?.includes(scope)));
    return html`<header>
        <div>
          <a class="home" href="./">${texts.appName}</a>
          <nav class="small" aria-label=${texts.pages}>
            ${pages.map(
              ({ page, href }) =>
                html`<a href=${href} aria-current=${page === this.page ? 'page' : nothing}>${texts.pageNames[page]}</a>`,
            )}
            <a href="./graphql">${texts.graphql}</a>
          </nav>
          <div class="place">${this.signing()}</div>
        </div>
      </header>
      ${this.dialog()}`;
  }

  /** A caller who may do all without a key has no use for one. */
  private signing() {
    const { texts } = this.speech;
    if (this.session.hasKey()) return html`<button @click=${() => this.use(null)}>${texts.leave}</button>`;
    if (this.scopes?.includes('ADMIN')) return nothing;
    return html`<button @click=${() => this.open()}>${texts.enter}</button>`;
  }

  private async open() {
    this.isSigningIn = true;
    await this.updateComplete;
    this.renderRoot.querySelector('dialog')?.showModal();
  }

  private closed() {
    this.isSigningIn = false;
  }

  private dialog() {
    const { texts } = this.speech;
    const close = () => this.renderRoot.querySelector('dialog')?.close();
    return html`<dialog aria-label=${texts.enter} @close=${() => this.closed()}>
      ${
        this.isSigningIn
          ? html`<div class="stack">
              ${signInForm(texts, (key) => this.use(key), html`<button type="button" @click=${close}>${texts.close}</button>`)}
            </div>`
          : nothing
      }
    </dialog>`;
  }
}
define('probelog-page-header', PageHeader);
