import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { completeDescriptors, decodePrior } from '../../../domain/index.js';
import type { CompletionTask } from './complete-in-worker.js';

const { responses, priorPath } = workerData as CompletionTask;
const prior = priorPath === null ? null : decodePrior(readFileSync(priorPath));
parentPort?.postMessage(completeDescriptors(responses, prior));
