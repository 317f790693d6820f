import { css, html, nothing } from 'lit';
import type { GalleryMap, ProbelogClient } from '../../../src/client/index.js';
import { FIRST_SHOWN, type MapAddress } from '../address.js';
import { define } from '../define.js';
import { UiPointDocument, type UiPointQuery } from '../generated/operations.js';
import { Loader } from '../loader.js';
import { GoEvent } from '../navigation.js';
import { titleOf, titleSource } from '../parts/output-title.js';
import { shared } from '../styles/shared.js';
import { allTexts } from '../texts/later/later.js';
import { AddressPage } from './address-page.js';
import { nearestPoints } from './nearest-points.js';
import '../parts/image-strip.js';
import '../parts/point-map.js';

/** How often the server is asked for a map that it makes. */
const POLL_MS = 2_000;
/** The pointer, or a key that is held, passes many points. */
const PASSING_MS = 150;
/** Browsers refuse to change the address as often as a wheel turns. */
const ZOOMED_MS = 300;
/** Points in the list. */
const NEAR = 8;

type Model = NonNullable<UiPointQuery['model']>;

/** A gallery in two dimensions; the chosen output with its images, and a list of those near it. */
export class MapPage extends AddressPage<MapAddress, GalleryMap> {
  static override properties = {
    ...AddressPage.properties,
    reading: { state: true },
    hovered: { state: true },
  };
  /** How often the map was read; another number reads it again. */
  declare reading: number;
  /** Number of the point under the pointer; null for none. */
  declare hovered: number | null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private zooming: ReturnType<typeof setTimeout> | undefined;
  private readonly shownPoint = new Loader<Model | null>(this);
  private readonly near = new Loader<(Model | null)[]>(this);

  static override styles = [
    shared,
    css`
      .parts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 320px), 1fr)); gap: 24px; }
      .parts > :first-child { grid-column: span 1; }
      .point { min-height: 240px; }
      h2 a, li a { display: inline-block; min-height: 24px; }
    `,
  ];

  constructor() {
    super();
    this.reading = 0;
    this.hovered = null;
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    clearTimeout(this.zooming);
  }

  override willUpdate() {
    const { client } = this.session;
    this.loader.load(String(this.reading), (signal) => client.map({ signal }));
    const map = this.loader.data;
    if (!map || map.indexes.length === 0) return;
    const shown = this.hovered ?? this.chosen(map);
    this.shownPoint.load(
      keyOf(map, shown),
      (signal) => pointOf(client, map, shown, signal),
      this.shownPoint.data ? PASSING_MS : 0,
    );
    const chosen = this.chosen(map);
    this.near.load(
      keyOf(map, chosen),
      (signal) => Promise.all(this.besides(map, chosen).map((i) => pointOf(client, map, i, signal))),
      this.near.data ? PASSING_MS : 0,
    );
  }

  override updated() {
    this.entitle(allTexts(this.speech).map);
    if (this.loader.isLoading) return;
    this.painted();
    clearTimeout(this.timer);
    if (this.loader.data?.state === 'MAKING') this.timer = setTimeout(() => this.reading++, POLL_MS);
  }

  /** Number of the point that the address names; one in the middle when it names none that is here. */
  private chosen({ models, modelOf, indexes, points }: GalleryMap): number {
    const { model, output } = this.address;
    const place = model === undefined ? -1 : models.indexOf(model);
    const found = place < 0 ? -1 : modelOf.findIndex((of, i) => of === place && indexes[i] === output);
    return found < 0 ? middleOf(points) : found;
  }

  private besides({ points }: GalleryMap, chosen: number): number[] {
    const place = { x: points[2 * chosen], y: points[2 * chosen + 1] };
    return nearestPoints(points, place, NEAR + 1)
      .filter((i) => i !== chosen)
      .slice(0, NEAR);
  }

  private go(change: Partial<MapAddress>) {
    this.dispatchEvent(new GoEvent({ ...this.address, ...change }, true));
  }

  private zoomed(zoom: number) {
    clearTimeout(this.zooming);
    this.zooming = setTimeout(() => this.go({ zoom }), ZOOMED_MS);
  }

  private choose({ models, modelOf, indexes }: GalleryMap, i: number) {
    this.go({ model: models[modelOf[i]], output: indexes[i] });
  }

  override render() {
    const texts = allTexts(this.speech);
    const { data, isLoading } = this.loader;
    return html`<div class="wide" @probelog-retry=${() => this.loader.again()}>
      <h1>${texts.map}</h1>
      ${this.troubleMessage()}
      ${!data && isLoading ? html`<p role="status">${texts.loading}</p>` : nothing}
      ${data?.state === 'TOO_SMALL' ? html`<p>${texts.mapTooSmall}</p>` : nothing}
      ${data?.state === 'MAKING' ? html`<p role="status">${texts.mapMaking}</p>` : nothing}
      ${data?.state === 'READY' ? this.map(data) : nothing}
    </div>`;
  }

  private map(map: GalleryMap) {
    const { number } = this.speech;
    const texts = allTexts(this.speech);
    if (map.indexes.length === 0) return html`<p>${texts.none}</p>`;
    return html`<p class="small quiet">${texts.pointsOf(number(map.indexes.length), number(map.models.length))} ${map.isMaking ? texts.mapOld : nothing}</p>
      <probelog-point-map
        .speech=${this.speech}
        .points=${map.points}
        .chosen=${this.chosen(map)}
        .zoom=${this.address.zoom}
        @probelog-point=${(event: CustomEvent<number>) => this.choose(map, event.detail)}
        @probelog-zoom=${(event: CustomEvent<number>) => this.zoomed(event.detail)}
        @probelog-hover=${(event: CustomEvent<number | null>) => {
          this.hovered = event.detail;
        }}
      ></probelog-point-map>
      <div class="parts">${this.point()} ${this.list()}</div>`;
  }

  private point() {
    const texts = allTexts(this.speech);
    const { data, trouble } = this.shownPoint;
    return html`<section class="stack point" aria-live="polite">
      ${this.troubleMessage(trouble, data !== null)}
      ${
        data?.logit
          ? html`<h2 class="row">${this.link(data)} ${titleSource(data.logit, this.speech)}</h2>
            <p class="small quiet"><bdi>${data.name} ${data.version}</bdi></p>
            <probelog-image-strip large .session=${this.session} .probes=${data.logit.topProbes.map(({ probe }) => probe)} .label=${texts.topImages}></probelog-image-strip>`
          : nothing
      }
    </section>`;
  }

  private list() {
    const texts = allTexts(this.speech);
    const models = this.near.data?.filter((model) => model?.logit) ?? [];
    if (models.length === 0) return nothing;
    return html`<section class="stack">
      <h2>${texts.nearIt}</h2>
      <ul class="stack">
        ${models.map((model) => (model ? html`<li>${this.link(model)} <span class="small quiet"><bdi>${model.name} ${model.version}</bdi></span></li>` : nothing))}
      </ul>
    </section>`;
  }

  private link({ logit }: Model) {
    if (!logit) return nothing;
    const href = this.session.linkTo({ page: 'output', of: { id: logit.id }, shown: FIRST_SHOWN });
    return html`<a href=${href}><bdi>${titleOf(logit, this.speech)}</bdi></a>`;
  }
}

async function pointOf(
  client: ProbelogClient,
  { models, modelOf, indexes }: GalleryMap,
  i: number,
  signal: AbortSignal,
): Promise<Model | null> {
  const variables = { model: models[modelOf[i]], index: indexes[i] };
  return (await client.query(UiPointDocument, variables, { signal })).model ?? null;
}

function keyOf({ version, models, modelOf, indexes }: GalleryMap, i: number): string {
  return JSON.stringify([version, models[modelOf[i]], indexes[i]]);
}

/** The point nearest to the mean of all. */
function middleOf(points: Float32Array): number {
  let [x, y] = [0, 0];
  for (let i = 0; i < points.length; i += 2) {
    x += (2 * points[i]) / points.length;
    y += (2 * points[i + 1]) / points.length;
  }
  return nearestPoints(points, { x, y }, 1)[0] ?? 0;
}
define('probelog-map-page', MapPage);
