import { html, LitElement, nothing, type PropertyDeclarations } from 'lit';
import { Loader } from '../loader.js';
import { PaintedEvent, type Results, TitleEvent } from '../navigation.js';
import { plainText } from '../plain-text.js';
import type { Session, Trouble } from '../session.js';
import type { Speech } from '../texts/texts.js';
import '../parts/trouble-message.js';

/** A page of the UI: it shows what its address says. The application sets the properties. */
export abstract class AddressPage<PageAddress, Data> extends LitElement {
  static override properties: PropertyDeclarations = {
    session: { attribute: false },
    speech: { attribute: false },
    address: { attribute: false },
  };
  declare session: Session;
  declare speech: Speech;
  declare address: PageAddress;
  protected readonly loader = new Loader<Data>(this);

  /** Says that the page has what its address shows, so that the application can return to where the person was. */
  protected painted(results: Results | null = null): void {
    const { isLoading, trouble } = this.loader;
    if (!isLoading) this.dispatchEvent(new PaintedEvent(trouble, results));
  }

  /** @param name what the page shows; a label may be anything */
  protected entitle(name = ''): void {
    const { appName } = this.speech.texts;
    this.dispatchEvent(new TitleEvent(name ? `${plainText(name)} – ${appName}` : appName));
  }

  /** What went wrong, if anything did. @param hasData whether something from before is still shown */
  protected troubleMessage(
    trouble: Trouble | null = this.loader.trouble,
    hasData: boolean = this.loader.data !== null,
  ) {
    if (!trouble) return nothing;
    return html`<probelog-trouble-message .session=${this.session} .speech=${this.speech} .trouble=${trouble} .hasData=${hasData}></probelog-trouble-message>`;
  }
}
