import type { Claim, IngestStage, Store } from '../../store/index.js';

/** Shortest time between two writes to the database. Watchers see every write. */
const MIN_INTERVAL_MS = 400;

/** Records the progress of one ingest, without a database write per batch. */
export class ProgressReporter {
  private current: IngestStage = 'QUEUED';
  private done = 0;
  private total = 0;
  private writtenAt = 0;
  private stageStartedAt = 0;
  private stageStartedWith = 0;

  constructor(
    private readonly claim: Claim,
    private readonly ingests: Pick<Store['ingests'], 'progress'>,
    private readonly announce: (ingestId: string) => void,
  ) {}

  /** Enters a stage with `done` of `total` probes run; both stay as they are when absent. @throws ClaimLost */
  async stage(stage: IngestStage, done = this.done, total = this.total): Promise<void> {
    this.current = stage;
    this.stageStartedAt = Date.now();
    this.stageStartedWith = done;
    await this.write(done, total);
  }

  /** Reports `done` of `total` probes within the current stage. @throws ClaimLost */
  async update(done: number, total: number): Promise<void> {
    // The first batch is always written: it shows that the model does not kill its worker.
    const isFirst = this.done === this.stageStartedWith;
    if (!isFirst && done < total && Date.now() - this.writtenAt < MIN_INTERVAL_MS) return;
    await this.write(done, total, done > this.done);
  }

  private async write(done: number, total: number, further = false): Promise<void> {
    this.writtenAt = Date.now();
    this.done = done;
    this.total = total;
    const etaSeconds = this.remainingSeconds(done, total);
    await this.ingests.progress(this.claim, { stage: this.current, done, total, etaSeconds }, further);
    this.announce(this.claim.ingestId);
  }

  /** At this stage's pace so far; null before its first batch. */
  private remainingSeconds(done: number, total: number): number | null {
    const finished = done - this.stageStartedWith;
    if (finished <= 0) return null;
    return ((Date.now() - this.stageStartedAt) / 1000 / finished) * (total - done);
  }
}
