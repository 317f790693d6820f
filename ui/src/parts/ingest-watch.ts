import { html, LitElement, nothing } from 'lit';
import type { Ingest } from '../../../src/client/index.js';
import { modelAddress } from '../address.js';
import { define } from '../define.js';
import { UiAddedNotesDocument } from '../generated/operations.js';
import { type Session, type Trouble, troubleOf } from '../session.js';
import { shared } from '../styles/shared.js';
import { allTexts } from '../texts/later/later.js';
import type { Speech } from '../texts/texts.js';
import { ingestError, ingestProgress, ingestProgressStyles } from './ingest-progress.js';
import { type Note, noteList } from './note-list.js';
import './trouble-message.js';

/** One ingest, followed to its end; then what happened. */
export class IngestWatch extends LitElement {
  static override properties = {
    session: { attribute: false },
    speech: { attribute: false },
    ingestId: { attribute: false },
    ingest: { state: true },
    notes: { state: true },
    trouble: { state: true },
  };
  declare session: Session;
  declare speech: Speech;
  declare ingestId: string;
  declare ingest: Ingest | null;
  declare notes: readonly Note[];
  declare trouble: Trouble | null;
  private following: AbortController | undefined;

  static override styles = [shared, ingestProgressStyles];

  constructor() {
    super();
    this.clear();
  }

  private clear() {
    this.ingest = null;
    this.notes = [];
    this.trouble = null;
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.following?.abort();
  }

  override willUpdate(changed: Map<string, unknown>) {
    if (changed.has('ingestId')) void this.follow();
  }

  private async follow() {
    this.following?.abort();
    const following = new AbortController();
    this.following = following;
    const { signal } = following;
    const { client } = this.session;
    this.clear();
    try {
      const { model } = await client.follow(this.ingestId, {
        signal,
        onProgress: (ingest) => {
          this.ingest = ingest;
        },
      });
      const found = await client.query(UiAddedNotesDocument, { id: model.id }, { signal });
      this.notes = found.model?.codedNotes ?? [];
    } catch (thrown) {
      // An ingest that failed says so itself.
      if (!signal.aborted && !this.ingest?.error) this.trouble = troubleOf(thrown);
    }
  }

  override render() {
    const texts = allTexts(this.speech);
    const { ingest, trouble } = this;
    if (trouble)
      return html`<probelog-trouble-message
        .session=${this.session} .speech=${this.speech} .trouble=${trouble} .hasData=${ingest !== null}
        @probelog-retry=${(event: Event) => {
          event.stopPropagation();
          void this.follow();
        }}
      ></probelog-trouble-message>`;
    if (!ingest) return html`<p role="status">${texts.loading}</p>`;
    const { name, version } = ingest.model;
    return html`<div class="stack">
      <h2><bdi>${name}</bdi> <bdi>${version}</bdi></h2>
      <p role="status">${texts.ingestState[ingest.state]}</p>
      ${ingest.state === 'RUNNING' ? ingestProgress(ingest, this.speech) : nothing}
      ${ingestError(ingest)}
      ${ingest.state === 'SUCCEEDED' ? this.end(name, version) : nothing}
    </div>`;
  }

  private end(name: string, version: string) {
    const texts = allTexts(this.speech);
    const href = this.session.linkTo(modelAddress({ name, version }));
    return html`<p><a href=${href}>${texts.openModel}</a></p>
      ${noteList(this.notes, texts.whatHappened)}`;
  }
}

define('probelog-ingest-watch', IngestWatch);
