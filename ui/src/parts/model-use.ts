import { css, html, LitElement, nothing } from 'lit';
import { define } from '../define.js';
import { type UiModelPageQuery, UiModelUseDocument, type UiModelUseQuery } from '../generated/operations.js';
import { Loader } from '../loader.js';
import { readModelInput } from '../run-code/model-input.js';
import { nodeCode } from '../run-code/node-code.js';
import { pythonCode } from '../run-code/python-code.js';
import type { Session } from '../session.js';
import { shared } from '../styles/shared.js';
import { allTexts } from '../texts/later/later.js';
import type { Speech } from '../texts/texts.js';
import { ingestError } from './ingest-progress.js';
import { sourceLink } from './source-link.js';
import './code-block.js';

const LANGUAGES = ['Python', 'Node'] as const;

/** How to run a model elsewhere, where to get it, and how it came here. */
export class ModelUse extends LitElement {
  static override properties = {
    session: { attribute: false },
    speech: { attribute: false },
    model: { attribute: false },
    language: { state: true },
  };
  declare session: Session;
  declare speech: Speech;
  declare model: NonNullable<UiModelPageQuery['model']>;
  declare language: (typeof LANGUAGES)[number];
  private readonly loader = new Loader<UiModelUseQuery>(this);

  static override styles = [
    shared,
    css`
      .choice { display: inline-flex; gap: 4px; align-items: center; min-height: 28px; }
      .choice input { width: 18px; height: 18px; margin: 3px; accent-color: var(--accent); }
      ol { display: grid; gap: var(--gap); }
      p a { display: inline-block; min-height: 24px; }
    `,
  ];

  constructor() {
    super();
    this.language = 'Python';
  }

  override willUpdate() {
    const { id } = this.model;
    this.loader.load(id, (signal) => this.session.client.query(UiModelUseDocument, { id }, { signal }));
  }

  override render() {
    const texts = allTexts(this.speech);
    return html`<div class="wide">
      <section class="stack">
        <h2>${texts.whereToGet}</h2>
        <p>${sourceLink(this.model.source)}</p>
      </section>
      <section class="stack">
        <h2>${texts.useModel}</h2>
        ${this.code()}
      </section>
      ${this.history()}
    </div>`;
  }

  private code() {
    const texts = allTexts(this.speech);
    const input = readModelInput(this.model.preprocessing);
    if (!input) return html`<p class="quiet">${texts.noCode}</p>`;
    // The output that was probed lies inside of the model then, before its softmax or sigmoids.
    const isReplaced = this.model.codedNotes.some(({ code }) => code === 'OUTPUT_REPLACED');
    const isLog = this.model.responseKind === 'LOG_PROBABILITIES';
    const output = isReplaced ? null : (this.loader.data?.model?.outputName ?? null);
    const model = { input, output, givesProbabilities: isReplaced || isLog };
    const code = this.language === 'Node' ? nodeCode(model) : pythonCode(model);
    return html`<p class="small quiet">${texts.useModelHow}</p>
      <fieldset class="row small">
        <legend class="visually-hidden">${texts.useModel}</legend>
        ${LANGUAGES.map(
          (language) => html`<label class="choice"
            ><input
              type="radio"
              name="language"
              .checked=${language === this.language}
              @change=${() => this.choose(language)}
            />${language === 'Node' ? texts.languageNode : texts.languagePython}</label
          >`,
        )}
      </fieldset>
      <probelog-code-block .speech=${this.speech} .code=${code} label=${texts.runCode(this.language)}></probelog-code-block>`;
  }

  private choose(language: (typeof LANGUAGES)[number]) {
    this.language = language;
  }

  private history() {
    const { time } = this.speech;
    const texts = allTexts(this.speech);
    const ingests = this.loader.data?.ingests.edges ?? [];
    if (ingests.length === 0) return nothing;
    return html`<section class="stack">
      <h2>${texts.ingestHistory}</h2>
      <ol>
        ${ingests.map(
          ({ node }) => html`<li class="small">
            <p>${time(node.createdAt)}: ${texts.ingestState[node.state]}</p>
            ${ingestError(node)}
          </li>`,
        )}
      </ol>
    </section>`;
  }
}
define('probelog-model-use', ModelUse);
