import type { Snapshot } from './snapshot.js';

/** What builds need of their gallery. */
export interface BuildSource {
  /** Logits in the gallery now. */
  logits(): number;
  /** Logits of the snapshot in use; null while there is none. */
  builtOn(): number | null;
  build(): Promise<Snapshot>;
  use(snapshot: Snapshot): void;
}

/** Decides when to fit a gallery's basis again, and runs builds in the background, one at a time. */
export class BasisBuilds {
  private building: Promise<void> | null = null;
  private closed = false;

  /** @param changed logits added or removed since the snapshot in use was built */
  constructor(
    private readonly source: BuildSource,
    private changed = 0,
  ) {}

  get running(): boolean {
    return this.building !== null;
  }

  /** Counts logits that were added or removed, and starts a build when one is due. */
  recordChanges(changed: number): void {
    this.changed += changed;
    if (
      this.building ||
      this.closed ||
      !needsRebuild(this.source.logits(), this.source.builtOn(), this.changed)
    )
      return;
    this.changed = 0;
    this.building = this.source
      .build()
      .then((snapshot) => {
        if (!this.closed) this.source.use(snapshot);
      })
      .catch((thrown) => {
        if (!this.closed)
          process.stderr.write(`The basis of a gallery cannot be fitted: ${String(thrown)}\n`);
      })
      .finally(() => {
        this.building = null;
        this.recordChanges(0);
      });
  }

  /** Resolves when no build is running or due. */
  async settled(): Promise<void> {
    while (this.building) await this.building;
  }

  /** Starts no more builds, and drops the result of a running one. */
  stop(): void {
    this.closed = true;
  }
}

/** With fewer logits a gallery has no basis, and logits are compared by plain cosine. */
const FIRST_BUILD = 200;
/** Share of a snapshot's logits that may be added or removed before the next build. */
const CHANGED_SHARE = 0.25;

/**
 * Whether to fit the basis and build the index: first at 200 logits, then whenever the logits added or removed since the
 * last build exceed a quarter of that build's.
 *
 * @param builtOn logits of the last build; null before the first
 * @param changed logits added or removed since
 */
function needsRebuild(logits: number, builtOn: number | null, changed: number): boolean {
  if (builtOn === null) return logits >= FIRST_BUILD;
  return logits >= FIRST_BUILD && changed > builtOn * CHANGED_SHARE;
}
