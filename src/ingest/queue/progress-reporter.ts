import type { Claim, IngestStage, Store } from '../../store/index.js';

/** Writes to the database at most this often; a watcher sees every one of them. */
const EVERY_MS = 400;

/** Records how far one ingest is, without a database write for every batch. */
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

  /** Enters a stage with `done` of `total` probes run; without them as many as before. @throws ClaimLost */
  async stage(stage: IngestStage, done = this.done, total = this.total): Promise<void> {
    this.current = stage;
    this.stageStartedAt = Date.now();
    this.stageStartedWith = done;
    await this.write(done, total);
  }

  /** Reports `done` of `total` probes within the present stage. @throws ClaimLost */
  async update(done: number, total: number): Promise<void> {
    // The first batch of an attempt is news: it shows that the model does not kill whoever takes it up.
    const isFirst = this.done === this.stageStartedWith;
    if (!isFirst && done < total && Date.now() - this.writtenAt < EVERY_MS) return;
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

  /** At the pace of this stage so far; null before the first batch. */
  private remainingSeconds(done: number, total: number): number | null {
    const finished = done - this.stageStartedWith;
    if (finished <= 0) return null;
    return ((Date.now() - this.stageStartedAt) / 1000 / finished) * (total - done);
  }
}
