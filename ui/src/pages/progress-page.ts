import { css, html, nothing } from 'lit';
import { type ModelAddress, modelAddress } from '../address.js';
import { define } from '../define.js';
import {
  type UiIngestFragment,
  UiModelIngestDocument,
  type UiModelIngestQuery,
} from '../generated/operations.js';
import { ingestError, ingestProgress, ingestProgressStyles } from '../parts/ingest-progress.js';
import { troubleOf } from '../session.js';
import { shared } from '../styles/shared.js';
import { AddressPage } from './address-page.js';

const UNFINISHED = new Set<UiIngestFragment['state']>(['QUEUED', 'RUNNING', 'AWAITING_RUNNER']);

/** How far the ingest of a model is, as it goes on. Only elements show it: the UI has the queue. */
export class ProgressPage extends AddressPage<ModelAddress, UiModelIngestQuery> {
  static override properties = { ...AddressPage.properties, latest: { state: true } };
  /** As last heard; null before anything was. */
  declare latest: Pick<UiIngestFragment, 'state' | 'stage' | 'progress' | 'error'> | null;
  private following: { id: string; controller: AbortController } | null = null;

  static override styles = [
    shared,
    ingestProgressStyles,
    css`
      a { display: inline-block; min-height: 24px; }
    `,
  ];

  constructor() {
    super();
    this.latest = null;
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.unfollow();
  }

  override willUpdate() {
    const { name, version } = this.address;
    this.loader.load(JSON.stringify([name, version]), (signal) => {
      this.unfollow();
      return this.session.client.query(UiModelIngestDocument, { name, version }, { signal });
    });
  }

  override updated() {
    if (this.loader.isLoading) return;
    this.painted();
    const ingest = this.loader.data?.model?.ingest;
    if (ingest && UNFINISHED.has(ingest.state) && this.following?.id !== ingest.id)
      void this.follow(ingest.id);
  }

  private async follow(id: string) {
    this.unfollow();
    const controller = new AbortController();
    this.following = { id, controller };
    try {
      await this.session.client.follow(id, {
        signal: controller.signal,
        onProgress: (ingest) => {
          this.latest = ingest;
        },
      });
    } catch (thrown) {
      // An ingest that failed was heard of; after anything else, the state is read again.
      const isLost = this.latest === null || UNFINISHED.has(this.latest.state);
      if (isLost && troubleOf(thrown) && this.isConnected) this.loader.again();
    }
  }

  private unfollow() {
    this.following?.controller.abort();
    this.following = null;
    this.latest = null;
  }

  override render() {
    const { texts } = this.speech;
    const { data, isLoading } = this.loader;
    const ingest = this.latest ?? data?.model?.ingest;
    return html`<div class="stack" @probelog-retry=${() => this.loader.again()}>
      ${this.troubleMessage()}
      ${!data && isLoading ? html`<p role="status">${texts.loading}</p>` : nothing}
      ${data && !data.model ? html`<p>${texts.noModel}</p>` : nothing}
      ${
        data?.model && ingest
          ? html`<p>
                <a href=${this.session.linkTo(modelAddress(data.model))}><bdi>${data.model.name}</bdi> <bdi>${data.model.version}</bdi></a>
                <span class="small quiet" role="status">${texts.ingestState[ingest.state]}</span>
              </p>
              ${ingest.state === 'RUNNING' ? ingestProgress(ingest, this.speech) : nothing} ${ingestError(ingest)}`
          : nothing
      }
    </div>`;
  }
}
define('probelog-progress-page', ProgressPage);
