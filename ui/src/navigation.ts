import { type Address, formatAddress, type UnknownAddress } from './address.js';

/** Goes to an address. Pages send it; the application follows. */
export class GoEvent extends Event {
  static readonly type = 'probelog-go';

  /** @param replaces whether the address takes the place of the one before in the history, as while a query is typed */
  constructor(
    readonly address: Exclude<Address, UnknownAddress>,
    readonly replaces = false,
  ) {
    super(GoEvent.type, { bubbles: true, composed: true });
  }

  get url(): string {
    return formatAddress(this.address);
  }
}
