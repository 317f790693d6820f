import { parentPort } from 'node:worker_threads';
import { completeDescriptors } from '../../../domain/index.js';
import type { CompletionTask } from './completion-thread.js';
import { PriorCache } from './prior-cache.js';

/** That of 4,000 probes and a dozen families has 40 MiB. */
const MAX_CACHED_BYTES = 2 ** 28;

/** The completing thread. Whatever is thrown ends it; its owner starts another. */
const cache = new PriorCache(MAX_CACHED_BYTES);

parentPort?.on('message', ({ responses, prior }: CompletionTask) => {
  const completed = completeDescriptors(responses, prior && cache.load(prior));
  const { rows, degenerate, certainty, errors } = completed;
  const numbers = [rows.data, degenerate, certainty, errors].map(({ buffer }) => buffer as ArrayBuffer);
  parentPort?.postMessage(completed, numbers);
});
