import { Worker } from 'node:worker_threads';
import type { CompletedDescriptors, Matrix } from '../../../domain/index.js';
import { compiledEntry } from '../../../runtime/index.js';

/** What the completing thread is given. */
export interface CompletionTask {
  responses: Matrix;
  priorPath: string | null;
}

/** `completeDescriptors` off the thread that answers questions: a model of a thousand outputs takes up to a second. */
export function completeInWorker(responses: Matrix, priorPath: string | null): Promise<CompletedDescriptors> {
  const workerData: CompletionTask = { responses, priorPath };
  return new Promise((resolve, reject) => {
    const worker = new Worker(compiledEntry(import.meta.url, './main.js'), { workerData });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`The completing thread ended with code ${code}.`)));
  });
}
