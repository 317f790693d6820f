import type { CompletedDescriptors, Matrix } from '../../../domain/index.js';

/** A `ResponsePrior` on the disk. */
export interface PriorFile {
  path: string;
  /** The same for the same content. */
  version: string;
}

/** The method of the completing thread. */
export interface CompletionCalls {
  /** See `completeDescriptors`. */
  complete(responses: Matrix, prior: PriorFile | null): CompletedDescriptors;
}
