import { html } from 'lit';
import { type OutputAddress, outputAddress } from '../address.js';
import type { Session } from '../session.js';
import { ProbelogElement } from './probelog-element.js';

/** `<probelog-output name="resnet" version="1" output="3">`: one output, counted from 0; with `query`, why it matches that. */
export class OutputElement extends ProbelogElement<OutputAddress> {
  static override properties = {
    ...ProbelogElement.properties,
    name: {},
    version: {},
    output: { type: Number },
    query: {},
  };
  declare name?: string | null;
  declare version?: string | null;
  declare output?: number | null;
  declare query?: string | null;
  protected readonly subject = ['name', 'version', 'output', 'query'];

  protected addressOf() {
    const { name, version, output, query } = this;
    if (!name || typeof output !== 'number' || !Number.isInteger(output)) return null;
    return outputAddress({ name, ...(version && { version }), index: output }, query ?? undefined);
  }

  protected load() {
    return import('../pages/output-page.js');
  }

  protected content(session: Session, address: OutputAddress) {
    return html`<probelog-output-page
      part="page"
      exportparts="card, title"
      .session=${session}
      .speech=${this.speech}
      .address=${address}
    ></probelog-output-page>`;
  }
}
