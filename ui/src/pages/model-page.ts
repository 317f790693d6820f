import { css, html, nothing, type PropertyValues } from 'lit';
import type { ProbelogClient } from '../../../src/client/index.js';
import { FIRST_SHOWN, MAX_SHOWN, type ModelAddress, outputAddress } from '../address.js';
import { define } from '../define.js';
import {
  UiModelNamesDocument,
  UiModelOutputsDocument,
  UiModelPageDocument,
  type UiModelPageQuery,
  UiModelSearchDocument,
} from '../generated/operations.js';
import type { Memory } from '../memory.js';
import { GoEvent } from '../navigation.js';
import { titleOf, titleSource } from '../parts/output-title.js';
import { shared } from '../styles/shared.js';
import { AddressPage } from './address-page.js';
import { MAX_FIRST } from './load-pages.js';
import '../parts/strength-bar.js';

const TYPING_MS = 150;
/** Outputs that are sorted by name: all of them are loaded for it. */
const MAX_SORTED = 2_000;

interface ModelOutput {
  confidence: number | null;
  node: {
    id: string;
    index: number;
    label: string | null;
    concepts: { text: string; confidence: number | null }[];
  };
}

interface ModelData {
  /** Null when there is none that the caller may see. */
  model: UiModelPageQuery['model'];
  outputs: ModelOutput[];
  hasMore: boolean;
}

/** A model: what it recognizes, its outputs, and how it was probed. */
export class ModelPage extends AddressPage<ModelAddress, ModelData> {
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
      .title { display: flex; flex-wrap: wrap; gap: 4px var(--gap); align-items: baseline; min-width: 0; }
      ol a { min-height: 24px; display: inline-block; }
      pre { overflow-x: auto; background: var(--raised); padding: 12px; border-radius: var(--radius); margin: 0; font-size: calc(0.87 * var(--text)); }
      input[type='search'] { width: 100%; }
    `,
  ];

  override willUpdate() {
    const { address, session } = this;
    this.loader.load(
      JSON.stringify(address),
      (signal, memory) => loadModel(session.client, address, signal, memory),
      this.isTyping ? TYPING_MS : 0,
    );
    this.isTyping = false;
  }

  override updated(changed: PropertyValues<this>) {
    if (changed.has('address')) this.entitle(this.address.name);
    this.painted();
  }

  private go(change: Partial<ModelAddress>) {
    this.dispatchEvent(new GoEvent({ ...this.address, shown: FIRST_SHOWN, ...change }, true));
  }

  override render() {
    const { texts } = this.speech;
    const { data, isLoading } = this.loader;
    return html`<div class="wide" @probelog-retry=${() => this.loader.again()}>
      <h1 part="title"><bdi>${this.address.name}</bdi> <bdi class="quiet">${data?.model?.version ?? this.address.version ?? ''}</bdi></h1>
      ${this.troubleMessage()}
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
          <p>${typeof model.summary === 'string' ? html`<bdi>${model.summary}</bdi>` : texts.noSummary}</p>
        </section>
        <section class="stack">
          <h2>${texts.outputsOf}</h2>
          <input
            type="search"
            part="field"
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
        ${this.use(model)}
      </div>
      <div class="wide">
        <p><a href=${this.session.linkTo({ page: 'compare', a: { name: model.name, version: model.version }, b: null, shown: FIRST_SHOWN })}>${texts.compareWith}</a></p>
        ${
          data.outputs.some(({ node }) => node.label === null)
            ? html`<p><a href=${this.session.linkTo({ page: 'name', name: model.name, version: model.version, shows: 'UNLABELED', shown: FIRST_SHOWN })}>${texts.nameOutputs}</a></p>`
            : nothing
        }
        ${this.facts(model)}
      </div>
    </div>`;
  }

  /** At the end of the page, and loaded after it: most people only look. */
  private use(model: NonNullable<UiModelPageQuery['model']>) {
    if (model.status !== 'READY') return nothing;
    // Without it, the rest of the page still says what it said.
    import('../parts/model-use.js').catch(() => undefined);
    return html`<probelog-model-use .session=${this.session} .speech=${this.speech} .model=${model}></probelog-model-use>`;
  }

  private order() {
    const { texts } = this.speech;
    const { by } = this.address;
    return html`<label class="row small"
      >${texts.outputOrder}
      <select
        @change=${(event: Event) => this.go({ by: (event.target as HTMLSelectElement).value === 'NAME' ? 'NAME' : undefined })}
      >
        <option value="INDEX" .selected=${by === undefined}>${texts.outputOrders.INDEX}</option>
        <option value="NAME" .selected=${by === 'NAME'}>${texts.outputOrders.NAME}</option>
      </select></label
    >`;
  }

  /** In the order of the address. Searched ones are best first. */
  private sorted(outputs: ModelOutput[]): ModelOutput[] {
    if (this.address.by !== 'NAME' || this.address.find.trim()) return outputs;
    const { language } = this.speech;
    const { compare } = new Intl.Collator(language, { numeric: true });
    const titled = outputs.map((output) => ({ output, title: titleOf(output.node, this.speech) }));
    return titled
      .sort((a, b) => compare(a.title, b.title) || a.output.node.index - b.output.node.index)
      .map(({ output }) => output);
  }

  private outputs(data: ModelData) {
    const { texts, number } = this.speech;
    const { shown, find } = this.address;
    const { name, version } = data.model ?? this.address;
    const sorted = this.sorted(data.outputs);
    const hasMore = data.hasMore || sorted.length > shown;
    return html`${find.trim() ? nothing : this.order()}
      <ol>
        ${sorted.slice(0, shown).map(
          ({ node, confidence }) => html`<li>
            <span class="number quiet">${number(node.index)}</span>
            <span class="title"><a href=${this.session.linkTo(outputAddress({ name, version, index: node.index }))}
              ><bdi>${titleOf(node, this.speech)}</bdi></a
            >
              ${node.label === null ? titleSource(node, this.speech) : nothing}
            </span>
            ${this.address.find ? html`<probelog-strength-bar .speech=${this.speech} .confidence=${confidence}></probelog-strength-bar>` : nothing}
          </li>`,
        )}
      </ol>
      ${
        hasMore && shown < MAX_SHOWN
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
  address: ModelAddress,
  signal: AbortSignal,
  memory: Memory,
): Promise<ModelData> {
  const { name, version } = address;
  const options = { signal };
  const key = JSON.stringify([name, version]);
  const [{ model }, { outputs, hasMore }] = await Promise.all([
    memory.once(`model ${key}`, () => client.query(UiModelPageDocument, { name, version }, options)),
    loadOutputs(client, address, options, memory),
  ]);
  const isUnlabeled = outputs.some(({ node }) => node.label === null);
  const names = isUnlabeled
    ? await memory.once(`names ${key}`, () => client.query(UiModelNamesDocument, { name, version }, options))
    : null;
  // A degenerate output has no name; those beyond the first 2,000 have none here.
  const named = new Map(
    names?.model?.outputNames.map(({ index, text, confidence = null }) => [
      index,
      text ? [{ text, confidence }] : [],
    ]),
  );
  for (const { node } of outputs) node.concepts = named.get(node.index) ?? [];
  return { model, outputs, hasMore };
}

async function loadOutputs(
  client: ProbelogClient,
  { name, version, find, by, shown }: ModelAddress,
  options: { signal: AbortSignal },
  memory: Memory,
): Promise<Pick<ModelData, 'outputs' | 'hasMore'>> {
  const concept = find.trim();
  if (concept) {
    const first = Math.min(shown, MAX_FIRST);
    const { model } = await client.query(UiModelSearchDocument, { name, version, concept, first }, options);
    const edges = model?.logits.edges ?? [];
    return {
      outputs: edges.map(({ node, confidence }) => asOutput(node, confidence)),
      hasMore: edges.length === first && first < MAX_FIRST,
    };
  }
  const { model } = await memory.pages(
    `outputs ${JSON.stringify([name, version])}`,
    by === 'NAME' ? MAX_SORTED : shown,
    (page) => client.query(UiModelOutputsDocument, { name, version, ...page }, options),
    (result) => result.model?.logits,
  );
  const outputs = (model?.logits.edges ?? []).map(({ node }) => asOutput(node));
  return { outputs, hasMore: model?.logits.pageInfo.hasNextPage ?? false };
}

function asOutput(
  { id, index, label = null }: { id: string; index: number; label?: string | null },
  confidence: number | null = null,
): ModelOutput {
  return { confidence, node: { id, index, label, concepts: [] } };
}
define('probelog-model-page', ModelPage);
