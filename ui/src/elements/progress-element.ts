import { html } from 'lit';
import { type ModelAddress, modelAddress } from '../address.js';
import type { Session } from '../session.js';
import { ProbelogElement } from './probelog-element.js';

/** `<probelog-progress name="resnet" version="1">`: how far the ingest of a model is, until it can be searched. */
export class ProgressElement extends ProbelogElement<ModelAddress> {
  static override properties = { ...ProbelogElement.properties, name: {}, version: {} };
  declare name?: string | null;
  declare version?: string | null;
  protected readonly subject = ['name', 'version'];

  protected addressOf() {
    const { name, version } = this;
    return name ? modelAddress({ name, version: version ?? undefined }) : null;
  }

  protected load() {
    return import('../pages/progress-page.js');
  }

  protected content(session: Session, address: ModelAddress) {
    return html`<probelog-progress-page
      part="page"
      .session=${session}
      .speech=${this.speech}
      .address=${address}
    ></probelog-progress-page>`;
  }
}
