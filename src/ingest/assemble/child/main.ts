import { readFile, writeFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { decodePrior } from '../../../domain/index.js';
import type { AssembleOptions } from '../assemble-in-worker.js';
import { assembleResponses } from '../assemble-responses.js';
import { readSpool } from '../read-spool.js';

const { spoolPath, targetPath, knownProbabilities, probes, priorPath } = workerData as AssembleOptions;
const spooled = await readSpool(spoolPath);
const partial = priorPath !== null && spooled.probes.length < probes;
const prior = partial ? decodePrior(await readFile(priorPath)) : null;
const { file, ...found } = assembleResponses(spooled, { knownProbabilities, probes, prior });
await writeFile(targetPath, file, { flush: true });
parentPort?.postMessage(found);
