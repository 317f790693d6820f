import { html, type TemplateResult } from 'lit';
import type { UiOutputFragment } from '../generated/operations.js';
import { outputName } from '../strength.js';
import type { Speech } from '../texts/texts.js';

/** What an output is called, as text. */
export function titleOf(
  output: Pick<UiOutputFragment, 'label' | 'index' | 'concepts'>,
  { texts, number }: Speech,
): string {
  const { kind, text } = outputName(output);
  if (kind === 'NUMBER') return texts.outputNumber(number(output.index));
  return kind === 'GUESS' ? texts.guess(text) : text;
}

/** Who says so. */
export function titleSource(
  output: Pick<UiOutputFragment, 'label' | 'index' | 'concepts'>,
  { texts }: Speech,
): TemplateResult {
  return html`<span class="tag">${texts.nameKind[outputName(output).kind]}</span>`;
}
