import { formatAddress, type KnownAddress } from './address.js';
import type { Trouble } from './session.js';

/** Goes to an address. Pages send it; the application follows. */
export class GoEvent extends Event {
  static readonly type = 'probelog-go';

  /** @param replaces whether the address takes the place of the one before in the history, as while a query is typed */
  constructor(
    readonly address: KnownAddress,
    readonly replaces = false,
  ) {
    super(GoEvent.type, { bubbles: true, composed: true });
  }

  get url(): string {
    return formatAddress(this.address);
  }
}

/** Gives the page its title. Pages send it; the application sets the document's, and an element in another page ignores it. */
export class TitleEvent extends Event {
  static readonly type = 'probelog-title';

  constructor(readonly title: string) {
    super(TitleEvent.type, { bubbles: true, composed: true });
  }
}

/** Says that a page shows what its address says. */
export class PaintedEvent extends Event {
  static readonly type = 'probelog-painted';

  /** @param trouble why it does not, if it does not */
  constructor(
    readonly trouble: Trouble | null,
    readonly results: Results | null,
  ) {
    super(PaintedEvent.type, { bubbles: true, composed: true });
  }
}

/** What a search found. */
export interface Results {
  query: string;
  /** Null where the server does not count them. */
  count: number | null;
  /** GOOD, WEAK or NOT_REPRESENTED; null without a query. */
  fit: string | null;
}
