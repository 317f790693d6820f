import { parentPort, workerData } from 'node:worker_threads';
import { computeBackground } from './prepare-background.js';
import type { BackgroundEmbeddings } from './prepare-in-worker.js';

const { images, texts } = workerData as BackgroundEmbeddings;
parentPort?.postMessage(computeBackground(images, texts));
