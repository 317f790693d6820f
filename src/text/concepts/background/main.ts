import { parentPort, workerData } from 'node:worker_threads';
import { computeBackground } from './compute-background.js';
import type { BackgroundEmbeddings } from './ensure-background.js';

const { images, texts } = workerData as BackgroundEmbeddings;
parentPort?.postMessage(computeBackground(images, texts));
