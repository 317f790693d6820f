import { html } from 'lit';
import { type ModelAddress, modelAddress } from '../address.js';
import type { Session } from '../session.js';
import { ProbelogElement } from './probelog-element.js';

/** `<probelog-model name="resnet" version="1">`: what a model recognizes; the newest version when none is named. */
export class ModelElement extends ProbelogElement<ModelAddress> {
  static override properties = { ...ProbelogElement.properties, name: {}, version: {}, query: {} };
  declare name?: string | null;
  declare version?: string | null;
  /** What its outputs are searched for. */
  declare query?: string | null;
  protected readonly subject = ['name', 'version', 'query'];

  protected addressOf() {
    const { name, version, query } = this;
    return name ? { ...modelAddress({ name, version: version ?? undefined }), find: query ?? '' } : null;
  }

  protected load() {
    return import('../pages/model-page.js');
  }

  protected content(session: Session, address: ModelAddress) {
    return html`<probelog-model-page
      part="page"
      exportparts="field, title"
      .session=${session}
      .speech=${this.speech}
      .address=${address}
    ></probelog-model-page>`;
  }
}
