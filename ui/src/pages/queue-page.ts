import { css, html, nothing } from 'lit';
import { FIRST_SHOWN, MAX_SHOWN, modelAddress, type QueueAddress, SHOWS } from '../address.js';
import { define } from '../define.js';
import {
  type IngestState,
  UiCancelIngestDocument,
  type UiIngestFragment,
  UiQueueDocument,
  type UiQueueQuery,
  UiRetryIngestDocument,
} from '../generated/operations.js';
import { GoEvent } from '../navigation.js';
import { ingestError, ingestProgress, ingestProgressStyles } from '../parts/ingest-progress.js';
import { type Trouble, troubleOf } from '../session.js';
import { shared } from '../styles/shared.js';
import { allTexts } from '../texts/later/later.js';
import { AddressPage } from './address-page.js';
import { loadPages } from './load-pages.js';

/** How often the list is read again while an ingest is unfinished. */
const POLL_MS = 3_000;
const UNFINISHED = ['QUEUED', 'RUNNING', 'AWAITING_RUNNER'] as const;
const FAILED = ['FAILED', 'CANCELLED', 'NOT_APPLICABLE'] as const;
/** The server retries these. */
const RETRIABLE = new Set<IngestState>(['FAILED', 'CANCELLED']);
const CANCELLABLE = new Set<IngestState>(UNFINISHED);

/** Ingests, the newest first: how far they are, and what went wrong. */
export class QueuePage extends AddressPage<QueueAddress, UiQueueQuery> {
  static override properties = {
    ...AddressPage.properties,
    reading: { state: true },
    refused: { state: true },
  };
  /** How often the list was read; another number reads it again. */
  declare reading: number;
  /** Why the last cancel or retry did not work. */
  declare refused: Trouble | null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  static override styles = [
    shared,
    ingestProgressStyles,
    css`
      ol { display: grid; gap: 12px; }
      li { display: grid; gap: 4px; border: 1px solid var(--line); border-radius: var(--radius); padding: 12px; }
      h2 a { display: inline-block; min-height: 24px; }
    `,
  ];

  constructor() {
    super();
    this.reading = 0;
    this.refused = null;
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  override willUpdate() {
    const { client } = this.session;
    const { shows, shown } = this.address;
    const status = shows === 'ALL' ? null : [...(shows === 'FAILED' ? FAILED : UNFINISHED)];
    this.loader.load(JSON.stringify([this.address, this.reading]), (signal) =>
      loadPages(
        shown,
        (page) => client.query(UiQueueDocument, { status, ...page }, { signal }),
        ({ ingests }) => ingests,
      ),
    );
  }

  override updated() {
    this.entitle(allTexts(this.speech).queue);
    if (this.loader.isLoading) return;
    this.painted();
    clearTimeout(this.timer);
    const edges = this.loader.data?.ingests.edges ?? [];
    if (!this.loader.trouble && edges.some(({ node }) => CANCELLABLE.has(node.state)))
      this.timer = setTimeout(() => this.readAgain(), POLL_MS);
  }

  /** A tab that is not seen waits. */
  private readAgain() {
    if (document.hidden)
      document.addEventListener('visibilitychange', () => this.isConnected && this.readAgain(), {
        once: true,
      });
    else this.reading++;
  }

  private async change(operation: () => Promise<unknown>) {
    this.refused = null;
    try {
      await operation();
    } catch (thrown) {
      this.refused = troubleOf(thrown);
    }
    this.reading++;
  }

  private go(change: Partial<QueueAddress>, replaces = false) {
    this.dispatchEvent(new GoEvent({ ...this.address, shown: FIRST_SHOWN, ...change }, replaces));
  }

  override render() {
    const { number } = this.speech;
    const texts = allTexts(this.speech);
    const { data, isLoading, trouble } = this.loader;
    const problem = trouble ?? this.refused;
    const hasMore = data?.ingests.pageInfo.hasNextPage && this.address.shown < MAX_SHOWN;
    return html`<div class="wide" @probelog-retry=${() => this.retried()}>
      <h1>${texts.queue}</h1>
      ${this.troubleMessage(problem)}
      <label class="row small"
        >${texts.queueShows}
        <select @change=${(event: Event) => this.chosen((event.target as HTMLSelectElement).value)}>
          ${SHOWS.map((shows) => html`<option value=${shows} .selected=${shows === this.address.shows}>${texts.queueShown[shows]}</option>`)}
        </select></label
      >
      ${!data && isLoading ? html`<p role="status">${texts.loading}</p>` : nothing}
      ${data && typeof data.ingests.totalCount === 'number' ? html`<p class="small quiet">${texts.ingests(number(data.ingests.totalCount))}</p>` : nothing}
      ${data ? html`<ol>${data.ingests.edges.map(({ node }) => this.ingest(node, data.viewer.scopes.includes('INGEST')))}</ol>` : nothing}
      ${hasMore ? html`<p><button @click=${() => this.go({ shown: this.address.shown + 2 * FIRST_SHOWN }, true)}>${texts.more}</button></p>` : nothing}
    </div>`;
  }

  private chosen(value: string) {
    this.go({ shows: SHOWS.find((shows) => shows === value) ?? 'ALL' });
  }

  private retried() {
    this.refused = null;
    this.loader.again();
  }

  private ingest(ingest: UiIngestFragment, mayChange: boolean) {
    const texts = allTexts(this.speech);
    const { client } = this.session;
    const { id, state, model } = ingest;
    const { name, version } = model;
    const href = this.session.linkTo(modelAddress({ name, version }));
    return html`<li>
      <h2><a href=${href}><bdi>${name}</bdi> <bdi>${version}</bdi></a></h2>
      <p class="small quiet">${texts.ingestState[state]}, ${this.speech.time(ingest.createdAt)}</p>
      ${state === 'RUNNING' ? ingestProgress(ingest, this.speech) : nothing}
      ${ingestError(ingest)}
      ${mayChange && RETRIABLE.has(state) ? this.button(texts.retryIngest, name, () => client.query(UiRetryIngestDocument, { id })) : nothing}
      ${mayChange && CANCELLABLE.has(state) ? this.button(texts.cancelIngest, name, () => client.query(UiCancelIngestDocument, { id })) : nothing}
    </li>`;
  }

  private button(text: string, name: string, operation: () => Promise<unknown>) {
    return html`<p><button aria-label="${text}: ${name}" @click=${() => this.change(operation)}>${text}</button></p>`;
  }
}
define('probelog-queue-page', QueuePage);
