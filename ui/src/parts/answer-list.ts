import { css, html, type TemplateResult } from 'lit';
import type { UiOutputFragment } from '../generated/operations.js';
import { foldVersions } from '../pages/fold-versions.js';
import type { Session } from '../session.js';
import type { Speech } from '../texts/texts.js';
import './answer-card.js';

/** An answer of the server. */
interface Answer {
  node: UiOutputFragment;
  confidence?: number | null;
}

/** What all cards need. */
interface CardContext {
  session: Session;
  speech: Speech;
  isLoading: boolean;
  /** What was searched for; empty for outputs that are like another. */
  query: string;
}

/** For pages that show {@link answerList}. */
export const answerListStyles = css`
  .cards { display: grid; gap: 12px; grid-template-columns: repeat(auto-fill, minmax(min(240px, 100%), 1fr)); }
`;

/** Answers as cards, the best first; versions of a model with the same output are one. */
export function answerList(
  edges: readonly Answer[],
  { session, speech, isLoading, query }: CardContext,
): TemplateResult {
  return html`<ol class="cards" aria-busy=${isLoading ? 'true' : 'false'}>
    ${foldVersions(edges).map(
      ({ edge, versions }) => html`<li>
        <probelog-answer-card
          exportparts="card, title"
          .session=${session}
          .speech=${speech}
          .output=${edge.node}
          .confidence=${edge.confidence ?? null}
          .versions=${versions}
          .query=${query}
        ></probelog-answer-card>
      </li>`,
    )}
  </ol>`;
}
