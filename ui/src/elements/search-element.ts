import { html } from 'lit';
import { type SearchAddress, searchFor } from '../address.js';
import type { Session } from '../session.js';
import { ProbelogElement } from './probelog-element.js';

/** `<probelog-search query="cat">`: outputs and models by what they recognize. */
export class SearchElement extends ProbelogElement<SearchAddress> {
  static override properties = { ...ProbelogElement.properties, query: {} };
  declare query?: string | null;
  protected readonly subject = ['query'];

  protected addressOf() {
    return searchFor(this.query ?? '');
  }

  protected load() {
    return import('../pages/search-page.js');
  }

  protected content(session: Session, address: SearchAddress) {
    return html`<probelog-search-page
      part="page"
      exportparts="field, button, card, title"
      .session=${session}
      .speech=${this.speech}
      .address=${address}
    ></probelog-search-page>`;
  }
}
