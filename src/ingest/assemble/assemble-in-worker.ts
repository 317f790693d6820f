import { Worker } from 'node:worker_threads';
import { compiledEntry } from '../../runtime/index.js';
import type { AssembledResponses } from './assemble-responses.js';

/** What the assembling thread needs to know. */
export interface AssembleOptions {
  /** A finished {@link ResponseSpool}. */
  spoolPath: string;
  /** Where the `.npy` file is written. */
  targetPath: string;
  /** See `assembleResponses`. */
  knownProbabilities: boolean;
  /** P */
  probes: number;
  /** File of the prior by which the probes were chosen; null when all were run. */
  priorPath: string | null;
}

/**
 * Turns a finished spool into the stored `.npy` file, off the event loop: transposing and encoding millions of
 * values takes longer than the 20 ms that a server may be deaf.
 */
export function assembleInWorker(options: AssembleOptions): Promise<Omit<AssembledResponses, 'file'>> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(compiledEntry(import.meta.url, './child/main.js'), { workerData: options });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`The assembling thread ended with code ${code}.`)));
  });
}
