import { css, html, nothing, type PropertyValues } from 'lit';
import {
  FIRST_SHOWN,
  type Filters,
  hasFilters,
  MAX_SHOWN,
  modelAddress,
  noFilters,
  type SearchAddress,
  SORTS,
  type Sort,
} from '../address.js';
import { define } from '../define.js';
import type { UiModelFragment } from '../generated/operations.js';
import { keepImage, keptImage, readImage } from '../image.js';
import { GoEvent, type Results } from '../navigation.js';
import { answerList, answerListStyles } from '../parts/answer-list.js';
import { shared } from '../styles/shared.js';
import { AddressPage } from './address-page.js';
import { loadSearch, type SearchData } from './search-data.js';
import '../parts/filter-panel.js';
import { queryFieldStyles } from '../parts/query-field.js';
import '../parts/image-strip.js';

/** While a query is typed, the search waits so long for the next key. */
const TYPING_MS = 150;
const SKELETONS = Array.from({ length: 8 }, (_, index) => index);

/** Outputs or models by what they recognize. */
export class SearchPage extends AddressPage<SearchAddress, SearchData> {
  static override properties = {
    ...AddressPage.properties,
    isUnreadable: { state: true },
  };
  /** Whether the last file that was given is no image. */
  declare isUnreadable: boolean;
  private isTyping = false;
  /** The image of the address, in base64; null without one, or when this tab does not have it. */
  private image: string | null = null;
  /** Whether the history has an entry for what is being typed. */
  private hasTyped = false;

  static override styles = [
    shared,
    answerListStyles,
    queryFieldStyles,
    css`
      form { display: grid; grid-template-columns: 1fr auto auto; gap: var(--gap); align-items: center; }
      input[type='search'] { min-height: 44px; font-size: calc(1.13 * var(--text)); width: 100%; min-width: 0; }
      form button, .file { min-height: 44px; }
      .file {
        display: inline-grid; place-items: center; min-width: 44px; border: 1px solid var(--quiet);
        border-radius: var(--radius); cursor: pointer;
      }
      .file:focus-within { outline: 3px solid var(--accent); outline-offset: 2px; }
      .file svg { width: 22px; height: 22px; fill: none; stroke: currentColor; stroke-width: 1.6; }
      .tabs { display: flex; gap: 4px; }
      .tabs a {
        min-height: 36px; padding: 6px 12px; border-radius: var(--radius); text-decoration: none; color: var(--ink);
        border: 1px solid transparent;
      }
      .tabs a[aria-current] { border-color: var(--accent); color: var(--accent); font-weight: 600; }
      .layout { display: grid; gap: 24px; grid-template-columns: minmax(0, 1fr); }
      @media (min-width: 900px) { .layout { grid-template-columns: 240px minmax(0, 1fr); } }
      .fit { border-inline-start: 4px solid var(--good); padding-inline-start: 12px; }
      .fit.WEAK { border-color: var(--weak); }
      .fit.NOT_REPRESENTED { border-color: var(--bad); }
      .skeleton { height: 180px; border-radius: var(--radius); background: var(--raised); }
      .preview { max-width: 160px; max-height: 160px; border-radius: var(--radius); }
      td a { display: inline-block; min-height: 24px; }
      ol[aria-busy='true'] { opacity: 0.6; }
      @media (prefers-reduced-motion: no-preference) { ol { transition: opacity 0.1s; } }
    `,
  ];

  override connectedCallback() {
    super.connectedCallback();
    addEventListener('paste', this.onPaste);
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    removeEventListener('paste', this.onPaste);
  }

  override willUpdate(changed: PropertyValues<this>) {
    const { address, session } = this;
    if (!this.isTyping && changed.has('address')) this.hasTyped = false;
    if (changed.has('address')) this.image = address.image === undefined ? null : keptImage(address.image);
    const { image } = this;
    if (address.image !== undefined && image === null) return;
    this.loader.load(
      JSON.stringify(address),
      (signal, memory) => loadSearch(session.client, address, image, signal, memory),
      this.isTyping ? TYPING_MS : 0,
    );
    this.isTyping = false;
  }

  override updated(changed: PropertyValues<this>) {
    const { query } = this.address;
    if (changed.has('address')) this.entitle(query);
    this.painted(this.found());
  }

  private found(): Results | null {
    const { data } = this.loader;
    const list = data?.outputs ?? data?.models;
    return data && list ? { query: data.query, count: list.totalCount ?? null, fit: list.fit ?? null } : null;
  }

  private go(change: Partial<SearchAddress>, replaces = false) {
    this.dispatchEvent(new GoEvent({ ...this.address, shown: FIRST_SHOWN, ...change }, replaces));
  }

  private typed(query: string) {
    this.isTyping = true;
    // The first key adds an entry, so that Back leads to what was there before, and the others replace it.
    this.go({ query, image: undefined }, this.hasTyped);
    this.hasTyped = true;
  }

  private submitted(event: SubmitEvent) {
    event.preventDefault();
    const query = String(new FormData(event.target as HTMLFormElement).get('q') ?? '').trim();
    this.go({ query, ...(query && { image: undefined }) });
  }

  private readonly onPaste = (event: ClipboardEvent) => void this.take(event.clipboardData?.files[0]);

  private dropped(event: DragEvent) {
    const [file] = event.dataTransfer?.files ?? [];
    if (!file) return;
    event.preventDefault();
    void this.take(file);
  }

  private async chosen(input: HTMLInputElement) {
    await this.take(input.files?.[0]);
    // So that the same file can be chosen again.
    input.value = '';
  }

  private async take(file: File | undefined) {
    if (!file) return;
    const image = await readImage(file);
    this.isUnreadable = image === null;
    if (image) this.go({ query: '', image: keepImage(image) });
  }

  override render() {
    const { texts } = this.speech;
    const { address, loader } = this;
    return html`<div
      class="wide"
      @dragover=${(event: DragEvent) => event.preventDefault()}
      @drop=${(event: DragEvent) => this.dropped(event)}
      @probelog-retry=${() => loader.again()}
    >
      <div class="stack">
        <h1 class="visually-hidden">${texts.search}</h1>
        <form role="search" @submit=${(event: SubmitEvent) => this.submitted(event)}>
          <probelog-query-field
            .session=${this.session}
            .speech=${this.speech}
            .query=${address.query}
            @probelog-typed=${(event: CustomEvent<string>) => this.typed(event.detail)}
          ></probelog-query-field>
          <label class="file" title=${texts.image}>
            <svg viewBox="0 0 24 24" aria-hidden="true"><rect x="3" y="5" width="18" height="14" rx="2" /><circle cx="9" cy="10" r="1.5" /><path d="m4 18 6-5 4 3 3-3 4 4" /></svg>
            <input
              class="visually-hidden"
              type="file"
              accept="image/*"
              aria-label=${texts.image}
              @change=${(event: Event) => this.chosen(event.target as HTMLInputElement)}
            />
          </label>
          <button class="main" part="button">${texts.search}</button>
        </form>
        <p id="help" class="small quiet">${texts.searchHelp}</p>
        ${this.isUnreadable ? html`<p role="alert">${texts.imageUnreadable}</p>` : nothing}
        ${this.ownImage()}
        <nav class="tabs" aria-label=${texts.listOf}>${this.tab('outputs')}${this.tab('models')}</nav>
      </div>
      ${this.troubleMessage()}
      ${this.results()}
    </div>`;
  }

  private ownImage() {
    if (this.address.image === undefined) return nothing;
    const { texts } = this.speech;
    return this.image === null
      ? html`<p role="alert">${texts.imageGone}</p>`
      : html`<img class="preview" src="data:image/jpeg;base64,${this.image}" alt=${texts.imageOf} />`;
  }

  private tab(of: SearchAddress['of']) {
    const { address, speech } = this;
    const isHere = address.of === of;
    return html`<a
      href=${this.session.linkTo({ ...address, of, shown: FIRST_SHOWN })}
      aria-current=${isHere ? 'page' : nothing}
      >${of === 'models' ? speech.texts.models : speech.texts.outputs}</a
    >`;
  }

  private results() {
    const { data, isLoading, trouble } = this.loader;
    const { address } = this;
    if (address.image !== undefined && this.image === null) return nothing;
    if (!data) return isLoading ? this.skeleton() : nothing;
    const isFirstVisit = data.outputs === null && data.models === null;
    if (isFirstVisit) return this.firstVisit(data);
    return html`<div class="layout">
      <probelog-filter-panel
        .speech=${this.speech}
        .filters=${address.filters}
        .counts=${data.facets}
        .hasConfidence=${address.query !== '' || address.image !== undefined}
        @probelog-filter=${(event: CustomEvent<Filters>) => this.go({ filters: event.detail })}
      ></probelog-filter-panel>
      <section class="stack" aria-label=${this.speech.texts.resultsOpen} aria-busy=${isLoading && !trouble ? 'true' : 'false'}>
        ${this.heading(data)}
        <h2 class="visually-hidden">${this.speech.texts.resultsOpen}</h2>
        ${data.outputs ? this.outputs(data.outputs) : this.models(data.models)}
      </section>
    </div>`;
  }

  private skeleton() {
    return html`<div role="status">
      <span class="visually-hidden">${this.speech.texts.loading}</span>
      <div class="cards" aria-hidden="true">${SKELETONS.map(() => html`<div class="skeleton"></div>`)}</div>
    </div>`;
  }

  private firstVisit({ gallery }: SearchData) {
    const { texts, number } = this.speech;
    if (gallery?.models === 0)
      return html`<div class="stack"><p>${texts.emptyGallery}</p><p class="quiet">${texts.emptyGalleryHow}</p></div>`;
    // They come after what the page says, and without them nothing is missing.
    import('../parts/example-tiles.js').catch(() => undefined);
    return html`<div class="stack">
      <p>${texts.firstVisit}</p>
      ${gallery ? html`<p class="quiet">${texts.galleryOf(number(gallery.models), number(gallery.logits))}</p>` : nothing}
      <h2>${texts.examples}</h2>
      <probelog-example-tiles .session=${this.session} .speech=${this.speech}></probelog-example-tiles>
    </div>`;
  }

  private heading(data: SearchData) {
    const { texts, number } = this.speech;
    const list = data.outputs ?? data.models;
    const fit = list?.fit;
    return html`${
      data.images.length > 0
        ? html`<h2>${texts.queryImages(data.query)}</h2>
            <probelog-image-strip .session=${this.session} .probes=${data.images} label=${texts.queryImages(data.query)}></probelog-image-strip>`
        : nothing
    }
      <div role="status" class="stack">
        ${
          fit
            ? html`<div class="fit ${fit}">
                <p>${texts.fit[fit]}</p>
                ${list?.reason ? html`<p class="small quiet">${texts.reason[list.reason]}</p>` : nothing}
              </div>`
            : nothing
        }
        ${typeof list?.totalCount === 'number' ? html`<p class="small quiet">${texts.results(number(list.totalCount))}</p>` : nothing}
      </div>
      ${data.models && !data.query ? this.sort() : nothing}`;
  }

  private sort() {
    const { texts } = this.speech;
    return html`<label class="row small"
      >${texts.sort}
      <select @change=${(event: Event) => this.go({ sort: (event.target as HTMLSelectElement).value as Sort })}>
        ${SORTS.map((sort) => html`<option value=${sort} ?selected=${sort === this.address.sort}>${texts.sorts[sort]}</option>`)}
      </select></label
    >`;
  }

  private outputs({ edges, pageInfo }: NonNullable<SearchData['outputs']>) {
    const { address } = this;
    if (edges.length === 0) return this.nothingFound();
    return html`${answerList(edges, { session: this.session, speech: this.speech, isLoading: this.loader.isLoading, query: address.query })}
      ${this.more(pageInfo.hasNextPage)}`;
  }

  private models(found: SearchData['models']) {
    if (!found || found.edges.length === 0) return this.nothingFound();
    const { texts, percent } = this.speech;
    const hasQuery = found.edges.some(({ bestLogit }) => bestLogit);
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${texts.models}>
        <table>
          <thead>
            <tr>
              <th scope="col">${texts.model}</th>
              ${hasQuery ? html`<th scope="col" class="number">${texts.search}</th>` : nothing}
              <th scope="col" class="number">${texts.outputCount}</th>
              <th scope="col">${texts.license}</th>
              <th scope="col">${texts.registry}</th>
            </tr>
          </thead>
          <tbody>
            ${found.edges.map(
              ({ node, confidence }) => html`<tr>
                <td>${this.modelLink(node)}</td>
                ${hasQuery ? html`<td class="number">${typeof confidence === 'number' ? percent(confidence) : '–'}</td>` : nothing}
                <td class="number">${typeof node.outputs === 'number' ? this.speech.number(node.outputs) : texts.status[node.status]}</td>
                <td><bdi>${node.license ?? texts.noLicense}</bdi></td>
                <td><bdi>${node.registry ?? texts.noRegistry}</bdi></td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
      ${this.more(found.pageInfo.hasNextPage)}`;
  }

  private modelLink({ name, version }: UiModelFragment) {
    const href = this.session.linkTo(modelAddress({ name, version }));
    return html`<a href=${href}><bdi>${name}</bdi> <bdi>${version}</bdi></a>`;
  }

  private more(hasMore: boolean) {
    const { address, speech } = this;
    if (!hasMore || address.shown >= MAX_SHOWN) return nothing;
    const shown = address.shown + 2 * FIRST_SHOWN;
    return html`<p><button @click=${() => this.go({ shown }, true)}>${speech.texts.more}</button></p>`;
  }

  private nothingFound() {
    const { texts } = this.speech;
    if (!hasFilters(this.address.filters)) return html`<p>${texts.none}</p>`;
    return html`<p>${texts.noneWithFilters}</p>
      <p><button @click=${() => this.go({ filters: noFilters() })}>${texts.dropFilters}</button></p>`;
  }
}
define('probelog-search-page', SearchPage);
