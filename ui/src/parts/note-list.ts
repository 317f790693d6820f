import { html, nothing } from 'lit';
import type { UiInspectionQuery } from '../generated/operations.js';

/** A note about how a model was probed. */
export type Note = UiInspectionQuery['modelInspection']['notes'][number];

/** Notes with their codes, under a heading; nothing when there are none. */
export function noteList(notes: readonly Note[], heading: string) {
  if (notes.length === 0) return nothing;
  return html`<section class="stack">
    <h3>${heading}</h3>
    <ul class="stack small">
      ${notes.map(({ code, message }) => html`<li><bdi>${message}</bdi> ${code ? html`<span class="tag">${code}</span>` : nothing}</li>`)}
    </ul>
  </section>`;
}
