import { writeFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { AssembleOptions } from '../assemble-in-worker.js';
import { assembleResponses } from '../assemble-responses.js';
import { readSpool } from '../read-spool.js';

const options = workerData as AssembleOptions;
const { file, ...facts } = assembleResponses(await readSpool(options.spoolPath), options.knownProbabilities);
await writeFile(options.targetPath, file, { flush: true });
parentPort?.postMessage(facts);
