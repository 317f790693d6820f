import { type CompletedDescriptors, completeDescriptors, type Matrix } from '../../../domain/index.js';
import { serveThread } from '../../../lib/worker-calls.js';
import type { PriorFile } from './completion-task.js';
import { HeldPrior } from './held-prior.js';

/** A prior of 4,000 probes and a dozen families takes 40 MiB. */
const MAX_HELD_BYTES = 2 ** 28;

const held = new HeldPrior(MAX_HELD_BYTES);

serveThread(
  {
    complete: (responses: Matrix, prior: PriorFile | null) =>
      completeDescriptors(responses, prior && held.of(prior)),
  },
  ({ rows, degenerate, certainty, errors }: CompletedDescriptors) =>
    [rows.data, degenerate, certainty, errors].map(({ buffer }) => buffer as ArrayBuffer),
);
