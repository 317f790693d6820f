import { css, html, LitElement } from 'lit';
import { define } from '../define.js';
import { shared } from '../styles/shared.js';
import { allTexts } from '../texts/later/later.js';
import type { Speech } from '../texts/texts.js';

/** A complete description, as the server gives it: docs/preprocessing.md. */
export type Preprocessing = Record<string, unknown>;

const RESIZES = ['CROP', 'STRETCH', 'CROP_FIRST', 'PAD', 'NONE'] as const;
const FILTERS = ['NEAREST', 'BOX', 'BILINEAR', 'HAMMING', 'BICUBIC', 'LANCZOS'] as const;
const ORDERS = ['RGB', 'BGR'] as const;
const MAX_EDGE = 4096;

/** Fields for a description of the preprocessing. Sends `probelog-preprocessing` with the changed description. */
export class PreprocessingFields extends LitElement {
  static override properties = { speech: { attribute: false }, value: { attribute: false } };
  declare speech: Speech;
  declare value: Preprocessing;

  static override styles = [
    shared,
    css`
      div { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 176px), 1fr)); gap: 12px; }
      input, select { width: 100%; }
    `,
  ];

  override render() {
    const texts = allTexts(this.speech);
    return html`<div>
      ${this.edge('width', texts.width)} ${this.edge('height', texts.height)}
      ${this.choice('resize', texts.resize, RESIZES, texts.resizes)}
      ${this.choice('resample', texts.resample, FILTERS)}
      ${this.choice('channelOrder', texts.channelOrder, ORDERS)}
      ${this.numbers('scale', texts.scale, 1)}
      ${this.numbers('mean', texts.mean, 3)} ${this.numbers('std', texts.std, 3)}
    </div>`;
  }

  private edge(name: string, label: string) {
    return html`<label class="stack small">${label}<input
      type="text" inputmode="numeric" name=${name} pattern="[0-9]{1,4}" required
      .value=${String(this.value[name] ?? '')}
      @change=${({ target }: Event) => {
        const field = target as HTMLInputElement;
        const edge = Number(field.value);
        if (field.checkValidity() && edge >= 1 && edge <= MAX_EDGE) this.change({ [name]: edge });
        else field.value = String(this.value[name] ?? '');
      }}
    /></label>`;
  }

  private choice<Value extends string>(
    name: string,
    label: string,
    values: readonly Value[],
    names?: Readonly<Record<Value, string>>,
  ) {
    return html`<label class="stack small">${label}<select
      name=${name}
      @change=${({ target }: Event) => this.change({ [name]: (target as HTMLSelectElement).value })}
    >
      ${values.map((value) => html`<option value=${value} .selected=${value === this.value[name]}>${names?.[value] ?? value}</option>`)}
    </select></label>`;
  }

  /** Numbers with commas or blanks between them: points belong to them in every language. @param max how many there are at the most */
  private numbers(name: string, label: string, max: number) {
    const given = this.value[name];
    const shown = (Array.isArray(given) ? given : [given]).join(', ');
    return html`<label class="stack small">${label}<input
      type="text" name=${name} .value=${shown} autocomplete="off" spellcheck="false"
      @change=${({ target }: Event) => {
        const field = target as HTMLInputElement;
        const parsed = field.value
          .split(/[\s,;]+/)
          .filter((text) => text !== '')
          .map(Number);
        const isRight = parsed.length >= 1 && parsed.length <= max && parsed.every(Number.isFinite);
        if (isRight) this.change({ [name]: max === 1 ? parsed[0] : parsed });
        else field.value = shown;
      }}
    /></label>`;
  }

  private change(fields: Preprocessing) {
    const detail: Preprocessing = { ...this.value, ...fields };
    this.dispatchEvent(new CustomEvent('probelog-preprocessing', { detail, bubbles: true, composed: true }));
  }
}
define('probelog-preprocessing-fields', PreprocessingFields);
