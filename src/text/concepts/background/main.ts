import { parentPort, workerData } from 'node:worker_threads';
import { prepareBackground } from './prepare-background.js';
import type { PrepareOptions } from './prepare-in-worker.js';

const { images, texts } = workerData as PrepareOptions;
parentPort?.postMessage(prepareBackground(images, texts));
