import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import type { ProbelogClient } from '../../../src/client/index.js';
import { FIRST_SHOWN, formatAddress, type ModelAddress } from '../address.js';
import {
  UiModelOutputsDocument,
  UiModelPageDocument,
  type UiModelPageQuery,
  UiModelSearchDocument,
} from '../generated/operations.js';
import { Loader } from '../loader.js';
import { GoEvent } from '../navigation.js';
import { plainText } from '../plain-text.js';
import type { Session } from '../session.js';
import { shared } from '../styles/shared.js';
import type { Speech } from '../texts/texts.js';
import '../parts/strength-bar.js';
import '../parts/trouble-message.js';

const TYPING_MS = 150;
const MAX_FIRST = 100;

interface ModelOutput {
  confidence: number | null;
  node: { id: string; index: number; label?: string | null };
}

interface ModelData {
  /** Null when there is none that the caller may see. */
  model: UiModelPageQuery['model'];
  outputs: ModelOutput[];
  hasMore: boolean;
}

/** A model: what it recognizes, its outputs, and how it was probed. */
export class ModelPage extends LitElement {
  static override properties = {
    session: { attribute: false },
    speech: { attribute: false },
    address: { attribute: false },
  };
  declare session: Session;
  declare speech: Speech;
  declare address: ModelAddress;
  private readonly loader = new Loader<ModelData>(this);
  private isTyping = false;

  static override styles = [
    shared,
    css`
      .layout { display: grid; gap: 24px; grid-template-columns: minmax(0, 1fr); }
      @media (min-width: 900px) { .layout { grid-template-columns: minmax(0, 2fr) minmax(0, 1fr); } }
      dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 4px 16px; }
      dt { color: var(--quiet); }
      dd { text-align: end; font-variant-numeric: tabular-nums; }
      ol { display: grid; gap: 4px; }
      ol li { display: grid; grid-template-columns: 4em minmax(0, 1fr) minmax(0, 10em); gap: 12px; align-items: center; }
      ol a { min-height: 24px; display: inline-block; }
      pre { overflow-x: auto; background: var(--raised); padding: 12px; border-radius: var(--radius); margin: 0; font-size: 0.87rem; }
      input[type='search'] { width: 100%; }
    `,
  ];

  override willUpdate() {
    const { address, session } = this;
    this.loader.load(
      JSON.stringify(address),
      (signal) => loadModel(session.client, address, signal),
      this.isTyping ? TYPING_MS : 0,
    );
    this.isTyping = false;
  }

  override updated(changed: PropertyValues<this>) {
    if (changed.has('address'))
      document.title = `${plainText(this.address.name)} – ${this.speech.texts.appName}`;
    if (!this.loader.isLoading)
      this.dispatchEvent(new CustomEvent('probelog-painted', { bubbles: true, composed: true }));
  }

  private go(change: Partial<ModelAddress>) {
    this.dispatchEvent(new GoEvent({ ...this.address, shown: FIRST_SHOWN, ...change }, true));
  }

  override render() {
    const { texts } = this.speech;
    const { data, isLoading, trouble } = this.loader;
    return html`<div class="wide" @probelog-retry=${() => this.loader.again()}>
      <h1><bdi>${this.address.name}</bdi> <bdi class="quiet">${data?.model?.version ?? this.address.version ?? ''}</bdi></h1>
      ${
        trouble
          ? html`<trouble-message .session=${this.session} .speech=${this.speech} .trouble=${trouble} .hasData=${data !== null}></trouble-message>`
          : nothing
      }
      ${!data && isLoading ? html`<p role="status">${texts.loading}</p>` : nothing}
      ${data && !data.model ? html`<p>${texts.noModel} <a href="./">${texts.toSearch}</a></p>` : nothing}
      ${data?.model ? this.model(data.model, data) : nothing}
    </div>`;
  }

  private model(model: NonNullable<UiModelPageQuery['model']>, data: ModelData) {
    const { texts } = this.speech;
    return html`<div class="layout">
      <div class="wide">
        <section class="stack">
          <h2>${texts.summary}</h2>
          <p>${model.summary ?? texts.noSummary}</p>
        </section>
        <section class="stack">
          <h2>${texts.outputsOf}</h2>
          <input
            type="search"
            aria-label=${texts.findOutputs}
            placeholder=${texts.findOutputs}
            .value=${this.address.find}
            @input=${(event: InputEvent) => {
              this.isTyping = true;
              this.go({ find: (event.target as HTMLInputElement).value });
            }}
          />
          ${this.outputs(data)}
        </section>
      </div>
      <div class="wide">
        <p><a href=${formatAddress({ page: 'compare', a: { name: model.name, version: model.version }, b: null, shown: FIRST_SHOWN })}>${texts.compareWith}</a></p>
        ${this.facts(model)}
      </div>
    </div>`;
  }

  private outputs({ outputs, hasMore }: ModelData) {
    const { texts, number } = this.speech;
    return html`<ol>
        ${outputs.map(
          ({ node, confidence }) => html`<li>
            <span class="number quiet">${number(node.index)}</span>
            <a href=${formatAddress({ page: 'output', id: node.id, shown: FIRST_SHOWN })}
              ><bdi>${node.label ?? texts.outputNumber(number(node.index))}</bdi></a
            >
            ${this.address.find ? html`<strength-bar .speech=${this.speech} .confidence=${confidence}></strength-bar>` : nothing}
          </li>`,
        )}
      </ol>
      ${
        hasMore
          ? html`<p><button @click=${() => this.go({ shown: this.address.shown + 4 * FIRST_SHOWN })}>${texts.more}</button></p>`
          : nothing
      }`;
  }

  private facts(model: NonNullable<UiModelPageQuery['model']>) {
    const { texts, number, percent, bytes, date } = this.speech;
    const facts: [string, string | null][] = [
      [texts.license, model.license ?? texts.noLicense],
      [texts.registry, model.registry ?? texts.noRegistry],
      [texts.outputCount, typeof model.outputs === 'number' ? number(model.outputs) : null],
      [texts.responses, model.responseKind ? texts.responseKind[model.responseKind] : null],
      [texts.fileSize, typeof model.fileBytes === 'number' ? bytes(model.fileBytes) : null],
      [texts.coverage, typeof model.coverage === 'number' ? percent(model.coverage) : null],
      [texts.probed, model.probedAt ? date(model.probedAt) : null],
      [texts.source, model.source],
      [texts.ingest, model.ingest ? texts.ingestState[model.ingest.state] : null],
    ];
    const error = model.ingest?.error;
    return html`<section class="stack">
        <h2>${texts.facts}</h2>
        <dl>${facts.map(([name, value]) => (value === null ? nothing : html`<dt>${name}</dt><dd><bdi>${value}</bdi></dd>`))}</dl>
        ${error ? html`<p><bdi>${error.message}</bdi> <span class="quiet small">${error.code}</span></p>` : nothing}
      </section>
      ${
        model.codedNotes.length > 0
          ? html`<section class="stack">
              <h2>${texts.notes}</h2>
              <ul class="stack small">
                ${model.codedNotes.map(({ code, message }) => html`<li><bdi>${message}</bdi> ${code ? html`<span class="tag">${code}</span>` : nothing}</li>`)}
              </ul>
            </section>`
          : nothing
      }
      ${
        model.preprocessing
          ? html`<section class="stack">
              <h2>${texts.preprocessing}</h2>
              <pre tabindex="0" role="region" aria-label=${texts.preprocessing}>${JSON.stringify(model.preprocessing, null, 2)}</pre>
            </section>`
          : nothing
      }`;
  }
}

async function loadModel(
  client: ProbelogClient,
  { name, version, find, shown }: ModelAddress,
  signal: AbortSignal,
): Promise<ModelData> {
  const options = { signal };
  const concept = find.trim();
  const first = Math.min(shown, MAX_FIRST);
  const [{ model }, found] = await Promise.all([
    client.query(UiModelPageDocument, { name, version }, options),
    concept
      ? client.query(UiModelSearchDocument, { name, version, concept, first }, options)
      : client.query(UiModelOutputsDocument, { name, version, first }, options),
  ]);
  const logits = found.model?.logits;
  const edges: { node: ModelOutput['node']; confidence?: number | null }[] = logits?.edges ?? [];
  const outputs = edges.map(({ node, confidence = null }) => ({ node, confidence }));
  return { model, outputs, hasMore: edges.length === first && first < MAX_FIRST };
}
customElements.define('model-page', ModelPage);
