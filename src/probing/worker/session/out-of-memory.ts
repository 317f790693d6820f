import { messageOf, ProbelogError } from '../../../errors/index.js';

/** INFERENCE_MEMORY when native code threw for want of memory, else null. */
export function outOfMemory(thrown: unknown): ProbelogError | null {
  const message = messageOf(thrown);
  return /bad_alloc|failed to allocate|out of memory|allocation failed|length_error/i.test(message)
    ? new ProbelogError('INFERENCE_MEMORY', `The model asked for more memory than there is: ${message}`)
    : null;
}
