import { readFileSync } from 'node:fs';
import { decodePrior, type ResponsePrior } from '../../../domain/index.js';
import type { PriorFile } from './completion-thread.js';

/** Keeps the last decoded prior, because consecutive models use the same one. */
export class PriorCache {
  private cached: { file: PriorFile; prior: ResponsePrior } | null = null;

  /** @param maxBytes a larger prior is read each time */
  constructor(private readonly maxBytes: number) {}

  /** @throws Error when the file cannot be read */
  load(file: PriorFile): ResponsePrior {
    if (this.cached?.file.version === file.version && this.cached.file.path === file.path)
      return this.cached.prior;
    // Released first, so that two large priors are never in memory together.
    this.cached = null;
    const bytes = readFileSync(file.path);
    const prior = decodePrior(bytes);
    if (bytes.length <= this.maxBytes) this.cached = { file, prior };
    return prior;
  }
}
