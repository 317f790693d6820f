import { readFileSync } from 'node:fs';
import { decodePrior, type ResponsePrior } from '../../../domain/index.js';
import type { PriorFile } from './completion-task.js';

/** The prior that was used last, decoded: models come one after another and are completed from the same one. */
export class HeldPrior {
  private held: { file: PriorFile; prior: ResponsePrior } | null = null;

  /** @param mostBytes a larger one is read each time */
  constructor(private readonly mostBytes: number) {}

  /** @throws Error when it must be read and cannot be */
  of(file: PriorFile): ResponsePrior {
    if (this.held?.file.version === file.version && this.held.file.path === file.path) return this.held.prior;
    // Let go first: two large ones need not be in memory together.
    this.held = null;
    const bytes = readFileSync(file.path);
    const prior = decodePrior(bytes);
    if (bytes.length <= this.mostBytes) this.held = { file, prior };
    return prior;
  }
}
