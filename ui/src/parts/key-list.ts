import { css, html, nothing } from 'lit';
import { type AdminAddress, FIRST_SHOWN, MAX_SHOWN } from '../address.js';
import { define } from '../define.js';
import {
  type AccessScope,
  UiCreateKeyDocument,
  type UiCreateKeyMutation,
  type UiKeyFragment,
  UiKeysDocument,
  type UiKeysQuery,
  UiRevokeKeyDocument,
} from '../generated/operations.js';
import { GoEvent } from '../navigation.js';
import { AddressPage } from '../pages/address-page.js';
import { loadPages } from '../pages/load-pages.js';
import { type Trouble, troubleOf } from '../session.js';
import { shared } from '../styles/shared.js';
import { allTexts } from '../texts/later/later.js';
import './code-block.js';

const SCOPES = ['READ', 'INGEST', 'ADMIN'] as const satisfies AccessScope[];

/** API keys: who may do what. A new key is shown once. */
export class KeyList extends AddressPage<AdminAddress, UiKeysQuery['apiKeys']> {
  static override properties = {
    ...AddressPage.properties,
    reading: { state: true },
    created: { state: true },
    revoking: { state: true },
    refused: { state: true },
  };
  /** How often the keys were read; another number reads them again. */
  declare reading: number;
  /** The key that was just created. */
  declare created: UiCreateKeyMutation['createApiKey'] | null;
  /** The key whose revocation waits for a second click. */
  declare revoking: string | null;
  /** Why the last change did not work. */
  declare refused: Trouble | null;

  static override styles = [
    shared,
    css`
      .layout { display: grid; gap: 24px; grid-template-columns: minmax(0, 1fr); }
      @media (min-width: 900px) { .layout { grid-template-columns: minmax(0, 1fr) minmax(0, 2fr); } }
      form { display: grid; gap: 12px; align-content: start; }
      form input:not([type='checkbox']) { width: 100%; min-height: 36px; border: 1px solid var(--quiet); border-radius: var(--radius); background: var(--paper); padding: 4px 12px; }
      legend { padding: 0; font-size: calc(0.87 * var(--text)); }
      .choice { display: flex; gap: var(--gap); min-height: 28px; align-items: center; }
      .choice input { width: 18px; height: 18px; margin: 3px; accent-color: var(--accent); }
      ul { display: grid; gap: 12px; align-content: start; }
      li { display: grid; gap: 4px; border: 1px solid var(--line); border-radius: var(--radius); padding: 12px; }
      li.off { background: var(--raised); }
      .created { border-inline-start: 4px solid var(--good); padding-inline-start: 12px; }
      h3 { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: baseline; }
    `,
  ];

  constructor() {
    super();
    this.reading = 0;
    this.created = null;
    this.revoking = null;
    this.refused = null;
  }

  override willUpdate() {
    const { shown } = this.address;
    this.loader.load(JSON.stringify([shown, this.reading]), async (signal) => {
      const { apiKeys } = await loadPages(
        shown,
        (page) => this.session.client.query(UiKeysDocument, page, { signal }),
        (result) => result.apiKeys,
      );
      return apiKeys;
    });
  }

  override updated() {
    this.painted();
  }

  private async change(operation: () => Promise<void>) {
    this.refused = null;
    try {
      await operation();
      this.reading++;
    } catch (thrown) {
      this.refused = troubleOf(thrown);
    }
  }

  private submitted(event: SubmitEvent) {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const given = new FormData(form);
    const text = (key: string) => String(given.get(key) ?? '').trim();
    const labels = text('labels')
      .split(',')
      .map((label) => label.trim())
      .filter(Boolean);
    const input = {
      name: text('name'),
      scopes: SCOPES.filter((scope) => given.getAll('scopes').includes(scope)),
      ...(labels.length > 0 && { labels }),
      ...(text('registry') && { registry: text('registry') }),
      // The whole day counts, where the person is.
      ...(text('expires') && { expiresAt: new Date(`${text('expires')}T23:59:59`).toISOString() }),
    };
    void this.change(async () => {
      const { createApiKey } = await this.session.client.query(UiCreateKeyDocument, { input });
      this.created = createApiKey;
      form.reset();
      // The first key closes the server to callers without one.
      if (!this.session.hasKey() && this.loader.data?.totalCount === 0)
        this.session.useKey(createApiKey.secret);
    });
  }

  private revoke(id: string) {
    this.revoking = null;
    void this.change(async () => {
      await this.session.client.query(UiRevokeKeyDocument, { id });
    });
  }

  override render() {
    const texts = allTexts(this.speech);
    const { data, isLoading, trouble } = this.loader;
    return html`<div class="wide" @probelog-retry=${() => this.retried()}>
      ${this.troubleMessage(trouble ?? this.refused)}
      ${!data && isLoading ? html`<p role="status">${texts.loading}</p>` : nothing}
      ${this.newKey()}
      ${data ? html`<div class="layout">${this.form(data.totalCount === 0)} ${this.list(data)}</div>` : nothing}
    </div>`;
  }

  private retried() {
    this.refused = null;
    this.loader.again();
  }

  private newKey() {
    const texts = allTexts(this.speech);
    const { created } = this;
    return html`<div role="status">
      ${
        created
          ? html`<div class="created stack">
              <h2><bdi>${created.key.name}</bdi></h2>
              <p>${texts.keyOnce}</p>
              <probelog-code-block .speech=${this.speech} .code=${created.secret} label=${texts.key}></probelog-code-block>
            </div>`
          : nothing
      }
    </div>`;
  }

  private form(isFirst: boolean) {
    const texts = allTexts(this.speech);
    return html`<form @submit=${(event: SubmitEvent) => this.submitted(event)}>
      <h2>${texts.newKey}</h2>
      ${isFirst ? html`<p class="small">${texts.firstKey}</p>` : nothing}
      <label class="stack small">${texts.keyName}<input name="name" type="text" maxlength="200" required autocomplete="off" /></label>
      <fieldset>
        <legend>${texts.keyScopes}</legend>
        ${SCOPES.map(
          (scope) => html`<label class="choice small"
            ><input type="checkbox" name="scopes" value=${scope} .checked=${scope === (isFirst ? 'ADMIN' : 'READ')} />${texts.scopes[scope]}</label
          >`,
        )}
      </fieldset>
      <label class="stack small">${texts.keyLabels}<input name="labels" type="text" autocomplete="off" /></label>
      <label class="stack small">${texts.keyRegistry}<input name="registry" type="text" autocomplete="off" /></label>
      <label class="stack small">${texts.keyExpires}<input name="expires" type="date" /></label>
      <div><button class="main">${texts.createKey}</button></div>
    </form>`;
  }

  private list({ edges, pageInfo }: UiKeysQuery['apiKeys']) {
    const texts = allTexts(this.speech);
    const { address } = this;
    if (edges.length === 0) return nothing;
    return html`<section class="stack">
      <h2>${texts.keys}</h2>
      <ul>${edges.map(({ node }) => this.key(node))}</ul>
      ${
        pageInfo.hasNextPage && address.shown < MAX_SHOWN
          ? html`<p><button @click=${() => this.dispatchEvent(new GoEvent({ ...address, shown: address.shown + 2 * FIRST_SHOWN }, true))}>${texts.more}</button></p>`
          : nothing
      }
    </section>`;
  }

  private key({ id, name, prefix, scopes, labels, registry, ...times }: UiKeyFragment) {
    const { date, time } = this.speech;
    const texts = allTexts(this.speech);
    const { createdAt, expiresAt, revokedAt, lastUsedAt } = times;
    const isExpired = expiresAt && Date.parse(expiresAt) <= Date.now();
    const facts = [
      texts.keyFacts(scopes.map((scope) => texts.scopes[scope]).join(', '), date(createdAt)),
      labels.length > 0 ? texts.keySees(labels.join(', ')) : null,
      registry ? texts.keyOf(registry) : null,
      lastUsedAt ? texts.keyUsed(time(lastUsedAt)) : texts.keyUnused,
      expiresAt ? (isExpired ? texts.keyExpired : texts.keyExpiresOn)(date(expiresAt)) : null,
      revokedAt ? texts.keyRevoked(date(revokedAt)) : null,
    ];
    return html`<li class=${revokedAt || isExpired ? 'off' : ''}>
      <h3><bdi>${name}</bdi> <span class="tag">plk_${prefix}…</span></h3>
      <p class="small quiet"><bdi>${facts.filter((fact) => fact !== null).join(' ')}</bdi></p>
      ${revokedAt ? nothing : this.revocation(id, name)}
    </li>`;
  }

  private revocation(id: string, name: string) {
    const texts = allTexts(this.speech);
    if (this.revoking !== id)
      return html`<p><button aria-label="${texts.revoke}: ${name}" @click=${() => this.ask(id)}>${texts.revoke}</button></p>`;
    return html`<p class="row">
      <button class="main" aria-label="${texts.reallyRevoke}: ${name}" @click=${() => this.revoke(id)}>${texts.reallyRevoke}</button>
      <button @click=${() => this.ask(null)}>${texts.keepKey}</button>
    </p>`;
  }

  /** The button that had the focus is replaced by the one that it leads to. */
  private async ask(id: string | null) {
    const before = this.revoking;
    this.revoking = id;
    await this.updateComplete;
    const keys = this.loader.data?.edges ?? [];
    const place = keys.findIndex(({ node }) => node.id === (id ?? before));
    this.renderRoot.querySelectorAll('li')[place]?.querySelector('button')?.focus();
  }
}
define('probelog-key-list', KeyList);
