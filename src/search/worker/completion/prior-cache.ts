import { readFileSync } from 'node:fs';
import { decodePrior, type ResponsePrior } from '../../../domain/index.js';
import type { PriorFile } from './completion-thread.js';

/** The prior that was used last, decoded: models come one after another and are completed from the same one. */
export class PriorCache {
  private cached: { file: PriorFile; prior: ResponsePrior } | null = null;

  /** @param maxBytes a larger one is read each time */
  constructor(private readonly maxBytes: number) {}

  /** @throws Error when it must be read and cannot be */
  load(file: PriorFile): ResponsePrior {
    if (this.cached?.file.version === file.version && this.cached.file.path === file.path)
      return this.cached.prior;
    // Let go first: two large ones need not be in memory together.
    this.cached = null;
    const bytes = readFileSync(file.path);
    const prior = decodePrior(bytes);
    if (bytes.length <= this.maxBytes) this.cached = { file, prior };
    return prior;
  }
}
