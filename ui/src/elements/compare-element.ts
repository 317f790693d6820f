import { html } from 'lit';
import { type CompareAddress, FIRST_SHOWN } from '../address.js';
import type { Session } from '../session.js';
import { ProbelogElement } from './probelog-element.js';

/** `<probelog-compare name="resnet" version="1" other-name="mobilenet" other-version="2">`: what two models both know. */
export class CompareElement extends ProbelogElement<CompareAddress> {
  static override properties = {
    ...ProbelogElement.properties,
    name: {},
    version: {},
    otherName: { attribute: 'other-name' },
    otherVersion: { attribute: 'other-version' },
  };
  declare name?: string | null;
  declare version?: string | null;
  declare otherName?: string | null;
  declare otherVersion?: string | null;
  protected readonly subject = ['name', 'version', 'otherName', 'otherVersion'];

  protected addressOf(): CompareAddress {
    const model = (name?: string | null, version?: string | null) =>
      name ? { name, ...(version && { version }) } : null;
    const a = model(this.name, this.version);
    return { page: 'compare', a, b: model(this.otherName, this.otherVersion), shown: FIRST_SHOWN };
  }

  protected load() {
    return import('../pages/compare-page.js');
  }

  protected content(session: Session, address: CompareAddress) {
    return html`<probelog-compare-page
      part="page"
      exportparts="field, button, title"
      .session=${session}
      .speech=${this.speech}
      .address=${address}
    ></probelog-compare-page>`;
  }
}
