import { html, type TemplateResult } from 'lit';
import type { Texts } from '../texts/en.js';

/** Asks for a key. @param use gets what was entered; @param also what comes behind the button */
export function signInForm(
  texts: Texts,
  use: (key: string) => void,
  also: TemplateResult | symbol,
): TemplateResult {
  const submitted = (event: SubmitEvent) => {
    event.preventDefault();
    const key = new FormData(event.target as HTMLFormElement).get('key');
    if (typeof key === 'string') use(key.trim());
  };
  return html`<form @submit=${submitted}>
      <label class="stack">${texts.key}<input
          name="key"
          type="password"
          autocomplete="off"
          required
          pattern="\\s*[!-~]+\\s*"
          title=${texts.keyCharacters}
      /></label>
      <button class="main">${texts.signIn}</button>
      ${also}
    </form>
    <p class="small quiet">${texts.keyHint}</p>`;
}
