import { css, html, LitElement, nothing } from 'lit';
import { modelAddress, outputAddress } from '../address.js';
import { define } from '../define.js';
import type { UiOutputFragment } from '../generated/operations.js';
import { plainText } from '../plain-text.js';
import type { Session } from '../session.js';
import { shared } from '../styles/shared.js';
import type { Speech } from '../texts/texts.js';
import { titleOf, titleSource } from './output-title.js';
import './image-strip.js';
import './strength-bar.js';

/** One answer: an output with its own strongest images. */
export class AnswerCard extends LitElement {
  static override properties = {
    session: { attribute: false },
    speech: { attribute: false },
    output: { attribute: false },
    confidence: { attribute: false },
    versions: { attribute: false },
    query: { attribute: false },
  };
  declare session: Session;
  declare speech: Speech;
  declare output: UiOutputFragment;
  declare confidence: number | null;
  /** Other versions of the model whose output with the same number and label is an answer, too. */
  declare versions: readonly string[];
  /** What it answers; the link keeps it. */
  declare query: string | undefined;

  static override styles = [
    shared,
    css`
      article {
        display: grid; gap: var(--gap); height: 100%; align-content: start;
        border: 1px solid var(--line); border-radius: var(--radius); padding: 12px; background: var(--paper);
      }
      h3 { display: flex; flex-wrap: wrap; gap: 4px var(--gap); align-items: baseline; }
      /* A label may have any length. */
      h3 a { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
      .links { display: flex; gap: 16px; flex-wrap: wrap; }
      .links a, h3 a { min-height: 24px; }
      .links a { display: inline-block; }
    `,
  ];

  override render() {
    const { output, speech, confidence, versions } = this;
    const { texts } = speech;
    const { model } = output;
    const here = this.session.linkTo(
      outputAddress({ name: model.name, version: model.version, index: output.index }, this.query),
    );
    const atModel = this.session.linkTo(modelAddress(model));
    return html`<article part="card">
      <probelog-image-strip
        row
        .session=${this.session}
        .probes=${output.topProbes.map(({ probe }) => probe)}
        label=${texts.ownImages(plainText(titleOf(output, speech)))}
      ></probelog-image-strip>
      <h3 part="title"><a href=${here}><bdi>${titleOf(output, speech)}</bdi></a> ${titleSource(output, speech)}</h3>
      <probelog-strength-bar .speech=${speech} .confidence=${confidence}></probelog-strength-bar>
      <p class="small links">
        <a href=${atModel}><bdi>${model.name}</bdi> <bdi>${model.version}</bdi></a>
        <bdi class="quiet">${model.license ?? texts.noLicense}</bdi>
      </p>
      ${versions.length > 0 ? html`<p class="small quiet"><bdi>${texts.alsoIn(versions.join(', '))}</bdi></p>` : nothing}
    </article>`;
  }
}
define('probelog-answer-card', AnswerCard);
