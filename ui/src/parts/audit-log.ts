import { css, html, nothing } from 'lit';
import { type AdminAddress, type AuditFilters, FIRST_SHOWN, MAX_SHOWN } from '../address.js';
import { define } from '../define.js';
import { type AuditAction, UiAuditDocument, type UiAuditQuery } from '../generated/operations.js';
import { GoEvent } from '../navigation.js';
import { AddressPage } from '../pages/address-page.js';
import { loadPages } from '../pages/load-pages.js';
import { shared } from '../styles/shared.js';
import { allTexts } from '../texts/later/later.js';

const DAY_MS = 86_400_000;

/** Recorded changes, the newest first. */
export class AuditLog extends AddressPage<AdminAddress, UiAuditQuery['audit']> {
  static override styles = [
    shared,
    css`
      form { display: grid; gap: 12px; grid-template-columns: repeat(auto-fit, minmax(min(180px, 100%), 1fr)); align-items: end; }
      form input, form select { width: 100%; min-width: 0; min-height: 36px; border: 1px solid var(--quiet); border-radius: var(--radius); background: var(--paper); padding: 4px 12px; }
      td { vertical-align: top; overflow-wrap: break-word; }
      .time { white-space: nowrap; }
    `,
  ];

  override willUpdate() {
    const { audit, shown } = this.address;
    const filter = this.filter(audit);
    this.loader.load(JSON.stringify([audit, shown]), async (signal) => {
      const result = await loadPages(
        shown,
        (page) => this.session.client.query(UiAuditDocument, { filter, ...page }, { signal }),
        ({ audit }) => audit,
      );
      return result.audit;
    });
  }

  override updated() {
    this.painted();
  }

  /** Days are those where the person is. */
  private filter({ action, actor, since, until }: AuditFilters) {
    const known = this.actions.find((one) => one === action);
    return {
      ...(known && { action: known }),
      ...(actor && { actor }),
      ...(since && { since: new Date(`${since}T00:00:00`).toISOString() }),
      ...(until && { until: new Date(Date.parse(`${until}T00:00:00`) + DAY_MS).toISOString() }),
    };
  }

  private get actions(): AuditAction[] {
    return Object.keys(allTexts(this.speech).auditActions) as AuditAction[];
  }

  private submitted(event: SubmitEvent) {
    event.preventDefault();
    const given = new FormData(event.target as HTMLFormElement);
    const audit: AuditFilters = {};
    for (const key of ['action', 'actor', 'since', 'until'] as const) {
      const value = String(given.get(key) ?? '').trim();
      if (value) audit[key] = value;
    }
    this.dispatchEvent(new GoEvent({ ...this.address, audit, shown: FIRST_SHOWN }));
  }

  override render() {
    const texts = allTexts(this.speech);
    const { data, isLoading } = this.loader;
    return html`<div class="wide" @probelog-retry=${() => this.loader.again()}>
      ${this.form()}
      ${this.troubleMessage()}
      ${!data && isLoading ? html`<p role="status">${texts.loading}</p>` : nothing}
      ${data ? this.entries(data) : nothing}
    </div>`;
  }

  private form() {
    const texts = allTexts(this.speech);
    const { audit } = this.address;
    return html`<form @submit=${(event: SubmitEvent) => this.submitted(event)}>
      <label class="stack small"
        >${texts.auditAction}<select name="action">
          <option value="" .selected=${!audit.action}>${texts.anyAction}</option>
          ${this.actions.map((action) => html`<option value=${action} .selected=${action === audit.action}>${texts.auditActions[action]}</option>`)}
        </select></label
      >
      <label class="stack small">${texts.auditActor}<input name="actor" type="text" maxlength="300" .value=${audit.actor ?? ''} /></label>
      <label class="stack small">${texts.auditSince}<input name="since" type="date" .value=${audit.since ?? ''} /></label>
      <label class="stack small">${texts.auditUntil}<input name="until" type="date" .value=${audit.until ?? ''} /></label>
      <div><button class="main">${texts.applyFilters}</button></div>
    </form>`;
  }

  private entries({ edges, pageInfo }: UiAuditQuery['audit']) {
    const { time } = this.speech;
    const texts = allTexts(this.speech);
    const { address } = this;
    if (edges.length === 0) return html`<p>${texts.noAudit}</p>`;
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${texts.audit}>
        <table class="small">
          <thead>
            <tr>
              <th scope="col">${texts.auditTime}</th>
              <th scope="col">${texts.auditAction}</th>
              <th scope="col">${texts.auditSubject}</th>
              <th scope="col">${texts.auditActor}</th>
              <th scope="col">${texts.auditDetails}</th>
            </tr>
          </thead>
          <tbody>
            ${edges.map(
              ({ node }) => html`<tr>
                <td class="time">${time(node.createdAt)}</td>
                <td>${texts.auditActions[node.action]}</td>
                <td><bdi>${node.subject}</bdi></td>
                <td><bdi>${node.actor}</bdi></td>
                <td class="quiet"><bdi>${detailsText(node.details)}</bdi></td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
      ${
        pageInfo.hasNextPage && address.shown < MAX_SHOWN
          ? html`<p><button @click=${() => this.dispatchEvent(new GoEvent({ ...address, shown: address.shown + 2 * FIRST_SHOWN }, true))}>${texts.more}</button></p>`
          : nothing
      }`;
  }
}
/** What an entry says beyond its change, in one line; empty where nothing was set. */
function detailsText(details: unknown): string {
  if (typeof details !== 'object' || details === null) return '';
  return Object.entries(details)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
define('probelog-audit-log', AuditLog);
