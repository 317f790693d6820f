import { Worker } from 'node:worker_threads';
import type { Matrix } from '../../../domain/index.js';

import { compiledEntry } from '../../../lib/compiled-entry.js';

import type { ConceptBackground } from './prepare-background.js';

/** What the preparing thread is given. */
export interface BackgroundEmbeddings {
  images: Matrix;
  texts: Matrix;
}

/** `prepareBackground` off the event loop, which it would hold up for seconds. */
export function computeInWorker(options: BackgroundEmbeddings): Promise<ConceptBackground> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(compiledEntry(import.meta.url, './main.js'), { workerData: options });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`The preparing thread ended with code ${code}.`)));
  });
}
