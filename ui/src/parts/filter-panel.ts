import { css, html, LitElement, nothing } from 'lit';
import { type Filters, hasFilters, noFilters } from '../address.js';
import { define } from '../define.js';
import type { UiFacetsQuery } from '../generated/operations.js';
import { shared } from '../styles/shared.js';
import type { Speech } from '../texts/texts.js';

const CONFIDENCES = [0.5, 0.8];
const OPEN_FROM_PX = 900;

/** Filters with counts. Sends `probelog-filter` with the new filters. */
export class FilterPanel extends LitElement {
  static override properties = {
    speech: { attribute: false },
    filters: { attribute: false },
    counts: { attribute: false },
    hasConfidence: { attribute: false },
  };
  declare speech: Speech;
  declare filters: Filters;
  declare counts: UiFacetsQuery['models'] | null;
  /** Whether results have a confidence to filter by. */
  declare hasConfidence: boolean;
  private readonly isWide = matchMedia(`(min-width: ${OPEN_FROM_PX}px)`).matches;

  static override styles = [
    shared,
    css`
      summary { min-height: 36px; cursor: pointer; font-weight: 600; align-content: center; }
      .groups { display: grid; gap: 16px; margin-top: var(--gap); }
      legend { padding: 0; font-weight: 600; font-size: calc(0.87 * var(--text)); margin-bottom: 4px; }
      .choice { display: flex; gap: var(--gap); min-height: 28px; align-items: center; }
      .choice input { width: 18px; height: 18px; margin: 3px; flex: none; accent-color: var(--accent); }
      .choice .number { margin-inline-start: auto; }
      input[type='text'], select { width: 100%; min-width: 0; }
      .values { max-height: 16em; overflow-y: auto; }
    `,
  ];

  private change(change: Partial<Filters>) {
    this.dispatchEvent(new CustomEvent('probelog-filter', { detail: { ...this.filters, ...change } }));
  }

  override render() {
    const { speech, filters, counts } = this;
    const { texts, number } = speech;
    const { registry, license, ...others } = filters;
    const on =
      registry.length + license.length + Object.values(others).filter((value) => value !== undefined).length;
    return html`<details ?open=${this.isWide}>
      <summary>${on > 0 ? texts.filtersOn(number(on)) : texts.filters}</summary>
      <div class="groups">
        ${hasFilters(filters) ? html`<button @click=${() => this.change({ ...OFF, ...noFilters() })}>${texts.dropFilters}</button>` : nothing}
        <label class="stack small"
          >${texts.modelName}
          <input
            type="text"
            maxlength="300"
            .value=${filters.name ?? ''}
            @change=${(event: Event) => this.change({ name: (event.target as HTMLInputElement).value || undefined })}
        /></label>
        ${this.hasConfidence ? this.confidence() : nothing}
        ${this.values('registry', texts.registry, texts.noRegistry, counts?.facets?.registry ?? [])}
        ${this.values('license', texts.license, texts.noLicense, counts?.facets?.license ?? [])}
        ${this.outputs()}
      </div>
    </details>`;
  }

  private confidence() {
    const { texts, percent } = this.speech;
    const choose = (event: Event) => {
      const { value } = event.target as HTMLSelectElement;
      this.change({ minConfidence: value ? Number(value) : undefined });
    };
    return html`<label class="stack small"
      >${texts.minConfidence}
      <select @change=${choose}>
        <option value="">${texts.anyConfidence}</option>
        ${CONFIDENCES.map(
          (share) =>
            html`<option value=${share} ?selected=${this.filters.minConfidence === share}>${percent(share)}</option>`,
        )}
      </select></label
    >`;
  }

  /** Values that are on stay in sight when nothing has them any more, so that they can be taken off. */
  private values(
    key: 'registry' | 'license',
    title: string,
    without: string,
    counted: readonly { value?: string | null; count: number }[],
  ) {
    const on = this.filters[key];
    const known = new Map(counted.map(({ value, count }) => [value ?? '', count]));
    for (const value of on) if (!known.has(value)) known.set(value, 0);
    if (known.size === 0) return nothing;
    const toggle = (value: string) =>
      this.change({ [key]: on.includes(value) ? on.filter((one) => one !== value) : [...on, value] });
    return html`<fieldset>
      <legend>${title}</legend>
      <div class="values">
        ${[...known].map(
          ([value, count]) => html`<label class="choice small"
            ><input type="checkbox" .checked=${on.includes(value)} @change=${() => toggle(value)} /><bdi>${value || without}</bdi>
            <span class="number quiet">${this.speech.number(count)}</span></label
          >`,
        )}
      </div>
    </fieldset>`;
  }

  private outputs() {
    const { texts, number } = this.speech;
    const ranges = (this.counts?.facets?.outputs ?? []).filter(({ min }) => typeof min === 'number');
    if (ranges.length === 0) return nothing;
    const { minOutputs, maxOutputs } = this.filters;
    return html`<fieldset>
      <legend>${texts.outputCount}</legend>
      ${ranges.map(({ min, max, count }) => {
        const isOn = minOutputs === min && maxOutputs === (max ?? undefined);
        const change = () =>
          this.change(
            isOn
              ? { minOutputs: undefined, maxOutputs: undefined }
              : { minOutputs: min ?? undefined, maxOutputs: max ?? undefined },
          );
        return html`<label class="choice small"
          ><input type="checkbox" .checked=${isOn} @change=${change} />${texts.outputRange(number(min ?? 0), typeof max === 'number' ? number(max) : null)}
          <span class="number quiet">${number(count)}</span></label
        >`;
      })}
    </fieldset>`;
  }
}

/** Every filter that is not a list, off. */
const OFF: Partial<Filters> = {
  minOutputs: undefined,
  maxOutputs: undefined,
  minBytes: undefined,
  maxBytes: undefined,
  minConfidence: undefined,
  name: undefined,
};
define('probelog-filter-panel', FilterPanel);
