import type { Snapshot } from './snapshot.js';

/** What a series of builds needs of its gallery. */
export interface BuildSource {
  /** Logits that there are now. */
  logits(): number;
  /** Logits of the snapshot in use; null while there is none. */
  builtOn(): number | null;
  build(): Promise<Snapshot>;
  use(snapshot: Snapshot): void;
}

/** Decides when a gallery's basis is fitted anew, and has it done in the background, one build at a time. */
export class BasisBuilds {
  private building: Promise<void> | null = null;
  private closed = false;

  /** @param changed logits that came or went since the snapshot in use was built */
  constructor(
    private readonly source: BuildSource,
    private changed = 0,
  ) {}

  get running(): boolean {
    return this.building !== null;
  }

  /** Notes that logits came or went, and builds when that is due. */
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
        if (!this.closed) process.stderr.write(`a gallery's basis cannot be fitted: ${String(thrown)}\n`);
      })
      .finally(() => {
        this.building = null;
        this.recordChanges(0);
      });
  }

  /** Waits until no build is under way or due. */
  async settled(): Promise<void> {
    while (this.building) await this.building;
  }

  /** Begins no more builds and uses none. */
  stop(): void {
    this.closed = true;
  }
}

/** Fewer logits do not earn a basis: the gallery is cold, and logits are compared by plain cosine. */
const FIRST_BUILD = 200;
/** Share of a snapshot's logits that may have come or gone before the next build. */
const CHANGED_SHARE = 0.25;

/**
 * When the basis (and with it the index) is fitted anew: first with 200 logits, then whenever logits that came or went
 * since make up a quarter of those of the last build.
 *
 * @param builtOn logits of the last build; null before the first
 * @param changed logits that came or went since
 */
export function needsRebuild(logits: number, builtOn: number | null, changed: number): boolean {
  if (builtOn === null) return logits >= FIRST_BUILD;
  return logits >= FIRST_BUILD && changed > builtOn * CHANGED_SHARE;
}
