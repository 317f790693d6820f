import { css, html, nothing, type PropertyValues } from 'lit';
import {
  FIRST_SHOWN,
  MAX_SHOWN,
  modelAddress,
  type OutputAddress,
  type OutputPlace,
  searchFor,
} from '../address.js';
import { define } from '../define.js';
import { GoEvent } from '../navigation.js';
import { answerList, answerListStyles } from '../parts/answer-list.js';
import { titleOf, titleSource } from '../parts/output-title.js';
import { plainText } from '../plain-text.js';
import { shared } from '../styles/shared.js';
import { AddressPage } from './address-page.js';
import { loadOutput, type OutputData } from './output-data.js';
import '../parts/image-strip.js';
import '../parts/strength-bar.js';

/** Less likely names are noise. */
const NAMED_FROM = 0.2;

type Output = NonNullable<OutputData['output']>;

/** One output: what it responds to, what that may be called, and which others respond alike. */
export class OutputPage extends AddressPage<OutputAddress, OutputData> {
  static override styles = [
    shared,
    answerListStyles,
    css`
      h1 { display: flex; flex-wrap: wrap; gap: 4px 12px; align-items: baseline; }
      .names { display: flex; flex-wrap: wrap; gap: 4px 16px; }
      .names a, p a { min-height: 24px; display: inline-block; }
      .match { max-width: 20em; }
    `,
  ];

  override willUpdate() {
    const { address, session } = this;
    this.loader.load(JSON.stringify(address), (signal, memory) =>
      loadOutput(session.client, address, { signal }, memory),
    );
  }

  /** Nothing while another output is still there, which the address no longer names. */
  private get data() {
    const { data, isLoading } = this.loader;
    return isLoading && !(data?.output && isAt(data.output, this.address.of)) ? null : data;
  }

  override updated(changed: PropertyValues<this>) {
    const output = this.data?.output;
    if (output) this.entitle(titleOf(output, this.speech));
    else if (changed.has('address')) this.entitle();
    this.painted();
  }

  override render() {
    const { texts } = this.speech;
    const { isLoading, trouble } = this.loader;
    const { data } = this;
    return html`<div class="wide" @probelog-retry=${() => this.loader.again()}>
      ${this.troubleMessage(trouble, data !== null)}
      ${!data && isLoading ? html`<p role="status">${texts.loading}</p>` : nothing}
      ${data && !data.output ? html`<p>${texts.noOutput} <a href="./">${texts.toSearch}</a></p>` : nothing}
      ${data?.output ? this.output(data.output, data.match) : nothing}
    </div>`;
  }

  private output(output: Output, match: OutputData['match']) {
    const { texts } = this.speech;
    const { name, version } = output.model;
    const model = this.session.linkTo(modelAddress({ name, version }));
    return html`<div class="stack">
        <h1 part="title"><bdi>${titleOf(output, this.speech)}</bdi> ${titleSource(output, this.speech)}</h1>
        <p>${texts.model}: <a href=${model}><bdi>${name}</bdi> <bdi>${version}</bdi></a></p>
      </div>
      ${match ? this.match(match) : nothing}
      ${this.images(texts.topImages, output.topProbes)} ${this.images(texts.bottomImages, output.bottomProbes)}
      ${this.names(output)} ${this.similar(output)}`;
  }

  private match({ confidence, images }: NonNullable<OutputData['match']>) {
    const title = this.speech.texts.whyMatched(plainText(this.address.query ?? ''));
    return html`<section class="stack">
      <h2>${title}</h2>
      <probelog-strength-bar class="match" .speech=${this.speech} .confidence=${confidence}></probelog-strength-bar>
      <probelog-image-strip large .session=${this.session} .probes=${images} label=${title}></probelog-image-strip>
    </section>`;
  }

  private images(title: string, responses: Output['topProbes']) {
    return html`<section class="stack">
      <h2>${title}</h2>
      <probelog-image-strip large .session=${this.session} .probes=${responses.map(({ probe }) => probe)} label=${title}></probelog-image-strip>
    </section>`;
  }

  private names({ concepts }: Output) {
    const { texts, percent } = this.speech;
    const likely = concepts.filter(({ confidence }) => (confidence ?? 0) >= NAMED_FROM);
    return html`<section class="stack">
      <h2>${texts.names}</h2>
      ${
        likely.length === 0
          ? html`<p class="quiet">${texts.noNames}</p>`
          : html`<ul class="names">
              ${likely.map(
                ({ text, confidence }) => html`<li>
                  <a href=${this.session.linkTo(searchFor(text))}>${text}</a> <span class="quiet">${percent(confidence ?? 0)}</span>
                </li>`,
              )}
            </ul>`
      }
    </section>`;
  }

  private similar({ similar }: Output) {
    const { texts } = this.speech;
    const { address } = this;
    return html`<section class="stack">
      <h2>${texts.similarOutputs}</h2>
      ${
        similar.edges.length === 0
          ? html`<p class="quiet">${texts.noSimilar}</p>`
          : answerList(similar.edges, {
              session: this.session,
              speech: this.speech,
              isLoading: this.loader.isLoading,
              query: '',
            })
      }
      ${
        similar.pageInfo.hasNextPage && address.shown < MAX_SHOWN
          ? html`<p><button @click=${() => this.dispatchEvent(new GoEvent({ ...address, shown: address.shown + 2 * FIRST_SHOWN }, true))}>${texts.more}</button></p>`
          : nothing
      }
    </section>`;
  }
}

function isAt({ id, index, model }: Output, of: OutputPlace): boolean {
  if ('id' in of) return id === of.id;
  return index === of.index && model.name === of.name && model.version === (of.version ?? model.version);
}
define('probelog-output-page', OutputPage);
