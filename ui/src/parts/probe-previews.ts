import { css, html, LitElement, nothing } from 'lit';
import { define } from '../define.js';
import { UiPreviewsDocument, type UiPreviewsQuery } from '../generated/operations.js';
import { Loader } from '../loader.js';
import type { Session } from '../session.js';
import { shared } from '../styles/shared.js';
import { allTexts } from '../texts/later/later.js';
import type { Speech } from '../texts/texts.js';
import './trouble-message.js';

/** While fields are edited, a request waits for the next change. */
const WAIT_MS = 300;

/** Some probes, each beside what a model sees of it. */
export class ProbePreviews extends LitElement {
  static override properties = {
    session: { attribute: false },
    speech: { attribute: false },
    preprocessing: { attribute: false },
  };
  declare session: Session;
  declare speech: Speech;
  /** In any form that the server reads. */
  declare preprocessing: unknown;
  private readonly loader = new Loader<UiPreviewsQuery>(this);

  static override styles = [
    shared,
    css`
      ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(196px, 1fr)); gap: 12px; }
      li { display: flex; gap: 4px; align-items: center; }
      img { width: 96px; height: 96px; object-fit: contain; background: var(--raised); }
      p { margin-block-start: 8px; }
      /* Small images show their pixels as they are. */
      img.seen { image-rendering: pixelated; }
    `,
  ];

  override willUpdate() {
    const { preprocessing } = this;
    this.loader.load(
      JSON.stringify(preprocessing),
      (signal) => this.session.client.query(UiPreviewsDocument, { preprocessing }, { signal }),
      this.loader.data ? WAIT_MS : 0,
    );
  }

  override render() {
    const { number } = this.speech;
    const texts = allTexts(this.speech);
    const { data, trouble } = this.loader;
    if (trouble)
      return html`<probelog-trouble-message
        .session=${this.session} .speech=${this.speech} .trouble=${trouble} .hasData=${data !== null}
        @probelog-retry=${(event: Event) => this.again(event)}
      ></probelog-trouble-message>`;
    if (!data) return nothing;
    const [first] = data.probePreviews;
    return html`<ul role="list" aria-label=${texts.previews}>
        ${data.probePreviews.map(
          ({ image, probe }, index) => html`<li>
            <img src=${this.session.urlOf(probe.url)} alt=${texts.probeNumber(number(index + 1))} width="96" height="96" />
            <img class="seen" src=${image} alt=${texts.previewNumber(number(index + 1))} width="96" height="96" />
          </li>`,
        )}
      </ul>
      ${first ? html`<p class="small quiet">${texts.previewSize(number(first.width), number(first.height))}</p>` : nothing}`;
  }

  private again(event: Event) {
    event.stopPropagation();
    this.loader.again();
  }
}
define('probelog-probe-previews', ProbePreviews);
