import { css, html, nothing, type TemplateResult } from 'lit';
import type { UiIngestFragment } from '../generated/operations.js';
import type { Speech } from '../texts/texts.js';

/** For pages that show {@link ingestProgress}. */
export const ingestProgressStyles = css`
  progress { width: 100%; accent-color: var(--accent); }
`;

/** How far a running ingest is, and when it may end. */
export function ingestProgress(
  { stage, progress: { done, total, etaSeconds } }: Pick<UiIngestFragment, 'stage' | 'progress'>,
  { texts, number }: Speech,
): TemplateResult {
  if (total === 0) return html`<p class="small">${texts.stage[stage]}</p>`;
  const left = typeof etaSeconds === 'number' ? texts.secondsLeft(number(Math.ceil(etaSeconds))) : '';
  return html`<p class="small">${texts.stage[stage]}: ${texts.probesOf(number(done), number(total))} ${left}</p>
    <progress max=${total} value=${done} aria-label=${texts.stage[stage]}></progress>`;
}

/** What went wrong with an ingest, and what to do. */
export function ingestError({ error }: Pick<UiIngestFragment, 'error'>): TemplateResult | typeof nothing {
  if (!error) return nothing;
  return html`<p><bdi>${error.message}</bdi> <span class="tag">${error.code}</span></p>
    ${error.remedy ? html`<p class="small">${error.remedy}</p>` : nothing}`;
}
