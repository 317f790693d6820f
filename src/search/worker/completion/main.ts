import { type CompletedDescriptors, completeDescriptors, type Matrix } from '../../../domain/index.js';
import { serveThread } from '../../../lib/worker-calls.js';
import type { PriorFile } from './completion-thread.js';
import { PriorCache } from './prior-cache.js';

/** A prior of 4,000 probes and a dozen families takes 40 MiB. */
const MAX_CACHED_BYTES = 2 ** 28;

const cache = new PriorCache(MAX_CACHED_BYTES);

serveThread(
  {
    complete: (responses: Matrix, prior: PriorFile | null) =>
      completeDescriptors(responses, prior && cache.load(prior)),
  },
  ({ rows, degenerate, certainty, errors, skewnesses }: CompletedDescriptors) =>
    [rows.data, degenerate, certainty, errors, skewnesses].map(({ buffer }) => buffer as ArrayBuffer),
);
