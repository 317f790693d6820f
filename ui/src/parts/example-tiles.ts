import { css, html, LitElement } from 'lit';
import { searchFor } from '../address.js';
import { define } from '../define.js';
import { UiExamplesDocument, type UiExamplesQuery } from '../generated/operations.js';
import { Loader } from '../loader.js';
import type { Session } from '../session.js';
import { shared } from '../styles/shared.js';
import type { Speech } from '../texts/texts.js';

/** What the tiles search for. */
const EXPRESSIONS = {
  cat: { all: ['cat'] },
  zebra: { all: ['zebra'] },
  airplane: { all: ['airplane'] },
  dog: { all: ['dog'], none: ['cat'] },
};
/** The same as it is typed. */
const TILES: [key: keyof typeof EXPRESSIONS, query: string][] = [
  ['cat', 'cat'],
  ['zebra', 'zebra'],
  ['airplane', 'airplane'],
  ['dog', 'dog -cat'],
];
const PICTURES = [0, 1, 2, 3];

/** Queries to begin with, each with the images that its first answer responds to most. */
export class ExampleTiles extends LitElement {
  static override properties = { session: { attribute: false }, speech: { attribute: false } };
  declare session: Session;
  declare speech: Speech;
  private readonly loader = new Loader<UiExamplesQuery>(this);

  static override styles = [
    shared,
    css`
      ul { display: grid; gap: 12px; grid-template-columns: repeat(auto-fill, minmax(min(200px, 100%), 1fr)); }
      a {
        display: grid; gap: var(--gap); padding: 12px; border: 1px solid var(--line); border-radius: var(--radius);
        color: var(--ink); font-weight: 600; text-decoration: none;
      }
      a:hover { border-color: var(--accent); color: var(--accent); }
      /* The place of the images is there before they are. */
      .images { display: grid; gap: 4px; grid-template-columns: repeat(4, minmax(0, 1fr)); }
      .images > * { display: block; width: 100%; height: auto; aspect-ratio: 1; object-fit: cover; border-radius: 4px; background: var(--raised); }
    `,
  ];

  override willUpdate() {
    this.loader.load('examples', (signal) =>
      this.session.client.query(UiExamplesDocument, EXPRESSIONS, { signal }),
    );
  }

  override render() {
    return html`<ul role="list" aria-label=${this.speech.texts.examples}>
      ${TILES.map(
        ([key, query]) => html`<li>
          <a href=${this.session.linkTo(searchFor(query))}>
            <span class="images">${PICTURES.map((place) => this.image(key, place))}</span>
            <bdi>${query}</bdi>
          </a>
        </li>`,
      )}
    </ul>`;
  }

  private image(key: keyof typeof EXPRESSIONS, place: number) {
    const probe = this.loader.data?.[key].edges[0]?.node.topProbes[place]?.probe;
    return probe
      ? html`<img src=${this.session.urlOf(probe.url)} alt="" width="96" height="96" decoding="async" />`
      : html`<span></span>`;
  }
}
define('probelog-example-tiles', ExampleTiles);
