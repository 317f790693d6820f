import type { Matrix } from '../../../domain/index.js';

/** A `ResponsePrior` on the disk. */
export interface PriorFile {
  path: string;
  /** The same for the same content. */
  version: string;
}

/** What the completing thread is sent; it answers with the `CompletedDescriptors`. */
export interface CompletionTask {
  /** See `completeDescriptors`. */
  responses: Matrix;
  prior: PriorFile | null;
}
