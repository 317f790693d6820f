import { css, html, nothing, type PropertyValues } from 'lit';
import type { ConnectedRegistry } from '../../../src/client/index.js';
import { FIRST_SHOWN, type RegistriesAddress } from '../address.js';
import { define } from '../define.js';
import { UiSweepDocument } from '../generated/operations.js';
import { GoEvent } from '../navigation.js';
import { type Trouble, troubleOf } from '../session.js';
import { shared } from '../styles/shared.js';
import { allTexts } from '../texts/later/later.js';
import { AddressPage } from './address-page.js';
import { MAX_FIRST } from './load-pages.js';
import { REGISTRY_SETUPS } from './registry-setup.js';
import '../parts/code-block.js';

const FINDINGS = ['ingested', 'changed', 'renamed', 'removed', 'annotated', 'refused'] as const;
/** Names of a finding that are listed. */
const MAX_NAMES = 20;

/** The registries of the server: how to connect each, what it sent last, and what its sweeps found. */
export class RegistriesPage extends AddressPage<RegistriesAddress, ConnectedRegistry[]> {
  static override properties = {
    ...AddressPage.properties,
    reading: { state: true },
    sweeping: { state: true },
    refused: { state: true },
  };
  /** How often the registries were read; another number reads them again. */
  declare reading: number;
  /** The registry that is swept now. */
  declare sweeping: string | null;
  /** Why the last sweep was refused. */
  declare refused: Trouble | null;

  static override styles = [
    shared,
    css`
      article { display: grid; gap: 16px; border-top: 1px solid var(--line); padding-top: 16px; }
      .title { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: baseline; }
      .layout { display: grid; gap: 24px; grid-template-columns: minmax(0, 1fr); }
      @media (min-width: 900px) { .layout { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
      h3 { font-size: var(--text); }
      .good { color: var(--good); }
      .bad { color: var(--bad); }
      td { vertical-align: top; }
      summary { min-height: 24px; cursor: pointer; }
      details probelog-code-block { margin-top: var(--gap); }
    `,
  ];

  constructor() {
    super();
    this.reading = 0;
    this.sweeping = null;
    this.refused = null;
  }

  override willUpdate() {
    const deliveries = Math.min(this.address.shown, MAX_FIRST);
    this.loader.load(JSON.stringify([deliveries, this.reading]), (signal) =>
      this.session.client.registries({ deliveries, signal }),
    );
  }

  override updated(changed: PropertyValues<this>) {
    if (changed.has('address')) this.entitle(allTexts(this.speech).registries);
    this.painted();
  }

  private async sweep(registry: string) {
    this.sweeping = registry;
    this.refused = null;
    try {
      await this.session.client.query(UiSweepDocument, { registry });
    } catch (thrown) {
      this.refused = troubleOf(thrown);
    }
    this.sweeping = null;
    this.reading++;
  }

  override render() {
    const texts = allTexts(this.speech);
    const { data, isLoading, trouble } = this.loader;
    return html`<div class="wide" @probelog-retry=${() => this.retried()}>
      <h1>${texts.registries}</h1>
      ${this.troubleMessage(trouble ?? this.refused)}
      ${!data && isLoading ? html`<p role="status">${texts.loading}</p>` : nothing}
      ${data ? inUseFirst(data).map((registry) => this.registry(registry)) : nothing}
    </div>`;
  }

  private retried() {
    this.refused = null;
    this.loader.again();
  }

  private registry(registry: ConnectedRegistry) {
    const texts = allTexts(this.speech);
    const { name, takesWebhooks } = registry;
    return html`<article aria-labelledby="title-${name}">
      <div class="title">
        <h2 id="title-${name}">${texts.registryTitle[name] ?? name}</h2>
        <span class="small ${takesWebhooks ? 'good' : 'quiet'}">${takesWebhooks ? texts.takesWebhooks : texts.noSecret}</span>
      </div>
      <div class="layout">
        ${this.webhook(registry)}
        <div class="wide">${this.sweeps(registry)} ${this.deliveries(registry)}</div>
      </div>
    </article>`;
  }

  private webhook({ name, webhookUrl }: ConnectedRegistry) {
    const texts = allTexts(this.speech);
    const url = this.session.urlOf(webhookUrl);
    const setup = REGISTRY_SETUPS[name];
    const title = texts.registryTitle[name] ?? name;
    return html`<section class="stack">
      <h3>${texts.webhook}</h3>
      <p class="small">${texts.webhookUrl}</p>
      <probelog-code-block .speech=${this.speech} .code=${url} label="${title}: ${texts.webhookUrl}"></probelog-code-block>
      ${setup ? html`<p class="small">${texts.secretPlace(setup.secrets.join(', '))}</p>` : nothing}
      ${
        setup
          ? html`<details>
              <summary class="small">${texts.webhookHow[name] ?? texts.webhook}</summary>
              <probelog-code-block .speech=${this.speech} .code=${setup.paste(url)} label="${title}: ${texts.webhook}"></probelog-code-block>
            </details>`
          : nothing
      }
    </section>`;
  }

  private sweeps({ name, canBeListed, lastSweep, nextSweepAt }: ConnectedRegistry) {
    const { number, time } = this.speech;
    const texts = allTexts(this.speech);
    const isSweeping = this.sweeping === name;
    const found = FINDINGS.flatMap((key) =>
      lastSweep && lastSweep[key].count > 0 ? [[key, lastSweep[key]] as const] : [],
    );
    return html`<section class="stack">
      <h3>${texts.sweeps}</h3>
      ${canBeListed ? nothing : html`<p class="small quiet">${texts.cannotBeListed(REGISTRY_SETUPS[name]?.listing ?? null)}</p>`}
      ${
        lastSweep
          ? html`<p class="small">${texts.lastSweep(time(lastSweep.finishedAt), number(lastSweep.listed))} ${nextSweepAt ? texts.nextSweep(time(nextSweepAt)) : nothing}</p>
              ${lastSweep.error ? html`<p class="small bad"><bdi>${lastSweep.error}</bdi></p>` : nothing}
              ${!lastSweep.error && found.length === 0 ? html`<p class="small quiet">${texts.sweptNothing}</p>` : nothing}
              ${found.map(
                ([key, { count, names }]) => html`<details>
                  <summary class="small">${texts.swept[key]}: ${number(count)}</summary>
                  <ul class="small">${names.slice(0, MAX_NAMES).map((version) => html`<li><bdi>${version}</bdi></li>`)}</ul>
                </details>`,
              )}`
          : canBeListed
            ? html`<p class="small quiet">${texts.noSweep}</p>`
            : nothing
      }
      ${
        canBeListed
          ? html`<p><button aria-label="${texts.sweepNow}: ${texts.registryTitle[name] ?? name}" ?disabled=${this.sweeping !== null} @click=${() => this.sweep(name)}>${isSweeping ? texts.sweeping : texts.sweepNow}</button></p>`
          : nothing
      }
    </section>`;
  }

  private deliveries({ name, deliveries, takesWebhooks }: ConnectedRegistry) {
    if (deliveries.length === 0 && !takesWebhooks) return nothing;
    const { time } = this.speech;
    const texts = allTexts(this.speech);
    const { address } = this;
    const title = `${texts.registryTitle[name] ?? name}: ${texts.deliveries}`;
    return html`<section class="stack">
      <h3>${texts.deliveries}</h3>
      ${
        deliveries.length === 0
          ? html`<p class="small quiet">${texts.noDeliveries}</p>`
          : html`<div class="scroll" tabindex="0" role="region" aria-label=${title}>
              <table class="small">
                <thead>
                  <tr><th scope="col">${texts.delivered}</th><th scope="col">${texts.deliveryEvent}</th><th scope="col">${texts.deliveryOutcome}</th></tr>
                </thead>
                <tbody>
                  ${deliveries.map(
                    ({ receivedAt, event, outcome, reason }) => html`<tr>
                      <td>${time(receivedAt)}</td>
                      <td><bdi>${event}</bdi></td>
                      <td>${texts.outcome[outcome]}${reason ? html`<br /><bdi class="quiet">${reason}</bdi>` : nothing}</td>
                    </tr>`,
                  )}
                </tbody>
              </table>
            </div>`
      }
      ${
        deliveries.length === address.shown && address.shown < MAX_FIRST
          ? html`<p><button aria-label="${texts.more}: ${title}" @click=${() => this.dispatchEvent(new GoEvent({ ...address, shown: Math.min(address.shown + 2 * FIRST_SHOWN, MAX_FIRST) }, true))}>${texts.more}</button></p>`
          : nothing
      }
    </section>`;
  }
}

/** Those that the settings connect, and then the others. */
function inUseFirst(registries: readonly ConnectedRegistry[]): ConnectedRegistry[] {
  const isInUse = ({ takesWebhooks, canBeListed }: ConnectedRegistry) => takesWebhooks || canBeListed;
  return [...registries.filter(isInUse), ...registries.filter((registry) => !isInUse(registry))];
}
define('probelog-registries-page', RegistriesPage);
