import { Worker } from 'node:worker_threads';
import { type ErrorCode, ProbelogError } from '../../../errors/index.js';

import { compiledEntry } from '../../../lib/compiled-entry.js';

import type { AssembledResponses, DeclaredKind } from './assemble-responses.js';
import type { ResponseSource } from './read-responses.js';

/** What the assembling thread needs to know. */
export interface AssembleOptions {
  responses: ResponseSource;
  /** Where the `.npy` file is written. */
  targetPath: string;
  /** See `assembleResponses`. */
  declared: DeclaredKind;
  /** P */
  probes: number;
  /** File of the prior by which what was not run is completed; null when there is none, or all probes were run. */
  priorPath: string | null;
}

/** From the thread: what it found, or why the responses cannot be used. */
export type AssembleReply =
  | { found: Omit<AssembledResponses, 'file'> }
  | { code: ErrorCode; message: string; details: Record<string, unknown> };

/**
 * Turns finished responses into the stored `.npy` file, off the event loop: transposing and encoding millions of
 * values takes longer than the 20 ms that a server may be deaf.
 *
 * @throws ProbelogError RESPONSES_FORMAT_INVALID, RESPONSES_SHAPE_MISMATCH, RESPONSES_LAYOUT_AMBIGUOUS,
 *   RESPONSES_INVALID for an upload
 */
export function assembleInWorker(options: AssembleOptions): Promise<Omit<AssembledResponses, 'file'>> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(compiledEntry(import.meta.url, './main.js'), { workerData: options });
    worker.once('message', (reply: AssembleReply) => {
      if ('found' in reply) resolve(reply.found);
      else reject(new ProbelogError(reply.code, reply.message, reply.details));
    });
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`The assembling thread ended with code ${code}.`)));
  });
}
