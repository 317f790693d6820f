import { css, html, nothing, type PropertyValues } from 'lit';
import type { ProbelogClient, Similarity } from '../../../src/client/index.js';
import { type CompareAddress, FIRST_SHOWN, type NamedModel, outputAddress } from '../address.js';
import { define } from '../define.js';
import { UiModelByNameDocument, type UiModelFragment } from '../generated/operations.js';
import { GoEvent } from '../navigation.js';
import { shared } from '../styles/shared.js';
import { allTexts } from '../texts/later/later.js';
import { AddressPage } from './address-page.js';
import { bestPairs, type Pair } from './best-pairs.js';
import '../parts/heat-map.js';

interface CompareData {
  /** Null where there is none that the caller may see. */
  a: UiModelFragment | null;
  b: UiModelFragment | null;
  similarity: Similarity | null;
  pairs: Pair[];
}

/** The server's maximum. */
const MAX_OUTPUTS = 2_000;

/** Two models: what both know, what only one does, and all pairs of outputs. */
export class ComparePage extends AddressPage<CompareAddress, CompareData> {
  static override styles = [
    shared,
    css`
      form { display: grid; gap: 12px; grid-template-columns: repeat(auto-fit, minmax(min(220px, 100%), 1fr)); align-items: end; }
      form input { width: 100%; }
      .sides { display: grid; gap: 24px; grid-template-columns: repeat(auto-fit, minmax(min(320px, 100%), 1fr)); }
      li a { display: inline-block; min-height: 24px; }
    `,
  ];

  override willUpdate() {
    const { a, b } = this.address;
    this.loader.load(JSON.stringify([a, b]), (signal) => loadComparison(this.session.client, a, b, signal));
  }

  override updated(changed: PropertyValues<this>) {
    if (changed.has('address')) this.entitle(allTexts(this.speech).compareModels);
    this.painted();
  }

  private go(change: Partial<CompareAddress>, replaces = false) {
    this.dispatchEvent(new GoEvent({ ...this.address, ...change }, replaces));
  }

  private submitted(event: SubmitEvent) {
    event.preventDefault();
    const given = new FormData(event.target as HTMLFormElement);
    const model = (key: string): NamedModel | null => {
      const name = String(given.get(key) ?? '').trim();
      const version = String(given.get(`${key}v`) ?? '').trim();
      return name ? { name, ...(version && { version }) } : null;
    };
    this.go({ a: model('a'), b: model('b'), shown: FIRST_SHOWN });
  }

  override render() {
    const texts = allTexts(this.speech);
    const { data, isLoading } = this.loader;
    return html`<div class="wide" @probelog-retry=${() => this.loader.again()}>
      <h1 part="title">${texts.compareModels}</h1>
      ${this.chooser()}
      ${this.troubleMessage()}
      ${isLoading ? html`<p role="status">${texts.loading}</p>` : nothing} ${data && !isLoading ? this.comparison(data) : nothing}
    </div>`;
  }

  private chooser() {
    const texts = allTexts(this.speech);
    const { a, b } = this.address;
    const field = (key: string, label: string, value: string | undefined) => html`<label class="stack small"
      >${label}<input type="text" part="field" name=${key} maxlength="300" .value=${value ?? ''}
    /></label>`;
    return html`<form @submit=${(event: SubmitEvent) => this.submitted(event)}>
      ${field('a', texts.firstModel, a?.name)} ${field('av', texts.versionHint, a?.version)}
      ${field('b', texts.secondModel, b?.name)} ${field('bv', texts.versionHint, b?.version)}
      <div class="row">
        <button class="main" part="button">${texts.compare}</button>
        <button type="button" @click=${() => this.go({ a: b, b: a })}>${texts.swap}</button>
      </div>
    </form>`;
  }

  private comparison({ a, b, similarity, pairs }: CompareData) {
    const texts = allTexts(this.speech);
    const { address } = this;
    if (!address.a || !address.b) return nothing;
    if (!a || !b) return html`<p>${texts.noModel} <bdi>${(a ? address.b : address.a).name}</bdi></p>`;
    if (!similarity) {
      const isLarge = Math.max(a.outputs ?? 0, b.outputs ?? 0) > MAX_OUTPUTS;
      return html`<p>${isLarge ? texts.tooLarge : texts.notComparable}</p>`;
    }
    const names = {
      a: similarity.rowLabels.map((label, index) => this.nameOf(label, index)),
      b: similarity.columnLabels.map((label, index) => this.nameOf(label, index)),
    };
    return html`<div class="sides">${this.only(a, similarity.onlyA)} ${this.only(b, similarity.onlyB)}</div>
      ${this.same(a, b, pairs, names)}
      <section class="stack">
        <h2>${texts.matrix}</h2>
        <probelog-heat-map
          .speech=${this.speech}
          .matrix=${similarity}
          .rowNames=${names.a}
          .columnNames=${names.b}
          @probelog-pair=${(event: CustomEvent<{ row: number }>) => this.open(a, event.detail.row)}
        ></probelog-heat-map>
      </section>`;
  }

  private open({ name, version }: UiModelFragment, index: number) {
    this.dispatchEvent(new GoEvent(outputAddress({ name, version, index })));
  }

  private nameOf(label: string | null | undefined, index: number): string {
    const { number } = this.speech;
    const texts = allTexts(this.speech);
    return label ?? texts.outputNumber(number(index));
  }

  private only(model: UiModelFragment, outputs: Similarity['onlyA']) {
    const { decimal } = this.speech;
    const texts = allTexts(this.speech);
    return html`<section class="stack">
      <h2>${texts.onlyIn(`${model.name} ${model.version}`)}</h2>
      <ul>
        ${outputs.map(
          ({ node, nearest, cosine }) => html`<li>
            <a href=${this.session.linkTo(outputAddress({ name: model.name, version: model.version, index: node.index }))}><bdi>${this.nameOf(node.label, node.index)}</bdi></a>
            <span class="small quiet"><bdi>${texts.nearestIs(this.nameOf(nearest.label, nearest.index))}</bdi>, ${decimal(cosine)}</span>
          </li>`,
        )}
      </ul>
    </section>`;
  }

  /** The heat map's twin, for those who would rather read. */
  private same(
    a: UiModelFragment,
    b: UiModelFragment,
    pairs: readonly Pair[],
    names: { a: string[]; b: string[] },
  ) {
    const { decimal } = this.speech;
    const texts = allTexts(this.speech);
    const { shown } = this.address;
    return html`<section class="stack">
      <h2>${texts.sameIn}</h2>
      <div class="scroll" tabindex="0" role="region" aria-label=${texts.sameIn}>
        <table>
          <thead>
            <tr>
              <th scope="col"><bdi>${a.name} ${a.version}</bdi></th>
              <th scope="col"><bdi>${b.name} ${b.version}</bdi></th>
              <th scope="col" class="number">${texts.likeness}</th>
            </tr>
          </thead>
          <tbody>
            ${pairs.slice(0, shown).map(
              ({ row, column, cosine }) => html`<tr>
                <td><bdi>${names.a[row]}</bdi></td>
                <td><bdi>${names.b[column]}</bdi></td>
                <td class="number">${decimal(cosine)}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
      ${
        pairs.length > shown
          ? html`<p><button @click=${() => this.go({ shown: shown + 2 * FIRST_SHOWN }, true)}>${texts.more}</button></p>`
          : nothing
      }
    </section>`;
  }
}

async function loadComparison(
  client: ProbelogClient,
  a: NamedModel | null,
  b: NamedModel | null,
  signal: AbortSignal,
): Promise<CompareData> {
  const find = async (named: NamedModel | null) =>
    named && (await client.query(UiModelByNameDocument, named, { signal })).model;
  const [first = null, second = null] = await Promise.all([find(a), find(b)]);
  const models = { a: first, b: second };
  const canCompare = [first, second].every(
    (model) => model?.status === 'READY' && (model.outputs ?? 0) <= MAX_OUTPUTS,
  );
  if (!first || !second || !canCompare) return { ...models, similarity: null, pairs: [] };
  const similarity = await client.compare(first.id, second.id, { signal });
  return { ...models, similarity, pairs: bestPairs(similarity) };
}
define('probelog-compare-page', ComparePage);
