import { css, html, LitElement, nothing } from 'lit';
import type { Suggestion } from '../../../src/client/index.js';
import { define } from '../define.js';
import { Loader } from '../loader.js';
import { termAtEnd, withTermAtEnd } from '../query-language.js';
import type { Session } from '../session.js';
import type { Speech } from '../texts/texts.js';

const MAX_SHOWN = 8;
const TYPING_MS = 120;
/** The server suggests nothing for longer ones. */
const MAX_PREFIX = 100;

/** Styles for the element that contains the field. The list is as wide as the form. */
export const queryFieldStyles = css`
  probelog-query-field { display: block; min-width: 0; }
  form { position: relative; }
  .suggestions {
    position: absolute; z-index: 1; inset-inline: 0; top: calc(100% + 4px); max-height: 60vh; overflow-y: auto;
    border: 1px solid var(--quiet); border-radius: var(--radius); background: var(--paper);
  }
  .suggestions li {
    display: flex; justify-content: space-between; gap: 16px; align-items: center; min-height: 36px; padding: 4px 12px;
    cursor: pointer;
  }
  .suggestions li[aria-selected='true'], .suggestions li:hover { background: var(--raised); }
  .suggestions li[aria-selected='true'] { outline: 2px solid var(--accent); outline-offset: -2px; }
  .suggestions bdi { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .suggestions span { flex: none; }
`;

/**
 * The query, with suggestions for the concept at its end (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/, list without
 * automatic selection). Sends `probelog-typed` with the query. It has no shadow root: the form around it submits its field, and the
 * field is described by an element outside.
 */
export class QueryField extends LitElement {
  static override properties = {
    session: { attribute: false },
    speech: { attribute: false },
    query: { attribute: false },
    isOpen: { state: true },
    active: { state: true },
  };
  declare session: Session;
  declare speech: Speech;
  declare query: string;
  /** Whether suggestions may be shown: from typing until one is taken, or the field is left. */
  declare isOpen: boolean;
  /** The suggestion that the arrow keys have reached; −1 for none. */
  declare active: number;
  private readonly loader = new Loader<Suggestion[]>(this);

  constructor() {
    super();
    this.isOpen = false;
    this.active = -1;
  }

  protected override createRenderRoot() {
    return this;
  }

  override willUpdate() {
    const prefix = termAtEnd(this.query).trimEnd();
    if (!this.isOpen || prefix === '' || prefix.length > MAX_PREFIX) return;
    this.loader.load(
      prefix.toLowerCase(),
      (signal) => this.session.client.suggestions(prefix, { first: MAX_SHOWN, signal }),
      TYPING_MS,
    );
  }

  /** Those that still fit what is typed: newer ones may be under way. */
  private shown(): Suggestion[] {
    const prefix = termAtEnd(this.query).trimEnd().toLowerCase();
    if (!this.isOpen || prefix === '') return [];
    const fitting = (this.loader.data ?? []).filter(({ text }) => text.toLowerCase().startsWith(prefix));
    return fitting.length === 1 && fitting[0]?.text.toLowerCase() === prefix ? [] : fitting;
  }

  private type(query: string, isOpen: boolean) {
    this.isOpen = isOpen;
    this.active = -1;
    this.dispatchEvent(new CustomEvent('probelog-typed', { detail: query }));
  }

  private pressed(event: KeyboardEvent) {
    // A key that ends the composition of a character is not for the list.
    if (event.isComposing) return;
    const shown = this.shown();
    const count = shown.length;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      this.isOpen = true;
      if (count === 0) return;
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      // From the field to the first or last one, and from there back to the field.
      this.active = ((this.active + 1 + step + count + 1) % (count + 1)) - 1;
    } else if (event.key === 'Enter') {
      const suggestion = shown[this.active];
      if (suggestion) event.preventDefault();
      if (suggestion) this.type(withTermAtEnd(this.query, suggestion.text), false);
      else this.close();
    } else if (event.key === 'Escape' && count > 0) {
      event.preventDefault();
      this.close();
    }
  }

  private close() {
    this.isOpen = false;
    this.active = -1;
  }

  override updated() {
    this.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }

  override render() {
    const { texts } = this.speech;
    const shown = this.shown();
    return html`<input
        type="search"
        name="q"
        part="field"
        role="combobox"
        aria-label=${texts.searchHint}
        aria-describedby="help"
        aria-autocomplete="list"
        aria-expanded=${shown.length > 0 ? 'true' : 'false'}
        aria-controls="suggestions"
        aria-activedescendant=${this.active < 0 ? nothing : `suggestion-${this.active}`}
        placeholder=${texts.searchHint}
        autocomplete="off"
        autocapitalize="none"
        spellcheck="false"
        maxlength="600"
        .value=${this.query}
        @input=${(event: InputEvent) => this.type((event.target as HTMLInputElement).value, true)}
        @keydown=${(event: KeyboardEvent) => this.pressed(event)}
        @blur=${() => this.close()}
      />
      <ul
        class="suggestions"
        id="suggestions"
        role="listbox"
        aria-label=${texts.suggestions}
        ?hidden=${shown.length === 0}
        @mousedown=${(event: MouseEvent) => event.preventDefault()}
      >
        ${shown.map(
          ({ text, kind }, index) => html`<li
            role="option"
            id="suggestion-${index}"
            aria-selected=${index === this.active ? 'true' : 'false'}
            @click=${() => this.type(withTermAtEnd(this.query, text), false)}
          >
            <bdi>${text}</bdi> <span class="small quiet">${texts.suggestionKind[kind]}</span>
          </li>`,
        )}
      </ul>`;
  }
}
define('probelog-query-field', QueryField);
