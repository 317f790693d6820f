import { css, html, type PropertyValues } from 'lit';
import { type AdminAddress, FIRST_SHOWN } from '../address.js';
import { define } from '../define.js';
import { shared } from '../styles/shared.js';
import { allTexts } from '../texts/later/later.js';
import { AddressPage } from './address-page.js';
import '../parts/audit-log.js';
import '../parts/key-list.js';

const PARTS = ['KEYS', 'AUDIT'] as const;

/** What administrators do: keys, and the log of changes. */
export class AdminPage extends AddressPage<AdminAddress, null> {
  static override styles = [
    shared,
    css`
      nav { display: flex; gap: 4px; }
      nav a {
        min-height: 36px; padding: 6px 12px; border-radius: var(--radius); text-decoration: none; color: var(--ink);
        border: 1px solid transparent;
      }
      nav a[aria-current='page'] { border-color: var(--accent); color: var(--accent); font-weight: 600; }
    `,
  ];

  override updated(changed: PropertyValues<this>) {
    if (changed.has('address')) this.entitle(allTexts(this.speech).admin);
  }

  override render() {
    const texts = allTexts(this.speech);
    const { address, session, speech } = this;
    const names = { KEYS: texts.keys, AUDIT: texts.audit };
    return html`<div class="wide">
      <h1>${texts.admin}</h1>
      <nav aria-label=${texts.admin}>
        ${PARTS.map(
          (part) =>
            html`<a
              href=${session.linkTo({ page: 'admin', part, audit: {}, shown: FIRST_SHOWN })}
              aria-current=${part === address.part ? 'page' : 'false'}
              >${names[part]}</a
            >`,
        )}
      </nav>
      ${
        address.part === 'AUDIT'
          ? html`<probelog-audit-log .session=${session} .speech=${speech} .address=${address}></probelog-audit-log>`
          : html`<probelog-key-list .session=${session} .speech=${speech} .address=${address}></probelog-key-list>`
      }
    </div>`;
  }
}
define('probelog-admin-page', AdminPage);
